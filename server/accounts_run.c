/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The thread that asks the check helper: it gives each question to a free
 * connection, keeps the deadlines, and turns what comes back, or does not, into
 * a verdict. Requests are resumed, lines are logged, claims are parsed and the
 * store is spoken to without the lock.
 *
 * A question that hangs fills its own share of the connections and no other's:
 *   of one service                  a half
 *   suspects, whose last one hung   a quarter of all, so half of a service's share
 *   those that nobody waits for,    behind the others, and never the last connection
 *   or has asked for in vain        of all, or of their service's share
 * A share is one connection at least.
 */
#include "server/accounts_table.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/log.h"

#define LONGEST_MS 60000

void
ac_accounts_wake(struct ac_accounts *c)
{
	static const uint64_t one = 1;

	/* Full means that it is awake already. */
	if (write(c->wake_fd, &one, sizeof(one)) < 0)
		return;
}

void
ac_accounts_resume(struct ac_account_waiter *ready)
{
	while (ready != NULL) {
		struct ac_account_waiter *next = ready->next;

		ready->next = NULL;
		ac_http_resume(ready->h);
		ready = next;
	}
}

/* --- what a question comes to --------------------------------------------------- */

static void
count(struct ac_accounts *c, enum ac_verdict verdict)
{
	_Atomic uint64_t *counter = verdict == AC_VERDICT_OK            ? &c->good
				    : verdict == AC_VERDICT_UNAVAILABLE ? &c->none
									: &c->refused;

	(void)atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

void
ac_accounts_count(struct ac_accounts *c, struct ac_accounts_counts *ret)
{
	ret->good = atomic_load_explicit(&c->good, memory_order_relaxed);
	ret->refused = atomic_load_explicit(&c->refused, memory_order_relaxed);
	ret->none = atomic_load_explicit(&c->none, memory_order_relaxed);
}

static void
settle(struct ac_accounts *c, struct ac_check_connection *connection,
       const struct ac_account_outcome *outcome)
{
	struct ac_account_report report = { 0 };
	struct ac_account_entry *entry = connection->entry;

	count(c, outcome->verdict);
	connection->entry = NULL;
	connection->deadline_ms = ac_clock_monotonic_ms() + c->settings.idle_ms;
	(void)pthread_mutex_lock(&c->lock);
	ac_account_entry_settle(c, entry, outcome, &report);
	(void)pthread_mutex_unlock(&c->lock);
	if (report.bad_claims != NULL)
		ac_log_event(AC_EVENT_CLAIMS_IGNORED, .user = report.user,
			     .source = report.bad_claims,
			     .why = "no JSON object that can be taken");
	if (report.gone != NULL)
		ac_accounts_retire(c, &report);
	ac_accounts_resume(report.ready);
}

static void
answered(struct ac_accounts *c, struct ac_check_connection *connection,
	 const struct ac_wire_checked *checked)
{
	struct ac_account_outcome outcome = { .kind = AC_OUTCOME_ANSWERED,
					      .verdict = checked->verdict };

	if (c->unreachable)
		ac_log_event(AC_EVENT_ACCOUNTS_REACHABLE, .socket = c->settings.socket);
	c->unreachable = false;
	if (checked->verdict == AC_VERDICT_OK)
		outcome.good = ac_account_answer_good(c->settings.config, checked,
						      connection->with_claims, &outcome.bad_claims);
	settle(c, connection, &outcome);
}

/* Nobody answers. That is said once, until somebody does again. */
static void
unanswered(struct ac_accounts *c, struct ac_check_connection *connection, bool hung)
{
	const struct ac_account_outcome outcome = {
		.kind = hung ? AC_OUTCOME_HUNG : AC_OUTCOME_BROKEN,
		.verdict = AC_VERDICT_UNAVAILABLE,
	};

	ac_check_relay_free(&connection->relay);
	if (!c->unreachable)
		ac_log_event(AC_EVENT_ACCOUNTS_UNREACHABLE, .socket = c->settings.socket);
	c->unreachable = true;
	settle(c, connection, &outcome);
}

/* --- connections ------------------------------------------------------------------ */

static enum authcode_err
send_question(struct ac_check_connection *connection)
{
	const struct ac_account_entry *entry = connection->entry;
	struct ac_wire_frame *frame = calloc(1, sizeof(*frame));
	enum authcode_err err;

	if (frame == NULL)
		return AUTHCODE_ERR_MEMORY;
	frame->type = AC_WIRE_CHECK;
	memcpy(frame->u.check.service, entry->service, sizeof(frame->u.check.service));
	memcpy(frame->u.check.user, entry->user, sizeof(frame->u.check.user));
	frame->u.check.uid = entry->uid;
	frame->u.check.claims = connection->with_claims;
	connection->reused = ac_check_relay_count(connection->relay) > 0;
	err = ac_check_relay_ask(connection->relay, frame);
	free(frame);
	return err;
}

/* On a connection of its own where the old one has been used up, or is gone: the
 * helper hangs up on who is silent for long. */
static void
ask(struct ac_accounts *c, struct ac_check_connection *connection)
{
	/* A name that PAM cannot have needs nobody to answer. */
	static const struct ac_account_outcome denied = { .kind = AC_OUTCOME_ANSWERED,
							  .verdict = AC_VERDICT_DENIED };
	enum authcode_err err = AUTHCODE_ERR_IO;

	connection->deadline_ms = ac_clock_monotonic_ms() + c->settings.answer_ms;
	if (connection->relay != NULL &&
	    ac_check_relay_count(connection->relay) < AC_WIRE_MAX_CHECKS)
		err = send_question(connection);
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_USAGE) {
		ac_check_relay_free(&connection->relay);
		err = ac_check_relay_open(c->settings.socket, &connection->relay);
		if (err == AUTHCODE_OK)
			err = send_question(connection);
	}
	if (err == AUTHCODE_ERR_USAGE && connection->relay != NULL)
		settle(c, connection, &denied);
	else if (err != AUTHCODE_OK)
		unanswered(c, connection, false);
}

/* One answer, or the end. The end of a connection that was kept may have crossed
 * with the question: it is asked once more. */
static void
receive(struct ac_accounts *c, struct ac_check_connection *connection)
{
	struct ac_check_event event = ac_check_relay_next(connection->relay);

	if (event.kind == AC_CHECK_WAIT)
		return;
	if (connection->entry == NULL) {
		ac_check_relay_free(&connection->relay);
	} else if (event.kind == AC_CHECK_ANSWER) {
		answered(c, connection, &event.frame->u.checked);
	} else if (connection->reused) {
		ac_check_relay_free(&connection->relay);
		ask(c, connection);
	} else {
		unanswered(c, connection, false);
	}
}

/* --- who is next ------------------------------------------------------------------ */

static struct ac_check_connection *
free_connection(struct ac_accounts *c)
{
	struct ac_check_connection *closed = NULL;

	for (uint32_t i = 0; i < c->settings.connections; i++) {
		struct ac_check_connection *connection = &c->connections[i];

		if (connection->entry != NULL)
			continue;
		if (connection->relay != NULL)
			return connection;
		closed = closed != NULL ? closed : connection;
	}
	return closed;
}

struct question {
	const char *service; /* with its suffix */
	bool suspect;
	bool awaited;
};

/* Has a share room for one more? The last place is for what somebody waits for. */
static bool
has_room(uint32_t used, uint32_t share, bool awaited)
{
	return used == 0 || used + (awaited ? 0 : 1) < share;
}

/* By the shares of the head. */
static bool
may_ask(const struct ac_accounts *c, const struct question *question)
{
	uint32_t all = c->settings.connections, busy = 0, of_service = 0, suspects = 0;

	for (uint32_t i = 0; i < all; i++) {
		const struct ac_account_entry *entry = c->connections[i].entry;

		if (entry == NULL)
			continue;
		busy++;
		of_service += strcmp(entry->service, question->service) == 0;
		suspects += entry->hung_ms > 0;
	}
	return has_room(busy, all, question->awaited) &&
	       has_room(of_service, all / 2, question->awaited) &&
	       (!question->suspect || has_room(suspects, all / 4, true));
}

bool
ac_accounts_idle(struct ac_accounts *c)
{
	char service[AC_MAX_SERVICE + 1];
	const struct question question = { .service = service };
	bool queued = false;

	snprintf(service, sizeof(service), "%s" AC_CHECK_SUFFIX, c->settings.config->pam_service);
	(void)pthread_mutex_lock(&c->lock);
	for (const struct ac_account_entry *entry = c->flights; entry != NULL;
	     entry = entry->next_flight)
		queued = queued || (entry->flight == AC_FLIGHT_QUEUED &&
				    strcmp(entry->service, service) == 0);
	(void)pthread_mutex_unlock(&c->lock);
	return !queued && may_ask(c, &question);
}

/* The first that somebody waits for, else the first, of those that may be asked. */
static struct ac_account_entry *
next_queued(const struct ac_accounts *c)
{
	struct ac_account_entry *unawaited = NULL;

	for (struct ac_account_entry *entry = c->flights; entry != NULL;
	     entry = entry->next_flight) {
		const struct question question = { .service = entry->service,
						   .suspect = entry->hung_ms > 0,
						   .awaited = entry->waiters != NULL ||
							      entry->wanted };

		if (entry->flight != AC_FLIGHT_QUEUED || (!question.awaited && unawaited != NULL) ||
		    !may_ask(c, &question))
			continue;
		if (question.awaited)
			return entry;
		unawaited = entry;
	}
	return unawaited;
}

static struct ac_account_entry *
take_queued(struct ac_accounts *c, bool *ret_with_claims)
{
	struct ac_account_entry *entry;

	(void)pthread_mutex_lock(&c->lock);
	entry = c->draining ? NULL : next_queued(c);
	if (entry != NULL) {
		entry->flight = AC_FLIGHT_ASKED;
		entry->wanted = false;
		*ret_with_claims = entry->with_claims;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return entry;
}

static void
hand_out(struct ac_accounts *c)
{
	struct ac_check_connection *connection;
	struct ac_account_entry *entry;
	bool with_claims = false;

	while ((connection = free_connection(c)) != NULL &&
	       (entry = take_queued(c, &with_claims)) != NULL) {
		connection->entry = entry;
		connection->with_claims = with_claims;
		ask(c, connection);
	}
}

static void
expire(struct ac_accounts *c, int64_t now)
{
	for (uint32_t i = 0; i < c->settings.connections; i++) {
		struct ac_check_connection *connection = &c->connections[i];

		if (connection->relay == NULL || now < connection->deadline_ms)
			continue;
		if (connection->entry != NULL)
			unanswered(c, connection, true);
		else
			ac_check_relay_free(&connection->relay);
	}
}

/* --- the thread --------------------------------------------------------------------- */

static int64_t
next_deadline(struct ac_accounts *c, int64_t soonest)
{
	for (uint32_t i = 0; i < c->settings.connections; i++) {
		if (c->connections[i].relay != NULL && c->connections[i].deadline_ms < soonest)
			soonest = c->connections[i].deadline_ms;
	}
	(void)pthread_mutex_lock(&c->lock);
	for (const struct ac_account_entry *entry = c->flights; entry != NULL;
	     entry = entry->next_flight) {
		int64_t until = entry->flight_ms + c->settings.wait_ms;

		if (entry->waiters != NULL && until < soonest)
			soonest = until;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return soonest;
}

static void
wait_and_receive(struct ac_accounts *c, int64_t until)
{
	struct pollfd polls[AC_ACCOUNTS_MAX_CONNECTIONS + 1] = { { .fd = c->wake_fd,
								   .events = POLLIN } };
	int64_t now = ac_clock_monotonic_ms();
	int timeout = until > now + LONGEST_MS ? LONGEST_MS : until > now ? (int)(until - now) : 0;
	uint64_t count;

	for (uint32_t i = 0; i < c->settings.connections; i++) {
		const struct ac_check_relay *relay = c->connections[i].relay;

		polls[i + 1].fd = relay != NULL ? ac_check_relay_fd(relay) : -1;
		polls[i + 1].events = POLLIN;
	}
	if (poll(polls, c->settings.connections + 1, timeout) <= 0)
		return;
	if (polls[0].revents != 0 && read(c->wake_fd, &count, sizeof(count)) < 0)
		return;
	for (uint32_t i = 0; i < c->settings.connections; i++) {
		if (polls[i + 1].revents != 0 && c->connections[i].relay != NULL)
			receive(c, &c->connections[i]);
	}
}

/* With the lock held; what is no longer needed is the caller's to free. */
static struct ac_config *
take_over(struct ac_accounts *c)
{
	struct ac_config *old = c->own, *next = c->next;
	struct ac_accounts_settings settings;

	if (next == NULL)
		return NULL;
	settings = ac_accounts_settings_of(next, c->settings.store);
	c->settings.config = next;
	c->settings.lock_means_gone = settings.lock_means_gone;
	c->settings.cache_ms = settings.cache_ms;
	c->settings.grace_ms = settings.grace_ms;
	c->settings.sweep_ms = settings.sweep_ms;
	c->settings.gone_ms = settings.gone_ms;
	if (c->sweep.phase == AC_SWEEP_RESTS)
		c->sweep.next_ms = c->sweep.began_ms + settings.sweep_ms;
	c->own = next;
	c->next = NULL;
	return old;
}

void *
ac_accounts_run(void *accounts)
{
	struct ac_accounts *c = accounts;
	bool draining = false;

	while (!draining) {
		struct ac_account_waiter *overdue;
		struct ac_config *old;
		int64_t next = INT64_MAX;

		expire(c, ac_clock_monotonic_ms());
		hand_out(c);
		(void)pthread_mutex_lock(&c->lock);
		draining = c->draining;
		overdue = ac_accounts_overdue(c);
		old = take_over(c);
		(void)pthread_mutex_unlock(&c->lock);
		ac_config_free(&old);
		ac_accounts_resume(overdue);
		if (draining)
			break;
		next = ac_accounts_sweep(c, ac_clock_monotonic_ms());
		hand_out(c);
		wait_and_receive(c, next_deadline(c, next));
	}
	for (uint32_t i = 0; i < c->settings.connections; i++)
		ac_check_relay_free(&c->connections[i].relay);
	return NULL;
}
