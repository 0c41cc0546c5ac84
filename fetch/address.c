/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See address.h. The rows are those of the IANA registries of special-purpose
 * addresses (RFC 6890). Of IPv6 only what is handed out as global unicast can pass,
 * so mapped and translated IPv4 addresses, ULA and link-local fall outside of it.
 */
#include "fetch/address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

struct prefix {
	uint8_t bytes[16];
	unsigned bits;
};

static const struct prefix refused4[] = {
	{ { 0 }, 8 },             /* this network */
	{ { 10 }, 8 },            /* private */
	{ { 100, 64 }, 10 },      /* carriers' */
	{ { 127 }, 8 },           /* loopback */
	{ { 169, 254 }, 16 },     /* link-local, and where clouds keep their secrets */
	{ { 172, 16 }, 12 },      /* private */
	{ { 192, 0, 0 }, 24 },    /* protocol assignments */
	{ { 192, 0, 2 }, 24 },    /* documentation */
	{ { 192, 88, 99 }, 24 },  /* 6to4 relays */
	{ { 192, 168 }, 16 },     /* private */
	{ { 198, 18 }, 15 },      /* benchmarks */
	{ { 198, 51, 100 }, 24 }, /* documentation */
	{ { 203, 0, 113 }, 24 },  /* documentation */
	{ { 224 }, 4 },           /* multicast */
	{ { 240 }, 4 },           /* reserved, and the broadcast */
};

static const struct prefix allowed6 = { { 0x20 }, 3 };

static const struct prefix refused6[] = {
	{ { 0x20, 0x01 }, 23 },             /* protocol assignments, Teredo among them */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
	{ { 0x20, 0x02 }, 16 },             /* 6to4: holds an IPv4 address */
	{ { 0x3f, 0xff }, 20 },             /* documentation */
};

static bool
within(const uint8_t *address, const struct prefix *prefix)
{
	unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;

	if (memcmp(address, prefix->bytes, whole) != 0)
		return false;
	return rest == 0 || ((address[whole] ^ prefix->bytes[whole]) >> (8 - rest)) == 0;
}

static bool
within_any(const uint8_t *address, const struct prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (within(address, &prefixes[i]))
			return true;
	}
	return false;
}

bool
ac_fetch_address_public(const struct sockaddr *address, socklen_t len)
{
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;

	if (address->sa_family == AF_INET && len >= sizeof(ipv4)) {
		memcpy(&ipv4, address, sizeof(ipv4));
		return !within_any((const uint8_t *)&ipv4.sin_addr, refused4,
				   AC_ARRAY_SIZE(refused4));
	}
	if (address->sa_family == AF_INET6 && len >= sizeof(ipv6)) {
		memcpy(&ipv6, address, sizeof(ipv6));
		return within(ipv6.sin6_addr.s6_addr, &allowed6) &&
		       !within_any(ipv6.sin6_addr.s6_addr, refused6, AC_ARRAY_SIZE(refused6));
	}
	return false;
}
