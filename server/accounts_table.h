/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The inside of struct ac_accounts, shared by accounts.c (what HTTP threads
 * call), accounts_cache.c (what is known), accounts_run.c (the thread and its
 * connections) and accounts_sweep.c.
 */
#ifndef AC_SERVER_ACCOUNTS_TABLE_H
#define AC_SERVER_ACCOUNTS_TABLE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "pam_authcode/check_relay.h"
#include "server/accounts.h"

#define AC_CHECK_SUFFIX "-check"
_Static_assert(AC_MAX_SIGN_IN_SERVICE + sizeof(AC_CHECK_SUFFIX) - 1 == AC_MAX_SERVICE,
	       "the check of every service can be asked");
#define AC_SWEEP_PAGE 64
#define AC_ACCOUNTS_MAX_CONNECTIONS 16

enum ac_account_flight {
	AC_FLIGHT_NONE = 0,
	AC_FLIGHT_QUEUED, /* for a free connection */
	AC_FLIGHT_ASKED,  /* a connection waits for the answer */
};

/* What is known of (service, user, uid). Guarded by the lock; one with a flight is
 * never removed, so the thread may hold it without. */
struct ac_account_entry {
	struct ac_account_entry *chain;         /* in its bucket */
	struct ac_account_entry *newer, *older; /* by use */
	struct ac_account_entry *next_flight;
	char service[AC_MAX_SERVICE + 1]; /* with its suffix */
	char user[AC_MAX_USER_NAME + 1];
	uint32_t uid;
	int64_t subject_id;
	struct ac_account_answer *answer; /* NULL: never asked; UNKNOWN: what earlier ones left */
	int64_t fresh_until_ms;           /* monotonic */
	struct ac_account_answer *good;   /* for the grace time; NULL: none */
	int64_t good_until_ms;
	struct ac_account_answer *claimed; /* good, with the last claims; NULL: none */
	int64_t claimed_until_ms;
	uint32_t gone_count; /* how often it was missing, without being seen in between */
	int64_t gone_since_ms;
	bool retired;    /* the store has been told about subject_id */
	bool complained; /* about its claims, once */
	int64_t hung_ms; /* how long it rests since its last question hung; 0: it did not */
	enum ac_account_flight flight;
	int64_t flight_ms; /* when it began */
	bool with_claims;  /* of the flight */
	bool wanted;       /* requests have been turned away since it was queued */
	struct ac_account_waiter *waiters;
	uint32_t waiter_count;
};

struct ac_check_connection {
	struct ac_check_relay *relay;   /* NULL: closed */
	struct ac_account_entry *entry; /* whose answer is waited for, or NULL */
	bool with_claims;
	bool reused;         /* the question is not its first */
	int64_t deadline_ms; /* of the answer, or of being idle */
};

enum ac_sweep_phase {
	AC_SWEEP_RESTS = 0,
	AC_SWEEP_COUNTS,
	AC_SWEEP_WALKS,
};

/* The thread's alone. */
struct ac_sweep {
	enum ac_sweep_phase phase;
	int64_t began_ms;
	int64_t walk_ms; /* when the walk began */
	int64_t next_ms; /* RESTS: when the next one begins */
	int64_t after_id;
	uint64_t total, done;
	struct authcode_arena *arena; /* of page */
	struct authcode_subject page[AC_SWEEP_PAGE];
	size_t page_count, page_at;
};

struct ac_accounts {
	struct ac_accounts_settings settings; /* changed by the thread, with the lock held */
	pthread_mutex_t lock;
	pthread_cond_t retired; /* retiring has changed */
	pthread_t thread;
	bool running;
	bool draining;
	int wake_fd;
	struct ac_config *next; /* for the thread to take over, or NULL */
	struct ac_config *own;  /* the reference behind settings.config; NULL: it was borrowed */
	struct ac_account_entry **buckets;
	size_t bucket_count; /* a power of two */
	size_t entry_count;
	struct ac_account_entry *newest, *oldest;
	struct ac_account_entry *flights;                           /* in order of beginning */
	bool many_missing;                                          /* and it has been said */
	size_t retiring;                                            /* operations with the store */
	struct ac_account_answer *plain[AUTHCODE_ACCOUNT_GONE + 1]; /* without details */
	/* The thread's alone. */
	struct ac_check_connection *connections;
	bool unreachable;                     /* it has been said */
	_Atomic uint64_t good, refused, none; /* answers, for who counts them */
	struct ac_sweep sweep;
};

/* How a flight ends. */
struct ac_account_outcome {
	enum {
		AC_OUTCOME_BROKEN = 0, /* no connection, or it ended */
		AC_OUTCOME_HUNG,       /* out of time */
		AC_OUTCOME_ANSWERED,
	} kind;
	enum ac_verdict verdict;        /* UNAVAILABLE unless ANSWERED */
	struct ac_account_answer *good; /* with OK; a reference, taken */
	const char *bad_claims;         /* see ac_claims_compose() */
};

/* What happened, to be told when the lock is not held. */
struct ac_account_report {
	struct ac_account_waiter *ready; /* to be resumed */
	const char *gone;                /* why the account is gone; retire its subject */
	const char *bad_claims;          /* whose claims are no JSON object */
	int64_t subject_id;
	uint32_t uid;
	char user[AC_MAX_USER_NAME + 1];
};

/* --- accounts_cache.c: all with the lock held ------------------------------- */

/* The entry, made when it is not there; NULL: no room. cold: the first to be
 * forgotten when room is needed. service is without suffix. */
struct ac_account_entry *ac_account_entry_get(struct ac_accounts *c, const char *service,
					      const struct authcode_subject *subject, bool cold);
/* The first of the entries that an account, among others, has. */
const struct ac_account_entry *ac_accounts_bucket(const struct ac_accounts *c, const char *user,
						  uint32_t uid);
/* Begins a flight, if none is under way. */
void ac_account_entry_fly(struct ac_accounts *c, struct ac_account_entry *entry, bool with_claims);
/* What can be said when nobody can be asked; a reference. Who wants claims is told
 * of a good account with them or not at all: without, they would seem to be gone. */
struct ac_account_answer *ac_account_entry_fallback(const struct ac_accounts *c,
						    const struct ac_account_entry *entry,
						    bool with_claims);
/* Need nobody be asked now? Then what is to be said; a reference. */
AC_MUST_USE bool ac_account_entry_fresh(const struct ac_account_entry *entry, bool with_claims);
struct ac_account_answer *ac_account_entry_known(const struct ac_accounts *c,
						 const struct ac_account_entry *entry,
						 bool with_claims);
void ac_account_entry_settle(struct ac_accounts *c, struct ac_account_entry *entry,
			     const struct ac_account_outcome *outcome,
			     struct ac_account_report *ret);
/* Waiters of flights that take too long; all of them when draining. */
struct ac_account_waiter *ac_accounts_overdue(struct ac_accounts *c);
/* The end. */
void ac_accounts_clear(struct ac_accounts *c);

/* --- accounts_missing.c: with the lock held ---------------------------------- */

/* The user database does not have the account. True: for good. */
AC_MUST_USE bool ac_account_entry_missing(struct ac_accounts *c, struct ac_account_entry *entry);

/* --- accounts_run.c ---------------------------------------------------------- */

void *ac_accounts_run(void *accounts);
void ac_accounts_wake(struct ac_accounts *c);
/* From resume on a waiter belongs to its request again. */
void ac_accounts_resume(struct ac_account_waiter *ready);
/* Is there room for a question to the default service that no request waits for? */
AC_MUST_USE bool ac_accounts_idle(struct ac_accounts *c);

/* --- accounts_retire.c: without the lock -------------------------------------- */

/* Says it, and has the store retire the subject. */
void ac_accounts_retire(struct ac_accounts *c, const struct ac_account_report *report);

/* --- accounts_sweep.c: the thread --------------------------------------------- */

/* Looks at what is due; when to be called again, or INT64_MAX. */
int64_t ac_accounts_sweep(struct ac_accounts *c, int64_t now_ms);

#endif
