/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The whole library: one request to an issuer where somebody is signed in and
 * tokens exist. First line: endpoint (0 to 8), method (G, P or another),
 * and what the host says of the account: refused (R), unknown (U), gone (X), or
 * its claims; then a line each for query, Authorization, session cookie and browser cookie;
 * the rest is the body. An empty line is an absent value. "@x" stands for a
 * value that only the issuer can make:
 *
 *   @s session  @b browser  @c code  @a access token  @r refresh token  @t page
 *   @d device code  @u user code  @p page of the device  @k its csrf
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/flow/device_flow.h"
#include "tests/fuzz/fuzz.h"

#define QUERY "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Fweb.example%2Fcb&state=s"

struct world {
	struct flow flow;
	struct flow_browser browser;
	const char *code, *access, *refresh, *page;
	struct device device;
	const struct authcode_interaction *device_page;
};

static const struct authcode_acr acrs[] = { { "pwd", 1 }, { "otp", 2 } };

static void
begin(struct world *w)
{
	const struct authcode_response *response;
	json_t *tokens;

	flow_start_with(&w->flow, &(struct authcode_issuer_settings){
					  .acrs = acrs,
					  .acr_count = AC_ARRAY_SIZE(acrs),
					  .check_accounts = true,
				  });
	w->browser = (struct flow_browser){ .cookie = "browser-cookie-of-alice" };
	w->code = flow_code(&w->flow, &w->browser, QUERY);
	response = flow_run(
		&w->flow, (struct authcode_request){
				  .endpoint = AUTHCODE_ENDPOINT_TOKEN,
				  .method = AUTHCODE_METHOD_POST,
				  .content_type = FLOW_FORM,
				  .authorization = "Basic d2ViOmEtc2VjcmV0LW9mLXNvbWUtbGVuZ3RoLTAx"
						   "MjM0NTY3ODk=",
				  .body.data = flow_text(&w->flow,
							 "grant_type=authorization_code&code=%s&"
							 "redirect_uri=https%%3A%%2F%%2Fweb."
							 "example%%2Fcb",
							 w->code),
				  .body.len = strlen("grant_type=authorization_code&code=&"
						     "redirect_uri=https%3A%2F%2Fweb.example"
						     "%2Fcb") +
					      strlen(w->code),
			  });
	MUST(response->status == 200);
	tokens = json_loads(response->body, 0, NULL);
	w->access = flow_text(&w->flow, "%s",
			      json_string_value(json_object_get(tokens, "access_token")));
	w->refresh = flow_text(&w->flow, "%s",
			       json_string_value(json_object_get(tokens, "refresh_token")));
	json_decref(tokens);
	w->code = flow_code(&w->flow, &w->browser, QUERY);
	response =
		flow_get(&w->flow, &w->browser, AUTHCODE_ENDPOINT_AUTHORIZE, QUERY "&prompt=login");
	w->page = response->interaction != NULL ? response->interaction->transaction : "";
	w->device = device_begin(&w->flow, "");
	w->device_page = device_page(&w->flow, &w->browser, &w->device)->interaction;
}

static const char *
value_of(const struct world *w, char name)
{
	switch (name) {
	case 's':
		return w->browser.session;
	case 'b':
		return w->browser.cookie;
	case 'c':
		return w->code;
	case 'a':
		return w->access;
	case 'r':
		return w->refresh;
	case 'd':
		return w->device.code;
	case 'u':
		return w->device.user_code;
	case 'p':
		return w->device_page->transaction;
	case 'k':
		return w->device_page->csrf;
	case 't':
		return w->page;
	default:
		return "";
	}
}

/* NULL when the line is empty. The caller frees it. */
static char *
expand(const struct world *w, struct fuzz_input line, size_t *ret_len)
{
	struct ac_buf buf;
	char *text;

	*ret_len = 0;
	if (line.size == 0)
		return NULL;
	ac_buf_init(&buf, 1 << 20);
	for (size_t i = 0; i < line.size; i++) {
		if (line.data[i] == '@' && i + 1 < line.size)
			ac_buf_puts(&buf, value_of(w, line.data[++i]));
		else
			ac_buf_putc(&buf, line.data[i]);
	}
	*ret_len = buf.len;
	text = fuzz_text(ac_buf_text(&buf), buf.len);
	ac_buf_clear(&buf);
	return text;
}

static bool
one_line(const char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	}
	return true;
}

/* RFC 9700 §4.11: never to a place that no client has registered. */
static bool
may_go_to(const char *location)
{
	static const char *const places[] = {
		FLOW_WEB_URI,   FLOW_POST_URI,         FLOW_APP_URI,   FLOW_APP_LOOPBACK,
		FLOW_APP_HTTPS, "http://localhost/cb", FLOW_FIRST_URI,
	};
	static const char *const beginnings[] = { FLOW_ISSUER "/", "http://127.0.0.1:" };

	for (size_t i = 0; i < AC_ARRAY_SIZE(places); i++) {
		size_t len = strlen(places[i]);

		/* A query, a fragment, or the action of a form. */
		if (strncmp(location, places[i], len) == 0 &&
		    (location[len] == '?' || location[len] == '#' || location[len] == '\0'))
			return true;
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(beginnings); i++) {
		if (strncmp(location, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	}
	return false;
}

/* Nothing in the origin ends a word of a Content-Security-Policy. */
static void
check_form(const struct authcode_form_post *form)
{
	MUST(may_go_to(form->action));
	MUST(strpbrk(form->origin, "; ,'\"*\t\r\n") == NULL);
	MUST(strncmp(form->action, form->origin, strlen(form->origin)) == 0);
	for (size_t i = 0; i < form->field_count; i++)
		MUST(form->fields[i].name != NULL && form->fields[i].value != NULL);
}

static void
check(const struct authcode_response *r)
{
	MUST(r != NULL && r->status >= 200 && r->status < 600);
	MUST(r->status != 500);
	MUST(one_line(r->location) && one_line(r->www_authenticate) && one_line(r->set_session));
	MUST(one_line(r->refusal.error) && one_line(r->refusal.description));
	MUST(r->refusal.description == NULL || strpbrk(r->refusal.description, "\"\\") == NULL);
	MUST((r->kind == AUTHCODE_RESPONSE_REDIRECT) == (r->location != NULL));
	MUST(r->location == NULL || may_go_to(r->location));
	MUST((r->kind == AUTHCODE_RESPONSE_SIGN_IN || r->kind == AUTHCODE_RESPONSE_CONSENT ||
	      r->kind == AUTHCODE_RESPONSE_ACCOUNTS || r->kind == AUTHCODE_RESPONSE_REFUSED ||
	      r->kind == AUTHCODE_RESPONSE_LOGOUT || r->kind == AUTHCODE_RESPONSE_USER_CODE ||
	      r->kind == AUTHCODE_RESPONSE_DEVICE || r->kind == AUTHCODE_RESPONSE_DEVICE_DONE) ==
	     (r->interaction != NULL));
	MUST((r->kind == AUTHCODE_RESPONSE_FORM_POST) == (r->form_post != NULL));
	if (r->form_post != NULL)
		check_form(r->form_post);
	if (r->kind == AUTHCODE_RESPONSE_JSON) {
		json_t *json = json_loadb(r->body, r->body_len, JSON_REJECT_DUPLICATES, NULL);

		MUST(json_is_object(json));
		json_decref(json);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	struct fuzz_input rest = { (const char *)data, size };
	struct fuzz_input first = fuzz_line(&rest);
	struct authcode_request request = { .content_type = FLOW_FORM };
	char *query, *authorization, *session, *browser, *body, *claims;
	size_t ignored;

	if (first.size < 2 || first.data[0] < '0' || first.data[0] > '8')
		return 0;
	memset(&w, 0, sizeof(w));
	begin(&w);
	request.endpoint = (enum authcode_endpoint)(first.data[0] - '0');
	request.method = first.data[1] == 'G'   ? AUTHCODE_METHOD_GET
			 : first.data[1] == 'P' ? AUTHCODE_METHOD_POST
						: AUTHCODE_METHOD_OTHER;
	claims = fuzz_text(first.data + 2, first.size - 2);
	w.flow.account.state = claims[0] == 'R'   ? AUTHCODE_ACCOUNT_REFUSED
			       : claims[0] == 'U' ? AUTHCODE_ACCOUNT_UNKNOWN
			       : claims[0] == 'X' ? AUTHCODE_ACCOUNT_GONE
						  : AUTHCODE_ACCOUNT_GOOD;
	w.flow.account.claims = claims;
	query = expand(&w, fuzz_line(&rest), &request.query.len);
	authorization = expand(&w, fuzz_line(&rest), &ignored);
	session = expand(&w, fuzz_line(&rest), &ignored);
	browser = expand(&w, fuzz_line(&rest), &ignored);
	body = expand(&w, rest, &request.body.len);
	request.query.data = query;
	request.authorization = authorization;
	request.session = session;
	/* The host makes one for a browser that has none. */
	request.browser = browser != NULL && *browser != '\0' ? browser : "another-browser";
	request.body.data = body;
	check(flow_run(&w.flow, request));
	flow_stop(&w.flow);
	free(claims);
	free(body);
	free(browser);
	free(session);
	free(authorization);
	free(query);
	return 0;
}
