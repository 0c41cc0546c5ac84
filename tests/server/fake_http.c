/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See fake_http.h.
 */
#include "fake_http.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "server/log.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t resumed = PTHREAD_COND_INITIALIZER;
static pthread_cond_t logged = PTHREAD_COND_INITIALIZER;
static char log_text[1 << 16];
static size_t log_len;

struct ac_http *
fake_http_new(void)
{
	struct ac_http *h = calloc(1, sizeof(*h));

	if (h == NULL)
		abort();
	h->method = AUTHCODE_METHOD_GET;
	h->path = "/";
	h->peer = "192.0.2.7";
	h->content_type = "application/x-www-form-urlencoded";
	ac_buf_init(&h->page, 1 << 20);
	return h;
}

void
fake_http_free(struct ac_http **h)
{
	if (*h == NULL)
		return;
	if ((*h)->free_state != NULL)
		(*h)->free_state((*h)->state);
	ac_buf_clear(&(*h)->page);
	free((*h)->owned);
	free(*h);
	*h = NULL;
}

const char *
fake_reply_header(const struct ac_http *h, const char *name)
{
	for (size_t i = 0; i < h->header_count; i++) {
		if (strcasecmp(h->headers[i].name, name) == 0)
			return h->headers[i].value;
	}
	return NULL;
}

const char *
fake_page(const struct ac_http *h)
{
	return ac_buf_text(&h->page);
}

bool
fake_wait_resumed(struct ac_http *h, unsigned seen)
{
	struct timespec end;
	bool ok;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 5;
	(void)pthread_mutex_lock(&lock);
	while (h->resumes <= seen && pthread_cond_timedwait(&resumed, &lock, &end) == 0)
		continue;
	ok = h->resumes > seen;
	(void)pthread_mutex_unlock(&lock);
	return ok;
}

unsigned
fake_resumes(struct ac_http *h)
{
	unsigned count;

	(void)pthread_mutex_lock(&lock);
	count = h->resumes;
	(void)pthread_mutex_unlock(&lock);
	return count;
}

bool
fake_log_contains(const char *text)
{
	bool found;

	(void)pthread_mutex_lock(&lock);
	found = strstr(log_text, text) != NULL;
	(void)pthread_mutex_unlock(&lock);
	return found;
}

bool
fake_log_wait(const char *text)
{
	struct timespec end;
	bool found;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 5;
	(void)pthread_mutex_lock(&lock);
	while ((found = strstr(log_text, text) != NULL) == false &&
	       pthread_cond_timedwait(&logged, &lock, &end) == 0)
		continue;
	(void)pthread_mutex_unlock(&lock);
	return found;
}

void
fake_log_clear(void)
{
	(void)pthread_mutex_lock(&lock);
	log_len = 0;
	log_text[0] = '\0';
	(void)pthread_mutex_unlock(&lock);
}

/* --- server/log.h ---------------------------------------------------------- */

static void
put(const char *text)
{
	int len = snprintf(log_text + log_len, sizeof(log_text) - log_len, "%s", text);

	if (len > 0 && log_len + (size_t)len < sizeof(log_text))
		log_len += (size_t)len;
}

void
ac_log(enum ac_log_level level, const char *fmt, ...)
{
	(void)level;
	(void)pthread_mutex_lock(&lock);
	put(fmt);
	put("\n");
	(void)pthread_cond_broadcast(&logged);
	(void)pthread_mutex_unlock(&lock);
}

void
ac_log_event_write(enum ac_event event, const struct ac_event_fields *fields)
{
	const struct ac_event_row *row = ac_event_row(event);
	const struct ac_event_field *field;

	(void)pthread_mutex_lock(&lock);
	put(row->words);
	for (size_t i = 0; (field = ac_event_field_at(i)) != NULL; i++) {
		const char *value = ac_event_value(row, fields, i);

		if (value == NULL)
			continue;
		put(" ");
		put(field->name);
		put("=");
		put(value);
	}
	put("\n");
	(void)pthread_cond_broadcast(&logged);
	(void)pthread_mutex_unlock(&lock);
}

/* --- server/http.h --------------------------------------------------------- */

enum authcode_method
ac_http_method(const struct ac_http *h)
{
	return h->method;
}

const char *
ac_http_path(const struct ac_http *h)
{
	return h->path;
}

int64_t
ac_http_txn_number(const struct ac_http *h)
{
	(void)h;
	return FAKE_TXN;
}

const char *
ac_http_txn(const struct ac_http *h)
{
	(void)h;
	return FAKE_TXN_TEXT;
}

static struct authcode_bytes
bytes(const char *text)
{
	return (struct authcode_bytes){ text, text != NULL ? strlen(text) : 0 };
}

struct authcode_bytes
ac_http_query(const struct ac_http *h)
{
	return bytes(h->query);
}

struct authcode_bytes
ac_http_body(const struct ac_http *h)
{
	return bytes(h->body);
}

const char *
ac_http_header(const struct ac_http *h, const char *name)
{
	if (strcasecmp(name, "Content-Type") == 0)
		return h->content_type;
	if (strcasecmp(name, "Accept-Language") == 0)
		return h->accept_language;
	return strcasecmp(name, "If-None-Match") == 0 ? h->if_none_match : NULL;
}

const char *
ac_http_cookie(const struct ac_http *h, const char *name)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(h->cookie_name); i++) {
		if (h->cookie_name[i] != NULL && strcmp(h->cookie_name[i], name) == 0)
			return h->cookie_value[i];
	}
	return NULL;
}

const char *
ac_http_peer(const struct ac_http *h)
{
	return h->peer;
}

/* Each request looks anew. */
struct ac_bucket *
ac_http_kept_bucket(struct ac_http *h)
{
	(void)h;
	return NULL;
}

void
ac_http_reply(struct ac_http *h, enum ac_reply_kind kind, unsigned status, const char *body,
	      size_t len)
{
	h->replies++;
	h->kind = kind;
	h->status = status;
	ac_buf_clear(&h->page);
	if (body != NULL)
		ac_buf_put(&h->page, body, len);
}

void
ac_http_reply_header(struct ac_http *h, const char *name, const char *value)
{
	struct fake_header *header = &h->headers[h->header_count];

	if (h->header_count == FAKE_MAX_HEADERS)
		abort();
	h->header_count++;
	snprintf(header->name, sizeof(header->name), "%s", name);
	snprintf(header->value, sizeof(header->value), "%s", value);
}

void
ac_http_set_state(struct ac_http *h, void *state, void (*free_state)(void *state))
{
	h->state = state;
	h->free_state = free_state;
}

void *
ac_http_state(const struct ac_http *h)
{
	return h->state;
}

void
ac_http_resume(struct ac_http *h)
{
	(void)pthread_mutex_lock(&lock);
	h->resumes++;
	(void)pthread_cond_broadcast(&resumed);
	(void)pthread_mutex_unlock(&lock);
}
