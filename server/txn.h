/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The number of a request: made like a row key, of the time and what tells it from
 * others, so that what it has left in the database is found by it. People read it
 * off an error page and over a telephone: 13 characters without look-alikes.
 */
#ifndef AC_SERVER_TXN_H
#define AC_SERVER_TXN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

#define AC_TXN_LEN 13

/* Different for 2^21 values of count in a row. */
int64_t ac_txn_make(int64_t now_ms, uint32_t count);
int64_t ac_txn_ms(int64_t txn); /* when it was made */

/* 0 becomes "". */
void ac_txn_format(int64_t txn, char out[AC_TXN_LEN + 1]);

/* As written down: of either case, o for 0, i and l for 1, with spaces and hyphens.
 * False: it is none. */
AC_MUST_USE bool ac_txn_parse(const char *text, int64_t *ret);

#endif
