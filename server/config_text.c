/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_text.h. One pass over the text, token by token; it looks at
 * three tokens at most and leaves the grammar itself to libconfuse.
 */
#include "server/config_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "base/uri.h"
#include "server/config_options.h"

#define BARE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/@~%"

enum token {
	TOKEN_NONE,
	TOKEN_WORD,
	TOKEN_STRING,
	TOKEN_EQUALS,
	TOKEN_COMMA,
	TOKEN_OPEN,
	TOKEN_CLOSE,
};

struct scan {
	struct ac_config_text *text;
	struct authcode_arena *arena;
	struct authcode_reason *reason;
	char *p;
	struct ac_place place;   /* of p */
	enum token last, before; /* the last token and the one before it */
	const char *word;        /* the last TOKEN_WORD */
	size_t word_len;
	struct ac_span previous; /* the one before it */
	const char *section;     /* of the block that is open */
	unsigned block_line;     /* where it begins, or 0 */
	unsigned list_line;      /* the list that is open, or 0 */
	struct ac_config_block *blocks;
	unsigned seen_outside[AC_OPTION_COUNT_MAX]; /* lines */
	unsigned seen_in_block[AC_OPTION_COUNT_MAX];
};

/* p is at the first character of a comment; all of it but newlines becomes
 * spaces. */
static bool
blank_comment(struct scan *s)
{
	const bool block = s->p[0] == '/' && s->p[1] == '*';
	const char *end = block ? strstr(s->p + 2, "*/") : strchr(s->p, '\n');

	if (end == NULL)
		return ac_config_refuse(s->reason, &s->place,
					"the comment that begins here is not closed");
	if (block)
		end += 2;
	for (; s->p < end; s->p++) {
		if (*s->p == '\n')
			s->place.line++;
		else
			*s->p = ' ';
	}
	return true;
}

static bool
skip_string(struct scan *s)
{
	const char quote = *s->p++;

	for (; *s->p != quote; s->p++) {
		if (*s->p == '\n')
			return ac_config_refuse(s->reason, &s->place,
						"the quote %c is not closed on its line", quote);
		if (*s->p == '\\' && (quote == '"' || s->p[1] == '\'' || s->p[1] == '\\')) {
			if (s->p[1] != '\\' && s->p[1] != quote && s->p[1] != '$')
				return ac_config_refuse(
					s->reason, &s->place,
					"only \\\\, \\\" and \\$ are escapes in double quotes");
			s->p++;
		} else if (quote == '"' && *s->p == '$' && s->p[1] == '{') {
			return ac_config_refuse(s->reason, &s->place,
						"${ in double quotes would be replaced from the "
						"environment; use single quotes");
		}
	}
	s->p++;
	return true;
}

/* A setting: known, and the first of its name in this block. */
static bool
accept_setting(struct scan *s)
{
	bool inside = s->block_line != 0;
	unsigned *seen = inside ? s->seen_in_block : s->seen_outside;
	const struct ac_option *option =
		ac_option_find(inside ? s->section : "", s->word, s->word_len);
	int len = s->word_len < 64 ? (int)s->word_len : 64;
	size_t i;

	if (!inside && s->text->clients_only)
		return ac_config_refuse(s->reason, &s->place,
					"%.*s: only client blocks belong in clients.d", len,
					s->word);
	if (option == NULL)
		return ac_config_refuse(
			s->reason, &s->place,
			"%.*s: no such option %s%s%s; authcode.conf(5) has the list", len, s->word,
			inside ? "in a " : "outside a block", inside ? s->section : "",
			inside ? " block" : "");
	i = ac_option_index(option);
	if (seen[i] != 0)
		return ac_config_refuse(s->reason, &s->place, "%.*s: already set on line %u", len,
					s->word, seen[i]);
	seen[i] = s->place.line;
	return true;
}

/* The word before the title; libconfuse refuses what is no section. */
static const char *
section_name(const struct scan *s)
{
	static const char *const sections[] = { "client", "service", "resource" };
	const struct ac_span word =
		s->last == TOKEN_STRING ? (struct ac_span){ s->word, s->word_len } : s->previous;

	for (size_t i = 0; i < AC_ARRAY_SIZE(sections); i++) {
		if (s->before == TOKEN_WORD && ac_span_is(word, sections[i]))
			return sections[i];
	}
	return sections[0];
}

/* Room doubles at every power of two; the arena keeps the old array. */
static bool
note_block(struct scan *s)
{
	size_t count = s->text->block_count;
	struct ac_config_block *blocks;

	if ((count & (count - 1)) == 0) {
		blocks = authcode_arena_alloc(s->arena,
					      (count == 0 ? 1 : count * 2) * sizeof(*blocks));
		if (blocks == NULL)
			return false;
		if (count > 0)
			memcpy(blocks, s->blocks, count * sizeof(*blocks));
		s->blocks = blocks;
	}
	s->blocks[count] = (struct ac_config_block){ s->section, s->place.line };
	s->text->block_count++;
	return true;
}

static bool
open_brace(struct scan *s)
{
	if (s->last == TOKEN_EQUALS) {
		s->list_line = s->place.line;
		return true;
	}
	if (s->block_line != 0 || s->list_line != 0)
		return ac_config_refuse(s->reason, &s->place,
					"a block inside the one that begins on line %u",
					s->block_line != 0 ? s->block_line : s->list_line);
	s->block_line = s->place.line;
	s->section = section_name(s);
	if (s->text->clients_only && strcmp(s->section, "client") != 0)
		return ac_config_refuse(s->reason, &s->place,
					"%s: only client blocks belong in clients.d", s->section);
	memset(s->seen_in_block, 0, sizeof(s->seen_in_block));
	return note_block(s);
}

static bool
close_brace(struct scan *s)
{
	if (s->list_line != 0) {
		if (s->last == TOKEN_OPEN)
			return ac_config_refuse(s->reason, &s->place,
						"an empty list; leave the option out instead");
		s->list_line = 0;
		return true;
	}
	if (s->block_line == 0)
		return ac_config_refuse(s->reason, &s->place, "} closes nothing");
	s->block_line = 0;
	return true;
}

static bool
take(struct scan *s, enum token token)
{
	bool ok = true;

	switch (token) {
	case TOKEN_EQUALS:
		if (s->list_line == 0 && s->last == TOKEN_WORD)
			ok = accept_setting(s);
		else if (s->list_line == 0 && s->last == TOKEN_STRING)
			ok = ac_config_refuse(s->reason, &s->place,
					      "the name of an option takes no quotes");
		break;
	case TOKEN_OPEN:
		ok = open_brace(s);
		break;
	case TOKEN_CLOSE:
		ok = close_brace(s);
		break;
	case TOKEN_NONE:
	case TOKEN_WORD:
	case TOKEN_STRING:
	case TOKEN_COMMA:
		break;
	}
	s->before = s->last;
	s->last = token;
	return ok;
}

static bool
next(struct scan *s)
{
	const char c = *s->p;

	switch (c) {
	case '\n':
		s->place.line++;
		s->p++;
		return true;
	case '\r':
		*s->p++ = ' ';
		return true;
	case ' ':
	case '\t':
		s->p++;
		return true;
	case '"':
	case '\'':
		return skip_string(s) && take(s, TOKEN_STRING);
	case '=':
		s->p++;
		return take(s, TOKEN_EQUALS);
	case ',':
		s->p++;
		return take(s, TOKEN_COMMA);
	case '{':
		s->p++;
		return take(s, TOKEN_OPEN);
	case '}':
		s->p++;
		return take(s, TOKEN_CLOSE);
	default:
		break;
	}
	if (c == '#' || (c == '/' && (s->p[1] == '/' || s->p[1] == '*')))
		return blank_comment(s);
	s->previous = (struct ac_span){ s->word, s->word_len };
	s->word = s->p;
	s->word_len = strspn(s->p, BARE);
	s->p += s->word_len;
	if (s->word_len > 0)
		return take(s, TOKEN_WORD);
	if (c == '$')
		return ac_config_refuse(s->reason, &s->place,
					"$ outside quotes; use single quotes");
	if (c > ' ' && c < 0x7f)
		return ac_config_refuse(s->reason, &s->place, "%c outside quotes; quote the value",
					c);
	return ac_config_refuse(s->reason, &s->place, "a character past ASCII outside quotes");
}

/* Valid UTF-8, and no control character but newline, tab and carriage return
 * (which an editor may have put before a newline). */
static bool
characters_ok(struct scan *s)
{
	char *p = s->text->data, *end = p + s->text->len;

	for (; p < end; s->place.line++) {
		char *newline = memchr(p, '\n', (size_t)(end - p));

		for (char *q = p; q < newline; q++) {
			unsigned char c = (unsigned char)*q;

			if ((c < ' ' && c != '\t' && (c != '\r' || q + 1 != newline)) || c == 0x7f)
				return ac_config_refuse(s->reason, &s->place,
							"control character 0x%02x", c);
		}
		if (!ac_utf8_valid(p, (size_t)(newline - p)))
			return ac_config_refuse(s->reason, &s->place, "not valid UTF-8");
		p = newline + 1;
	}
	s->place.line = 1;
	return true;
}

enum authcode_err
ac_config_text_prepare(struct ac_config_text *text, struct authcode_arena *arena,
		       struct authcode_reason *reason)
{
	struct scan s = { .text = text,
			  .arena = arena,
			  .reason = reason,
			  .p = text->data,
			  .place = { .file = text->file, .line = 1 } };
	bool ok = characters_ok(&s);

	text->block_count = 0;
	while (ok && *s.p != '\0')
		ok = next(&s);
	text->blocks = s.blocks;
	if (!ok)
		return reason->text[0] != '\0' ? AUTHCODE_ERR_CONFIG : AUTHCODE_ERR_MEMORY;
	s.place.line = s.list_line != 0 ? s.list_line : s.block_line;
	if (s.place.line == 0)
		return AUTHCODE_OK;
	ac_config_refuse(reason, &s.place, "the { that opens here is not closed");
	return AUTHCODE_ERR_CONFIG;
}

unsigned
ac_config_text_block_line(const struct ac_config_text *text, const char *section, size_t number)
{
	for (size_t i = 0; i < text->block_count; i++) {
		if (strcmp(text->blocks[i].section, section) == 0 && number-- == 0)
			return text->blocks[i].line;
	}
	return 0;
}
