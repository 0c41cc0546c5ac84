/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Lists of rows, for whoever administers a host and for whoever asks what is known of
 * a person: page by page, so that none takes long however many rows there are. Nothing
 * is judged: dead rows are listed with what has ended them.
 */
#ifndef AUTHCODE_LIST_H
#define AUTHCODE_LIST_H

#include <authcode/store.h>

#ifdef __cplusplus
extern "C" {
#endif

enum authcode_list_kind {
	AUTHCODE_LIST_SUBJECTS = 1,
	AUTHCODE_LIST_SESSIONS,
	AUTHCODE_LIST_GRANTS, /* in order of subject and client; all others: of id */
	AUTHCODE_LIST_CODES,
	AUTHCODE_LIST_FAMILIES,
	AUTHCODE_LIST_TOKENS,
	AUTHCODE_LIST_DEVICES,
	AUTHCODE_LIST_DELIVERIES,
	AUTHCODE_LIST_COUNT,
};

#define AUTHCODE_LIST_MAX 1000u

/* Rows are looked at one after the other from behind the key on, and those that are
 * wanted are listed. A row lacks what its kind does not have: sessions and subjects have
 * no client, the families of a client itself no subject. */
struct authcode_list {
	enum authcode_list_kind kind;
	int64_t subject_id;    /* whose; 0: everybody's, and what is nobody's */
	const char *client_id; /* NULL: of every client, and what is of none */
	const char *user_name; /* of subjects, the present name; NULL: any */
	uint32_t look;         /* how many rows to look at, 1 to AUTHCODE_LIST_MAX */
	/* The key behind which to go on: 0 and "" at first, then what it is set to. */
	int64_t after_id;
	const char *after_client; /* of grants; set: in the arena */
	bool ret_more;            /* there may be more behind the key */
	uint32_t ret_count;
};

struct authcode_grant_view {
	struct authcode_grant grant;
	struct authcode_subject subject;
};

/* One row, with what its validity depends on. */
struct authcode_listed {
	union {
		struct authcode_subject subject;
		struct authcode_session_view session;
		struct authcode_grant_view grant;
		struct authcode_code_view code;
		struct authcode_token_view family; /* its token is zeroed */
		struct authcode_token_view token;
		struct authcode_device_view device;
		struct authcode_delivery_view delivery;
	} u;
};

/* One page, from one snapshot: list->ret_count rows in ret, which has room for
 * list->look. ERR_USAGE: list breaks the rules above; else as the reads of
 * struct authcode_store_ops, with *list untouched and nothing of use in ret.
 * Thread-safe. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err authcode_store_list(struct authcode_store *store,
								     struct authcode_list *list,
								     struct authcode_arena *arena,
								     struct authcode_listed *ret);

/* Why a row is good or not, in a word: "live"; "ended", "expired", "revoked", "used",
 * "gone" (its person is), "withdrawn", "erased", "pending", "allowed", "denied", "delivered",
 * "given up". Whether its client is registered is not asked. Never NULL. */
AUTHCODE_API const char *authcode_listed_state(enum authcode_list_kind kind,
					       const struct authcode_listed *row, int64_t now_ms);

/* The live subject of an account, or with user_name NULL that of sub, alive or not.
 * ERR_NOT_FOUND. Thread-safe. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_store_find_subject(struct authcode_store *store, const char *user_name, const char *sub,
			    struct authcode_arena *arena, struct authcode_subject *ret);

#ifdef __cplusplus
}
#endif
#endif
