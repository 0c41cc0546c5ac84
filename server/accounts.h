/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Is the account behind a request still good? One thread asks the check helper,
 * over a few connections; what it says is kept for a while and shared.
 *
 *   helper says               an account is           and then
 *   OK                        good
 *   EXPIRED, LOCKED           gone                    its subject is retired
 *   GONE (no such account,    refused, and gone when  its subject is retired
 *   or it has another uid)    seen often and long
 *   DENIED, CHANGE_DUE        refused                 nothing is taken away
 *   UNAVAILABLE, or nothing   as it was, for a grace  nothing is taken away
 *                             time; then unknown
 *
 * However many requests ask about one account, it is looked at once. A request
 * that must wait leaves a waiter and is resumed once. Without traffic a sweep
 * looks at every account that has something to lose.
 */
#ifndef AC_SERVER_ACCOUNTS_H
#define AC_SERVER_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include <authcode/error.h>
#include <authcode/exchange.h>
#include <authcode/store.h>

#include "base/attr.h"
#include "server/account_answer.h"
#include "server/config.h"
#include "server/http.h"

struct ac_accounts_settings {
	const struct ac_config *config; /* claims, and the default service; borrowed */
	const char *socket;             /* of the check helper; borrowed */
	struct authcode_store *store;   /* NULL: no sweep, and nothing is retired */
	uint32_t connections;
	uint32_t max_entries;
	uint32_t max_waiters; /* for one account */
	bool lock_means_gone;
	bool audit;              /* a subject that is retired leaves a record */
	int64_t cache_ms;        /* how long an answer holds */
	int64_t grace_ms;        /* and how much longer a good one when nobody can be asked */
	int64_t failure_ms;      /* how soon is asked again after that */
	int64_t wait_ms;         /* how long a request waits */
	int64_t answer_ms;       /* how long the helper is waited for */
	int64_t idle_ms;         /* how long a connection is kept without need */
	int64_t sweep_ms;        /* 0: no sweep */
	int64_t gone_ms;         /* how long an account must be missing */
	uint32_t gone_count;     /* and how often that must be seen */
	int64_t gone_at_last_ms; /* of an account that is missing together with many */
};

/* Of the daemon. store may be NULL. */
struct ac_accounts_settings ac_accounts_settings_of(const struct ac_config *config,
						    struct authcode_store *store);

struct ac_accounts;

/* How often the helper was asked, and what came of it. */
struct ac_accounts_counts {
	uint64_t good;
	uint64_t refused; /* gone ones among them */
	uint64_t none;    /* no answer, or nobody could tell */
};

/* From any thread. */
void ac_accounts_count(struct ac_accounts *accounts, struct ac_accounts_counts *ret);

/* Starts the thread. drain resumes every waiter; from then on nothing is asked.
 * free needs a drain before and no other call under way, and waits for what the
 * store was given. */
AC_MUST_USE enum authcode_err ac_accounts_new(const struct ac_accounts_settings *settings,
					      struct ac_accounts **ret);
void ac_accounts_drain(struct ac_accounts *accounts);
void ac_accounts_free(struct ac_accounts **accounts);

/* Soon goes by this configuration, to which it takes a reference. Who waits goes on
 * waiting, and what is known stays known. */
void ac_accounts_use(struct ac_accounts *accounts, struct ac_config *config);

/* One waiting request, with h set; lives until it has been resumed. */
struct ac_account_waiter {
	struct ac_http *h;
	bool claims;
	struct ac_account_answer *answer; /* set when it is resumed; the waiter's to unref */
	struct ac_account_waiter *next;
};

/* The answer, to be unreferenced; or NULL: the waiter is resumed with one. The
 * service that is asked about is the client's, or the default, with -check. */
AC_MUST_USE struct ac_account_answer *ac_accounts_ask(struct ac_accounts *accounts,
						      const struct authcode_account_query *query,
						      struct ac_account_waiter *waiter);

/* The account has just signed in: what was held against it is looked at anew. */
void ac_accounts_renew(struct ac_accounts *accounts, const char *user, uint32_t uid);

#endif
