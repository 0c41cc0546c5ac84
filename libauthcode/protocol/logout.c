/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The logout endpoint (OIDC RP-Initiated Logout §2-§4). Without a question a
 * session is ended only when an ID token of that very session comes along (LO-02,
 * LO-09): anybody can make a browser come here, and few can bring that. The person
 * is sent on only to what the ID token's client has registered (LO-04 to LO-06,
 * RU-14). The session is ended for good before anything is answered.
 *
 * A POST is sent on to the same question as a GET: a form of another site brings no
 * session cookie, since those are SameSite=Lax, and the GET that follows does. What was
 * posted does not become part of a URL by it (logout_wish.c).
 */
#include "protocol/logout.h"

#include <string.h>

#include "base/limits.h"
#include "protocol/client_logout.h"
#include "protocol/front_channel.h"
#include "protocol/redirect_uri.h"
#include "protocol/session.h"

/* --- the end ------------------------------------------------------------- */

const struct authcode_client *
ac_logout_client(const struct authcode_exchange *x, const char *id)
{
	const struct authcode_client *client = authcode_clients_find(x->clients, id);

	return client != NULL && !client->disabled ? client : NULL;
}

static void
go_to(struct authcode_exchange *x, const struct ac_logout_place *place)
{
	const struct ac_param_pair state = {
		"state", *place->state != '\0' ? place->state : NULL, /* LO-03 */
	};
	const char *location = place->uri;

	if (state.value != NULL)
		location = ac_redirect_uri_extend(x->arena, place->uri, &state, 1);
	if (location == NULL)
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "logout");
	else if (strlen(location) > AC_MAX_URI)
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "the request is too long");
	else
		ac_respond_redirect(x, location);
}

void
ac_logout_finish(struct authcode_exchange *x, const struct ac_logout_place *place,
		 bool shown_elsewhere)
{
	const struct authcode_client *client = ac_logout_client(x, place->client_id);

	if (client != NULL && ac_client_post_logout_match(client, place->uri)) {
		go_to(x, place);
	} else if (shown_elsewhere) {
		const char *url = ac_endpoint_url(x, AUTHCODE_ENDPOINT_LOGOUT);

		if (url == NULL)
			ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "logout");
		else
			ac_respond_redirect(x, url);
	} else {
		x->response = (struct authcode_response){
			.kind = AUTHCODE_RESPONSE_LOGGED_OUT,
			.status = 200,
		};
	}
	x->response.set_session = "";
}

struct ending {
	struct ac_logout_place place;
	bool shown_elsewhere;
};

static void
answer_end(struct authcode_exchange *x)
{
	const struct ending *ending = x->state;

	/* NOT_FOUND: its time was over, and it is forgotten. */
	if (x->operation.result == AUTHCODE_RESULT_DONE ||
	    x->operation.result == AUTHCODE_RESULT_NOT_FOUND)
		ac_logout_finish(x, &ending->place, ending->shown_elsewhere);
	else
		ac_respond_failure(
			x, x->operation.err != AUTHCODE_OK ? x->operation.err : AUTHCODE_ERR_STORE,
			"logout");
}

void
ac_logout_end(struct authcode_exchange *x, const struct authcode_session_view *view,
	      const struct ac_logout_place *place, bool shown_elsewhere)
{
	struct ending *ending = authcode_arena_alloc(x->arena, sizeof(*ending));

	if (ending == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "logout");
		return;
	}
	ending->place = *place;
	ending->shown_elsewhere = shown_elsewhere;
	x->state = ending;
	x->operation.u.end_session.session_id = view->session.id;
	ac_exchange_is_about(x, &view->subject);
	ac_exchange_submit(x, AUTHCODE_OP_END_SESSION, answer_end);
}

/* --- the question -------------------------------------------------------- */

static const char *
get(const struct authcode_exchange *x, const char *name)
{
	const char *value = ac_params_get(&x->params, name);

	return value != NULL ? value : "";
}

/* False: the response is set. */
static bool
read_hint(struct authcode_exchange *x, struct ac_logout_hint *ret)
{
	const char *client_id = get(x, "client_id");
	enum authcode_err err = AUTHCODE_OK;

	*ret = (struct ac_logout_hint){ 0 };
	if (*get(x, "id_token_hint") != '\0')
		err = ac_logout_hint_read(x, get(x, "id_token_hint"), ret);
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "id_token_hint");
		return false;
	}
	if (ret->client != NULL && *client_id != '\0' && strcmp(client_id, ret->client->id) != 0) {
		/* LO-08 */
		ac_respond_page(x, 400, AC_INVALID_REQUEST,
				"client_id is not the client that the ID token was issued to");
		return false;
	}
	return true;
}

/* The place that was asked for, when the hint's client has registered it; else none. */
static struct ac_logout_place
allowed_place(struct authcode_exchange *x, const struct ac_logout_hint *hint)
{
	const char *uri = get(x, "post_logout_redirect_uri");

	if (hint->client == NULL || !ac_client_post_logout_match(hint->client, uri))
		return (struct ac_logout_place){ "", "", "" };
	return (struct ac_logout_place){ hint->client->id, uri, get(x, "state") };
}

/* logout_hint and ui_locales are let go (LO-12). False: the response is set. */
static bool
read_wish(struct authcode_exchange *x, struct ac_logout_wish *ret)
{
	if (!read_hint(x, &ret->hint))
		return false;
	ret->place = allowed_place(x, &ret->hint);
	ret->refused = *get(x, "post_logout_redirect_uri") != '\0' && *ret->place.uri == '\0';
	return true;
}

/* The same of a GET, which may carry what was posted. */
static bool
read_carried(struct authcode_exchange *x, struct ac_logout_wish *ret)
{
	const char *sealed = get(x, "txn");
	enum authcode_err err = AUTHCODE_ERR_SYNTAX;

	if (*sealed != '\0')
		err = ac_logout_wish_open(x, sealed, ret);
	if (err == AUTHCODE_OK)
		return true;
	if (err == AUTHCODE_ERR_SYNTAX)
		return read_wish(x, ret);
	ac_respond_failure(x, err, "logout");
	return false;
}

static void
decide_for(struct authcode_exchange *x, const struct ac_logout_wish *wish,
	   const struct authcode_session_view *view)
{
	const struct ac_logout_hint *hint = &wish->hint;
	bool known = false;
	enum authcode_err err = AUTHCODE_OK;

	if (hint->client != NULL && !wish->refused)
		err = ac_logout_hint_is_of(x, hint, view, &known);
	if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "logout");
	else if (known)
		ac_logout_end(x, view, &wish->place, false);
	else
		ac_logout_ask(x, view, hint->client, &wish->place);
}

static void
decide_get(struct authcode_exchange *x)
{
	struct authcode_session_view view;
	struct ac_logout_wish wish;
	enum authcode_err err;

	if (!read_carried(x, &wish))
		return;
	err = ac_session_find(x, x->request.session, &view);
	if (err == AUTHCODE_OK)
		decide_for(x, &wish, &view);
	else if (err == AUTHCODE_ERR_NOT_FOUND)
		ac_logout_finish(x, &wish.place, false);
	else
		ac_respond_failure(x, err, "logout");
}

void
ac_logout_decide(struct authcode_exchange *x)
{
	struct ac_logout_wish wish;

	if (!ac_front_channel_query(x))
		return;
	if (x->request.method == AUTHCODE_METHOD_POST && !ac_front_channel_form(x))
		return;
	if (!ac_front_channel_once(&x->params))
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "a parameter is repeated");
	else if (x->request.method != AUTHCODE_METHOD_POST)
		decide_get(x);
	else if (read_wish(x, &wish))
		ac_logout_wish_send_on(x, &wish);
}
