/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A whole issuer without a socket: memory store, fixed clock, random bytes from
 * a seed, a few clients, and browsers that keep their cookies. Everything a
 * helper returns lives until flow_stop(); a helper that cannot do what its name
 * says fails the test.
 */
#ifndef TESTS_FLOW_FLOW_H
#define TESTS_FLOW_FLOW_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <authcode/authcode.h>

#include "base/form.h"

#define FLOW_ISSUER "https://id.example"
#define FLOW_START_MS INT64_C(1767225600000) /* 2026-01-01 */
#define FLOW_MAX_EXCHANGES 4096

/* Confidential, client_secret_basic; redirect FLOW_WEB_URI; scope "openid
 * profile email groups offline_access", default "profile groups"; both grants. */
#define FLOW_WEB "web"
#define FLOW_WEB_URI "https://web.example/cb"
/* Confidential, client_secret_post; two redirect URIs, the second with a query;
 * scope "profile"; authorization_code only. */
#define FLOW_POST "post"
#define FLOW_POST_URI "https://post.example/cb"
#define FLOW_POST_URI_QUERY "https://post.example/cb?tenant=a%20b&x="
/* Public and native: private-use scheme, loopback, claimed https. */
#define FLOW_APP "app"
#define FLOW_APP_URI "com.example.app:/cb"
#define FLOW_APP_LOOPBACK "http://127.0.0.1/cb"
#define FLOW_APP_HTTPS "https://app.example/cb"
/* Confidential and trusted: consent is not asked. */
#define FLOW_FIRST "first"
#define FLOW_FIRST_URI "https://first.example/cb"
/* Public, native and trusted; the URIs of FLOW_APP. */
#define FLOW_FIRST_APP "first-app"
/* Public, device_code and refresh_token, no redirect URI; scope "openid profile groups
 * offline_access", default "profile". */
#define FLOW_TV "tv"
/* Confidential and disabled; FLOW_WEB_URI. */
#define FLOW_DISABLED "disabled"
/* The secret of every confidential client. */
#define FLOW_SECRET "a-secret-of-some-length-0123456789"
/* RFC 7636 App. B */
#define FLOW_VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define FLOW_CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define FLOW_PKCE "&code_challenge=" FLOW_CHALLENGE "&code_challenge_method=S256"
#define FLOW_FORM "application/x-www-form-urlencoded"

struct flow {
	struct authcode_store *store; /* what the issuer uses: faults, then memory */
	struct authcode_store *memory;
	struct authcode_issuer *issuer;
	struct authcode_clients *clients;
	struct authcode_arena *arena; /* what helpers return */
	struct authcode_exchange *exchanges[FLOW_MAX_EXCHANGES];
	size_t exchange_count;
	int64_t now_ms;
	uint64_t seed;
	/* Faults: the next calls fail while these are set. */
	bool random_fails;
	bool reads_fail;
	bool writes_fail;
	bool hide_people;           /* tokens are read as if issued to their client itself */
	size_t writes;              /* operations that reached the store */
	const char *claims_request; /* not NULL: what every code asks for by name */
	/* With check_accounts: what the host says of every account, and was asked. */
	struct authcode_account account;
	size_t asked;
	size_t signed_slowly;                /* answers that waited for authcode_exchange_sign() */
	struct authcode_account_query query; /* the last one */
};

/* Its cookies; session NULL: none. */
struct flow_browser {
	const char *cookie;
	const char *session;
};

void flow_start(struct flow *flow);
/* With the acrs and check_accounts of settings; every account is GOOD at first. */
void flow_start_with(struct flow *flow, const struct authcode_issuer_settings *settings);
void flow_stop(struct flow *flow);

/* Replaces the registry by these clients. */
void flow_set_clients(struct flow *flow, const struct authcode_client *clients, size_t count);
/* The row of a client of the registry, to be changed and set again. */
struct authcode_client flow_client(struct flow *flow, const char *id);

/* Runs to the end, answering for accounts; the request is gone by then. now_ms
 * of it is filled in. */
const struct authcode_response *flow_run(struct flow *flow, struct authcode_request request);
const struct authcode_response *flow_get(struct flow *flow, const struct flow_browser *browser,
					 enum authcode_endpoint endpoint, const char *query);
const struct authcode_response *flow_post(struct flow *flow, const struct flow_browser *browser,
					  enum authcode_endpoint endpoint, const char *body);

/* printf into the flow's arena. */
const char *flow_text(struct flow *flow, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The value form-encoded. */
const char *flow_encode(struct flow *flow, const char *value);
/* The query of a URL. */
const char *flow_query(const char *url);
/* The decoded parameter of a URL's query, NULL when absent; it occurs once. */
const char *flow_param(struct flow *flow, const char *url, const char *name);

/* A successful sign-in of alice (uid 1000) or another name (uid 1001): the
 * browser gets its session, the result is the 303. */
const struct authcode_response *flow_sign_in(struct flow *flow, struct flow_browser *browser,
					     const char *transaction, const char *user);
/* The same with this acr proved. */
const struct authcode_response *flow_sign_in_acr(struct flow *flow, struct flow_browser *browser,
						 const char *transaction, const char *acr);
/* Follows our own redirect to /resume. */
const struct authcode_response *flow_follow(struct flow *flow, const struct flow_browser *browser,
					    const struct authcode_response *redirect);
/* Posts the decision of a page. */
const struct authcode_response *flow_decide(struct flow *flow, const struct flow_browser *browser,
					    const struct authcode_interaction *page,
					    const char *decision);

/* /authorize, sign-in of alice and consent as far as each is asked for: the
 * redirect to the client, and the code in it. */
const struct authcode_response *flow_authorize(struct flow *flow, struct flow_browser *browser,
					       const char *query);
const char *flow_code(struct flow *flow, struct flow_browser *browser, const char *query);

/* A local error page with this status and error, and nothing else. */
void flow_assert_page(const struct authcode_response *response, unsigned status, const char *error);
/* A 303 to redirect_uri with exactly error, error_description, state (NULL:
 * none) and iss. */
void flow_assert_refused(struct flow *flow, const struct authcode_response *response,
			 const char *redirect_uri, const char *error, const char *state);
/* A 303 to redirect_uri with exactly code, state (NULL: none) and iss. */
void flow_assert_code(struct flow *flow, const struct authcode_response *response,
		      const char *redirect_uri, const char *state);

#endif
