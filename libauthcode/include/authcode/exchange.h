/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One request on its way through the issuer, in steps:
 *
 *   decide   authcode_exchange_begin() parses, authenticates, reads and mints,
 *            until it needs something of the host.
 *   keys     where authcode_exchange_client_keys() is not NULL, the host fetches
 *            the keys of a client and gives them to
 *            authcode_exchange_set_client_keys().
 *   account  where authcode_exchange_account() is not NULL the host looks at the
 *            account of a person and says so; only in an issuer with
 *            check_accounts.
 *   store    where authcode_exchange_operation() is not NULL the host has it made
 *            durable, and calls authcode_exchange_answer() when the store reports
 *            it done.
 *   sign     where authcode_exchange_signs(), the host calls
 *            authcode_exchange_sign() where a millisecond of computing is in
 *            nobody's way.
 *
 * At each moment it needs one of the four or none, and what it is given may lead
 * to the next need: the host goes round until nothing is needed; then the
 * response is ready. A client's assertion, for one, is used up durably before
 * anything is done for the client.
 *
 * Between the steps nobody waits on a thread. A host without an event loop
 * calls authcode_exchange_run(), which goes round by itself.
 *
 * An exchange is used by one thread at a time. It owns all memory of its
 * request, wiped when freed.
 */
#ifndef AUTHCODE_EXCHANGE_H
#define AUTHCODE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>
#include <authcode/issuer.h>
#include <authcode/request.h>
#include <authcode/response.h>
#include <authcode/store.h>

#ifdef __cplusplus
extern "C" {
#endif

struct authcode_exchange;

/* Decides. The request is only read during the call. An error means that not
 * even an error response could be made (out of memory): answer 500.
 * Thread-safe for different exchanges of one issuer. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_exchange_begin(struct authcode_issuer *issuer, const struct authcode_request *request,
			struct authcode_exchange **ret_exchange);

/* A person whom the host has authenticated. */
struct authcode_user {
	const char *name; /* canonical account name, 1–256 bytes of UTF-8 */
	uint32_t uid;
	const char *full_name;     /* or NULL */
	const char *const *groups; /* names */
	size_t group_count;
};

/* A sign-in that the host has carried to success. */
struct authcode_sign_in {
	struct authcode_user user;
	const char *acr; /* what the sign-in proved; NULL: none stated */
	const char *amr; /* RFC 8176 values, space-separated; NULL: none */
	/* A JSON object of what the sign-in has told, at most 16 KiB; NULL: nothing. What
	 * cannot be read as one is left out. */
	const char *claims;
	const char *transaction; /* the seal of the page that asked */
	const char *browser;     /* value of the browser cookie */
	const char *session;     /* value of the session cookie it replaces, or NULL */
	const char *client_id;   /* which client has asked for it, for records; or NULL */
	const char *peer;        /* as in struct authcode_request */
	int64_t txn;
	/* When the person has changed the password on the way, or 0: every session, token,
	 * code and device of before is ended as the new session begins, for whoever knew the
	 * old one may have them (RFC 9700 §4.14.2). Consents stay; and so does what has begun
	 * by another call for the same change. */
	int64_t password_changed_ms;
	int64_t now_ms;
};

/* Decides what a successful sign-in leads to: a new session (the id never
 * survives a sign-in) and a redirect that resumes the transaction. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_exchange_begin_sign_in(struct authcode_issuer *issuer,
				const struct authcode_sign_in *sign_in,
				struct authcode_exchange **ret_exchange);

/* --- the keys of a client -------------------------------------------------- */

/* Whose keys the host must fetch before the exchange can go on. */
struct authcode_client_keys_query {
	const struct authcode_client *client;
	const char *url; /* its jwks_uri: https */
};

/* Not NULL when the exchange waits for authcode_exchange_set_client_keys(): at most
 * once, since keys are kept (RFC 7517 §5, OIDC-Core §10.1.1) and asked for anew only
 * when they are old or do not have the one that is named. Borrowed from the exchange. */
AUTHCODE_API const struct authcode_client_keys_query *
authcode_exchange_client_keys(const struct authcode_exchange *exchange);

/* Carries the exchange on. jwks: the JSON text that the URL has answered with 200, of
 * len bytes; NULL: nothing came. Does nothing when the exchange does not wait. */
AUTHCODE_API void authcode_exchange_set_client_keys(struct authcode_exchange *exchange,
						    const char *jwks, size_t len);

/* A key set, read once for all exchanges that wait for the same URL. */
struct authcode_key_set;

/* New. ERR_SYNTAX: jwks (len bytes) is no JWK Set that can be used; ERR_MEMORY.
 * Thread-safe, as are those that follow. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_key_set_new(const char *jwks, size_t len, struct authcode_key_set **ret_set);
/* Another reference to the same, to be freed as well; NULL stays NULL. */
AUTHCODE_API AUTHCODE_MUST_USE struct authcode_key_set *
authcode_key_set_ref(struct authcode_key_set *set);
AUTHCODE_API void authcode_key_set_free(struct authcode_key_set **set);

/* As authcode_exchange_set_client_keys(), with a set that others are given too. The
 * caller keeps its reference. set NULL: err says why; ERR_MEMORY is the host's own
 * failure and answered as such (500), after anything else the client has no keys (401). */
AUTHCODE_API void authcode_exchange_share_client_keys(struct authcode_exchange *exchange,
						      const struct authcode_key_set *set,
						      enum authcode_err err);

/* --- the account behind a request ---------------------------------------- */

/* Whose account the host must look at before the exchange can go on. */
struct authcode_account_query {
	int64_t subject_id;
	const char *user_name;
	uint32_t uid;
	const struct authcode_client *client; /* for whom */
	bool claims;                          /* what else is known of the person is wanted */
};

enum authcode_account_state {
	AUTHCODE_ACCOUNT_UNKNOWN = 0, /* nobody could be asked: fails, grants stay */
	AUTHCODE_ACCOUNT_GOOD,
	AUTHCODE_ACCOUNT_REFUSED, /* not now: fails, grants stay */
	AUTHCODE_ACCOUNT_GONE,    /* for good; the host retires the subject */
};

struct authcode_account {
	enum authcode_account_state state;
	/* GOOD: as they are now. Strings are read only during the call. */
	const char *full_name;     /* or NULL */
	const char *const *groups; /* names */
	size_t group_count;
	const char *claims; /* a JSON object, at most 32 KiB, or NULL; as that of a sign-in */
};

/* After authcode_exchange_begin(), with check_accounts: not NULL when the exchange
 * waits for authcode_exchange_set_account(). Every path that issues or describes
 * something of a person stops here, once. Borrowed from the exchange. */
AUTHCODE_API const struct authcode_account_query *
authcode_exchange_account(const struct authcode_exchange *exchange);

/* Carries the exchange on to its operation or response; NULL, and whatever is not
 * understood, means UNKNOWN. Does nothing when the exchange does not wait. */
AUTHCODE_API void authcode_exchange_set_account(struct authcode_exchange *exchange,
						const struct authcode_account *account);

/* What must become durable before it goes on, or NULL (also while the exchange
 * waits for something else). Owned by the exchange;
 * hand it to authcode_store_submit() or authcode_store_perform(). */
AUTHCODE_API struct authcode_operation *
authcode_exchange_operation(struct authcode_exchange *exchange);

/* The operation is done (whatever its result): goes on to the response, or to the
 * next need. */
AUTHCODE_API void authcode_exchange_answer(struct authcode_exchange *exchange);

/* Is what it answers with yet to be signed, by a key that takes long for it (RSA: near
 * a millisecond, twenty times what the rest of a request costs)? */
AUTHCODE_API bool authcode_exchange_signs(const struct authcode_exchange *exchange);

/* Signs, and goes on to the response. Does nothing when there is nothing to sign. From
 * any thread, while no other uses the exchange. */
AUTHCODE_API void authcode_exchange_sign(struct authcode_exchange *exchange);

/* Borrowed from the exchange. While something is needed it is a 500 page. */
AUTHCODE_API const struct authcode_response *
authcode_exchange_response(const struct authcode_exchange *exchange);

/* The client that the request was proved to be of, by its own credentials or by an
 * access token; NULL: none (yet). Lives as long as the exchange. */
AUTHCODE_API const struct authcode_client *
authcode_exchange_client(const struct authcode_exchange *exchange);

/* Did the request ask about a token that there is not, or without proof of who asks
 * (RFC 7662 §4)? For limits of the host; once there is a response. */
AUTHCODE_API bool authcode_exchange_guessed(const struct authcode_exchange *exchange);

/* From decide to the response: blocks while the store works. Nobody is asked about
 * accounts (with check_accounts each is UNKNOWN) and no keys are fetched. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_exchange_run(struct authcode_issuer *issuer, const struct authcode_request *request,
		      struct authcode_exchange **ret_exchange);

/* Not while its operation is with the store. NULL-safe, sets NULL, wipes. */
AUTHCODE_API void authcode_exchange_free(struct authcode_exchange **exchange);

/* --- the pages between ------------------------------------------------- */

enum authcode_transaction_state {
	AUTHCODE_TRANSACTION_INVALID = 0, /* not a seal of ours: error page */
	AUTHCODE_TRANSACTION_STALE,       /* too old, or another browser's: show the page anew */
	AUTHCODE_TRANSACTION_CSRF,        /* csrf missing or wrong: 403 */
	AUTHCODE_TRANSACTION_VALID,
};

#define AUTHCODE_NONCE_LEN 24

struct authcode_transaction {
	enum authcode_transaction_state state;
	uint8_t nonce[AUTHCODE_NONCE_LEN]; /* differs for every page rendered; VALID only */
	char client_id[65];                /* "" unless VALID */
	char acr[129];                     /* what the sign-in is to prove, or ""; VALID only */
	char ui_locales[65];               /* languages that the client wishes, most wanted first,
					    * well-formed tags (RFC 5646) with a space between
					    * them, or ""; VALID only */
	int64_t created_ms;                /* when the page was made; VALID only */
};

/* Looks at a form post of a page: may a password in it be evaluated? */
AUTHCODE_API struct authcode_transaction
authcode_transaction_check(struct authcode_issuer *issuer, const char *transaction,
			   const char *csrf, const char *browser, int64_t now_ms);

/* How a transaction goes on. */
struct authcode_resumption {
	const char *transaction;
	const char *browser; /* value of its cookie */
	enum authcode_notice notice;
	int64_t attempt; /* what the notice is about: the host's number of the request that has
			  * failed, as in struct authcode_request; 0: none */
	int64_t now_ms;  /* Unix time */
};

/* The absolute URL that carries the transaction on: AUTHCODE_ENDPOINT_RESUME
 * with a fresh seal for this browser; its sign-in page has notice and attempt.
 * ERR_SYNTAX when the seal is not ours. New: the caller frees *ret_url with
 * free(). */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_transaction_resume_url(struct authcode_issuer *issuer,
				const struct authcode_resumption *resumption, char **ret_url);

/* The hidden field "csrf" for a page of the host's own that continues this
 * transaction (a further prompt). New: the caller frees *ret_csrf with free(). */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_transaction_csrf(struct authcode_issuer *issuer, const char *transaction,
			  const char *browser, char **ret_csrf);

#ifdef __cplusplus
}
#endif
#endif
