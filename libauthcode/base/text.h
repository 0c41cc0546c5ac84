/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Questions about text from outside.
 */
#ifndef AC_BASE_TEXT_H
#define AC_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* RFC 3629: no overlong form, no surrogate, nothing past U+10FFFF. NUL is not
 * special. */
AC_MUST_USE bool ac_utf8_valid(const char *data, size_t len);

/* Valid UTF-8 without C0 or C1 controls and DEL. */
AC_MUST_USE bool ac_text_printable(const char *data, size_t len);

/* Is word one of the space-separated words of list? Both may be NULL: false. */
AC_MUST_USE bool ac_words_contain(const char *list, const char *word);

/* Decimal digits only, no sign, no leading zero, at most max. */
AC_MUST_USE bool ac_parse_u64(const char *text, uint64_t max, uint64_t *ret);

/* With its sign and the NUL. */
#define AC_I64_TEXT sizeof("-9223372036854775808")

/* In decimal; returns the length. Answers and the log have several numbers each, and
 * snprintf takes ten times as long for one. */
size_t ac_format_i64(int64_t value, char ret[AC_I64_TEXT]);

#endif
