/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What follows when a password was changed during a sign-in, whether or not anybody comes
 * for its success: whoever knew the old one may have got sessions and tokens by it, and
 * all of them are ended (RT-11, RFC 9700 §4.14.2).
 */
#ifndef AC_SERVER_PASSWORD_CHANGED_H
#define AC_SERVER_PASSWORD_CHANGED_H

#include "server/app.h"
#include "server/conversation.h"

/* The changed() of struct ac_conversations_settings; app is a struct ac_app. Returns at
 * once. Where it fails, which is logged, the session of that sign-in still does it. */
void ac_password_changed(void *app, const struct ac_password_change *change);

#endif
