/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * IP addresses of peers: text and back, prefixes, and which address a request
 * through trusted proxies comes from. IPv4-mapped IPv6 is IPv4.
 */
#ifndef AC_SERVER_ADDRESS_H
#define AC_SERVER_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/socket.h>

#include <authcode/request.h>

#include "base/attr.h"

#define AC_ADDRESS_TEXT 64 /* longest text with its NUL */

struct ac_address {
	uint8_t bytes[16]; /* IPv6, or IPv4 mapped into it */
};

struct ac_prefix {
	struct ac_address address;
	unsigned bits; /* of 128 */
};

AC_MUST_USE bool ac_address_parse(const char *text, size_t len, struct ac_address *ret);
AC_MUST_USE bool ac_address_from_socket(const struct sockaddr *sa, struct ac_address *ret);
void ac_address_format(const struct ac_address *address, char out[AC_ADDRESS_TEXT]);

/* "10.0.0.0/8", "fd00::/8" or a single address. */
AC_MUST_USE bool ac_prefix_parse(const char *text, struct ac_prefix *ret);
AC_MUST_USE bool ac_prefixes_contain(const struct ac_prefix *prefixes, size_t count,
				     const struct ac_address *address);

/* 127.0.0.0/8 or ::1. */
AC_MUST_USE bool ac_address_is_loopback(const struct ac_address *address);

/* Whom a limit counts: an IPv4 address, or the /64 of an IPv6 one. */
struct ac_address ac_address_bucket(const struct ac_address *address);
/* The same of an address in text; false when it is none. */
AC_MUST_USE bool ac_address_bucket_parse(const char *text, struct ac_address *ret);

/* The right-most hop of X-Forwarded-For (its lines joined by commas) that is
 * not a trusted proxy itself; what stands left of it anyone may have written.
 * All trusted: the left-most. False when a hop that counts is not an address:
 * the request is refused, since "no address" would escape every limit. */
AC_MUST_USE bool ac_forwarded_client(const struct ac_prefix *trusted, size_t count,
				     struct authcode_bytes forwarded_for, struct ac_address *ret);

#endif
