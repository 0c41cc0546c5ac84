/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See drawn_pages.h.
 */
#include "drawn_pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct ac_app app;

int
pages_begin(const struct ac_config *config)
{
	struct authcode_reason reason = { "" };

	app = (struct ac_app){ .config = config };
	if (ac_pages_new(config, &app.pages, &reason) == AUTHCODE_OK)
		return 0;
	print_error("%s\n", reason.text);
	return 1;
}

int
pages_end(void **state)
{
	(void)state;
	ac_pages_free(&app.pages);
	return 0;
}

size_t
count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)) != NULL; text += strlen(word))
		n++;
	return n;
}
