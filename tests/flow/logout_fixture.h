/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the flow tests of logout share: alice signed in at a browser for the client
 * FLOW_WEB, which has places to go to after a logout, and ID tokens as hints, good
 * ones and others.
 */
#ifndef TESTS_FLOW_LOGOUT_FIXTURE_H
#define TESTS_FLOW_LOGOUT_FIXTURE_H

#include "tests/flow/flow.h"

#define LOGOUT_WEB "client_id=web&redirect_uri=https://web.example/cb&response_type=code"

struct logout_world {
	struct flow flow;
	struct flow_browser browser;
	int64_t session_id;
};

extern struct logout_world logout;

int logout_set_up(void **state);
int logout_tear_down(void **state);

/* FLOW_WEB with these places, FLOW_FIRST with https://first.example/out. */
void logout_set_clients(const char *const *uris, size_t count);

/* Another session of alice's at the browser, of which FLOW_WEB has a code. */
const char *logout_sign_in(void);
bool logout_session_lives(void);

enum logout_forgery {
	LOGOUT_HINT_GENUINE = 0,
	LOGOUT_HINT_UNSIGNED,  /* alg none */
	LOGOUT_HINT_CHANGED,   /* one bit of the payload */
	LOGOUT_HINT_OTHER_KEY, /* a key of the same kind that is not ours */
	LOGOUT_HINT_CUT,
	LOGOUT_HINT_GARBAGE,
};

/* NULL and 0: as in the ID token of FLOW_WEB for the session at the browser. */
struct logout_hint {
	const char *iss, *client, *sub, *typ;
	const char *sid; /* "": left out */
	int64_t exp_s;
	enum logout_forgery forge;
};

const char *logout_hint(const struct logout_hint *hint);

#endif
