/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Tending, for those who have changed the keys otherwise and hold tend_lock.
 */
#ifndef AC_PROTOCOL_TEND_KEYS_H
#define AC_PROTOCOL_TEND_KEYS_H

#include "base/attr.h"
#include "protocol/key_pass.h"

/* As authcode_issuer_tend_keys(). The pass is loaded anew. */
AC_MUST_USE enum authcode_err ac_tend_keys(struct ac_key_pass *pass,
					   enum authcode_key_rotation rotation);

#endif
