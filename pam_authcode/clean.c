/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See clean.h.
 */
#include "pam_authcode/clean.h"

#include <string.h>

#include "base/text.h"

/* The length of the valid, printable character at text, or 0. */
static size_t
character(const char *text, size_t left)
{
	for (size_t len = 1; len <= 4 && len <= left; len++) {
		if (ac_text_printable(text, len))
			return len;
	}
	return 0;
}

size_t
ac_clean_text(const char *text, char *out, size_t size)
{
	size_t left = strlen(text), used = 0;

	while (left > 0) {
		size_t len = character(text, left);

		if (len > size - 1 - used)
			break;
		if (len > 0) {
			memcpy(out + used, text, len);
			used += len;
		} else {
			len = 1;
			if (strchr("\t\n\v\f", *text) != NULL) {
				if (used == size - 1)
					break;
				out[used++] = ' ';
			}
		}
		text += len;
		left -= len;
	}
	out[used] = '\0';
	return used;
}
