/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See fake_check.h.
 */
#include "tests/server/fake_check.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 64

struct fake_check {
	char dir[64];
	char path[96];
	int listening, stop_fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum fake_check_mode mode;
	enum ac_verdict verdict;
	char file[AC_MAX_CLAIMS + 1], command[AC_MAX_CLAIMS + 1], groups[256];
	bool hold;
	unsigned count, connections;
	struct ac_wire_check last;
	int fds[MAX_CONNECTIONS];
	bool pending[MAX_CONNECTIONS]; /* a question waits while answers are held */
	struct ac_wire_check questions[MAX_CONNECTIONS];
};

static void
drop(struct fake_check *fake, size_t i)
{
	(void)close(fake->fds[i]);
	fake->fds[i] = -1;
	fake->pending[i] = false;
}

static void
fill(const struct fake_check *fake, const struct ac_wire_check *question,
     struct ac_wire_checked *ret)
{
	ret->verdict = fake->verdict;
	if (ret->verdict != AC_VERDICT_OK)
		return;
	ret->identity.uid = question->uid + (fake->mode == FAKE_ANOTHER);
	snprintf(ret->identity.user, sizeof(ret->identity.user), "%s", question->user);
	snprintf(ret->identity.full_name, sizeof(ret->identity.full_name), "Alice Example");
	snprintf(ret->identity.groups, sizeof(ret->identity.groups), "%s", fake->groups);
	ret->identity.groups_len = (uint16_t)strlen(ret->identity.groups);
	if (!question->claims)
		return;
	memcpy(ret->file_claims, fake->file, sizeof(fake->file));
	memcpy(ret->command_claims, fake->command, sizeof(fake->command));
	ret->file_claims_len = (uint16_t)strlen(fake->file);
	ret->command_claims_len = (uint16_t)strlen(fake->command);
}

static void
answer(struct fake_check *fake, size_t i)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_CHECKED };

	fake->pending[i] = false;
	switch (fake->mode) {
	case FAKE_HANGS:
		return;
	case FAKE_GARBAGE:
		(void)send(fake->fds[i], "OK alice", 8, MSG_NOSIGNAL);
		return;
	case FAKE_CLOSES:
		drop(fake, i);
		return;
	case FAKE_OTHER:
		frame.type = AC_WIRE_ABOUT;
		frame.u.about.usable = true;
		break;
	case FAKE_ANSWERS:
	case FAKE_ANSWERS1:
	case FAKE_ANOTHER:
		fill(fake, &fake->questions[i], &frame.u.checked);
		break;
	}
	/* whoever asked may have gone meanwhile */
	if (ac_wire_send(fake->fds[i], &frame) != AUTHCODE_OK || fake->mode == FAKE_ANSWERS1)
		drop(fake, i);
}

static void
take(struct fake_check *fake, size_t i)
{
	struct ac_wire_frame frame;

	if (ac_wire_recv(fake->fds[i], &frame) != AUTHCODE_OK) {
		drop(fake, i);
		return;
	}
	if (frame.type != AC_WIRE_CHECK || fake->pending[i])
		abort();
	fake->questions[i] = frame.u.check;
	fake->last = frame.u.check;
	fake->count++;
	fake->pending[i] = true;
}

static void
accept_one(struct fake_check *fake)
{
	int fd = accept4(fake->listening, NULL, NULL, SOCK_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < MAX_CONNECTIONS; i++) {
		if (fake->fds[i] >= 0)
			continue;
		fake->fds[i] = fd;
		fake->connections++;
		return;
	}
	abort();
}

static void *
run(void *arg)
{
	struct fake_check *fake = arg;
	struct pollfd polls[MAX_CONNECTIONS + 2];
	uint64_t wake;
	bool stop = false;

	while (!stop) {
		(void)pthread_mutex_lock(&fake->lock);
		for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
			if (fake->fds[i] >= 0 && fake->pending[i] && !fake->hold)
				answer(fake, i);
			polls[i] = (struct pollfd){ .fd = fake->fds[i], .events = POLLIN };
		}
		(void)pthread_cond_broadcast(&fake->changed);
		(void)pthread_mutex_unlock(&fake->lock);
		polls[MAX_CONNECTIONS] = (struct pollfd){ fake->listening, POLLIN, 0 };
		polls[MAX_CONNECTIONS + 1] = (struct pollfd){ fake->stop_fd, POLLIN, 0 };
		(void)poll(polls, MAX_CONNECTIONS + 2, -1);
		(void)pthread_mutex_lock(&fake->lock);
		for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
			if (polls[i].revents != 0 && fake->fds[i] >= 0)
				take(fake, i);
		}
		if (polls[MAX_CONNECTIONS].revents != 0)
			accept_one(fake);
		(void)pthread_mutex_unlock(&fake->lock);
		if (polls[MAX_CONNECTIONS + 1].revents != 0 &&
		    read(fake->stop_fd, &wake, sizeof(wake)) > 0)
			stop = wake > 1000;
	}
	return NULL;
}

struct fake_check *
fake_check_new(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct fake_check *fake = calloc(1, sizeof(*fake));

	if (fake == NULL)
		abort();
	snprintf(fake->dir, sizeof(fake->dir), "/tmp/authcode-fake-check-XXXXXX");
	if (mkdtemp(fake->dir) == NULL)
		abort();
	snprintf(fake->path, sizeof(fake->path), "%s/s", fake->dir);
	memcpy(address.sun_path, fake->path, strlen(fake->path));
	for (size_t i = 0; i < MAX_CONNECTIONS; i++)
		fake->fds[i] = -1;
	snprintf(fake->groups, sizeof(fake->groups), "users\nadm");
	fake->verdict = AC_VERDICT_OK;
	fake->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	fake->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)pthread_mutex_init(&fake->lock, NULL);
	(void)pthread_cond_init(&fake->changed, NULL);
	if (bind(fake->listening, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fake->listening, 64) != 0 || pthread_create(&fake->thread, NULL, run, fake) != 0)
		abort();
	return fake;
}

static void
wake(struct fake_check *fake, uint64_t value)
{
	if (write(fake->stop_fd, &value, sizeof(value)) < 0)
		abort();
}

void
fake_check_free(struct fake_check **fake)
{
	struct fake_check *gone = *fake;

	*fake = NULL;
	if (gone == NULL)
		return;
	wake(gone, 1000000);
	(void)pthread_join(gone->thread, NULL);
	for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
		if (gone->fds[i] >= 0)
			drop(gone, i);
	}
	(void)close(gone->listening);
	(void)close(gone->stop_fd);
	(void)unlink(gone->path);
	(void)rmdir(gone->dir);
	(void)pthread_cond_destroy(&gone->changed);
	(void)pthread_mutex_destroy(&gone->lock);
	free(gone);
}

const char *
fake_check_socket(const struct fake_check *fake)
{
	return fake->path;
}

void
fake_check_set(struct fake_check *fake, enum fake_check_mode mode, enum ac_verdict verdict)
{
	(void)pthread_mutex_lock(&fake->lock);
	fake->mode = mode;
	fake->verdict = verdict;
	(void)pthread_mutex_unlock(&fake->lock);
}

void
fake_check_claims(struct fake_check *fake, const char *file, const char *command)
{
	(void)pthread_mutex_lock(&fake->lock);
	snprintf(fake->file, sizeof(fake->file), "%s", file);
	snprintf(fake->command, sizeof(fake->command), "%s", command);
	(void)pthread_mutex_unlock(&fake->lock);
}

void
fake_check_groups(struct fake_check *fake, const char *groups)
{
	(void)pthread_mutex_lock(&fake->lock);
	snprintf(fake->groups, sizeof(fake->groups), "%s", groups);
	(void)pthread_mutex_unlock(&fake->lock);
}

void
fake_check_hold(struct fake_check *fake, bool hold)
{
	(void)pthread_mutex_lock(&fake->lock);
	fake->hold = hold;
	(void)pthread_mutex_unlock(&fake->lock);
	wake(fake, 1);
}

unsigned
fake_check_count(struct fake_check *fake)
{
	unsigned count;

	(void)pthread_mutex_lock(&fake->lock);
	count = fake->count;
	(void)pthread_mutex_unlock(&fake->lock);
	return count;
}

unsigned
fake_check_connections(struct fake_check *fake)
{
	unsigned count;

	(void)pthread_mutex_lock(&fake->lock);
	count = fake->connections;
	(void)pthread_mutex_unlock(&fake->lock);
	return count;
}

struct ac_wire_check
fake_check_last(struct fake_check *fake)
{
	struct ac_wire_check last;

	(void)pthread_mutex_lock(&fake->lock);
	last = fake->last;
	(void)pthread_mutex_unlock(&fake->lock);
	return last;
}

bool
fake_check_wait(struct fake_check *fake, unsigned count)
{
	struct timespec end;
	bool ok;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 5;
	(void)pthread_mutex_lock(&fake->lock);
	while (fake->count < count &&
	       pthread_cond_timedwait(&fake->changed, &fake->lock, &end) == 0)
		continue;
	ok = fake->count >= count;
	(void)pthread_mutex_unlock(&fake->lock);
	return ok;
}
