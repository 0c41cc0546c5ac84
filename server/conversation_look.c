/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See conversation.h: looking at a conversation, answering and cancelling it. One
 * is found by its id and the browser that began it, both compared in constant
 * time; a stranger's and an unknown one are the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/conversation_table.h"

static struct ac_conversation *
find(struct ac_conversations *c, const char *login, const char *browser)
{
	if (login == NULL || browser == NULL || strlen(login) != AC_LOGIN_LEN)
		return NULL;
	for (struct ac_conversation *one = c->list; one != NULL; one = one->next) {
		if (ac_secret_equal(one->login, login, AC_LOGIN_LEN))
			return ac_conversation_of_browser(one, browser) && !one->given_up ? one
											  : NULL;
	}
	return NULL;
}

static enum ac_look_kind
wait_for(struct ac_conversations *c, struct ac_conversation *one, struct ac_waiter *waiter)
{
	int64_t now = ac_clock_monotonic_ms();

	if (waiter->until == 0)
		waiter->until = now + c->settings.wait_ms;
	if (c->draining || now >= waiter->until)
		return AC_LOOK_WORKING;
	if (one->waiter_count >= c->settings.max_waiters)
		return AC_LOOK_CROWDED;
	waiter->next = one->waiters;
	one->waiters = waiter;
	one->waiter_count++;
	return AC_LOOK_WAITING;
}

static void
forget_success(struct ac_conversation *one)
{
	ac_conversation_forget(one);
	one->outcome = AC_LOOK_UNKNOWN;
}

/* A success is given out when all of it has been copied. Once is not enough: a
 * browser whose button is clicked twice drops the first answer, and the session
 * in its cookie with it. So whoever began the conversation may read it a few times
 * within seconds, and each reader signs in for itself, since none can know what
 * became of another's answer. The first reader gives up the place, so that nobody
 * else waits for it. */
static enum ac_look_kind
take_success(struct ac_conversations *c, struct ac_conversation *one, struct ac_look *look,
	     struct authcode_arena *arena)
{
	look->success = ac_arena_memdup(arena, one->success, sizeof(*one->success));
	if (look->success == NULL)
		return AC_LOOK_UNKNOWN;
	look->changed_ms = one->changed_ms;
	if (one->readers++ == 0) {
		ac_conversation_finish(c, one, AC_LOOK_SUCCEEDED, NULL);
		one->deadline_ms = ac_clock_monotonic_ms() + c->settings.again_ms;
	}
	if (one->readers >= c->settings.max_readers)
		forget_success(one);
	return AC_LOOK_SUCCEEDED;
}

static enum ac_look_kind
look_locked(struct ac_conversations *c, struct ac_conversation *one, struct ac_waiter *waiter,
	    struct authcode_arena *arena, struct ac_look *look)
{
	look->transaction = ac_arena_strdup(arena, one->transaction);
	look->client_id = ac_arena_strdup(arena, one->client_id);
	look->client_name = ac_arena_strdup(arena, one->client_name);
	look->rhost = ac_arena_strdup(arena, one->start.rhost);
	look->user = ac_arena_strdup(arena, one->start.user);
	look->service = ac_arena_strdup(arena, one->start.service);
	look->prompts = ac_arena_strdup(arena, one->prompts);
	look->begun = ac_arena_strdup(arena, one->txn);
	if (look->transaction == NULL || look->client_id == NULL || look->client_name == NULL ||
	    look->rhost == NULL || look->user == NULL || look->service == NULL ||
	    look->prompts == NULL || look->begun == NULL)
		return AC_LOOK_UNKNOWN;
	/* A deadline holds even where the thread is late. */
	if (one->state != AC_CONVERSATION_HELD && ac_clock_monotonic_ms() >= one->deadline_ms) {
		if (one->state == AC_CONVERSATION_OVER)
			return AC_LOOK_UNKNOWN;
		ac_conversation_finish(c, one, AC_LOOK_EXPIRED, "timeout");
	}
	switch (one->state) {
	case AC_CONVERSATION_OVER:
		return one->outcome == AC_LOOK_SUCCEEDED ? take_success(c, one, look, arena)
							 : one->outcome;
	case AC_CONVERSATION_ASKED:
		look->changing = one->changing;
		look->question = ac_arena_strdup(arena, one->question);
		look->prompt = ac_arena_memdup(arena, one->prompt, sizeof(*one->prompt));
		return look->question != NULL && look->prompt != NULL ? AC_LOOK_ASKED
								      : AC_LOOK_UNKNOWN;
	case AC_CONVERSATION_SUCCEEDED:
		return take_success(c, one, look, arena);
	case AC_CONVERSATION_QUEUED:
	case AC_CONVERSATION_STARTING:
	case AC_CONVERSATION_LOCK:
	case AC_CONVERSATION_WORKING:
	case AC_CONVERSATION_HELD:
		return wait_for(c, one, waiter);
	}
	return AC_LOOK_UNKNOWN;
}

struct ac_look
ac_conversations_look(struct ac_conversations *c, const char *login, const char *browser,
		      struct ac_waiter *waiter, struct authcode_arena *arena)
{
	struct ac_look look = { .kind = AC_LOOK_UNKNOWN };
	struct ac_conversation *one;

	(void)pthread_mutex_lock(&c->lock);
	one = find(c, login, browser);
	if (one != NULL)
		look.kind = look_locked(c, one, waiter, arena, &look);
	(void)pthread_mutex_unlock(&c->lock);
	if (look.kind == AC_LOOK_WAITING || look.kind == AC_LOOK_EXPIRED)
		ac_conversations_wake(
			c); /* a deadline may be the next, or a line is to be logged */
	return look;
}

bool
ac_conversations_answer_take(struct ac_conversations *c, const char *login, const char *browser,
			     const char *question, struct ac_secret *answer)
{
	struct ac_conversation *one;
	bool taken = false;

	(void)pthread_mutex_lock(&c->lock);
	one = find(c, login, browser);
	if (one != NULL && one->state == AC_CONVERSATION_ASKED && question != NULL &&
	    strlen(question) == AC_QUESTION_LEN &&
	    ac_secret_equal(one->question, question, AC_QUESTION_LEN) &&
	    ac_clock_monotonic_ms() < one->deadline_ms) {
		one->answer = answer;
		answer = NULL;
		free(one->prompt);
		one->prompt = NULL;
		ac_wipe(one->question, sizeof(one->question));
		one->state = AC_CONVERSATION_LOCK;
		one->ticket = ++c->serial;
		one->attempt_ms = ac_clock_monotonic_ms();
		one->deadline_ms = one->end_ms;
		taken = true;
	}
	(void)pthread_mutex_unlock(&c->lock);
	ac_secret_free(&answer);
	if (taken)
		ac_conversations_wake(c);
	return taken;
}

void
ac_conversations_cancel(struct ac_conversations *c, const char *login, const char *browser)
{
	struct ac_conversation *one;

	(void)pthread_mutex_lock(&c->lock);
	one = find(c, login, browser);
	/* A module that works does not notice that we hang up. Until it is through
	 * its name stays locked and its place taken: else whoever cancels would get
	 * past both limits. */
	if (one != NULL &&
	    (one->state == AC_CONVERSATION_STARTING || one->state == AC_CONVERSATION_WORKING ||
	     one->state == AC_CONVERSATION_HELD))
		one->given_up = true;
	else if (one != NULL && one->state == AC_CONVERSATION_OVER &&
		 one->outcome == AC_LOOK_SUCCEEDED)
		forget_success(one);
	else if (one != NULL)
		ac_conversation_finish(c, one, AC_LOOK_UNKNOWN, "cancelled");
	(void)pthread_mutex_unlock(&c->lock);
	if (one != NULL)
		ac_conversations_wake(c);
}

bool
ac_conversations_find(struct ac_conversations *c, const char *txn, struct ac_under_way *ret)
{
	bool found = false;

	(void)pthread_mutex_lock(&c->lock);
	for (const struct ac_conversation *one = c->list; one != NULL && !found; one = one->next) {
		if (one->state == AC_CONVERSATION_OVER || strcmp(one->txn, txn) != 0)
			continue;
		found = true;
		ret->state = AC_UNDER_WAY_WORKING;
		if (one->state == AC_CONVERSATION_ASKED)
			ret->state = AC_UNDER_WAY_ASKED;
		if (one->state == AC_CONVERSATION_SUCCEEDED)
			ret->state = AC_UNDER_WAY_PROVED;
		(void)snprintf(ret->client_id, sizeof(ret->client_id), "%s", one->client_id);
		(void)snprintf(ret->rhost, sizeof(ret->rhost), "%s", one->start.rhost);
		(void)snprintf(ret->service, sizeof(ret->service), "%s", one->start.service);
		(void)snprintf(ret->prompts, sizeof(ret->prompts), "%s", one->prompts);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return found;
}
