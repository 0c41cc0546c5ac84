/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * From the client blocks of all files to the registry.
 */
#ifndef AC_SERVER_CONFIG_REGISTRY_H
#define AC_SERVER_CONFIG_REGISTRY_H

#include "server/config_options.h"

/* When every block has been read: config.clients of settings. Sorts clients. */
AC_MUST_USE enum authcode_err ac_config_build_registry(struct ac_settings *settings,
						       struct ac_client_settings **clients,
						       size_t count, struct authcode_arena *scratch,
						       struct authcode_reason *reason);

/* What a client says beside what the server says. */
AC_MUST_USE enum authcode_err ac_config_check_beside(const struct ac_settings *settings,
						     const struct ac_client_settings *client,
						     struct authcode_reason *reason);

#endif
