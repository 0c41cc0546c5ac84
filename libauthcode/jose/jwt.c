/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See jwt.h. One row for each claim, in the order of RFC 7519 §4.1. Times are
 * whole, not negative and 64 bit: a fraction or 1e300 is refused, not rounded,
 * so that no arithmetic here can overflow.
 */
#include "jose/jwt.h"

#include <string.h>

#include "base/limits.h"

static const char *const words[AC_JWT_VERDICT_COUNT] = {
	[AC_JWT_NO_CLAIMS] = "no claims",
	[AC_JWT_ISS] = "another issuer",
	[AC_JWT_SUB] = "another subject",
	[AC_JWT_AUD] = "for another audience",
	[AC_JWT_EXP] = "no expiry time",
	[AC_JWT_EXPIRED] = "expired",
	[AC_JWT_TOO_LONG] = "valid for too long",
	[AC_JWT_NBF] = "malformed nbf",
	[AC_JWT_NOT_YET] = "not valid yet",
	[AC_JWT_IAT] = "no time of issue",
	[AC_JWT_FROM_FUTURE] = "issued in the future",
	[AC_JWT_JTI] = "no identifier",
	[AC_JWT_GOOD] = "good",
};

const char *
ac_jwt_words(enum ac_jwt_verdict verdict)
{
	return words[(unsigned)verdict < AC_JWT_VERDICT_COUNT ? verdict : 0];
}

static bool
wanted(const struct ac_jwt_expect *expect, unsigned flag)
{
	return (expect->flags & flag) != 0;
}

/* Absent is fine unless needed; present must be text, and this one if given. */
static bool
text_holds(const json_t *claim, const char *expected, bool needed)
{
	if (claim == NULL)
		return !needed && expected == NULL;
	return json_is_string(claim) &&
	       (expected == NULL || strcmp(json_string_value(claim), expected) == 0);
}

static bool
get_time(const json_t *claim, int64_t *ret_s)
{
	if (!json_is_integer(claim) || json_integer_value(claim) < 0)
		return false;
	*ret_s = json_integer_value(claim);
	return true;
}

static enum ac_jwt_verdict
check_iss(const json_t *claims, const struct ac_jwt_expect *expect)
{
	return text_holds(json_object_get(claims, "iss"), expect->iss, false) ? AC_JWT_GOOD
									      : AC_JWT_ISS;
}

static enum ac_jwt_verdict
check_sub(const json_t *claims, const struct ac_jwt_expect *expect)
{
	return text_holds(json_object_get(claims, "sub"), expect->sub,
			  wanted(expect, AC_JWT_NEED_SUB))
		       ? AC_JWT_GOOD
		       : AC_JWT_SUB;
}

static bool
is_expected_aud(const json_t *aud, const struct ac_jwt_expect *expect)
{
	for (size_t i = 0; i < expect->aud_count; i++) {
		if (strcmp(json_string_value(aud), expect->auds[i]) == 0)
			return true;
	}
	return false;
}

static enum ac_jwt_verdict
check_aud(const json_t *claims, const struct ac_jwt_expect *expect)
{
	const json_t *aud = json_object_get(claims, "aud");
	bool found = expect->aud_count == 0;

	if (aud == NULL)
		return found ? AC_JWT_GOOD : AC_JWT_AUD;
	if (json_is_string(aud))
		return found || is_expected_aud(aud, expect) ? AC_JWT_GOOD : AC_JWT_AUD;
	if (!json_is_array(aud) || wanted(expect, AC_JWT_AUD_PLAIN))
		return AC_JWT_AUD;
	for (size_t i = 0; i < json_array_size(aud); i++) {
		if (!json_is_string(json_array_get(aud, i)))
			return AC_JWT_AUD;
		found = found || is_expected_aud(json_array_get(aud, i), expect);
	}
	return found ? AC_JWT_GOOD : AC_JWT_AUD;
}

/* RFC 7519 §4.1.4: exp itself is already too late. */
static enum ac_jwt_verdict
check_exp(const json_t *claims, const struct ac_jwt_expect *expect)
{
	const json_t *claim = json_object_get(claims, "exp");
	int64_t exp = 0;

	if (claim == NULL && wanted(expect, AC_JWT_MAY_EXPIRE))
		return AC_JWT_GOOD;
	if (!get_time(claim, &exp))
		return AC_JWT_EXP;
	if (!wanted(expect, AC_JWT_MAY_EXPIRE) && expect->now_s - exp >= expect->late_s)
		return AC_JWT_EXPIRED;
	if (expect->max_life_s > 0 && exp - expect->now_s > expect->max_life_s)
		return AC_JWT_TOO_LONG;
	return AC_JWT_GOOD;
}

static enum ac_jwt_verdict
check_nbf(const json_t *claims, const struct ac_jwt_expect *expect)
{
	const json_t *claim = json_object_get(claims, "nbf");
	int64_t nbf = 0;

	if (claim == NULL)
		return AC_JWT_GOOD;
	if (!get_time(claim, &nbf))
		return AC_JWT_NBF;
	return nbf - expect->now_s > expect->ahead_s ? AC_JWT_NOT_YET : AC_JWT_GOOD;
}

static enum ac_jwt_verdict
check_iat(const json_t *claims, const struct ac_jwt_expect *expect)
{
	const json_t *claim = json_object_get(claims, "iat");
	int64_t iat = 0;

	if (claim == NULL)
		return wanted(expect, AC_JWT_NEED_IAT) ? AC_JWT_IAT : AC_JWT_GOOD;
	if (!get_time(claim, &iat))
		return AC_JWT_IAT;
	return iat - expect->now_s > expect->ahead_s ? AC_JWT_FROM_FUTURE : AC_JWT_GOOD;
}

static enum ac_jwt_verdict
check_jti(const json_t *claims, const struct ac_jwt_expect *expect)
{
	const json_t *claim = json_object_get(claims, "jti");
	const size_t len = json_string_length(claim);

	if (claim == NULL)
		return wanted(expect, AC_JWT_NEED_JTI) ? AC_JWT_JTI : AC_JWT_GOOD;
	return len > 0 && len <= AC_MAX_JTI ? AC_JWT_GOOD : AC_JWT_JTI;
}

static enum ac_jwt_verdict (*const checks[])(const json_t *claims,
					     const struct ac_jwt_expect *expect) = {
	check_iss, check_sub, check_aud, check_exp, check_nbf, check_iat, check_jti,
};

enum ac_jwt_verdict
ac_jwt_check(const json_t *claims, const struct ac_jwt_expect *expect)
{
	if (!json_is_object(claims))
		return AC_JWT_NO_CLAIMS;
	for (size_t i = 0; i < AC_ARRAY_SIZE(checks); i++) {
		enum ac_jwt_verdict verdict = checks[i](claims, expect);

		if (verdict != AC_JWT_GOOD)
			return verdict;
	}
	return AC_JWT_GOOD;
}
