/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See fuzz.h.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
fuzz_broken(const char *file, int line, const char *condition)
{
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

char *
fuzz_text(const void *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

struct fuzz_input
fuzz_line(struct fuzz_input *rest)
{
	const char *newline = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;
	struct fuzz_input line = *rest;

	if (newline == NULL) {
		rest->data += rest->size;
		rest->size = 0;
		return line;
	}
	line.size = (size_t)(newline - line.data);
	rest->data += line.size + 1;
	rest->size -= line.size + 1;
	return line;
}
