/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See login.h. A post passes the same gate in the same order whichever form it
 * comes from: form syntax, the person's "no", seal, age, CSRF (AZ-40); only
 * then does a password or an answer reach a conversation. What the person sees
 * next is always decided by the GET that follows.
 */
#include "server/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/limits.h"
#include "base/text.h"
#include "server/config.h"
#include "server/conversation.h"
#include "server/cookies.h"
#include "server/log.h"
#include "server/pages.h"
#include "server/respond.h"

#define PER_NAME 3    /* one at work, two behind it */
#define MAX_WAITERS 8 /* requests of one browser for one conversation */
#define LINGER_MS 60000
#define WAIT_MS 20000
#define NONCE_MAX 32768

struct ac_login_service {
	struct ac_conversations *conversations;
};

/* --- the service ---------------------------------------------------------- */

bool
ac_login_start_with(const struct ac_conversations_settings *settings, struct ac_login_service **ret)
{
	struct ac_login_service *service = calloc(1, sizeof(*service));
	enum authcode_err err;

	if (service == NULL)
		return false;
	err = ac_conversations_new(settings, &service->conversations);
	if (err != AUTHCODE_OK) {
		ac_log(AC_LOG_ERROR, "cannot start the sign-in thread: %s", authcode_err_str(err));
		free(service);
		return false;
	}
	*ret = service;
	return true;
}

bool
ac_login_start(struct ac_app *app, struct ac_login_service **ret)
{
	const struct ac_config *config = app->config;
	const struct ac_conversations_settings settings = {
		.authenticator = ac_authenticator_pam(config->login_socket),
		.max = config->max_sign_ins,
		.max_per_address = config->max_sign_ins_per_address,
		.max_per_name = PER_NAME,
		.max_waiters = MAX_WAITERS,
		.prompt_ms = (int64_t)config->prompt_timeout_s * 1000,
		.total_ms = (int64_t)config->sign_in_timeout_s * 1000,
		.linger_ms = LINGER_MS,
		.wait_ms = WAIT_MS,
		.nonce_ms = config->lifetimes.transaction_s > 0
				    ? (int64_t)config->lifetimes.transaction_s * 1000
				    : (int64_t)3600 * 1000,
		.nonce_max = NONCE_MAX,
	};

	return ac_login_start_with(&settings, ret);
}

void
ac_login_drain(struct ac_login_service *service)
{
	ac_conversations_drain(service->conversations);
}

void
ac_login_stop(struct ac_login_service **service)
{
	if (service == NULL || *service == NULL)
		return;
	ac_conversations_free(&(*service)->conversations);
	free(*service);
	*service = NULL;
}

/* --- what every handler here begins with ---------------------------------- */

/* One request to this file, decoded. */
struct visit {
	struct ac_app *app;
	struct ac_http *h;
	struct authcode_arena *arena; /* wiped when freed: it holds the password */
	struct ac_params params;
	char browser[AC_BROWSER_LEN + 1];
	int64_t now_ms;
};

static int64_t
unix_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *
get(const struct visit *v, const char *name)
{
	const char *value = ac_params_get(&v->params, name);

	return value != NULL ? value : "";
}

static void
refuse(struct visit *v, unsigned status, const char *error, const char *why)
{
	ac_page_error(v->app, v->h, status, error, why);
}

static void
fail(struct visit *v)
{
	refuse(v, 500, "server_error", NULL);
}

static bool
is_form(const char *content_type)
{
	static const char form[] = "application/x-www-form-urlencoded";
	size_t len = sizeof(form) - 1;

	return content_type != NULL && strncasecmp(content_type, form, len) == 0 &&
	       (content_type[len] == '\0' || strchr("; \t", content_type[len]) != NULL);
}

/* A field that comes twice is refused: two readers could read two values. */
static bool
repeats(const struct ac_params *params)
{
	for (size_t i = 0; i < params->count; i++) {
		for (size_t n = 0; n < i; n++) {
			if (strcmp(params->list[i].name, params->list[n].name) == 0)
				return true;
		}
	}
	return false;
}

/* False when the reply has been set to a refusal. */
static bool
begin(struct visit *v, struct ac_app *app, struct ac_http *h, enum ac_origin origin)
{
	struct authcode_bytes data = origin == AC_FROM_BODY ? ac_http_body(h) : ac_http_query(h);
	enum authcode_err err;

	*v = (struct visit){ .app = app, .h = h, .now_ms = unix_ms() };
	if (authcode_arena_new(AC_MAX_ARENA, &v->arena) != AUTHCODE_OK ||
	    ac_cookie_browser_ensure(app, h, v->browser) != AUTHCODE_OK) {
		fail(v);
		return false;
	}
	if (origin == AC_FROM_BODY && !is_form(ac_http_header(h, "Content-Type"))) {
		refuse(v, 415, "invalid_request", "the content type is not that of a form");
		return false;
	}
	err = ac_form_decode(v->arena, data.data, data.len, origin, &v->params);
	if (err == AUTHCODE_ERR_MEMORY) {
		fail(v);
		return false;
	}
	if (err != AUTHCODE_OK || repeats(&v->params)) {
		refuse(v, 400, "invalid_request", "the form is malformed");
		return false;
	}
	return true;
}

static void
end(struct visit *v)
{
	authcode_arena_free(&v->arena);
}

/* 303 to the transaction, carried on with a notice. */
static void
go_on(struct visit *v, const char *transaction, enum authcode_notice notice)
{
	char *url = NULL;
	enum authcode_err err = authcode_transaction_resume_url(
		v->app->issuer, transaction, v->browser, notice, v->now_ms, &url);

	if (err == AUTHCODE_ERR_SYNTAX || err == AUTHCODE_ERR_CRYPTO)
		refuse(v, 400, "invalid_request", "the sign-in does not belong to this server");
	else if (err != AUTHCODE_OK)
		fail(v);
	else
		ac_respond_see_other(v->h, url);
	free(url);
}

/* The address of the conversation's page; NULL when there is no memory. */
static char *
prompt_url(const struct visit *v, const char *login, const char *transaction)
{
	struct ac_buf url;

	ac_buf_init(&url, AC_MAX_URI);
	ac_buf_puts(&url, authcode_issuer_url(v->app->issuer));
	ac_buf_puts(&url, "/prompt?");
	ac_form_put(&url, "login", login);
	ac_form_put(&url, "txn", transaction);
	return ac_buf_steal(&url);
}

static void
go_to_prompt(struct visit *v, const char *login)
{
	char *url = prompt_url(v, login, get(v, "txn"));

	if (url != NULL)
		ac_respond_see_other(v->h, url);
	else
		fail(v);
	free(url);
}

/* The person says no on one of our pages: the protocol answers the client
 * (AZ-38). Nothing but the decision is passed on, above all no password. */
static void
deny(struct visit *v)
{
	struct authcode_exchange *x = NULL;
	struct ac_buf body;

	ac_buf_init(&body, AC_MAX_BODY);
	ac_form_put(&body, "txn", get(v, "txn"));
	ac_form_put(&body, "csrf", get(v, "csrf"));
	ac_form_put(&body, "decision", "deny");
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_CONSENT,
		.method = AUTHCODE_METHOD_POST,
		.body = { body.data, body.len },
		.content_type = "application/x-www-form-urlencoded",
		.session = ac_cookie_session(v->app, v->h),
		.browser = v->browser,
		.peer = ac_http_peer(v->h),
		.now_ms = v->now_ms,
	};
	/* A denial makes nothing durable; were there an operation, the response
	 * before its answer is a 500 page. */
	if (ac_buf_ok(&body) &&
	    authcode_exchange_begin(v->app->issuer, &request, &x) == AUTHCODE_OK)
		ac_respond(v->app, v->h, authcode_exchange_response(x));
	else
		fail(v);
	authcode_exchange_free(&x);
	ac_buf_clear(&body);
}

/* May what this post carries be looked at? False: the reply has been set. */
static bool
pass(struct visit *v, struct authcode_transaction *ret)
{
	const char *decision = get(v, "decision");

	if (strcmp(decision, "deny") == 0) {
		ac_conversations_cancel(v->app->login->conversations, get(v, "login"), v->browser);
		deny(v);
		return false;
	}
	if (*decision != '\0') {
		refuse(v, 400, "invalid_request", "the decision is not one of the page");
		return false;
	}
	*ret = authcode_transaction_check(v->app->issuer, get(v, "txn"), get(v, "csrf"), v->browser,
					  v->now_ms);
	switch (ret->state) {
	case AUTHCODE_TRANSACTION_VALID:
		return true;
	case AUTHCODE_TRANSACTION_STALE:
		go_on(v, get(v, "txn"), AUTHCODE_NOTICE_EXPIRED);
		return false;
	case AUTHCODE_TRANSACTION_CSRF:
		refuse(v, 403, "invalid_request", "the form does not come from our page");
		return false;
	case AUTHCODE_TRANSACTION_INVALID:
		break;
	}
	refuse(v, 400, "invalid_request", "the sign-in does not belong to this server");
	return false;
}

/* --- POST /login ---------------------------------------------------------- */

/* Fills the helper's START; false for a name or password that can be nobody's,
 * which fails like any other without asking PAM (LS-02). */
static bool
fill_start(const struct visit *v, const struct authcode_client *client, struct ac_wire_start *start)
{
	const char *user = get(v, "username");
	size_t user_len = strlen(user), password_len = strlen(get(v, "password"));
	const char *service =
		client->pam_service != NULL ? client->pam_service : v->app->config->pam_service;

	if (user_len == 0 || user_len > AC_MAX_USER_NAME || !ac_text_printable(user, user_len) ||
	    password_len == 0 || password_len > AC_MAX_PASSWORD)
		return false;
	memcpy(start->user, user, user_len + 1);
	snprintf(start->service, sizeof(start->service), "%s", service);
	snprintf(start->rhost, sizeof(start->rhost), "%s", ac_http_peer(v->h));
	return true;
}

static void
log_refused(const struct visit *v, const char *reason, const char *client_id)
{
	ac_log_event(AC_LOG_NOTICE, "login failed", "rhost", ac_http_peer(v->h), "reason", reason,
		     "client", client_id, "user", "unknown", NULL);
}

static void
evaluate(struct visit *v, const struct ac_conversation_begin *begin)
{
	const char *password = get(v, "password");
	char login[AC_LOGIN_LEN + 1] = "";
	struct ac_secret *secret = NULL;

	if (ac_secret_new(password, strlen(password), &secret) != AUTHCODE_OK) {
		fail(v);
		return;
	}
	switch (ac_conversations_begin_take(v->app->login->conversations, begin, secret, login)) {
	case AC_ADMISSION_BEGUN:
		go_to_prompt(v, login);
		return;
	case AC_ADMISSION_REPEATED:
		if (login[0] != '\0')
			go_to_prompt(v, login);
		else
			go_on(v, begin->transaction, AUTHCODE_NOTICE_EXPIRED);
		return;
	case AC_ADMISSION_TOO_OLD:
		go_on(v, begin->transaction, AUTHCODE_NOTICE_EXPIRED);
		return;
	case AC_ADMISSION_BUSY:
		break;
	}
	log_refused(v, "busy", begin->client_id);
	go_on(v, begin->transaction, AUTHCODE_NOTICE_BUSY);
}

static void
post_login(struct visit *v)
{
	struct authcode_transaction transaction = { .state = AUTHCODE_TRANSACTION_INVALID };
	struct ac_conversation_begin begin = { .browser = v->browser, .now_ms = v->now_ms };
	const struct authcode_client *client;

	if (!pass(v, &transaction))
		return;
	client = authcode_clients_find(v->app->config->clients, transaction.client_id);
	if (client == NULL) {
		/* Gone since the page was made: the resumed request says so. */
		go_on(v, get(v, "txn"), AUTHCODE_NOTICE_NONE);
		return;
	}
	if (!fill_start(v, client, &begin.start)) {
		log_refused(v, "bad_credentials", client->id);
		go_on(v, get(v, "txn"), AUTHCODE_NOTICE_FAILED);
		return;
	}
	memcpy(begin.nonce, transaction.nonce, sizeof(begin.nonce));
	begin.page_created_ms = transaction.created_ms;
	begin.transaction = get(v, "txn");
	begin.client_id = client->id;
	begin.client_name = client->name != NULL ? client->name : client->id;
	evaluate(v, &begin);
}

enum ac_step
ac_login_post(struct ac_app *app, struct ac_http *h)
{
	struct visit v;

	if (begin(&v, app, h, AC_FROM_BODY))
		post_login(&v);
	end(&v);
	return AC_STEP_REPLY;
}

/* --- POST /prompt --------------------------------------------------------- */

static void
post_prompt(struct visit *v)
{
	struct authcode_transaction transaction = { .state = AUTHCODE_TRANSACTION_INVALID };
	const char *answer = get(v, "answer");
	struct ac_secret *secret = NULL;

	if (!pass(v, &transaction))
		return;
	if (strlen(answer) > AC_MAX_PASSWORD) {
		/* Nothing is cut short; the question stands. */
		refuse(v, 400, "invalid_request", "the answer is longer than 512 bytes");
		return;
	}
	if (ac_secret_new(answer, strlen(answer), &secret) != AUTHCODE_OK) {
		fail(v);
		return;
	}
	/* Taken or not (an old page, sent twice, too late): the GET shows how the
	 * conversation stands. */
	(void)ac_conversations_answer_take(v->app->login->conversations, get(v, "login"),
					   v->browser, get(v, "nonce"), secret);
	go_to_prompt(v, get(v, "login"));
}

/* --- GET /prompt ---------------------------------------------------------- */

/* Lives as long as the request: between its looks, and while the session is
 * being made durable. */
struct wait {
	struct ac_waiter waiter;
	struct authcode_exchange *exchange; /* a sign-in with the store */
	char *user;                         /* of that sign-in, for the log */
	char *client_id;
};

static void
wait_free(void *state)
{
	struct wait *wait = state;

	authcode_exchange_free(&wait->exchange);
	free(wait->user);
	free(wait->client_id);
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

/* The helper said yes: a new session, and on to the transaction that asked. */
static enum ac_step
sign_in(struct visit *v, const struct ac_look *look, struct wait *wait)
{
	const struct ac_wire_identity *identity = look->identity;
	struct authcode_sign_in sign_in = {
		.user = { .name = identity->user,
			  .uid = identity->uid,
			  .full_name =
				  identity->full_name[0] != '\0' ? identity->full_name : NULL },
		.transaction = look->transaction,
		.browser = v->browser,
		.session = ac_cookie_session(v->app, v->h),
		.now_ms = v->now_ms,
	};
	struct authcode_operation *operation;

	sign_in.user.groups = split_groups(v->arena, identity, &sign_in.user.group_count);
	wait->user = strdup(identity->user);
	wait->client_id = strdup(look->client_id);
	if (sign_in.user.groups == NULL || wait->user == NULL || wait->client_id == NULL ||
	    authcode_exchange_begin_sign_in(v->app->issuer, &sign_in, &wait->exchange) !=
		    AUTHCODE_OK) {
		fail(v);
		return AC_STEP_REPLY;
	}
	operation = authcode_exchange_operation(wait->exchange);
	if (operation == NULL) {
		ac_respond(v->app, v->h, authcode_exchange_response(wait->exchange));
		return AC_STEP_REPLY;
	}
	authcode_store_submit(v->app->store, operation, stored, v->h);
	return AC_STEP_WAIT;
}

static void
finish_sign_in(struct ac_app *app, struct ac_http *h, struct wait *wait)
{
	const struct authcode_response *response;
	bool in;

	authcode_exchange_answer(wait->exchange);
	response = authcode_exchange_response(wait->exchange);
	in = response->kind == AUTHCODE_RESPONSE_REDIRECT && response->set_session != NULL &&
	     response->set_session[0] != '\0';
	ac_log_event(AC_LOG_NOTICE, in ? "login succeeded" : "login failed", "rhost",
		     ac_http_peer(h), "reason", in ? NULL : "session_refused", "client",
		     wait->client_id, "user", wait->user, NULL);
	ac_respond(app, h, response);
}

static void
show_prompt(struct visit *v, const char *login, const struct ac_look *look)
{
	struct ac_page_message messages[AC_WIRE_MAX_MESSAGES];
	struct ac_page_prompt page = {
		.transaction = look->transaction,
		.login = login,
		.nonce = look->question,
		.client_name = look->client_name,
		.text = look->prompt->text,
		.echo = look->prompt->echo,
		.messages = messages,
		.message_count = look->prompt->message_count,
	};
	char *csrf = NULL;

	if (page.message_count > AC_WIRE_MAX_MESSAGES ||
	    authcode_transaction_csrf(v->app->issuer, look->transaction, v->browser, &csrf) !=
		    AUTHCODE_OK) {
		fail(v);
		return;
	}
	for (size_t i = 0; i < page.message_count; i++) {
		messages[i] = (struct ac_page_message){
			.text = look->prompt->messages[i].text,
			.error = look->prompt->messages[i].style == AC_MESSAGE_ERROR,
		};
	}
	page.csrf = csrf;
	ac_page_prompt(v->app, v->h, &page);
	free(csrf);
}

static void
show_wait(struct visit *v, const char *login, const struct ac_look *look)
{
	char *url = prompt_url(v, login, look->transaction);

	if (url != NULL)
		ac_page_wait(v->app, v->h, look->client_name, url);
	else
		fail(v);
	free(url);
}

static void
show_busy(struct visit *v, unsigned status, const char *why)
{
	ac_http_reply_header(v->h, "Retry-After", "30");
	refuse(v, status, "temporarily_unavailable", why);
}

static enum ac_step
show(struct visit *v, const char *login, const struct ac_look *look, struct wait *wait)
{
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
		go_on(v, look->transaction, AUTHCODE_NOTICE_FAILED);
		return AC_STEP_REPLY;
	case AC_LOOK_EXPIRED:
		go_on(v, look->transaction, AUTHCODE_NOTICE_EXPIRED);
		return AC_STEP_REPLY;
	case AC_LOOK_UNAVAILABLE:
		show_busy(v, 503, "the account service of this host does not answer");
		return AC_STEP_REPLY;
	case AC_LOOK_CROWDED:
		show_busy(v, 429, "too many pages wait for this sign-in");
		return AC_STEP_REPLY;
	case AC_LOOK_CHANGE_DUE:
		refuse(v, 403, "password_change_required", NULL);
		return AC_STEP_REPLY;
	case AC_LOOK_UNKNOWN:
		break;
	}
	go_on(v, get(v, "txn"), AUTHCODE_NOTICE_EXPIRED);
	return AC_STEP_REPLY;
}

static enum ac_step
get_prompt(struct visit *v, struct wait *wait)
{
	const char *login = get(v, "login");
	struct authcode_arena *arena = NULL; /* the look's: it may be larger than a page */
	struct ac_look look;
	enum ac_step step;

	if (authcode_arena_new(AC_MAX_ARENA, &arena) != AUTHCODE_OK) {
		fail(v);
		return AC_STEP_REPLY;
	}
	look = ac_conversations_look(v->app->login->conversations, login, v->browser, &wait->waiter,
				     arena);
	step = show(v, login, &look, wait);
	authcode_arena_free(&arena);
	return step;
}

static enum ac_step
look_again(struct ac_app *app, struct ac_http *h, struct wait *wait)
{
	enum ac_step step = AC_STEP_REPLY;
	struct visit v;

	if (begin(&v, app, h, AC_FROM_QUERY))
		step = get_prompt(&v, wait);
	end(&v);
	return step;
}

enum ac_step
ac_prompt_start(struct ac_app *app, struct ac_http *h)
{
	struct wait *wait;
	struct visit v;

	if (ac_http_method(h) == AUTHCODE_METHOD_POST) {
		if (begin(&v, app, h, AC_FROM_BODY))
			post_prompt(&v);
		end(&v);
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
