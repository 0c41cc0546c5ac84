/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The sentences people read that are chosen by a value, one table for each
 * kind. What has no row is shown by its value or by a general sentence.
 */
#ifndef AC_SERVER_PAGE_WORDS_H
#define AC_SERVER_PAGE_WORDS_H

#include <stdbool.h>

#include <authcode/response.h>

struct ac_notice_words {
	const char *kind; /* "error" or "info": a class of style.css */
	const char *text; /* NULL: nothing to say */
};

struct ac_error_words {
	const char *error;
	const char *title;  /* what happened */
	const char *advice; /* what to do now */
};

/* Never NULL. */
const struct ac_notice_words *ac_notice_words(enum authcode_notice notice);
const struct ac_error_words *ac_error_words(unsigned status, const char *error);

/* What a scope value lets an application do; NULL for one of the site's own. */
const char *ac_scope_words(const char *scope);

/* The autocomplete token (HTML Standard §4.10.18.7.1) for a question of a
 * module, guessed from its words; never NULL. */
const char *ac_prompt_autocomplete(const char *text, bool echo);

#endif
