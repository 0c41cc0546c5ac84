/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The rules of service blocks: what a PAM service is declared to prove.
 */
#ifndef AC_SERVER_CONFIG_SERVICE_H
#define AC_SERVER_CONFIG_SERVICE_H

#include "server/config_options.h"

/* Takes a block that has been read, with its name, into the configuration. */
AC_MUST_USE enum authcode_err ac_config_add_service(struct ac_settings *settings,
						    struct ac_service_settings *service,
						    struct authcode_reason *reason);

/* When every block has been read. Where people can sign in with several services,
 * each needs an acr, and a client without min_acr needs that of its own service:
 * what one stack has proved is not what another would have. */
AC_MUST_USE enum authcode_err ac_config_bind_services(struct ac_settings *settings,
						      struct ac_client_settings *const *clients,
						      size_t count, struct authcode_reason *reason);

/* The same for a client that no file has: it can name a service that has an acr, since
 * what there is was settled when the files were read. */
AC_MUST_USE enum authcode_err ac_config_bind_client(const struct ac_settings *settings,
						    struct ac_client_settings *client,
						    struct authcode_reason *reason);

/* When every block has been read: is the client's min_acr that of a service? */
AC_MUST_USE enum authcode_err ac_config_check_acr(const struct ac_settings *settings,
						  const struct ac_client_settings *client,
						  struct authcode_reason *reason);

#endif
