/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See conversation.h: the table, and how conversations begin. Of what a browser
 * may begin a part is kept for others: places for each address and name, and in
 * all.
 */
#include "server/conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/base64url.h"
#include "base/random.h"
#include "server/clock.h"
#include "server/conversation_table.h"

/* How many ends are kept to be looked at; the oldest go first. */
#define MAX_OVER 256

/* --- one conversation ----------------------------------------------------- */

static void
release(struct ac_conversations *c, struct ac_conversation *conversation)
{
	if (conversation->helper != NULL)
		c->settings.authenticator.ops->cancel(conversation->helper);
	conversation->helper = NULL;
	ac_secret_free(&conversation->password);
	ac_secret_free(&conversation->answer);
	free(conversation->prompt);
	conversation->prompt = NULL;
	ac_wipe(conversation->question, sizeof(conversation->question));
}

void
ac_conversation_forget(struct ac_conversation *conversation)
{
	free(conversation->success);
	conversation->success = NULL;
}

void
ac_conversation_finish(struct ac_conversations *c, struct ac_conversation *conversation,
		       enum ac_look_kind outcome, const char *reason)
{
	if (conversation->state == AC_CONVERSATION_OVER)
		return;
	if (conversation->state == AC_CONVERSATION_HELD)
		reason = conversation->reason;
	release(c, conversation);
	if (outcome != AC_LOOK_SUCCEEDED)
		ac_conversation_forget(conversation);
	conversation->state = AC_CONVERSATION_OVER;
	conversation->outcome = outcome;
	conversation->reason = reason;
	conversation->deadline_ms = ac_clock_monotonic_ms() + c->settings.linger_ms;
}

static void
destroy(struct ac_conversations *c, struct ac_conversation *conversation)
{
	release(c, conversation);
	ac_conversation_forget(conversation);
	free(conversation->transaction);
	free(conversation->client_id);
	free(conversation->client_name);
	ac_wipe(conversation, sizeof(*conversation));
	free(conversation);
}

void
ac_conversation_remove(struct ac_conversations *c, struct ac_conversation *conversation)
{
	for (struct ac_conversation **at = &c->list; *at != NULL; at = &(*at)->next) {
		if (*at == conversation) {
			*at = conversation->next;
			break;
		}
	}
	destroy(c, conversation);
}

/* --- the service ---------------------------------------------------------- */

static enum authcode_err
open_descriptors(struct ac_conversations *c)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0 };

	c->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->epoll_fd < 0 || c->wake_fd < 0 ||
	    epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, c->wake_fd, &event) != 0)
		return AUTHCODE_ERR_IO;
	return AUTHCODE_OK;
}

enum authcode_err
ac_conversations_new(const struct ac_conversations_settings *settings,
		     struct ac_conversations **ret)
{
	struct ac_conversations *c = calloc(1, sizeof(*c));
	enum authcode_err err;

	if (c == NULL)
		return AUTHCODE_ERR_MEMORY;
	c->settings = *settings;
	c->epoll_fd = -1;
	c->wake_fd = -1;
	(void)pthread_mutex_init(&c->lock, NULL);
	ac_used_nonces_init(&c->used, settings->nonce_ms, settings->nonce_max, ac_clock_unix_ms());
	err = ac_random_fill(NULL, c->log_key, sizeof(c->log_key));
	if (err == AUTHCODE_OK)
		err = open_descriptors(c);
	if (err == AUTHCODE_OK && pthread_create(&c->thread, NULL, ac_conversations_run, c) != 0)
		err = AUTHCODE_ERR_MEMORY;
	c->running = err == AUTHCODE_OK;
	if (err != AUTHCODE_OK) {
		ac_conversations_free(&c);
		return err;
	}
	*ret = c;
	return AUTHCODE_OK;
}

void
ac_conversations_set(struct ac_conversations *c, const struct ac_conversations_settings *settings)
{
	(void)pthread_mutex_lock(&c->lock);
	c->settings.max = settings->max;
	c->settings.max_per_address = settings->max_per_address;
	c->settings.floor_ms = settings->floor_ms;
	c->settings.prompt_ms = settings->prompt_ms;
	c->settings.total_ms = settings->total_ms;
	(void)pthread_mutex_unlock(&c->lock);
}

void
ac_conversations_wake(struct ac_conversations *c)
{
	static const uint64_t one = 1;

	/* Full means that it is awake already. */
	if (write(c->wake_fd, &one, sizeof(one)) < 0)
		return;
}

void
ac_conversations_drain(struct ac_conversations *c)
{
	if (!c->running)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->draining = true;
	for (struct ac_conversation *one = c->list; one != NULL; one = one->next)
		ac_conversation_finish(c, one, AC_LOOK_EXPIRED, "stopping");
	(void)pthread_mutex_unlock(&c->lock);
	ac_conversations_wake(c);
	(void)pthread_join(c->thread, NULL);
	c->running = false;
}

void
ac_conversations_free(struct ac_conversations **conversations)
{
	struct ac_conversations *c = conversations != NULL ? *conversations : NULL;

	if (c == NULL)
		return;
	ac_conversations_drain(c);
	while (c->list != NULL)
		ac_conversation_remove(c, c->list);
	ac_used_nonces_clear(&c->used);
	if (c->wake_fd >= 0)
		(void)close(c->wake_fd);
	if (c->epoll_fd >= 0)
		(void)close(c->epoll_fd);
	(void)pthread_mutex_destroy(&c->lock);
	ac_wipe(c, sizeof(*c));
	free(c);
	*conversations = NULL;
}

/* --- beginning ------------------------------------------------------------ */

bool
ac_conversation_of_browser(const struct ac_conversation *conversation, const char *browser)
{
	return strlen(browser) == AC_BROWSER_LEN &&
	       ac_secret_equal(conversation->browser, browser, AC_BROWSER_LEN);
}

/* A person who begins anew with a name gives up the question that the same
 * browser left open for it: a closed tab must not lock its owner out. */
static bool
give_up_one(struct ac_conversations *c, const struct ac_conversation_begin *begin)
{
	for (struct ac_conversation *one = c->list; one != NULL; one = one->next) {
		if (one->state == AC_CONVERSATION_ASKED &&
		    ac_conversation_of_browser(one, begin->browser) &&
		    strcmp(one->start.user, begin->start.user) == 0) {
			ac_conversation_finish(c, one, AC_LOOK_EXPIRED, "replaced");
			return true;
		}
	}
	return false;
}

struct census {
	uint32_t alive, of_address, busy_of_name, parked_of_name, over;
	struct ac_conversation *oldest_over; /* that can be forgotten */
};

static struct census
count(const struct ac_conversations *c, const struct ac_conversation_begin *begin)
{
	struct census n = { 0 };
	struct ac_address address;
	bool counted = ac_address_bucket_parse(begin->start.rhost, &address);

	for (struct ac_conversation *one = c->list; one != NULL; one = one->next) {
		bool parked = one->state == AC_CONVERSATION_ASKED ||
			      one->state == AC_CONVERSATION_SUCCEEDED;
		bool same_name = one->known == begin->known &&
				 strcmp(one->start.user, begin->start.user) == 0;

		if (one->state == AC_CONVERSATION_OVER) {
			n.over++;
			if (n.oldest_over == NULL && one->waiters == NULL &&
			    !ac_conversation_unsaid(one))
				n.oldest_over = one;
			continue;
		}
		n.alive++;
		n.of_address += counted && one->counted &&
				memcmp(&one->address, &address, sizeof(address)) == 0;
		n.busy_of_name += same_name && !parked;
		n.parked_of_name += same_name && parked;
	}
	return n;
}

size_t
ac_conversations_under_way(struct ac_conversations *c)
{
	size_t alive = 0;

	(void)pthread_mutex_lock(&c->lock);
	for (const struct ac_conversation *one = c->list; one != NULL; one = one->next)
		alive += one->state != AC_CONVERSATION_OVER;
	(void)pthread_mutex_unlock(&c->lock);
	return alive;
}

static bool
room_for(struct ac_conversations *c, const struct ac_conversation_begin *begin)
{
	const struct ac_conversations_settings *s = &c->settings;
	struct census n = count(c, begin);

	if (n.over >= MAX_OVER) {
		if (n.oldest_over == NULL)
			return false;
		ac_conversation_remove(c, n.oldest_over);
	}
	if (n.of_address >= s->max_per_address)
		return false;
	if (n.busy_of_name >= s->max_per_name)
		return false;
	if (n.parked_of_name >= s->max_parked_per_name)
		return give_up_one(c, begin);
	return n.alive < s->max;
}

static struct ac_conversation *
make(struct ac_conversations *c, const struct ac_conversation_begin *begin)
{
	struct ac_conversation *one = calloc(1, sizeof(*one));
	unsigned char id[32];

	if (one == NULL)
		return NULL;
	one->transaction = strdup(begin->transaction);
	one->client_id = strdup(begin->client_id);
	snprintf(one->txn, sizeof(one->txn), "%s", begin->txn != NULL ? begin->txn : "");
	one->client_name = strdup(begin->client_name);
	if (one->transaction == NULL || one->client_id == NULL || one->client_name == NULL ||
	    strlen(begin->browser) != AC_BROWSER_LEN ||
	    ac_random_fill(NULL, id, sizeof(id)) != AUTHCODE_OK) {
		destroy(c, one);
		return NULL;
	}
	ac_base64url_encode(id, sizeof(id), one->login);
	ac_wipe(id, sizeof(id));
	memcpy(one->browser, begin->browser, AC_BROWSER_LEN + 1);
	memcpy(one->nonce, begin->nonce, sizeof(one->nonce));
	one->start = begin->start;
	one->counted = ac_address_bucket_parse(one->start.rhost, &one->address);
	one->known = begin->known;
	one->hopeless = begin->hopeless;
	return one;
}

static bool
append(struct ac_conversations *c, struct ac_conversation *one, int64_t now_ms)
{
	struct ac_conversation **at = &c->list;

	if (!ac_used_nonces_add(&c->used, one->nonce, now_ms))
		return false;
	while (*at != NULL)
		at = &(*at)->next;
	*at = one;
	one->serial = ++c->serial;
	one->state = AC_CONVERSATION_QUEUED;
	one->attempt_ms = ac_clock_monotonic_ms();
	one->end_ms = one->attempt_ms + c->settings.total_ms;
	one->deadline_ms = one->end_ms;
	return true;
}

static enum ac_admission
begin_locked(struct ac_conversations *c, const struct ac_conversation_begin *begin,
	     struct ac_secret **password, char ret_login[AC_LOGIN_LEN + 1], uint32_t *ret_wait_s)
{
	enum ac_nonce_state nonce =
		ac_used_nonces_check(&c->used, begin->nonce, begin->page_created_ms);
	struct ac_conversation *one;

	if (nonce == AC_NONCE_USED) {
		ret_login[0] = '\0';
		for (one = c->list; one != NULL; one = one->next) {
			if (memcmp(one->nonce, begin->nonce, sizeof(one->nonce)) == 0 &&
			    ac_conversation_of_browser(one, begin->browser))
				memcpy(ret_login, one->login, AC_LOGIN_LEN + 1);
		}
		return AC_ADMISSION_REPEATED;
	}
	if (nonce != AC_NONCE_NEW)
		return AC_ADMISSION_TOO_OLD;
	if (c->draining || !room_for(c, begin))
		return AC_ADMISSION_BUSY;
	one = make(c, begin);
	if (one == NULL)
		return AC_ADMISSION_BUSY;
	if (!ac_guess_prepare(c, begin, one) || !ac_guess_spend(c, one, ret_wait_s)) {
		destroy(c, one);
		return AC_ADMISSION_THROTTLED;
	}
	if (!append(c, one, begin->now_ms)) {
		destroy(c, one);
		return AC_ADMISSION_BUSY;
	}
	one->password = *password;
	*password = NULL;
	memcpy(ret_login, one->login, AC_LOGIN_LEN + 1);
	return AC_ADMISSION_BEGUN;
}

enum ac_admission
ac_conversations_begin_take(struct ac_conversations *c, const struct ac_conversation_begin *begin,
			    struct ac_secret *password, char ret_login[AC_LOGIN_LEN + 1],
			    uint32_t *ret_wait_s)
{
	enum ac_admission admission;

	(void)pthread_mutex_lock(&c->lock);
	admission = begin_locked(c, begin, &password, ret_login, ret_wait_s);
	(void)pthread_mutex_unlock(&c->lock);
	ac_secret_free(&password);
	if (admission == AC_ADMISSION_BEGUN)
		ac_conversations_wake(c);
	return admission;
}
