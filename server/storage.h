/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Whether what is decided can be stored. Requests that fail for that are answered 503
 * and say no more; the log says it once, with the reason, until it works again.
 */
#ifndef AC_SERVER_STORAGE_H
#define AC_SERVER_STORAGE_H

#include <stdint.h>

#include <authcode/store.h>

#include "base/attr.h"

/* So long nothing may have failed before it is said to work again: a queue that is full
 * now and then is one trouble, not many. */
#define AC_STORAGE_CALM_MS 5000

struct ac_storage;

/* NULL: no memory. */
AC_MUST_USE struct ac_storage *ac_storage_new(void);
void ac_storage_free(struct ac_storage **storage);

/* How an operation of store has ended, at now_ms of the monotonic clock. From any thread;
 * storage NULL: nobody is told. */
void ac_storage_note(struct ac_storage *storage, struct authcode_store *store,
		     const struct authcode_operation *operation, int64_t now_ms);

/* In the log, when a start has brought the database to this version's schema. */
void ac_storage_report_upgrade(const char *database, const struct authcode_store_upgrade *upgrade);

#endif
