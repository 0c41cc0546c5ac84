/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Which record a decision leaves. One table for every backend: an operation that
 * has a row leaves one record, in the same moment, or is not done at all.
 */
#ifndef AC_STORE_AUDIT_H
#define AC_STORE_AUDIT_H

#include <authcode/store.h>

#include "base/attr.h"

/* The record of an operation whose result and ret_ members are set; texts are borrowed
 * from it, id and user_name are left out. False: it leaves none. */
AC_MUST_USE bool ac_audit_of(const struct authcode_operation *operation,
			     struct authcode_audit_record *ret);

/* May it leave one, whatever its result is going to be? */
AC_MUST_USE bool ac_audit_may(const struct authcode_operation *operation);

/* Which client it is about; "" when it is none. */
const char *ac_audit_client(const struct authcode_operation *operation);

/* Does the query ask for that record? */
AC_MUST_USE bool ac_audit_matches(const struct authcode_audit_query *query,
				  const struct authcode_audit_record *record);

/* Of the records that the query looks at: id is below first and not below last. */
void ac_audit_range(const struct authcode_audit_query *query, int64_t *ret_first,
		    int64_t *ret_last);

/* The least key that a row of that millisecond can have. */
int64_t ac_audit_key(int64_t ms);

#endif
