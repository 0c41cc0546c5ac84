/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Replies. The headers that a kind of reply always carries are one table, so
 * that no handler can forget one (a login page without frame-ancestors is
 * CVE-2021-3660). Bodies may hold tokens and are wiped when sent.
 *
 * The CSP has no form-action (browsers apply it to the redirects that follow
 * our own form, so it would cancel the way back to clients), and there is no
 * COOP (it takes window.opener from clients that sign in by popup).
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "server/http_internal.h"
#include "server/log.h"

#define MAX_REPLY (1024 * 1024)
#define ON(kind) (1u << (kind))
#define ON_ALL (~0u)
#define ON_ANSWER (ON(AC_REPLY_JSON) | ON(AC_REPLY_JWT))
#define ON_PLAIN (ON(AC_REPLY_REDIRECT) | ON(AC_REPLY_EMPTY) | ON(AC_REPLY_TEXT))
#define ON_CACHEABLE (ON(AC_REPLY_ASSET) | ON(AC_REPLY_PUBLIC))

struct ac_http_body {
	size_t len;
	char data[];
};

/* Referrer-Policy of pages is same-origin: with no-referrer browsers send
 * "Origin: null" with the forms of the page. */
static const struct {
	unsigned kinds;
	const char *name;
	const char *value;
	bool https_only;
} fixed_headers[] = {
	{ ON(AC_REPLY_PAGE), "Content-Type", "text/html; charset=UTF-8", false },
	{ ON(AC_REPLY_PAGE), "Content-Security-Policy",
	  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
	  "frame-ancestors 'none'",
	  false },
	{ ON(AC_REPLY_PAGE), "Referrer-Policy", "same-origin", false },
	{ ON(AC_REPLY_JSON) | ON(AC_REPLY_PUBLIC), "Content-Type", "application/json", false },
	{ ON(AC_REPLY_JWT), "Content-Type", "application/jwt", false }, /* RFC 7519 §10.3.1 */
	{ ON(AC_REPLY_TEXT), "Content-Type", "text/plain; version=0.0.4; charset=utf-8", false },
	{ ON_ANSWER, "Pragma", "no-cache", false }, /* RFC 6749 §5.1 */
	{ ON_PLAIN | ON_ANSWER | ON_CACHEABLE, "Referrer-Policy", "no-referrer", false },
	{ ON_PLAIN | ON_ANSWER | ON_CACHEABLE, "Content-Security-Policy",
	  "default-src 'none'; frame-ancestors 'none'", false },
	{ ON_ALL & ~ON_CACHEABLE, "Cache-Control", "no-store", false },
	{ ON_CACHEABLE, "Cache-Control", "public, max-age=3600", false }, /* with an ETag */
	{ ON_ALL, "X-Content-Type-Options", "nosniff", false },
	{ ON_ALL, "X-Frame-Options", "DENY", false },
	{ ON_ALL & ~(ON_ANSWER | ON(AC_REPLY_PUBLIC)), "Cross-Origin-Resource-Policy",
	  "same-origin", false },
	{ ON(AC_REPLY_PUBLIC), "Cross-Origin-Resource-Policy", "cross-origin", false },
	{ ON(AC_REPLY_PUBLIC), "Access-Control-Allow-Origin", "*", false }, /* RFC 9700 §2.6 */
	{ ON_ALL, "Strict-Transport-Security", "max-age=31536000", true },
};

static void
body_free(void *arg)
{
	struct ac_http_body *body = arg;

	if (body == NULL)
		return;
	ac_wipe(body->data, body->len);
	free(body);
}

void
ac_http_reply_clear(struct ac_http *h)
{
	body_free(h->reply);
	h->reply = NULL;
	for (size_t i = 0; i < h->extra_count; i++) {
		free(h->extra[i].name);
		ac_wipe(h->extra[i].value, strlen(h->extra[i].value));
		free(h->extra[i].value);
	}
	h->extra_count = 0;
}

/* Memory has run out, or a handler broke a rule: nothing of its reply leaves. */
static void
reply_500(struct ac_http *h)
{
	ac_http_reply_clear(h);
	h->broken = true;
	h->answered = true;
	h->close = true;
	h->kind = AC_REPLY_EMPTY;
	h->status = 500;
}

void
ac_http_reply(struct ac_http *h, enum ac_reply_kind kind, unsigned status, const char *body,
	      size_t len)
{
	if (h->broken)
		return;
	body_free(h->reply);
	h->reply = NULL;
	h->answered = true;
	h->kind = kind;
	h->status = status;
	if (body == NULL || len == 0)
		return;
	h->reply = len > MAX_REPLY ? NULL : malloc(sizeof(*h->reply) + len);
	if (h->reply == NULL) {
		ac_log(AC_LOG_ERROR, "a reply could not be made: out of memory");
		reply_500(h);
		return;
	}
	h->reply->len = len;
	memcpy(h->reply->data, body, len);
}

static bool
is_header_value(const char *value)
{
	for (; *value != '\0'; value++) {
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
	}
	return true;
}

void
ac_http_reply_header(struct ac_http *h, const char *name, const char *value)
{
	struct ac_http_reply_header extra = { 0 };

	if (h->broken)
		return;
	/* A control character would end the header and begin one of a stranger's. */
	if (h->extra_count == AC_HTTP_MAX_REPLY_HEADERS || !is_header_value(value)) {
		ac_log(AC_LOG_ERROR, "a reply header was refused");
		reply_500(h);
		return;
	}
	extra.name = strdup(name);
	extra.value = strdup(value);
	if (extra.name == NULL || extra.value == NULL) {
		free(extra.name);
		free(extra.value);
		reply_500(h);
		return;
	}
	h->extra[h->extra_count++] = extra;
}

static bool
is_overridden(const struct ac_http *h, const char *name)
{
	for (size_t i = 0; i < h->extra_count; i++) {
		if (strcasecmp(h->extra[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool
add_headers(const struct ac_http *h, struct MHD_Response *response)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(fixed_headers); i++) {
		if ((fixed_headers[i].kinds & ON(h->kind)) == 0 ||
		    (fixed_headers[i].https_only && !h->service->hsts) ||
		    is_overridden(h, fixed_headers[i].name))
			continue;
		if (MHD_add_response_header(response, fixed_headers[i].name,
					    fixed_headers[i].value) != MHD_YES)
			return false;
	}
	for (size_t i = 0; i < h->extra_count; i++) {
		if (MHD_add_response_header(response, h->extra[i].name, h->extra[i].value) !=
		    MHD_YES)
			return false;
	}
	/* A client that keeps its connection would keep the server from stopping. */
	return (!h->close && !atomic_load(&h->service->stopping) &&
		!ac_http_conn_outdated(h->conn)) ||
	       MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;
}

enum MHD_Result
ac_http_queue(struct ac_http *h)
{
	struct MHD_Response *response;
	enum MHD_Result result = MHD_NO;

	if (!h->answered) {
		ac_log(AC_LOG_ERROR, "a handler left no reply");
		reply_500(h);
	}
	response = MHD_create_response_from_buffer_with_free_callback_cls(
		h->reply == NULL ? 0 : h->reply->len, h->reply == NULL ? "" : h->reply->data,
		body_free, h->reply);
	if (response == NULL)
		return MHD_NO;
	h->reply = NULL; /* the response frees it */
	if (add_headers(h, response))
		result = MHD_queue_response(h->connection, h->status, response);
	MHD_destroy_response(response);
	ac_http_clock_reply(h->conn);
	h->phase = AC_HTTP_REPLIED;
	return result;
}
