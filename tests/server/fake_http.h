/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/http.h and server/log.h without a socket: a test fills one request,
 * calls a handler and reads the reply. Resuming only counts; the test calls the
 * handler again itself.
 */
#ifndef AC_TESTS_FAKE_HTTP_H
#define AC_TESTS_FAKE_HTTP_H

#include "base/buf.h"
#include "server/http.h"

#define FAKE_MAX_HEADERS 8

struct fake_header {
	char name[64];
	char value[20000];
};

/* The number of every request. */
#define FAKE_TXN INT64_C(3565158400000000001)
#define FAKE_TXN_TEXT "32yfwnm000001"

struct ac_http {
	enum authcode_method method;
	const char *path;
	const char *query;
	char *owned; /* freed with the request: what query points into */
	const char *body;
	const char *content_type;
	const char *if_none_match;
	const char *accept_language;
	const char *cookie_name[2];
	const char *cookie_value[2];
	const char *peer;

	unsigned replies; /* how often a reply was set */
	enum ac_reply_kind kind;
	unsigned status;
	struct ac_buf page;
	struct fake_header headers[FAKE_MAX_HEADERS];
	size_t header_count;

	unsigned resumes;
	void *state;
	void (*free_state)(void *state);
};

struct ac_http *fake_http_new(void);
void fake_http_free(struct ac_http **h);

/* The first reply header of that name, or NULL. */
const char *fake_reply_header(const struct ac_http *h, const char *name);
const char *fake_page(const struct ac_http *h);

/* Waits until resume has been called more than `seen` times; false after 5 s. */
bool fake_wait_resumed(struct ac_http *h, unsigned seen);
unsigned fake_resumes(struct ac_http *h);

/* Of everything logged since the last call of fake_log_clear(): does it hold
 * the text; will it, within 5 s (lines of the thread come when they come)? */
bool fake_log_contains(const char *text);
bool fake_log_wait(const char *text);
void fake_log_clear(void);

#endif
