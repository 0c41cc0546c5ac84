/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * SIGHUP: the configuration once more, while the daemon runs.
 */
#ifndef AC_SERVER_RELOAD_H
#define AC_SERVER_RELOAD_H

#include "server/app.h"
#include "server/config.h"
#include "server/event.h"
#include "server/http.h"

/* Reports config_loaded or config_reloaded, with the hash of the files. */
void ac_config_say(enum ac_event event, const struct ac_config *config);

/* Takes over what may change, or nothing; says in the log which, and why. True when it
 * was taken over. On the main thread. */
bool ac_reload(struct ac_app *daemon, struct ac_http_service *http);

#endif
