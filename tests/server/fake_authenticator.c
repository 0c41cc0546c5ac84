/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The authenticator of login_world.h: helpers that do what a test says.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "login_world.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

struct helper {
	int fd;
	bool alive;
	bool began;
	bool changes;
	bool had_password;
	struct ac_wire_start start;
	struct ac_relay_event queue[8];
	struct ac_wire_frame frames[8];
	unsigned queued, taken;
	unsigned gos, answers;
	char last_answer[AC_MAX_PASSWORD + 1];
};

static struct helper helpers[MAX_HELPERS];
static unsigned started, evaluations;
static enum script_start start_mode, change_mode;
static bool auto_canon;
static char environment[256];
static const char *told[2]; /* info, error */

static void
push(struct helper *helper, enum ac_relay_event_kind kind, const struct ac_wire_frame *frame,
     bool began)
{
	static const uint64_t one = 1;
	unsigned n = helper->queued++;

	if (n >= AC_ARRAY_SIZE(helper->queue))
		abort();
	if (frame != NULL)
		helper->frames[n] = *frame;
	helper->queue[n] = (struct ac_relay_event){ kind, &helper->frames[n], began };
	if (helper->alive && write(helper->fd, &one, sizeof(one)) < 0)
		abort();
}

static void
push_locked(unsigned i, enum ac_relay_event_kind kind, const struct ac_wire_frame *frame,
	    bool began)
{
	(void)pthread_mutex_lock(&lock);
	push(&helpers[i], kind, frame, began);
	(void)pthread_mutex_unlock(&lock);
}

static void
push_canon(struct helper *helper, const char *user)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_CANON };

	snprintf(frame.u.canon.user, sizeof(frame.u.canon.user), "%s", user);
	push(helper, AC_RELAY_CANON, &frame, true);
}

static enum authcode_err
fake_start(void *self, const struct ac_wire_start *start, struct ac_secret *password, void **ret)
{
	enum script_start mode;
	struct helper *helper;

	(void)pthread_mutex_lock(&lock);
	mode = self == &script_changer ? change_mode : start_mode;
	if (mode == START_OK) {
		if (started == MAX_HELPERS)
			abort();
		helper = &helpers[started++];
		helper->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
		helper->alive = true;
		helper->start = *start;
		helper->changes = self == &script_changer;
		helper->had_password = password != NULL;
		evaluations += !helper->changes;
		/* A ticket to change a password, and then no password; else none. */
		if (helper->changes != (start->ticket[0] != '\0') ||
		    (helper->changes && password != NULL) ||
		    (password != NULL && ac_secret_len(password) == 0))
			abort();
		if (auto_canon)
			push_canon(helper, start->user);
		*ret = helper;
	}
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
	ac_secret_free(&password);
	if (mode == START_OK)
		return AUTHCODE_OK;
	return mode == START_REFUSED ? AUTHCODE_ERR_USAGE : AUTHCODE_ERR_IO;
}

static int
fake_fd(const void *conversation)
{
	const struct helper *helper = conversation;

	return helper->fd;
}

static struct ac_relay_event
fake_next(void *conversation)
{
	struct helper *helper = conversation;
	struct ac_relay_event event = { .kind = AC_RELAY_WAIT };
	uint64_t one;

	(void)pthread_mutex_lock(&lock);
	if (read(helper->fd, &one, sizeof(one)) > 0)
		event = helper->queue[helper->taken++];
	(void)pthread_mutex_unlock(&lock);
	return event;
}

static enum authcode_err
fake_go(void *conversation)
{
	struct helper *helper = conversation;

	(void)pthread_mutex_lock(&lock);
	helper->gos++;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
	return AUTHCODE_OK;
}

static enum authcode_err
fake_answer(void *conversation, const char *text, size_t len)
{
	struct helper *helper = conversation;

	(void)pthread_mutex_lock(&lock);
	memcpy(helper->last_answer, text, len);
	helper->last_answer[len] = '\0';
	helper->answers++;
	evaluations++;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
	return AUTHCODE_OK;
}

static void
fake_cancel(void *conversation)
{
	struct helper *helper = conversation;

	(void)pthread_mutex_lock(&lock);
	helper->alive = false;
	(void)close(helper->fd);
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
}

int script_changer;

const struct ac_authenticator_ops script_ops = {
	.start_take = fake_start,
	.fd = fake_fd,
	.next = fake_next,
	.go = fake_go,
	.answer = fake_answer,
	.cancel = fake_cancel,
};

void
script_reset(void)
{
	(void)pthread_mutex_lock(&lock);
	memset(helpers, 0, sizeof(helpers));
	started = 0;
	evaluations = 0;
	start_mode = START_OK;
	change_mode = START_OK;
	auto_canon = true;
	environment[0] = '\0';
	memset(told, 0, sizeof(told));
	(void)pthread_mutex_unlock(&lock);
}

void
script_set(enum script_start start, bool canon_at_once)
{
	(void)pthread_mutex_lock(&lock);
	start_mode = start;
	auto_canon = canon_at_once;
	(void)pthread_mutex_unlock(&lock);
}

void
script_set_change(enum script_start start)
{
	(void)pthread_mutex_lock(&lock);
	change_mode = start;
	(void)pthread_mutex_unlock(&lock);
}

/* Waits up to five seconds until *counter reaches count. */
static bool
wait_for(const unsigned *counter, unsigned count)
{
	struct timespec end;
	bool ok;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 5;
	(void)pthread_mutex_lock(&lock);
	while (*counter < count && pthread_cond_timedwait(&changed, &lock, &end) == 0)
		continue;
	ok = *counter >= count;
	(void)pthread_mutex_unlock(&lock);
	return ok;
}

static unsigned
read_counter(const unsigned *counter)
{
	unsigned value;

	(void)pthread_mutex_lock(&lock);
	value = *counter;
	(void)pthread_mutex_unlock(&lock);
	return value;
}

unsigned
script_started(void)
{
	return read_counter(&started);
}

bool
script_wait_started(unsigned count)
{
	return wait_for(&started, count);
}

unsigned
script_gos(unsigned i)
{
	return read_counter(&helpers[i].gos);
}

bool
script_wait_gos(unsigned i, unsigned count)
{
	return wait_for(&helpers[i].gos, count);
}

unsigned
script_answers(unsigned i)
{
	return read_counter(&helpers[i].answers);
}

bool
script_wait_answers(unsigned i, unsigned count)
{
	return wait_for(&helpers[i].answers, count);
}

const char *
script_last_answer(unsigned i)
{
	return helpers[i].last_answer;
}

const char *
script_user(unsigned i)
{
	return helpers[i].start.user;
}

const char *
script_service(unsigned i)
{
	return helpers[i].start.service;
}

const char *
script_language(unsigned i)
{
	return helpers[i].start.language;
}

bool
script_changes(unsigned i)
{
	return helpers[i].changes;
}

const char *
script_ticket(unsigned i)
{
	return helpers[i].start.ticket;
}

bool
script_had_password(unsigned i)
{
	return helpers[i].had_password;
}

bool
script_wait_cancelled(unsigned i)
{
	struct timespec end;
	bool ok;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 5;
	(void)pthread_mutex_lock(&lock);
	while (helpers[i].alive && pthread_cond_timedwait(&changed, &lock, &end) == 0)
		continue;
	ok = !helpers[i].alive;
	(void)pthread_mutex_unlock(&lock);
	return ok;
}

unsigned
script_alive(void)
{
	unsigned count = 0;

	(void)pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < started; i++)
		count += helpers[i].alive;
	(void)pthread_mutex_unlock(&lock);
	return count;
}

unsigned
script_evaluations(void)
{
	return read_counter(&evaluations);
}

void
script_canon(unsigned i, const char *user)
{
	(void)pthread_mutex_lock(&lock);
	push_canon(&helpers[i], user);
	(void)pthread_mutex_unlock(&lock);
}

void
script_prompt(unsigned i, const char *text, bool echo)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_PROMPT };

	frame.u.prompt.echo = echo;
	snprintf(frame.u.prompt.text, sizeof(frame.u.prompt.text), "%s", text);
	frame.u.prompt.message_count = 1;
	frame.u.prompt.messages[0].style = AC_MESSAGE_INFO;
	snprintf(frame.u.prompt.messages[0].text, sizeof(frame.u.prompt.messages[0].text),
		 "A message <b>");
	push_locked(i, AC_RELAY_PROMPT, &frame, true);
}

void
script_result(unsigned i, enum ac_verdict verdict, const char *user)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_RESULT };
	struct ac_wire_identity *identity = &frame.u.result.identity;

	frame.u.result.verdict = verdict;
	if (user != NULL) {
		snprintf(identity->user, sizeof(identity->user), "%s", user);
		identity->uid = 1000;
		snprintf(identity->groups, sizeof(identity->groups), "users\nadm");
		identity->groups_len = (uint16_t)strlen(identity->groups);
	}
	if (verdict == AC_VERDICT_OK) {
		snprintf(frame.u.result.environment, sizeof(frame.u.result.environment), "%s",
			 environment);
		frame.u.result.environment_len = (uint16_t)strlen(environment);
	}
	for (size_t k = 0; k < 2; k++) {
		struct ac_wire_message *message =
			&frame.u.result.messages[frame.u.result.message_count];

		if (told[k] == NULL)
			continue;
		message->style = k == 0 ? AC_MESSAGE_INFO : AC_MESSAGE_ERROR;
		snprintf(message->text, sizeof(message->text), "%s", told[k]);
		frame.u.result.message_count++;
	}
	push_locked(i, AC_RELAY_RESULT, &frame, true);
}

void
script_change_due(unsigned i, const char *ticket)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_RESULT };

	frame.u.result.verdict = AC_VERDICT_CHANGE_DUE;
	snprintf(frame.u.result.ticket, sizeof(frame.u.result.ticket), "%s", ticket);
	push_locked(i, AC_RELAY_RESULT, &frame, true);
}

void
script_told(const char *info, const char *error)
{
	told[0] = info;
	told[1] = error;
}

void
script_environment(const char *text)
{
	snprintf(environment, sizeof(environment), "%s", text);
}

void
script_die(unsigned i, bool began)
{
	push_locked(i, AC_RELAY_FAILED, NULL, began);
}
