/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See json_out.h.
 */
#include "server/json_out.h"

#include <string.h>

#include "base/text.h"

/* How many bytes the character at text has; 0: it is no UTF-8. */
static size_t
character(const char *text, size_t left)
{
	for (size_t len = 1; len <= 4 && len <= left; len++) {
		if (ac_utf8_valid(text, len))
			return len;
	}
	return 0;
}

static void
put_string(struct ac_buf *buf, const char *text, size_t len)
{
	ac_buf_putc(buf, '"');
	for (size_t i = 0; i < len;) {
		size_t n = character(text + i, len - i);

		if (n == 0)
			ac_buf_putc(buf, '?');
		else if (text[i] == '"' || text[i] == '\\')
			ac_buf_printf(buf, "\\%c", text[i]);
		else if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			ac_buf_printf(buf, "\\u%04x", (unsigned)(unsigned char)text[i]);
		else
			ac_buf_put(buf, text + i, n);
		i += n > 0 ? n : 1;
	}
	ac_buf_putc(buf, '"');
}

/* The comma and the name; names are ours and need no escape. */
static void
begin(struct ac_json_out *out, const char *name)
{
	if (out->more)
		ac_buf_putc(out->buf, ',');
	if (name != NULL)
		ac_buf_printf(out->buf, "\"%s\":", name);
	out->more = true;
}

void
ac_out_open(struct ac_json_out *out, const char *name, char bracket)
{
	begin(out, name);
	ac_buf_putc(out->buf, bracket);
	out->more = false;
}

void
ac_out_close(struct ac_json_out *out, char bracket)
{
	ac_buf_putc(out->buf, bracket);
	out->more = true;
}

void
ac_out_text(struct ac_json_out *out, const char *name, const char *text)
{
	begin(out, name);
	put_string(out->buf, text, strlen(text));
}

void
ac_out_int(struct ac_json_out *out, const char *name, int64_t value)
{
	begin(out, name);
	ac_buf_printf(out->buf, "%lld", (long long)value);
}

void
ac_out_bool(struct ac_json_out *out, const char *name, bool value)
{
	begin(out, name);
	ac_buf_puts(out->buf, value ? "true" : "false");
}

void
ac_out_key(struct ac_json_out *out, const char *name, int64_t key)
{
	if (key == 0)
		return;
	begin(out, name);
	ac_buf_printf(out->buf, "\"%lld\"", (long long)key);
}

void
ac_out_time(struct ac_json_out *out, const char *name, int64_t time_ms)
{
	if (time_ms != 0)
		ac_out_int(out, name, time_ms / 1000);
}

void
ac_out_optional(struct ac_json_out *out, const char *name, const char *text)
{
	if (*text != '\0')
		ac_out_text(out, name, text);
}

void
ac_out_words(struct ac_json_out *out, const char *name, const char *list, char separator)
{
	const char between[] = { separator, '\0' };

	ac_out_open(out, name, '[');
	for (const char *word = list + strspn(list, between); *word != '\0';
	     word += strspn(word, between)) {
		size_t len = strcspn(word, between);

		begin(out, NULL);
		put_string(out->buf, word, len);
		word += len;
	}
	ac_out_close(out, ']');
}
