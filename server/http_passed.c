/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See http_passed.h.
 */
#include "server/http_passed.h"

#include <stdio.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/un.h>

#include "server/address.h"

#define TAKEN (-1)

static bool
same_in(const struct sockaddr *a, const struct sockaddr_storage *b)
{
	struct sockaddr_in in, other;

	memcpy(&in, a, sizeof(in));
	memcpy(&other, b, sizeof(other));
	return in.sin_port == other.sin_port && in.sin_addr.s_addr == other.sin_addr.s_addr;
}

static bool
same_in6(const struct sockaddr *a, const struct sockaddr_storage *b)
{
	struct sockaddr_in6 in6, other;

	memcpy(&in6, a, sizeof(in6));
	memcpy(&other, b, sizeof(other));
	return in6.sin6_port == other.sin6_port &&
	       memcmp(&in6.sin6_addr, &other.sin6_addr, sizeof(in6.sin6_addr)) == 0;
}

static bool
same_un(const struct sockaddr *a, const struct sockaddr_storage *b)
{
	struct sockaddr_un un, other;

	memcpy(&un, a, sizeof(un));
	memcpy(&other, b, sizeof(other));
	return strncmp(un.sun_path, other.sun_path, sizeof(un.sun_path)) == 0;
}

static bool
is_bound_to(int fd, const struct sockaddr *address)
{
	struct sockaddr_storage name = { 0 };
	socklen_t len = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &len) != 0 ||
	    name.ss_family != address->sa_family)
		return false;
	switch (address->sa_family) {
	case AF_INET:
		return same_in(address, &name);
	case AF_INET6:
		return same_in6(address, &name);
	case AF_UNIX:
		return same_un(address, &name);
	default:
		return false;
	}
}

static bool
takes_connections(int fd)
{
	int type = 0, accepts = 0;
	socklen_t len = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &len) == 0 && accepts != 0;
}

int
ac_http_passed_find(struct ac_passed *passed, const struct sockaddr *address)
{
	for (size_t i = 0; i < passed->count; i++) {
		int fd = passed->sockets[i].fd;

		if (fd == TAKEN || !takes_connections(fd) || !is_bound_to(fd, address))
			continue;
		passed->sockets[i].fd = TAKEN;
		return fd;
	}
	return -1;
}

/* As `listen` would have it. */
static void
describe(int fd, char *out, size_t size)
{
	struct sockaddr_storage name = { 0 };
	socklen_t len = sizeof(name);
	char text[AC_ADDRESS_TEXT] = "";
	struct ac_address address;
	struct sockaddr_un un;
	struct sockaddr_in in; /* the port of both kinds is at the same place */

	(void)getsockname(fd, (struct sockaddr *)&name, &len);
	memcpy(&un, &name, sizeof(un));
	memcpy(&in, &name, sizeof(in));
	if (ac_address_from_socket((const struct sockaddr *)&name, &address)) {
		ac_address_format(&address, text);
		(void)snprintf(out, size, name.ss_family == AF_INET6 ? "[%s]:%u" : "%s:%u", text,
			       (unsigned)ntohs(in.sin_port));
	} else if (name.ss_family == AF_UNIX) {
		(void)snprintf(out, size, "unix:%.*s", (int)sizeof(un.sun_path), un.sun_path);
	} else {
		(void)snprintf(out, size, "no address");
	}
}

bool
ac_http_passed_all_used(const struct ac_passed *passed, struct authcode_reason *reason)
{
	char where[160];

	for (size_t i = 0; i < passed->count; i++) {
		int fd = passed->sockets[i].fd;

		if (fd == TAKEN)
			continue;
		describe(fd, where, sizeof(where));
		(void)snprintf(reason->text, sizeof(reason->text),
			       "the service manager has passed \"%s\" (%s), %s",
			       passed->sockets[i].name, where,
			       takes_connections(fd)
				       ? "which neither listen nor admin_socket names; name it "
					 "there, or disable its socket unit"
				       : "which takes no connections; it has to be a ListenStream");
		return false;
	}
	return true;
}
