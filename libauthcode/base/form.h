/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * application/x-www-form-urlencoded, both ways: request bodies, queries
 * (RFC 6749 App. B) and form-encoded credentials. Strict: a bad escape, a NUL
 * or bad UTF-8 is an error, never a guess.
 */
#ifndef AC_BASE_FORM_H
#define AC_BASE_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include <authcode/error.h>

#include "base/arena.h"
#include "base/buf.h"

enum ac_origin {
	AC_FROM_QUERY,
	AC_FROM_BODY,
};

struct ac_param {
	const char *name;  /* terminated UTF-8 without NUL; may be "" */
	const char *value; /* likewise */
	size_t value_len;
	enum ac_origin origin;
};

struct ac_params {
	const struct ac_param *list; /* in the order they came */
	size_t count;
};

/* Appends the parameters of data to params (zeroed or from an earlier call);
 * everything lives in the arena. "a", "a=" and "" between '&' are accepted as
 * an empty value or nothing. ERR_SYNTAX: bad escape, NUL or UTF-8; ERR_LIMIT:
 * a limit of limits.h; ERR_MEMORY. params is untouched on error. */
AC_MUST_USE enum authcode_err ac_form_decode(struct authcode_arena *arena, const char *data,
					     size_t len, enum ac_origin origin,
					     struct ac_params *params);

/* One form-encoded value ('+' is a space). ERR_SYNTAX as above; ERR_MEMORY. The caller
 * bounds len. */
AC_MUST_USE enum authcode_err ac_form_decode_value(struct authcode_arena *arena, const char *data,
						   size_t len, const char **ret_value);

/* The first value of that name, or NULL when absent or empty (RFC 6749 §3.1:
 * a parameter without a value counts as omitted). */
const char *ac_params_get(const struct ac_params *params, const char *name);

/* How often the name occurs with a non-empty value. */
size_t ac_params_count(const struct ac_params *params, const char *name);

/* The first name that occurs more than once with a value and is not one of the
 * count repeatable names, or NULL. */
const char *ac_params_repeated(const struct ac_params *params, const char *const *repeatable,
			       size_t count);

/* Does a Content-Type value (NULL: none) name this encoding? Type and subtype in
 * any case, parameters such as a charset behind ';' (RFC 9110 §8.3.1). */
AC_MUST_USE bool ac_form_is_type(const char *content_type);

/* Appends name=value, percent-encoding all but unreserved characters, with a
 * '&' first unless buf is empty, ends in '&' or in the '?' that begins its query. */
void ac_form_put(struct ac_buf *buf, const char *name, const char *value);

#endif
