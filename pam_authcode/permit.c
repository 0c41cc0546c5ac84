/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See permit.h.
 */
#include "pam_authcode/permit.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

bool
ac_permit_peer(const struct ac_permit *permit, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || len != sizeof(peer))
		return false;
	return peer.uid == permit->peer_uid || peer.uid == 0;
}

bool
ac_permit_service(const struct ac_permit *permit, const char *service, const char *suffix)
{
	for (size_t i = 0; i < permit->service_count; i++) {
		size_t len = strlen(permit->services[i]);

		if (strncmp(service, permit->services[i], len) == 0 &&
		    strcmp(service + len, suffix) == 0)
			return true;
	}
	return false;
}

bool
ac_permit_promptless(const struct ac_permit *permit, const char *service)
{
	for (size_t i = 0; i < permit->promptless_count; i++) {
		if (strcmp(service, permit->promptless[i]) == 0)
			return true;
	}
	return false;
}

bool
ac_permit_rhost(const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

bool
ac_permit_variable(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
	size_t len = strlen(name);

	return len > 0 && len <= AC_PERMIT_MAX_VARIABLE && strspn(name, letters) == len &&
	       strchr("0123456789", name[0]) == NULL;
}

bool
ac_permit_account(const struct ac_permit *permit, uid_t uid)
{
	return uid == 0 ? permit->allow_root : uid >= permit->min_uid;
}
