/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See account_answer.h.
 */
#include "server/account_answer.h"

#include <stdlib.h>
#include <string.h>

#include "server/account_claims.h"

struct ac_account_answer *
ac_account_answer_plain(enum authcode_account_state state)
{
	struct ac_account_answer *answer = calloc(1, sizeof(*answer));

	if (answer == NULL)
		return NULL;
	atomic_init(&answer->references, 1);
	answer->account.state = state;
	return answer;
}

static bool
split_groups(struct ac_account_answer *answer, const struct ac_wire_identity *identity)
{
	size_t lines = 1;
	const char *name;
	char *rest;

	answer->names = strndup(identity->groups, identity->groups_len);
	if (answer->names == NULL)
		return false;
	for (const char *p = answer->names; *p != '\0'; p++)
		lines += *p == '\n';
	answer->groups = calloc(lines, sizeof(*answer->groups));
	if (answer->groups == NULL)
		return false;
	rest = answer->names;
	while ((name = strsep(&rest, "\n")) != NULL) {
		if (*name != '\0')
			answer->groups[answer->account.group_count++] = name;
	}
	answer->account.groups = answer->groups;
	return true;
}

struct ac_account_answer *
ac_account_answer_good(const struct ac_config *config, const struct ac_wire_checked *checked,
		       bool with_claims, const char **ret_bad)
{
	const struct ac_wire_identity *identity = &checked->identity;
	struct ac_account_answer *answer = ac_account_answer_plain(AUTHCODE_ACCOUNT_UNKNOWN);
	const struct ac_claims_sources sources = { .user = identity->user,
						   .file = checked->file_claims,
						   .file_len = checked->file_claims_len,
						   .command = checked->command_claims,
						   .command_len = checked->command_claims_len };

	*ret_bad = NULL;
	if (answer == NULL)
		return NULL;
	if (identity->full_name[0] != '\0')
		answer->full_name = strdup(identity->full_name);
	if (!split_groups(answer, identity) ||
	    (identity->full_name[0] != '\0' && answer->full_name == NULL)) {
		ac_account_answer_unref(&answer);
		return NULL;
	}
	if (with_claims)
		answer->claims = ac_claims_compose(config, &sources, ret_bad);
	answer->with_claims = with_claims;
	answer->account.full_name = answer->full_name;
	answer->account.claims = answer->claims;
	answer->account.state = AUTHCODE_ACCOUNT_GOOD;
	return answer;
}

struct ac_account_answer *
ac_account_answer_join(struct ac_account_answer *account, struct ac_account_answer *claims)
{
	struct ac_account_answer *answer = ac_account_answer_plain(AUTHCODE_ACCOUNT_UNKNOWN);

	if (answer == NULL)
		return NULL;
	/* Of a joined answer only the part that has the claims: no chain grows. */
	if (claims->parts[1] != NULL)
		claims = claims->parts[1];
	answer->parts[0] = ac_account_answer_ref(account);
	answer->parts[1] = ac_account_answer_ref(claims);
	answer->with_claims = true;
	answer->account = account->account;
	answer->account.claims = claims->account.claims;
	return answer;
}

struct ac_account_answer *
ac_account_answer_ref(struct ac_account_answer *answer)
{
	atomic_fetch_add(&answer->references, 1);
	return answer;
}

void
ac_account_answer_unref(struct ac_account_answer **answer)
{
	struct ac_account_answer *gone = answer != NULL ? *answer : NULL;

	if (gone == NULL)
		return;
	*answer = NULL;
	if (atomic_fetch_sub(&gone->references, 1) != 1)
		return;
	ac_account_answer_unref(&gone->parts[0]);
	ac_account_answer_unref(&gone->parts[1]);
	free(gone->groups);
	free(gone->names);
	free(gone->full_name);
	free(gone->claims);
	free(gone);
}
