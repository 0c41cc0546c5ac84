/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The sign-in service and POST /login (login.h). What cannot belong to anybody
 * fails like a wrong password; everything else is for PAM to judge, once per
 * page.
 */
#include "server/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "server/config.h"
#include "server/language.h"
#include "server/log.h"
#include "server/visit.h"

#define PER_NAME 3        /* one at work, two behind it */
#define PARKED_PER_NAME 8 /* so that one name cannot fill the house */
#define MAX_WAITERS 8     /* requests of one browser for one conversation */
#define LINGER_MS 60000
#define AGAIN_MS 10000 /* a second click, and the way of its answer */
#define MAX_READERS 3
#define WAIT_MS 20000
#define NONCE_MAX 32768

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

static struct ac_conversations_settings
settings_of(const struct ac_config *config)
{
	return (struct ac_conversations_settings){
		.authenticator = ac_authenticator_pam(config->login_socket, config->passwd_socket),
		.max = config->max_sign_ins,
		.max_per_address = config->max_sign_ins_per_address,
		.max_per_name = PER_NAME,
		.max_parked_per_name = PARKED_PER_NAME,
		.max_waiters = MAX_WAITERS,
		.floor_ms = config->failure_floor_ms,
		.prompt_ms = (int64_t)config->prompt_timeout_s * 1000,
		.total_ms = (int64_t)config->sign_in_timeout_s * 1000,
		.linger_ms = LINGER_MS,
		.again_ms = AGAIN_MS,
		.max_readers = MAX_READERS,
		.wait_ms = WAIT_MS,
		.nonce_ms = config->lifetimes.transaction_s > 0
				    ? (int64_t)config->lifetimes.transaction_s * 1000
				    : (int64_t)3600 * 1000,
		.nonce_max = NONCE_MAX,
	};
}

bool
ac_login_start(struct ac_app *app, struct ac_login_service **ret)
{
	struct ac_conversations_settings settings = settings_of(app->config);

	settings.throttle = app->throttle;
	settings.changed = app->password_changed;
	settings.changed_ctx = app;
	return ac_login_start_with(&settings, ret);
}

void
ac_login_use(struct ac_login_service *service, const struct ac_config *config)
{
	const struct ac_conversations_settings settings = settings_of(config);

	ac_conversations_set(service->conversations, &settings);
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

size_t
ac_login_under_way(struct ac_login_service *service)
{
	return ac_conversations_under_way(service->conversations);
}

bool
ac_login_find(struct ac_login_service *service, const char *txn, struct ac_under_way *ret)
{
	return ac_conversations_find(service->conversations, txn, ret);
}

/* --- POST /login ---------------------------------------------------------- */

/* Does the service ask for everything itself? Its page has no password, and one
 * that is posted nevertheless goes nowhere. */
static bool
asks_first(const struct ac_app *app, const char *name)
{
	const struct ac_service *service = ac_config_service(app->config, name);

	return service != NULL && service->first_prompt == AC_FIRST_PROMPT_ASK;
}

/* Fills the helper's START; false for a name or password that can be nobody's,
 * which fails like any other, and as late, without asking PAM (LS-02). */
static bool
fill_start(const struct ac_visit *v, const struct authcode_transaction *transaction,
	   const char *service, struct ac_wire_start *start)
{
	const char *user = ac_visit_get(v, "username");
	size_t user_len = strlen(user), password_len = strlen(ac_visit_get(v, "password"));

	snprintf(start->user, sizeof(start->user), "%s", user);
	snprintf(start->service, sizeof(start->service), "%s", service);
	snprintf(start->rhost, sizeof(start->rhost), "%s", ac_http_peer(v->h));
	ac_language_choose(transaction->ui_locales, ac_http_header(v->h, "Accept-Language"),
			   start->language, sizeof(start->language));
	return user_len > 0 && user_len <= AC_MAX_USER_NAME && ac_text_printable(user, user_len) &&
	       (asks_first(v->app, service) ||
		(password_len > 0 && password_len <= AC_MAX_PASSWORD));
}

static void
log_refused(const struct ac_visit *v, const char *reason, const char *client_id)
{
	ac_log_event(AC_EVENT_LOGIN_FAILED, .rhost = ac_http_peer(v->h), .reason = reason,
		     .client = client_id, .user = "unknown", .txn = ac_http_txn(v->h));
}

static void
evaluate(struct ac_visit *v, const struct ac_conversation_begin *begin)
{
	const char *password = ac_visit_get(v, "password");
	char login[AC_LOGIN_LEN + 1] = "";
	struct ac_secret *secret = NULL;
	uint32_t wait_s = 60;

	if (!asks_first(v->app, begin->start.service) &&
	    ac_secret_new(password, strlen(password), &secret) != AUTHCODE_OK) {
		ac_visit_fail(v);
		return;
	}
	switch (ac_conversations_begin_take(v->app->login->conversations, begin, secret, login,
					    &wait_s)) {
	case AC_ADMISSION_BEGUN:
		ac_visit_go_to_prompt(v, login);
		return;
	case AC_ADMISSION_REPEATED:
		if (login[0] != '\0')
			ac_visit_go_to_prompt(v, login);
		else
			ac_visit_go_on(v, begin->transaction, AUTHCODE_NOTICE_EXPIRED);
		return;
	case AC_ADMISSION_TOO_OLD:
		ac_visit_go_on(v, begin->transaction, AUTHCODE_NOTICE_EXPIRED);
		return;
	case AC_ADMISSION_THROTTLED:
		log_refused(v, "throttled", begin->client_id);
		ac_visit_busy(v, 429, wait_s, "too many wrong passwords were tried");
		return;
	case AC_ADMISSION_BUSY:
		break;
	}
	log_refused(v, "busy", begin->client_id);
	ac_visit_go_on_about(v, begin->transaction, AUTHCODE_NOTICE_BUSY, ac_http_txn(v->h));
}

static void
post_login(struct ac_visit *v)
{
	struct authcode_transaction transaction = { .state = AUTHCODE_TRANSACTION_INVALID };
	struct ac_conversation_begin begin = { .browser = v->browser, .now_ms = v->now_ms };
	const struct authcode_client *client;

	if (!ac_visit_pass(v, false, &transaction))
		return;
	client = authcode_clients_find(v->app->clients, transaction.client_id);
	if (client == NULL) {
		/* Gone since the page was made: the resumed request says so. */
		ac_visit_go_on(v, ac_visit_get(v, "txn"), AUTHCODE_NOTICE_NONE);
		return;
	}
	begin.hopeless = !fill_start(
		v, &transaction, ac_config_sign_in_service(v->app->config, client, transaction.acr),
		&begin.start);
	begin.known = ac_device_check(v->app->device_key, begin.start.user,
				      ac_cookie_device(v->app, v->h), v->now_ms, begin.device);
	memcpy(begin.nonce, transaction.nonce, sizeof(begin.nonce));
	begin.page_created_ms = transaction.created_ms;
	begin.transaction = ac_visit_get(v, "txn");
	begin.client_id = client->id;
	begin.txn = ac_http_txn(v->h);
	begin.client_name = client->name != NULL ? client->name : client->id;
	evaluate(v, &begin);
}

enum ac_step
ac_login_post(struct ac_app *app, struct ac_http *h)
{
	struct ac_visit v;

	if (ac_visit_begin(&v, app, h, AC_FROM_BODY))
		post_login(&v);
	ac_visit_end(&v);
	return AC_STEP_REPLY;
}
