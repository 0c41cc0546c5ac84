/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the texts on the wire may hold. None may hold NUL: their readers are C
 * programs. Empty text obeys every rule.
 */
#ifndef AC_PAM_TEXT_RULE_H
#define AC_PAM_TEXT_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

enum ac_text_rule {
	AC_TEXT_UTF8,      /* an answer: a password may hold any character */
	AC_TEXT_PRINTABLE, /* shown to people */
	AC_TEXT_ACCOUNT, /* printable, no '/' (modules build paths), no leading '-' (and commands) */
	AC_TEXT_SERVICE,  /* [A-Za-z0-9_.-], no leading '.' or '-': names a file */
	AC_TEXT_LANGUAGE, /* [A-Za-z_:@.-]: ends in the environment */
	AC_TEXT_LINES,    /* printable lines, none empty, joined by LF */
};

AC_MUST_USE bool ac_text_rule_holds(enum ac_text_rule rule, const char *text, size_t len);

#endif
