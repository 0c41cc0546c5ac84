/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The store contract. A backend implements struct authcode_store_ops; the
 * issuer calls it only through the functions at the end of this file. Every
 * backend must pass the contract suite in tests/store/.
 *
 * Reads see one consistent snapshot per call. Writes are whole decisions: an
 * operation is applied completely or not at all, operations on the same rows
 * are serialised, and once one is reported done it survives a crash (the
 * memory backend excepted). No transaction is ever handed to the caller.
 *
 * Keys. Rows carry 63-bit keys: 42 bits of milliseconds (of the operation's
 * now_ms), then 21 random bits, so that inserts append. The store makes them,
 * and tries another one inside the operation when a key is taken; when many are
 * taken in a row the operation fails with ERR_RANDOM.
 *
 * Every result but DONE and REPEATED leaves every ret_ member 0, and every result
 * but DONE writes nothing except the revocation of REUSED. An operation with a NULL
 * text, a time outside 1 to 2^42-1 or an unknown kind fails with ERR_USAGE, one with a
 * text over 256 KiB with ERR_LIMIT; neither reaches a backend.
 *
 * Times are Unix milliseconds from the caller; a store reads no clock. 0 means
 * "not (yet)". Expiry is exclusive: a row is dead when now_ms >= expires_ms.
 *
 * Hashes are SHA-256 of a credential, made and compared by the caller.
 */
#ifndef AUTHCODE_STORE_H
#define AUTHCODE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/audit.h>
#include <authcode/error.h>
#include <authcode/store_clients.h>
#include <authcode/store_keys.h>
#include <authcode/store_people.h>
#include <authcode/store_rows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory that read rows live in; freed whole, and wiped, by its owner. */
struct authcode_arena;

/* New: AUTHCODE_OK, or ERR_MEMORY. Grows up to max bytes (0: 64 KiB). */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err authcode_arena_new(size_t max,
								    struct authcode_arena **ret);
/* Aligned for any type, zeroed; NULL when the maximum or memory is reached. */
AUTHCODE_API void *authcode_arena_alloc(struct authcode_arena *arena, size_t size);
AUTHCODE_API void authcode_arena_free(struct authcode_arena **arena);

/* --- operations --------------------------------------------------------- */

enum authcode_result {
	AUTHCODE_RESULT_FAILED = 0, /* nothing was written; err says why. After a crash it may
				     * have been, when it was the disk that has failed */
	AUTHCODE_RESULT_DONE,
	AUTHCODE_RESULT_NOT_FOUND, /* no such row */
	AUTHCODE_RESULT_EXPIRED,  /* the row is past its time, or its family or session has ended */
	AUTHCODE_RESULT_REUSED,   /* code, device or refresh token used before: its family is now
				   * revoked */
	AUTHCODE_RESULT_CONFLICT, /* another row stands in the way */
	AUTHCODE_RESULT_REPEATED, /* done a moment ago: ret_ members name what was made then */
	AUTHCODE_RESULT_OTHER_KEY, /* what it stores is sealed under a master key that is not the
				    * one of the database any more: nothing was written */
};

enum authcode_operation_kind {
	AUTHCODE_OP_CREATE_SESSION = 1,
	AUTHCODE_OP_ISSUE_CODE,
	AUTHCODE_OP_REDEEM_CODE,
	AUTHCODE_OP_USE_REFRESH,
	AUTHCODE_OP_REVOKE_FAMILY,
	AUTHCODE_OP_REVOKE_TOKEN,
	AUTHCODE_OP_END_SESSION,
	AUTHCODE_OP_PURGE,
	AUTHCODE_OP_RETIRE_SUBJECT,
	AUTHCODE_OP_RELINK_SUBJECT,
	AUTHCODE_OP_ISSUE_CLIENT_TOKEN,
	AUTHCODE_OP_WITHDRAW_GRANT,
	AUTHCODE_OP_CREATE_DEVICE,
	AUTHCODE_OP_ANSWER_DEVICE,
	AUTHCODE_OP_POLL_DEVICE,
	AUTHCODE_OP_REDEEM_DEVICE,
	AUTHCODE_OP_RECORD_DELIVERY,
	AUTHCODE_OP_ADD_SIGNING_KEY,
	AUTHCODE_OP_FORGET_SIGNING_KEY,
	AUTHCODE_OP_STOP_SIGNING_KEY,
	AUTHCODE_OP_PUT_SECRET,
	AUTHCODE_OP_RESEAL,
	AUTHCODE_OP_USE_ONCE,
	AUTHCODE_OP_PROBE,
	AUTHCODE_OP_REVOKE_SUBJECT,
	AUTHCODE_OP_ERASE_SUBJECT,
	AUTHCODE_OP_PUT_CLIENT,
	AUTHCODE_OP_COUNT,
};

/* Telling clients of a logout. A session remembers the clients that its codes were
 * issued to, and whose devices it has allowed, with tell_logout. Whatever ends it
 * (end_session, create_session), retires its subject (retire_subject,
 * create_session, relink_subject, erase_subject), takes all of a subject back
 * (revoke_subject) or ends the client (put_client) makes a delivery for each of them in the same
 * operation, due at once, and forgets them: so none is lost in a crash, and none made
 * twice. A session whose time runs out tells nobody. */

/* Finds the live subject of (user_name, uid) or makes one with new_sub; a live
 * subject of the same name and another uid is retired. Refreshes full_name and
 * groups. The session replaces (0 or unknown: none), when it is alive and the same
 * subject's, is renewed: it keeps its id and with it its codes and families, and
 * takes the new hash, proof and ends. Any other is ended, and a session inserted.
 * Either only while its hash is replaces_hash, that of the row that was read when
 * the cookie was proved: one renewed since stays as it is, and a session is inserted
 * beside it. ends_earlier_ms not 0: unless all that the subject had was ended then or
 * since, it is ended first, as by revoke_subject but for its consents. The idle end is
 * cut to expires_ms. DONE; FAILED with ERR_USAGE when a new subject is needed and
 * new_sub was ever given to another. */
struct authcode_op_create_session {
	const char *user_name;
	uint32_t uid;
	const char *full_name;
	const char *groups;
	const char *new_sub;
	uint8_t hash[AUTHCODE_HASH_LEN];
	int64_t auth_time_ms;
	const char *acr;
	const char *amr;
	const char *claims;
	int64_t idle_expires_ms;
	int64_t expires_ms;
	int64_t replaces;
	uint8_t replaces_hash[AUTHCODE_HASH_LEN];
	int64_t ends_earlier_ms;
	int64_t ret_session_id;
	int64_t ret_subject_id;
};

/* Inserts a code for a live session, the one whose proof (acr, auth_time, …) was
 * judged: session_hash is that of the row that was read. Moves its idle end to
 * idle_expires_ms (never past its absolute end). With remember, the grant of
 * (subject, client) becomes the union of its scope and consented_scope. With
 * tell_logout, the client is told when the session ends.
 * DONE; EXPIRED when the session has ended, expired or been renewed since, or its
 * subject is retired; NOT_FOUND when there is no such session. */
struct authcode_op_issue_code {
	int64_t session_id;
	uint8_t session_hash[AUTHCODE_HASH_LEN];
	int64_t idle_expires_ms;
	bool remember;
	const char *consented_scope;
	bool tell_logout;
	const char *asked_acr; /* an acr that was judged to be satisfied by the session's, and is
				* told in its place; NULL: none */
	struct authcode_code code; /* id, subject_id, session_id, auth_time_ms, acr, amr, claims,
				    * created_ms and used_ms are the store's to fill */
	int64_t ret_code_id;
};

/* A token to insert. */
struct authcode_new_token {
	uint8_t hash[AUTHCODE_HASH_LEN];
	const char *scope;
	const char *resource;
	int64_t expires_ms; /* the store cuts it to the family's end */
	int64_t ret_id;
};

/* Uses a code, or a device that was allowed: marks it, makes its family, inserts the
 * access token and, when with_refresh, the refresh token. DONE; REUSED (it was used
 * before, whatever has died since: family revoked); EXPIRED (nothing written; also when
 * its session was ended, its subject is retired or consent was withdrawn, not when the
 * session's time has merely run out since); NOT_FOUND; CONFLICT (a device that is not
 * allowed). */
struct authcode_op_redeem {
	int64_t id; /* of the code or device, and of the family */
	int64_t family_expires_ms;
	bool detached; /* the family outlives its session (offline_access): its session_id is 0 */
	struct authcode_new_token access;
	bool with_refresh;
	struct authcode_new_token refresh;
};

#define AUTHCODE_RETRY_MAX_MS 600000

/* Uses a refresh token of a living family: inserts an access token and either
 * rotates (rotate: marks it rotated, inserts successor, and deletes the one it
 * had replaced itself, so that a family has two refresh tokens at most) or moves
 * its own end to refresh_expires_ms, cut to the family's end. DONE; REPEATED (it
 * was rotated less than retry_ms ago, and of what was given then the refresh token
 * is unused, nothing is revoked and all lives: access.ret_id and successor.ret_id
 * name it); REUSED (else, when it was rotated before, whatever has died since:
 * family revoked); EXPIRED (nothing written: it or its family is past its time or
 * revoked, its session was ended, its subject is retired, consent was withdrawn; a
 * session whose time has merely run out ends no family); NOT_FOUND (also: that is an
 * access token). A token of family_id that is not there any more was rotated, and what
 * replaced it too: REUSED. */
struct authcode_op_use_refresh {
	int64_t refresh_id;
	int64_t family_id; /* whose the caller knows it to be; 0: that is not known */
	int64_t retry_ms;  /* 0 to AUTHCODE_RETRY_MAX_MS */
	struct authcode_new_token access;
	bool rotate;
	struct authcode_new_token successor;
	int64_t refresh_expires_ms;
};

/* Revokes for good. DONE also when it was revoked before; NOT_FOUND. */
struct authcode_op_revoke_family {
	int64_t family_id;
};
struct authcode_op_revoke_token {
	int64_t token_id;
};

/* Ends a session; refresh and access tokens of its families die with it
 * (reads show the ended session; nothing else is written). DONE, NOT_FOUND. */
struct authcode_op_end_session {
	int64_t session_id;
	int64_t ret_subject_id; /* DONE: whose it was */
};

/* So that no purge holds up the operations behind it. */
#define AUTHCODE_PURGE_MAX 1000u

/* Deletes up to limit rows that can no longer matter at now_ms: access tokens
 * past their end; families past theirs with their refresh tokens, which until
 * then are evidence when rotated; codes past their end when their family is gone
 * too; devices a quarter of an hour past theirs, for whoever still asks, when their
 * family is gone too; sessions past expires_ms that no code, device or family before
 * its end names;
 * deliveries AUTHCODE_DELIVERY_KEPT_MS after they were made; what was used once, at
 * its end.
 * Subjects, grants and audit records are kept, but for audit_before_ms and shorten_before_ms.
 * In SQLite, with the first purge whose ret_deleted is below its limit, records and addresses
 * that are gone are gone from the log too, when no reader is in the way.
 * What was DONE or REUSED with consequences stays so; refusals may become NOT_FOUND. DONE. */
struct authcode_op_purge {
	uint32_t limit;          /* 1 to AUTHCODE_PURGE_MAX */
	int64_t audit_before_ms; /* audit records older than that go too; 0: none does */
	/* Of audit records older than that, the addresses of persons are shortened to their
	 * network, 24 bits of IPv4 and 48 of IPv6, of 6to4 24 of its IPv4 (what is no address
	 * goes); 0: of none. */
	int64_t shorten_before_ms;
	int64_t shortened_id; /* of records up to this one they have been */
	uint32_t ret_deleted; /* and shortened, or looked at for it; == limit: there may be more */
	int64_t ret_shortened_id; /* the shortened_id to go on with */
};

/* A family without a person, and its one access token (RFC 6749 §4.4). DONE. */
struct authcode_op_issue_client_token {
	const char *client_id;
	const char *resource; /* of the family */
	int64_t family_expires_ms;
	struct authcode_new_token access; /* its scope is that of the family too */
	int64_t ret_family_id;
};

/* The client may nothing of the subject any more: its grant is empty, and the codes
 * and families of the two made until now are dead (reads show it; nothing else is
 * written). DONE also when there was nothing; NOT_FOUND: no such subject. */
struct authcode_op_withdraw_grant {
	int64_t subject_id;    /* 0: the live subject of user_name */
	const char *user_name; /* read only then; else it may be NULL */
	const char *client_id;
};

/* Inserts a device, pending. DONE; CONFLICT (a row has that user code); FAILED with
 * ERR_LIMIT when max_pending of this client are pending and before their end. */
struct authcode_op_create_device {
	uint32_t max_pending;          /* 0: any number */
	struct authcode_device device; /* hash, user_code_hash, client_id, scope, resource,
					* interval_ms and expires_ms; the rest is the store's */
	int64_t ret_device_id;
};

/* Answers for a pending device. With allow by the live session whose proof was
 * judged: session_hash is that of the row that was read; subject, acr and the rest
 * become the device's, the idle end moves, and with tell_logout the client is told when
 * the session ends, as for issue_code. A denial needs no session. DONE; CONFLICT (it
 * is not pending any more); EXPIRED (it is past its time; or the session has ended,
 * expired or been renewed since, or its subject is retired); NOT_FOUND: no such
 * device. */
struct authcode_op_answer_device {
	int64_t device_id;
	bool allow;
	int64_t session_id;
	uint8_t session_hash[AUTHCODE_HASH_LEN];
	int64_t idle_expires_ms;
	bool tell_logout;
};

/* How much the interval grows with a poll that comes too fast (RFC 8628 §3.5). */
#define AUTHCODE_DEVICE_SLOW_DOWN_MS 5000

/* Notes that a pending device was asked about. DONE; CONFLICT (it is not pending
 * any more); EXPIRED; NOT_FOUND. */
struct authcode_op_poll_device {
	int64_t device_id;
	bool ret_too_fast; /* less than its interval after the last one: it has grown */
};

/* One more try of a delivery: delivered, or to be tried again at next_ms (0: never
 * more; ignored when delivered). The first success stays: what is recorded after it
 * changes nothing. DONE, NOT_FOUND. */
struct authcode_op_record_delivery {
	int64_t delivery_id;
	bool delivered;
	uint32_t status;
	int64_t next_ms;
};

/* Uses what a client may use once, such as the jti of an assertion, and remembers
 * it until expires_ms. DONE; REUSED (remembered, and before its end: nothing is
 * written); EXPIRED (expires_ms is over); FAILED with ERR_LIMIT when max of this
 * client are remembered, until a purge has made room. */
struct authcode_op_use_once {
	const char *client_id;
	uint8_t hash[AUTHCODE_HASH_LEN]; /* of what is used */
	int64_t expires_ms;
	uint32_t max; /* at least 1 */
};

/* AUTHCODE_OP_PROBE has no arguments: it writes one number over the last one, to see
 * that what is written is kept. DONE. */

/* One word for logs, such as "redeem_code"; "unknown" for what is none. Static. Thread-safe. */
AUTHCODE_API const char *authcode_operation_name(enum authcode_operation_kind kind);

struct authcode_operation {
	enum authcode_operation_kind kind;
	int64_t now_ms;
	struct authcode_audit audit;
	union {
		struct authcode_op_create_session create_session;
		struct authcode_op_issue_code issue_code;
		struct authcode_op_redeem redeem_code;
		struct authcode_op_use_refresh use_refresh;
		struct authcode_op_revoke_family revoke_family;
		struct authcode_op_revoke_token revoke_token;
		struct authcode_op_end_session end_session;
		struct authcode_op_purge purge;
		struct authcode_op_retire_subject retire_subject;
		struct authcode_op_relink_subject relink_subject;
		struct authcode_op_issue_client_token issue_client_token;
		struct authcode_op_withdraw_grant withdraw_grant;
		struct authcode_op_create_device create_device;
		struct authcode_op_answer_device answer_device;
		struct authcode_op_poll_device poll_device;
		struct authcode_op_redeem redeem_device;
		struct authcode_op_record_delivery record_delivery;
		struct authcode_op_add_signing_key add_signing_key;
		struct authcode_op_forget_signing_key forget_signing_key;
		struct authcode_op_stop_signing_key stop_signing_key;
		struct authcode_op_put_secret put_secret;
		struct authcode_op_reseal reseal;
		struct authcode_op_use_once use_once;
		struct authcode_op_revoke_subject revoke_subject;
		struct authcode_op_erase_subject erase_subject;
		struct authcode_op_put_client put_client;
	} u;
	/* Filled by the store before done is called. */
	enum authcode_result result;
	enum authcode_err err; /* result FAILED: why */
	/* Called exactly once, from any thread, when the operation is durable or
	 * has failed; set by authcode_store_submit(). */
	void (*done)(struct authcode_operation *operation, void *arg);
	void *arg;
	struct authcode_operation *next; /* the store's own, while it holds the operation */
};

/* --- what a backend implements ------------------------------------------ */

/* What is written to, and how the writing goes since the store was opened. */
struct authcode_store_stats {
	int schema;          /* the version of its tables; 0: it has no file */
	uint64_t operations; /* that were done or have failed */
	uint64_t failures;   /* of these */
	uint64_t batches;    /* in which they were made durable together */
	uint64_t queued;     /* that wait now */
	const char *problem; /* why the last one failed that could not be written, a
			      * constant; NULL: none has */
};
struct authcode_list;   /* <authcode/list.h> */
struct authcode_listed; /* likewise */

struct authcode_store_ops {
	uint32_t version; /* AUTHCODE_STORE_VERSION */
	uint32_t size;    /* sizeof(struct authcode_store_ops); grows only at the end */
	const char *name; /* "memory", "sqlite" */

	/* Takes the operation and returns at once; calls operation->done exactly
	 * once, possibly before returning. Never fails: failure is a result. Keeps
	 * submission order for operations of one thread. */
	void (*submit)(void *self, struct authcode_operation *operation);

	/* Reads. AUTHCODE_OK and *ret filled, or ERR_NOT_FOUND, ERR_MEMORY,
	 * ERR_STORE with *ret untouched. Expired, used, ended and revoked rows are
	 * returned as they are: the caller judges. Thread-safe. A read that begins
	 * after an operation was reported done sees it. */
	enum authcode_err (*find_session)(void *self, int64_t id, struct authcode_arena *arena,
					  struct authcode_session_view *ret);
	enum authcode_err (*find_grant)(void *self, int64_t subject_id, const char *client_id,
					struct authcode_arena *arena, struct authcode_grant *ret);
	enum authcode_err (*find_code)(void *self, int64_t id, struct authcode_arena *arena,
				       struct authcode_code_view *ret);
	enum authcode_err (*find_token)(void *self, int64_t id, struct authcode_arena *arena,
					struct authcode_token_view *ret);

	/* Waits until every submitted operation is done, then frees everything. */
	void (*close)(void *self);

	/* Live subjects with an id above after_id of which something can still be
	 * honoured at now_ms (a session, code, allowed device or family before its end), in
	 * ascending order of id: up to capacity of them in ret, their number in
	 * *ret_count. On failure *ret_count is untouched and ret holds nothing of use. */
	enum authcode_err (*list_subjects)(void *self, int64_t now_ms, int64_t after_id,
					   struct authcode_arena *arena,
					   struct authcode_subject *ret, size_t capacity,
					   size_t *ret_count);

	/* As the reads above; by the hash of a user code in the second. */
	enum authcode_err (*find_device)(void *self, int64_t id, struct authcode_arena *arena,
					 struct authcode_device_view *ret);
	enum authcode_err (*find_user_code)(void *self, const uint8_t hash[AUTHCODE_HASH_LEN],
					    struct authcode_arena *arena,
					    struct authcode_device_view *ret);
	enum authcode_err (*find_delivery)(void *self, int64_t id, struct authcode_arena *arena,
					   struct authcode_delivery_view *ret);

	/* Deliveries that are to be tried no later than until_ms, the earliest first, and
	 * of no client more than per_client, its earliest: up to capacity of them in ret,
	 * their number in *ret_count. So a client that takes none does not hide those of
	 * the others, however many it has. On failure as list_subjects. */
	enum authcode_err (*list_deliveries)(void *self, int64_t until_ms, uint32_t per_client,
					     struct authcode_arena *arena,
					     struct authcode_delivery_view *ret, size_t capacity,
					     size_t *ret_count);
	/* All signing keys that are not forgotten, in ascending order of id. ERR_LIMIT:
	 * there are more than capacity. On failure as list_subjects. */
	enum authcode_err (*list_signing_keys)(void *self, struct authcode_arena *arena,
					       struct authcode_signing_key *ret, size_t capacity,
					       size_t *ret_count);
	/* All that is sealed, by place and name. As list_signing_keys. */
	enum authcode_err (*list_sealed)(void *self, struct authcode_arena *arena,
					 struct authcode_sealed *ret, size_t capacity,
					 size_t *ret_count);
	/* Audit records. On failure page holds nothing of use. */
	enum authcode_err (*list_audit)(void *self, const struct authcode_audit_query *query,
					struct authcode_arena *arena,
					struct authcode_audit_page *page);
	/* From any thread, without waiting for one. */
	void (*stats)(void *self, struct authcode_store_stats *ret);

	/* authcode_store_list() and authcode_store_find_subject() of <authcode/list.h>,
	 * with arguments that keep its rules. */
	enum authcode_err (*list)(void *self, struct authcode_list *list,
				  struct authcode_arena *arena, struct authcode_listed *ret);
	enum authcode_err (*find_subject)(void *self, const char *user_name, const char *sub,
					  struct authcode_arena *arena,
					  struct authcode_subject *ret);
	/* Clients, removed ones too, whose id comes after after_id ("": from the first),
	 * in ascending order of the bytes of their ids: up to capacity of them in ret, their
	 * number in *ret_count. On failure as list_subjects. */
	enum authcode_err (*list_clients)(void *self, const char *after_id,
					  struct authcode_arena *arena,
					  struct authcode_stored_client *ret, size_t capacity,
					  size_t *ret_count);
	/* authcode_store_chain_audit() and authcode_store_check_audit() of
	 * <authcode/audit.h>. A check fails as the reads above. */
	enum authcode_err (*chain_audit)(void *self, const struct authcode_audit_key *key);
	enum authcode_err (*check_audit)(void *self, struct authcode_audit_check *check);
};

#define AUTHCODE_STORE_VERSION 3u

/* From malloc(); authcode_store_close() frees it after ops->close(self). */
struct authcode_store {
	const struct authcode_store_ops *ops;
	void *self;
};

/* --- backends ----------------------------------------------------------- */

/* Random bits of row keys; fill NULL: the kernel's generator. Tests give a
 * generator that collides. */
struct authcode_store_random {
	enum authcode_err (*fill)(void *ctx, void *buf, size_t len);
	void *ctx;
};

/* The readable reference: everything in memory, lost at close. Thread-safe. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_memory_open(const struct authcode_store_random *random,
			   struct authcode_store **ret_store);

/* Versions of the schema; both 0: it was of this version already, or is new. The copy that was
 * made before is beside the file: PATH.schema-FROM. */
struct authcode_store_upgrade {
	int from, to;
};

struct authcode_store_sqlite_settings {
	const char *path;
	bool create; /* make a new database when the file does not exist; never replaces one */
	/* Nothing else in this process uses SQLite, and nobody has yet: its count of the memory it
	 * has, behind one lock for all threads, is turned off (SQLITE_CONFIG_MEMSTATUS). */
	bool owns_sqlite;
	struct authcode_store_random random;
	struct authcode_store_upgrade *ret_upgrade; /* may be NULL */
};

/* SQLite: WAL, synchronous=FULL. ERR_NOT_FOUND without create, ERR_FOREIGN
 * (another application's file, empty, damaged, or no regular file), ERR_NEWER,
 * ERR_IO (also: another owner, or a mode that lets others in), ERR_MEMORY. reason
 * (may be NULL) names the file and what to do. New: close with
 * authcode_store_close(). Do not use it on both sides of a fork(). */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_sqlite_open(const struct authcode_store_sqlite_settings *settings,
			   struct authcode_store **ret_store, struct authcode_reason *reason);

/* --- what the issuer and the host call ---------------------------------- */

/* Hands the operation to the store; done(operation, arg) is called once. */
AUTHCODE_API void authcode_store_submit(struct authcode_store *store,
					struct authcode_operation *operation,
					void (*done)(struct authcode_operation *, void *),
					void *arg);

/* Submits and blocks until done. */
AUTHCODE_API void authcode_store_perform(struct authcode_store *store,
					 struct authcode_operation *operation);

/* As the ops above. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_find_session(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			    struct authcode_session_view *ret);
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_find_grant(struct authcode_store *store, int64_t subject_id, const char *client_id,
			  struct authcode_arena *arena, struct authcode_grant *ret);
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_find_code(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			 struct authcode_code_view *ret);
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_find_token(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			  struct authcode_token_view *ret);
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_list_subjects(struct authcode_store *store, int64_t now_ms, int64_t after_id,
			     struct authcode_arena *arena, struct authcode_subject *ret,
			     size_t capacity, size_t *ret_count);
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_find_device(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			   struct authcode_device_view *ret);
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_find_user_code(struct authcode_store *store, const uint8_t hash[AUTHCODE_HASH_LEN],
			      struct authcode_arena *arena, struct authcode_device_view *ret);
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_list_signing_keys(struct authcode_store *store, struct authcode_arena *arena,
				 struct authcode_signing_key *ret, size_t capacity,
				 size_t *ret_count);

/* As the op above. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_list_clients(struct authcode_store *store, const char *after_id,
			    struct authcode_arena *arena, struct authcode_stored_client *ret,
			    size_t capacity, size_t *ret_count);

/* As the ops above. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_find_delivery(struct authcode_store *store, int64_t id, struct authcode_arena *arena,
			     struct authcode_delivery_view *ret);
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_list_deliveries(struct authcode_store *store, int64_t until_ms, uint32_t per_client,
			       struct authcode_arena *arena, struct authcode_delivery_view *ret,
			       size_t capacity, size_t *ret_count);
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_list_sealed(struct authcode_store *store, struct authcode_arena *arena,
			   struct authcode_sealed *ret, size_t capacity, size_t *ret_count);

/* As the op above. */
AUTHCODE_API void authcode_store_stats(struct authcode_store *store,
				       struct authcode_store_stats *ret);

/* No submit or read may be under way or follow. NULL-safe, sets NULL. */
AUTHCODE_API void authcode_store_close(struct authcode_store **store);

#ifdef __cplusplus
}
#endif
#endif
