/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The pages of an application that serves nothing, and what is looked for in them.
 */
#ifndef AC_TESTS_DRAWN_PAGES_H
#define AC_TESTS_DRAWN_PAGES_H

#include "fake_http.h"
#include "server/config.h"
#include "server/pages.h"

extern struct ac_app app; /* its pages and configuration */

/* For a cmocka setup, which returns what this does; and the teardown. */
int pages_begin(const struct ac_config *config);
int pages_end(void **state);

/* How often the word is in the text. */
size_t count(const char *text, const char *word);

#endif
