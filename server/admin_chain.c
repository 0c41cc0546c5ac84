/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_chain.h. A page is so many records as take a few milliseconds; whoever asks
 * goes on behind it, so that a chain of millions holds nobody up.
 */
#include "server/admin_chain.h"

#include <stdio.h>
#include <string.h>

#include <authcode/store.h>

#include "base/arena.h"
#include "base/form.h"
#include "base/limits.h"
#include "base/text.h"
#include "server/admin.h"
#include "server/admin_form.h"
#include "server/app.h"
#include "server/audit_head.h"
#include "server/json_out.h"

#define PAGE_RECORDS 1000
#define MAX_ANSWER 2048

static const char *
read_query(const struct ac_params *params, struct authcode_audit_check *ret)
{
	const char *after = ac_params_get(params, "after"), *head = ac_params_get(params, "head");
	const char *begun = ac_params_get(params, "begun");
	uint64_t number = 0;

	if (ac_params_repeated(params, NULL, 0) != NULL)
		return "a parameter is repeated";
	if (after != NULL && !ac_parse_u64(after, INT64_MAX - 1, &number))
		return "after is the number of a record";
	if (head != NULL && !ac_audit_head_parse(head, &ret->known))
		return "head is the number of a record, a colon and 64 hexadecimal digits";
	if (begun != NULL && strcmp(begun, "yes") != 0)
		return "begun is yes, or not there";
	ret->after_seq = (int64_t)number;
	ret->begun = begun != NULL;
	return NULL;
}

static void
put(struct ac_buf *json, const struct authcode_audit_check *check)
{
	struct ac_json_out out = { .buf = json };
	char head[AC_AUDIT_HEAD_LEN + 1], number[24];

	head[0] = '\0';
	if (check->ret_head.seq != 0)
		ac_audit_head_format(&check->ret_head, head);
	ac_out_open(&out, NULL, '{');
	ac_out_int(&out, "checked", check->ret_checked);
	ac_out_int(&out, "emptied", check->ret_emptied);
	ac_out_int(&out, "shortened", check->ret_shortened);
	ac_out_int(&out, "first", check->ret_first_seq);
	ac_out_bool(&out, "older", check->ret_older);
	ac_out_int(&out, "newest", check->ret_head.seq);
	ac_out_text(&out, "head", head);
	if (check->ret_fault != AUTHCODE_AUDIT_WHOLE) {
		ac_out_text(&out, "fault", authcode_audit_fault_name(check->ret_fault));
		ac_out_int(&out, "seq", check->ret_fault_seq);
		ac_out_int(&out, "last", check->ret_fault_last);
	}
	if (check->ret_resumes) {
		(void)snprintf(number, sizeof(number), "%lld", (long long)check->ret_resume_seq);
		ac_out_text(&out, "resume", number);
	}
	ac_out_key(&out, "next", check->ret_last_seq);
	ac_out_close(&out, '}');
}

static void
answer(struct ac_app *app, struct ac_http *h, struct authcode_audit_check *check)
{
	struct ac_buf json;
	enum authcode_err err = authcode_store_check_audit(app->store, check);

	if (err == AUTHCODE_ERR_USAGE) {
		ac_admin_refuse(h, 409, "invalid_request", "records are in no chain");
		return;
	}
	if (err != AUTHCODE_OK) {
		ac_admin_refuse(h, 503, "temporarily_unavailable", "the database does not answer");
		return;
	}
	ac_buf_init(&json, MAX_ANSWER);
	put(&json, check);
	ac_admin_reply(h, &json);
	ac_buf_clear(&json);
}

enum ac_step
ac_admin_chain_start(struct ac_app *app, struct ac_http *h)
{
	struct authcode_audit_check check = { .limit = PAGE_RECORDS };
	struct authcode_bytes query = ac_http_query(h);
	const char *why = "the query is malformed";
	struct authcode_arena *arena = NULL;
	struct ac_params params = { 0 };

	if (authcode_arena_new(AC_MAX_ARENA, &arena) != AUTHCODE_OK) {
		ac_admin_refuse(h, 500, "server_error", "out of memory");
		return AC_STEP_REPLY;
	}
	if (ac_form_decode(arena, query.data, query.len, AC_FROM_QUERY, &params) == AUTHCODE_OK)
		why = read_query(&params, &check);
	if (why != NULL)
		ac_admin_refuse(h, 400, "invalid_request", why);
	else
		answer(app, h, &check);
	authcode_arena_free(&arena);
	return AC_STEP_REPLY;
}
