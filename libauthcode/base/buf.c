/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See buf.h. Growing allocates, copies and wipes: realloc() would leave the
 * old block readable.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#define FIRST_CAPACITY 256

void
ac_buf_init(struct ac_buf *buf, size_t max)
{
	*buf = (struct ac_buf){ .max = max };
}

static void
release(struct ac_buf *buf)
{
	if (buf->data != NULL)
		ac_wipe(buf->data, buf->capacity);
	free(buf->data);
	buf->data = NULL;
	buf->len = 0;
	buf->capacity = 0;
}

void
ac_buf_clear(struct ac_buf *buf)
{
	release(buf);
	buf->failed = false;
}

/* Makes room for len more bytes and the NUL. */
static bool
reserve(struct ac_buf *buf, size_t len)
{
	size_t need, capacity;
	char *data;

	if (buf->failed || len > buf->max - buf->len || len >= SIZE_MAX - buf->len) {
		buf->failed = true;
		return false;
	}
	need = buf->len + len + 1;
	if (need <= buf->capacity)
		return true;
	capacity = buf->capacity == 0 ? FIRST_CAPACITY : buf->capacity * 2;
	if (capacity > buf->max)
		capacity = buf->max + 1;
	if (capacity < need)
		capacity = need;
	data = malloc(capacity);
	if (data == NULL) {
		buf->failed = true;
		return false;
	}
	if (buf->len > 0)
		memcpy(data, buf->data, buf->len);
	if (buf->data != NULL)
		ac_wipe(buf->data, buf->capacity);
	free(buf->data);
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void
ac_buf_put(struct ac_buf *buf, const void *data, size_t len)
{
	if (!reserve(buf, len))
		return;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
ac_buf_puts(struct ac_buf *buf, const char *text)
{
	ac_buf_put(buf, text, strlen(text));
}

void
ac_buf_putc(struct ac_buf *buf, char c)
{
	ac_buf_put(buf, &c, 1);
}

void
ac_buf_printf(struct ac_buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0) {
		buf->failed = true;
		return;
	}
	if (!reserve(buf, (size_t)len))
		return;
	va_start(args, fmt);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
}

bool
ac_buf_ok(const struct ac_buf *buf)
{
	return !buf->failed;
}

const char *
ac_buf_text(const struct ac_buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}

char *
ac_buf_steal(struct ac_buf *buf)
{
	char *data = NULL;

	if (reserve(buf, 0)) {
		data = buf->data;
		data[buf->len] = '\0';
		buf->data = NULL;
	}
	release(buf);
	return data;
}
