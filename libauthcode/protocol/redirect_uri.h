/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Redirect URIs: what may be registered, and what a request may name. Exact
 * bytes, with the one exception of RFC 8252 §7.3 (the port of a loopback IP
 * literal of a native client).
 */
#ifndef AC_PROTOCOL_REDIRECT_URI_H
#define AC_PROTOCOL_REDIRECT_URI_H

#include <stdbool.h>
#include <stddef.h>

#include <authcode/client.h>

#include "base/arena.h"
#include "base/attr.h"

/* NULL when uri may be registered for this kind of client, else the rule it breaks. */
const char *ac_redirect_uri_check(const char *uri, enum authcode_application_type type);

/* Is uri one of the client's? */
AC_MUST_USE bool ac_redirect_uri_match(const struct authcode_client *client, const char *uri);

/* Can only the client itself receive what is sent there? Not so for loopback
 * and private-use schemes, which any program of the device may claim
 * (RFC 8252 §8.6). */
AC_MUST_USE bool ac_redirect_uri_proves_client(const char *uri);

struct ac_param_pair {
	const char *name;
	const char *value; /* NULL: left out */
};

/* uri with the pairs appended to its query, which is kept (RFC 6749 §3.1.2).
 * New text in the arena; NULL when it is full. */
const char *ac_redirect_uri_extend(struct authcode_arena *arena, const char *uri,
				   const struct ac_param_pair *pairs, size_t count);

#endif
