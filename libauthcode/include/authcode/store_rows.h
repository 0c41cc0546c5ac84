/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Of the store contract the rows that say who may what: a person, a session and what hangs
 * on it; and the views in which they are read. Strings are borrowed from the arena of the
 * read; store.h, of which this is a part, says what holds for all of them.
 */
#ifndef AUTHCODE_STORE_ROWS_H
#define AUTHCODE_STORE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AUTHCODE_HASH_LEN 32

/* Which person a stable random sub stands for: (user name, uid). */
struct authcode_subject {
	int64_t id;
	const char *sub;       /* opaque, never reassigned (OIDC-Core §8) */
	const char *user_name; /* canonical account name */
	uint32_t uid;
	const char *full_name; /* as of the last sign-in; "" when unknown */
	const char *groups;    /* names joined by '\n'; "" when none */
	int64_t first_seen_ms;
	int64_t retired_ms;   /* not 0: gone for good, nothing of it is honoured */
	int64_t withdrawn_ms; /* when it last withdrew a consent */
};

struct authcode_session {
	int64_t id;
	uint8_t hash[AUTHCODE_HASH_LEN];
	int64_t subject_id;
	int64_t auth_time_ms; /* last active sign-in, untouched by single sign-on */
	const char *acr;      /* "" when none */
	const char *amr;      /* space-separated; "" when none */
	const char *claims;   /* JSON object the sign-in has told; "" when none */
	int64_t created_ms;
	int64_t idle_expires_ms;
	int64_t expires_ms;
	int64_t ended_ms;
};

/* What a person has consented to, per client. */
struct authcode_grant {
	int64_t subject_id;
	const char *client_id; /* "": of every client, what revoke_subject has left */
	/* All values ever consented and not withdrawn, and behind a quote each the resource
	 * servers. */
	const char *scope;
	int64_t updated_ms;
	int64_t withdrawn_ms; /* what the client got until then is dead */
};

struct authcode_code {
	int64_t id;
	uint8_t hash[AUTHCODE_HASH_LEN];
	const char *client_id;
	int64_t subject_id;
	int64_t session_id;
	const char *redirect_uri;
	bool redirect_uri_sent; /* the token request must repeat it (RFC 6749 §4.1.3) */
	const char *scope;
	const char *code_challenge; /* S256; "" when none was sent */
	const char *nonce;          /* "" when none was sent */
	int64_t auth_time_ms;
	const char *acr;
	const char *amr;
	const char *claims;
	const char *claims_request; /* the claims parameter, a JSON object; "" when none was sent */
	const char *resource;       /* whom its tokens are for (RFC 8707), space-separated */
	int64_t created_ms;
	int64_t expires_ms;
	int64_t used_ms; /* remembered while tokens of it can live */
};

/* One authorization: every token descends from one family and dies with it.
 * Its id is the id of the code or device it came from. */
struct authcode_family {
	int64_t id;
	const char *client_id;
	int64_t subject_id; /* 0: no user (the client itself) */
	int64_t session_id; /* 0: none */
	const char *scope;
	int64_t auth_time_ms;
	const char *acr;
	const char *amr;
	const char *claims;
	const char *claims_request;
	const char *resource;
	int64_t created_ms;
	int64_t expires_ms; /* absolute end of every token of it */
	int64_t revoked_ms;
};

enum authcode_token_kind {
	AUTHCODE_TOKEN_ACCESS = 1,
	AUTHCODE_TOKEN_REFRESH = 2,
};

struct authcode_token {
	int64_t id;
	enum authcode_token_kind kind;
	uint8_t hash[AUTHCODE_HASH_LEN];
	int64_t family_id;
	const char *scope;
	const char *resource; /* access: those of the family's that it is for */
	int64_t created_ms;
	int64_t expires_ms;
	int64_t rotated_ms;          /* refresh: replaced by a successor; its next use is reuse */
	int64_t revoked_ms;          /* this token alone; see also its family */
	int64_t used_ms;             /* refresh: its last use */
	int64_t predecessor_id;      /* refresh: the one it replaced; 0: none */
	int64_t successor_id;        /* rotated: what replaced it, and */
	int64_t successor_access_id; /* the access token that was given with that */
};

/* A device that asks for tokens, and what a person has answered (RFC 8628). */
enum authcode_device_state {
	AUTHCODE_DEVICE_PENDING = 0,
	AUTHCODE_DEVICE_ALLOWED,
	AUTHCODE_DEVICE_DENIED,
	AUTHCODE_DEVICE_USED, /* its tokens have been given out */
};

struct authcode_device {
	int64_t id;
	uint8_t hash[AUTHCODE_HASH_LEN];           /* of the device code */
	uint8_t user_code_hash[AUTHCODE_HASH_LEN]; /* keyed: a user code is short */
	const char *client_id;
	const char *scope;
	const char *resource;
	int64_t interval_ms; /* between two polls */
	int64_t polled_ms;   /* the last poll while it was pending */
	enum authcode_device_state state;
	/* Who has allowed it, with which sign-in; 0 and "" until then. */
	int64_t subject_id;
	int64_t session_id;
	int64_t auth_time_ms;
	const char *acr;
	const char *amr;
	const char *claims;
	int64_t created_ms;
	int64_t expires_ms;
};

/* A client that is to be told that a session has ended (OpenID Connect Back-Channel
 * Logout 1.0 §2.5), and what became of it. */
struct authcode_delivery {
	int64_t id;
	const char *client_id;
	int64_t subject_id;
	int64_t session_id; /* the row may be purged */
	int64_t created_ms; /* when the session ended */
	int64_t next_ms;    /* when to try; 0: no more */
	uint32_t tries;     /* that were recorded */
	int64_t delivered_ms;
	uint32_t status; /* HTTP, of the last answer; 0: none came */
};

/* How long it is remembered, delivered or not. */
#define AUTHCODE_DELIVERY_KEPT_MS (INT64_C(7) * 24 * 3600 * 1000)

/* A row together with what its validity depends on, from one snapshot. */
struct authcode_session_view {
	struct authcode_session session;
	struct authcode_subject subject;
};

struct authcode_code_view {
	struct authcode_code code;
	struct authcode_subject subject;
	struct authcode_session session; /* zeroed when purged */
	int64_t withdrawn_ms; /* when consent was withdrawn, or the client ended, since; 0: it
			       * stands */
};

struct authcode_device_view {
	struct authcode_device device;
	struct authcode_subject subject; /* zeroed until it is allowed */
	struct authcode_session session; /* likewise, and when purged */
	int64_t withdrawn_ms;            /* as of a code, since it was made */
};

struct authcode_token_view {
	struct authcode_token token;
	struct authcode_family family;
	struct authcode_subject subject; /* zeroed when family.subject_id is 0 */
	struct authcode_session session; /* zeroed when there is none, or it is purged */
	int64_t withdrawn_ms;            /* as of a code, since the family was made */
};

struct authcode_delivery_view {
	struct authcode_delivery delivery;
	struct authcode_subject subject;
};

#ifdef __cplusplus
}
#endif
#endif
