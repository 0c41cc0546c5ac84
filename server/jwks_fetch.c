/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See jwks_fetch.h. A URL comes from the configuration, so it may lead to any
 * address (CA-20).
 */
#include "server/jwks_fetch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/app.h"
#include "server/fetch.h"
#include "server/log.h"

struct flight {
	struct flight *next;
	struct ac_jwks_fetch *jwks;
	char *url;
	char *client_id; /* of the first who asked, for the log */
	struct ac_jwks_waiter *waiters;
};

struct ac_jwks_fetch {
	pthread_mutex_t lock;
	struct flight *flights;
};

enum authcode_err
ac_jwks_fetch_new(struct ac_jwks_fetch **ret)
{
	struct ac_jwks_fetch *jwks = calloc(1, sizeof(*jwks));

	if (jwks == NULL)
		return AUTHCODE_ERR_MEMORY;
	(void)pthread_mutex_init(&jwks->lock, NULL);
	*ret = jwks;
	return AUTHCODE_OK;
}

void
ac_jwks_fetch_free(struct ac_jwks_fetch **jwks)
{
	struct ac_jwks_fetch *gone = *jwks;

	*jwks = NULL;
	if (gone == NULL)
		return;
	(void)pthread_mutex_destroy(&gone->lock);
	free(gone);
}

static void
flight_free(struct flight *flight)
{
	if (flight == NULL)
		return;
	free(flight->client_id);
	free(flight->url);
	free(flight);
}

static struct flight *
flight_new(struct ac_jwks_fetch *jwks, const struct authcode_client_keys_query *query)
{
	struct flight *flight = calloc(1, sizeof(*flight));

	if (flight == NULL)
		return NULL;
	flight->jwks = jwks;
	flight->url = strdup(query->url);
	flight->client_id = strdup(query->client->id);
	if (flight->url != NULL && flight->client_id != NULL)
		return flight;
	flight_free(flight);
	return NULL;
}

/* Nobody can join it any more; its waiters are the caller's. */
static void
land(struct flight *flight)
{
	struct flight **link = &flight->jwks->flights;

	(void)pthread_mutex_lock(&flight->jwks->lock);
	while (*link != flight)
		link = &(*link)->next;
	*link = flight->next;
	(void)pthread_mutex_unlock(&flight->jwks->lock);
}

static void
tell(const struct flight *flight, const struct ac_fetch_answer *answer)
{
	char status[16];

	(void)snprintf(status, sizeof(status), "%u", answer->status);
	ac_log_event(AC_EVENT_CLIENT_KEYS_NOT_FETCHED, .client = flight->client_id,
		     .url = flight->url, .outcome = ac_fetch_outcome_words(answer->outcome),
		     .status = answer->outcome == AC_FETCH_ANSWERED ? status : NULL,
		     .why = answer->why != NULL && answer->why[0] != '\0' ? answer->why : NULL);
}

static void
on_answer(const struct ac_fetch_answer *answer, void *arg)
{
	struct flight *flight = arg;
	bool good = answer->outcome == AC_FETCH_ANSWERED && answer->status == 200;
	struct authcode_key_set *set = NULL;
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;
	struct ac_jwks_waiter *waiter;

	if (good)
		err = authcode_key_set_new(answer->body, answer->body_len, &set);
	else
		tell(flight, answer);
	land(flight); /* whoever came while it was read has it too */
	while ((waiter = flight->waiters) != NULL) {
		flight->waiters = waiter->next;
		waiter->set = authcode_key_set_ref(set);
		waiter->err = err;
		ac_http_resume(waiter->h); /* the waiter is gone */
	}
	authcode_key_set_free(&set);
	flight_free(flight);
}

/* NULL: the waiter has joined one, or has none to wait for and *ret_alone is true. */
static struct flight *
join_or_begin(struct ac_jwks_fetch *jwks, const struct authcode_client_keys_query *query,
	      struct ac_jwks_waiter *waiter, bool *ret_alone)
{
	struct flight *flight = jwks->flights, *begun = NULL;

	*ret_alone = false;
	while (flight != NULL && strcmp(flight->url, query->url) != 0)
		flight = flight->next;
	if (flight == NULL) {
		flight = begun = flight_new(jwks, query);
		if (flight == NULL) {
			*ret_alone = true;
			return NULL;
		}
		flight->next = jwks->flights;
		jwks->flights = flight;
	}
	waiter->next = flight->waiters;
	flight->waiters = waiter;
	return begun;
}

void
ac_jwks_fetch_ask(struct ac_app *app, const struct authcode_client_keys_query *query,
		  struct ac_jwks_waiter *waiter)
{
	struct ac_jwks_fetch *jwks = app->jwks;
	struct flight *begun;
	bool alone;

	(void)pthread_mutex_lock(&jwks->lock);
	begun = join_or_begin(jwks, query, waiter, &alone);
	(void)pthread_mutex_unlock(&jwks->lock);
	if (begun != NULL) {
		ac_fetch_submit(app,
				&(struct ac_fetch_request){ .method = AC_FETCH_METHOD_GET,
							    .url = begun->url,
							    .allow_private = true },
				on_answer, begun);
	} else if (alone) {
		waiter->err = AUTHCODE_ERR_MEMORY;
		ac_http_resume(waiter->h);
	}
}
