/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The inside of struct authcode_exchange, and the few ways to fill its
 * response. An endpoint is a row of the table in endpoint.c: its decide
 * function sets a response, or an operation together with the function that
 * answers it, or stops at the client's keys (client_assertion.h) or the account
 * (account.h) and does so afterwards. An answer may do the same again. A response
 * that nobody sets stays the 500 page it began as.
 */
#ifndef AC_PROTOCOL_EXCHANGE_H
#define AC_PROTOCOL_EXCHANGE_H

#include <jansson.h>

#include <authcode/exchange.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/form.h"
#include "protocol/account.h"
#include "protocol/issuer.h"
#include "protocol/json_answer.h"
#include "protocol/oauth_error.h"

struct ac_alg;
struct ac_assertion; /* client_assertion.c */

struct authcode_exchange {
	struct authcode_issuer *issuer;
	struct ac_issuer_rules *rules;        /* those this exchange began with */
	struct authcode_clients *clients;     /* the registry it began with */
	const struct authcode_client *client; /* once it is proved whose request it is */
	const struct authcode_client *asked;  /* whom it names, proved or not: for refusals */
	const char *check;                    /* of /authorize, while it is made */
	int64_t txn;                          /* this and the next four: for records */
	const char *rhost;
	const char *reason;
	int64_t subject_id;
	const char *user_name;
	bool guessed; /* for the host: authcode_exchange_guessed() */
	struct authcode_arena *arena;
	struct authcode_request request; /* shallow copy, valid during decide only */
	int64_t now_ms;
	struct ac_params params; /* decoded query and body */
	struct authcode_response response;
	struct ac_assertion *assertion;                      /* what the client proves itself by */
	const struct authcode_client_keys_query *keys_query; /* not NULL: waits for its keys */
	const struct ac_account_path *account_path;          /* not NULL: waits for the account */
	struct authcode_account_query account_query;
	struct ac_account account; /* once the account is found good */
	const char *resource;      /* whom an access token is for (resource.h); NULL as "" */
	struct authcode_operation operation;
	bool pending; /* operation must be performed before answer */
	void (*answer)(struct authcode_exchange *x);
	void (*sign)(struct authcode_exchange *x); /* not NULL: waits for a thread to do it on */
	void *state; /* what decide hands to answer, and that to sign; in the arena */
};

/* Decide functions, one per endpoint row. */
void ac_authorize_decide(struct authcode_exchange *x);
void ac_resume_decide(struct authcode_exchange *x);
void ac_consent_decide(struct authcode_exchange *x);
void ac_token_decide(struct authcode_exchange *x);
void ac_revoke_decide(struct authcode_exchange *x);
void ac_introspect_decide(struct authcode_exchange *x);
void ac_userinfo_decide(struct authcode_exchange *x);
void ac_logout_decide(struct authcode_exchange *x);
void ac_logout_confirm_decide(struct authcode_exchange *x);
void ac_device_authorization_decide(struct authcode_exchange *x);
void ac_device_decide(struct authcode_exchange *x);

/* An exchange that has decided nothing yet: its response is the 500 page. */
AC_MUST_USE enum authcode_err ac_exchange_new(struct authcode_issuer *issuer, int64_t now_ms,
					      struct authcode_exchange **ret);

/* Makes operation (already filled but for now_ms) what must become durable,
 * and answer what follows. */
void ac_exchange_submit(struct authcode_exchange *x, enum authcode_operation_kind kind,
			void (*answer)(struct authcode_exchange *x));

/* write signs by alg (NULL: by no key that is slow) and sets the response: at once, or when
 * the host has a thread for it. What it needs is x->state. */
void ac_exchange_write_signed(struct authcode_exchange *x, const struct ac_alg *alg,
			      void (*write)(struct authcode_exchange *x));

/* Whom its record is about; the name is in the arena. */
void ac_exchange_is_about(struct authcode_exchange *x, const struct authcode_subject *subject);

/* Where it came from, for its record. ERR_MEMORY. */
AC_MUST_USE enum authcode_err ac_exchange_came_from(struct authcode_exchange *x, const char *peer,
						    int64_t txn);

/* --- responses ---------------------------------------------------------- */

/* What a response says of a refusal, to people and to the log. */
struct authcode_refusal ac_refusal_of(const struct authcode_exchange *x, enum ac_oauth_error error,
				      const char *why);

/* A local error page. */
void ac_respond_page(struct authcode_exchange *x, unsigned status, enum ac_oauth_error error,
		     const char *why);

/* JSON {"error","error_description"} with the row's status (RFC 6749 §5.2). */
void ac_respond_error(struct authcode_exchange *x, enum ac_oauth_error error, const char *why);

/* 200 and the object, whose reference is taken; NULL (out of memory) leaves the
 * 500 in place. */
void ac_respond_json_take(struct authcode_exchange *x, json_t *object);

/* The same of one that was written, and not ended yet. */
void ac_respond_json_answer(struct authcode_exchange *x, struct ac_json_answer *answer);

/* 200 and a signed JWT, in the arena. */
void ac_respond_jwt(struct authcode_exchange *x, const char *token);

/* A bearer refusal of RFC 6750 §3: status of the row, WWW-Authenticate Bearer;
 * why NULL: a bare challenge without error code (no token was sent). */
void ac_respond_bearer(struct authcode_exchange *x, enum ac_oauth_error error, const char *why,
		       const char *scope);

/* The same for a sign-in that proves too little (RFC 9470 §3): acr_values is what would
 * be enough. */
void ac_respond_step_up(struct authcode_exchange *x, const char *acr_values);

void ac_respond_empty(struct authcode_exchange *x, unsigned status);
void ac_respond_redirect(struct authcode_exchange *x, const char *location);

/* Internal failure at a JSON endpoint or page: 503 server_error when the store
 * failed, 500 otherwise; says so in the debug log. */
void ac_respond_failure(struct authcode_exchange *x, enum authcode_err err, const char *where);

/* Issuer URL ‖ path of the endpoint, in the arena; NULL when it is full. */
const char *ac_endpoint_url(struct authcode_exchange *x, enum authcode_endpoint endpoint);

/* The same for those who have no exchange. */
const char *ac_issuer_endpoint_url(const struct authcode_issuer *issuer,
				   enum authcode_endpoint endpoint, struct authcode_arena *arena);

/* Checks the method and runs the decide function of the endpoint's row. */
void ac_endpoint_decide(struct authcode_exchange *x);

/* The member of the metadata that is its URL; NULL: clients need not know of it. */
const char *ac_endpoint_metadata(enum authcode_endpoint endpoint);

/* Is the endpoint one that answers with pages and redirects? */
AC_MUST_USE bool ac_endpoint_is_page(enum authcode_endpoint endpoint);

#endif
