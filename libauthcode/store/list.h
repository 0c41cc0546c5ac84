/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What lists of every backend share: which rows are wanted.
 */
#ifndef AC_STORE_LIST_H
#define AC_STORE_LIST_H

#include <authcode/list.h>

#include "base/attr.h"

/* Whose a row is. name: of its client, of a subject its account; "" when it has none. */
AC_MUST_USE bool ac_list_wants(const struct authcode_list *list, int64_t subject_id,
			       const char *name);

#endif
