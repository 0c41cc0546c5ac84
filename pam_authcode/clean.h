/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Text from modules and from the user database, made fit for a page and a log.
 */
#ifndef AC_PAM_CLEAN_H
#define AC_PAM_CLEAN_H

#include <stddef.h>

/* Copies text to out (size bytes with the NUL): white space becomes a space,
 * other control characters and bytes that are not UTF-8 are left out, and what
 * does not fit is cut between two characters. Returns the length. */
size_t ac_clean_text(const char *text, char *out, size_t size);

#endif
