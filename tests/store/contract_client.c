/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on tokens that clients get for themselves: issue_client_token.
 * RFC 6749 §4.4, requirement CC-04.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture_device.h"
#include "fixture.h"

/* From now on the generator says these, then the last one for ever. */
static void
script(struct fixture *f, const uint32_t *draws, size_t count)
{
	memset(&f->script, 0, sizeof(f->script));
	for (size_t i = 0; i < count; i++)
		f->script.draws[i] = draws[i];
	f->script.count = count;
}

/* CC-04 */
static void
a_client_token_is_a_family_without_person_and_session(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_client_token(f);
	struct authcode_token_view view;

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	if (f->backend->durable)
		reopen_store(f);
	view = token_of(f, op.u.issue_client_token.access.ret_id);
	assert_int_equal(view.token.kind, AUTHCODE_TOKEN_ACCESS);
	assert_hash(view.token.hash, 0xa3);
	assert_string_equal(view.token.scope, "profile");
	assert_string_equal(view.token.resource, "https://api.example/");
	assert_int_equal(view.token.created_ms, T0);
	assert_int_equal(view.token.expires_ms, T0 + HOUR);
	assert_int_equal(view.family.id, op.u.issue_client_token.ret_family_id);
	assert_string_equal(view.family.client_id, "robot");
	assert_string_equal(view.family.scope, "profile");
	assert_string_equal(view.family.resource, "https://api.example/ https://mail.example/");
	assert_string_equal(view.family.acr, "");
	assert_string_equal(view.family.amr, "");
	assert_string_equal(view.family.claims, "");
	assert_string_equal(view.family.claims_request, "");
	assert_int_equal(view.family.auth_time_ms, 0);
	assert_int_equal(view.family.subject_id, 0);
	assert_int_equal(view.family.session_id, 0);
	assert_int_equal(view.family.expires_ms, T0 + HOUR);
	assert_int_equal(view.subject.id, 0);
	assert_int_equal(view.session.id, 0);
}

static void
it_does_not_outlive_its_family(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_client_token(f);

	op.u.issue_client_token.family_expires_ms = T0 + MINUTE;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, op.u.issue_client_token.access.ret_id).token.expires_ms,
			 T0 + MINUTE);
}

static void
it_is_revoked_and_purged_like_any_other(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation first = op_client_token(f), second = op_client_token(f), op;
	int64_t access;

	assert_int_equal(perform(f, &first), AUTHCODE_RESULT_DONE);
	assert_int_equal(perform(f, &second), AUTHCODE_RESULT_DONE);
	access = second.u.issue_client_token.access.ret_id;
	op = op_revoke_family(f, first.u.issue_client_token.ret_family_id);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(token_of(f, first.u.issue_client_token.access.ret_id).family.revoked_ms,
			 T0);
	assert_int_equal(token_of(f, access).family.revoked_ms, 0);
	f->now = T0 + HOUR - 1;
	op = op_purge(f, 1000);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.purge.ret_deleted, 0);
	f->now = T0 + HOUR;
	op = op_purge(f, 1000);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.purge.ret_deleted, 4);
	assert_false(has_token(f, access));
}

static void
it_is_no_refresh_token(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_client_token(f), use;

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	use = op_refresh(f, op.u.issue_client_token.access.ret_id, true);
	use.u.use_refresh.family_id = op.u.issue_client_token.ret_family_id;
	assert_int_equal(perform(f, &use), AUTHCODE_RESULT_NOT_FOUND);
}

/* A family has the key of its code: one without code must not stand in its way,
 * now or later, nor be taken for what the code came to. */
static void
its_family_has_the_key_of_no_code(void **state)
{
	struct fixture *f = *state;
	static const uint32_t draws[] = { 7, 7, 8, 1, 8, 9 };
	int64_t session = sign_in(f), code, next;
	struct authcode_operation op = op_client_token(f);

	script(f, draws, AC_ARRAY_SIZE(draws));
	code = issue(f, session);
	assert_int_equal(code, (T0 << 21) + 7);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(op.u.issue_client_token.ret_family_id, (T0 << 21) + 8);
	next = issue(f, session);
	assert_int_equal(next, (T0 << 21) + 9);
	memset(&f->script, 0, sizeof(f->script));
	(void)redeem(f, code);
	(void)redeem(f, next);
	assert_int_equal(token_of(f, op.u.issue_client_token.access.ret_id).family.subject_id, 0);
}

/* Nor that of a device, whose family takes its key as well. */
static void
codes_devices_and_clients_share_no_key(void **state)
{
	struct fixture *f = *state;
	static const uint32_t draws[] = { 7, 7, 8, 7, 8, 9, 1, 8, 9, 10 };
	int64_t session = sign_in(f);
	struct authcode_operation device = op_device(f, 0x11), client = op_client_token(f);

	script(f, draws, AC_ARRAY_SIZE(draws));
	assert_int_equal(issue(f, session), (T0 << 21) + 7);
	assert_int_equal(perform(f, &device), AUTHCODE_RESULT_DONE);
	assert_int_equal(device.u.create_device.ret_device_id, (T0 << 21) + 8);
	assert_int_equal(perform(f, &client), AUTHCODE_RESULT_DONE);
	assert_int_equal(client.u.issue_client_token.ret_family_id, (T0 << 21) + 9);
	assert_int_equal(issue(f, session), (T0 << 21) + 10);
	device = op_device(f, 0x12);
	script(f, draws + 7, 3);
	assert_int_equal(perform(f, &device), AUTHCODE_RESULT_FAILED); /* 8, 9 and 10 for ever */
	assert_int_equal(device.err, AUTHCODE_ERR_RANDOM);
}

static void
without_a_key_nothing_is_written(void **state)
{
	struct fixture *f = *state;
	static const uint32_t seven = 7;
	struct authcode_operation op = op_client_token(f);

	script(f, &seven, 1);
	assert_int_equal(issue(f, sign_in(f)), (T0 << 21) + 7);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
	assert_int_equal(op.u.issue_client_token.ret_family_id, 0);
	assert_int_equal(op.u.issue_client_token.access.ret_id, 0);
	assert_false(has_token(f, (T0 << 21) + 7));
	f->script.broken = true;
	op = op_client_token(f);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_int_equal(op.err, AUTHCODE_ERR_RANDOM);
}

static void
a_missing_text_is_refused(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 4; i++) {
		struct authcode_operation op = op_client_token(f);
		struct authcode_op_issue_client_token *args = &op.u.issue_client_token;
		const char **const texts[] = { &args->client_id, &args->resource,
					       &args->access.scope, &args->access.resource };

		*texts[i] = NULL;
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	}
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_client_token_is_a_family_without_person_and_session),
	CONTRACT_CASE(it_does_not_outlive_its_family),
	CONTRACT_CASE(it_is_revoked_and_purged_like_any_other),
	CONTRACT_CASE(it_is_no_refresh_token),
	CONTRACT_CASE(its_family_has_the_key_of_no_code),
	CONTRACT_CASE(codes_devices_and_clients_share_no_key),
	CONTRACT_CASE(without_a_key_nothing_is_written),
	CONTRACT_CASE(a_missing_text_is_refused),
};

const struct contract_chapter contract_client = { cases, AC_ARRAY_SIZE(cases) };
