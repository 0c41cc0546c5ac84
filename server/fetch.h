/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the daemon wants of servers elsewhere: it connects to none, authcode-fetch
 * does (LS-08). One thread keeps the connection to it, and makes it anew when it has
 * gone; what was under way then fails, and nothing is asked twice.
 */
#ifndef AC_SERVER_FETCH_H
#define AC_SERVER_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include <authcode/error.h>

#include "base/attr.h"
#include "fetch/wire.h"

struct ac_app;
struct ac_fetch;

enum ac_fetch_method {
	AC_FETCH_METHOD_GET,  /* what comes must be JSON */
	AC_FETCH_METHOD_POST, /* of a form */
};

struct ac_fetch_request {
	enum ac_fetch_method method;
	const char *url;  /* https, at most AC_FETCH_MAX_URL */
	const char *body; /* POST: the form, at most AC_FETCH_MAX_FORM */
	size_t body_len;
	bool allow_private; /* an administrator has registered the URL */
};

struct ac_fetch_answer {
	enum ac_fetch_outcome outcome;
	unsigned status; /* HTTP; with AC_FETCH_ANSWERED only, as are these */
	const char *body;
	size_t body_len;
	const char *why; /* else: for the log; "" when there is no more to say */
};

/* Called exactly once, from any thread, perhaps before submit returns; answer is
 * borrowed. It may submit, and must not block. */
typedef void ac_fetch_done(const struct ac_fetch_answer *answer, void *arg);

/* Copies the request. */
void ac_fetch_submit(struct ac_app *app, const struct ac_fetch_request *request,
		     ac_fetch_done *done, void *arg);

/* Starts the thread. drain answers whatever waits, and from then on everything at
 * once, with UNAVAILABLE. free needs a drain before and no other call under way. */
AC_MUST_USE enum authcode_err ac_fetch_new(const char *socket, struct ac_fetch **ret);
void ac_fetch_drain(struct ac_fetch *fetch);
void ac_fetch_free(struct ac_fetch **fetch);

#endif
