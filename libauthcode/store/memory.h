/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The memory store's inside: its tables, and what its reads and operations
 * share. One mutex guards it all; every function here is called with it held.
 */
#ifndef AC_STORE_MEMORY_H
#define AC_STORE_MEMORY_H

#include <pthread.h>
#include <stdbool.h>

#include <authcode/store.h>

#include "store/audit_chain.h"
#include "store/memory_table.h"

struct ac_memory_grant {
	struct ac_memory_grant *next;
	struct authcode_grant *row;
};

/* A client that a session is to tell of its end. */
struct ac_memory_listener {
	struct ac_memory_listener *next;
	int64_t session_id;
	char client_id[];
};

struct ac_memory_replay {
	struct ac_memory_replay *next;
	uint8_t hash[AUTHCODE_HASH_LEN];
	int64_t forget_ms;
	char client_id[];
};

struct ac_memory_secret {
	int64_t id; /* one after the other */
	const char *name;
	const char *sealed;
};

/* A record of the audit, and its place in the chain. */
struct ac_memory_record {
	struct authcode_audit_record record;
	struct ac_audit_link link;
};

/* A client that was ended, and the last time. */
struct ac_memory_end {
	struct ac_memory_end *next;
	int64_t ended_ms;
	char client_id[];
};

/* In ascending order of the id. */
struct ac_memory_client {
	struct ac_memory_client *next;
	struct authcode_stored_client *row;
};

struct ac_memory {
	pthread_mutex_t mutex;
	struct authcode_store_random random;
	struct ac_table subjects;
	struct ac_table sessions;
	struct ac_table codes;
	struct ac_table families;
	struct ac_table tokens;
	struct ac_table devices;
	struct ac_table deliveries;
	struct ac_table signing_keys; /* sealed "": forgotten */
	struct ac_table secrets;      /* struct ac_memory_secret */
	struct ac_table audit;        /* struct ac_memory_record */
	struct authcode_audit_key audit_key;
	struct ac_audit_chain chain; /* its key is that one, or none */
	struct ac_audit_anchor anchor;
	uint64_t operations, failures;
	struct ac_memory_grant *grants;
	struct ac_memory_listener *listeners;
	struct ac_memory_replay *replays;
	struct ac_memory_client *clients;
	struct ac_memory_end *ends;
};

/* Fill *view with rows whose texts are borrowed from the tables. */
bool ac_memory_view_session(const struct ac_memory *memory, int64_t id,
			    struct authcode_session_view *view);
bool ac_memory_view_code(const struct ac_memory *memory, int64_t id,
			 struct authcode_code_view *view);
bool ac_memory_view_token(const struct ac_memory *memory, int64_t id,
			  struct authcode_token_view *view);
/* family is there; the token of the view stays zero. */
void ac_memory_view_family(const struct ac_memory *memory, const struct authcode_family *family,
			   struct authcode_token_view *view);
bool ac_memory_view_delivery(const struct ac_memory *memory, int64_t id,
			     struct authcode_delivery_view *view);

bool ac_memory_view_device(const struct ac_memory *memory, int64_t id,
			   struct authcode_device_view *view);

/* The device of that user code; NULL: none. */
const struct authcode_device *ac_memory_user_code(const struct ac_memory *memory,
						  const uint8_t hash[AUTHCODE_HASH_LEN]);

/* NULL: none. */
struct ac_memory_grant *ac_memory_find_grant(const struct ac_memory *memory, int64_t subject_id,
					     const char *client_id);

/* The live subject with the least id above after_id of which something can be
 * honoured at now_ms. NULL: none. */
const struct authcode_subject *ac_memory_next_subject(const struct ac_memory *memory,
						      int64_t after_id, int64_t now_ms);

/* The delivery that is to be tried next after (after_ms, after_id) and no later than
 * until_ms. NULL: none. */
const struct authcode_delivery *ac_memory_next_delivery(const struct ac_memory *memory,
							int64_t after_ms, int64_t after_id,
							int64_t until_ms);

/* As list_sealed. */
AC_MUST_USE enum authcode_err ac_memory_list_sealed(const struct ac_memory *memory,
						    struct authcode_arena *arena,
						    struct authcode_sealed *ret, size_t capacity,
						    size_t *ret_count);

/* As list_signing_keys. */
AC_MUST_USE enum authcode_err ac_memory_list_signing_keys(const struct ac_memory *memory,
							  struct authcode_arena *arena,
							  struct authcode_signing_key *ret,
							  size_t capacity, size_t *ret_count);

/* As list_audit. */
AC_MUST_USE enum authcode_err ac_memory_list_audit(const struct ac_memory *memory,
						   const struct authcode_audit_query *query,
						   struct authcode_arena *arena,
						   struct authcode_audit_page *page);

/* As chain_audit and check_audit. */
AC_MUST_USE enum authcode_err ac_memory_chain_audit(struct ac_memory *memory,
						    const struct authcode_audit_key *key);
AC_MUST_USE enum authcode_err ac_memory_check_audit(const struct ac_memory *memory,
						    struct authcode_audit_check *check);

/* Audit records that are older than args->audit_before_ms, up to what is left of its limit. */
void ac_memory_purge_audit(struct ac_memory *memory, struct authcode_op_purge *args,
			   int64_t now_ms);
/* The addresses of records that are older than args->shorten_before_ms. */
void ac_memory_shorten_audit(struct ac_memory *memory, struct authcode_op_purge *args);

/* Takes the addresses out of the records of the subject. */
void ac_memory_empty_audit(struct ac_memory *memory, int64_t subject_id);

/* As authcode_store_list(). */
AC_MUST_USE enum authcode_err ac_memory_list(const struct ac_memory *memory,
					     struct authcode_list *list,
					     struct authcode_arena *arena,
					     struct authcode_listed *ret);
/* As list_clients. */
AC_MUST_USE enum authcode_err ac_memory_list_clients(const struct ac_memory *memory,
						     const char *after_id,
						     struct authcode_arena *arena,
						     struct authcode_stored_client *ret,
						     size_t capacity, size_t *ret_count);

/* When the client was ended, had it been at since_ms or later; else 0. */
int64_t ac_memory_ended_ms(const struct ac_memory *memory, const char *client_id, int64_t since_ms);

void ac_memory_free_clients(struct ac_memory *memory);

/* Sets operation->result and err; what it writes it writes whole. */
void ac_memory_apply(struct ac_memory *memory, struct authcode_operation *operation);

/* Forgets whom the session was to tell. */
void ac_memory_forget_listeners(struct ac_memory *memory, int64_t session_id);

/* What was used once and can be forgotten, up to limit; returns how many. */
uint32_t ac_memory_purge_replays(struct ac_memory *memory, int64_t now_ms, uint32_t limit);

/* Returns how many rows it deleted. */
uint32_t ac_memory_purge(struct ac_memory *memory, int64_t now_ms, uint32_t limit);

#endif
