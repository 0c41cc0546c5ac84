/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Two reads of a row, held against each other.
 */
#ifndef TESTS_STORE_SAME_ROWS_H
#define TESTS_STORE_SAME_ROWS_H

#include <authcode/store.h>

/* Every member, so that "nothing was written" means it. */
void assert_same_subject(const struct authcode_subject *a, const struct authcode_subject *b);
void assert_same_session(const struct authcode_session_view *a,
			 const struct authcode_session_view *b);
void assert_same_code(const struct authcode_code_view *a, const struct authcode_code_view *b);
void assert_same_token(const struct authcode_token_view *a, const struct authcode_token_view *b);
void assert_same_delivery(const struct authcode_delivery_view *a,
			  const struct authcode_delivery_view *b);

#endif
