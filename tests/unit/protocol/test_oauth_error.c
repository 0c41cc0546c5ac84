/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/oauth_error.h: TK-10, and what may travel to a redirect URI.
 */
#include "protocol/oauth_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

static const struct {
	enum ac_oauth_error error;
	const char *name;
	unsigned status;
	bool redirectable;
} expected[] = {
	{ AC_INVALID_REQUEST, "invalid_request", 400, true },
	{ AC_INVALID_CLIENT, "invalid_client", 401, false },
	{ AC_INVALID_GRANT, "invalid_grant", 400, false },
	{ AC_UNAUTHORIZED_CLIENT, "unauthorized_client", 400, true },
	{ AC_UNSUPPORTED_GRANT_TYPE, "unsupported_grant_type", 400, false },
	{ AC_INVALID_SCOPE, "invalid_scope", 400, true },
	{ AC_UNSUPPORTED_RESPONSE_TYPE, "unsupported_response_type", 400, true },
	{ AC_ACCESS_DENIED, "access_denied", 403, true },
	{ AC_SERVER_ERROR, "server_error", 500, true },
	{ AC_TEMPORARILY_UNAVAILABLE, "temporarily_unavailable", 503, true },
	{ AC_INVALID_TOKEN, "invalid_token", 401, false },
	{ AC_INSUFFICIENT_SCOPE, "insufficient_scope", 403, false },
	{ AC_UNMET_AUTHENTICATION_REQUIREMENTS, "unmet_authentication_requirements", 400, true },
	{ AC_REQUEST_NOT_SUPPORTED, "request_not_supported", 400, true },
	{ AC_REQUEST_URI_NOT_SUPPORTED, "request_uri_not_supported", 400, true },
	{ AC_REGISTRATION_NOT_SUPPORTED, "registration_not_supported", 400, true },
	{ AC_LOGIN_REQUIRED, "login_required", 400, true },
	{ AC_CONSENT_REQUIRED, "consent_required", 400, true },
	{ AC_ACCOUNT_SELECTION_REQUIRED, "account_selection_required", 400, true },
	{ AC_INTERACTION_REQUIRED, "interaction_required", 400, true },
	{ AC_INVALID_TARGET, "invalid_target", 400, true },
	{ AC_INSUFFICIENT_USER_AUTHENTICATION, "insufficient_user_authentication", 401, false },
	{ AC_AUTHORIZATION_PENDING, "authorization_pending", 400, false },
	{ AC_SLOW_DOWN, "slow_down", 400, false },
	{ AC_EXPIRED_TOKEN, "expired_token", 400, false },
};

static void
every_error_is_as_the_rfc_says(void **state)
{
	(void)state;
	assert_int_equal(AC_ARRAY_SIZE(expected), AC_OAUTH_ERROR_COUNT);
	for (size_t i = 0; i < AC_ARRAY_SIZE(expected); i++) {
		const struct ac_oauth_error_row *row = ac_oauth_error(expected[i].error);

		assert_non_null(row);
		assert_string_equal(row->name, expected[i].name);
		assert_int_equal(row->status, expected[i].status);
		assert_int_equal(row->redirectable, expected[i].redirectable);
		assert_true(strncmp(row->clause, "RFC ", 4) == 0 ||
			    strncmp(row->clause, "OpenID Connect ", 15) == 0);
	}
}

static void
outside_the_table_there_is_nothing(void **state)
{
	(void)state;
	assert_null(ac_oauth_error(AC_OAUTH_ERROR_COUNT));
	assert_null(ac_oauth_error((enum ac_oauth_error)1000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_is_as_the_rfc_says),
		cmocka_unit_test(outside_the_table_there_is_nothing),
	};

	return cmocka_run_group_tests_name("oauth_error", tests, NULL, NULL);
}
