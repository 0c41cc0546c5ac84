/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The generations of a running daemon: configuration, clients, and what is made of
 * them (metadata, pictures, CORS). A request pins the generation of its beginning and
 * keeps it to its end; the next one is put in its place whole, or not at all.
 */
#ifndef AC_SERVER_LIVE_H
#define AC_SERVER_LIVE_H

#include <authcode/authcode.h>

#include "base/attr.h"
#include "server/app.h"
#include "server/config.h"

struct ac_live;

/* The issuer's part of the configuration. acrs has room for AC_MAX_SERVICES and is
 * pointed at, as are rows of the configuration; store and master key are left out. */
struct authcode_issuer_settings ac_live_settings_of(const struct ac_config *config,
						    struct authcode_acr *acrs);

/* No generation yet. daemon: every member that is the daemon's is set, or will be
 * before the first request; borrowed. New: ac_live_free(), when nobody has pinned. */
AC_MUST_USE enum authcode_err ac_live_new(struct ac_app *daemon, struct ac_live **ret);
void ac_live_free(struct ac_live **live);

/* The next generation, with references to both; the issuer is told as well. False: one
 * sentence in reason, and everything is as before. From any thread. */
AC_MUST_USE bool ac_live_set(struct ac_live *live, struct ac_config *config,
			     struct authcode_clients *clients, struct authcode_reason *reason);

/* The same with the configuration as it is. */
AC_MUST_USE bool ac_live_set_clients(struct ac_live *live, struct authcode_clients *clients,
				     struct authcode_reason *reason);

/* The generation of this moment, for the caller to unpin; sets NULL. From any thread. */
struct ac_app *ac_live_pin(struct ac_live *live);
void ac_live_unpin(struct ac_app **app);

#endif
