/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/form.h: what is decoded, encoded again and decoded is the same.
 */
#include "base/form.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

static void
again(struct authcode_arena *arena, const struct ac_params *params)
{
	struct ac_params back = { 0 };
	struct ac_buf buf;

	ac_buf_init(&buf, 4 * AC_MAX_ARENA);
	for (size_t i = 0; i < params->count; i++)
		ac_form_put(&buf, params->list[i].name, params->list[i].value);
	MUST(ac_buf_ok(&buf));
	MUST(ac_form_decode(arena, ac_buf_text(&buf), buf.len, AC_FROM_QUERY, &back) ==
	     AUTHCODE_OK);
	MUST(back.count == params->count);
	for (size_t i = 0; i < params->count; i++) {
		MUST(strcmp(back.list[i].name, params->list[i].name) == 0);
		MUST(strcmp(back.list[i].value, params->list[i].value) == 0);
	}
	ac_buf_clear(&buf);
}

static void
check(const struct ac_params *params)
{
	MUST(params->count <= AC_MAX_PARAMS);
	for (size_t i = 0; i < params->count; i++) {
		const struct ac_param *p = &params->list[i];

		MUST(strlen(p->value) == p->value_len);
		MUST(p->value_len <= AC_MAX_PARAM_VALUE);
		MUST(strlen(p->name) <= AC_MAX_PARAM_NAME);
		MUST(ac_utf8_valid(p->name, strlen(p->name)));
		MUST(ac_utf8_valid(p->value, p->value_len));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct authcode_arena *arena = NULL;
	struct ac_params params = { 0 };
	const char *value;
	enum authcode_err err;

	MUST(authcode_arena_new(8 * AC_MAX_ARENA, &arena) == AUTHCODE_OK);
	err = ac_form_decode(arena, (const char *)data, size, AC_FROM_BODY, &params);
	if (err == AUTHCODE_OK) {
		check(&params);
		again(arena, &params);
	} else {
		MUST(err == AUTHCODE_ERR_SYNTAX || err == AUTHCODE_ERR_LIMIT ||
		     err == AUTHCODE_ERR_MEMORY);
		MUST(params.list == NULL && params.count == 0);
	}
	if (ac_form_decode_value(arena, (const char *)data, size, &value) == AUTHCODE_OK)
		MUST(strlen(value) <= size);
	authcode_arena_free(&arena);
	return 0;
}
