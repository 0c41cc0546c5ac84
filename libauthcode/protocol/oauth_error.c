/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The table of oauth_error.h. Only invalid_client and invalid_token answer 401
 * (RFC 6749 §5.2, RFC 6750 §3.1); a bad grant is always a 400.
 */
#include "protocol/oauth_error.h"

#include "base/attr.h"

static const struct ac_oauth_error_row rows[] = {
	[AC_INVALID_REQUEST] = { "invalid_request", 400, true, "RFC 6749 §4.1.2.1, §5.2" },
	[AC_INVALID_CLIENT] = { "invalid_client", 401, false, "RFC 6749 §5.2" },
	[AC_INVALID_GRANT] = { "invalid_grant", 400, false, "RFC 6749 §5.2" },
	[AC_UNAUTHORIZED_CLIENT] = { "unauthorized_client", 400, true, "RFC 6749 §4.1.2.1, §5.2" },
	[AC_UNSUPPORTED_GRANT_TYPE] = { "unsupported_grant_type", 400, false, "RFC 6749 §5.2" },
	[AC_INVALID_SCOPE] = { "invalid_scope", 400, true, "RFC 6749 §4.1.2.1, §5.2" },
	[AC_UNSUPPORTED_RESPONSE_TYPE] = { "unsupported_response_type", 400, true,
					   "RFC 6749 §4.1.2.1" },
	[AC_ACCESS_DENIED] = { "access_denied", 403, true, "RFC 6749 §4.1.2.1" },
	[AC_SERVER_ERROR] = { "server_error", 500, true, "RFC 6749 §4.1.2.1" },
	[AC_TEMPORARILY_UNAVAILABLE] = { "temporarily_unavailable", 503, true,
					 "RFC 6749 §4.1.2.1" },
	[AC_INVALID_TOKEN] = { "invalid_token", 401, false, "RFC 6750 §3.1" },
	[AC_INSUFFICIENT_SCOPE] = { "insufficient_scope", 403, false, "RFC 6750 §3.1" },
	[AC_UNMET_AUTHENTICATION_REQUIREMENTS] = { "unmet_authentication_requirements", 400, true,
						   "OpenID Connect Core Error Code "
						   "unmet_authentication_requirements 1.0 §2" },
	[AC_REQUEST_NOT_SUPPORTED] = { "request_not_supported", 400, true,
				       "OpenID Connect Core §3.1.2.6" },
	[AC_REQUEST_URI_NOT_SUPPORTED] = { "request_uri_not_supported", 400, true,
					   "OpenID Connect Core §3.1.2.6" },
	[AC_REGISTRATION_NOT_SUPPORTED] = { "registration_not_supported", 400, true,
					    "OpenID Connect Core §3.1.2.6" },
	[AC_LOGIN_REQUIRED] = { "login_required", 400, true, "OpenID Connect Core §3.1.2.6" },
	[AC_CONSENT_REQUIRED] = { "consent_required", 400, true, "OpenID Connect Core §3.1.2.6" },
	[AC_ACCOUNT_SELECTION_REQUIRED] = { "account_selection_required", 400, true,
					    "OpenID Connect Core §3.1.2.6" },
	[AC_INTERACTION_REQUIRED] = { "interaction_required", 400, true,
				      "OpenID Connect Core §3.1.2.6" },
	[AC_INSUFFICIENT_USER_AUTHENTICATION] = { "insufficient_user_authentication", 401, false,
						  "RFC 9470 §3" },
	[AC_INVALID_TARGET] = { "invalid_target", 400, true, "RFC 8707 §2" },
	[AC_AUTHORIZATION_PENDING] = { "authorization_pending", 400, false, "RFC 8628 §3.5" },
	[AC_SLOW_DOWN] = { "slow_down", 400, false, "RFC 8628 §3.5" },
	[AC_EXPIRED_TOKEN] = { "expired_token", 400, false, "RFC 8628 §3.5" },
};

_Static_assert(AC_ARRAY_SIZE(rows) == AC_OAUTH_ERROR_COUNT, "one row per error");

const struct ac_oauth_error_row *
ac_oauth_error(enum ac_oauth_error error)
{
	return (unsigned)error < AC_ARRAY_SIZE(rows) ? &rows[error] : NULL;
}
