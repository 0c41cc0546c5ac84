/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * ui_locales and Accept-Language (RFC 9110 §12.5.4) to LANGUAGE. Of a tag (RFC 5646
 * §2.1) the language and a two-letter region are kept, since message catalogues are
 * named by nothing else; a tag that is anything but letters there is passed over.
 * Neither ever fails a request: they only choose words.
 */
#include "server/language.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

#define MAX_HEADER 512 /* what lies beyond is not read */
#define MAX_RANGES 16

struct range {
	char language[4]; /* "de" */
	char region[3];   /* "AT", or "" */
	unsigned weight;  /* thousandths; 0: not wanted */
};

static bool
letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static size_t
letters(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && letter(text[n]))
		n++;
	return n;
}

static size_t
spaces(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && (text[n] == ' ' || text[n] == '\t'))
		n++;
	return n;
}

/* qvalue = 0[.ddd] or 1[.000] (RFC 9110 §12.4.2); anything else is no wish. */
static unsigned
weight_of(const char *text, size_t len)
{
	unsigned weight, place = 100;

	if (len == 0 || len > 5 || (text[0] != '0' && text[0] != '1'))
		return 0;
	weight = text[0] == '1' ? 1000 : 0;
	if (len > 1 && text[1] != '.')
		return 0;
	for (size_t i = 2; i < len; i++, place /= 10) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		weight += (unsigned)(text[i] - '0') * place;
	}
	return weight <= 1000 ? weight : 0;
}

static unsigned
parameter(const char *text, size_t len)
{
	size_t at = spaces(text, len);

	if (at == len)
		return 1000;
	if (text[at++] != ';')
		return 0;
	at += spaces(text + at, len - at);
	if (len - at < 2 || (text[at] != 'q' && text[at] != 'Q') || text[at + 1] != '=')
		return 0;
	at += 2;
	while (len > at && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	return weight_of(text + at, len - at);
}

/* The tag's end: what is left must be a weight. */
static bool
parse_range(const char *text, size_t len, struct range *ret)
{
	struct range range = { 0 };
	size_t at = spaces(text, len), n = letters(text + at, len - at);

	if (n < 2 || n > 3)
		return false;
	for (size_t i = 0; i < n; i++)
		range.language[i] = (char)(text[at + i] | 0x20);
	at += n;
	while (at < len && text[at] == '-') {
		size_t rest = ++at;

		while (at < len && (letter(text[at]) || (text[at] >= '0' && text[at] <= '9')))
			at++;
		if (at == rest)
			return false;
		if (at - rest == 2 && letters(text + rest, 2) == 2 && range.region[0] == '\0') {
			range.region[0] = (char)(text[rest] & ~0x20);
			range.region[1] = (char)(text[rest + 1] & ~0x20);
		}
	}
	range.weight = parameter(text + at, len - at);
	*ret = range;
	return range.weight > 0;
}

/* Appends a name that is not there yet; false when it does not fit. */
static bool
append(char *out, size_t size, const char *name)
{
	size_t len = strlen(out), name_len = strlen(name);

	for (const char *at = out; *at != '\0'; at += strspn(at, ":")) {
		size_t n = strcspn(at, ":");

		if (n == name_len && memcmp(at, name, n) == 0)
			return true;
		at += n;
	}
	if (len + (len > 0) + name_len >= size)
		return false;
	(void)snprintf(out + len, size - len, "%s%s", len > 0 ? ":" : "", name);
	return true;
}

static size_t
parse_list(const char *list, char separator, struct range ranges[MAX_RANGES])
{
	size_t left = strnlen(list, MAX_HEADER), count = 0;

	while (left > 0 && count < MAX_RANGES) {
		const char *end = memchr(list, separator, left);
		size_t len = end != NULL ? (size_t)(end - list) : left;

		if (parse_range(list, len, &ranges[count]))
			count++;
		len += end != NULL;
		list += len;
		left -= len;
	}
	return count;
}

/* The most wanted one not taken yet; equals in their order. */
static struct range *
best(struct range *ranges, size_t count)
{
	struct range *found = NULL;

	for (size_t i = 0; i < count; i++) {
		if (ranges[i].weight > 0 && (found == NULL || ranges[i].weight > found->weight))
			found = &ranges[i];
	}
	return found;
}

static void
append_list(const char *list, char separator, char *out, size_t size)
{
	struct range ranges[MAX_RANGES];
	size_t count = list != NULL ? parse_list(list, separator, ranges) : 0;
	struct range *range;
	bool fits = true;

	while (fits && (range = best(ranges, count)) != NULL) {
		char name[8];

		range->weight = 0;
		(void)snprintf(name, sizeof(name), "%s%s%s", range->language,
			       range->region[0] != '\0' ? "_" : "", range->region);
		fits = append(out, size, name) && append(out, size, range->language);
	}
}

void
ac_language_choose(const char *ui_locales, const char *accept_language, char *out, size_t size)
{
	out[0] = '\0';
	append_list(ui_locales, ' ', out, size);
	append_list(accept_language, ',', out, size);
}
