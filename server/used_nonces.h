/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The nonces of sign-in pages whose password has been evaluated: none is
 * evaluated a second time. Two generations are kept, so that a nonce is
 * remembered for keep_ms at least. When more come than fit, the older
 * generation goes early, and every page made before it was closed counts as
 * expired from then on: memory is bounded and a forgotten nonce opens nothing.
 * Not for several threads at once.
 */
#ifndef AC_SERVER_USED_NONCES_H
#define AC_SERVER_USED_NONCES_H

#include <stdbool.h>
#include <stdint.h>

#include <authcode/exchange.h>

#include "base/attr.h"

struct ac_nonce_set {
	uint8_t (*slots)[AUTHCODE_NONCE_LEN]; /* all zero: free */
	size_t capacity;                      /* a power of two, or 0 */
	size_t count;
};

struct ac_used_nonces {
	struct ac_nonce_set now, before;
	int64_t keep_ms;
	int64_t began_ms; /* when the generation "now" was opened */
	int64_t floor_ms; /* pages made before this are not judged any more */
	size_t max;       /* per generation */
};

enum ac_nonce_state {
	AC_NONCE_USED = 0,
	AC_NONCE_TOO_OLD, /* its page was made before what is remembered */
	AC_NONCE_NEW,
};

/* Times are Unix milliseconds. */
void ac_used_nonces_init(struct ac_used_nonces *used, int64_t keep_ms, size_t max, int64_t now_ms);
void ac_used_nonces_clear(struct ac_used_nonces *used);

AC_MUST_USE enum ac_nonce_state ac_used_nonces_check(const struct ac_used_nonces *used,
						     const uint8_t nonce[AUTHCODE_NONCE_LEN],
						     int64_t page_created_ms);
/* False (out of memory): it is not remembered, so it must not be evaluated. */
AC_MUST_USE bool ac_used_nonces_add(struct ac_used_nonces *used,
				    const uint8_t nonce[AUTHCODE_NONCE_LEN], int64_t now_ms);

#endif
