/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See form.h. Own code because libmicrohttpd's post processor and argument
 * parser accept what OAuth must refuse (NUL bytes, repeats, bad escapes).
 */
#include "base/form.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/text.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes into out, which has room for len bytes and a NUL. */
static enum authcode_err
decode(const char *data, size_t len, char *out, size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)data[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < len ? hex(data[i + 1]) : -1;
			int low = i + 2 < len ? hex(data[i + 2]) : -1;

			if (high < 0 || low < 0)
				return AUTHCODE_ERR_SYNTAX;
			c = high << 4 | low;
			i += 2;
		}
		if (c == '\0')
			return AUTHCODE_ERR_SYNTAX;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	if (!ac_utf8_valid(out, n))
		return AUTHCODE_ERR_SYNTAX;
	*ret_len = n;
	return AUTHCODE_OK;
}

static enum authcode_err
decode_pair(struct authcode_arena *arena, const char *pair, size_t len, struct ac_param *ret)
{
	const char *equals = memchr(pair, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - pair) : len;
	size_t value_len = equals != NULL ? len - name_len - 1 : 0;
	char *name = authcode_arena_alloc(arena, name_len + 1);
	char *value = authcode_arena_alloc(arena, value_len + 1);
	enum authcode_err err;

	if (name == NULL || value == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = decode(pair, name_len, name, &name_len);
	if (err == AUTHCODE_OK && equals != NULL)
		err = decode(equals + 1, value_len, value, &value_len);
	if (err != AUTHCODE_OK)
		return err;
	if (name_len > AC_MAX_PARAM_NAME || value_len > AC_MAX_PARAM_VALUE)
		return AUTHCODE_ERR_LIMIT;
	ret->name = name;
	ret->value = value;
	ret->value_len = value_len;
	return AUTHCODE_OK;
}

enum authcode_err
ac_form_decode(struct authcode_arena *arena, const char *data, size_t len, enum ac_origin origin,
	       struct ac_params *params)
{
	struct ac_param *list;
	size_t count = params->count;

	if (len == 0)
		return AUTHCODE_OK;
	list = authcode_arena_alloc(arena, AC_MAX_PARAMS * sizeof(*list));
	if (list == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (count > 0)
		memcpy(list, params->list, count * sizeof(*list));
	for (size_t at = 0, pair_len; at < len; at += pair_len + 1) {
		const char *pair = data + at;
		const char *next = memchr(pair, '&', len - at);
		enum authcode_err err;

		pair_len = next != NULL ? (size_t)(next - pair) : len - at;

		if (pair_len == 0)
			continue;
		if (count == AC_MAX_PARAMS)
			return AUTHCODE_ERR_LIMIT;
		err = decode_pair(arena, pair, pair_len, &list[count]);
		if (err != AUTHCODE_OK)
			return err;
		list[count++].origin = origin;
	}
	params->list = list;
	params->count = count;
	return AUTHCODE_OK;
}

enum authcode_err
ac_form_decode_value(struct authcode_arena *arena, const char *data, size_t len,
		     const char **ret_value)
{
	char *value = len < SIZE_MAX ? authcode_arena_alloc(arena, len + 1) : NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (value != NULL)
		err = decode(data, len, value, &len);
	if (err == AUTHCODE_OK)
		*ret_value = value;
	return err;
}

const char *
ac_params_get(const struct ac_params *params, const char *name)
{
	for (size_t i = 0; i < params->count; i++) {
		if (params->list[i].value_len > 0 && strcmp(params->list[i].name, name) == 0)
			return params->list[i].value;
	}
	return NULL;
}

size_t
ac_params_count(const struct ac_params *params, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < params->count; i++) {
		if (params->list[i].value_len > 0 && strcmp(params->list[i].name, name) == 0)
			count++;
	}
	return count;
}

static bool
one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

const char *
ac_params_repeated(const struct ac_params *params, const char *const *repeatable, size_t count)
{
	for (size_t i = 0; i < params->count; i++) {
		const char *name = params->list[i].name;

		if (ac_params_count(params, name) > 1 && !one_of(name, repeatable, count))
			return name;
	}
	return NULL;
}

bool
ac_form_is_type(const char *content_type)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const size_t len = sizeof(form) - 1;

	/* strchr() finds the NUL too: no parameters at all. */
	return content_type != NULL && strncasecmp(content_type, form, len) == 0 &&
	       strchr("; \t", content_type[len]) != NULL;
}

/* RFC 3986 §2.3 */
static bool
unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

static void
put_encoded(struct ac_buf *buf, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (unreserved(*text)) {
			ac_buf_putc(buf, *text);
		} else {
			ac_buf_putc(buf, '%');
			ac_buf_putc(buf, digits[c >> 4]);
			ac_buf_putc(buf, digits[c & 15]);
		}
	}
}

/* A query may itself end in '?': only the first one begins it (RFC 3986 §3.4). */
static bool
at_start(const struct ac_buf *buf)
{
	const char *last = buf->data + buf->len - 1;

	return *last == '&' || memchr(buf->data, '?', buf->len) == last;
}

void
ac_form_put(struct ac_buf *buf, const char *name, const char *value)
{
	if (buf->len > 0 && !at_start(buf))
		ac_buf_putc(buf, '&');
	put_encoded(buf, name);
	ac_buf_putc(buf, '=');
	put_encoded(buf, value);
}
