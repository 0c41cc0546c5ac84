/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The side door of a sign-in: /login and /prompt, the conversations parked
 * between their pages, and the one thread that polls the helper's sockets.
 *
 *   POST /login   txn csrf username password → 303 /prompt?login=…&txn=…
 *   GET  /prompt  waits for the conversation: the next question (200), or
 *                 303 to the resumed transaction (signed in, or with a notice)
 *   POST /prompt  txn csrf login nonce answer → 303 /prompt?login=…&txn=…
 *
 * Every POST answers 303 at once, so reload and back never re-post; a form
 * nonce reaches PAM once; a conversation belongs to the browser cookie that
 * began it; whatever is unknown or over leads to the resumed transaction.
 */
#ifndef AC_SERVER_LOGIN_H
#define AC_SERVER_LOGIN_H

#include "server/app.h"
#include "server/http.h"

struct ac_conversations_settings;

/* Starts the poll thread, with the helper behind the configured socket. New:
 * ac_login_stop(). */
AC_MUST_USE bool ac_login_start(struct ac_app *app, struct ac_login_service **ret);
/* The same with settings of one's own (another authenticator, other times). */
AC_MUST_USE bool ac_login_start_with(const struct ac_conversations_settings *settings,
				     struct ac_login_service **ret);

/* Limits and times of config from now on, for those who are signing in as well. */
struct ac_config;
void ac_login_use(struct ac_login_service *service, const struct ac_config *config);

/* Ends every conversation and resumes every request that waits for one; from
 * then on nothing begins. Before the HTTP side stops, which waits for its
 * requests. */
void ac_login_drain(struct ac_login_service *service);
/* After the HTTP side has stopped. NULL-safe, sets NULL. */
void ac_login_stop(struct ac_login_service **service);

/* How many sign-ins have begun and are not over; how that one stands, by the number of
 * the request that has begun it. */
size_t ac_login_under_way(struct ac_login_service *service);
struct ac_under_way;
AC_MUST_USE bool ac_login_find(struct ac_login_service *service, const char *txn,
			       struct ac_under_way *ret);

enum ac_step ac_login_post(struct ac_app *app, struct ac_http *h);
/* GET and POST. */
enum ac_step ac_prompt_start(struct ac_app *app, struct ac_http *h);
enum ac_step ac_prompt_resumed(struct ac_app *app, struct ac_http *h);

#endif
