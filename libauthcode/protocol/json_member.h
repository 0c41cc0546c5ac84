/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Members of a JSON answer, one by one: what is not known is left out, but what
 * is known and could not be written is a failure. (json_pack()'s optional
 * members cannot tell the two apart: a token would silently be missing.)
 */
#ifndef AC_PROTOCOL_JSON_MEMBER_H
#define AC_PROTOCOL_JSON_MEMBER_H

#include <stdbool.h>

#include <jansson.h>

#include "base/attr.h"

/* True also when text is NULL or "": then there is nothing to put. */
AC_MUST_USE bool ac_json_put_text(json_t *object, const char *name, const char *text);

/* An array of the words of text, which are separated by spaces; true also when there
 * are none, and nothing to put (RFC 8176 §1 for amr: an array, whatever it holds). */
AC_MUST_USE bool ac_json_put_words(json_t *object, const char *name, const char *text);

/* value is taken; NULL is a failure. */
AC_MUST_USE bool ac_json_put_take(json_t *object, const char *name, json_t *value);

/* The object when ok, else NULL and the object is dropped. */
AC_MUST_USE json_t *ac_json_finish_take(json_t *object, bool ok);

#endif
