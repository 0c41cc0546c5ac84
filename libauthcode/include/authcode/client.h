/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Registered clients (RFC 6749 §2). The host fills plain structs; a registry
 * copies and validates them once and is immutable from then on, so requests
 * read it without a lock while the host replaces it by a newer one.
 */
#ifndef AUTHCODE_CLIENT_H
#define AUTHCODE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>
#include <authcode/resource.h>

#ifdef __cplusplus
extern "C" {
#endif

enum authcode_client_auth {
	AUTHCODE_AUTH_SECRET_BASIC = 0, /* RFC 6749 §2.3.1, the default (RFC 7591 §2) */
	AUTHCODE_AUTH_SECRET_POST,
	AUTHCODE_AUTH_NONE,            /* public client */
	AUTHCODE_AUTH_SECRET_JWT,      /* OIDC-Core §9, RFC 7523 */
	AUTHCODE_AUTH_PRIVATE_KEY_JWT, /* OIDC-Core §9, RFC 7523 */
	AUTHCODE_AUTH_COUNT,
};

/* "client_secret_basic" and so on; NULL for a value outside the table. */
AUTHCODE_API const char *authcode_client_auth_name(enum authcode_client_auth auth);

enum authcode_application_type {
	AUTHCODE_APPLICATION_WEB = 0,
	AUTHCODE_APPLICATION_NATIVE, /* RFC 8252: loopback and private-use schemes */
};

/* Whose tokens a client may ask about (RFC 7662 §2.1). Never granted to a
 * public client. */
enum authcode_may_introspect {
	AUTHCODE_INTROSPECT_OWN = 0,
	AUTHCODE_INTROSPECT_LIST,
	AUTHCODE_INTROSPECT_ALL,
};

/* When a refresh token that is used is replaced by another (RFC 9700 §4.14.2). */
enum authcode_rotation {
	AUTHCODE_ROTATION_DEFAULT = 0, /* public clients: always; others: never */
	AUTHCODE_ROTATION_ALWAYS,
	AUTHCODE_ROTATION_LATE,  /* once it is older than 70 % of what it lives unused */
	AUTHCODE_ROTATION_NEVER, /* it stays, and its end moves; not for public clients */
};

/* What a client knows people by (OIDC-Core §8). */
enum authcode_subject_type {
	AUTHCODE_SUBJECT_PUBLIC = 0, /* every such client the same */
	AUTHCODE_SUBJECT_PAIRWISE,   /* every sector its own: sites cannot compare notes */
};

/* Grants, as bits. */
#define AUTHCODE_GRANT_AUTHORIZATION_CODE (1u << 0)
#define AUTHCODE_GRANT_REFRESH_TOKEN (1u << 1)
#define AUTHCODE_GRANT_CLIENT_CREDENTIALS (1u << 2) /* RFC 6749 §4.4 */
#define AUTHCODE_GRANT_DEVICE_CODE (1u << 3)        /* RFC 8628 */

#define AUTHCODE_SECRET_HASH_LEN 32

struct authcode_client {
	const char *id;   /* 1–64 of A-Z a-z 0-9 - _ . ~ */
	const char *name; /* shown to people; NULL: id */
	enum authcode_client_auth auth;
	/* SHA-256 of the secret, as authcode_client_secret_hash() gives it; read
	 * only where auth sends a secret. */
	uint8_t secret_hash[AUTHCODE_SECRET_HASH_LEN];
	int64_t secret_expires_at; /* unix seconds; 0: never */
	/* After a change of secret the one before, which is good until then, where auth sends
	 * a secret; 0: there is none. */
	uint8_t previous_secret_hash[AUTHCODE_SECRET_HASH_LEN];
	int64_t previous_secret_expires_at;
	/* Of a client that authcode_client_needs_secret(): the secret itself, 32 to 512 bytes
	 * (RFC 7518 §3.2). A registry keeps it in wiped memory and shows NULL here; another
	 * client's is not kept. */
	const char *secret;
	/* AUTH_PRIVATE_KEY_JWT: one of them. A JWK Set of public keys as JSON text, of which
	 * a registry shows NULL; or an https URL that the host fetches. */
	const char *jwks;
	const char *jwks_uri;
	/* The one algorithm its assertions are signed with; NULL: any of its method, with
	 * assertion_aud_strict any but RS256, which then cannot be named either. */
	const char *assertion_alg;
	/* The audience of an assertion is the issuer alone, as plain text (FAPI 2.0
	 * §5.3.2.1); else also the URL of the token endpoint, or of the endpoint it is sent
	 * to, alone or among others. */
	bool assertion_aud_strict;
	enum authcode_application_type application_type;
	const char *const *redirect_uris; /* compared byte for byte; none without the code grant */
	size_t redirect_uri_count;
	const char *scope;          /* values this client may ask for, space-separated */
	const char *default_scopes; /* used when a request names none; NULL: scope */
	unsigned grants;            /* AUTHCODE_GRANT_* */
	bool trusted;               /* first party: consent is not asked (RFC 8252 §8.6 obeyed) */
	bool disabled;
	bool require_pkce; /* public clients: always */
	enum authcode_may_introspect may_introspect;
	const char *const *introspect_clients; /* LIST: whose tokens, by client id */
	size_t introspect_client_count;
	uint32_t access_token_ttl_s; /* 0: the issuer's default */
	enum authcode_rotation refresh_rotation;
	uint32_t refresh_idle_ttl_s;     /* 0: the issuer's; so for the next */
	uint32_t refresh_absolute_ttl_s; /* not less than the former */
	const char *pam_service;         /* NULL: the host's default; the library never reads it */
	/* Pages that may call for it from a browser (Fetch); none: those of its redirect
	 * URIs. The library never reads them. */
	const char *const *allowed_origins;
	size_t allowed_origin_count;
	/* Who may use it: these names, and members of these groups; both empty: everybody. */
	const char *const *allow_users;
	size_t allow_user_count;
	const char *const *allow_groups;
	size_t allow_group_count;
	/* A row of the issuer's acrs that a sign-in must be or whose level it must reach;
	 * without such a row every request is refused. NULL: none. */
	const char *min_acr;
	/* Shown to people (OIDC-Reg §2): http or https URLs, or NULL; and a picture that the
	 * library never reads. */
	const char *client_uri;
	const char *policy_uri;
	const char *tos_uri;
	const char *logo_file;
	/* How old a sign-in may be when a request names no max_age (OIDC-Reg §2); 0: any. */
	uint32_t default_max_age_s;
	/* Which groups it is told: these, and those that begin so; neither: all. */
	const char *const *group_claims;
	size_t group_claim_count;
	const char *group_claim_prefix; /* NULL: none */
	uint32_t group_claim_max;       /* at most so many; 0: no limit but the account's */
	/* Which resources of the issuer it may ask for, beside the issuer itself, and for
	 * which when a request names none (one of them; NULL: the issuer itself). */
	const char *const *resources;
	size_t resource_count;
	const char *default_resource;
	enum authcode_token_format access_token_format; /* where the resource has no say */
	const char *access_token_alg;                   /* of JWTs; NULL: RS256 */
	/* It is that resource server: introspection shows it access tokens for this URI,
	 * whosever they are. NULL: it is none. */
	const char *resource_server;
	/* Where it may have people sent after a logout; compared byte for byte. */
	const char *const *post_logout_redirect_uris;
	size_t post_logout_redirect_uri_count;
	/* Where it is told that a session has ended: https, or http on a loopback host (OIDC
	 * Back-Channel Logout §2.2). NULL: it is not told. */
	const char *backchannel_logout_uri;
	/* It goes by sessions, not by people. Every logout token names both. */
	bool backchannel_logout_session_required;
	enum authcode_subject_type subject_type;
	/* PAIRWISE: clients of one sector know a person by one name. NULL: the host of its
	 * redirect URIs, which must then be https and have one host. */
	const char *sector;
	/* Signature of its ID tokens and logout tokens: RS256, PS256, ES256 or EdDSA with a key
	 * of the issuer's, HS256 with the client's secret. NULL: RS256. */
	const char *id_token_alg;
	/* The same for answers of userinfo, which are then JWTs. NULL: plain JSON. */
	const char *userinfo_alg;
};

/* Hashes a client secret the one way it is stored and compared. Thread-safe. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_client_secret_hash(const char *secret, size_t len,
			    uint8_t ret_hash[AUTHCODE_SECRET_HASH_LEN]);

/* Must the secret itself be known, and not its hash alone? With AUTH_SECRET_JWT, and where
 * HS256 signs what the client is told. Thread-safe. */
AUTHCODE_API bool authcode_client_needs_secret(const struct authcode_client *client);

struct authcode_clients;

/* Copies and checks clients[0..count): ids unique, redirect URIs by the rules
 * of RFC 9700 §2.1 and RFC 8252 §7, scope grammar, public clients without
 * secret and without introspection. On failure reason (may be NULL) names the
 * client and the rule. New: the caller drops it with authcode_clients_unref(). */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_clients_new(const struct authcode_client *clients, size_t count,
		     struct authcode_clients **ret_clients, struct authcode_reason *reason);

/* Reference counting is atomic. NULL is accepted; the pointer is set to NULL. */
AUTHCODE_API struct authcode_clients *authcode_clients_ref(struct authcode_clients *clients);
AUTHCODE_API void authcode_clients_unref(struct authcode_clients **clients);

/* Borrowed until clients is unreferenced; NULL when there is none. Disabled
 * clients are found: the caller decides. */
AUTHCODE_API const struct authcode_client *
authcode_clients_find(const struct authcode_clients *clients, const char *id);

/* Row i of count, in ascending order of id; NULL past the end. */
AUTHCODE_API size_t authcode_clients_count(const struct authcode_clients *clients);
AUTHCODE_API const struct authcode_client *
authcode_clients_at(const struct authcode_clients *clients, size_t i);

#ifdef __cplusplus
}
#endif
#endif
