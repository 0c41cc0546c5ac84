/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The page that asks whether to sign out, and its answer (OIDC RP-Initiated
 * Logout §2 and §6). What was asked for travels sealed, with the browser, the time
 * and the session the page was shown for; a yes counts from that browser, with the
 * page's CSRF token (LO-10), and for that session alone: whoever has signed in
 * since is asked anew.
 *
 *   created_ms 8 ‖ browser 32 ‖ session 8 ‖ the place, form-encoded
 */
#include "protocol/logout.h"

#include <string.h>

#include "base/buf.h"
#include "base/int64.h"
#include "base/limits.h"
#include "base/secret.h"
#include "protocol/front_channel.h"
#include "protocol/session.h"
#include "protocol/transaction.h"

#define LABEL "logout 1"
#define BROWSER_AT 8
#define SESSION_AT (BROWSER_AT + AC_DIGEST_LEN)
#define PLACE_AT (SESSION_AT + 8)

struct page {
	int64_t session_id;
	struct ac_logout_place place;
};

/* --- the page ------------------------------------------------------------ */

static const char *
encode_place(struct authcode_exchange *x, const struct ac_logout_place *place)
{
	const char *text = NULL;
	struct ac_buf buf;

	ac_buf_init(&buf, 4 * AC_MAX_URI);
	ac_form_put(&buf, "client_id", place->client_id);
	ac_form_put(&buf, "uri", place->uri);
	ac_form_put(&buf, "state", place->state);
	if (ac_buf_ok(&buf))
		text = ac_arena_strndup(x->arena, ac_buf_text(&buf), buf.len);
	ac_buf_clear(&buf);
	return text;
}

static enum authcode_err
seal(struct authcode_exchange *x, const struct page *page, char **ret_sealed)
{
	const char *place = encode_place(x, &page->place);
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	uint8_t key[AC_DIGEST_LEN];
	uint8_t *plain;
	size_t len;
	enum authcode_err err;

	if (place == NULL)
		return AUTHCODE_ERR_MEMORY;
	len = PLACE_AT + strlen(place);
	plain = authcode_arena_alloc(x->arena, len);
	if (plain == NULL)
		return AUTHCODE_ERR_MEMORY;
	ac_put_i64(plain, x->now_ms);
	ac_put_i64(plain + SESSION_AT, page->session_id);
	memcpy(plain + PLACE_AT, place, strlen(place));
	ac_issuer_page_key(x->issuer, AC_PAGE_KEY_TRANSACTION, key);
	err = ac_transaction_browser(x->request.browser, plain + BROWSER_AT);
	if (err == AUTHCODE_OK)
		err = x->issuer->random.fill(x->issuer->random.ctx, nonce, sizeof(nonce));
	if (err == AUTHCODE_OK)
		err = ac_seal(key, nonce, LABEL, plain, len, x->arena, ret_sealed);
	ac_wipe(key, sizeof(key));
	return err;
}

void
ac_logout_ask(struct authcode_exchange *x, const struct authcode_session_view *view,
	      const struct authcode_client *client, const struct ac_logout_place *place)
{
	struct authcode_interaction *shown = authcode_arena_alloc(x->arena, sizeof(*shown));
	const struct page page = { view->session.id, *place };
	char *sealed = NULL, *csrf = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (shown != NULL)
		err = seal(x, &page, &sealed);
	if (err == AUTHCODE_OK)
		err = ac_transaction_csrf(x->issuer, x->arena, sealed, x->request.browser, &csrf);
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "logout");
		return;
	}
	*shown = (struct authcode_interaction){
		.transaction = sealed,
		.csrf = csrf,
		.client = client,
		.user_name = view->subject.user_name,
	};
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_LOGOUT,
		.status = 200,
		.interaction = shown,
	};
}

/* --- the answer ---------------------------------------------------------- */

static const char *
member(const struct ac_params *params, const char *name)
{
	const char *value = ac_params_get(params, name);

	return value != NULL ? value : "";
}

/* ERR_SYNTAX and ERR_CRYPTO: it is not one of ours. */
static enum authcode_err
unseal(struct authcode_exchange *x, const char *sealed, struct ac_transaction *ret_seal,
       struct page *ret)
{
	struct ac_params params = { 0 };
	const uint8_t *plain;
	void *data = NULL;
	size_t len = 0;
	uint8_t key[AC_DIGEST_LEN];
	enum authcode_err err;

	ac_issuer_page_key(x->issuer, AC_PAGE_KEY_TRANSACTION, key);
	err = ac_unseal(key, LABEL, sealed, x->arena, ret_seal->nonce, &data, &len);
	ac_wipe(key, sizeof(key));
	if (err != AUTHCODE_OK)
		return err;
	if (len < PLACE_AT)
		return AUTHCODE_ERR_SYNTAX;
	plain = data;
	ret_seal->created_ms = ac_get_i64(plain);
	memcpy(ret_seal->browser, plain + BROWSER_AT, AC_DIGEST_LEN);
	ret->session_id = ac_get_i64(plain + SESSION_AT);
	err = ac_form_decode(x->arena, (const char *)plain + PLACE_AT, len - PLACE_AT,
			     AC_FROM_QUERY, &params);
	ret->place = (struct ac_logout_place){
		.client_id = member(&params, "client_id"),
		.uri = member(&params, "uri"),
		.state = member(&params, "state"),
	};
	return err;
}

/* To the question once more, which is then that of whoever is signed in. */
static void
ask_again(struct authcode_exchange *x)
{
	const char *url = ac_endpoint_url(x, AUTHCODE_ENDPOINT_LOGOUT);

	if (url == NULL)
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "logout");
	else
		ac_respond_redirect(x, url);
}

/* False: the response is set. */
static bool
open_page(struct authcode_exchange *x, struct page *ret)
{
	const char *sealed = ac_params_get(&x->params, "txn");
	struct ac_transaction opened = { 0 };
	enum authcode_err err = AUTHCODE_ERR_SYNTAX;

	if (sealed != NULL)
		err = unseal(x, sealed, &opened, ret);
	if (err == AUTHCODE_ERR_MEMORY) {
		ac_respond_failure(x, err, "logout");
	} else if (err != AUTHCODE_OK) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "this page is not one of ours");
	} else if (!ac_transaction_same_browser(&opened, x->request.browser)) {
		ac_respond_page(x, 403, AC_ACCESS_DENIED, "the page belongs to another browser");
	} else if (!ac_transaction_csrf_ok(x->issuer, sealed, x->request.browser,
					   ac_params_get(&x->params, "csrf"))) {
		ac_respond_page(x, 403, AC_ACCESS_DENIED, "the form was not sent from our page");
	} else if (!ac_transaction_fresh(x->issuer, &opened, x->request.browser, x->now_ms)) {
		ask_again(x);
	} else {
		return true;
	}
	return false;
}

void
ac_logout_confirm_decide(struct authcode_exchange *x)
{
	struct authcode_session_view view;
	struct page page = { 0 };
	enum authcode_err err;

	if (!ac_front_channel_form(x))
		return;
	if (!ac_front_channel_once(&x->params)) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "a parameter is repeated");
		return;
	}
	if (!open_page(x, &page))
		return;
	err = ac_session_find(x, x->request.session, &view);
	if (err == AUTHCODE_ERR_NOT_FOUND)
		ac_logout_finish(x, &page.place, true);
	else if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "logout");
	else if (view.session.id != page.session_id)
		ask_again(x);
	else
		ac_logout_end(x, &view, &page.place, true);
}
