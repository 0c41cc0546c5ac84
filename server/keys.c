/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See keys.h. Tending that fails leaves the keys as they are: it is logged, and
 * tried again within a minute.
 */
#include "server/keys.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/app.h"
#include "server/clock.h"
#include "server/etag.h"
#include "server/log.h"
#include "server/master_key.h"

#define TEND_MS INT64_C(3600000)
#define AGAIN_MS INT64_C(60000)
#define SOONEST_MS INT64_C(1000)

struct ac_keys {
	struct ac_keys_place place;
	int event_fd;
	int64_t due_ms; /* of the main thread, on the monotonic clock */
	struct authcode_key_info known[AUTHCODE_MAX_KEYS]; /* of the main thread */
	size_t known_count;
	pthread_mutex_t lock; /* of all that follows */
	bool stopping;
	struct ac_key_waiter *first;
	char *jwks;
	char etag[AC_ETAG_LEN + 1];
};

static bool
has(const struct authcode_key_info *infos, size_t count, const char *kid)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(infos[i].kid, kid) == 0)
			return true;
	}
	return false;
}

static void
log_changes(struct ac_keys *keys)
{
	struct authcode_key_info infos[AUTHCODE_MAX_KEYS];
	const size_t count = authcode_issuer_list_keys(keys->place.issuer, ac_clock_unix_ms(),
						       infos, AUTHCODE_MAX_KEYS);

	for (size_t i = 0; i < count; i++) {
		if (!has(keys->known, keys->known_count, infos[i].kid))
			ac_log_event(AC_EVENT_SIGNING_KEY_IN_USE, .alg = infos[i].alg,
				     .kid = infos[i].kid);
	}
	for (size_t i = 0; i < keys->known_count; i++) {
		if (!has(infos, count, keys->known[i].kid))
			ac_log_event(AC_EVENT_SIGNING_KEY_FORGOTTEN, .alg = keys->known[i].alg,
				     .kid = keys->known[i].kid);
	}
	memcpy(keys->known, infos, sizeof(infos[0]) * count);
	keys->known_count = count;
}

static enum authcode_err
publish(struct ac_keys *keys)
{
	char *jwks = authcode_issuer_jwks(keys->place.issuer);
	char etag[AC_ETAG_LEN + 1];
	char *old;
	enum authcode_err err;

	if (jwks == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = ac_etag_make(jwks, etag);
	if (err != AUTHCODE_OK) {
		free(jwks);
		return err;
	}
	(void)pthread_mutex_lock(&keys->lock);
	old = keys->jwks;
	keys->jwks = jwks;
	memcpy(keys->etag, etag, sizeof(etag));
	(void)pthread_mutex_unlock(&keys->lock);
	free(old);
	return AUTHCODE_OK;
}

/* Until something changes, by a clock that may be set meanwhile: an hour at most. */
static int64_t
rest_ms(const struct ac_keys *keys)
{
	const int64_t change_ms = authcode_issuer_keys_change_ms(keys->place.issuer);
	const int64_t now_ms = ac_clock_unix_ms();

	if (change_ms > now_ms + TEND_MS)
		return TEND_MS;
	return change_ms > now_ms + SOONEST_MS ? change_ms - now_ms : SOONEST_MS;
}

/* waiter NULL: nobody has asked. */
static enum authcode_err
change(struct ac_keys *keys, const struct ac_key_waiter *waiter, struct authcode_reason *reason)
{
	const int64_t now_ms = ac_clock_unix_ms();

	if (waiter != NULL && waiter->master)
		return ac_master_key_rotate(keys->place.state_fd, keys->place.store,
					    keys->place.issuer, now_ms, reason);
	if (waiter != NULL && waiter->withdraw != NULL)
		return authcode_issuer_withdraw_key(keys->place.issuer, waiter->withdraw, now_ms,
						    reason);
	return authcode_issuer_tend_keys(keys->place.issuer, now_ms,
					 waiter != NULL ? waiter->rotation : AUTHCODE_KEYS_TEND,
					 reason);
}

static enum authcode_err
tend(struct ac_keys *keys, const struct ac_key_waiter *waiter, struct authcode_reason *reason)
{
	enum authcode_err err = change(keys, waiter, reason);

	if (err == AUTHCODE_ERR_NOT_FOUND || (waiter != NULL && waiter->master))
		return err; /* nothing was changed that is published */
	/* A withdrawal that failed half-way has put its key out of use. */
	if (err == AUTHCODE_OK)
		err = publish(keys);
	else if (waiter != NULL && waiter->withdraw != NULL)
		(void)publish(keys);
	if (err == AUTHCODE_OK)
		log_changes(keys);
	else if (reason->text[0] == '\0')
		(void)snprintf(reason->text, sizeof(reason->text),
			       "the signing keys cannot be tended: %s", authcode_err_str(err));
	keys->due_ms = ac_clock_monotonic_ms() + (err == AUTHCODE_OK ? rest_ms(keys) : AGAIN_MS);
	return err;
}

bool
ac_keys_new(const struct ac_keys_place *place, struct ac_keys **ret, struct authcode_reason *reason)
{
	struct ac_keys *keys = calloc(1, sizeof(*keys));

	if (keys == NULL) {
		(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
		return false;
	}
	keys->place = *place;
	(void)pthread_mutex_init(&keys->lock, NULL);
	keys->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (keys->event_fd < 0) {
		(void)snprintf(reason->text, sizeof(reason->text), "signing keys: no eventfd");
		ac_keys_free(&keys);
		return false;
	}
	if (tend(keys, NULL, reason) != AUTHCODE_OK) {
		ac_keys_free(&keys);
		return false;
	}
	*ret = keys;
	return true;
}

void
ac_keys_free(struct ac_keys **keys)
{
	struct ac_keys *gone = *keys;

	*keys = NULL;
	if (gone == NULL)
		return;
	if (gone->event_fd >= 0)
		(void)close(gone->event_fd);
	(void)pthread_mutex_destroy(&gone->lock);
	free(gone->jwks);
	free(gone);
}

int
ac_keys_idle_ms(const struct ac_keys *keys)
{
	const int64_t left_ms = keys->due_ms - ac_clock_monotonic_ms();

	return left_ms > 0 ? (int)left_ms : 0; /* an hour at most */
}

int
ac_keys_fd(const struct ac_keys *keys)
{
	return keys->event_fd;
}

bool
ac_keys_ask(struct ac_keys *keys, struct ac_key_waiter *waiter)
{
	struct ac_key_waiter **end;
	const uint64_t one = 1;
	bool taken;

	(void)pthread_mutex_lock(&keys->lock);
	taken = !keys->stopping && write(keys->event_fd, &one, sizeof(one)) == sizeof(one);
	if (taken) {
		for (end = &keys->first; *end != NULL; end = &(*end)->next)
			continue;
		waiter->next = NULL;
		*end = waiter;
	}
	(void)pthread_mutex_unlock(&keys->lock);
	return taken;
}

/* The first that waits, taken out of the queue; NULL: none. */
static struct ac_key_waiter *
take_waiter(struct ac_keys *keys)
{
	struct ac_key_waiter *waiter;

	(void)pthread_mutex_lock(&keys->lock);
	waiter = keys->first;
	if (waiter != NULL)
		keys->first = waiter->next;
	(void)pthread_mutex_unlock(&keys->lock);
	return waiter;
}

void
ac_keys_tend(struct ac_keys *keys)
{
	struct authcode_reason reason = { 0 };
	struct ac_key_waiter *waiter;
	uint64_t count;

	(void)!read(keys->event_fd, &count, sizeof(count));
	while ((waiter = take_waiter(keys)) != NULL) {
		waiter->err = tend(keys, waiter, &waiter->reason);
		ac_http_resume(waiter->h); /* it is the request's from here on */
	}
	if (ac_clock_monotonic_ms() < keys->due_ms)
		return;
	if (tend(keys, NULL, &reason) != AUTHCODE_OK)
		ac_log(AC_LOG_ERROR, "%s", reason.text);
}

void
ac_keys_drain(struct ac_keys *keys)
{
	struct ac_key_waiter *waiter;

	(void)pthread_mutex_lock(&keys->lock);
	keys->stopping = true;
	(void)pthread_mutex_unlock(&keys->lock);
	while ((waiter = take_waiter(keys)) != NULL) {
		waiter->err = AUTHCODE_ERR_IO;
		(void)snprintf(waiter->reason.text, sizeof(waiter->reason.text),
			       "the server is stopping");
		ac_http_resume(waiter->h);
	}
}

enum ac_step
ac_jwks_start(struct ac_app *app, struct ac_http *h)
{
	const char *if_none_match = ac_http_header(h, "If-None-Match");
	struct ac_keys *keys = app->keys;

	(void)pthread_mutex_lock(&keys->lock);
	if (ac_etag_matches(if_none_match, keys->etag))
		ac_http_reply(h, AC_REPLY_PUBLIC, 304, NULL, 0);
	else
		ac_http_reply(h, AC_REPLY_PUBLIC, 200, keys->jwks, strlen(keys->jwks));
	ac_http_reply_header(h, "ETag", keys->etag);
	(void)pthread_mutex_unlock(&keys->lock);
	return AC_STEP_REPLY;
}
