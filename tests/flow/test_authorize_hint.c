/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * An authorization request about one person, whom an ID token of ours names
 * (OIDC-Core §3.1.2.1). AZ-32; and AZ-36 where people have other names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/flow/openid_fixture.h"

#define WEB "client_id=web&redirect_uri=" FLOW_WEB_URI "&response_type=code&state=s"
#define OPENID WEB "&scope=openid"

/* An ID token of alice, who is signed in at the browser from then on. */
static const char *
hint_of_alice(struct openid *o)
{
	json_t *answer = openid_tokens(o, "openid");
	const char *token = flow_text(&o->flow, "%s", openid_text(answer, "id_token"));

	json_decref(answer);
	o->flow.now_ms += 1000;
	return token;
}

static const struct authcode_response *
ask(struct openid *o, const char *request, const char *hint)
{
	return flow_get(
		&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
		flow_text(&o->flow, "%s&id_token_hint=%s", request, flow_encode(&o->flow, hint)));
}

static const struct authcode_response *
finish(struct openid *o, const struct authcode_response *page, const char *user)
{
	assert_int_equal(page->kind, AUTHCODE_RESPONSE_SIGN_IN);
	o->flow.now_ms += 1000;
	return flow_follow(
		&o->flow, &o->browser,
		flow_sign_in(&o->flow, &o->browser, page->interaction->transaction, user));
}

/* bob takes alice's place at the browser. */
static void
sign_bob_in(struct openid *o)
{
	const struct authcode_response *page = flow_get(
		&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE, OPENID "&prompt=login");

	flow_assert_code(&o->flow, finish(o, page, "bob"), FLOW_WEB_URI, "s");
}

static void
assert_code(struct openid *o, const struct authcode_response *r)
{
	flow_assert_code(&o->flow, r, FLOW_WEB_URI, "s");
}

static void
assert_refused(struct openid *o, const struct authcode_response *r, const char *error)
{
	flow_assert_refused(&o->flow, r, FLOW_WEB_URI, error, "s");
}

/* AZ-32 */
static void
whoever_is_meant_and_signed_in_goes_on(void **state)
{
	struct openid *o = *state;
	const char *hint = hint_of_alice(o);

	assert_code(o, ask(o, OPENID, hint));
	assert_code(o, ask(o, OPENID "&prompt=none", hint));
	assert_code(o, ask(o, WEB "&scope=profile&prompt=none", hint));
	/* It has ended long ago, and says who it was all the same. */
	o->flow.now_ms += INT64_C(7) * 3600 * 1000;
	assert_code(o, ask(o, OPENID "&prompt=none", hint));
}

/* AZ-32: it is no proof of who sends it. */
static void
a_hint_signs_nobody_in(void **state)
{
	struct openid *o = *state;
	const char *hint = hint_of_alice(o);

	o->browser = (struct flow_browser){ .cookie = "browser-two" };
	assert_refused(o, ask(o, OPENID "&prompt=none", hint), "login_required");
	assert_code(o, finish(o, ask(o, OPENID, hint), "alice"));
}

/* AZ-32 */
static void
somebody_else_has_to_make_room(void **state)
{
	static const char *const requests[] = { OPENID, WEB "&scope=profile" };
	struct openid *o = *state;
	const char *hint = hint_of_alice(o);

	for (size_t i = 0; i < AC_ARRAY_SIZE(requests); i++) {
		const struct authcode_response *page;

		print_message("# %s\n", requests[i]);
		sign_bob_in(o);
		assert_refused(o, ask(o, flow_text(&o->flow, "%s&prompt=none", requests[i]), hint),
			       "login_required");
		page = ask(o, requests[i], hint);
		assert_int_equal(page->kind, AUTHCODE_RESPONSE_SIGN_IN);
		assert_null(page->interaction->user_name);
		assert_refused(o, finish(o, page, "bob"), "login_required");
		assert_code(o, finish(o, ask(o, requests[i], hint), "alice"));
	}
}

/* AZ-32: whichever way the request is carried on. */
static void
who_is_meant_is_never_forgotten(void **state)
{
	struct openid *o = *state;
	const char *hint = hint_of_alice(o), *txn;
	const struct authcode_response *r;
	char *url = NULL;

	sign_bob_in(o);
	r = flow_post(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
		      flow_text(&o->flow, OPENID "&prompt=none&id_token_hint=%s", hint));
	assert_refused(o, flow_follow(&o->flow, &o->browser, r), "login_required");
	/* After a wrong password, and from a page that grew old. */
	txn = ask(o, OPENID, hint)->interaction->transaction;
	assert_int_equal(authcode_transaction_resume_url(
				 o->flow.issuer,
				 &(struct authcode_resumption){ .transaction = txn,
								.browser = o->browser.cookie,
								.notice = AUTHCODE_NOTICE_FAILED,
								.now_ms = o->flow.now_ms },
				 &url),
			 AUTHCODE_OK);
	r = flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_RESUME, flow_query(url));
	free(url);
	assert_refused(o, finish(o, r, "bob"), "login_required");
	o->flow.now_ms += INT64_C(2) * 3600 * 1000;
	r = flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_RESUME,
		     flow_text(&o->flow, "txn=%s", txn));
	assert_refused(o, finish(o, r, "bob"), "login_required");
}

/* AZ-32 */
static void
what_cannot_be_verified_is_refused(void **state)
{
	struct openid *o = *state;
	const char *hint = hint_of_alice(o);
	const char *const rows[] = {
		"x",
		"..",
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.",
		flow_text(&o->flow, "%.*s", (int)strlen(hint) - 1, hint),
		flow_text(&o->flow, "%s=", hint),
		flow_text(&o->flow, "%.*s.", (int)(strrchr(hint, '.') - hint), hint),
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i]);
		assert_refused(o, ask(o, OPENID, rows[i]), "invalid_request");
	}
	assert_refused(o, ask(o, flow_text(&o->flow, OPENID "&id_token_hint=%s", hint), hint),
		       "invalid_request");
	assert_code(o, ask(o, OPENID, ""));
}

/* AZ-32, AZ-36: a pairwise name means somebody in its own sector alone. */
static void
a_name_counts_where_it_was_given(void **state)
{
	struct openid *o = *state;
	const char *public_hint = hint_of_alice(o), *pairwise_hint, *sub;
	struct authcode_client client = openid_client(o);
	json_t *answer, *claims;

	client.subject_type = AUTHCODE_SUBJECT_PAIRWISE;
	openid_set_client(o, &client);
	assert_refused(o, ask(o, OPENID, "x"), "invalid_request");
	answer = openid_tokens(o, "openid");
	claims = openid_id_token(answer);
	pairwise_hint = flow_text(&o->flow, "%s", openid_text(answer, "id_token"));
	sub = flow_text(&o->flow, "%s", openid_text(claims, "sub"));
	json_decref(claims);
	json_decref(answer);
	assert_code(o, ask(o, OPENID "&prompt=none", pairwise_hint));
	assert_code(o, flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
				flow_text(&o->flow, OPENID "&prompt=none&claims=%s",
					  flow_encode(&o->flow,
						      flow_text(&o->flow,
								"{\"id_token\":{\"sub\":{\"value\":"
								"\"%s\"}}}",
								sub)))));
	/* The name that everybody else knows is nobody's here. */
	assert_refused(o, ask(o, OPENID "&prompt=none", public_hint), "login_required");
	client.subject_type = AUTHCODE_SUBJECT_PUBLIC;
	openid_set_client(o, &client);
	assert_refused(o, ask(o, OPENID "&prompt=none", pairwise_hint), "login_required");
}

/* AZ-32: clients of one server share a hint only where they share its names. */
static void
a_hint_of_another_client_counts_by_its_names(void **state)
{
	struct openid *o = *state;
	const char *hint = hint_of_alice(o);
	struct authcode_client clients[2] = { openid_client(o), openid_client(o) };

	clients[0].id = "other";
	flow_set_clients(&o->flow, clients, 2);
	assert_code(o, ask(o, OPENID "&prompt=none", hint));
	assert_code(o, flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
				flow_text(&o->flow,
					  "client_id=other&redirect_uri=" FLOW_WEB_URI
					  "&response_type=code&state=s&scope=openid&prompt=none"
					  "&id_token_hint=%s",
					  hint)));
	clients[0].subject_type = AUTHCODE_SUBJECT_PAIRWISE;
	flow_set_clients(&o->flow, clients, 2);
	assert_refused(o,
		       flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
				flow_text(&o->flow,
					  "client_id=other&redirect_uri=" FLOW_WEB_URI
					  "&response_type=code&state=s&scope=openid&prompt=none"
					  "&id_token_hint=%s",
					  hint)),
		       "invalid_request");
	/* Its client is gone. */
	clients[0].subject_type = AUTHCODE_SUBJECT_PUBLIC;
	flow_set_clients(&o->flow, clients, 1);
	assert_refused(o,
		       flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
				flow_text(&o->flow,
					  "client_id=other&redirect_uri=" FLOW_WEB_URI
					  "&response_type=code&state=s&scope=openid"
					  "&id_token_hint=%s",
					  hint)),
		       "invalid_request");
}

/* AZ-28 */
static void
an_id_token_tells_when_somebody_signed_in_for_max_age(void **state)
{
	struct openid *o = *state;
	const struct authcode_response *r;
	json_t *answer, *claims;

	(void)hint_of_alice(o);
	o->flow.now_ms += 600000;
	r = flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE, OPENID "&max_age=300");
	r = finish(o, r, "alice");
	answer = openid_redeem(o, flow_param(&o->flow, r->location, "code"));
	claims = openid_id_token(answer);
	assert_int_equal(openid_number(claims, "auth_time"), o->flow.now_ms / 1000);
	json_decref(claims);
	json_decref(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, openid_setup, openid_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whoever_is_meant_and_signed_in_goes_on),
		TEST(a_hint_signs_nobody_in),
		TEST(somebody_else_has_to_make_room),
		TEST(who_is_meant_is_never_forgotten),
		TEST(what_cannot_be_verified_is_refused),
		TEST(a_name_counts_where_it_was_given),
		TEST(a_hint_of_another_client_counts_by_its_names),
		TEST(an_id_token_tells_when_somebody_signed_in_for_max_age),
	};

	return cmocka_run_group_tests_name("authorize_hint", tests, NULL, NULL);
}
