/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The sealed authorization request, or device (RFC 8628), that travels through
 * the pages: before someone has signed in no page stores anything. A seal names the
 * browser it was made for, its time, a notice and what it is about, what its page asks
 * and of whom, which account was chosen, and what a sign-in has to prove or was to prove.
 */
#ifndef AC_PROTOCOL_TRANSACTION_H
#define AC_PROTOCOL_TRANSACTION_H

#include "base/form.h"
#include "jose/seal.h"
#include "protocol/exchange.h"

/* What a page asks, where the answer means something of its own. */
enum ac_question {
	AC_QUESTION_NONE = 0,
	AC_QUESTION_CONSENT, /* may the client have this? */
	AC_QUESTION_ACCOUNT, /* which account? (OIDC-Core §3.1.2.1, select_account) */
	AC_QUESTION_COUNT,
};

#define AC_CHOSEN_NOBODY 0
#define AC_CHOSEN_ANOTHER (-1) /* whoever is signed in is not meant */

struct ac_transaction {
	int64_t created_ms;
	uint8_t browser[AC_DIGEST_LEN]; /* SHA-256 of the browser cookie; zeros: no browser's */
	enum authcode_notice notice;
	int64_t attempt; /* the host's number of what the notice is about; 0: none */
	enum ac_question question;
	int64_t subject_id;               /* whom it was put to; 0: nobody */
	int64_t chosen_id;                /* subject chosen for this request, or AC_CHOSEN_… */
	int64_t tried_ms;                 /* auth_time of the sign-in made for it; 0: none */
	const char *sub;                  /* the one who is meant, as the client knows him; "" */
	const char *acr;                  /* what a sign-in is to prove, or was; "": nothing */
	bool device;                      /* request is what verification.c makes of a device */
	const char *request;              /* the authorization request, form-encoded */
	uint8_t nonce[AC_SEAL_NONCE_LEN]; /* unseal: of this seal */
};

/* New text in the arena. transaction->nonce is ignored; a fresh one is made. */
AC_MUST_USE enum authcode_err ac_transaction_seal(struct authcode_issuer *issuer,
						  struct authcode_arena *arena,
						  const struct ac_transaction *transaction,
						  char **ret_sealed);
AC_MUST_USE enum authcode_err ac_transaction_unseal(struct authcode_issuer *issuer,
						    struct authcode_arena *arena,
						    const char *sealed, struct ac_transaction *ret);

/* What a seal keeps of a browser cookie. */
AC_MUST_USE enum authcode_err ac_transaction_browser(const char *cookie,
						     uint8_t ret_browser[AC_DIGEST_LEN]);

/* The URL in the arena that carries a freshly sealed transaction on. */
AC_MUST_USE enum authcode_err ac_transaction_resume_url(struct authcode_issuer *issuer,
							struct authcode_arena *arena,
							const struct ac_transaction *transaction,
							const char **ret_url);

/* Made for no browser, for a request that came without its cookies (AZ-45): it
 * carries a request on, and nothing can be posted with it. */
AC_MUST_USE bool ac_transaction_unbound(const struct ac_transaction *transaction);

/* Made for this browser? */
AC_MUST_USE bool ac_transaction_same_browser(const struct ac_transaction *transaction,
					     const char *browser);

/* Still young enough? */
AC_MUST_USE bool ac_transaction_young(const struct authcode_issuer *issuer,
				      const struct ac_transaction *transaction, int64_t now_ms);

/* Made for this browser and still young enough? */
AC_MUST_USE bool ac_transaction_fresh(const struct authcode_issuer *issuer,
				      const struct ac_transaction *transaction, const char *browser,
				      int64_t now_ms);

/* CSRF token of a page: HMAC over browser cookie and seal, base64url. */
AC_MUST_USE enum authcode_err ac_transaction_csrf(struct authcode_issuer *issuer,
						  struct authcode_arena *arena, const char *sealed,
						  const char *browser, char **ret_csrf);
AC_MUST_USE bool ac_transaction_csrf_ok(struct authcode_issuer *issuer, const char *sealed,
					const char *browser, const char *csrf);

#endif
