/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See serve.h. One thread. A connection that breaks a rule of the wire, or does not
 * take its answers, is closed, and what it has asked for is given up.
 */
#include "fetch/serve.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/attr.h"
#include "fetch/listen.h"

#define MAX_CONNECTIONS 4 /* of one daemon, and of the one that takes its place */
#define MAX_TRANSFERS 64
#define SEND_S 2
#define LONGEST_MS 1000

struct slot {
	struct ac_transfer *transfer; /* NULL: free */
	int connection;               /* index; who asked */
};

struct server {
	const struct ac_serve_settings *settings;
	CURLM *multi;
	int connections[MAX_CONNECTIONS]; /* -1: free */
	struct slot slots[MAX_TRANSFERS];
	char frame[AC_FETCH_MAX_FRAME + 1];
};

static void
release(struct server *server, struct slot *slot)
{
	(void)curl_multi_remove_handle(server->multi, ac_transfer_easy(slot->transfer));
	ac_transfer_free(&slot->transfer);
}

static void
hang_up(struct server *server, int connection)
{
	for (size_t i = 0; i < MAX_TRANSFERS; i++) {
		if (server->slots[i].transfer != NULL && server->slots[i].connection == connection)
			release(server, &server->slots[i]);
	}
	(void)close(server->connections[connection]);
	server->connections[connection] = -1;
}

static void
answer(struct server *server, int connection, const struct ac_fetch_frame *frame)
{
	struct ac_buf buf;
	bool sent = false;

	if (server->connections[connection] < 0)
		return;
	ac_buf_init(&buf, AC_FETCH_MAX_FRAME);
	if (ac_fetch_frame_format(frame, &buf))
		sent = send(server->connections[connection], buf.data, buf.len, MSG_NOSIGNAL) ==
		       (ssize_t)buf.len;
	ac_buf_clear(&buf);
	if (!sent)
		hang_up(server, connection);
}

/* --- requests --------------------------------------------------------------- */

static struct slot *
free_slot(struct server *server)
{
	for (size_t i = 0; i < MAX_TRANSFERS; i++) {
		if (server->slots[i].transfer == NULL)
			return &server->slots[i];
	}
	return NULL;
}

static void
begin(struct server *server, int connection, const struct ac_fetch_frame *request)
{
	struct ac_fetch_frame refusal = { .kind = AC_FETCH_ANSWER, .id = request->id };
	struct slot *slot = free_slot(server);

	if (slot == NULL) {
		refusal.outcome = AC_FETCH_BUSY;
		answer(server, connection, &refusal);
		return;
	}
	slot->connection = connection;
	slot->transfer = ac_transfer_new(&server->settings->transfer, request, &refusal.outcome,
					 &refusal.text);
	if (slot->transfer != NULL &&
	    curl_multi_add_handle(server->multi, ac_transfer_easy(slot->transfer)) == CURLM_OK)
		return;
	if (slot->transfer != NULL)
		ac_transfer_free(&slot->transfer);
	answer(server, connection, &refusal);
}

static void
receive(struct server *server, int connection)
{
	struct iovec part = { server->frame, AC_FETCH_MAX_FRAME };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct ac_fetch_frame request;
	ssize_t len = recvmsg(server->connections[connection], &message, MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
	    !ac_fetch_frame_parse(server->frame, (size_t)len, &request) ||
	    request.kind == AC_FETCH_ANSWER) {
		if (len > 0)
			(void)fprintf(stderr, "authcode-fetch: a frame that breaks the rules\n");
		hang_up(server, connection);
		return;
	}
	begin(server, connection, &request);
}

static void
accept_one(struct server *server)
{
	const struct timeval patience = { .tv_sec = SEND_S };
	int fd = accept4(server->settings->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (!ac_fetch_listen_peer_ok(fd, server->settings->peer)) {
		(void)fprintf(stderr, "authcode-fetch: connection refused: not the user that may "
				      "connect\n");
		(void)close(fd);
		return;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	for (int i = 0; i < MAX_CONNECTIONS; i++) {
		if (server->connections[i] >= 0)
			continue;
		server->connections[i] = fd;
		return;
	}
	(void)close(fd);
}

/* --- the loop --------------------------------------------------------------- */

static void
finish_transfers(struct server *server)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(server->multi, &left)) != NULL) {
		struct ac_transfer *transfer;
		struct ac_fetch_frame frame;
		CURLcode code;

		if (message->msg != CURLMSG_DONE)
			continue;
		code = message->data.result;
		transfer = ac_transfer_of(message->easy_handle);
		for (size_t i = 0; i < MAX_TRANSFERS; i++) {
			struct slot *slot = &server->slots[i];

			if (slot->transfer != transfer)
				continue;
			frame = ac_transfer_answer(transfer, code);
			answer(server, slot->connection, &frame);
			if (slot->transfer != NULL) /* else the connection has gone with it */
				release(server, slot);
			break;
		}
	}
}

/* False: time to end. */
static bool
turn(struct server *server)
{
	struct curl_waitfd waits[MAX_CONNECTIONS + 2] = {
		{ .fd = server->settings->signal_fd, .events = CURL_WAIT_POLLIN },
		{ .fd = server->settings->listen_fd, .events = CURL_WAIT_POLLIN },
	};
	int running, owners[MAX_CONNECTIONS + 2] = { 0 };
	unsigned count = 2;

	for (int i = 0; i < MAX_CONNECTIONS; i++) {
		if (server->connections[i] < 0)
			continue;
		owners[count] = i;
		waits[count++] = (struct curl_waitfd){ .fd = server->connections[i],
						       .events = CURL_WAIT_POLLIN };
	}
	if (curl_multi_poll(server->multi, waits, count, LONGEST_MS, NULL) != CURLM_OK)
		return false;
	if (waits[0].revents != 0)
		return false;
	for (unsigned i = 2; i < count; i++) {
		if (waits[i].revents != 0 && server->connections[owners[i]] >= 0)
			receive(server, owners[i]);
	}
	if (waits[1].revents != 0)
		accept_one(server);
	if (curl_multi_perform(server->multi, &running) != CURLM_OK)
		return false;
	finish_transfers(server);
	return true;
}

int
ac_serve(const struct ac_serve_settings *settings)
{
	static struct server server;
	struct pollfd ended = { .fd = settings->signal_fd, .events = POLLIN };

	server.settings = settings;
	server.multi = curl_multi_init();
	if (server.multi == NULL)
		return EX_OSERR;
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		server.connections[i] = -1;
	while (turn(&server))
		continue;
	for (int i = 0; i < MAX_CONNECTIONS; i++) {
		if (server.connections[i] >= 0)
			hang_up(&server, i);
	}
	(void)curl_multi_cleanup(server.multi);
	return poll(&ended, 1, 0) > 0 ? EX_OK : EX_SOFTWARE;
}
