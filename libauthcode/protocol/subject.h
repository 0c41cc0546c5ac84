/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a client knows a person and a session by: `sub` (OIDC-Core §8) and `sid`
 * (OIDC Back-Channel Logout §2.1). Whatever tells a client of either takes it
 * from here, so that ID token, userinfo, introspection and logout agree.
 */
#ifndef AC_PROTOCOL_SUBJECT_H
#define AC_PROTOCOL_SUBJECT_H

#include <authcode/client.h>

#include "base/arena.h"
#include "base/attr.h"
#include "protocol/issuer.h"

/* sub: that of the subject's row. *ret_sub is that, or the person's name in the
 * client's sector, in the arena. */
AC_MUST_USE enum authcode_err ac_subject_sub(const struct authcode_issuer *issuer,
					     const struct authcode_client *client, const char *sub,
					     struct authcode_arena *arena, const char **ret_sub);

/* One for each session, the same for every client that has no sector: where sub is
 * another in each sector, so is this, or it would tell that it is one person. It
 * survives a new sign-in that renews the session, and tells nothing of its row.
 * session_id is not 0. */
AC_MUST_USE enum authcode_err ac_subject_sid(const struct authcode_issuer *issuer,
					     const struct authcode_client *client,
					     int64_t session_id, struct authcode_arena *arena,
					     const char **ret_sid);

#endif
