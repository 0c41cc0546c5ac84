/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See account.h. The exchange stops here until the host has looked, once, and
 * only GOOD goes on: everything else, also an answer that cannot be read or
 * none at all, is a refusal that writes nothing.
 */
#include "protocol/account.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "protocol/exchange.h"

/* Both sources of the host's in one object. */
#define MAX_CLAIMS (2 * AC_MAX_CLAIMS)

bool
ac_account_groups_ok(const char *const *groups, size_t count)
{
	if (count > AC_MAX_GROUPS || (count > 0 && groups == NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t len = groups[i] != NULL ? strlen(groups[i]) : 0;

		if (len == 0 || len > AC_MAX_GROUP_NAME || !ac_text_printable(groups[i], len))
			return false;
	}
	return true;
}

const char *
ac_account_join_groups(struct authcode_arena *arena, const char *const *groups, size_t count)
{
	struct ac_buf buf;
	const char *text = NULL;

	ac_buf_init(&buf, AC_MAX_GROUPS * (AC_MAX_GROUP_NAME + 1));
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			ac_buf_putc(&buf, '\n');
		ac_buf_puts(&buf, groups[i]);
	}
	if (ac_buf_ok(&buf))
		text = ac_arena_strndup(arena, ac_buf_text(&buf), buf.len);
	ac_buf_clear(&buf);
	return text;
}

const char *
ac_account_full_name(const char *full_name)
{
	size_t len = full_name != NULL ? strlen(full_name) : 0;

	return len > 0 && len <= AC_MAX_FULL_NAME && ac_text_printable(full_name, len) ? full_name
										       : "";
}

/* Takes over what the host said, which it may free when we return. */
static bool
read_answer(struct authcode_exchange *x, const struct authcode_account *answer)
{
	const char *claims = answer->claims != NULL ? answer->claims : "";
	struct ac_account account;

	if (!ac_account_groups_ok(answer->groups, answer->group_count))
		return false;
	if (strlen(claims) > MAX_CLAIMS) {
		ac_issuer_debug(x->issuer, "account: the claims are too long and left out");
		claims = "";
	}
	account = (struct ac_account){
		.full_name = ac_arena_strdup(x->arena, ac_account_full_name(answer->full_name)),
		.groups = ac_account_join_groups(x->arena, answer->groups, answer->group_count),
		.claims = ac_arena_strdup(x->arena, claims),
	};
	if (account.full_name == NULL || account.groups == NULL || account.claims == NULL)
		return false;
	x->account = account;
	return true;
}

static enum authcode_account_state
judge(struct authcode_exchange *x, const struct authcode_account *answer)
{
	if (answer == NULL)
		return AUTHCODE_ACCOUNT_UNKNOWN;
	switch (answer->state) {
	case AUTHCODE_ACCOUNT_GOOD:
		return read_answer(x, answer) ? AUTHCODE_ACCOUNT_GOOD : AUTHCODE_ACCOUNT_UNKNOWN;
	case AUTHCODE_ACCOUNT_REFUSED:
	case AUTHCODE_ACCOUNT_GONE:
		return answer->state;
	case AUTHCODE_ACCOUNT_UNKNOWN:
	default:
		return AUTHCODE_ACCOUNT_UNKNOWN;
	}
}

const struct authcode_account_query *
authcode_exchange_account(const struct authcode_exchange *exchange)
{
	return exchange->account_path != NULL ? &exchange->account_query : NULL;
}

void
authcode_exchange_set_account(struct authcode_exchange *exchange,
			      const struct authcode_account *account)
{
	const struct ac_account_path *path = exchange->account_path;
	enum authcode_account_state state;

	if (path == NULL)
		return;
	exchange->account_path = NULL;
	state = judge(exchange, account);
	if (state == AUTHCODE_ACCOUNT_GOOD)
		path->good(exchange);
	else
		path->bad(exchange, state);
}

void
ac_account_step(struct authcode_exchange *x, const struct ac_account_question *question,
		const struct ac_account_path *path)
{
	const struct authcode_subject *subject = question->subject;

	ac_exchange_is_about(x, subject);
	if (subject->id == 0 || subject->retired_ms != 0) {
		path->bad(x, AUTHCODE_ACCOUNT_GONE);
		return;
	}
	if (!x->issuer->check_accounts) {
		x->account = (struct ac_account){ subject->full_name, subject->groups, "" };
		path->good(x);
		return;
	}
	x->account_query = (struct authcode_account_query){
		.subject_id = subject->id,
		.user_name = subject->user_name,
		.uid = subject->uid,
		.client = question->client,
		.claims = question->claims,
	};
	x->account_path = path;
}

void
ac_account_refuse_grant(struct authcode_exchange *x, enum authcode_account_state state)
{
	if (state == AUTHCODE_ACCOUNT_REFUSED)
		ac_respond_error(x, AC_INVALID_GRANT, "the account may not be used at this time");
	else if (state == AUTHCODE_ACCOUNT_GONE)
		ac_respond_error(x, AC_INVALID_GRANT, "the account is gone");
	else
		ac_respond_error(x, AC_TEMPORARILY_UNAVAILABLE, AC_ACCOUNT_UNKNOWN);
}
