/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See account_paths.h: the requests of a person's session, consent, codes, tokens and device,
 * and what each path answers for each state of the account.
 */
#include "tests/flow/account_paths.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/attr.h"

#define SECRET "&client_secret=" FLOW_SECRET

struct account_world w;

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
		.browser = w.browser.cookie,
		.session = w.browser.session,
	};
}

struct authcode_request
account_from_client(enum authcode_endpoint endpoint, const char *body)
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
	return from_browser(AUTHCODE_ENDPOINT_AUTHORIZE, ACCOUNT_WEB, NULL);
}

/* The POST itself leads nowhere but to this GET (AZ-45). */
static struct authcode_request
authorize_post(void)
{
	const struct authcode_response *r =
		flow_post(&w.flow, &w.browser, AUTHCODE_ENDPOINT_AUTHORIZE, ACCOUNT_WEB);

	assert_int_equal(r->status, 303);
	return from_browser(AUTHCODE_ENDPOINT_RESUME, flow_query(r->location), NULL);
}

static struct authcode_request
resume(void)
{
	return from_browser(AUTHCODE_ENDPOINT_RESUME, w.resume_query, NULL);
}

static struct authcode_request
consent(void)
{
	return from_browser(AUTHCODE_ENDPOINT_CONSENT, "", w.consent_form);
}

struct authcode_request
account_redeem(void)
{
	return account_from_client(AUTHCODE_ENDPOINT_TOKEN, w.code_form);
}

struct authcode_request
account_refresh(void)
{
	return account_from_client(AUTHCODE_ENDPOINT_TOKEN, w.refresh_form);
}

struct authcode_request
account_rotate(void)
{
	return account_from_client(AUTHCODE_ENDPOINT_TOKEN, w.rotate_form);
}

static struct authcode_request
rotate_again(void)
{
	return account_from_client(AUTHCODE_ENDPOINT_TOKEN, w.again_form);
}

static struct authcode_request
poll_device(void)
{
	return account_from_client(AUTHCODE_ENDPOINT_TOKEN, w.device_form);
}

struct authcode_request
account_introspect_access(void)
{
	return account_from_client(
		AUTHCODE_ENDPOINT_INTROSPECT,
		flow_text(&w.flow, "client_id=web" SECRET "&token=%s", w.access_token));
}

static struct authcode_request
introspect_refresh(void)
{
	return account_from_client(
		AUTHCODE_ENDPOINT_INTROSPECT,
		flow_text(&w.flow, "client_id=web" SECRET "&token=%s", w.refresh_token));
}

struct authcode_request
account_userinfo_get(void)
{
	return (struct authcode_request){
		.endpoint = AUTHCODE_ENDPOINT_USERINFO,
		.method = AUTHCODE_METHOD_GET,
		.authorization = flow_text(&w.flow, "Bearer %s", w.access_token),
	};
}

static struct authcode_request
userinfo_post(void)
{
	return account_from_client(AUTHCODE_ENDPOINT_USERINFO,
				   flow_text(&w.flow, "access_token=%s", w.access_token));
}

/* --- what each answers --------------------------------------------------- */

static const char *
error_of(const struct authcode_response *r)
{
	json_t *json = json_loadb(r->body, r->body_len, 0, NULL);
	const char *error =
		flow_text(&w.flow, "%s", json_string_value(json_object_get(json, "error")));

	json_decref(json);
	return error;
}

void
account_assert_error(const struct authcode_response *r, unsigned status, const char *error)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_JSON);
	assert_int_equal(r->status, status);
	assert_string_equal(error_of(r), error);
	assert_string_equal(r->refusal.error, error);
}

void
account_assert_inactive(const struct authcode_response *r)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_JSON);
	assert_int_equal(r->status, 200);
	assert_string_equal(r->body, "{\"active\":false}");
}

void
account_authorization_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	switch (state) {
	case AUTHCODE_ACCOUNT_GOOD:
		flow_assert_code(&w.flow, r, FLOW_WEB_URI, "s");
		return;
	case AUTHCODE_ACCOUNT_GONE:                          /* as if there were no session */
		if (r->kind == AUTHCODE_RESPONSE_REDIRECT) { /* after a POST: elsewhere */
			assert_int_equal(strncmp(r->location, FLOW_ISSUER "/resume?txn=",
						 strlen(FLOW_ISSUER "/resume?txn=")),
					 0);
			assert_null(flow_param(&w.flow, r->location, "code"));
			return;
		}
		assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
		assert_int_equal(r->status, 200);
		assert_null(r->interaction->user_name);
		return;
	case AUTHCODE_ACCOUNT_REFUSED:
		flow_assert_refused(&w.flow, r, FLOW_WEB_URI, "access_denied", "s");
		return;
	default:
		flow_assert_refused(&w.flow, r, FLOW_WEB_URI, "temporarily_unavailable", "s");
	}
}

/* The sign-in was for this request: it is not asked for a second time. */
static void
resume_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	account_authorization_answers(r, state == AUTHCODE_ACCOUNT_GONE ? AUTHCODE_ACCOUNT_REFUSED
									: state);
}

void
account_grant_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	if (state == AUTHCODE_ACCOUNT_GOOD) {
		assert_int_equal(r->status, 200);
		assert_non_null(strstr(r->body, "\"access_token\""));
	} else if (state == AUTHCODE_ACCOUNT_REFUSED || state == AUTHCODE_ACCOUNT_GONE) {
		account_assert_error(r, 400, "invalid_grant");
	} else {
		account_assert_error(r, 503, "temporarily_unavailable");
	}
}

void
account_introspection_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	if (state == AUTHCODE_ACCOUNT_GOOD) {
		assert_int_equal(r->status, 200);
		assert_non_null(strstr(r->body, "\"active\":true"));
	} else if (state == AUTHCODE_ACCOUNT_REFUSED || state == AUTHCODE_ACCOUNT_GONE) {
		account_assert_inactive(r);
	} else {
		account_assert_error(r, 503, "temporarily_unavailable");
	}
}

static void
userinfo_answers(const struct authcode_response *r, enum authcode_account_state state)
{
	if (state == AUTHCODE_ACCOUNT_GOOD) {
		assert_int_equal(r->status, 200);
		assert_non_null(strstr(r->body, "\"sub\""));
	} else if (state == AUTHCODE_ACCOUNT_REFUSED || state == AUTHCODE_ACCOUNT_GONE) {
		account_assert_error(r, 401, "invalid_token");
		assert_non_null(strstr(r->www_authenticate, "error=\"invalid_token\""));
	} else {
		account_assert_error(r, 503, "temporarily_unavailable");
		assert_null(r->www_authenticate);
	}
}

const struct account_path account_paths[ACCOUNT_PATHS] = {
	{ "authorize by GET", AUTHCODE_ENDPOINT_AUTHORIZE, 0, "web", authorize_get,
	  account_authorization_answers, true },
	{ "authorize by POST", AUTHCODE_ENDPOINT_RESUME, 0, "web", authorize_post,
	  account_authorization_answers, true },
	{ "resume after a sign-in", AUTHCODE_ENDPOINT_RESUME, 0, "web", resume, resume_answers,
	  true },
	{ "consent", AUTHCODE_ENDPOINT_CONSENT, 0, "web", consent, account_authorization_answers,
	  true },
	{ "code redemption", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_AUTHORIZATION_CODE, "web",
	  account_redeem, account_grant_answers, true },
	{ "refresh", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_REFRESH_TOKEN, "web", account_refresh,
	  account_grant_answers, true },
	{ "refresh with rotation", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_REFRESH_TOKEN, "app",
	  account_rotate, account_grant_answers, true },
	{ "the answer of a rotation again", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_REFRESH_TOKEN,
	  "app", rotate_again, account_grant_answers, true },
	{ "device redemption", AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_GRANT_DEVICE_CODE, FLOW_TV,
	  poll_device, account_grant_answers, true },
	{ "introspection of an access token", AUTHCODE_ENDPOINT_INTROSPECT, 0, "web",
	  account_introspect_access, account_introspection_answers, false },
	{ "introspection of a refresh token", AUTHCODE_ENDPOINT_INTROSPECT, 0, "web",
	  introspect_refresh, account_introspection_answers, false },
	{ "userinfo by GET", AUTHCODE_ENDPOINT_USERINFO, 0, "web", account_userinfo_get,
	  userinfo_answers, false },
	{ "userinfo by POST", AUTHCODE_ENDPOINT_USERINFO, 0, "web", userinfo_post, userinfo_answers,
	  false },
};

/* --- the world ----------------------------------------------------------- */

const char *
account_value_of(const struct authcode_response *r, const char *name)
{
	json_t *json = json_loadb(r->body, r->body_len, 0, NULL);
	const char *value =
		flow_text(&w.flow, "%s", json_string_value(json_object_get(json, name)));

	json_decref(json);
	return value;
}

static void
register_clients(void)
{
	struct authcode_client clients[] = { flow_client(&w.flow, FLOW_WEB),
					     flow_client(&w.flow, FLOW_APP),
					     flow_client(&w.flow, FLOW_TV) };

	clients[0].auth = AUTHCODE_AUTH_SECRET_POST;
	flow_set_clients(&w.flow, clients, AC_ARRAY_SIZE(clients));
}

/* With the first refresh token of a code. */
static const char *
app_refresh_form(const char *app_code)
{
	const struct authcode_response *r = flow_run(
		&w.flow, account_from_client(AUTHCODE_ENDPOINT_TOKEN,
					     flow_text(&w.flow,
						       "grant_type=authorization_code&client_id=app"
						       "&redirect_uri=" FLOW_APP_HTTPS
						       "&code_verifier=" FLOW_VERIFIER "&code=%s",
						       app_code)));

	assert_int_equal(r->status, 200);
	return flow_text(&w.flow, "grant_type=refresh_token&client_id=app&refresh_token=%s",
			 account_value_of(r, "refresh_token"));
}

/* A session, a consent that is remembered, one that waits, and tokens. */
static void
make_requests(void)
{
	static const char app[] = "client_id=app&redirect_uri=" FLOW_APP_HTTPS
				  "&response_type=code&scope=profile" FLOW_PKCE;
	const struct authcode_response *r;

	r = flow_get(&w.flow, &w.browser, AUTHCODE_ENDPOINT_AUTHORIZE, ACCOUNT_WEB);
	r = flow_sign_in(&w.flow, &w.browser, r->interaction->transaction, "alice");
	w.resume_query = flow_query(r->location);
	w.code_form = flow_text(&w.flow,
				"grant_type=authorization_code&client_id=web" SECRET
				"&redirect_uri=" FLOW_WEB_URI "&code=%s",
				flow_code(&w.flow, &w.browser, ACCOUNT_WEB));
	r = flow_run(&w.flow, account_from_client(AUTHCODE_ENDPOINT_TOKEN, w.code_form));
	assert_int_equal(r->status, 200);
	w.access_token = account_value_of(r, "access_token");
	w.refresh_token = account_value_of(r, "refresh_token");
	w.refresh_form = flow_text(
		&w.flow, "grant_type=refresh_token&client_id=web" SECRET "&refresh_token=%s",
		w.refresh_token);
	w.code = flow_code(&w.flow, &w.browser, ACCOUNT_WEB);
	w.code_form = flow_text(&w.flow,
				"grant_type=authorization_code&client_id=web" SECRET
				"&redirect_uri=" FLOW_WEB_URI "&code=%s",
				w.code);
	w.rotate_form = app_refresh_form(flow_code(&w.flow, &w.browser, app));
	w.again_form = app_refresh_form(flow_code(&w.flow, &w.browser, app));
	assert_int_equal(flow_run(&w.flow, rotate_again())->status, 200);
	r = flow_get(&w.flow, &w.browser, AUTHCODE_ENDPOINT_AUTHORIZE, ACCOUNT_WEB "+email");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	w.consent_form = flow_text(&w.flow, "txn=%s&csrf=%s&decision=allow",
				   r->interaction->transaction, r->interaction->csrf);
}

/* What alice has allowed and nobody has redeemed yet. */
static void
make_device_request(void)
{
	struct device device = device_begin(&w.flow, "");

	device_allow(&w.flow, &w.browser, &device);
	w.device_form = flow_text(
		&w.flow, "grant_type=" DEVICE_GRANT "&client_id=" FLOW_TV "&device_code=%s",
		device.code);
}

static int
set_up(bool check_accounts)
{
	flow_start_with(&w.flow, &(struct authcode_issuer_settings){
					 .check_accounts = check_accounts, .refresh_retry_s = 10 });
	w.browser = (struct flow_browser){ .cookie = "browser-one" };
	register_clients();
	make_requests();
	make_device_request();
	w.flow.asked = 0;
	return 0;
}

int
account_set_up_checking(void **state)
{
	(void)state;
	return set_up(true);
}

int
account_set_up_trusting(void **state)
{
	(void)state;
	return set_up(false);
}

int
account_tear_down(void **state)
{
	(void)state;
	flow_stop(&w.flow);
	return 0;
}
