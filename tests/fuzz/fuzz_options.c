/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/option_file.h over any file: names and values within their rules,
 * and lines that are counted.
 */
#include "pam_authcode/option_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/fuzz/fuzz.h"

static void
check_line(const struct ac_option_line *line)
{
	size_t len;

	MUST(line->name[0] != '\0');
	MUST(strspn(line->name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(line->name));
	if (line->value == NULL)
		return;
	len = strlen(line->value);
	MUST(len > 0 && len + strlen(line->name) < AC_OPTION_FILE_MAX_LINE);
	MUST(ac_text_printable(line->value, len));
	MUST(line->value[0] != ' ' && line->value[len - 1] != ' ' && line->value[0] != '#');
	MUST(strstr(line->value, " #") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct ac_option_reader reader = { .text = text, .len = size };
	struct ac_option_line line;
	unsigned int newlines = 1, last = 0;
	enum ac_option_next next;

	for (size_t i = 0; i < size; i++)
		newlines += data[i] == '\n';
	while ((next = ac_option_next(&reader, &line)) == AC_OPTION_LINE) {
		check_line(&line);
		MUST(reader.len <= size && reader.number > last && reader.number <= newlines);
		last = reader.number;
	}
	MUST(next == AC_OPTION_BAD || reader.len == 0);
	MUST(next == AC_OPTION_END || reader.number > last);
	free(text);
	return 0;
}
