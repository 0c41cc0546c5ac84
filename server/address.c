/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/address.h. X-Forwarded-For is believed only as far as our own proxies
 * wrote it (RFC 9700 §4.13): from the right, hop by hop.
 */
#include "server/address.h"

#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/text.h"

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool
is_mapped(const struct ac_address *address)
{
	return memcmp(address->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

bool
ac_address_parse(const char *text, size_t len, struct ac_address *ret)
{
	char copy[INET6_ADDRSTRLEN];
	struct ac_address address;

	if (len == 0 || len >= sizeof(copy) || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET6, copy, address.bytes) == 1) {
		*ret = address;
		return true;
	}
	memcpy(address.bytes, mapped_prefix, sizeof(mapped_prefix));
	if (inet_pton(AF_INET, copy, address.bytes + 12) != 1)
		return false;
	*ret = address;
	return true;
}

bool
ac_address_from_socket(const struct sockaddr *sa, struct ac_address *ret)
{
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof(in6));
		memcpy(ret->bytes, &in6.sin6_addr, sizeof(ret->bytes));
		return true;
	}
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		memcpy(ret->bytes, mapped_prefix, sizeof(mapped_prefix));
		memcpy(ret->bytes + 12, &in.sin_addr, 4);
		return true;
	}
	return false;
}

void
ac_address_format(const struct ac_address *address, char out[AC_ADDRESS_TEXT])
{
	bool v4 = is_mapped(address);

	out[0] = '\0';
	(void)inet_ntop(v4 ? AF_INET : AF_INET6, address->bytes + (v4 ? 12 : 0), out,
			AC_ADDRESS_TEXT);
}

bool
ac_prefix_parse(const char *text, struct ac_prefix *ret)
{
	const char *slash = strchr(text, '/');
	size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	struct ac_prefix prefix;
	uint64_t bits;
	bool v4;

	if (!ac_address_parse(text, len, &prefix.address))
		return false;
	v4 = memchr(text, ':', len) == NULL;
	bits = v4 ? 32 : 128;
	if (slash != NULL && !ac_parse_u64(slash + 1, bits, &bits))
		return false;
	prefix.bits = (unsigned)bits + (v4 ? 96 : 0);
	*ret = prefix;
	return true;
}

static bool
prefix_contains(const struct ac_prefix *prefix, const struct ac_address *address)
{
	size_t whole = prefix->bits / 8;
	unsigned rest = prefix->bits % 8;
	unsigned mask = 0xffu & ~(0xffu >> rest);

	if (memcmp(prefix->address.bytes, address->bytes, whole) != 0)
		return false;
	return rest == 0 || ((prefix->address.bytes[whole] ^ address->bytes[whole]) & mask) == 0;
}

bool
ac_prefixes_contain(const struct ac_prefix *prefixes, size_t count,
		    const struct ac_address *address)
{
	for (size_t i = 0; i < count; i++) {
		if (prefix_contains(&prefixes[i], address))
			return true;
	}
	return false;
}

bool
ac_address_is_loopback(const struct ac_address *address)
{
	static const struct ac_prefix loopback[] = {
		{ { { [10] = 0xff, [11] = 0xff, [12] = 127 } }, 96 + 8 },
		{ { { [15] = 1 } }, 128 },
	};

	return ac_prefixes_contain(loopback, AC_ARRAY_SIZE(loopback), address);
}

struct ac_address
ac_address_bucket(const struct ac_address *address)
{
	struct ac_address bucket = *address;

	if (!is_mapped(address))
		memset(bucket.bytes + 8, 0, 8);
	return bucket;
}

bool
ac_address_bucket_parse(const char *text, struct ac_address *ret)
{
	struct ac_address address;

	if (!ac_address_parse(text, strlen(text), &address))
		return false;
	*ret = ac_address_bucket(&address);
	return true;
}

bool
ac_forwarded_client(const struct ac_prefix *trusted, size_t count,
		    struct authcode_bytes forwarded_for, struct ac_address *ret)
{
	const char *data = forwarded_for.data;
	size_t end = forwarded_for.len;

	for (;;) {
		struct ac_address hop;
		size_t start = end;
		size_t first;
		size_t past = end;

		while (start > 0 && data[start - 1] != ',')
			start--;
		first = start;
		while (first < past && (data[first] == ' ' || data[first] == '\t'))
			first++;
		while (past > first && (data[past - 1] == ' ' || data[past - 1] == '\t'))
			past--;
		if (past == first || !ac_address_parse(data + first, past - first, &hop))
			return false;
		if (start == 0 || !ac_prefixes_contain(trusted, count, &hop)) {
			*ret = hop;
			return true;
		}
		end = start - 1;
	}
}
