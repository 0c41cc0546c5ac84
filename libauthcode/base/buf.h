/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A growing byte string with a hard maximum. Invariant: data[len] == '\0'
 * whenever data is not NULL. Failure (maximum or memory) is sticky: writers
 * need no check, the reader checks ac_buf_ok() once. Old blocks are wiped when
 * it grows and when it is cleared, so it may carry secrets.
 */
#ifndef AC_BASE_BUF_H
#define AC_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct ac_buf {
	char *data;
	size_t len;
	size_t capacity;
	size_t max; /* len never exceeds it */
	bool failed;
};

/* init ... clear: the struct is the caller's storage; clear leaves it reusable. */
void ac_buf_init(struct ac_buf *buf, size_t max);
void ac_buf_clear(struct ac_buf *buf);

/* What is written must not lie inside buf. */
void ac_buf_put(struct ac_buf *buf, const void *data, size_t len);
void ac_buf_puts(struct ac_buf *buf, const char *text);
void ac_buf_putc(struct ac_buf *buf, char c);
void ac_buf_printf(struct ac_buf *buf, const char *fmt, ...) AC_PRINTF(2, 3);

AC_MUST_USE bool ac_buf_ok(const struct ac_buf *buf);

/* The text so far, never NULL, borrowed until the next change. */
const char *ac_buf_text(const struct ac_buf *buf);

/* Takes the block out (caller frees with free()), leaving buf empty; NULL when
 * failed or out of memory. */
AC_MUST_USE char *ac_buf_steal(struct ac_buf *buf);

#endif
