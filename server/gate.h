/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a request must be before anything looks at it: the rules of framing,
 * size and authority (RFC 9112 §3, §6, §11.2; RFC 9110 §7.2) that the HTTP
 * library leaves to its user. Plain data in, verdict out; no socket here.
 */
#ifndef AC_SERVER_GATE_H
#define AC_SERVER_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include <authcode/request.h>

#include "base/attr.h"

#define AC_GATE_MAX_HEADERS 64
#define AC_GATE_MAX_HEADER_BYTES 16384

struct ac_gate_header {
	struct authcode_bytes name;
	struct authcode_bytes value;
};

struct ac_gate_request {
	const char *target;  /* as sent, or NULL when longer than AC_MAX_URI */
	const char *version; /* "HTTP/1.1" */
	const struct ac_gate_header *headers;
	size_t header_count; /* may be AC_GATE_MAX_HEADERS + 1: more than we take */
};

/* Whose requests we answer: the parts of the issuer URL. */
struct ac_gate_issuer {
	struct authcode_bytes scheme; /* views into the URL */
	struct authcode_bytes host;   /* without port */
	struct authcode_bytes origin; /* "https://host:port" as written */
	struct authcode_bytes path;   /* without a closing slash, may be empty */
	unsigned port;                /* explicit, or the scheme's */
};

/* Views into url, which must live as long. False: not an http or https URL. */
AC_MUST_USE bool ac_gate_issuer_parse(const char *url, struct ac_gate_issuer *ret);

struct ac_gate_refusal {
	unsigned status;
	const char *why; /* fixed words, fit for the client and the log */
};

/* True: the request may be read on. False: answer ret and close the connection,
 * since nobody knows where this request ends. */
AC_MUST_USE bool ac_gate_check(const struct ac_gate_request *request,
			       const struct ac_gate_issuer *issuer, struct ac_gate_refusal *ret);

/* Where the parts of a target that passed lie: path without query, and the path
 * below the issuer's (below.data NULL: outside of it). "/.well-known/x" in front of
 * the issuer's path (RFC 8414 §3.1) is below it as well, as "/.well-known/x". */
struct ac_gate_target {
	struct authcode_bytes path;
	struct authcode_bytes below;
	struct authcode_bytes query;
};
struct ac_gate_target ac_gate_split(const char *target, const struct ac_gate_issuer *issuer);

/* The header of that name (ASCII case-insensitive), the first one; NULL. */
const struct ac_gate_header *ac_gate_header(const struct ac_gate_header *headers, size_t count,
					    const char *name);

#endif
