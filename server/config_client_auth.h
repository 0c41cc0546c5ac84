/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How a client proves who it is, from its block: the secret or the keys that its
 * token_endpoint_auth_method needs, and no other.
 */
#ifndef AC_SERVER_CONFIG_CLIENT_AUTH_H
#define AC_SERVER_CONFIG_CLIENT_AUTH_H

#include "server/config_options.h"

/* Fills in secret, hash and keys, for as long as settings->arena lives. */
AC_MUST_USE enum authcode_err ac_config_check_client_auth(struct ac_client_settings *settings,
							  struct authcode_reason *reason);

/* When the whole of the main file has been read: do the files that the client names
 * belong to somebody who may decide what they say? */
AC_MUST_USE enum authcode_err ac_config_check_owners(const struct ac_settings *settings,
						     const struct ac_client_settings *client,
						     struct authcode_reason *reason);

#endif
