/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A check of the authorization endpoint, as authorize.c orders them. Those of
 * OpenID Connect are in authorize_openid.c.
 */
#ifndef AC_PROTOCOL_AUTHORIZE_CHECK_H
#define AC_PROTOCOL_AUTHORIZE_CHECK_H

#include "protocol/authorization.h"

struct ac_refusal {
	enum ac_oauth_error error;
	const char *why;
};

/* True, or false with *ret set. */
typedef bool ac_check_function(struct ac_authorization *a, struct ac_refusal *ret);

/* Sets *ret; false. */
bool ac_refuse_check(struct ac_refusal *ret, enum ac_oauth_error error, const char *why);
/* The same for no memory. */
bool ac_fail_check(struct ac_refusal *ret);

ac_check_function ac_check_nonce;
ac_check_function ac_check_prompt;
ac_check_function ac_check_max_age;
ac_check_function ac_check_id_token_hint;
ac_check_function ac_check_login_hint;
ac_check_function ac_check_ui_locales;
ac_check_function ac_check_claims;
ac_check_function ac_check_acr;

#endif
