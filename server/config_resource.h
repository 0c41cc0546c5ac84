/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The rules of resource blocks: whom access tokens can be asked for.
 */
#ifndef AC_SERVER_CONFIG_RESOURCE_H
#define AC_SERVER_CONFIG_RESOURCE_H

#include "server/config_options.h"

/* Takes a block that has been read, with its URI, into the configuration. */
AC_MUST_USE enum authcode_err ac_config_add_resource(struct ac_settings *settings,
						     struct ac_resource_settings *resource,
						     struct authcode_reason *reason);

/* When the main file has been read: can what resource blocks ask for be signed? */
AC_MUST_USE bool ac_config_check_resource_algs(const struct ac_settings *settings,
					       struct authcode_reason *reason);

/* When every block has been read: is there a block for what the client names, and can
 * its tokens be signed? */
AC_MUST_USE enum authcode_err ac_config_check_resources(const struct ac_settings *settings,
							const struct ac_client_settings *client,
							struct authcode_reason *reason);

#endif
