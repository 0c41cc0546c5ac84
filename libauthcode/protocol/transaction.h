/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The sealed authorization request, or device (RFC 8628), that travels through the
 * pages: nothing is stored before someone has signed in. A seal names the browser it was made
 * for, its time, a notice, on a consent page the subject it was shown to, and
 * what a sign-in has to prove or was to prove.
 */
#ifndef AC_PROTOCOL_TRANSACTION_H
#define AC_PROTOCOL_TRANSACTION_H

#include "base/form.h"
#include "jose/seal.h"
#include "protocol/exchange.h"

struct ac_transaction {
	int64_t created_ms;
	uint8_t browser[AC_DIGEST_LEN]; /* SHA-256 of the browser cookie */
	enum authcode_notice notice;
	int64_t subject_id;               /* whom a consent page was shown to; 0: nobody */
	int64_t tried_ms;                 /* auth_time of the sign-in made for it; 0: none */
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

/* Made for this browser? */
AC_MUST_USE bool ac_transaction_same_browser(const struct ac_transaction *transaction,
					     const char *browser);

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
