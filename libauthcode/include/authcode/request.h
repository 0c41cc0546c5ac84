/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a host hands to the issuer: one HTTP request, reduced to what the
 * protocol looks at. Nothing here knows a socket; the host owns every pointer
 * and keeps it valid until authcode_exchange_begin() has returned.
 */
#ifndef AUTHCODE_REQUEST_H
#define AUTHCODE_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum authcode_method {
	AUTHCODE_METHOD_OTHER = 0, /* answered 405 by every endpoint */
	AUTHCODE_METHOD_GET = 1,
	AUTHCODE_METHOD_POST = 2,
};

/* One value per row of the endpoint table. */
enum authcode_endpoint {
	AUTHCODE_ENDPOINT_AUTHORIZE,      /* RFC 6749 §3.1 */
	AUTHCODE_ENDPOINT_RESUME,         /* an authorization request, carried on from its seal */
	AUTHCODE_ENDPOINT_CONSENT,        /* the person's decision: allow, or deny at any page */
	AUTHCODE_ENDPOINT_TOKEN,          /* RFC 6749 §3.2 */
	AUTHCODE_ENDPOINT_REVOKE,         /* RFC 7009 */
	AUTHCODE_ENDPOINT_INTROSPECT,     /* RFC 7662 */
	AUTHCODE_ENDPOINT_USERINFO,       /* OIDC-Core §5.3 */
	AUTHCODE_ENDPOINT_LOGOUT,         /* OIDC RP-Initiated Logout §2 */
	AUTHCODE_ENDPOINT_LOGOUT_CONFIRM, /* the person's yes to it */
	AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION, /* RFC 8628 §3.1 */
	AUTHCODE_ENDPOINT_DEVICE,               /* where a person types a user code (§3.3) */
	AUTHCODE_ENDPOINT_COUNT,
};

/* The path below the issuer URL, "/token" for example; never NULL for an
 * endpoint of the table. */
AUTHCODE_API const char *authcode_endpoint_path(enum authcode_endpoint endpoint);

/* Bytes as they came from the wire; data may be NULL when len is 0. */
struct authcode_bytes {
	const char *data;
	size_t len;
};

struct authcode_request {
	enum authcode_endpoint endpoint;
	enum authcode_method method;
	struct authcode_bytes
		query; /* after '?', not decoded; NULs and bad escapes are refused here */
	struct authcode_bytes body; /* not decoded */
	const char *content_type;   /* header value, or NULL */
	const char *authorization;  /* header value, or NULL */
	const char *session;        /* value of the session cookie, or NULL */
	const char *browser;        /* value of the browser cookie; required by endpoints that
	                              * answer with pages (the host makes one for a new browser),
	                              * but not by a POST to AUTHORIZE or LOGOUT: that of another
	                              * site comes without cookies, and is carried on by a GET */
	const char *peer;           /* textual address for the log, or NULL */
	int64_t txn;                /* the host's number of the request, for records; 0: none */
	int64_t now_ms;             /* Unix time in milliseconds, > 0 */
};

#ifdef __cplusplus
}
#endif
#endif
