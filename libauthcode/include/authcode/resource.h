/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Resource servers that tokens can be asked for by name (RFC 8707), and the two
 * forms an access token can have. The issuer's own URL is always such a name: it
 * stands for userinfo, and for a token nobody named a resource server for.
 */
#ifndef AUTHCODE_RESOURCE_H
#define AUTHCODE_RESOURCE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum authcode_token_format {
	AUTHCODE_FORMAT_DEFAULT = 0, /* of a resource: the client's; of a client: OPAQUE */
	AUTHCODE_FORMAT_OPAQUE,      /* random; only introspection tells what it means */
	AUTHCODE_FORMAT_JWT,         /* RFC 9068 */
};

struct authcode_resource {
	const char *uri; /* absolute, without fragment, at most 512 bytes; compared byte for byte */
	const char *name;  /* shown to people; NULL: uri */
	const char *scope; /* values that mean something to it; NULL: all but groups */
	enum authcode_token_format format;
	uint32_t access_token_ttl_s;  /* 0: the client's, else the issuer's default */
	const char *access_token_alg; /* of JWTs; NULL: the client's */
};

#ifdef __cplusplus
}
#endif
#endif
