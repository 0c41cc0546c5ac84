/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The thread that moves conversations on: it starts helpers, reads their
 * events, hands out the lock of a name, keeps the deadlines, and resumes who
 * waits. Requests are resumed and lines are logged (conversation_report.c) without
 * the lock.
 */
#include "server/conversation_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/base64url.h"
#include "base/random.h"
#include "server/clock.h"

#define MAX_EVENTS 64

/* What is known of each verdict, of the helper that signs in and of the one that
 * changes passwords; a verdict without a row fails. */
static const struct verdict_row {
	enum ac_look_kind outcome;
	const char *reason;
} verdicts[2][AC_VERDICT_COUNT] = {
	{
		[AC_VERDICT_DENIED] = { AC_LOOK_FAILED, "bad_credentials" },
		[AC_VERDICT_OK] = { AC_LOOK_SUCCEEDED, NULL },
		[AC_VERDICT_UNAVAILABLE] = { AC_LOOK_UNAVAILABLE, "unavailable" },
		[AC_VERDICT_CHANGE_DUE] = { AC_LOOK_CHANGE_DUE, "password_change_due" },
	},
	{
		[AC_VERDICT_DENIED] = { AC_LOOK_FAILED, "password_not_changed" },
		[AC_VERDICT_OK] = { AC_LOOK_SUCCEEDED, NULL },
		[AC_VERDICT_UNAVAILABLE] = { AC_LOOK_UNAVAILABLE, "unavailable" },
	},
};

/* A failure is told at the next multiple of the floor, counted from the password
 * or answer that failed: what PAM did meanwhile, if anything, does not show. */
static void
end(struct ac_conversations *c, struct ac_conversation *one, enum ac_look_kind outcome,
    const char *reason)
{
	int64_t floor = c->settings.floor_ms;

	ac_conversation_finish(c, one, outcome, reason);
	if (outcome != AC_LOOK_FAILED || floor == 0)
		return;
	one->state = AC_CONVERSATION_HELD;
	one->deadline_ms =
		one->attempt_ms + ((ac_clock_monotonic_ms() - one->attempt_ms) / floor + 1) * floor;
}

/* There was nobody to ask; to change the password: it has to be done elsewhere. */
static void
end_unasked(struct ac_conversations *c, struct ac_conversation *one)
{
	if (one->changing) {
		end(c, one, AC_LOOK_CHANGE_DUE, "password_change_due");
		return;
	}
	ac_guess_refund(c, one);
	end(c, one, AC_LOOK_UNAVAILABLE, "helper");
}

/* --- events of the helper ------------------------------------------------- */

static bool
ask(struct ac_conversations *c, struct ac_conversation *one, const struct ac_wire_prompt *prompt)
{
	unsigned char nonce[AC_QUESTION_LEN * 3 / 4];
	int64_t deadline = ac_clock_monotonic_ms() + c->settings.prompt_ms;

	one->prompt = malloc(sizeof(*prompt));
	if (one->prompt == NULL || ac_random_fill(NULL, nonce, sizeof(nonce)) != AUTHCODE_OK)
		return false;
	*one->prompt = *prompt;
	ac_conversation_note_prompt(one, prompt);
	ac_base64url_encode(nonce, sizeof(nonce), one->question);
	one->state = AC_CONVERSATION_ASKED;
	one->deadline_ms = deadline < one->end_ms ? deadline : one->end_ms;
	return true;
}

static enum authcode_err
open_helper(struct ac_conversations *c, struct ac_conversation *one, void *self,
	    struct ac_secret *password)
{
	const struct ac_authenticator_ops *ops = c->settings.authenticator.ops;
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = one->serial };
	enum authcode_err err = ops->start_take(self, &one->start, password, &one->helper);

	if (err == AUTHCODE_OK &&
	    epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, ops->fd(one->helper), &event) != 0)
		err = AUTHCODE_ERR_IO;
	return err;
}

/* In the same conversation: the same id, browser, transaction and time for all of
 * it. The ticket is what lets the other helper begin, and only once. False: there
 * is no such helper, or nothing to begin with. */
static bool
begin_change(struct ac_conversations *c, struct ac_conversation *one,
	     const struct ac_wire_result *result)
{
	const struct ac_authenticator *authenticator = &c->settings.authenticator;
	enum authcode_err err;

	if (one->changing || authenticator->change == NULL || result->ticket[0] == '\0')
		return false;
	memcpy(one->start.ticket, result->ticket, sizeof(one->start.ticket));
	authenticator->ops->cancel(one->helper); /* and with it goes the result */
	one->helper = NULL;
	one->changing = true;
	one->state = AC_CONVERSATION_STARTING;
	err = open_helper(c, one, authenticator->change, NULL);
	ac_wipe(one->start.ticket, sizeof(one->start.ticket));
	return err == AUTHCODE_OK;
}

/* The one way to succeeded. */
static void
judge(struct ac_conversations *c, struct ac_conversation *one, const struct ac_wire_result *result)
{
	int64_t deadline = ac_clock_monotonic_ms() + c->settings.prompt_ms;
	enum ac_verdict verdict = result->verdict;
	struct verdict_row row = { AC_LOOK_FAILED, NULL };

	if ((size_t)verdict < AC_ARRAY_SIZE(verdicts[0]))
		row = verdicts[one->changing][verdict];
	if (row.outcome != AC_LOOK_SUCCEEDED && row.reason == NULL) {
		end(c, one, AC_LOOK_FAILED, "helper");
		return;
	}
	if (!one->changing && (verdict == AC_VERDICT_OK || verdict == AC_VERDICT_CHANGE_DUE))
		ac_guess_refund(c, one);
	if (verdict == AC_VERDICT_CHANGE_DUE && begin_change(c, one, result))
		return;
	if (verdict != AC_VERDICT_OK) {
		end(c, one, row.outcome, row.reason);
		return;
	}
	one->success = malloc(sizeof(*one->success));
	if (one->success == NULL || result->identity.user[0] == '\0') {
		end(c, one, AC_LOOK_UNAVAILABLE, "helper");
		return;
	}
	*one->success = *result;
	ac_conversation_note_messages(one, result->messages, result->message_count);
	c->settings.authenticator.ops->cancel(one->helper);
	one->helper = NULL;
	one->state = AC_CONVERSATION_SUCCEEDED;
	one->deadline_ms = deadline < one->end_ms ? deadline : one->end_ms;
}

static void
want_lock(struct ac_conversations *c, struct ac_conversation *one,
	  const struct ac_wire_canon *canon)
{
	memcpy(one->canon, canon->user, sizeof(one->canon));
	one->state = AC_CONVERSATION_LOCK;
	one->ticket = ++c->serial;
}

/* From here on the password is another one, whether or not anybody is signed in. */
static void
note_change(struct ac_conversations *c, struct ac_conversation *one,
	    const struct ac_wire_result *result)
{
	const struct ac_password_change change = { .user = result->identity.user,
						   .client_id = one->client_id,
						   .rhost = one->start.rhost,
						   .txn = one->txn };

	one->changed_ms = ac_clock_unix_ms();
	if (c->settings.changed != NULL)
		c->settings.changed(c->settings.changed_ctx, &change);
}

/* Takes one event; false when there is none for now, or the end has come. */
static bool
take_event(struct ac_conversations *c, struct ac_conversation *one)
{
	struct ac_relay_event event = c->settings.authenticator.ops->next(one->helper);

	if (event.kind == AC_RELAY_WAIT)
		return false;
	if (event.kind == AC_RELAY_ANSWERED) {
		ac_conversation_note_prompt(one, &event.frame->u.prompt);
		return true;
	}
	if (event.kind == AC_RELAY_RESULT && one->changing &&
	    event.frame->u.result.verdict == AC_VERDICT_OK)
		note_change(c, one, &event.frame->u.result);
	if (one->given_up) {
		end(c, one, AC_LOOK_FAILED, "cancelled"); /* right or wrong, as late */
		return false;
	}
	if (event.kind == AC_RELAY_CANON && one->state == AC_CONVERSATION_STARTING &&
	    (!one->changing || strcmp(one->canon, event.frame->u.canon.user) == 0)) {
		want_lock(c, one, &event.frame->u.canon);
		return true;
	}
	if (event.kind == AC_RELAY_PROMPT && one->state == AC_CONVERSATION_WORKING &&
	    ask(c, one, &event.frame->u.prompt))
		return true;
	if (event.kind == AC_RELAY_RESULT && one->state == AC_CONVERSATION_WORKING)
		judge(c, one, &event.frame->u.result);
	else if (event.began)
		end(c, one, AC_LOOK_FAILED, "helper");
	else
		end_unasked(c, one);
	return false;
}

static void
handle(struct ac_conversations *c, const struct epoll_event *event)
{
	uint64_t count;

	if (event->data.u64 == 0) {
		while (read(c->wake_fd, &count, sizeof(count)) > 0)
			continue;
		return;
	}
	for (struct ac_conversation *one = c->list; one != NULL; one = one->next) {
		if (one->serial != event->data.u64)
			continue;
		while (one->helper != NULL && take_event(c, one))
			continue;
		return;
	}
}

/* --- moving on ------------------------------------------------------------ */

static bool
at_work(const struct ac_conversation *one)
{
	return one->state == AC_CONVERSATION_STARTING || one->state == AC_CONVERSATION_LOCK ||
	       one->state == AC_CONVERSATION_WORKING || one->state == AC_CONVERSATION_HELD;
}

/* Is another conversation of the same typed name at work? */
static bool
name_at_work(const struct ac_conversations *c, const struct ac_conversation *one)
{
	for (const struct ac_conversation *other = c->list; other != NULL; other = other->next) {
		if (other != one && at_work(other) && other->known == one->known &&
		    strcmp(other->start.user, one->start.user) == 0)
			return true;
	}
	return false;
}

/* Does a module work for this account, or has somebody asked before us? */
static bool
lock_taken(const struct ac_conversations *c, const struct ac_conversation *one)
{
	for (const struct ac_conversation *other = c->list; other != NULL; other = other->next) {
		bool first = other->state == AC_CONVERSATION_WORKING ||
			     (other->state == AC_CONVERSATION_LOCK && other->ticket < one->ticket);

		if (other != one && first && strcmp(other->canon, one->canon) == 0)
			return true;
	}
	return false;
}

static void
start(struct ac_conversations *c, struct ac_conversation *one)
{
	struct ac_secret *password = one->password;
	enum authcode_err err;

	one->password = NULL;
	one->state = AC_CONVERSATION_STARTING;
	if (one->hopeless) {
		ac_secret_free(&password);
		end(c, one, AC_LOOK_FAILED, "bad_credentials");
		return;
	}
	err = open_helper(c, one, c->settings.authenticator.self, password);
	if (err == AUTHCODE_ERR_USAGE) /* a name or password that can be nobody's */
		end(c, one, AC_LOOK_FAILED, "bad_credentials");
	else if (err != AUTHCODE_OK)
		end_unasked(c, one);
	else
		one->begun_unsaid = true;
}

static void
proceed(struct ac_conversations *c, struct ac_conversation *one)
{
	const struct ac_authenticator_ops *ops = c->settings.authenticator.ops;
	enum authcode_err err;
	uint32_t wait_s;

	if (one->answer != NULL && !one->changing && !ac_guess_spend(c, one, &wait_s)) {
		end(c, one, AC_LOOK_THROTTLED, "throttled");
		return;
	}
	if (one->answer == NULL && !one->changing && !ac_guess_spend_canon(c, one)) {
		end(c, one, AC_LOOK_FAILED, "throttled");
		return;
	}
	one->state = AC_CONVERSATION_WORKING;
	if (one->answer != NULL)
		err = ops->answer(one->helper, ac_secret_data(one->answer),
				  ac_secret_len(one->answer));
	else
		err = ops->go(one->helper);
	ac_secret_free(&one->answer);
	if (err != AUTHCODE_OK)
		end(c, one, AC_LOOK_FAILED,
		    err == AUTHCODE_ERR_USAGE ? "bad_credentials" : "helper");
}

static void
move_on(struct ac_conversations *c)
{
	bool again = true;

	while (again) {
		again = false;
		for (struct ac_conversation *one = c->list; one != NULL; one = one->next) {
			if (one->state == AC_CONVERSATION_QUEUED && !name_at_work(c, one))
				start(c, one);
			else if (one->state == AC_CONVERSATION_LOCK && !lock_taken(c, one))
				proceed(c, one);
			else
				continue;
			/* What failed at once may have freed a name for one before it. */
			again = again || one->state == AC_CONVERSATION_OVER ||
				one->state == AC_CONVERSATION_HELD;
		}
	}
}

/* --- deadlines, waiters, log ---------------------------------------------- */

static void
expire(struct ac_conversations *c, int64_t now)
{
	for (struct ac_conversation *one = c->list, *next; one != NULL; one = next) {
		next = one->next;
		if (now < one->deadline_ms)
			continue;
		if (one->state == AC_CONVERSATION_HELD)
			ac_conversation_finish(c, one, one->outcome, one->reason);
		else if (one->state != AC_CONVERSATION_OVER)
			ac_conversation_finish(c, one, AC_LOOK_EXPIRED, "timeout");
		else if (one->waiters == NULL && !ac_conversation_unsaid(one))
			ac_conversation_remove(c, one);
	}
}

/* Unlinks the waiters that have something to see, or have waited enough. */
static struct ac_waiter *
collect_waiters(struct ac_conversations *c, int64_t now)
{
	struct ac_waiter *ready = NULL;

	for (struct ac_conversation *one = c->list; one != NULL; one = one->next) {
		bool waits =
			(one->state == AC_CONVERSATION_QUEUED || at_work(one)) && !one->given_up;

		for (struct ac_waiter **at = &one->waiters; *at != NULL;) {
			struct ac_waiter *waiter = *at;

			if (waits && now < waiter->until) {
				at = &waiter->next;
				continue;
			}
			*at = waiter->next;
			one->waiter_count--;
			waiter->next = ready;
			ready = waiter;
		}
	}
	return ready;
}

/* From resume on the waiter belongs to its request again. */
static void
resume_all(struct ac_waiter *ready)
{
	while (ready != NULL) {
		struct ac_waiter *next = ready->next;

		ready->next = NULL;
		ac_http_resume(ready->h);
		ready = next;
	}
}

static int
next_timeout(const struct ac_conversations *c, int64_t now)
{
	int64_t soonest = now + 60000;

	for (const struct ac_conversation *one = c->list; one != NULL; one = one->next) {
		if (one->deadline_ms < soonest)
			soonest = one->deadline_ms;
		if (ac_conversation_unsaid(one))
			soonest = now;
		for (const struct ac_waiter *w = one->waiters; w != NULL; w = w->next) {
			if (w->until < soonest)
				soonest = w->until;
		}
	}
	return soonest > now ? (int)(soonest - now) : 0;
}

void *
ac_conversations_run(void *conversations)
{
	struct ac_conversations *c = conversations;
	struct epoll_event events[MAX_EVENTS];
	struct ac_conversation_report reports[AC_MAX_REPORTS];
	bool last = false;

	while (!last) {
		struct ac_waiter *ready;
		size_t report_count;
		int64_t now;
		int timeout, count = 0;

		(void)pthread_mutex_lock(&c->lock);
		now = ac_clock_monotonic_ms();
		expire(c, now);
		move_on(c);
		ready = collect_waiters(c, now);
		report_count = ac_conversations_collect_reports(c, reports);
		/* The end is one more turn away when there was more to report than fits. */
		timeout = c->draining ? 0 : next_timeout(c, now);
		last = c->draining && report_count < AC_MAX_REPORTS;
		(void)pthread_mutex_unlock(&c->lock);

		/* First, so that who is told a number of the log is told of a line in it. */
		ac_conversation_write_reports(reports, report_count);
		resume_all(ready);
		if (!last)
			count = epoll_wait(c->epoll_fd, events, MAX_EVENTS, timeout);

		(void)pthread_mutex_lock(&c->lock);
		for (int i = 0; i < count; i++)
			handle(c, &events[i]);
		(void)pthread_mutex_unlock(&c->lock);
	}
	return NULL;
}
