/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The errors OAuth defines, one row each: name, status at the token endpoint,
 * whether a redirect may carry it, and the clause. Supported means it has a row.
 */
#ifndef AC_PROTOCOL_OAUTH_ERROR_H
#define AC_PROTOCOL_OAUTH_ERROR_H

#include <stdbool.h>
#include <stddef.h>

enum ac_oauth_error {
	AC_INVALID_REQUEST,
	AC_INVALID_CLIENT,
	AC_INVALID_GRANT,
	AC_UNAUTHORIZED_CLIENT,
	AC_UNSUPPORTED_GRANT_TYPE,
	AC_INVALID_SCOPE,
	AC_UNSUPPORTED_RESPONSE_TYPE,
	AC_ACCESS_DENIED,
	AC_SERVER_ERROR,
	AC_TEMPORARILY_UNAVAILABLE,
	AC_INVALID_TOKEN,
	AC_INSUFFICIENT_SCOPE,
	AC_UNMET_AUTHENTICATION_REQUIREMENTS,
	AC_REQUEST_NOT_SUPPORTED,
	AC_REQUEST_URI_NOT_SUPPORTED,
	AC_REGISTRATION_NOT_SUPPORTED,
	AC_LOGIN_REQUIRED,
	AC_CONSENT_REQUIRED,
	AC_ACCOUNT_SELECTION_REQUIRED,
	AC_INTERACTION_REQUIRED,
	AC_INVALID_TARGET,
	AC_INSUFFICIENT_USER_AUTHENTICATION,
	AC_AUTHORIZATION_PENDING,
	AC_SLOW_DOWN,
	AC_EXPIRED_TOKEN,
	AC_OAUTH_ERROR_COUNT,
};

struct ac_oauth_error_row {
	const char *name;
	unsigned status;   /* of a JSON or bearer answer */
	bool redirectable; /* may travel to a redirect URI */
	const char *clause;
};

/* Borrowed; NULL outside the table. */
const struct ac_oauth_error_row *ac_oauth_error(enum ac_oauth_error error);

#endif
