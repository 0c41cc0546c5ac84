/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A small world for flows at the back-channel endpoints: an issuer on a memory
 * store behind a layer that can be told to fail, a handful of clients, and
 * people who are signed in by store operations, not by pages. Time stands
 * still unless a test moves it.
 */
#ifndef TESTS_FLOW_TOKEN_FIXTURE_H
#define TESTS_FLOW_TOKEN_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/authcode.h>
#include <jansson.h>

#include "base/attr.h"
#include "tests/flow/fault_store.h"

#define FORM "application/x-www-form-urlencoded"
#define SCOPE "openid profile email groups offline_access api"

/* RFC 7636 App. B */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

/* Secrets as the clients hold them, and as Authorization headers. */
#define POST_SECRET "post-secret-0123456789abcdef"

struct world {
	struct fault fault;
	struct authcode_issuer *issuer;
	struct authcode_arena *arena;
	int64_t now_ms;
	int random_countdown; /* as fault.countdown, for the random source */
	int64_t session_id;   /* of alice */
};

/* Opens the world before a test and closes it afterwards; *state is the world. */
int world_setup(void **state);
int world_teardown(void **state);
/* The issuer begins anew on the same store; a lost answer counts as lost for retry_s.
 * world_restart_with(): with another master key. */
void world_restart(struct world *world, uint32_t retry_s);
void world_restart_with(struct world *world, uint32_t retry_s, uint8_t master_key);

/* What becomes of a client when the host reads its configuration anew. */
enum change { CHANGE_NOTHING = 0, CHANGE_DISABLED, CHANGE_REMOVED };
void world_change_client(struct world *world, const char *id, enum change change);

struct request {
	enum authcode_endpoint endpoint;
	const char *client; /* authenticates by its own method; NULL: nobody */
	const char *body;   /* without client credentials */
	/* Less usual. */
	const char *query;
	const char *authorization; /* in place of the client's own */
	const char *content_type;  /* NULL: FORM */
	bool no_content_type;
	enum authcode_method method; /* 0: POST */
	size_t body_len;             /* 0: strlen(body) */
};

struct reply {
	unsigned status;
	json_t *json;                 /* NULL unless the response is JSON */
	const char *www_authenticate; /* or NULL */
	const char *allow;            /* or NULL */
	enum authcode_response_kind kind;
	struct authcode_exchange *exchange;
};

/* Runs it to its end. reply_clear() when done. */
struct reply ask(struct world *world, const struct request *request);
void reply_clear(struct reply *reply);

/* ask() and reply_clear(), with what was asked for in between. */
void expect_error(struct world *world, const struct request *request, unsigned status,
		  const char *error, const char *row);

/* The text of a member, in the world's arena; NULL when there is none. */
const char *member(struct world *world, const struct reply *reply, const char *name);

/* "fmt" filled in, in the world's arena. */
const char *text(struct world *world, const char *fmt, ...) AC_PRINTF(2, 3);

struct code {
	const char *client;       /* NULL: "web" */
	const char *scope;        /* NULL: "openid profile groups" */
	const char *redirect_uri; /* NULL: https://<client>.example/cb */
	bool redirect_uri_not_sent;
	const char *challenge; /* NULL: none */
	int64_t session_id;    /* 0: alice's */
};

/* A fresh code as a browser would carry it. */
const char *new_code(struct world *world, const struct code *code);

/* What a first redemption gives. */
struct tokens {
	const char *access;
	const char *refresh; /* NULL when none was issued */
	const char *code;
};

struct tokens redeem(struct world *world, const struct code *code);

/* Signs somebody in; *ret_text (may be NULL) is the session credential. */
int64_t new_session(struct world *world, const char *user, uint32_t uid, const char **ret_text);
void end_session(struct world *world, int64_t session_id);

/* Does introspection by the client that may ask about everything say active? */
bool active(struct world *world, const char *token);
/* The same for a refresh token, which only its own client is told about. */
bool active_for(struct world *world, const char *client, const char *token);

/* A redemption of code with rest (the other parameters) appended. */
#define CODE_GRANT "grant_type=authorization_code&code=%s"
#define WEB_CB "&redirect_uri=https://web.example/cb"
struct request code_request(struct world *world, const char *client, const char *code,
			    const char *rest);

/* ask() and reply_clear(), when only the status matters. */
unsigned status_of(struct world *world, const struct request *request);
unsigned userinfo_status(struct world *world, const char *access);

#endif
