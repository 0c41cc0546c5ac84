/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The account step: every path that issues or describes something of a person,
 * with everything an account can have become. The paths are one table, and a
 * path that is added to the issuer and not here fails the first test; one that
 * is here and does not ask fails the second (CVE-2026-9798 and its siblings:
 * the fix that missed the other path). CO-11, UI-06.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "tests/flow/device_flow.h"

#define WEB                                                                                        \
	"client_id=web&redirect_uri=" FLOW_WEB_URI "&response_type=code&state=s&scope=openid"      \
	"+profile+groups"
#define SECRET "&client_secret=" FLOW_SECRET

static struct flow flow;
static struct flow_browser browser;
static const char *resume_query; /* of a sign-in that has just been made */
static const char *consent_form;
static const char *code, *code_form, *refresh_form, *rotate_form, *again_form, *access_token,
	*refresh_token, *device_form;

/* --- the requests -------------------------------------------------------- */

static struct authcode_request
from_browser(enum authcode_endpoint endpoint, const char *query, const char *body)
{
	return (struct authcode_request){
		.endpoint = endpoint,
		.method = body != NULL ? AUTHCODE_METHOD_POST : AUTHCODE_METHOD_GET,
		.query = { query, strlen(query) },
		.body = { body, body != NULL ? strlen(body) : 0 },
		.content_type = FLOW_FORM,
		.browser = browser.cookie,
		.session = browser.session,
	};
}

static struct authcode_request
from_client(enum authcode_endpoint endpoint, const char *body)
{
	return (struct authcode_request){
		.endpoint = endpoint,
		.method = AUTHCODE_METHOD_POST,
		.body = { body, strlen(body) },
		.content_type = FLOW_FORM,
	};
}

static struct authcode_request
authorize_get(void)
{
	return from_browser(AUTHCODE_ENDPOINT_AUTHORIZE, WEB, NULL);
}

/* The POST itself leads nowhere but to this GET (AZ-45). */
static struct authcode_request
authorize_post(void)
{
	const struct authcode_response *r =
		flow_post(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, WEB);

	assert_int_equal(r->status, 303);
	return from_browser(AUTHCODE_ENDPOINT_RESUME, flow_query(r->location), NULL);
}

static struct authcode_request
resume(void)
{
	return from_browser(AUTHCODE_ENDPOINT_RESUME, resume_query, NULL);
}

static struct authcode_request
consent(void)
{
	return from_browser(AUTHCODE_ENDPOINT_CONSENT, "", consent_form);
}

static struct authcode_request
redeem(void)
{
	return from_client(AUTHCODE_ENDPOINT_TOKEN, code_form);
}

static struct authcode_request
refresh(void)
{
	return from_client(AUTHCODE_ENDPOINT_TOKEN, refresh_form);
}

static struct authcode_request
rotate(void)
{
	return from_client(AUTHCODE_ENDPOINT_TOKEN, rotate_form);
}

static struct authcode_request
rotate_again(void)
{
	return from_client(AUTHCODE_ENDPOINT_TOKEN, again_form);
}

static struct authcode_request
poll_device(void)
{
	return from_client(AUTHCODE_ENDPOINT_TOKEN, device_form);
}

static struct authcode_request
introspect_access(void)
{
	return from_client(AUTHCODE_ENDPOINT_INTROSPECT,
			   flow_text(&flow, "client_id=web" SECRET "&token=%s", access_token));
}

static struct authcode_request
introspect_refresh(void)
{
	return from_client(AUTHCODE_ENDPOINT_INTROSPECT,
			   flow_text(&flow, "client_id=web" SECRET "&token=%s", refresh_token));
}

static struct authcode_request
userinfo_get(void)
{
	return (struct authcode_request){
		.endpoint = AUTHCODE_ENDPOINT_USERINFO,
		.method = AUTHCODE_METHOD_GET,
		.authorization = flow_text(&flow, "Bearer %s", access_token),
	};
}

static struct authcode_request
userinfo_post(void)
{
	return from_client(AUTHCODE_ENDPOINT_USERINFO,
			   flow_text(&flow, "access_token=%s", access_token));
}

/* --- what each answers --------------------------------------------------- */

static const char *
error_of(const struct authcode_response *r)
{
	json_t *json = json_loadb(r->body, r->body_len, 0, NULL);
	const char *error =
		flow_text(&flow, "%s", json_string_value(json_object_get(json, "error")));

	json_decref(json);
	return error;
}

static void
assert_json_error(const struct authcode_response *r, unsigned status, const char *error)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_JSON);
	assert_int_equal(r->status, status);
	assert_string_equal(error_of(r), error);
	assert_string_equal(r->refusal.error, error);
}

static void
assert_inactive(const struct authcode_response *r)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_JSON);
	assert_int_equal(r->status, 200);
	assert_string_equal(r->body, "{\"active\":false}");
}

static void
authorization_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	switch (state) {
	case AUTHCODE_ACCOUNT_GOOD:
		flow_assert_code(&flow, r, FLOW_WEB_URI, "s");
		return;
	case AUTHCODE_ACCOUNT_GONE:                          /* as if there were no session */
		if (r->kind == AUTHCODE_RESPONSE_REDIRECT) { /* after a POST: elsewhere */
			assert_int_equal(strncmp(r->location, FLOW_ISSUER "/resume?txn=",
						 strlen(FLOW_ISSUER "/resume?txn=")),
					 0);
			assert_null(flow_param(&flow, r->location, "code"));
			return;
		}
		assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
		assert_int_equal(r->status, 200);
		assert_null(r->interaction->user_name);
		return;
	case AUTHCODE_ACCOUNT_REFUSED:
		flow_assert_refused(&flow, r, FLOW_WEB_URI, "access_denied", "s");
		return;
	default:
		flow_assert_refused(&flow, r, FLOW_WEB_URI, "temporarily_unavailable", "s");
	}
}

/* The sign-in was for this request: it is not asked for a second time. */
static void
resume_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	authorization_answers(r, state == AUTHCODE_ACCOUNT_GONE ? AUTHCODE_ACCOUNT_REFUSED : state);
}

static void
grant_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	if (state == AUTHCODE_ACCOUNT_GOOD) {
		assert_int_equal(r->status, 200);
		assert_non_null(strstr(r->body, "\"access_token\""));
	} else if (state == AUTHCODE_ACCOUNT_REFUSED || state == AUTHCODE_ACCOUNT_GONE) {
		assert_json_error(r, 400, "invalid_grant");
	} else {
		assert_json_error(r, 503, "temporarily_unavailable");
	}
}

static void
introspection_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	if (state == AUTHCODE_ACCOUNT_GOOD) {
		assert_int_equal(r->status, 200);
		assert_non_null(strstr(r->body, "\"active\":true"));
	} else if (state == AUTHCODE_ACCOUNT_REFUSED || state == AUTHCODE_ACCOUNT_GONE) {
		assert_inactive(r);
	} else {
		assert_json_error(r, 503, "temporarily_unavailable");
	}
}

static void
userinfo_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	if (state == AUTHCODE_ACCOUNT_GOOD) {
		assert_int_equal(r->status, 200);
		assert_non_null(strstr(r->body, "\"sub\""));
	} else if (state == AUTHCODE_ACCOUNT_REFUSED || state == AUTHCODE_ACCOUNT_GONE) {
		assert_json_error(r, 401, "invalid_token");
		assert_non_null(strstr(r->www_authenticate, "error=\"invalid_token\""));
	} else {
		assert_json_error(r, 503, "temporarily_unavailable");
		assert_null(r->www_authenticate);
	}
}

static const struct path {
	const char *name;
	enum authcode_endpoint endpoint;
	unsigned grant; /* of the token endpoint */
	const char *client;
	struct authcode_request (*request)(void);
	void (*answers)(const struct authcode_response *r, enum authcode_account_state state);
	bool writes; /* when the account is good */
} paths[] = {
	{ "authorize by GET", AUTHCODE_ENDPOINT_AUTHORIZE, 0, "web", authorize_get,
	  authorization_answers, true },
	{ "authorize by POST", AUTHCODE_ENDPOINT_RESUME, 0, "web", authorize_post,
	  authorization_answers, true },
	{ "resume after a sign-in", AUTHCODE_ENDPOINT_RESUME, 0, "web", resume, resume_answers,
	  true },
	{ "consent", AUTHCODE_ENDPOINT_CONSENT, 0, "web", consent, authorization_answers, true },
	{ "code redemption", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_AUTHORIZATION_CODE, "web",
	  redeem, grant_answers, true },
	{ "refresh", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_REFRESH_TOKEN, "web", refresh,
	  grant_answers, true },
	{ "refresh with rotation", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_REFRESH_TOKEN, "app",
	  rotate, grant_answers, true },
	{ "the answer of a rotation again", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_REFRESH_TOKEN,
	  "app", rotate_again, grant_answers, true },
	{ "device redemption", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_DEVICE_CODE, FLOW_TV,
	  poll_device, grant_answers, true },
	{ "introspection of an access token", AUTHCODE_ENDPOINT_INTROSPECT, 0, "web",
	  introspect_access, introspection_answers, false },
	{ "introspection of a refresh token", AUTHCODE_ENDPOINT_INTROSPECT, 0, "web",
	  introspect_refresh, introspection_answers, false },
	{ "userinfo by GET", AUTHCODE_ENDPOINT_USERINFO, 0, "web", userinfo_get, userinfo_answers,
	  false },
	{ "userinfo by POST", AUTHCODE_ENDPOINT_USERINFO, 0, "web", userinfo_post, userinfo_answers,
	  false },
};

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

/* --- the world ----------------------------------------------------------- */

static const char *
value_of(const struct authcode_response *r, const char *name)
{
	json_t *json = json_loadb(r->body, r->body_len, 0, NULL);
	const char *value = flow_text(&flow, "%s", json_string_value(json_object_get(json, name)));

	json_decref(json);
	return value;
}

static void
register_clients(void)
{
	struct authcode_client clients[] = { flow_client(&flow, FLOW_WEB),
					     flow_client(&flow, FLOW_APP),
					     flow_client(&flow, FLOW_TV) };

	clients[0].auth = AUTHCODE_AUTH_SECRET_POST;
	flow_set_clients(&flow, clients, AC_ARRAY_SIZE(clients));
}

/* With the first refresh token of a code. */
static const char *
app_refresh_form(const char *app_code)
{
	const struct authcode_response *r =
		flow_run(&flow, from_client(AUTHCODE_ENDPOINT_TOKEN,
					    flow_text(&flow,
						      "grant_type=authorization_code&client_id=app"
						      "&redirect_uri=" FLOW_APP_HTTPS
						      "&code_verifier=" FLOW_VERIFIER "&code=%s",
						      app_code)));

	assert_int_equal(r->status, 200);
	return flow_text(&flow, "grant_type=refresh_token&client_id=app&refresh_token=%s",
			 value_of(r, "refresh_token"));
}

/* A session, a consent that is remembered, one that waits, and tokens. */
static void
make_requests(void)
{
	static const char app[] = "client_id=app&redirect_uri=" FLOW_APP_HTTPS
				  "&response_type=code&scope=profile" FLOW_PKCE;
	const struct authcode_response *r;

	r = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, WEB);
	r = flow_sign_in(&flow, &browser, r->interaction->transaction, "alice");
	resume_query = flow_query(r->location);
	code_form = flow_text(&flow,
			      "grant_type=authorization_code&client_id=web" SECRET
			      "&redirect_uri=" FLOW_WEB_URI "&code=%s",
			      flow_code(&flow, &browser, WEB));
	r = flow_run(&flow, from_client(AUTHCODE_ENDPOINT_TOKEN, code_form));
	assert_int_equal(r->status, 200);
	access_token = value_of(r, "access_token");
	refresh_token = value_of(r, "refresh_token");
	refresh_form = flow_text(
		&flow, "grant_type=refresh_token&client_id=web" SECRET "&refresh_token=%s",
		refresh_token);
	code = flow_code(&flow, &browser, WEB);
	code_form = flow_text(&flow,
			      "grant_type=authorization_code&client_id=web" SECRET
			      "&redirect_uri=" FLOW_WEB_URI "&code=%s",
			      code);
	rotate_form = app_refresh_form(flow_code(&flow, &browser, app));
	again_form = app_refresh_form(flow_code(&flow, &browser, app));
	assert_int_equal(flow_run(&flow, rotate_again())->status, 200);
	r = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, WEB "+email");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	consent_form = flow_text(&flow, "txn=%s&csrf=%s&decision=allow",
				 r->interaction->transaction, r->interaction->csrf);
}

/* What alice has allowed and nobody has redeemed yet. */
static void
make_device_request(void)
{
	struct device device = device_begin(&flow, "");

	device_allow(&flow, &browser, &device);
	device_form =
		flow_text(&flow, "grant_type=" DEVICE_GRANT "&client_id=" FLOW_TV "&device_code=%s",
			  device.code);
}

static int
set_up(bool check_accounts)
{
	flow_start_with(&flow, &(struct authcode_issuer_settings){ .check_accounts = check_accounts,
								   .refresh_retry_s = 10 });
	browser = (struct flow_browser){ .cookie = "browser-one" };
	register_clients();
	make_requests();
	make_device_request();
	flow.asked = 0;
	return 0;
}

static int
set_up_checking(void **state)
{
	(void)state;
	return set_up(true);
}

static int
set_up_trusting(void **state)
{
	(void)state;
	return set_up(false);
}

static int
tear_down(void **state)
{
	(void)state;
	flow_stop(&flow);
	return 0;
}

/* --- tests --------------------------------------------------------------- */

static bool
has_row(enum authcode_endpoint endpoint, unsigned grant)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		if (paths[i].endpoint == endpoint && (grant == 0 || paths[i].grant == grant))
			return true;
	}
	return false;
}

static bool
registry_knows(unsigned grants)
{
	struct authcode_client client = flow_client(&flow, FLOW_WEB);
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
begin(const struct path *path)
{
	struct authcode_request request = path->request();
	struct authcode_exchange *x = NULL;

	request.now_ms = flow.now_ms;
	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_OK);
	return x;
}

static void
every_path_stops_once_and_shows_nothing_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		struct authcode_exchange *x = begin(&paths[i]);
		const struct authcode_account_query *query = authcode_exchange_account(x);

		print_message("# %s\n", paths[i].name);
		assert_non_null(query);
		assert_string_equal(query->user_name, "alice");
		assert_int_equal(query->uid, 1000);
		assert_true(query->subject_id > 0);
		assert_string_equal(query->client->id, paths[i].client);
		/* Only who is about to tell them wants claims. */
		assert_int_equal(query->claims, paths[i].endpoint == AUTHCODE_ENDPOINT_USERINFO);
		assert_null(authcode_exchange_operation(x));
		flow_assert_page(authcode_exchange_response(x), 500, "server_error");
		authcode_exchange_answer(x);
		flow_assert_page(authcode_exchange_response(x), 500, "server_error");
		authcode_exchange_set_account(x, &flow.account);
		assert_null(authcode_exchange_account(x));
		assert_int_equal(authcode_exchange_operation(x) != NULL, paths[i].writes);
		/* A second word changes nothing. */
		authcode_exchange_set_account(
			x, &(struct authcode_account){ .state = AUTHCODE_ACCOUNT_GONE });
		assert_int_equal(authcode_exchange_operation(x) != NULL, paths[i].writes);
		authcode_exchange_free(&x);
	}
}

/* CO-11: and what was refused works as soon as the account is good again. */
static void
only_a_good_account_goes_on_and_nothing_else_is_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		for (size_t k = 0; k < AC_ARRAY_SIZE(states); k++) {
			struct authcode_exchange *x = begin(&paths[i]);
			struct authcode_account account = states[k].account;

			print_message("# %s: %s\n", paths[i].name, states[k].name);
			authcode_exchange_set_account(x, states[k].silent ? NULL : &account);
			assert_null(authcode_exchange_operation(x));
			paths[i].answers(authcode_exchange_response(x), states[k].means);
			authcode_exchange_free(&x);
		}
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		size_t writes = flow.writes;

		print_message("# %s: good\n", paths[i].name);
		paths[i].answers(flow_run(&flow, paths[i].request()), AUTHCODE_ACCOUNT_GOOD);
		assert_int_equal(flow.writes - writes, paths[i].writes ? 1 : 0);
	}
	assert_int_equal(flow.asked, AC_ARRAY_SIZE(paths));
}

static void
where_nobody_can_be_asked_nobody_gets_anything(void **state)
{
	size_t writes = flow.writes;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		struct authcode_request request = paths[i].request();
		struct authcode_exchange *x = NULL;

		request.now_ms = flow.now_ms;
		assert_int_equal(authcode_exchange_run(flow.issuer, &request, &x), AUTHCODE_OK);
		paths[i].answers(authcode_exchange_response(x), AUTHCODE_ACCOUNT_UNKNOWN);
		authcode_exchange_free(&x);
	}
	assert_int_equal(flow.writes, writes);
}

static void
without_check_accounts_nothing_stops(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		struct authcode_exchange *x = begin(&paths[i]);

		assert_null(authcode_exchange_account(x));
		authcode_exchange_free(&x);
	}
	flow.account.state = AUTHCODE_ACCOUNT_GONE;
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++)
		paths[i].answers(flow_run(&flow, paths[i].request()), AUTHCODE_ACCOUNT_GOOD);
	assert_int_equal(flow.asked, 0);
}

static int64_t
subject_id(void)
{
	struct authcode_subject subject;
	size_t count = 0;

	assert_int_equal(authcode_store_list_subjects(flow.memory, flow.now_ms, 0, flow.arena,
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
	authcode_store_perform(flow.memory, &op);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		const struct authcode_response *r;
		size_t writes = flow.writes;

		print_message("# %s\n", paths[i].name);
		r = flow_run(&flow, paths[i].request());
		/* A consent of nobody is asked for anew. */
		if (paths[i].endpoint == AUTHCODE_ENDPOINT_CONSENT)
			r = flow_follow(&flow, &browser, r);
		/* There is no session any more that a sign-in has made. */
		if (paths[i].endpoint == AUTHCODE_ENDPOINT_RESUME)
			authorization_answers(r, AUTHCODE_ACCOUNT_GONE);
		else
			paths[i].answers(r, AUTHCODE_ACCOUNT_GONE);
		assert_int_equal(flow.writes, writes);
	}
	assert_int_equal(flow.asked, 0);
}

/* RFC 6749 §4.1.2: a code used twice is evidence, whatever has become of the
 * account of whoever used it. */
static void
a_replayed_code_revokes_though_the_account_is_unknown(void **state)
{
	const struct authcode_response *r;
	const char *token;

	(void)state;
	r = flow_run(&flow, redeem());
	assert_int_equal(r->status, 200);
	token = value_of(r, "access_token");
	flow.asked = 0;
	flow.account.state = AUTHCODE_ACCOUNT_UNKNOWN;
	assert_json_error(flow_run(&flow, redeem()), 400, "invalid_grant");
	assert_int_equal(flow.asked, 0);
	flow.account.state = AUTHCODE_ACCOUNT_GOOD;
	access_token = token;
	assert_inactive(flow_run(&flow, introspect_access()));
}

/* RFC 9700 §4.14.2 */
static void
a_replayed_refresh_token_revokes_though_the_account_is_unknown(void **state)
{
	const struct authcode_response *r;
	const char *successor;

	(void)state;
	r = flow_run(&flow, rotate());
	assert_int_equal(r->status, 200);
	successor = value_of(r, "refresh_token");
	flow.now_ms += 10 * 1000;
	flow.asked = 0;
	flow.account.state = AUTHCODE_ACCOUNT_UNKNOWN;
	assert_json_error(flow_run(&flow, rotate()), 400, "invalid_grant");
	assert_int_equal(flow.asked, 0);
	flow.account.state = AUTHCODE_ACCOUNT_GOOD;
	rotate_form = flow_text(&flow, "grant_type=refresh_token&client_id=app&refresh_token=%s",
				successor);
	assert_json_error(flow_run(&flow, rotate()), 400, "invalid_grant");
}

/* RFC 6749 §4.4: nobody stands behind it. */
static void
a_token_of_the_client_itself_has_no_account_to_ask_about(void **state)
{
	(void)state;
	flow.hide_people = true;
	flow.account.state = AUTHCODE_ACCOUNT_UNKNOWN;
	introspection_answers(flow_run(&flow, introspect_access()), AUTHCODE_ACCOUNT_GOOD);
	grant_answers(flow_run(&flow, refresh()), AUTHCODE_ACCOUNT_GOOD);
	assert_json_error(flow_run(&flow, userinfo_get()), 403, "insufficient_scope");
	assert_int_equal(flow.asked, 0);
}

/* Revoking must work in an outage: nothing of a person is told by it. */
static void
revocation_asks_nobody(void **state)
{
	const struct authcode_response *r;

	(void)state;
	flow.account.state = AUTHCODE_ACCOUNT_UNKNOWN;
	r = flow_run(&flow, from_client(AUTHCODE_ENDPOINT_REVOKE,
					flow_text(&flow, "client_id=web" SECRET "&token=%s",
						  refresh_token)));
	assert_int_equal(r->status, 200);
	assert_int_equal(flow.asked, 0);
	flow.account.state = AUTHCODE_ACCOUNT_GOOD;
	assert_inactive(flow_run(&flow, introspect_access()));
}

/* Nobody's account is looked at for a stranger, a wrong proof or a dead token. */
static void
who_may_not_ask_learns_nothing_of_the_account(void **state)
{
	(void)state;
	flow.account.state = AUTHCODE_ACCOUNT_REFUSED;
	assert_json_error(
		flow_run(&flow,
			 from_client(AUTHCODE_ENDPOINT_INTROSPECT,
				     flow_text(&flow, "client_id=web&client_secret=wrong&token=%s",
					       access_token))),
		401, "invalid_client");
	assert_inactive(flow_run(
		&flow, from_client(AUTHCODE_ENDPOINT_INTROSPECT,
				   flow_text(&flow, "client_id=app&token=%s", access_token))));
	assert_json_error(
		flow_run(&flow, from_client(AUTHCODE_ENDPOINT_TOKEN,
					    flow_text(&flow,
						      "grant_type=authorization_code&client_id="
						      "web" SECRET "&redirect_uri=https://other"
						      ".example&code=%s",
						      code))),
		400, "invalid_grant");
	flow.now_ms += INT64_C(2) * 24 * 3600 * 1000;
	assert_inactive(flow_run(&flow, introspect_access()));
	assert_int_equal(flow_run(&flow, userinfo_get())->status, 401);
	assert_int_equal(flow.asked, 0);
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
	x = begin(&paths[AC_ARRAY_SIZE(paths) - 1]);
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
	r = flow_run(&flow, userinfo_get());
	assert_null(strstr(r->body, "groups"));
	assert_null(strstr(r->body, "Some Body"));
}

#define CHECKING(function) cmocka_unit_test_setup_teardown(function, set_up_checking, tear_down)

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
						set_up_trusting, tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_retired_subject_has_is_dead_at_once_on_every_path, set_up_trusting,
			tear_down),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
