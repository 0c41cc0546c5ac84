/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What is left of an address when it is shortened: enough to tell networks apart, and too
 * little to tell who it was.
 */
#include "store/audit_chain.h"

#include <arpa/inet.h>
#include <string.h>

#define IPV4_KEPT 3 /* bytes: 24 bits */
#define IPV6_KEPT 6 /* 48 bits, which is what a site is given (RFC 6177 §2) */
#define RELAYED_KEPT (2 + IPV4_KEPT)

/* What an IPv4 address stands behind in one of IPv6. */
static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* RFC 4291 §2.5.5.2 */
static const uint8_t relayed[2] = { 0x20, 0x02 }; /* 6to4: 48 bits have it (RFC 3056 §2) */

static void
show(int family, uint8_t *bytes, size_t kept, char ret[AC_AUDIT_NETWORK])
{
	const size_t len = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	memset(bytes + kept, 0, len - kept);
	if (inet_ntop(family, bytes, ret, AC_AUDIT_NETWORK) == NULL)
		ret[0] = '\0';
}

void
ac_audit_network(const char *rhost, char ret[AC_AUDIT_NETWORK])
{
	uint8_t bytes[sizeof(struct in6_addr)];

	_Static_assert(AC_AUDIT_NETWORK == INET6_ADDRSTRLEN, "room for every address");
	ret[0] = '\0';
	if (inet_pton(AF_INET, rhost, bytes) == 1)
		show(AF_INET, bytes, IPV4_KEPT, ret);
	else if (inet_pton(AF_INET6, rhost, bytes) != 1)
		return;
	else if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		show(AF_INET, bytes + sizeof(mapped), IPV4_KEPT, ret);
	else if (memcmp(bytes, relayed, sizeof(relayed)) == 0)
		show(AF_INET6, bytes, RELAYED_KEPT, ret);
	else
		show(AF_INET6, bytes, IPV6_KEPT, ret);
}
