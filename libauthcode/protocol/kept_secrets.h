/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Secrets of the issuer that must outlive its master key, since names of people and
 * sessions that clients have stored, and refresh tokens, follow from them: random, in
 * the store, sealed under the master key.
 */
#ifndef AC_PROTOCOL_KEPT_SECRETS_H
#define AC_PROTOCOL_KEPT_SECRETS_H

#include "base/attr.h"
#include "protocol/key_pass.h"

/* Reads them into issuer->keys, once, and makes those that are missing. A store that has
 * signing keys but no secrets is one of before there were any: it keeps what followed from
 * its master key. The pass is loaded anew, so that a wrong master key is found first. */
AC_MUST_USE enum authcode_err ac_kept_secrets_load(struct ac_key_pass *pass);

#endif
