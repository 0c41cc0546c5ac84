/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * GET and POST /prompt (login.h). A post gives one answer and goes back to the
 * GET; the GET shows how the conversation stands, whatever came before it. A
 * request that must wait is parked; nobody waits on a thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "server/account_claims.h"
#include "server/accounts.h"
#include "server/clock.h"
#include "server/config.h"
#include "server/log.h"
#include "server/login.h"
#include "server/pages.h"
#include "server/respond.h"
#include "server/storage.h"
#include "server/visit.h"

/* --- POST /prompt --------------------------------------------------------- */

static void
post_prompt(struct ac_visit *v)
{
	struct authcode_transaction transaction = { .state = AUTHCODE_TRANSACTION_INVALID };
	const char *answer = ac_visit_get(v, "answer");
	struct ac_secret *secret = NULL;

	if (!ac_visit_pass(v, true, &transaction))
		return;
	if (strlen(answer) > AC_MAX_PASSWORD) {
		/* Nothing is cut short; the question stands. */
		ac_visit_refuse(v, 400, "invalid_request", "the answer is longer than 512 bytes");
		return;
	}
	if (ac_secret_new(answer, strlen(answer), &secret) != AUTHCODE_OK) {
		ac_visit_fail(v);
		return;
	}
	/* Taken or not (an old page, sent twice, too late): the GET shows how the
	 * conversation stands. */
	if (!ac_conversations_answer_take(v->app->login->conversations, ac_visit_get(v, "login"),
					  v->browser, ac_visit_get(v, "nonce"), secret) &&
	    transaction.state == AUTHCODE_TRANSACTION_STALE)
		ac_visit_go_on(v, ac_visit_get(v, "txn"), AUTHCODE_NOTICE_EXPIRED);
	else
		ac_visit_go_to_prompt(v, ac_visit_get(v, "login"));
}

/* --- GET /prompt ---------------------------------------------------------- */

static void
list_messages(const struct ac_wire_message *list, size_t count, struct ac_page_message *ret)
{
	for (size_t i = 0; i < count; i++)
		ret[i] = (struct ac_page_message){ .text = list[i].text,
						   .error = list[i].style == AC_MESSAGE_ERROR };
}

/* Lives as long as the request: between its looks, and while the session is
 * being made durable. */
struct wait {
	struct ac_waiter waiter;
	struct authcode_exchange *exchange; /* a sign-in with the store */
	char *user;                         /* of that sign-in */
	uint32_t uid;
	bool changed; /* the password, on the way */
	char *client_id;
	char *client_name;
	char *prompts;                    /* kinds of what modules asked and told */
	char *begun;                      /* txn of the request that has begun it */
	struct ac_wire_message *messages; /* told with the success */
	size_t message_count;
	char device[AC_DEVICE_LEN + 1]; /* the cookie by which it is known from then on */
};

static void
wait_free(void *state)
{
	struct wait *wait = state;

	authcode_exchange_free(&wait->exchange);
	free(wait->user);
	free(wait->client_id);
	free(wait->client_name);
	free(wait->prompts);
	free(wait->begun);
	free(wait->messages);
	free(wait);
}

static void
stored(struct authcode_operation *operation, void *arg)
{
	(void)operation;
	ac_http_resume(arg);
}

/* The names, '\n' between them, as an array in the arena. */
static const char *const *
split_groups(struct authcode_arena *arena, const struct ac_wire_identity *identity,
	     size_t *ret_count)
{
	char *text = ac_arena_strndup(arena, identity->groups, identity->groups_len), *rest = text;
	const char **names = authcode_arena_alloc(arena, AC_MAX_GROUPS * sizeof(*names));
	const char *name;
	size_t count = 0;

	if (text == NULL || names == NULL)
		return NULL;
	while (count < AC_MAX_GROUPS && (name = strsep(&rest, "\n")) != NULL) {
		if (*name != '\0')
			names[count++] = name;
	}
	*ret_count = count;
	return names;
}

/* What the service that was run is declared to prove, and what it has told. */
struct proof {
	const char *acr;
	char *amr;
	char *claims;
};

static void
prove(const struct ac_config *config, const struct ac_look *look, struct proof *ret)
{
	const struct ac_service *service = ac_config_service(config, look->service);

	ret->acr = service != NULL ? service->acr : NULL;
	ret->amr = ac_amr_of(config, service, look->success->environment);
	ret->claims = ac_claims_of_environment(config, look->success->environment);
}

/* What the answer needs when the session is durable and the look is gone. */
static bool
keep(struct wait *wait, const struct ac_look *look)
{
	const struct ac_wire_result *success = look->success;

	wait->user = strdup(success->identity.user);
	wait->uid = success->identity.uid;
	wait->client_id = strdup(look->client_id);
	wait->client_name = strdup(look->client_name);
	wait->prompts = strdup(look->prompts);
	wait->begun = strdup(look->begun);
	wait->messages = calloc(success->message_count + 1u, sizeof(*wait->messages));
	if (wait->user == NULL || wait->client_id == NULL || wait->client_name == NULL ||
	    wait->prompts == NULL || wait->begun == NULL || wait->messages == NULL)
		return false;
	wait->changed = look->changed_ms != 0;
	wait->message_count = success->message_count;
	memcpy(wait->messages, success->messages, wait->message_count * sizeof(*wait->messages));
	return true;
}

/* A field that has nothing to say is left out. */
static const char *
some(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

static const char *
reason_of(const struct wait *wait, bool in)
{
	if (!in)
		return "session_refused";
	return wait->changed ? "password_changed" : NULL;
}

/* PAM has said yes; this says whether a session came of it. */
static void
log_end(const struct ac_http *h, const struct wait *wait, bool in)
{
	char uid[16];

	snprintf(uid, sizeof(uid), "%u", wait->uid);
	ac_log_event(in ? AC_EVENT_LOGIN_SUCCEEDED : AC_EVENT_LOGIN_FAILED,
		     .rhost = ac_http_peer(h), .reason = reason_of(wait, in),
		     .client = wait->client_id, .user = wait->user, .uid = uid,
		     .prompts = some(wait->prompts), .begun = some(wait->begun),
		     .txn = ac_http_txn(h));
}

/* The helper said yes: a new session, and on to the transaction that asked. */
static enum ac_step
sign_in(struct ac_visit *v, const struct ac_look *look, struct wait *wait)
{
	const struct ac_wire_identity *identity = &look->success->identity;
	struct authcode_sign_in sign_in = {
		.user = { .name = identity->user,
			  .uid = identity->uid,
			  .full_name =
				  identity->full_name[0] != '\0' ? identity->full_name : NULL },
		.transaction = look->transaction,
		.browser = v->browser,
		.session = ac_cookie_session(v->app, v->h),
		.client_id = look->client_id,
		.peer = ac_http_peer(v->h),
		.txn = ac_http_txn_number(v->h),
		.password_changed_ms = look->changed_ms,
		.now_ms = v->now_ms,
	};
	struct authcode_operation *operation;
	enum authcode_err err;
	struct proof proof;

	prove(v->app->config, look, &proof);
	sign_in.acr = proof.acr;
	sign_in.amr = proof.amr;
	sign_in.claims = proof.claims;
	sign_in.user.groups = split_groups(v->arena, identity, &sign_in.user.group_count);
	err = AUTHCODE_ERR_MEMORY;
	if (sign_in.user.groups != NULL && keep(wait, look))
		err = authcode_exchange_begin_sign_in(v->app->issuer, &sign_in, &wait->exchange);
	free(proof.amr);
	free(proof.claims);
	if (err != AUTHCODE_OK) {
		log_end(v->h, wait, false);
		ac_visit_fail(v);
		return AC_STEP_REPLY;
	}
	/* As typed: that is what comes again. Without it the sign-in is as good. */
	if (!ac_device_make(v->app->device_key, look->user, v->now_ms, wait->device))
		wait->device[0] = '\0';
	operation = authcode_exchange_operation(wait->exchange);
	if (operation == NULL) {
		log_end(v->h, wait, false);
		ac_respond(v->app, v->h, authcode_exchange_response(wait->exchange));
		return AC_STEP_REPLY;
	}
	authcode_store_submit(v->app->store, operation, stored, v->h);
	return AC_STEP_WAIT;
}

/* "Your password will expire in 3 days": shown before the browser goes on, since the
 * application cannot show it. */
static void
tell(struct ac_app *app, struct ac_http *h, const struct wait *wait,
     const struct authcode_response *response)
{
	struct ac_page_message messages[AC_WIRE_MAX_MESSAGES];

	list_messages(wait->messages, wait->message_count, messages);
	ac_cookie_set_session(app, h, response->set_session);
	ac_page_told(app, h,
		     &(struct ac_page_told){ .client_name = wait->client_name,
					     .url = response->location,
					     .messages = messages,
					     .message_count = wait->message_count });
}

static void
finish_sign_in(struct ac_app *app, struct ac_http *h, struct wait *wait)
{
	const struct authcode_response *response;
	bool in;

	ac_storage_note(app->storage, app->store, authcode_exchange_operation(wait->exchange),
			ac_clock_monotonic_ms());
	authcode_exchange_answer(wait->exchange);
	response = authcode_exchange_response(wait->exchange);
	in = response->kind == AUTHCODE_RESPONSE_REDIRECT && response->set_session != NULL &&
	     response->set_session[0] != '\0';
	log_end(h, wait, in);
	if (in) {
		ac_cookie_set_device(app, h, wait->device);
		ac_accounts_renew(app->accounts, wait->user, wait->uid);
	}
	if (in && wait->message_count > 0)
		tell(app, h, wait, response);
	else
		ac_respond(app, h, response);
}

static void
show_prompt(struct ac_visit *v, const char *login, const struct ac_look *look)
{
	struct ac_page_message messages[AC_WIRE_MAX_MESSAGES];
	struct ac_page_prompt page = {
		.transaction = look->transaction,
		.login = login,
		.nonce = look->question,
		.client_name = look->client_name,
		.text = look->prompt->text,
		.echo = look->prompt->echo,
		.changing = look->changing,
		.request = look->begun,
		.messages = messages,
		.message_count = look->prompt->message_count,
	};
	char *csrf = NULL;

	if (page.message_count > AC_WIRE_MAX_MESSAGES ||
	    authcode_transaction_csrf(v->app->issuer, look->transaction, v->browser, &csrf) !=
		    AUTHCODE_OK) {
		ac_visit_fail(v);
		return;
	}
	list_messages(look->prompt->messages, page.message_count, messages);
	page.csrf = csrf;
	ac_page_prompt(v->app, v->h, &page);
	free(csrf);
}

static void
show_wait(struct ac_visit *v, const char *login, const struct ac_look *look)
{
	char *url = ac_visit_prompt_url(v, login, look->transaction);

	if (url != NULL)
		ac_page_wait(v->app, v->h, look->client_name, url, look->begun);
	else
		ac_visit_fail(v);
	free(url);
}

static enum ac_step
show(struct ac_visit *v, const char *login, const struct ac_look *look, struct wait *wait)
{
	/* What the log says of a sign-in has the number of the request that has begun it. */
	if (look->begun != NULL && look->begun[0] != '\0')
		v->number = look->begun;
	switch (look->kind) {
	case AC_LOOK_WAITING:
		return AC_STEP_WAIT;
	case AC_LOOK_SUCCEEDED:
		return sign_in(v, look, wait);
	case AC_LOOK_ASKED:
		show_prompt(v, login, look);
		return AC_STEP_REPLY;
	case AC_LOOK_WORKING:
		show_wait(v, login, look);
		return AC_STEP_REPLY;
	case AC_LOOK_FAILED:
		ac_visit_go_on_about(v, look->transaction, AUTHCODE_NOTICE_FAILED, look->begun);
		return AC_STEP_REPLY;
	case AC_LOOK_EXPIRED:
		ac_visit_go_on_about(v, look->transaction, AUTHCODE_NOTICE_EXPIRED, look->begun);
		return AC_STEP_REPLY;
	case AC_LOOK_UNAVAILABLE:
		ac_visit_busy(v, 503, 30, "the account service of this host does not answer");
		return AC_STEP_REPLY;
	case AC_LOOK_CROWDED:
		ac_visit_busy(v, 429, 30, "too many pages wait for this sign-in");
		return AC_STEP_REPLY;
	case AC_LOOK_THROTTLED:
		ac_visit_busy(v, 429, 60, "too many wrong passwords were tried");
		return AC_STEP_REPLY;
	case AC_LOOK_CHANGE_DUE:
		ac_visit_refuse(v, 403, "password_change_required", NULL);
		return AC_STEP_REPLY;
	case AC_LOOK_UNKNOWN:
		break;
	}
	ac_visit_go_on(v, ac_visit_get(v, "txn"), AUTHCODE_NOTICE_EXPIRED);
	return AC_STEP_REPLY;
}

static enum ac_step
get_prompt(struct ac_visit *v, struct wait *wait)
{
	const char *login = ac_visit_get(v, "login");
	struct authcode_arena *arena = NULL; /* the look's: it may be larger than a page */
	struct ac_look look;
	enum ac_step step;

	if (authcode_arena_new(AC_MAX_ARENA, &arena) != AUTHCODE_OK) {
		ac_visit_fail(v);
		return AC_STEP_REPLY;
	}
	look = ac_conversations_look(v->app->login->conversations, login, v->browser, &wait->waiter,
				     arena);
	step = show(v, login, &look, wait);
	v->number = NULL; /* it may be the look's */
	authcode_arena_free(&arena);
	return step;
}

static enum ac_step
look_again(struct ac_app *app, struct ac_http *h, struct wait *wait)
{
	enum ac_step step = AC_STEP_REPLY;
	struct ac_visit v;

	if (ac_visit_begin(&v, app, h, AC_FROM_QUERY))
		step = get_prompt(&v, wait);
	ac_visit_end(&v);
	return step;
}

enum ac_step
ac_prompt_start(struct ac_app *app, struct ac_http *h)
{
	struct wait *wait;
	struct ac_visit v;

	if (ac_http_method(h) == AUTHCODE_METHOD_POST) {
		if (ac_visit_begin(&v, app, h, AC_FROM_BODY))
			post_prompt(&v);
		ac_visit_end(&v);
		return AC_STEP_REPLY;
	}
	wait = calloc(1, sizeof(*wait));
	if (wait == NULL) {
		ac_page_error(app, h, 500, "server_error", NULL);
		return AC_STEP_REPLY;
	}
	wait->waiter.h = h;
	ac_http_set_state(h, wait, wait_free);
	return look_again(app, h, wait);
}

enum ac_step
ac_prompt_resumed(struct ac_app *app, struct ac_http *h)
{
	struct wait *wait = ac_http_state(h);

	if (wait->exchange == NULL)
		return look_again(app, h, wait);
	finish_sign_in(app, h, wait);
	return AC_STEP_REPLY;
}
