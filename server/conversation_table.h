/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The inside of struct ac_conversations, shared by conversation.c and
 * conversation_look.c (what HTTP threads call), conversation_run.c (the thread) and
 * conversation_report.c (what it tells the log). Everything is guarded by the one
 * lock, the calls of the authenticator included: they return at once.
 */
#ifndef AC_SERVER_CONVERSATION_TABLE_H
#define AC_SERVER_CONVERSATION_TABLE_H

#include <pthread.h>

#include "server/txn.h"
#include "server/address.h"
#include "server/conversation.h"
#include "server/event.h"
#include "server/log_name.h"
#include "server/used_nonces.h"

#define AC_CONVERSATION_BUCKETS 4 /* name, address, total, canonical name */
#define AC_PROMPT_KINDS_LEN 200   /* of a value of the log; more is cut */
#define AC_MAX_REPORTS 16

enum ac_conversation_state {
	AC_CONVERSATION_OVER = 0,
	AC_CONVERSATION_HELD, /* failed, and nobody is told before the floor */
	AC_CONVERSATION_QUEUED,
	AC_CONVERSATION_STARTING,
	AC_CONVERSATION_LOCK, /* wants the lock of its canonical name */
	AC_CONVERSATION_WORKING,
	AC_CONVERSATION_ASKED,
	AC_CONVERSATION_SUCCEEDED,
};

struct ac_conversation {
	struct ac_conversation *next; /* in order of beginning */
	uint64_t serial;              /* names it to epoll */
	enum ac_conversation_state state;
	enum ac_look_kind outcome; /* OVER: what a look sees */
	const char *reason;        /* OVER: for the log, NULL once written or nothing to say */
	bool begun_unsaid;         /* a helper has begun, and the log has not been told */
	bool prompts_cut;
	char prompts[AC_PROMPT_KINDS_LEN +
		     1]; /* kinds of what modules asked and told: "hidden,info" */
	char login[AC_LOGIN_LEN + 1];
	char browser[AC_BROWSER_LEN + 1];
	uint8_t nonce[AUTHCODE_NONCE_LEN];
	bool known; /* counted and queued apart from strangers with this name */
	bool hopeless;
	char *transaction;
	char *client_id;
	char *client_name;
	char txn[AC_TXN_LEN + 1]; /* of the request that has begun it */
	struct ac_wire_start start;
	struct ac_address address; /* whom max_per_address counts */
	bool counted;              /* false: a Unix socket told no address */
	struct ac_bucket buckets[AC_CONVERSATION_BUCKETS];
	size_t bucket_count;
	struct ac_secret *password; /* until the helper has started */
	void *helper;               /* the authenticator's, NULL before and after */
	char canon[AC_MAX_USER_NAME + 1];
	bool changing;            /* the helper is the one that changes the password */
	bool given_up;            /* nobody is told how it ends */
	uint64_t ticket;          /* LOCK: who came first */
	struct ac_secret *answer; /* until the lock is granted */
	char question[AC_QUESTION_LEN + 1];
	struct ac_wire_prompt *prompt;  /* ASKED */
	struct ac_wire_result *success; /* SUCCEEDED, and OVER with that outcome */
	int64_t changed_ms;             /* when the password was changed; or 0 */
	uint32_t readers;               /* whom it was given to */
	int64_t attempt_ms;             /* monotonic: when the password or answer came */
	int64_t end_ms;                 /* monotonic: of everything */
	int64_t deadline_ms;            /* monotonic: of this state */
	struct ac_waiter *waiters;
	uint32_t waiter_count;
};

struct ac_conversations {
	struct ac_conversations_settings settings;
	pthread_mutex_t lock;
	pthread_t thread;
	bool running;
	bool draining;
	int epoll_fd;
	int wake_fd;
	uint64_t serial; /* the last one given: conversations and tickets */
	struct ac_conversation *list;
	struct ac_used_nonces used;
	uint8_t log_key[AC_LOG_NAME_KEY_LEN]; /* of names that nobody has proved */
};

AC_MUST_USE bool ac_conversation_of_browser(const struct ac_conversation *conversation,
					    const char *browser);

/* Ends it for good: helper, secrets and lock are gone, the outcome (of a
 * success, the identity too) stays to be looked at. reason must be a constant. */
void ac_conversation_finish(struct ac_conversations *c, struct ac_conversation *conversation,
			    enum ac_look_kind outcome, const char *reason);

/* Which buckets the attempt spends from. False: it cannot be told. */
AC_MUST_USE bool ac_guess_prepare(const struct ac_conversations *c,
				  const struct ac_conversation_begin *begin,
				  struct ac_conversation *ret);
/* Takes one guess for the password or answer that has come. */
AC_MUST_USE bool ac_guess_spend(struct ac_conversations *c, struct ac_conversation *conversation,
				uint32_t *ret_wait_s);
/* The helper told the canonical name: an account must not have a bucket for each
 * spelling. False looks like a wrong password: that two names are one account,
 * and so exist, is not told. */
AC_MUST_USE bool ac_guess_spend_canon(struct ac_conversations *c,
				      struct ac_conversation *conversation);
/* It was right, or PAM has not seen it. */
void ac_guess_refund(struct ac_conversations *c, struct ac_conversation *conversation);

/* Who it was that succeeded. */
void ac_conversation_forget(struct ac_conversation *conversation);

/* Unlinks and frees one that is over and has no waiter. */
void ac_conversation_remove(struct ac_conversations *c, struct ac_conversation *conversation);

/* What the modules have asked and told, for the log: kinds alone. */
void ac_conversation_note_prompt(struct ac_conversation *conversation,
				 const struct ac_wire_prompt *prompt);
void ac_conversation_note_messages(struct ac_conversation *conversation,
				   const struct ac_wire_message *messages, size_t count);

/* A line for the log. */
struct ac_conversation_report {
	enum ac_event event; /* SIGN_IN_BEGUN or LOGIN_FAILED */
	const char *reason;
	char rhost[sizeof(((struct ac_wire_start *)NULL)->rhost)];
	char client_id[AC_MAX_CLIENT_ID + 1];
	char service[sizeof(((struct ac_wire_start *)NULL)->service)];
	char name_mac[AC_LOG_NAME_LEN + 1];
	char prompts[AC_PROMPT_KINDS_LEN + 1];
	char txn[AC_TXN_LEN + 1];
};

/* Has the log still to be told of it? */
AC_MUST_USE bool ac_conversation_unsaid(const struct ac_conversation *conversation);

/* With the lock: takes what is to be said, AC_MAX_REPORTS lines at most. */
AC_MUST_USE size_t ac_conversations_collect_reports(
	struct ac_conversations *c, struct ac_conversation_report reports[AC_MAX_REPORTS]);
/* Without. */
void ac_conversation_write_reports(const struct ac_conversation_report *reports, size_t count);

/* The thread: moves everything on until draining. */
void *ac_conversations_run(void *conversations);

/* Something changed that the thread must look at. */
void ac_conversations_wake(struct ac_conversations *c);

#endif
