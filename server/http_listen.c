/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Listening sockets and the one thread that accepts from them: it applies the
 * limits before the HTTP library sees a connection, deals connections out to
 * the daemons in turn (a pool behind one listening socket often leaves all
 * kept-alive connections on one thread), and sweeps the deadlines.
 */
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/http_internal.h"
#include "server/http_passed.h"
#include "server/log.h"
#include "server/privileges.h"

#define BACKLOG 512
#define SWEEP_MS 500
#define PAUSE_MS 100 /* no descriptors left: let some end */
#define ROOM_MS 10   /* no place left: let who is idle end */
#define ROOM_WAIT_MS 1000

/* Who may connect to a Unix socket besides its owner. */
struct socket_access {
	bool for_group;
	gid_t group;
};

/* An ordinary user has no say in the group that a file comes with, but may give it
 * to any that he is in; root must not change by name what lies in a directory of
 * others. Until then, and when that fails, the socket is the owner's alone. */
static void
let_group_in(const struct sockaddr_un *sa, gid_t group)
{
	if (geteuid() == 0 || chown(sa->sun_path, (uid_t)-1, group) != 0 ||
	    chmod(sa->sun_path, 0660) != 0)
		ac_log(AC_LOG_WARNING,
		       "unix:%s cannot be given to its group: it is for this account alone",
		       sa->sun_path);
}

/* Mode 0660 and the group, or 0600: both come with the file. */
static int
bind_file(int fd, const struct sockaddr_un *sa, const struct socket_access *access)
{
	int before = setfsgid(access->group);
	bool has_group = (gid_t)setfsgid(access->group) == access->group;
	mode_t mask = umask(access->for_group && has_group ? 0117 : 0177);
	int rc = bind(fd, (const struct sockaddr *)sa, sizeof(*sa));
	int why = errno;

	(void)setfsgid((gid_t)before);
	(void)umask(mask);
	if (rc == 0 && access->for_group && !has_group)
		let_group_in(sa, access->group);
	errno = why;
	return rc;
}

/* "unix:/path" */
static bool
unix_address(const char *path, struct sockaddr_un *ret, struct authcode_reason *reason)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(sa.sun_path)) {
		(void)snprintf(reason->text, sizeof(reason->text), "%.200s: the path is too long",
			       path);
		return false;
	}
	memcpy(sa.sun_path, path, strlen(path));
	*ret = sa;
	return true;
}

static int
listen_unix(const struct sockaddr_un *address, const struct socket_access *access,
	    struct authcode_reason *reason)
{
	const struct sockaddr_un sa = *address;
	const char *path = sa.sun_path;
	struct stat st;
	int fd;
	int rc;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
		/* A socket of a daemon that runs answers; one that a crash left does not. */
		if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0 ||
		    errno != ECONNREFUSED) {
			(void)snprintf(reason->text, sizeof(reason->text),
				       "cannot listen on unix:%s: it is in use", path);
			(void)close(fd);
			return -1;
		}
		(void)unlink(path);
	}
	rc = fd < 0 ? -1 : bind_file(fd, &sa, access);
	if (rc == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	(void)snprintf(reason->text, sizeof(reason->text), "cannot listen on unix:%s: %s", path,
		       strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int
bind_tcp(const struct addrinfo *address)
{
	int one = 1;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (address->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	one = errno;
	(void)close(fd);
	errno = one;
	return -1;
}

/* "127.0.0.1:8080" or "[::1]:8080": numbers only, no name is looked up. */
static bool
tcp_address(const char *text, struct addrinfo **ret, struct authcode_reason *reason)
{
	static const struct addrinfo hints = { .ai_flags =
						       AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
					       .ai_socktype = SOCK_STREAM };
	char host[AC_ADDRESS_TEXT];
	const char *colon = strrchr(text, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - text);
	bool brackets = len >= 2 && text[0] == '[' && text[len - 1] == ']';
	const char *start = text + (brackets ? 1 : 0);

	len -= brackets ? 2u : 0u;
	if (colon != NULL && len > 0 && len < sizeof(host)) {
		memcpy(host, start, len);
		host[len] = '\0';
		if (getaddrinfo(host, colon + 1, &hints, ret) == 0)
			return true;
	}
	(void)snprintf(reason->text, sizeof(reason->text),
		       "cannot listen on %.100s: not an address and a port", text);
	return false;
}

/* Other sockets are for the group of the account that the daemon is going to be.
 * Without the administrators' group theirs is for whoever starts the daemon. */
static struct socket_access
access_of(const struct ac_config *config, const struct ac_listen *listen, gid_t own)
{
	const struct group *entry;

	if (!listen->admin)
		return (struct socket_access){ .for_group = true, .group = own };
	entry = getgrnam(config->admin_group);
	if (entry != NULL)
		return (struct socket_access){ .for_group = true, .group = entry->gr_gid };
	ac_log(AC_LOG_NOTICE, "there is no group \"%s\": authcodectl is for %s alone",
	       config->admin_group, geteuid() == 0 ? "root" : "this account");
	return (struct socket_access){ .for_group = false, .group = getegid() };
}

/* One that was passed, or one of our own: *ret->passed says. */
static bool
open_unix(const struct ac_config *config, struct ac_passed *passed, gid_t own,
	  struct ac_http_listener *ret, struct authcode_reason *reason)
{
	struct sockaddr_un address;
	struct socket_access access;

	if (!unix_address(ret->listen->text + strlen("unix:"), &address, reason))
		return false;
	ret->fd = ac_http_passed_find(passed, (const struct sockaddr *)&address);
	ret->passed = ret->fd >= 0;
	if (!ret->passed) {
		access = access_of(config, ret->listen, own);
		ret->fd = listen_unix(&address, &access, reason);
	}
	return ret->fd >= 0;
}

static bool
open_tcp(struct ac_passed *passed, struct ac_http_listener *ret, struct authcode_reason *reason)
{
	const char *text = ret->listen->text;
	struct addrinfo *list = NULL;

	if (!tcp_address(text, &list, reason))
		return false;
	ret->fd = ac_http_passed_find(passed, list->ai_addr);
	ret->passed = ret->fd >= 0;
	if (!ret->passed)
		ret->fd = bind_tcp(list);
	if (ret->fd < 0)
		(void)snprintf(reason->text, sizeof(reason->text), "cannot listen on %.100s: %s",
			       text, strerror(errno));
	freeaddrinfo(list);
	return ret->fd >= 0;
}

bool
ac_http_listen(struct ac_http_service *service, struct authcode_reason *reason)
{
	const struct ac_config *config = service->config;
	struct ac_account account = { .gid = getegid() };
	struct ac_passed passed;

	if (geteuid() == 0 && !ac_privileges_find(config->user, &account, reason))
		return false;
	if (!ac_passed_take(&passed)) {
		(void)snprintf(reason->text, sizeof(reason->text),
			       "LISTEN_FDS: not what a service manager passes");
		return false;
	}
	service->listeners = calloc(config->listen_count + 1, sizeof(*service->listeners));
	service->polls = calloc(config->listen_count + 1, sizeof(*service->polls));
	if (service->listeners == NULL || service->polls == NULL) {
		(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
		return false;
	}
	for (size_t i = 0; i < config->listen_count; i++) {
		struct ac_http_listener *l = &service->listeners[i];

		*l = (struct ac_http_listener){ .fd = -1, .listen = &config->listens[i] };
		if (l->listen->kind == AC_LISTEN_UNIX
			    ? !open_unix(config, &passed, account.gid, l, reason)
			    : !open_tcp(&passed, l, reason))
			return false;
		service->listener_count++;
	}
	return ac_http_passed_all_used(&passed, reason);
}

void
ac_http_listen_close(struct ac_http_service *service)
{
	for (size_t i = 0; i < service->listener_count; i++) {
		const struct ac_http_listener *l = &service->listeners[i];

		(void)close(l->fd);
		if (l->listen->kind == AC_LISTEN_UNIX && !l->passed)
			(void)unlink(l->listen->text + strlen("unix:"));
	}
	service->listener_count = 0;
}

static void
take_admin(struct ac_http_conn *conn, int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);

	(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	conn->admin = true;
	conn->peer_uid = peer.uid;
}

static void
hand_over(struct ac_http_service *service, const struct ac_http_listener *listener, int fd,
	  const struct sockaddr *sa, socklen_t len)
{
	bool local = listener->listen->kind == AC_LISTEN_UNIX, admin = listener->listen->admin;
	struct MHD_Daemon **set = service->plain;
	struct ac_address address = { 0 };
	struct ac_http_conn *conn;
	bool proxy;

	if (!local && !ac_address_from_socket(sa, &address)) {
		(void)close(fd);
		return;
	}
	proxy = local ? service->trust_unix && !admin
		      : ac_prefixes_contain(service->trusted, service->trusted_count, &address);
	/* RFC 6749 §3.2: whoever is not our proxy has no business without TLS. */
	if (service->hsts && !local && !listener->listen->tls && !proxy &&
	    !ac_address_is_loopback(&address)) {
		ac_log(AC_LOG_DEBUG, "connection refused: not by way of a trusted proxy");
		(void)close(fd);
		return;
	}
	conn = ac_http_conns_add(service->conns, fd, local ? NULL : &address, proxy);
	if (conn == NULL) {
		ac_log(AC_LOG_DEBUG, "connection refused: over a limit");
		(void)close(fd);
		return;
	}
	conn->from_proxy = proxy;
	conn->metrics = listener->listen->metrics;
	if (admin)
		take_admin(conn, fd);
	if (listener->listen->tls) {
		ac_http_tls_turn(service);
		conn->tls = service->tls;
		(void)atomic_fetch_add(&conn->tls->connections, 1);
		set = conn->tls->daemons;
	}
	service->next_daemon = (service->next_daemon + 1) % service->daemon_count;
	/* It closes fd on failure; the entry then goes when the number comes back. */
	if (MHD_add_connection(set[service->next_daemon], fd, sa, len) != MHD_YES)
		ac_log(AC_LOG_WARNING, "connection dropped: the HTTP library refused it");
}

static void
sweep(struct ac_http_service *service)
{
	service->making_room = ac_http_conns_sweep(service->conns, false) > 0;
	service->swept_ms = ac_clock_monotonic_ms();
}

/* Nobody is turned away on account of those who are idle: they end, and whoever comes
 * waits in the kernel's queue until they have. */
static bool
may_accept(struct ac_http_service *service)
{
	const int64_t now = ac_clock_monotonic_ms();

	if (!ac_http_conns_full(service->conns)) {
		service->room_by_ms = 0;
		return true;
	}
	if (service->room_by_ms == 0 || now - service->swept_ms >= ROOM_MS)
		sweep(service);
	if (service->room_by_ms == 0)
		service->room_by_ms = now + ROOM_WAIT_MS;
	return !service->making_room || now > service->room_by_ms;
}

/* For how long to accept nothing now, in milliseconds. */
static int
accept_some(struct ac_http_service *service, const struct ac_http_listener *listener)
{
	for (int i = 0; i < 64; i++) {
		struct sockaddr_storage sa = { 0 };
		socklen_t len = sizeof(sa);
		int fd;

		if (!may_accept(service))
			return ROOM_MS;
		fd = accept4(listener->fd, (struct sockaddr *)&sa, &len,
			     SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			hand_over(service, listener, fd, (const struct sockaddr *)&sa, len);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			return PAUSE_MS;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
	}
	return 0;
}

void *
ac_http_accept_loop(void *arg)
{
	struct ac_http_service *service = arg;
	struct pollfd *polls = service->polls;
	int pause_ms = 0;

	polls[0] = (struct pollfd){ .fd = service->stop_fd, .events = POLLIN };
	for (size_t i = 0; i < service->listener_count; i++)
		polls[i + 1] = (struct pollfd){ .fd = service->listeners[i].fd, .events = POLLIN };
	while (!atomic_load(&service->stopping)) {
		nfds_t count = pause_ms > 0 ? 1 : (nfds_t)(service->listener_count + 1);

		if (poll(polls, count, pause_ms > 0 ? pause_ms : SWEEP_MS) < 0 && errno != EINTR)
			ac_log(AC_LOG_ERROR, "poll: %s", strerror(errno));
		pause_ms = 0;
		for (size_t i = 1; i < count; i++) {
			int wait_ms = polls[i].revents == 0
					      ? 0
					      : accept_some(service, &service->listeners[i - 1]);

			pause_ms = wait_ms > pause_ms ? wait_ms : pause_ms;
		}
		if (ac_clock_monotonic_ms() - service->swept_ms >= SWEEP_MS ||
		    ac_http_conns_crowded(service->conns)) {
			sweep(service);
			ac_http_tls_sweep(service);
		}
	}
	return NULL;
}
