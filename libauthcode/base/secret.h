/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Secrets: opaque, without a printable form, wiped when freed.
 */
#ifndef AC_BASE_SECRET_H
#define AC_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include <authcode/error.h>

#include "base/attr.h"

/* A call the optimiser does not remove. */
void ac_wipe(void *data, size_t len);

/* Constant time in the content; len is public. Callers that hold secrets of
 * unknown length compare digests. */
AC_MUST_USE bool ac_secret_equal(const void *a, const void *b, size_t len);

struct ac_secret;

/* Copies len bytes (data NULL: zeroes) into memory that is locked where the
 * system allows and left out of core dumps. A NUL is appended beyond len. */
AC_MUST_USE enum authcode_err ac_secret_new(const void *data, size_t len, struct ac_secret **ret);
void ac_secret_free(struct ac_secret **secret);

/* Borrowed; terminated text when the content is text. */
const char *ac_secret_data(const struct ac_secret *secret);
char *ac_secret_data_mut(struct ac_secret *secret);
size_t ac_secret_len(const struct ac_secret *secret);

#endif
