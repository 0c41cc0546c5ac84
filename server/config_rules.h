/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What options mean together. Each returns ERR_CONFIG with a sentence in
 * reason, or another error.
 */
#ifndef AC_SERVER_CONFIG_RULES_H
#define AC_SERVER_CONFIG_RULES_H

#include "server/config_options.h"

/* Also fills what is derived: issuer_path, issuer_is_dev, listens. */
AC_MUST_USE enum authcode_err ac_config_check_server(struct ac_settings *settings,
						     struct authcode_reason *reason);

/* Also reads the secret, and leaves only its hash. */
AC_MUST_USE enum authcode_err ac_config_check_client(struct ac_client_settings *settings,
						     struct authcode_reason *reason);

/* The client's refresh lifetimes beside the server's. */
AC_MUST_USE enum authcode_err ac_config_check_refresh(const struct ac_settings *settings,
						      const struct ac_client_settings *client,
						      struct authcode_reason *reason);

/* The server's keys can sign what the client is to get signed. */
AC_MUST_USE enum authcode_err ac_config_check_signatures(const struct ac_settings *settings,
							 const struct ac_client_settings *client,
							 struct authcode_reason *reason);

/* Where the option was set; the whole file when it was not. */
const struct ac_place *ac_config_place_of(const struct ac_place *places, const char *section,
					  const char *name);

/* authcode-fetch, which tells it of logouts, speaks TLS alone. */
AC_MUST_USE enum authcode_err ac_config_check_logout(const struct ac_client_settings *client,
						     struct authcode_reason *reason);

#endif
