/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What language a person is spoken to in, as gettext wants to hear it.
 */
#ifndef AC_SERVER_LANGUAGE_H
#define AC_SERVER_LANGUAGE_H

#include <stddef.h>

/* Fills out with a LANGUAGE list ("de_AT:de:fr"), most wanted first, as many as fit: what
 * the client asks for (ui_locales, OIDC-Core §3.1.2.1) before what the browser does
 * (Accept-Language); NULL each: nothing. "" when nothing of it can be used. */
void ac_language_choose(const char *ui_locales, const char *accept_language, char *out,
			size_t size);

#endif
