/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A small replayer of HTTP/1.1 requests over keep-alive connections: one thread,
 * one request under way on each connection, answers with Content-Length. wrk sends
 * one request again and again; a code and a refresh token are good once, so here
 * each request of the file can be sent once and what answers bring can be kept for
 * the next job.
 *
 *     load PORT CONNECTIONS SECONDS REQUESTS [once] [collect MARK FILE]
 *
 * Without "once" the requests of the file are sent round and round until the time
 * is over; with it the load ends when each has been answered, or the time is over.
 * "collect" writes what follows MARK in each answer, up to the first of & " or the
 * end of a line, to FILE, a line each.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define MAX_CONNECTIONS 1024
#define MAX_ANSWER 32768
#define MAX_EVENTS 64
#define ANSWER_NS INT64_C(10000000000)

struct connection {
	int fd;
	const struct bench_request *request; /* NULL: it has nothing to do */
	int64_t begun_ns;
	size_t len;
	char answer[MAX_ANSWER + 1];
};

struct load {
	uint16_t port;
	bool once;
	const char *mark; /* or NULL */
	FILE *collected;
	struct bench_requests requests;
	size_t next;
	struct bench_tally tally;
	int epoll_fd;
	int64_t ends_ns;
	size_t busy; /* connections with a request under way */
};

static int64_t
now_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool
open_connection(const struct load *load, struct connection *c)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(load->port) };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
	const int yes = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		return false;
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, c->fd, &event) == 0;
}

/* Requests are smaller than any socket buffer, so they go out whole. */
static bool
send_next(struct load *load, struct connection *c)
{
	size_t sent = 0;

	c->request = NULL;
	c->len = 0;
	if (load->next == load->requests.count) {
		if (load->once)
			return true;
		load->next = 0;
	}
	if (now_ns() >= load->ends_ns)
		return true;
	c->request = &load->requests.list[load->next++];
	c->begun_ns = now_ns();
	while (sent < c->request->len) {
		ssize_t n =
			send(c->fd, c->request->data + sent, c->request->len - sent, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		sent += n > 0 ? (size_t)n : 0;
	}
	load->busy++;
	return true;
}

/* How long the answer is in all; 0: its head is not there yet. */
static size_t
answer_len(const struct connection *c)
{
	const char *end = strstr(c->answer, "\r\n\r\n"), *line;
	size_t body = 0;

	if (end == NULL)
		return 0;
	for (line = strstr(c->answer, "\r\n"); line != NULL && line < end;
	     line = strstr(line + 2, "\r\n")) {
		if (strncasecmp(line + 2, "Content-Length:", 15) == 0)
			body = strtoul(line + 17, NULL, 10);
	}
	return (size_t)(end - c->answer) + 4 + body;
}

static void
collect(const struct load *load, const struct connection *c)
{
	const char *found = load->mark != NULL ? strstr(c->answer, load->mark) : NULL;

	if (found == NULL)
		return;
	found += strlen(load->mark);
	(void)fprintf(load->collected, "%.*s\n", (int)strcspn(found, "&\"\r\n"), found);
}

/* Reads what there is. False: the connection is of no use any more. */
static bool
take(struct load *load, struct connection *c)
{
	ssize_t n = recv(c->fd, c->answer + c->len, MAX_ANSWER - c->len, 0);
	size_t whole;

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0 || c->request == NULL)
		return false;
	c->len += (size_t)n;
	c->answer[c->len] = '\0';
	whole = answer_len(c);
	if (whole == 0 || c->len < whole)
		return c->len < MAX_ANSWER;
	load->busy--;
	if (!bench_count(&load->tally, (int)strtol(c->answer + sizeof("HTTP/1.1 ") - 1, NULL, 10),
			 (uint32_t)((now_ns() - c->begun_ns) / 1000)))
		return false;
	collect(load, c);
	return send_next(load, c);
}

/* A server may close a connection; the request under way is lost and said so. */
static bool
renew(struct load *load, struct connection *c)
{
	if (c->request != NULL) {
		load->tally.broken++;
		load->busy--;
	}
	(void)close(c->fd);
	return open_connection(load, c) && send_next(load, c);
}

/* Asks again and again instead of sleeping. To wake a sleeper costs the server that sends
 * some microseconds; the floor is quick enough to keep this client awake and would not pay
 * them, and who is slower would. */
static int
wait_for_answers(int epoll_fd, struct epoll_event events[MAX_EVENTS])
{
	const int64_t gives_up_ns = now_ns() + ANSWER_NS;
	int ready;

	do {
		ready = epoll_wait(epoll_fd, events, MAX_EVENTS, 0);
	} while (ready == 0 && now_ns() < gives_up_ns);
	return ready;
}

static bool
run(struct load *load, struct connection *connections, size_t count)
{
	struct epoll_event events[MAX_EVENTS];

	for (size_t i = 0; i < count; i++) {
		if (!open_connection(load, &connections[i]))
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!send_next(load, &connections[i]))
			return false;
	}
	while (load->busy > 0) {
		int ready = wait_for_answers(load->epoll_fd, events);

		if (ready == 0 || (ready < 0 && errno != EINTR))
			return false; /* ten seconds without any answer */
		for (int i = 0; i < ready; i++) {
			struct connection *c = events[i].data.ptr;

			if (!take(load, c) && !renew(load, c))
				return false;
		}
	}
	return true;
}

/* What comes after the four plain arguments. */
static bool
read_extras(struct load *load, int argc, char **argv)
{
	for (int i = 5; i < argc; i++) {
		if (strcmp(argv[i], "once") == 0) {
			load->once = true;
		} else if (strcmp(argv[i], "collect") == 0 && i + 2 < argc) {
			load->mark = argv[i + 1];
			load->collected = fopen(argv[i + 2], "we");
			if (load->collected == NULL)
				return false;
			i += 2;
		} else {
			return false;
		}
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct load load = { .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
	struct connection *connections = NULL;
	size_t count = argc > 4 ? strtoul(argv[2], NULL, 10) : 0;
	int64_t begun_ns;
	bool ok;

	if (count == 0 || count > MAX_CONNECTIONS || !read_extras(&load, argc, argv)) {
		(void)fprintf(stderr, "usage: load PORT CONNECTIONS SECONDS REQUESTS [once] "
				      "[collect MARK FILE]\n");
		return EXIT_FAILURE;
	}
	load.port = (uint16_t)strtoul(argv[1], NULL, 10);
	connections = calloc(count, sizeof(*connections));
	if (connections == NULL || !bench_read_requests(argv[4], &load.requests))
		return EXIT_FAILURE;
	begun_ns = now_ns();
	load.ends_ns = begun_ns + (int64_t)(strtod(argv[3], NULL) * 1e9);
	ok = run(&load, connections, count);
	if (!ok)
		(void)fprintf(stderr, "load: the server does not answer: %s\n", strerror(errno));
	bench_report(&load.tally, (double)(now_ns() - begun_ns) / 1e9);
	if (load.collected != NULL && fclose(load.collected) != 0)
		ok = false;
	free(connections);
	free(load.requests.list);
	free(load.requests.text);
	free(load.tally.took_us);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
