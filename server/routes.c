/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What has no row here is a 404. Paths are compared byte for byte, undecoded
 * and never normalised, so there is no "..;/" to be clever with. HEAD is allowed
 * only where GET changes nothing.
 *
 * The consent form is posted by our own page; /authorize and /logout are not, since
 * clients may send a person there with a form (OIDC-Core §3.1.2.1, OIDC RP-Initiated
 * Logout §2).
 */
#include "server/routes.h"

#include <string.h>

#include <authcode/keys.h>
#include <authcode/request.h>

#include "server/admin.h"
#include "server/admin_audit.h"
#include "server/admin_chain.h"
#include "server/admin_clients.h"
#include "server/admin_keys.h"
#include "server/admin_master_key.h"
#include "server/admin_list.h"
#include "server/admin_people.h"
#include "server/admin_status.h"
#include "server/admin_token.h"
#include "server/health.h"
#include "server/keys.h"
#include "server/login.h"
#include "server/logo.h"
#include "server/metadata.h"
#include "server/metrics.h"
#include "server/pages.h"
#include "server/protocol_route.h"
#include "server/user_code.h"

#define PROTOCOL                                                                                   \
	{                                                                                          \
		ac_protocol_start, ac_protocol_resumed                                             \
	}
#define NO_ENDPOINT (-1)

static const struct ac_route routes[] = {
	{
		.path = "/authorize",
		.allow = "GET, POST",
		.flags = AC_ROUTE_PAGE,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
	},
	{
		.path = "/resume",
		.allow = "GET",
		.flags = AC_ROUTE_PAGE,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_RESUME,
	},
	{
		.path = "/consent",
		.allow = "POST",
		.flags = AC_ROUTE_PAGE | AC_ROUTE_SAME_ORIGIN,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_CONSENT,
	},
	{
		.path = "/login",
		.allow = "POST",
		.flags = AC_ROUTE_PAGE | AC_ROUTE_SAME_ORIGIN,
		.handler = { ac_login_post, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/prompt",
		.allow = "GET, POST",
		.flags = AC_ROUTE_PAGE | AC_ROUTE_SAME_ORIGIN,
		.handler = { ac_prompt_start, ac_prompt_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/token",
		.allow = "POST, OPTIONS",
		.flags = AC_ROUTE_CORS | AC_ROUTE_TOKEN_GUESS,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
	},
	{
		.path = "/revoke",
		.allow = "POST, OPTIONS",
		.flags = AC_ROUTE_CORS | AC_ROUTE_TOKEN_GUESS,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_REVOKE,
	},
	{
		.path = "/introspect",
		.allow = "POST",
		.flags = AC_ROUTE_TOKEN_GUESS,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
	},
	{
		.path = "/userinfo",
		.allow = "GET, POST, OPTIONS",
		.flags = AC_ROUTE_CORS,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_USERINFO,
	},
	{
		.path = "/logout",
		.allow = "GET, POST",
		.flags = AC_ROUTE_PAGE,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_LOGOUT,
	},
	{
		.path = "/logout/confirm",
		.allow = "POST",
		.flags = AC_ROUTE_PAGE | AC_ROUTE_SAME_ORIGIN,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_LOGOUT_CONFIRM,
	},
	{
		.path = "/device_authorization",
		.allow = "POST, OPTIONS",
		.flags = AC_ROUTE_CORS | AC_ROUTE_TOKEN_GUESS | AC_ROUTE_DEVICE_REQUEST,
		.handler = PROTOCOL,
		.endpoint = AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION,
	},
	{
		.path = "/device",
		.allow = "GET, POST",
		.flags = AC_ROUTE_PAGE | AC_ROUTE_SAME_ORIGIN,
		.handler = { ac_user_code_start, ac_user_code_resumed },
		.endpoint = AUTHCODE_ENDPOINT_DEVICE,
	},
	{
		.path = AUTHCODE_METADATA_PATH,
		.allow = "GET, HEAD, OPTIONS",
		.flags = AC_ROUTE_PUBLIC,
		.handler = { ac_metadata_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = AUTHCODE_DISCOVERY_PATH,
		.allow = "GET, HEAD, OPTIONS",
		.flags = AC_ROUTE_PUBLIC,
		.handler = { ac_metadata_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = AUTHCODE_JWKS_PATH,
		.allow = "GET, HEAD, OPTIONS",
		.flags = AC_ROUTE_PUBLIC,
		.handler = { ac_jwks_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/clients",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_clients_start, ac_admin_client_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/client",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_client_start, ac_admin_client_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/clients/add",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_client_change_start, ac_admin_client_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/clients/edit",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_client_change_start, ac_admin_client_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/clients/rotate-secret",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_client_change_start, ac_admin_client_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/clients/enable",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_client_change_start, ac_admin_client_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/clients/disable",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_client_change_start, ac_admin_client_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/clients/remove",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_client_change_start, ac_admin_client_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/presets",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_presets_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/keys",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_keys_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/keys/rotate",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_rotate_start, ac_admin_rotate_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/keys/withdraw",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_key_withdraw_start, ac_admin_key_withdraw_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/master-key/rotate",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_master_key_start, ac_admin_master_key_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/users/relink",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_relink_start, ac_admin_relink_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/users/withdraw",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_withdraw_start, ac_admin_withdraw_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/status",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_status_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/audit",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_audit_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/audit/verify",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_chain_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/explain",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_explain_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/metrics",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN | AC_ROUTE_METRICS,
		.handler = { ac_metrics_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/health",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN | AC_ROUTE_METRICS,
		.handler = { ac_health_start, ac_health_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/users",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_list_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/sessions",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_list_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/grants",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_list_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/authorizations",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_list_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/tokens",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_list_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/codes",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_list_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/devices",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_list_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/logouts",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_list_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/users/show",
		.allow = "GET",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_show_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/users/revoke",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_revoke_start, ac_admin_revoke_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/users/erase",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_erase_start, ac_admin_erase_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/sessions/end",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_session_end_start, ac_admin_session_end_resumed },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/admin/tokens/inspect",
		.allow = "POST",
		.flags = AC_ROUTE_ADMIN,
		.handler = { ac_admin_inspect_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/logo",
		.allow = "GET, HEAD",
		.flags = AC_ROUTE_PAGE,
		.handler = { ac_logo_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/assets/style.css",
		.allow = "GET, HEAD",
		.flags = AC_ROUTE_PAGE,
		.handler = { ac_asset_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
	{
		.path = "/assets/icon.svg",
		.allow = "GET, HEAD",
		.flags = AC_ROUTE_PAGE,
		.handler = { ac_asset_start, NULL },
		.endpoint = NO_ENDPOINT,
	},
};

const struct ac_route *
ac_route_find(const char *path)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(routes); i++) {
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	}
	return NULL;
}

const struct ac_route *
ac_route_at(size_t i)
{
	return i < AC_ARRAY_SIZE(routes) ? &routes[i] : NULL;
}
