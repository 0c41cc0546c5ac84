/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Everything around server/login.h for its tests: an authenticator that does
 * what the test says, an issuer whose seals can be read ("txn:1" is valid,
 * "old:1" stale, "key:1" wants the acr urn:x:key, anything else is not ours; csrf is
 * "csrf-" and the seal), and requests in one line each.
 */
#ifndef AC_TESTS_LOGIN_WORLD_H
#define AC_TESTS_LOGIN_WORLD_H

#include "fake_http.h"
#include "server/conversation.h"
#include "server/login.h"

#define ALICE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" /* browsers */
#define MALLORY "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"
#define APP_URL "https://sso.example.org"

/* --- the authenticator ------------------------------------------------------ */

#define MAX_HELPERS 64

enum script_start { START_OK, START_REFUSED, START_UNREACHABLE };

extern const struct ac_authenticator_ops script_ops;
extern int script_changer; /* its address: who changes passwords */
void script_reset(void);

/* What the next starts do, and whether a helper says CANON by itself. */
void script_set(enum script_start start, bool canon_at_once);
void script_set_change(enum script_start start);
/* Helpers started so far. */
unsigned script_started(void);
bool script_wait_started(unsigned count);
/* What helper i (from 0) has been told. */
unsigned script_gos(unsigned i);
bool script_wait_gos(unsigned i, unsigned count);
unsigned script_answers(unsigned i);
bool script_wait_answers(unsigned i, unsigned count);
const char *script_last_answer(unsigned i);
const char *script_user(unsigned i);
const char *script_service(unsigned i);
const char *script_language(unsigned i);
bool script_changes(unsigned i); /* is it one that changes passwords? */
const char *script_ticket(unsigned i);
bool script_had_password(unsigned i);
bool script_wait_cancelled(unsigned i);
unsigned script_alive(void);
/* Evaluations in the whole world: a password or answer that reached a helper. */
unsigned script_evaluations(void);

void script_canon(unsigned i, const char *user);
void script_prompt(unsigned i, const char *text, bool echo);
void script_result(unsigned i, enum ac_verdict verdict, const char *user);
void script_change_due(unsigned i, const char *ticket);
/* What the results from now on say of the PAM environment. */
void script_environment(const char *environment);
/* Texts that come with the next results, whatever they say; NULL: none. */
void script_told(const char *info, const char *error);
void script_die(unsigned i, bool began);

/* --- the issuer -------------------------------------------------------------- */

void issuer_reset(void);
unsigned issuer_sign_ins(void); /* sessions made */
unsigned issuer_denials(void);
int64_t issuer_last_attempt(void); /* of the last resumption; 0: none */
void issuer_forget_attempt(void);
const char *issuer_last_body(void);
const char *issuer_last_proof(void);      /* acr|amr|claims of the last sign-in, "-" for none */
bool issuer_saw_secret(const char *text); /* in any request body */
void issuer_hold_store(bool hold);        /* submitted operations wait for ... */
void issuer_release_store(void);
/* Where the next sign-ins end without a session, though PAM has said yes. */
enum issuer_refusal {
	ISSUER_REFUSES_NOTHING,
	ISSUER_BEGINS_NONE,    /* no exchange */
	ISSUER_STORES_NOTHING, /* an exchange that is over before the store is asked */
	ISSUER_LOSES_SESSION,  /* the store has refused */
};
void issuer_refuse(enum issuer_refusal where);

/* --- the world --------------------------------------------------------------- */

struct world {
	struct ac_conversations_settings settings;
	struct ac_app app;
	const char *device; /* cookie of a known browser, sent with every post */
	const char *accept_language;
};

/* Settings with generous times; change them between init and start. */
void world_init(struct world *w);
void world_start(struct world *w);
void world_stop(struct world *w);

/* Each makes a request and runs its handler to the reply; free the result. */
struct ac_http *post(struct world *w, const char *browser, const char *path, const char *body);
struct ac_http *post_login(struct world *w, const char *browser, const char *txn, const char *user,
			   const char *password);
struct ac_http *get_prompt(struct world *w, const char *browser, const char *login,
			   const char *txn);
struct ac_http *post_answer(struct world *w, const char *browser, const char *login,
			    const char *nonce, const char *answer);
/* Begins a GET /prompt that must wait, and carries it on later. */
struct ac_http *begin_prompt(struct world *w, const char *browser, const char *login);
void finish_prompt(struct world *w, struct ac_http *h);

/* login id of a redirect to /prompt, or "" (43 characters and a NUL). */
void login_of(const struct ac_http *h, char out[AC_LOGIN_LEN + 1]);
/* Value of the hidden field "nonce" of a prompt page. */
void nonce_of(const struct ac_http *h, char out[AC_QUESTION_LEN + 1]);
/* Is the reply a 303 to the resumed transaction with this notice? */
bool is_resumed(const struct ac_http *h, const char *txn, enum authcode_notice notice);

/* POST /login of alice in ALICE with "txn:1": her login id. */
void begin_login(struct world *w, char login[AC_LOGIN_LEN + 1]);
/* … and on to a question, whose nonce is returned. */
void begin_question(struct world *w, char login[AC_LOGIN_LEN + 1], char nonce[AC_QUESTION_LEN + 1]);

#endif
