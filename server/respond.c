/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See respond.h.
 */
#include "server/respond.h"

#include "server/cookies.h"
#include "server/log.h"
#include "server/pages.h"

void
ac_respond_see_other(struct ac_http *h, const char *location)
{
	/* 303, never 307: a browser would post the password again (RFC 9700 §4.12). */
	ac_http_reply(h, AC_REPLY_REDIRECT, 303, NULL, 0);
	ac_http_reply_header(h, "Location", location);
}

static void
optional_header(struct ac_http *h, const char *name, const char *value)
{
	if (value != NULL)
		ac_http_reply_header(h, name, value);
}

static void
put_headers(struct ac_app *app, struct ac_http *h, const struct authcode_response *r)
{
	optional_header(h, "WWW-Authenticate", r->www_authenticate);
	optional_header(h, "Allow", r->allow);
	/* RFC 7009 §2.2.1: the client tries again later, not never. */
	optional_header(h, "Retry-After", r->status == 503 ? "5" : NULL);
	if (r->set_session != NULL)
		ac_cookie_set_session(app, h, r->set_session);
}

void
ac_respond(struct ac_app *app, struct ac_http *h, const struct authcode_response *r)
{
	if (r->refusal.error != NULL)
		ac_log_event(AC_EVENT_REQUEST_REFUSED, .rhost = ac_http_peer(h),
			     .path = ac_http_path(h), .error = r->refusal.error,
			     .why = r->refusal.description, .client = r->refusal.client_id,
			     .check = r->refusal.check, .txn = ac_http_txn(h));
	put_headers(app, h, r);
	switch (r->kind) {
	case AUTHCODE_RESPONSE_PAGE:
		ac_page_error(app, h, r->status, r->refusal.error, r->refusal.description);
		return;
	case AUTHCODE_RESPONSE_JSON:
		ac_http_reply(h, AC_REPLY_JSON, r->status, r->body, r->body_len);
		return;
	case AUTHCODE_RESPONSE_JWT:
		ac_http_reply(h, AC_REPLY_JWT, r->status, r->body, r->body_len);
		return;
	case AUTHCODE_RESPONSE_EMPTY:
		ac_http_reply(h, AC_REPLY_EMPTY, r->status, NULL, 0);
		return;
	case AUTHCODE_RESPONSE_REDIRECT:
		ac_respond_see_other(h, r->location);
		return;
	case AUTHCODE_RESPONSE_SIGN_IN:
		ac_page_sign_in(app, h, r->interaction);
		return;
	case AUTHCODE_RESPONSE_CONSENT:
		ac_page_consent(app, h, r->interaction);
		return;
	case AUTHCODE_RESPONSE_ACCOUNTS:
		ac_page_accounts(app, h, r->interaction);
		return;
	case AUTHCODE_RESPONSE_FORM_POST:
		ac_page_form_post(app, h, r->form_post);
		return;
	case AUTHCODE_RESPONSE_USER_CODE:
		ac_page_user_code(app, h, r->interaction, r->refusal.error != NULL);
		return;
	case AUTHCODE_RESPONSE_DEVICE:
		ac_page_device(app, h, r->interaction);
		return;
	case AUTHCODE_RESPONSE_DEVICE_DONE:
		ac_page_device_done(app, h, r->interaction);
		return;
	case AUTHCODE_RESPONSE_REFUSED:
		ac_log_event(AC_EVENT_AUTHORIZATION_REFUSED, .rhost = ac_http_peer(h),
			     .reason = "not_allowed", .client = r->interaction->client->id,
			     .user = r->interaction->user_name, .txn = ac_http_txn(h));
		ac_page_refused(app, h, r->interaction);
		return;
	case AUTHCODE_RESPONSE_LOGOUT:
		ac_page_logout(app, h, r->interaction);
		return;
	case AUTHCODE_RESPONSE_LOGGED_OUT:
		ac_page_logged_out(app, h);
		return;
	}
	ac_page_error(app, h, 500, "server_error", NULL);
}
