/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Audit records: what was decided, left in the store by the operation that has
 * decided it (<authcode/store.h>). A record names a person by the subject, so that
 * whoever renames or erases that has done so in every record.
 */
#ifndef AUTHCODE_AUDIT_H
#define AUTHCODE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct authcode_arena;     /* <authcode/store.h> */
struct authcode_operation; /* likewise */
struct authcode_store;     /* likewise */

/* What the record of an operation says beside its kind and result. With wanted, an
 * operation that has an event (authcode_audit_event()) leaves exactly one record in the
 * same moment, or fails as a whole; one without leaves none. */
struct authcode_audit {
	bool wanted;
	int64_t txn;           /* of the request; 0: none */
	const char *client_id; /* this and the next: NULL is "" */
	const char *rhost;
	const char *reason;
	int64_t subject_id; /* 0: nobody, or whom the operation finds or makes */
	bool by_admin;      /* admin_uid has asked for it */
	uint32_t admin_uid;
	const char *user_name; /* for the host's log, not stored; or NULL */
};

/* What was decided, and left with the decision. */
struct authcode_audit_record {
	int64_t id;
	const char *event; /* "token_issued"; doc/log.md has the list */
	int64_t txn;       /* of the request; 0: none */
	const char *client_id;
	int64_t subject_id;    /* 0: nobody */
	const char *user_name; /* as the subject is called now; "" when there is none */
	int64_t object_id;     /* the session, family, device or key it is about; 0: none */
	const char *rhost;
	const char *reason;
	bool by_admin; /* somebody has asked for it who administers: */
	uint32_t admin_uid;
	int64_t created_ms;
};

/* Which audit records, the newest first. NULL and 0: any. */
struct authcode_audit_query {
	int64_t before_id; /* those that a page before has not shown: its next_id */
	int64_t since_ms;
	int64_t until_ms; /* exclusive */
	int64_t txn;
	const char *client_id;
	const char *user_name; /* as the subject is called now */
	int64_t subject_id;
	uint32_t examine; /* at least 1: how many are looked at for a page */
};

struct authcode_audit_page {
	struct authcode_audit_record *records; /* the caller's, room for capacity of them */
	size_t capacity;
	size_t count;    /* filled by the store */
	int64_t next_id; /* 0: that were all; else there may be more */
};

/* The event of an operation that is done: its record's, and the host's log's. NULL:
 * its outcome has none. A constant. */
AUTHCODE_API const char *authcode_audit_event(const struct authcode_operation *operation);

/* As the op list_audit. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_list_audit(struct authcode_store *store, const struct authcode_audit_query *query,
			  struct authcode_arena *arena, struct authcode_audit_page *page);

#ifdef __cplusplus
}
#endif
#endif
