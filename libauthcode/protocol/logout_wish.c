/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A logout that was posted, on its way to the GET that brings the session along (see
 * logout.c). What the ID token says is read before: it travels no further. Whoever
 * finds the URL can end, for two minutes, the one session that it is about, in the one
 * browser that has it.
 *
 *   created_ms 8 ‖ what is wished, form-encoded
 */
#include "protocol/logout.h"

#include <string.h>

#include "base/buf.h"
#include "base/int64.h"
#include "base/limits.h"
#include "jose/seal.h"
#include "protocol/redirect_uri.h"

#define LABEL "logout wish 1"
#define LIFE_MS 120000
#define MAX_AHEAD_MS 60000 /* the clock of another node */

static const char *
encode(struct authcode_exchange *x, const struct ac_logout_wish *wish)
{
	const struct ac_logout_hint *hint = &wish->hint;
	const struct ac_param_pair pairs[] = {
		{ "client_id", hint->client != NULL ? hint->client->id : "" },
		{ "sub", hint->client != NULL ? hint->sub : "" },
		{ "sid", hint->client != NULL ? hint->sid : "" },
		{ "uri", wish->place.uri },
		{ "state", wish->place.state },
		{ "refused", wish->refused ? "yes" : "" },
	};
	const char *text = NULL;
	struct ac_buf buf;

	ac_buf_init(&buf, 4 * AC_MAX_URI);
	for (size_t i = 0; i < AC_ARRAY_SIZE(pairs); i++)
		ac_form_put(&buf, pairs[i].name, pairs[i].value);
	if (ac_buf_ok(&buf))
		text = ac_arena_strndup(x->arena, ac_buf_text(&buf), buf.len);
	ac_buf_clear(&buf);
	return text;
}

static enum authcode_err
seal(struct authcode_exchange *x, const struct ac_logout_wish *wish, char **ret_sealed)
{
	const char *text = encode(x, wish);
	size_t len = text != NULL ? 8 + strlen(text) : 0;
	uint8_t *plain = text != NULL ? authcode_arena_alloc(x->arena, len) : NULL;
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	enum authcode_err err;

	if (plain == NULL)
		return AUTHCODE_ERR_MEMORY;
	ac_put_i64(plain, x->now_ms);
	memcpy(plain + 8, text, len - 8);
	err = x->issuer->random.fill(x->issuer->random.ctx, nonce, sizeof(nonce));
	if (err == AUTHCODE_OK)
		err = ac_seal(x->issuer->keys.transaction, nonce, LABEL, plain, len, x->arena,
			      ret_sealed);
	return err;
}

void
ac_logout_wish_send_on(struct authcode_exchange *x, const struct ac_logout_wish *wish)
{
	const char *url = ac_endpoint_url(x, AUTHCODE_ENDPOINT_LOGOUT);
	char *sealed = NULL;
	enum authcode_err err = seal(x, wish, &sealed);

	if (err == AUTHCODE_OK && url != NULL)
		url = ac_arena_printf(x->arena, "%s?txn=%s", url, sealed);
	if (err == AUTHCODE_OK && url == NULL)
		err = AUTHCODE_ERR_MEMORY;
	if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "logout");
	else if (strlen(url) > AC_MAX_URI)
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "the request is too long");
	else
		ac_respond_redirect(x, url);
}

static bool
is_young(const struct authcode_exchange *x, int64_t created_ms)
{
	int64_t age_ms;

	return !__builtin_sub_overflow(x->now_ms, created_ms, &age_ms) && age_ms >= -MAX_AHEAD_MS &&
	       age_ms < LIFE_MS;
}

static const char *
member(const struct ac_params *params, const char *name)
{
	const char *value = ac_params_get(params, name);

	return value != NULL ? value : "";
}

enum authcode_err
ac_logout_wish_open(struct authcode_exchange *x, const char *sealed, struct ac_logout_wish *ret)
{
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	struct ac_params params = { 0 };
	void *data = NULL;
	size_t len = 0;
	enum authcode_err err =
		ac_unseal(x->issuer->keys.transaction, LABEL, sealed, x->arena, nonce, &data, &len);

	if (err == AUTHCODE_ERR_MEMORY)
		return err;
	if (err != AUTHCODE_OK || len < 8 || !is_young(x, ac_get_i64(data)))
		return AUTHCODE_ERR_SYNTAX;
	err = ac_form_decode(x->arena, (const char *)data + 8, len - 8, AC_FROM_QUERY, &params);
	if (err != AUTHCODE_OK)
		return err;
	*ret = (struct ac_logout_wish){
		.hint = {
			.client = ac_logout_client(x, member(&params, "client_id")),
			.sub = member(&params, "sub"),
			.sid = member(&params, "sid"),
		},
		.place = {
			.client_id = member(&params, "client_id"),
			.uri = member(&params, "uri"),
			.state = member(&params, "state"),
		},
		.refused = *member(&params, "refused") != '\0',
	};
	return AUTHCODE_OK;
}
