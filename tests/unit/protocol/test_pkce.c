/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/pkce.h: PK-01 … PK-09.
 */
#include "protocol/pkce.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* RFC 7636 App. B */
static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
static const char challenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void
only_a_well_formed_s256_challenge_is_taken(void **state)
{
	static const struct {
		const char *name, *challenge, *method;
		bool required, ok;
	} rows[] = {
		{ "PK-09 S256", challenge, "S256", false, true },
		{ "PK-09 S256, required", challenge, "S256", true, true },
		{ "PK-08 none", NULL, NULL, false, true },
		{ "PK-08 empty counts as none", "", "", false, true },
		{ "PK-07 none, required", NULL, NULL, true, false },
		{ "PK-07 empty, required", "", NULL, true, false },
		{ "PK-01 no method means plain", challenge, NULL, false, false },
		{ "PK-01 empty method", challenge, "", false, false },
		{ "PK-01 plain", challenge, "plain", false, false },
		{ "PK-03 unknown method", challenge, "S512", false, false },
		{ "PK-03 case counts", challenge, "s256", false, false },
		{ "PK-03 method alone", NULL, "S256", false, false },
		{ "PK-03 plain alone", NULL, "plain", false, false },
		{ "PK-02 42 characters", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", "S256",
		  false, false },
		{ "PK-02 40 characters, whole bytes", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw",
		  "S256", false, false },
		{ "PK-02 44 characters", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMA", "S256",
		  false, false },
		{ "PK-02 128 characters", X64 X64, "S256", false, false },
		{ "PK-02 padded", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", "S256", false,
		  false },
		{ "PK-02 standard alphabet", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", "S256",
		  false, false },
		{ "PK-02 tilde", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw~cM", "S256", false,
		  false },
		{ "PK-02 stray bits", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN", "S256", false,
		  false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *why =
			ac_pkce_check_request(rows[i].challenge, rows[i].method, rows[i].required);

		if ((why == NULL) != rows[i].ok)
			fail_msg("%s: %s", rows[i].name, why != NULL ? why : "accepted");
	}
}

static void
a_verifier_fits_its_own_challenge_only(void **state)
{
	static const struct {
		const char *name, *challenge, *verifier;
		bool ok;
	} rows[] = {
		{ "RFC 7636 App. B", challenge, verifier, true },
		{ "neither was sent", "", NULL, true },
		{ "neither was sent, empty", "", "", true },
		{ "PK-04 verifier missing", challenge, NULL, false },
		{ "PK-04 verifier empty", challenge, "", false },
		{ "PK-06 downgrade", "", verifier, false },
		{ "no challenge known", NULL, verifier, false },
		{ "no challenge known, no verifier", NULL, NULL, false },
		{ "PK-05 the challenge itself", challenge, challenge, false },
		{ "PK-05 one character off", challenge,
		  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", false },
		{ "PK-05 42 characters", challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX",
		  false },
		/* What it stands for is the hash of what is refused. */
		{ "PK-05 42 characters that fit", "MzGuVmuCfiyhtA8T4e8WBVUlbW1KtArN4Sk-n-PRX_s",
		  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX", false },
		{ "PK-05 a reserved character that fits",
		  "mAZuMzUULM31ken39CiawM_lPHEIN0_iML9RTsI3J1I",
		  "dBjftJeZ4CVP!mB92K27uhbUJU1p1r_wW1gFWFOEjXk", false },
		{ "PK-05 with a space", challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk ",
		  false },
		{ "PK-05 129 characters", challenge, X64 X64 "x", false },
		{ "PK-05 not ASCII", challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEj\xc3\xa9",
		  false },
		{ "plain is not compared", verifier, verifier, false },
		{ "stored challenge too long", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMA",
		  verifier, false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (ac_pkce_verify(rows[i].challenge, rows[i].verifier) != rows[i].ok)
			fail_msg("%s", rows[i].name);
	}
}

/* SHA-256 of 128 times 'x' and of the unreserved characters, computed with another tool. */
static void
the_whole_length_and_alphabet_of_verifiers_work(void **state)
{
	(void)state;
	assert_true(ac_pkce_verify("JNobgdCxbfZCju5zxp_LKpPHa8bfcG8MZnD-a_6ABGQ", X64 X64));
	assert_true(ac_pkce_verify("RZ77XZltYSfl0BLxuGd8pHGJ4EoMoVDVuSWHgNq3RY8",
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789-._~"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_well_formed_s256_challenge_is_taken),
		cmocka_unit_test(a_verifier_fits_its_own_challenge_only),
		cmocka_unit_test(the_whole_length_and_alphabet_of_verifiers_work),
	};

	return cmocka_run_group_tests_name("pkce", tests, NULL, NULL);
}
