/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The seal of a client's secret. Hosts have authcode_issuer_put_client(), which seals and
 * stores: between the two another master key may come, and who seals has to know that.
 */
#ifndef AC_PROTOCOL_CLIENT_SEALED_H
#define AC_PROTOCOL_CLIENT_SEALED_H

#include "base/arena.h"
#include "base/attr.h"
#include "protocol/issuer.h"

/* Text in the arena, for authcode_issuer_open_client_secret(). ERR_LIMIT: empty, or longer
 * than secrets are. Thread-safe. */
AC_MUST_USE enum authcode_err ac_client_secret_seal(const struct authcode_issuer *issuer,
						    const char *client_id, const char *secret,
						    struct authcode_arena *arena,
						    const char **ret_sealed);

#endif
