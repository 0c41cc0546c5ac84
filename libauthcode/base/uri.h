/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * RFC 3986 §3, split and checked but never normalised: redirect URIs are
 * compared as they were registered. Views point into the text given.
 */
#ifndef AC_BASE_URI_H
#define AC_BASE_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct ac_span {
	const char *data; /* NULL: the component is absent */
	size_t len;
};

struct ac_uri {
	struct ac_span scheme;
	struct ac_span userinfo;
	struct ac_span host; /* with brackets for an IPv6 literal */
	struct ac_span port; /* may be present and empty: "host:" */
	struct ac_span path; /* never absent, may be empty */
	struct ac_span query;
	struct ac_span fragment;
	bool has_authority;
};

/* An absolute URI (with a scheme) that follows the grammar: no space, control,
 * backslash, bad percent-encoding or byte above 0x7e. An IP literal is an IPv6
 * address that inet_pton() knows. */
AC_MUST_USE bool ac_uri_parse(const char *text, size_t len, struct ac_uri *ret);

/* ASCII case-insensitive comparison of a span with a lower-case word. */
AC_MUST_USE bool ac_span_is(struct ac_span span, const char *lower);

/* Literally 127.0.0.1 or [::1] (RFC 8252 §7.3); localhost is neither. */
AC_MUST_USE bool ac_uri_is_loopback_ip(const struct ac_uri *uri);

#endif
