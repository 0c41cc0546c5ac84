/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What all backends do with an operation before and after they apply it.
 */
#ifndef AC_STORE_OPERATION_H
#define AC_STORE_OPERATION_H

#include <stdbool.h>

#include <authcode/store.h>

#include "base/attr.h"

/* Does the caller keep the contract? OK, ERR_USAGE (a text is NULL, a time or a
 * limit is out of range, no such kind), ERR_LIMIT (a text is too long). */
AC_MUST_USE enum authcode_err ac_operation_check(const struct authcode_operation *operation);

/* As if it had never been tried: result FAILED with err, every ret_ zero. */
void ac_operation_fail(struct authcode_operation *operation, enum authcode_err err);

/* The store that ops and self make, on the heap; frees neither on failure. */
AC_MUST_USE enum authcode_err ac_store_new(const struct authcode_store_ops *ops, void *self,
					   struct authcode_store **ret);

#endif
