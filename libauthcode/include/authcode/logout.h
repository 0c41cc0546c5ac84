/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Telling clients that a session has ended (OIDC Back-Channel Logout). The store
 * says whom (authcode_store_list_deliveries()), this what, and the host sends it and
 * records what became of it (AUTHCODE_OP_RECORD_DELIVERY). A host that does so sets
 * tell_logout in its struct authcode_issuer_settings.
 */
#ifndef AUTHCODE_LOGOUT_H
#define AUTHCODE_LOGOUT_H

#include <stdint.h>

#include <authcode/error.h>
#include <authcode/issuer.h>
#include <authcode/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One POST, application/x-www-form-urlencoded. It is taken by an answer of 200 (§2.8). */
struct authcode_logout_message {
	const char *url;  /* the client's backchannel_logout_uri */
	const char *body; /* the logout token (§2.4), good for two minutes */
};

/* New: each call makes another token. ERR_NOT_FOUND: the client is not served any
 * more, or does not want to be told; ERR_CRYPTO: there is no key to sign with;
 * ERR_MEMORY, ERR_RANDOM. Thread-safe. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_logout_message_new(struct authcode_issuer *issuer,
			    const struct authcode_delivery_view *delivery, int64_t now_ms,
			    struct authcode_logout_message **ret_message);

/* NULL-safe, sets NULL. */
AUTHCODE_API void authcode_logout_message_free(struct authcode_logout_message **message);

#ifdef __cplusplus
}
#endif
#endif
