/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/accounts.h with a helper that does what the test says, a store in
 * memory, and times short enough to wait for.
 */
#ifndef AC_TESTS_ACCOUNTS_WORLD_H
#define AC_TESTS_ACCOUNTS_WORLD_H

#include "fake_http.h"
#include "server/accounts.h"
#include "tests/server/fake_check.h"

struct accounts_world {
	struct ac_config config;
	struct ac_accounts_settings settings;
	struct authcode_store *store;
	struct fake_check *helper;
	struct ac_accounts *accounts;
};

/* Settings with generous times; change them between init and start. */
void accounts_init(struct accounts_world *w);
void accounts_start(struct accounts_world *w);
void accounts_stop(struct accounts_world *w);

/* A request that asks; its answer when it comes, at last after 5 s. */
struct accounts_request {
	struct ac_http *h;
	struct ac_account_waiter waiter;
	struct ac_account_answer *answer; /* known at once */
};

void accounts_begin(struct accounts_world *w, struct accounts_request *request, const char *user,
		    bool claims);
/* The same about the account as another service knows it. */
void accounts_begin_at(struct accounts_world *w, struct accounts_request *request,
		       const char *service, const char *user);
/* Waits, frees the request; the answer is the caller's to unref. */
struct ac_account_answer *accounts_end(struct accounts_request *request);
/* Both, and only the state. */
enum authcode_account_state accounts_state(struct accounts_world *w, const char *user);

/* A session of the user (uid 1000) in the store: its subject's id. */
int64_t accounts_sign_in(struct accounts_world *w, const char *user, int64_t *ret_session);
/* Is the subject of the session retired, now or within 5 s? */
bool accounts_retired(struct accounts_world *w, int64_t session);
bool accounts_wait_retired(struct accounts_world *w, int64_t session);

void nap(int64_t ms);

#endif
