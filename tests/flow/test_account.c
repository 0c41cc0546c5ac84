/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The account step: every path that issues or describes something of a person,
 * with everything an account can have become. The paths are one table
 * (account_paths.c), and a path that is added to the issuer and not there fails the first
 * test; one that is there and does not ask fails the second (CVE-2026-9798 and its siblings:
 * the fix that missed the other path). CO-11, UI-06.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "tests/flow/account_paths.h"

#define SECRET "&client_secret=" FLOW_SECRET

/* Everything a host can say; the last three mean what UNKNOWN means. */
static const struct {
	const char *name;
	bool silent; /* says nothing at all */
	struct authcode_account account;
	enum authcode_account_state means;
} states[] = {
	{ "unknown", false, { .state = AUTHCODE_ACCOUNT_UNKNOWN }, AUTHCODE_ACCOUNT_UNKNOWN },
	{ "refused", false, { .state = AUTHCODE_ACCOUNT_REFUSED }, AUTHCODE_ACCOUNT_REFUSED },
	{ "gone", false, { .state = AUTHCODE_ACCOUNT_GONE }, AUTHCODE_ACCOUNT_GONE },
	{ "silence", true, { 0 }, AUTHCODE_ACCOUNT_UNKNOWN },
	{ "no state of the table",
	  false,
	  { .state = (enum authcode_account_state)99 },
	  AUTHCODE_ACCOUNT_UNKNOWN },
	{ "groups that are not there",
	  false,
	  { .state = AUTHCODE_ACCOUNT_GOOD, .group_count = 1 },
	  AUTHCODE_ACCOUNT_UNKNOWN },
};

/* --- tests --------------------------------------------------------------- */

static bool
has_row(enum authcode_endpoint endpoint, unsigned grant)
{
	for (size_t i = 0; i < (size_t)ACCOUNT_PATHS; i++) {
		if (account_paths[i].endpoint == endpoint &&
		    (grant == 0 || account_paths[i].grant == grant))
			return true;
	}
	return false;
}

static bool
registry_knows(unsigned grants)
{
	struct authcode_client client = flow_client(&w.flow, FLOW_WEB);
	struct authcode_clients *clients = NULL;
	bool known;

	client.grants = grants;
	known = authcode_clients_new(&client, 1, &clients, NULL) == AUTHCODE_OK;
	authcode_clients_unref(&clients);
	return known;
}

static void
every_endpoint_and_every_grant_has_a_row(void **state)
{
	(void)state;
	for (int e = 0; e < AUTHCODE_ENDPOINT_COUNT; e++) {
		/* Revocation and logout issue nothing; leaving is open to everybody. A device
		 * is nobody's until somebody has answered for it (test_device.c). */
		bool gives_nothing = e == AUTHCODE_ENDPOINT_REVOKE ||
				     e == AUTHCODE_ENDPOINT_LOGOUT ||
				     e == AUTHCODE_ENDPOINT_LOGOUT_CONFIRM ||
				     e == AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION ||
				     e == AUTHCODE_ENDPOINT_DEVICE;

		if (!gives_nothing && !has_row((enum authcode_endpoint)e, 0))
			fail_msg("no row for %s",
				 authcode_endpoint_path((enum authcode_endpoint)e));
	}
	for (unsigned bit = 0; bit < 32; bit++) {
		unsigned grant = 1u << bit;

		/* A client for itself is no person. */
		if (grant != AUTHCODE_GRANT_CLIENT_CREDENTIALS &&
		    registry_knows(AUTHCODE_GRANT_AUTHORIZATION_CODE | grant) &&
		    !has_row(AUTHCODE_ENDPOINT_TOKEN, grant))
			fail_msg("no row for grant bit %u", bit);
	}
}

static struct authcode_exchange *
begin(const struct account_path *path)
{
	struct authcode_request request = path->request();
	struct authcode_exchange *x = NULL;

	request.now_ms = w.flow.now_ms;
	assert_int_equal(authcode_exchange_begin(w.flow.issuer, &request, &x), AUTHCODE_OK);
	return x;
}

static void
every_path_stops_once_and_shows_nothing_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < (size_t)ACCOUNT_PATHS; i++) {
		struct authcode_exchange *x = begin(&account_paths[i]);
		const struct authcode_account_query *query = authcode_exchange_account(x);

		print_message("# %s\n", account_paths[i].name);
		assert_non_null(query);
		assert_string_equal(query->user_name, "alice");
		assert_int_equal(query->uid, 1000);
		assert_true(query->subject_id > 0);
		assert_string_equal(query->client->id, account_paths[i].client);
		/* Only who is about to tell them wants claims. */
		assert_int_equal(query->claims,
				 account_paths[i].endpoint == AUTHCODE_ENDPOINT_USERINFO);
		assert_null(authcode_exchange_operation(x));
		flow_assert_page(authcode_exchange_response(x), 500, "server_error");
		authcode_exchange_answer(x);
		flow_assert_page(authcode_exchange_response(x), 500, "server_error");
		authcode_exchange_set_account(x, &w.flow.account);
		assert_null(authcode_exchange_account(x));
		assert_int_equal(authcode_exchange_operation(x) != NULL, account_paths[i].writes);
		/* A second word changes nothing. */
		authcode_exchange_set_account(
			x, &(struct authcode_account){ .state = AUTHCODE_ACCOUNT_GONE });
		assert_int_equal(authcode_exchange_operation(x) != NULL, account_paths[i].writes);
		authcode_exchange_free(&x);
	}
}

/* CO-11: and what was refused works as soon as the account is good again. */
static void
only_a_good_account_goes_on_and_nothing_else_is_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < (size_t)ACCOUNT_PATHS; i++) {
		for (size_t k = 0; k < AC_ARRAY_SIZE(states); k++) {
			struct authcode_exchange *x = begin(&account_paths[i]);
			struct authcode_account account = states[k].account;

			print_message("# %s: %s\n", account_paths[i].name, states[k].name);
			authcode_exchange_set_account(x, states[k].silent ? NULL : &account);
			assert_null(authcode_exchange_operation(x));
			account_paths[i].answers(authcode_exchange_response(x), states[k].means);
			authcode_exchange_free(&x);
		}
	}
	for (size_t i = 0; i < (size_t)ACCOUNT_PATHS; i++) {
		size_t writes = w.flow.writes;

		print_message("# %s: good\n", account_paths[i].name);
		account_paths[i].answers(flow_run(&w.flow, account_paths[i].request()),
					 AUTHCODE_ACCOUNT_GOOD);
		assert_int_equal(w.flow.writes - writes, account_paths[i].writes ? 1 : 0);
	}
	assert_int_equal(w.flow.asked, (size_t)ACCOUNT_PATHS);
}

static void
where_nobody_can_be_asked_nobody_gets_anything(void **state)
{
	size_t writes = w.flow.writes;

	(void)state;
	for (size_t i = 0; i < (size_t)ACCOUNT_PATHS; i++) {
		struct authcode_request request = account_paths[i].request();
		struct authcode_exchange *x = NULL;

		request.now_ms = w.flow.now_ms;
		assert_int_equal(authcode_exchange_run(w.flow.issuer, &request, &x), AUTHCODE_OK);
		account_paths[i].answers(authcode_exchange_response(x), AUTHCODE_ACCOUNT_UNKNOWN);
		authcode_exchange_free(&x);
	}
	assert_int_equal(w.flow.writes, writes);
}

static void
without_check_accounts_nothing_stops(void **state)
{
	(void)state;
	for (size_t i = 0; i < (size_t)ACCOUNT_PATHS; i++) {
		struct authcode_exchange *x = begin(&account_paths[i]);

		assert_null(authcode_exchange_account(x));
		authcode_exchange_free(&x);
	}
	w.flow.account.state = AUTHCODE_ACCOUNT_GONE;
	for (size_t i = 0; i < (size_t)ACCOUNT_PATHS; i++)
		account_paths[i].answers(flow_run(&w.flow, account_paths[i].request()),
					 AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(w.flow.asked, 0);
}

static int64_t
subject_id(void)
{
	struct authcode_subject subject;
	size_t count = 0;

	assert_int_equal(authcode_store_list_subjects(w.flow.memory, w.flow.now_ms, 0, w.flow.arena,
						      &subject, 1, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 1);
	return subject.id;
}

/* What the store knows to be over needs no host to say so. */
static void
what_a_retired_subject_has_is_dead_at_once_on_every_path(void **state)
{
	struct authcode_operation op = { .kind = AUTHCODE_OP_RETIRE_SUBJECT,
					 .now_ms = FLOW_START_MS };

	(void)state;
	op.u.retire_subject.subject_id = subject_id();
	authcode_store_perform(w.flow.memory, &op);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
	for (size_t i = 0; i < (size_t)ACCOUNT_PATHS; i++) {
		const struct authcode_response *r;
		size_t writes = w.flow.writes;

		print_message("# %s\n", account_paths[i].name);
		r = flow_run(&w.flow, account_paths[i].request());
		/* A consent of nobody is asked for anew. */
		if (account_paths[i].endpoint == AUTHCODE_ENDPOINT_CONSENT)
			r = flow_follow(&w.flow, &w.browser, r);
		/* There is no session any more that a sign-in has made. */
		if (account_paths[i].endpoint == AUTHCODE_ENDPOINT_RESUME)
			account_authorization_answers(r, AUTHCODE_ACCOUNT_GONE);
		else
			account_paths[i].answers(r, AUTHCODE_ACCOUNT_GONE);
		assert_int_equal(w.flow.writes, writes);
	}
	assert_int_equal(w.flow.asked, 0);
}

/* RFC 6749 §4.1.2: a code used twice is evidence, whatever has become of the
 * account of whoever used it. */
static void
a_replayed_code_revokes_though_the_account_is_unknown(void **state)
{
	const struct authcode_response *r;
	const char *token;

	(void)state;
	r = flow_run(&w.flow, account_redeem());
	assert_int_equal(r->status, 200);
	token = account_value_of(r, "access_token");
	w.flow.asked = 0;
	w.flow.account.state = AUTHCODE_ACCOUNT_UNKNOWN;
	account_assert_error(flow_run(&w.flow, account_redeem()), 400, "invalid_grant");
	assert_int_equal(w.flow.asked, 0);
	w.flow.account.state = AUTHCODE_ACCOUNT_GOOD;
	w.access_token = token;
	account_assert_inactive(flow_run(&w.flow, account_introspect_access()));
}

/* RFC 9700 §4.14.2 */
static void
a_replayed_refresh_token_revokes_though_the_account_is_unknown(void **state)
{
	const struct authcode_response *r;
	const char *successor;

	(void)state;
	r = flow_run(&w.flow, account_rotate());
	assert_int_equal(r->status, 200);
	successor = account_value_of(r, "refresh_token");
	w.flow.now_ms += 10 * 1000;
	w.flow.asked = 0;
	w.flow.account.state = AUTHCODE_ACCOUNT_UNKNOWN;
	account_assert_error(flow_run(&w.flow, account_rotate()), 400, "invalid_grant");
	assert_int_equal(w.flow.asked, 0);
	w.flow.account.state = AUTHCODE_ACCOUNT_GOOD;
	w.rotate_form = flow_text(
		&w.flow, "grant_type=refresh_token&client_id=app&refresh_token=%s", successor);
	account_assert_error(flow_run(&w.flow, account_rotate()), 400, "invalid_grant");
}

/* RFC 6749 §4.4: nobody stands behind it. */
static void
a_token_of_the_client_itself_has_no_account_to_ask_about(void **state)
{
	(void)state;
	w.flow.hide_people = true;
	w.flow.account.state = AUTHCODE_ACCOUNT_UNKNOWN;
	account_introspection_answers(flow_run(&w.flow, account_introspect_access()),
				      AUTHCODE_ACCOUNT_GOOD);
	account_grant_answers(flow_run(&w.flow, account_refresh()), AUTHCODE_ACCOUNT_GOOD);
	account_assert_error(flow_run(&w.flow, account_userinfo_get()), 403, "insufficient_scope");
	assert_int_equal(w.flow.asked, 0);
}

/* Revoking must work in an outage: nothing of a person is told by it. */
static void
revocation_asks_nobody(void **state)
{
	const struct authcode_response *r;

	(void)state;
	w.flow.account.state = AUTHCODE_ACCOUNT_UNKNOWN;
	r = flow_run(&w.flow,
		     account_from_client(AUTHCODE_ENDPOINT_REVOKE,
					 flow_text(&w.flow, "client_id=web" SECRET "&token=%s",
						   w.refresh_token)));
	assert_int_equal(r->status, 200);
	assert_int_equal(w.flow.asked, 0);
	w.flow.account.state = AUTHCODE_ACCOUNT_GOOD;
	account_assert_inactive(flow_run(&w.flow, account_introspect_access()));
}

/* Nobody's account is looked at for a stranger, a wrong proof or a dead token. */
static void
who_may_not_ask_learns_nothing_of_the_account(void **state)
{
	(void)state;
	w.flow.account.state = AUTHCODE_ACCOUNT_REFUSED;
	account_assert_error(
		flow_run(&w.flow,
			 account_from_client(AUTHCODE_ENDPOINT_INTROSPECT,
					     flow_text(&w.flow,
						       "client_id=web&client_secret=wrong&token=%s",
						       w.access_token))),
		401, "invalid_client");
	account_assert_inactive(flow_run(
		&w.flow,
		account_from_client(AUTHCODE_ENDPOINT_INTROSPECT,
				    flow_text(&w.flow, "client_id=app&token=%s", w.access_token))));
	account_assert_error(
		flow_run(&w.flow,
			 account_from_client(AUTHCODE_ENDPOINT_TOKEN,
					     flow_text(&w.flow,
						       "grant_type=authorization_code&client_id="
						       "web" SECRET "&redirect_uri=https://other"
						       ".example&code=%s",
						       w.code))),
		400, "invalid_grant");
	w.flow.now_ms += INT64_C(2) * 24 * 3600 * 1000;
	account_assert_inactive(flow_run(&w.flow, account_introspect_access()));
	assert_int_equal(flow_run(&w.flow, account_userinfo_get())->status, 401);
	assert_int_equal(w.flow.asked, 0);
}

/* The answer belongs to the host: it may be gone when the call returns. */
static void
what_is_described_is_the_account_as_it_is_now(void **state)
{
	char group[] = "night-shift", name[] = "Alice Renamed";
	const char *groups[] = { group };
	struct authcode_exchange *x;
	const struct authcode_response *r;
	json_t *json;

	(void)state;
	x = begin(&account_paths[(size_t)ACCOUNT_PATHS - 1]);
	authcode_exchange_set_account(x, &(struct authcode_account){ .state = AUTHCODE_ACCOUNT_GOOD,
								     .full_name = name,
								     .groups = groups,
								     .group_count = 1 });
	memset(group, 'x', sizeof(group) - 1);
	memset(name, 'x', sizeof(name) - 1);
	r = authcode_exchange_response(x);
	json = json_loadb(r->body, r->body_len, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json, "name")), "Alice Renamed");
	assert_int_equal(json_array_size(json_object_get(json, "groups")), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(json, "groups"), 0)),
			    "night-shift");
	json_decref(json);
	authcode_exchange_free(&x);
}

/* The store's groups are of the last sign-in: with an answer they count no more. */
static void
an_account_without_groups_has_none(void **state)
{
	const struct authcode_response *r;

	(void)state;
	r = flow_run(&w.flow, account_userinfo_get());
	assert_null(strstr(r->body, "groups"));
	assert_null(strstr(r->body, "Some Body"));
}

#define CHECKING(function)                                                                         \
	cmocka_unit_test_setup_teardown(function, account_set_up_checking, account_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CHECKING(every_endpoint_and_every_grant_has_a_row),
		CHECKING(every_path_stops_once_and_shows_nothing_before),
		CHECKING(only_a_good_account_goes_on_and_nothing_else_is_written),
		CHECKING(where_nobody_can_be_asked_nobody_gets_anything),
		CHECKING(what_a_retired_subject_has_is_dead_at_once_on_every_path),
		CHECKING(a_replayed_code_revokes_though_the_account_is_unknown),
		CHECKING(a_replayed_refresh_token_revokes_though_the_account_is_unknown),
		CHECKING(a_token_of_the_client_itself_has_no_account_to_ask_about),
		CHECKING(revocation_asks_nobody),
		CHECKING(who_may_not_ask_learns_nothing_of_the_account),
		CHECKING(what_is_described_is_the_account_as_it_is_now),
		CHECKING(an_account_without_groups_has_none),
		cmocka_unit_test_setup_teardown(without_check_accounts_nothing_stops,
						account_set_up_trusting, account_tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_retired_subject_has_is_dead_at_once_on_every_path,
			account_set_up_trusting, account_tear_down),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
