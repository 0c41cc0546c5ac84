/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See logout_teller.h. OIDC Back-Channel Logout §2.5 and §2.8. What is under way is
 * known to this thread alone: after a crash the store still has it, and it is sent
 * once more, which a client that is signed out already takes for what it is.
 */
#include "server/logout_teller.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "server/log.h"

#define LIST_ARENA ((size_t)16 * 1024 * 1024)
/* Those under way are among them, and of others no fewer are left. */
#define LISTED_PER_CLIENT (2 * AC_LOGOUT_PER_CLIENT)
#define LISTED (LISTED_PER_CLIENT * AC_LOGOUT_AT_ONCE + AC_LOGOUT_AT_ONCE)

/* When the store takes no record, a client would be told again and again. */
#define REST_MS 60000

const int64_t ac_logout_pauses[] = { 5000, 30000, 180000, 900000, 2400000 };
const size_t ac_logout_pause_count = AC_ARRAY_SIZE(ac_logout_pauses);

struct flight {
	struct ac_logout_teller *teller;
	int64_t delivery_id; /* 0: free */
	uint32_t tries;      /* before this one */
	int64_t subject_id;
	char client[80];
	/* Under the lock. */
	bool sent;
	unsigned status;
	char why[160];
};

struct ac_logout_teller {
	struct ac_logout_teller_settings settings;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool draining;
	int64_t rest_until_ms; /* nothing is begun before */
	struct flight flights[AC_LOGOUT_AT_ONCE];
};

static void
on_sent(unsigned status, const char *why, void *arg)
{
	struct flight *flight = arg;
	struct ac_logout_teller *t = flight->teller;

	(void)pthread_mutex_lock(&t->lock);
	flight->status = status;
	(void)snprintf(flight->why, sizeof(flight->why), "%s", why != NULL ? why : "");
	flight->sent = true;
	(void)pthread_cond_signal(&t->wake);
	(void)pthread_mutex_unlock(&t->lock);
}

/* --- what became of it --------------------------------------------------- */

/* §2.8: 200; some frameworks answer 204 for an empty body. */
static bool
was_taken(unsigned status)
{
	return status == 200 || status == 204;
}

static void
log_outcome(const struct flight *flight, bool again)
{
	char status[16];

	(void)snprintf(status, sizeof(status), "%u", flight->status);
	if (was_taken(flight->status))
		ac_log_event(AC_EVENT_LOGOUT_TOLD, .client = flight->client);
	else
		ac_log_event(again ? AC_EVENT_LOGOUT_NOT_TOLD : AC_EVENT_LOGOUT_GIVEN_UP,
			     .client = flight->client,
			     .status = flight->status != 0 ? status : NULL,
			     .why = flight->why[0] != '\0' ? flight->why : NULL);
}

/* gone: nobody is there to be told, however often it is tried. */
static void
record(struct ac_logout_teller *t, const struct flight *flight, bool gone)
{
	int64_t now_ms = t->settings.now();
	bool again = !gone && !was_taken(flight->status) && flight->tries < ac_logout_pause_count;
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_RECORD_DELIVERY,
		.now_ms = now_ms,
		.audit = { .wanted = t->settings.audit,
			   .client_id = flight->client,
			   .subject_id = flight->subject_id },
		.u.record_delivery = {
			.delivery_id = flight->delivery_id,
			.delivered = was_taken(flight->status),
			.status = flight->status,
			.next_ms = again ? now_ms + ac_logout_pauses[flight->tries] : 0,
		},
	};

	authcode_store_perform(t->settings.store, &operation);
	log_outcome(flight, again);
	if (operation.result != AUTHCODE_RESULT_FAILED)
		return;
	ac_log_event(AC_EVENT_LOGOUT_NOT_RECORDED, .client = flight->client,
		     .error = authcode_err_str(operation.err));
	t->rest_until_ms = now_ms + REST_MS;
}

/* True: none is left under way. */
static bool
land(struct ac_logout_teller *t)
{
	size_t flying = 0;

	for (size_t i = 0; i < AC_LOGOUT_AT_ONCE; i++) {
		struct flight *flight = &t->flights[i];
		bool sent;

		(void)pthread_mutex_lock(&t->lock);
		sent = flight->sent;
		(void)pthread_mutex_unlock(&t->lock);
		if (flight->delivery_id == 0)
			continue;
		if (!sent) {
			flying++;
			continue;
		}
		record(t, flight, false);
		flight->delivery_id = 0;
	}
	return flying == 0;
}

/* --- what waits ---------------------------------------------------------- */

static bool
is_under_way(const struct ac_logout_teller *t, int64_t delivery_id)
{
	for (size_t i = 0; i < AC_LOGOUT_AT_ONCE; i++) {
		if (t->flights[i].delivery_id == delivery_id)
			return true;
	}
	return false;
}

static struct flight *
free_flight(struct ac_logout_teller *t)
{
	for (size_t i = 0; i < AC_LOGOUT_AT_ONCE; i++) {
		if (t->flights[i].delivery_id == 0)
			return &t->flights[i];
	}
	return NULL;
}

static void
begin(struct ac_logout_teller *t, struct flight *flight, const struct authcode_delivery_view *view)
{
	struct authcode_logout_message *message = NULL;
	enum authcode_err err;

	*flight = (struct flight){
		.teller = t,
		.delivery_id = view->delivery.id,
		.tries = view->delivery.tries,
	};
	flight->subject_id = view->delivery.subject_id;
	(void)snprintf(flight->client, sizeof(flight->client), "%s", view->delivery.client_id);
	err = authcode_logout_message_new(t->settings.issuer, view, t->settings.now(), &message);
	if (err == AUTHCODE_OK) {
		t->settings.sender.post(t->settings.sender.ctx, message, on_sent, flight);
		authcode_logout_message_free(&message);
		return;
	}
	(void)snprintf(flight->why, sizeof(flight->why), "%s",
		       err == AUTHCODE_ERR_NOT_FOUND ? "the client is not to be told any more"
						     : authcode_err_str(err));
	record(t, flight, err == AUTHCODE_ERR_NOT_FOUND);
	flight->delivery_id = 0;
}

static bool
is_draining(struct ac_logout_teller *t)
{
	bool draining;

	(void)pthread_mutex_lock(&t->lock);
	draining = t->draining;
	(void)pthread_mutex_unlock(&t->lock);
	return draining;
}

/* To the client, by the beginning of its name that a flight keeps. */
static unsigned
under_way_to(const struct ac_logout_teller *t, const char *client_id)
{
	unsigned count = 0;

	for (size_t i = 0; i < AC_LOGOUT_AT_ONCE; i++) {
		if (t->flights[i].delivery_id != 0 &&
		    strncmp(t->flights[i].client, client_id, sizeof(t->flights[i].client) - 1) == 0)
			count++;
	}
	return count;
}

/* The clients that have fewest under way come first, each with one, then all that have
 * one with a second. False: nothing more can be begun. */
static bool
begin_those_with(struct ac_logout_teller *t, unsigned so_many,
		 const struct authcode_delivery_view *views, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct flight *flight = free_flight(t);

		if (flight == NULL || is_draining(t) || t->settings.now() < t->rest_until_ms)
			return false;
		if (!is_under_way(t, views[i].delivery.id) &&
		    under_way_to(t, views[i].delivery.client_id) == so_many)
			begin(t, flight, &views[i]);
	}
	return true;
}

static void
take_off(struct ac_logout_teller *t)
{
	struct authcode_delivery_view *views = calloc(LISTED, sizeof(*views));
	struct authcode_arena *arena = NULL;
	bool more = true;
	size_t count = 0;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (views != NULL)
		err = authcode_arena_new(LIST_ARENA, &arena);
	if (err == AUTHCODE_OK)
		err = authcode_store_list_deliveries(t->settings.store, t->settings.now(),
						     LISTED_PER_CLIENT, arena, views, LISTED,
						     &count);
	if (err != AUTHCODE_OK) {
		ac_log_event(AC_EVENT_LOGOUTS_NOT_READ, .error = authcode_err_str(err));
		t->rest_until_ms = t->settings.now() + REST_MS;
	}
	for (unsigned i = 0; more && i < AC_LOGOUT_PER_CLIENT; i++)
		more = begin_those_with(t, i, views, count);
	authcode_arena_free(&arena);
	free(views);
}

/* --- the thread ---------------------------------------------------------- */

static bool
any_sent(const struct ac_logout_teller *t)
{
	for (size_t i = 0; i < AC_LOGOUT_AT_ONCE; i++) {
		if (t->flights[i].delivery_id != 0 && t->flights[i].sent)
			return true;
	}
	return false;
}

/* Until something was sent, it is time to look again, or draining begins (known: it
 * has). True: nothing more is to be begun. */
static bool
pause_a_while(struct ac_logout_teller *t, bool known)
{
	struct timespec until;
	bool draining;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += t->settings.poll_ms / 1000;
	until.tv_nsec += (long)(t->settings.poll_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_mutex_lock(&t->lock);
	while (!any_sent(t) && (known || !t->draining) && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&t->wake, &t->lock, &until);
	draining = t->draining;
	(void)pthread_mutex_unlock(&t->lock);
	return draining;
}

static void *
run(void *arg)
{
	struct ac_logout_teller *t = arg;
	bool draining = false;

	while (!draining) {
		if (t->settings.now() >= t->rest_until_ms)
			take_off(t);
		draining = pause_a_while(t, false);
		(void)land(t);
	}
	while (!land(t))
		(void)pause_a_while(t, true);
	return NULL;
}

enum authcode_err
ac_logout_teller_new(const struct ac_logout_teller_settings *settings,
		     struct ac_logout_teller **ret)
{
	struct ac_logout_teller *t = calloc(1, sizeof(*t));
	pthread_condattr_t attr;

	if (t == NULL)
		return AUTHCODE_ERR_MEMORY;
	t->settings = *settings;
	(void)pthread_mutex_init(&t->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&t->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (pthread_create(&t->thread, NULL, run, t) != 0) {
		(void)pthread_cond_destroy(&t->wake);
		(void)pthread_mutex_destroy(&t->lock);
		free(t);
		return AUTHCODE_ERR_MEMORY;
	}
	*ret = t;
	return AUTHCODE_OK;
}

void
ac_logout_teller_drain(struct ac_logout_teller *t)
{
	(void)pthread_mutex_lock(&t->lock);
	t->draining = true;
	(void)pthread_cond_signal(&t->wake);
	(void)pthread_mutex_unlock(&t->lock);
}

void
ac_logout_teller_free(struct ac_logout_teller **teller)
{
	struct ac_logout_teller *t;

	if (teller == NULL || *teller == NULL)
		return;
	t = *teller;
	*teller = NULL;
	ac_logout_teller_drain(t);
	(void)pthread_join(t->thread, NULL);
	(void)pthread_cond_destroy(&t->wake);
	(void)pthread_mutex_destroy(&t->lock);
	free(t);
}
