/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the handlers of a sign-in begin with: one request, decoded and bound to
 * its browser, and the gate that every post passes in the same order whichever
 * form it comes from.
 */
#ifndef AC_SERVER_VISIT_H
#define AC_SERVER_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include <authcode/exchange.h>
#include <authcode/response.h>

#include "base/attr.h"
#include "base/form.h"
#include "server/conversation.h"
#include "server/cookies.h"

struct ac_login_service {
	struct ac_conversations *conversations;
};

struct ac_visit {
	struct ac_app *app;
	struct ac_http *h;
	struct authcode_arena *arena; /* wiped when freed: it holds the password */
	struct ac_params params;
	char browser[AC_BROWSER_LEN + 1];
	int64_t now_ms;     /* Unix time */
	const char *number; /* that an error page has; NULL: of this request */
};

/* Decodes the query or the body. False when the reply has been set to a
 * refusal. To be ended in any case. */
AC_MUST_USE bool ac_visit_begin(struct ac_visit *v, struct ac_app *app, struct ac_http *h,
				enum ac_origin origin);
void ac_visit_end(struct ac_visit *v);

/* The value of a field, "" when absent. */
const char *ac_visit_get(const struct ac_visit *v, const char *name);

/* May what this post carries be looked at? In this order: the person's "no"
 * (AZ-38), seal, age, browser, CSRF (AZ-40). False: the reply has been set. With
 * aged, a page that is too old passes as STALE: for a question, whose own nonce and
 * deadline say as much. */
AC_MUST_USE bool ac_visit_pass(struct ac_visit *v, bool aged, struct authcode_transaction *ret);

/* Replies: an error page; the 500 one; 303 to the transaction, carried on with
 * a notice; 303 to the page of a conversation. */
void ac_visit_refuse(struct ac_visit *v, unsigned status, const char *error, const char *why);
void ac_visit_fail(struct ac_visit *v);
void ac_visit_go_on(struct ac_visit *v, const char *transaction, enum authcode_notice notice);
/* The same, where the notice is about an attempt to sign in that has failed: the page
 * that comes next has its number. */
void ac_visit_go_on_about(struct ac_visit *v, const char *transaction, enum authcode_notice notice,
			  const char *txn);
void ac_visit_go_to_prompt(struct ac_visit *v, const char *login);

/* Later: 429 or 503 with Retry-After. */
void ac_visit_busy(struct ac_visit *v, unsigned status, uint32_t retry_s, const char *why);

/* The address of that page; NULL when there is no memory. free() it. */
char *ac_visit_prompt_url(const struct ac_visit *v, const char *login, const char *transaction);

#endif
