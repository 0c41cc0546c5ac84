/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The issuer: everything one authorization server needs to decide a request.
 * It reads no clock, file or socket; time comes with each request, randomness
 * and storage from the callbacks given here.
 */
#ifndef AUTHCODE_ISSUER_H
#define AUTHCODE_ISSUER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/client.h>
#include <authcode/error.h>
#include <authcode/resource.h>
#include <authcode/store.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AUTHCODE_MASTER_KEY_LEN 32

/* Fills buf with len bytes of cryptographic quality; anything but AUTHCODE_OK
 * makes the request fail closed. Called from any thread. */
struct authcode_random {
	enum authcode_err (*fill)(void *ctx, void *buf, size_t len);
	void *ctx;
};

/* Debug text of the library: one line, no secret. Called from any thread. */
struct authcode_log {
	void (*debug)(void *ctx, const char *text);
	void *ctx;
};

/* Seconds; 0 takes the default in brackets. */
struct authcode_lifetimes {
	uint32_t code_s;                /* [60], at most 60 */
	uint32_t access_token_s;        /* [3600] opaque ones */
	uint32_t access_token_jwt_s;    /* [600] */
	uint32_t refresh_idle_s;        /* [14 days] */
	uint32_t refresh_absolute_s;    /* [90 days] */
	uint32_t session_idle_s;        /* [8 h] */
	uint32_t session_absolute_s;    /* [24 h] */
	uint32_t transaction_s;         /* [3600] how old a sealed page may be */
	uint32_t id_token_s;            /* [3600] ID tokens, at most 12 h */
	uint32_t signing_key_s;         /* [90 days] how long a key signs */
	uint32_t signing_key_publish_s; /* [24 h] how long it is published before */
	uint32_t jwks_cache_s;          /* [3600] how long others may keep the key set */
	uint32_t device_code_s;         /* [600], at most 900 */
};

/* What a sign-in can be declared to prove (OIDC-Core §2, RFC 9470). The host carries
 * it out; the library compares. */
struct authcode_acr {
	const char *name; /* 1–128 printable characters without space */
	/* Not 0: of two rows the higher satisfies whoever asks for the lower. 0: only
	 * equal names satisfy. */
	uint32_t level;
};

struct authcode_issuer_settings {
	const char *issuer; /* https URL without query and fragment (RFC 8414 §2); http only on
			     * a loopback host. Copied. */
	struct authcode_store *store;                /* borrowed for the life of the issuer */
	uint8_t master_key[AUTHCODE_MASTER_KEY_LEN]; /* copied into wiped memory */
	struct authcode_lifetimes lifetimes;
	const struct authcode_acr *acrs; /* copied; at most 64, a name at most once */
	size_t acr_count;
	const struct authcode_resource *resources; /* copied; at most 256, a URI at most once */
	size_t resource_count;
	/* Names of JWS algorithms (RFC 7518 §3.1): of RS256, ES256, PS256 and EdDSA, each
	 * at most once, RS256 always. Count 0: RS256 and ES256. */
	const char *const *signing_algorithms;
	size_t signing_algorithm_count;
	bool check_accounts; /* stop at authcode_exchange_account() wherever an account is used */
	bool audit;          /* operations leave records (struct authcode_audit) */
	bool tell_logout;    /* the host delivers what authcode_store_list_deliveries() gives */
	/* For how long a refresh whose answer was lost can be repeated, with the same
	 * answer, until that is used; 0: not at all. At most 600. */
	uint32_t refresh_retry_s;
	struct authcode_random random; /* fill NULL: the kernel's generator */
	struct authcode_log log;       /* debug NULL: silent */
};

struct authcode_issuer;

/* New: free with authcode_issuer_free(). reason may be NULL. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_issuer_new(const struct authcode_issuer_settings *settings,
		    struct authcode_issuer **ret_issuer, struct authcode_reason *reason);

/* No exchange of this issuer may be alive any more. NULL-safe, sets NULL. */
AUTHCODE_API void authcode_issuer_free(struct authcode_issuer **issuer);

/* Takes a reference of its own; exchanges under way keep the registry they
 * began with. Thread-safe. */
AUTHCODE_API void authcode_issuer_set_clients(struct authcode_issuer *issuer,
					      struct authcode_clients *clients);

/* Takes over what may change while an issuer runs: of settings the lifetimes (but
 * transaction_s), acrs, resources and refresh_retry_s, and a reference to clients, the
 * new registry. All at once: an exchange sees the old to its end, or the new. The other
 * members of settings are not looked at. On failure everything stays; reason may be
 * NULL. Thread-safe. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_issuer_reconfigure(struct authcode_issuer *issuer,
			    const struct authcode_issuer_settings *settings,
			    struct authcode_clients *clients, struct authcode_reason *reason);

/* Opens the secret of a client that the store keeps sealed, since it is needed itself and
 * not its hash (client_secret_jwt): text in the arena. ERR_CRYPTO: it was not sealed by
 * this issuer for this client. Thread-safe. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_issuer_open_client_secret(const struct authcode_issuer *issuer, const char *client_id,
				   const char *sealed, struct authcode_arena *arena,
				   const char **ret_secret);

/* Performs the put_client of operation, with secret sealed for it; NULL: the client has none
 * that is kept sealed. OK says nothing of the result: look at operation->result, which may
 * be any of put_client's, FAILED and CONFLICT among them. While the master key is rotated
 * the seal may have become one of the old key: the store refuses that, and it is made anew,
 * once. OTHER_KEY is the result when that is refused too: as a rule another process has
 * rotated the key, and nothing that this issuer seals is stored any more, until it is made
 * anew with that key. With DONE sealed_secret is what was stored, in the arena. On any
 * return but OK nothing was performed. Thread-safe. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_issuer_put_client(const struct authcode_issuer *issuer, const char *secret,
			   struct authcode_arena *arena, struct authcode_operation *operation);

/* The issuer URL as configured. Borrowed. */
AUTHCODE_API const char *authcode_issuer_url(const struct authcode_issuer *issuer);

/* What clients need to know of this server (RFC 8414 §2, OIDC-Disc §3): a JSON object,
 * of this moment. To be served to anybody at AUTHCODE_METADATA_PATH with the path of the
 * issuer URL behind it (RFC 8414 §3.1), and at AUTHCODE_DISCOVERY_PATH behind the issuer
 * URL (OIDC-Disc §4). New: free(); NULL: out of memory. Thread-safe. */
#define AUTHCODE_METADATA_PATH "/.well-known/oauth-authorization-server"
#define AUTHCODE_DISCOVERY_PATH "/.well-known/openid-configuration"
AUTHCODE_API AUTHCODE_MUST_USE char *authcode_issuer_metadata(struct authcode_issuer *issuer);

#ifdef __cplusplus
}
#endif
#endif
