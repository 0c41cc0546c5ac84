/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The conversations parked between the pages of a sign-in, and the one thread
 * that moves them on. HTTP threads begin, look, answer and cancel; they never
 * wait: who finds a module at work leaves a waiter and is resumed once.
 *
 *   queued → starting → (lock wanted → working → asked)* → succeeded → over
 *
 * queued     another conversation of the same typed name has a module at work
 * starting   the helper looks up the account
 * lock       the canonical name is locked by another conversation at work; the
 *            lock is held while a module works, never while a person thinks
 * asked      a question waits for the person, or until its deadline
 * succeeded  until the browser that began it looks, and a little longer: what the
 *            first look is answered with may be lost
 * held       failed: until the next multiple of the floor it looks, and counts,
 *            as if a module still worked, so that no time tells why it failed
 *
 * When the password was right and has expired, a second helper, which changes it,
 * takes over: from starting on everything is as before, but no guess is counted,
 * because the person has been proved.
 *
 * Every deadline, error and unexpected event leads to over; only the helper's
 * OK leads to succeeded.
 */
#ifndef AC_SERVER_CONVERSATION_H
#define AC_SERVER_CONVERSATION_H

#include <stdbool.h>
#include <stdint.h>

#include <authcode/error.h>
#include <authcode/exchange.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/limits.h"
#include "base/secret.h"
#include "server/authenticator.h"
#include "server/cookies.h"
#include "server/device.h"
#include "server/http.h"
#include "server/throttle.h"

#define AC_LOGIN_LEN 43    /* login id: base64url of 256 random bits */
#define AC_QUESTION_LEN 24 /* nonce of one question: of 144 bits */

/* A password that was changed a moment ago: whose, and in which sign-in. */
struct ac_password_change {
	const char *user; /* as the host knows the account */
	const char *client_id;
	const char *rhost;
	const char *txn;
};

struct ac_conversations_settings {
	struct ac_authenticator authenticator;
	/* Called by the thread, with its lock, also when the person has given up meanwhile: it
	 * must not wait. NULL: nobody wants to know. */
	void (*changed)(void *ctx, const struct ac_password_change *change);
	void *changed_ctx;
	struct ac_throttle *throttle; /* borrowed; NULL: guesses are not counted */
	uint32_t max;                 /* alive at once */
	uint32_t max_per_address;     /* not counted for requests without an address */
	uint32_t max_per_name;        /* queued or at work */
	uint32_t max_parked_per_name; /* asked or succeeded: a person is to act */
	uint32_t max_waiters;         /* requests waiting for one conversation */
	int64_t floor_ms;             /* failures are told at its multiples; 0: at once */
	int64_t prompt_ms;            /* for one answer, and to fetch a success */
	int64_t total_ms;             /* for everything */
	int64_t linger_ms;            /* how long an end can be looked at */
	int64_t again_ms;             /* how long a success, after its first look */
	uint32_t max_readers;         /* looks that are given one success */
	int64_t wait_ms;              /* of one waiting request */
	int64_t nonce_ms;             /* how long a sign-in page may be used */
	size_t nonce_max;             /* page nonces remembered per generation */
};

struct ac_conversations;

/* Starts the thread. drain ends every conversation and resumes every waiter;
 * from then on nothing begins and nobody waits. free needs a drain before and
 * no other call under way. */
AC_MUST_USE enum authcode_err ac_conversations_new(const struct ac_conversations_settings *settings,
						   struct ac_conversations **ret);
void ac_conversations_drain(struct ac_conversations *conversations);
void ac_conversations_free(struct ac_conversations **conversations);

/* Other limits and times, of those below, from now on; the rest of settings is not
 * looked at: max, max_per_address, floor_ms, prompt_ms, total_ms. */
void ac_conversations_set(struct ac_conversations *conversations,
			  const struct ac_conversations_settings *settings);

/* --- beginning ------------------------------------------------------------ */

struct ac_conversation_begin {
	uint8_t nonce[AUTHCODE_NONCE_LEN]; /* of the page */
	int64_t page_created_ms;           /* Unix time */
	int64_t now_ms;                    /* Unix time */
	const char *browser;               /* AC_BROWSER_LEN characters */
	const char *transaction;
	const char *client_id;
	const char *client_name;
	const char *txn; /* of the request, for the log; or NULL */
	struct ac_wire_start start;
	bool known;                       /* browser: it has signed in with this name before */
	uint8_t device[AC_DEVICE_ID_LEN]; /* known: which */
	bool hopeless; /* name or password can be nobody's: fails, PAM is not asked */
};

enum ac_admission {
	AC_ADMISSION_BUSY = 0,  /* a limit is reached, or no memory */
	AC_ADMISSION_REPEATED,  /* the page was used before; nothing was evaluated */
	AC_ADMISSION_TOO_OLD,   /* the page is older than what is remembered */
	AC_ADMISSION_THROTTLED, /* too many guesses: PAM is not asked */
	AC_ADMISSION_BEGUN,
};

/* password is taken over in any case. BEGUN: ret_login is the new id; REPEATED:
 * that of the conversation begun from the same page, or "" when it is gone.
 * THROTTLED: ret_wait_s is when to try again. */
AC_MUST_USE enum ac_admission ac_conversations_begin_take(struct ac_conversations *conversations,
							  const struct ac_conversation_begin *begin,
							  struct ac_secret *password,
							  char ret_login[AC_LOGIN_LEN + 1],
							  uint32_t *ret_wait_s);

/* How many are not over. */
size_t ac_conversations_under_way(struct ac_conversations *conversations);

/* How one stands that is not over, for an administrator. */
struct ac_under_way {
	enum ac_under_way_state {
		AC_UNDER_WAY_WORKING, /* a module works, or it waits for its turn */
		AC_UNDER_WAY_ASKED,   /* the person is to answer */
		AC_UNDER_WAY_PROVED,  /* PAM has said yes: the browser is to come */
	} state;
	char client_id[AC_MAX_CLIENT_ID + 1];
	char rhost[64];
	char service[AC_MAX_SERVICE + 1];
	char prompts[256];
};

/* By the number of the request that has begun it. */
AC_MUST_USE bool ac_conversations_find(struct ac_conversations *conversations, const char *txn,
				       struct ac_under_way *ret);

/* --- looking -------------------------------------------------------------- */

enum ac_look_kind {
	AC_LOOK_UNKNOWN = 0, /* no such conversation of this browser, or over and read */
	AC_LOOK_WAITING,     /* the waiter is resumed when there is something to see */
	AC_LOOK_WORKING,     /* still nothing after wait_ms: let the browser ask again */
	AC_LOOK_CROWDED,     /* too many requests wait already */
	AC_LOOK_ASKED,
	AC_LOOK_FAILED,
	AC_LOOK_EXPIRED,
	AC_LOOK_UNAVAILABLE,
	AC_LOOK_CHANGE_DUE,
	AC_LOOK_THROTTLED, /* too many guesses: this one did not reach PAM */
	AC_LOOK_SUCCEEDED, /* seen max_readers times at most: each caller signs in */
};

/* One waiting request. Zeroed before its first look with h set; lives until it
 * has been resumed. */
struct ac_waiter {
	struct ac_http *h;
	int64_t until; /* monotonic; set by the first look */
	struct ac_waiter *next;
};

/* Copies in the arena of the look; of a conversation that is UNKNOWN nothing. */
struct ac_look {
	enum ac_look_kind kind;
	const char *transaction;
	const char *client_id;
	const char *client_name;
	const char *rhost;
	const char *user;                     /* as typed */
	const char *service;                  /* the PAM service that was run */
	const char *prompts;                  /* kinds of what it asked and told; or "" */
	const char *begun;                    /* txn of the request that has begun it; or "" */
	const char *question;                 /* ASKED: nonce of the question */
	bool changing;                        /* ASKED: while an expired password is changed */
	int64_t changed_ms;                   /* SUCCEEDED: when it was changed on the way; or 0 */
	const struct ac_wire_prompt *prompt;  /* ASKED */
	const struct ac_wire_result *success; /* SUCCEEDED: who it is, and what was told */
};

AC_MUST_USE struct ac_look ac_conversations_look(struct ac_conversations *conversations,
						 const char *login, const char *browser,
						 struct ac_waiter *waiter,
						 struct authcode_arena *arena);

/* --- going on ------------------------------------------------------------- */

/* Gives the answer to the question with that nonce, once; the answer is taken
 * over in any case. False: not the question of this moment. */
bool ac_conversations_answer_take(struct ac_conversations *conversations, const char *login,
				  const char *browser, const char *question,
				  struct ac_secret *answer);

/* The person gives up. Nothing happens when there is no such conversation. */
void ac_conversations_cancel(struct ac_conversations *conversations, const char *login,
			     const char *browser);

#endif
