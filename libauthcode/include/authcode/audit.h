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
	int64_t seq;       /* its place in the chain; 0: it is in none */
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

/* --- the chain ----------------------------------------------------------- */

/* Records are numbered in the order in which they were written, without a gap, and each
 * carries a MAC over what it says and over the MAC before it. So whoever can write the
 * file but does not hold the key cannot change, add, move or take away a record without
 * being found out, but for the newest: for those there is the head, which somebody has to
 * keep elsewhere. doc/store.md says what exactly is covered. */

#define AUTHCODE_AUDIT_MAC_LEN 32

struct authcode_audit_part {
	const void *data;
	size_t len;
};

struct authcode_audit_key {
	uint8_t key[AUTHCODE_AUDIT_MAC_LEN];
	/* HMAC-SHA-256 over the concatenation of parts. Thread-safe. Anything but OK leaves
	 * ret untouched, and fails the operation. */
	enum authcode_err (*mac)(const uint8_t key[AUTHCODE_AUDIT_MAC_LEN],
				 const struct authcode_audit_part *parts, size_t count,
				 uint8_t ret[AUTHCODE_AUDIT_MAC_LEN]);
};

/* The newest record. */
struct authcode_audit_head {
	int64_t seq; /* 0: there has been none */
	uint8_t mac[AUTHCODE_AUDIT_MAC_LEN];
};

enum authcode_audit_fault {
	AUTHCODE_AUDIT_WHOLE = 0,
	AUTHCODE_AUDIT_MISSING,   /* there is no record of that number */
	AUTHCODE_AUDIT_CHANGED,   /* it is not what was written */
	AUTHCODE_AUDIT_UNCHAINED, /* there is a record that the chain does not know */
	AUTHCODE_AUDIT_UNANCHORED /* where the chain begins is not what was written */
};

/* A look at a stretch of the chain, from its beginning to the first fault. Behind a fault
 * another look goes on, with what the record there is stored with: a record that was
 * changed is told by itself, one behind a gap cannot be judged. */
struct authcode_audit_check {
	int64_t after_seq; /* go on behind that record; 0: from the first there is */
	bool begun;        /* behind a fault: nothing of the beginning is told again */
	uint32_t limit;    /* at least 1: records that are looked at */
	struct authcode_audit_head known; /* a head of before, kept elsewhere; seq 0: none */
	uint32_t ret_checked;
	uint32_t ret_emptied;   /* of these: whose address was taken out, as it may be */
	uint32_t ret_shortened; /* of these: whose address was shortened, as it may be */
	int64_t ret_first_seq;  /* 0: none was looked at */
	int64_t ret_last_seq;   /* there may be more: go on behind it; 0: that was all */
	bool ret_older;         /* there are records of before the chain */
	enum authcode_audit_fault ret_fault;
	int64_t ret_fault_seq;               /* 0: of no record that has a number */
	int64_t ret_fault_last;              /* MISSING: up to that one; else as ret_fault_seq */
	bool ret_resumes;                    /* there is a place behind the fault to go on from: */
	int64_t ret_resume_seq;              /* the next after_seq, with begun */
	struct authcode_audit_head ret_head; /* what this store has written or met last */
};

/* Records are chained under that key from now on, of which the store keeps a copy. To be
 * called before the first operation that wants a record: one that is written without is
 * in no chain, and a fault for ever. The key is the same whoever opens the store, and
 * outlives it. ERR_USAGE: it has another one. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_chain_audit(struct authcode_store *store, const struct authcode_audit_key *key);

/* As the op check_audit. ERR_USAGE: it has no key. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_check_audit(struct authcode_store *store, struct authcode_audit_check *check);

/* "missing", … A constant. */
AUTHCODE_API const char *authcode_audit_fault_name(enum authcode_audit_fault fault);

/* As the op list_audit. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_list_audit(struct authcode_store *store, const struct authcode_audit_query *query,
			  struct authcode_arena *arena, struct authcode_audit_page *page);

#ifdef __cplusplus
}
#endif
#endif
