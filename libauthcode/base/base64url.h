/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * RFC 4648: base64url without padding (§5) for our own values, and the padded
 * standard alphabet (§4) that HTTP Basic uses. Strict both ways: no foreign
 * character, no stray bits (§3.5), so that one value has one spelling.
 */
#ifndef AC_BASE_BASE64URL_H
#define AC_BASE_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

#define AC_BASE64URL_LEN(n) (((n)*4 + 2) / 3) /* characters for n bytes, no NUL */

/* Writes AC_BASE64URL_LEN(len) characters and a NUL; out has room for both. */
void ac_base64url_encode(const void *data, size_t len, char *out);

/* Decodes exactly text[0..len). False, with nothing promised about out, when it
 * is malformed or longer than size. *ret_len is the number of bytes. */
AC_MUST_USE bool ac_base64url_decode(const char *text, size_t len, void *out, size_t size,
				     size_t *ret_len);
AC_MUST_USE bool ac_base64_decode(const char *text, size_t len, void *out, size_t size,
				  size_t *ret_len);

#endif
