/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * JSON from strangers: one object, bounded in length, depth and members before
 * anything is built, without duplicate members (RFC 7515 §4, RFC 7519 §4: two
 * readers must not read two things), without NUL, integers within int64.
 */
#ifndef AC_JOSE_JSON_TEXT_H
#define AC_JOSE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include <authcode/error.h>

#include "base/attr.h"

/* May jansson be given the text: no deeper than AC_MAX_JSON_DEPTH, and no more
 * members than AC_MAX_JSON_MEMBERS. */
AC_MUST_USE bool ac_json_bounded(const char *text, size_t len);

/* A new reference to an object. ERR_SYNTAX: not one, longer than max, deeper than
 * AC_MAX_JSON_DEPTH or more members than AC_MAX_JSON_MEMBERS; ERR_MEMORY. */
AC_MUST_USE enum authcode_err ac_json_parse(const char *text, size_t len, size_t max, json_t **ret);

/* The text of a member, borrowed; NULL: absent or no string. */
AC_MUST_USE const char *ac_json_text(const json_t *object, const char *name);

/* Absence is fine, and then *ret_text is NULL; another type is not. */
AC_MUST_USE bool ac_json_optional_text(const json_t *object, const char *name,
				       const char **ret_text);

#endif
