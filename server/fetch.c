/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See fetch.h. Jobs in one list, in the order they came: queued, sent, gone. A
 * callback is called without the lock.
 */
#include "server/fetch.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/app.h"
#include "server/clock.h"
#include "server/log.h"

#define MAX_JOBS 1024
#define MAX_SENT 32  /* fewer than authcode-fetch takes at once */
#define MAX_POSTS 24 /* of them: for a GET somebody waits */
#define MAX_OF_URL 4 /* of them: a server that does not answer holds up its own */
#define LONGEST_MS 60000

struct job {
	struct job *next;
	uint32_t id;
	bool sent;
	bool post;
	char *url;
	int64_t deadline_ms; /* once sent */
	struct ac_buf frame;
	ac_fetch_done *done;
	void *arg;
};

struct ac_fetch {
	struct sockaddr_un address;
	pthread_t thread;
	int wake_fd;
	int fd; /* of the thread alone; -1: not connected */
	pthread_mutex_t lock;
	struct job *jobs; /* guarded, as are those that follow */
	size_t job_count;
	uint32_t last_id;
	bool draining;
	char frame[AC_FETCH_MAX_FRAME + 1];
};

static void
job_free(struct job *job)
{
	ac_buf_clear(&job->frame);
	free(job->url);
	free(job);
}

/* Ends jobs that are no longer in the list. */
static void
end_all(struct job *jobs, enum ac_fetch_outcome outcome, const char *why)
{
	const struct ac_fetch_answer answer = { .outcome = outcome, .why = why };

	while (jobs != NULL) {
		struct job *job = jobs;

		jobs = job->next;
		job->done(&answer, job->arg);
		job_free(job);
	}
}

/* --- submitting ------------------------------------------------------------- */

static struct job *
job_new(const struct ac_fetch_request *request, ac_fetch_done *done, void *arg, uint32_t id)
{
	const struct ac_fetch_frame frame = {
		.kind = request->method == AC_FETCH_METHOD_POST ? AC_FETCH_POST : AC_FETCH_GET,
		.id = id,
		.allow_private = request->allow_private,
		.text = request->url,
		.body = request->body,
		.body_len = request->method == AC_FETCH_METHOD_POST ? request->body_len : 0,
	};
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->id = id;
	job->post = request->method == AC_FETCH_METHOD_POST;
	job->url = strdup(request->url);
	job->done = done;
	job->arg = arg;
	ac_buf_init(&job->frame, AC_FETCH_MAX_FRAME);
	if (job->url != NULL && ac_fetch_frame_format(&frame, &job->frame))
		return job;
	job_free(job);
	return NULL;
}

/* AC_FETCH_ANSWERED: it is in the list. */
static enum ac_fetch_outcome
enlist(struct ac_fetch *fetch, const struct ac_fetch_request *request, ac_fetch_done *done,
       void *arg)
{
	struct job **end = &fetch->jobs;
	struct job *job;

	if (fetch->draining)
		return AC_FETCH_UNAVAILABLE;
	if (fetch->job_count >= MAX_JOBS)
		return AC_FETCH_BUSY;
	job = job_new(request, done, arg, ++fetch->last_id);
	if (job == NULL)
		return AC_FETCH_FAILED;
	while (*end != NULL)
		end = &(*end)->next;
	*end = job;
	fetch->job_count++;
	return AC_FETCH_ANSWERED;
}

static void
wake(struct ac_fetch *fetch)
{
	const uint64_t one = 1;

	if (write(fetch->wake_fd, &one, sizeof(one)) < 0)
		ac_log(AC_LOG_ERROR, "fetch: the thread cannot be woken");
}

void
ac_fetch_submit(struct ac_app *app, const struct ac_fetch_request *request, ac_fetch_done *done,
		void *arg)
{
	struct ac_fetch *fetch = app->fetch;
	struct ac_fetch_answer answer = { .why = "" };

	(void)pthread_mutex_lock(&fetch->lock);
	answer.outcome = enlist(fetch, request, done, arg);
	(void)pthread_mutex_unlock(&fetch->lock);
	if (answer.outcome == AC_FETCH_ANSWERED)
		wake(fetch);
	else
		done(&answer, arg);
}

/* --- the connection --------------------------------------------------------- */

/* Takes those jobs out of the list for which wanted() holds. */
static struct job *
take(struct ac_fetch *fetch, bool (*wanted)(const struct job *job, int64_t value), int64_t value)
{
	struct job *taken = NULL, **end = &taken, **link = &fetch->jobs;

	(void)pthread_mutex_lock(&fetch->lock);
	while (*link != NULL) {
		struct job *job = *link;

		if (!wanted(job, value)) {
			link = &job->next;
			continue;
		}
		*link = job->next;
		fetch->job_count--;
		job->next = NULL;
		*end = job;
		end = &job->next;
	}
	(void)pthread_mutex_unlock(&fetch->lock);
	return taken;
}

static bool
any(const struct job *job, int64_t value)
{
	(void)job;
	(void)value;
	return true;
}

static bool
is_sent(const struct job *job, int64_t value)
{
	(void)value;
	return job->sent;
}

static bool
has_id(const struct job *job, int64_t value)
{
	return job->sent && job->id == (uint32_t)value;
}

static bool
is_overdue(const struct job *job, int64_t value)
{
	return job->sent && job->deadline_ms <= value;
}

static void
disconnect(struct ac_fetch *fetch)
{
	if (fetch->fd < 0)
		return;
	(void)close(fetch->fd);
	fetch->fd = -1;
	end_all(take(fetch, is_sent, 0), AC_FETCH_UNAVAILABLE, "it has gone");
}

static bool
connected(struct ac_fetch *fetch)
{
	if (fetch->fd >= 0)
		return true;
	fetch->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fetch->fd >= 0 && connect(fetch->fd, (const struct sockaddr *)&fetch->address,
				      sizeof(fetch->address)) == 0)
		return true;
	ac_log(AC_LOG_WARNING, "%s: authcode-fetch cannot be reached: %s", fetch->address.sun_path,
	       strerror(errno));
	if (fetch->fd >= 0)
		(void)close(fetch->fd);
	fetch->fd = -1;
	return false;
}

enum progress { NOTHING_TO_SEND = 0, WAIT_TO_SEND, BROKEN };

/* With the lock held. The list is short: MAX_JOBS. */
static bool
has_room(const struct ac_fetch *fetch, const struct job *wanted)
{
	size_t sent = 0, posts = 0, of_url = 0;

	for (const struct job *job = fetch->jobs; job != NULL; job = job->next) {
		if (!job->sent)
			continue;
		sent++;
		posts += job->post ? 1 : 0;
		of_url += strcmp(job->url, wanted->url) == 0 ? 1 : 0;
	}
	return sent < MAX_SENT && of_url < MAX_OF_URL && (!wanted->post || posts < MAX_POSTS);
}

/* The lock keeps the list as it is; nothing here blocks. */
static enum progress
send_queued(struct ac_fetch *fetch)
{
	enum progress progress = NOTHING_TO_SEND;

	(void)pthread_mutex_lock(&fetch->lock);
	for (struct job *job = fetch->jobs; job != NULL; job = job->next) {
		if (job->sent || !has_room(fetch, job))
			continue;
		if (send(fetch->fd, job->frame.data, job->frame.len, MSG_NOSIGNAL | MSG_DONTWAIT) <
		    0) {
			progress = errno == EAGAIN || errno == EINTR ? WAIT_TO_SEND : BROKEN;
			break;
		}
		job->sent = true;
		job->deadline_ms = ac_clock_monotonic_ms() + AC_FETCH_WAIT_MS;
	}
	(void)pthread_mutex_unlock(&fetch->lock);
	return progress;
}

/* False: the connection cannot go on. */
static bool
receive(struct ac_fetch *fetch)
{
	struct ac_fetch_frame frame;
	struct ac_fetch_answer answer;
	struct job *job;
	ssize_t len = recv(fetch->fd, fetch->frame, AC_FETCH_MAX_FRAME, MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	if (len == 0 || len > AC_FETCH_MAX_FRAME ||
	    !ac_fetch_frame_parse(fetch->frame, (size_t)len, &frame) ||
	    frame.kind != AC_FETCH_ANSWER)
		return false;
	job = take(fetch, has_id, frame.id);
	if (job == NULL)
		return true; /* given up meanwhile */
	answer = (struct ac_fetch_answer){
		.outcome = frame.outcome,
		.status = frame.status,
		.body = frame.body,
		.body_len = frame.body_len,
		.why = frame.text,
	};
	job->done(&answer, job->arg);
	job_free(job);
	return true;
}

/* --- the thread ------------------------------------------------------------- */

static bool
has_jobs(struct ac_fetch *fetch, int64_t *ret_deadline, bool *ret_draining)
{
	bool some;

	*ret_deadline = INT64_MAX;
	(void)pthread_mutex_lock(&fetch->lock);
	some = fetch->jobs != NULL;
	*ret_draining = fetch->draining;
	for (const struct job *job = fetch->jobs; job != NULL; job = job->next) {
		if (job->sent && job->deadline_ms < *ret_deadline)
			*ret_deadline = job->deadline_ms;
	}
	(void)pthread_mutex_unlock(&fetch->lock);
	return some;
}

static void
wait_for_something(struct ac_fetch *fetch, bool to_send, int64_t deadline_ms)
{
	int64_t left = deadline_ms - ac_clock_monotonic_ms();
	struct pollfd polls[] = {
		{ .fd = fetch->wake_fd, .events = POLLIN },
		{ .fd = fetch->fd, .events = (short)(to_send ? POLLIN | POLLOUT : POLLIN) },
	};
	uint64_t count;

	if (left < 0)
		left = 0;
	if (poll(polls, AC_ARRAY_SIZE(polls), left > LONGEST_MS ? LONGEST_MS : (int)left) <= 0)
		return;
	if (polls[0].revents != 0 && read(fetch->wake_fd, &count, sizeof(count)) < 0)
		return;
	if ((polls[1].revents & ~POLLOUT) != 0 && !receive(fetch))
		disconnect(fetch);
}

static void *
run(void *arg)
{
	struct ac_fetch *fetch = arg;
	int64_t deadline;
	bool draining;

	for (;;) {
		enum progress progress = NOTHING_TO_SEND;

		end_all(take(fetch, is_overdue, ac_clock_monotonic_ms()), AC_FETCH_FAILED,
			"authcode-fetch does not answer");
		if (has_jobs(fetch, &deadline, &draining) && !draining) {
			if (connected(fetch))
				progress = send_queued(fetch);
			else
				end_all(take(fetch, any, 0), AC_FETCH_UNAVAILABLE, "");
			if (progress == BROKEN) {
				disconnect(fetch);
				continue;
			}
			(void)has_jobs(fetch, &deadline, &draining);
		}
		if (draining)
			break;
		wait_for_something(fetch, progress == WAIT_TO_SEND, deadline);
	}
	end_all(take(fetch, any, 0), AC_FETCH_UNAVAILABLE, "");
	disconnect(fetch);
	return NULL;
}

enum authcode_err
ac_fetch_new(const char *socket, struct ac_fetch **ret)
{
	struct ac_fetch *fetch = calloc(1, sizeof(*fetch));

	if (fetch == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (strlen(socket) >= sizeof(fetch->address.sun_path)) {
		free(fetch);
		return AUTHCODE_ERR_LIMIT;
	}
	fetch->address.sun_family = AF_UNIX;
	memcpy(fetch->address.sun_path, socket, strlen(socket));
	fetch->fd = -1;
	fetch->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)pthread_mutex_init(&fetch->lock, NULL);
	if (fetch->wake_fd >= 0 && pthread_create(&fetch->thread, NULL, run, fetch) == 0) {
		*ret = fetch;
		return AUTHCODE_OK;
	}
	if (fetch->wake_fd >= 0)
		(void)close(fetch->wake_fd);
	(void)pthread_mutex_destroy(&fetch->lock);
	free(fetch);
	return AUTHCODE_ERR_MEMORY;
}

void
ac_fetch_drain(struct ac_fetch *fetch)
{
	(void)pthread_mutex_lock(&fetch->lock);
	fetch->draining = true;
	(void)pthread_mutex_unlock(&fetch->lock);
	wake(fetch);
}

void
ac_fetch_free(struct ac_fetch **fetch)
{
	struct ac_fetch *gone = *fetch;

	*fetch = NULL;
	if (gone == NULL)
		return;
	(void)pthread_join(gone->thread, NULL);
	(void)close(gone->wake_fd);
	(void)pthread_mutex_destroy(&gone->lock);
	free(gone);
}
