/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See delay.h.
 */
#include "server/delay.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "server/clock.h"

struct held {
	struct ac_http *h;
	int64_t due_ms; /* never before that of the one in front */
};

struct ac_delay {
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	int64_t ms;
	bool stopping;
	size_t max, first, count;
	struct held ring[];
};

/* With the lock held. */
static struct ac_http *
take_first(struct ac_delay *delay)
{
	struct ac_http *h = delay->ring[delay->first].h;

	delay->first = (delay->first + 1) % delay->max;
	delay->count--;
	return h;
}

static void
sleep_until(struct ac_delay *delay, int64_t due_ms)
{
	const struct timespec until = { .tv_sec = due_ms / 1000,
					.tv_nsec = due_ms % 1000 * 1000000 };

	(void)pthread_cond_timedwait(&delay->changed, &delay->lock, &until);
}

static void *
run(void *arg)
{
	struct ac_delay *delay = arg;

	(void)pthread_mutex_lock(&delay->lock);
	while (!delay->stopping || delay->count > 0) {
		int64_t due_ms;

		if (delay->count == 0) {
			(void)pthread_cond_wait(&delay->changed, &delay->lock);
			continue;
		}
		due_ms = delay->ring[delay->first].due_ms;
		if (!delay->stopping && ac_clock_monotonic_ms() < due_ms) {
			sleep_until(delay, due_ms);
			continue;
		}
		ac_http_resume(take_first(delay));
	}
	(void)pthread_mutex_unlock(&delay->lock);
	return NULL;
}

enum authcode_err
ac_delay_new(int64_t ms, size_t max, struct ac_delay **ret)
{
	struct ac_delay *delay = calloc(1, sizeof(*delay) + max * sizeof(delay->ring[0]));
	pthread_condattr_t attr;

	if (delay == NULL)
		return AUTHCODE_ERR_MEMORY;
	delay->ms = ms;
	delay->max = max;
	(void)pthread_mutex_init(&delay->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&delay->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (pthread_create(&delay->thread, NULL, run, delay) != 0) {
		(void)pthread_cond_destroy(&delay->changed);
		(void)pthread_mutex_destroy(&delay->lock);
		free(delay);
		return AUTHCODE_ERR_MEMORY;
	}
	*ret = delay;
	return AUTHCODE_OK;
}

void
ac_delay_set(struct ac_delay *delay, int64_t ms)
{
	(void)pthread_mutex_lock(&delay->lock);
	delay->ms = ms;
	(void)pthread_mutex_unlock(&delay->lock);
}

bool
ac_delay_hold(struct ac_delay *delay, struct ac_http *h)
{
	bool held;

	(void)pthread_mutex_lock(&delay->lock);
	held = delay->ms > 0 && !delay->stopping && delay->count < delay->max;
	if (held) {
		size_t last = (delay->first + delay->count) % delay->max;

		delay->ring[last] = (struct held){ h, ac_clock_monotonic_ms() + delay->ms };
		delay->count++;
		(void)pthread_cond_signal(&delay->changed);
	}
	(void)pthread_mutex_unlock(&delay->lock);
	return held;
}

void
ac_delay_drain(struct ac_delay *delay)
{
	(void)pthread_mutex_lock(&delay->lock);
	delay->stopping = true;
	(void)pthread_cond_signal(&delay->changed);
	(void)pthread_mutex_unlock(&delay->lock);
}

void
ac_delay_free(struct ac_delay **delay)
{
	struct ac_delay *old = delay != NULL ? *delay : NULL;

	if (old == NULL)
		return;
	*delay = NULL;
	ac_delay_drain(old);
	(void)pthread_join(old->thread, NULL);
	(void)pthread_cond_destroy(&old->changed);
	(void)pthread_mutex_destroy(&old->lock);
	free(old);
}
