/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What language a browser speaks, as gettext wants to hear it.
 */
#ifndef AC_SERVER_LANGUAGE_H
#define AC_SERVER_LANGUAGE_H

#include <stddef.h>

/* Fills out with a LANGUAGE list ("de_AT:de:fr") from the value of
 * Accept-Language (NULL: none), most wanted first, as many as fit; "" when the
 * header names nothing that can be used. */
void ac_language_from_header(const char *accept_language, char *out, size_t size);

#endif
