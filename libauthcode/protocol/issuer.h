/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The inside of struct authcode_issuer, for the files of this room.
 */
#ifndef AC_PROTOCOL_ISSUER_H
#define AC_PROTOCOL_ISSUER_H

#include <pthread.h>
#include <stdatomic.h>

#include <authcode/issuer.h>

#include "base/attr.h"
#include "jose/digest.h"
#include "protocol/issuer_rules.h"

#define AC_MASTER_ID_LEN 6

/* One derived key per purpose; the master key itself is not kept. refresh, pairwise,
 * sid and audit outlive it: what clients have learned, and what was recorded, must not
 * change with it (kept_secrets.c).
 * transaction, csrf and user_code change while requests use them: ac_issuer_page_key(). */
struct ac_issuer_keys {
	uint8_t transaction[AC_DIGEST_LEN]; /* seals authorization requests into pages */
	uint8_t csrf[AC_DIGEST_LEN];
	uint8_t refresh[AC_DIGEST_LEN];     /* what is in refresh tokens, and follows from them */
	uint8_t user_code[AC_DIGEST_LEN];   /* hides user codes in the store */
	uint8_t signing_key[AC_DIGEST_LEN]; /* seals private parts into the store */
	uint8_t secret[AC_DIGEST_LEN];      /* seals what is kept beyond a master key */
	uint8_t id[AC_MASTER_ID_LEN];       /* of the master key; tells nothing of it */
	uint8_t pairwise[AC_DIGEST_LEN]; /* makes a person's names for sectors (OIDC-Core §8.1) */
	uint8_t sid[AC_DIGEST_LEN];      /* makes what clients know a session by */
	uint8_t audit[AC_DIGEST_LEN];    /* chains the records of the audit */
	uint8_t client_secret[AC_DIGEST_LEN]; /* seals secrets of clients into the store */
};

struct authcode_issuer {
	char *url; /* exactly as configured */
	struct authcode_store *store;
	bool check_accounts;
	bool audit;
	bool tell_logout;
	int64_t transaction_ms; /* how old a sealed page may be */
	struct authcode_random random;
	struct authcode_log log;
	struct ac_issuer_keys keys;  /* wiped when freed */
	pthread_mutex_t change_lock; /* guards the two pointers, not what they point at */
	struct ac_issuer_rules *rules;
	struct authcode_clients *clients;
	unsigned signing;               /* the algorithms that sign, a bit mask of jose's */
	pthread_mutex_t tend_lock;      /* held while the keys are tended */
	_Atomic int64_t keys_change_ms; /* when tending next changes them */
	pthread_mutex_t ring_lock;      /* guards the pointer, not the ring */
	struct ac_signing_ring *ring;
	pthread_mutex_t page_lock; /* guards what ac_issuer_page_key() reads */
	bool kept;                 /* the secrets that are kept have been read */
};

/* All keys of a master key; url: the issuer's. */
AC_MUST_USE enum authcode_err ac_issuer_keys_derive(const uint8_t master[AUTHCODE_MASTER_KEY_LEN],
						    const char *url, struct ac_issuer_keys *ret);

enum ac_page_key { AC_PAGE_KEY_TRANSACTION, AC_PAGE_KEY_CSRF, AC_PAGE_KEY_USER_CODE };

/* The key of this moment, to be wiped. */
void ac_issuer_page_key(const struct authcode_issuer *issuer, enum ac_page_key which,
			uint8_t ret[AC_DIGEST_LEN]);

/* Those three, from now on. */
void ac_issuer_set_page_keys(struct authcode_issuer *issuer, const struct ac_issuer_keys *keys);

/* Renders rules->metadata, from the tables and what is set so far. */
AC_MUST_USE enum authcode_err ac_metadata_render(const struct authcode_issuer *issuer,
						 struct ac_issuer_rules *rules);

/* A line for the host's debug log; no secret. */
void ac_issuer_debug(const struct authcode_issuer *issuer, const char *text);

/* The registry of this moment, with a reference for the caller. */
struct authcode_clients *ac_issuer_clients_ref(struct authcode_issuer *issuer);

/* The same with the rules that belong to it. Either may be NULL. */
void ac_issuer_pin(struct authcode_issuer *issuer, struct ac_issuer_rules **ret_rules,
		   struct authcode_clients **ret_clients);

#endif
