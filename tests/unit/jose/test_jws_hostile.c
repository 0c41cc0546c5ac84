/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/jws.h against tokens made to be let in (RFC 8725). Where a header is
 * what is wrong, the signature is good, so that nothing else refuses it.
 */
#include "jose/jws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

#define CLAIMS "{\"sub\":\"attacker\"}"
#define DEEP_9 "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}"

struct keys {
	struct ac_jwk *own[AC_ALG_COUNT], *public[AC_ALG_COUNT];
};

static int
setup(void **state)
{
	static struct keys keys;

	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		keys.own[id] = forge_key((enum ac_alg_id)id);
		keys.public[id] = forge_public_key((enum ac_alg_id)id);
	}
	*state = &keys;
	return 0;
}

static int
teardown(void **state)
{
	struct keys *keys = *state;

	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		ac_jwk_free(&keys->own[id]);
		ac_jwk_free(&keys->public[id]);
	}
	return 0;
}

static enum ac_jws_verdict
verdict_for(const char *token, size_t len, const struct ac_jwk *key, unsigned algs)
{
	const struct ac_jws_expect expect = {
		.algs = algs, .typ = { "JWT", true }, .find_key = forge_find, .keys = key
	};
	json_t *claims = NULL;
	const enum ac_jws_verdict verdict = ac_jws_verify(token, len, &expect, &claims);

	/* Of what did not verify nothing is shown. */
	assert_int_equal(claims != NULL, verdict == AC_JWS_VERIFIED);
	json_decref(claims);
	return verdict;
}

static enum ac_jws_verdict
verdict_of(const char *token, const struct ac_jwk *key)
{
	return verdict_for(token, strlen(token), key, AC_ALG_ALL);
}

static void
a_header_that_is_not_plain_is_refused(void **state)
{
	static const struct {
		const char *header;
		enum ac_jws_verdict verdict;
	} rows[] = {
		{ "{\"alg\":\"ES256\"}", AC_JWS_VERIFIED },
		{ "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"k\",\"x5t\":\"AA\",\"n\":1}",
		  AC_JWS_VERIFIED },
		{ " {\r\n\"alg\" : \"ES256\"\t} ", AC_JWS_VERIFIED },
		/* RFC 7515 §4.1.11, RFC 7797: an extension changes what is meant. */
		{ "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"crit\":[]}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"crit\":null}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"b64\":false}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"b64\":true}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"zip\":\"DEF\"}", AC_JWS_EXTENSION },
		/* JW-08 */
		{ "{\"alg\":\"ES256\",\"jwk\":" RFC_EC_JWK "}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"jwk\":null}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"jku\":\"https://evil.example/jwks\"}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"x5u\":\"https://evil.example/x\"}", AC_JWS_EXTENSION },
		{ "{\"alg\":\"ES256\",\"x5c\":[\"AAAA\"]}", AC_JWS_EXTENSION },
		/* RFC 7515 §4: no member twice */
		{ "{\"alg\":\"none\",\"alg\":\"ES256\"}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"alg\":\"none\"}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"\\u0061lg\":\"ES256\"}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"kid\":\"a\",\"kid\":\"b\"}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"o\":{\"a\":1,\"a\":2}}", AC_JWS_HEADER },
		{ "{}", AC_JWS_HEADER },
		{ "{\"ALG\":\"ES256\"}", AC_JWS_HEADER },
		{ "{\"alg\":null}", AC_JWS_HEADER },
		{ "{\"alg\":256}", AC_JWS_HEADER },
		{ "{\"alg\":[\"ES256\"]}", AC_JWS_HEADER },
		{ "{\"alg\":{\"ES256\":1}}", AC_JWS_HEADER },
		{ "[\"alg\",\"ES256\"]", AC_JWS_HEADER },
		{ "\"ES256\"", AC_JWS_HEADER },
		{ "null", AC_JWS_HEADER },
		{ "x", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\"", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\"}}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\"}{}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\\u0000\"}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"x\":\"\xff\"}", AC_JWS_HEADER },
		{ "\xef\xbb\xbf{\"alg\":\"ES256\"}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"x\":99999999999999999999}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"x\":1e400}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"x\":" DEEP_9 "}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"kid\":7}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"kid\":null}", AC_JWS_HEADER },
		{ "{\"alg\":\"ES256\",\"kid\":\"\"}", AC_JWS_KID },
		{ "{\"alg\":\"ES256\",\"kid\":\"../../dev/null\"}", AC_JWS_KID },
		{ "{\"alg\":\"ES256\",\"kid\":\"' OR 1=1 --\"}", AC_JWS_KID },
		{ "{\"alg\":\"ES256\",\"kid\":\"0123456789012345678901234567890123456789012345678"
		  "9012345678901234\"}",
		  AC_JWS_KID },
		{ "{\"alg\":\"\"}", AC_JWS_ALGORITHM },
		{ "{\"alg\":\"none\"}", AC_JWS_ALGORITHM },
		{ "{\"alg\":\"NonE\"}", AC_JWS_ALGORITHM },
		{ "{\"alg\":\"es256\"}", AC_JWS_ALGORITHM },
		{ "{\"alg\":\"ES256 \"}", AC_JWS_ALGORITHM },
		{ "{\"alg\":\"ES384\"}", AC_JWS_ALGORITHM },
		{ "{\"alg\":\"ES256K\"}", AC_JWS_ALGORITHM },
		{ "{\"alg\":\"HS256\"}", AC_JWS_ALGORITHM },
		{ "{\"alg\":\"dir\",\"enc\":\"A128GCM\"}", AC_JWS_ALGORITHM },
	};
	const struct keys *keys = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *token =
			forge_token(keys->own[AC_ALG_ES256], AC_ALG_ES256, rows[i].header, CLAIMS);
		const enum ac_jws_verdict verdict = verdict_of(token, keys->public[AC_ALG_ES256]);

		if (verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].header, ac_jws_words(verdict));
	}
}

/* Signed by us or not: what is not one JSON object is no set of claims. */
static void
a_signed_payload_that_is_no_plain_object_is_refused(void **state)
{
	static const char *const payloads[] = {
		"null",
		"[]",
		"\"text\"",
		"1",
		"text",
		"{",
		"{}}",
		"{\"sub\":\"a\",\"sub\":\"b\"}",
		"{\"exp\":99999999999999999999}",
		"{\"exp\":1e400}",
		"{\"sub\":\"a\\u0000b\"}",
		"{\"sub\":\"\xff\"}",
		"{\"a\":" DEEP_9 "}",
	};
	const struct keys *keys = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(payloads); i++) {
		const char *token = forge_token(keys->own[AC_ALG_ES256], AC_ALG_ES256,
						"{\"alg\":\"ES256\"}", payloads[i]);
		const enum ac_jws_verdict verdict = verdict_of(token, keys->public[AC_ALG_ES256]);

		if (verdict != AC_JWS_PAYLOAD)
			fail_msg("%s: %s", payloads[i], ac_jws_words(verdict));
	}
}

/* JW-07: the header's word, the algorithm that signed, the key it is taken with
 * and the registration: only where all four agree is there a way in. */
static void
only_the_diagonal_of_algorithms_and_keys_passes(void **state)
{
	const struct keys *keys = *state;
	unsigned passed = 0;

	for (unsigned signer = 0; signer < AC_ALG_COUNT; signer++) {
		for (unsigned said = 0; said < AC_ALG_COUNT; said++) {
			char header[64], token[2048];

			(void)snprintf(header, sizeof(header), "{\"alg\":\"%s\"}",
				       ac_alg((enum ac_alg_id)said)->name);
			(void)snprintf(token, sizeof(token), "%s",
				       forge_token(keys->own[signer], (enum ac_alg_id)signer,
						   header, CLAIMS));
			for (unsigned key = 0; key < AC_ALG_COUNT; key++) {
				for (unsigned wanted = 0; wanted < AC_ALG_COUNT; wanted++) {
					/* own keys are for one algorithm, as registered ones */
					const enum ac_jws_verdict verdict =
						verdict_for(token, strlen(token), keys->own[key],
							    AC_ALG_BIT(wanted));
					const bool good =
						signer == said && said == key && key == wanted;

					passed += verdict == AC_JWS_VERIFIED;
					if ((verdict == AC_JWS_VERIFIED) != good)
						fail_msg("%u %u %u %u: %s", signer, said, key,
							 wanted, ac_jws_words(verdict));
				}
			}
		}
	}
	assert_int_equal(passed, AC_ALG_COUNT);
}

static void
nothing_passes_when_no_algorithm_or_no_key_is_expected(void **state)
{
	const struct keys *keys = *state;

	assert_int_equal(verdict_for(RFC_ES256_TOKEN, strlen(RFC_ES256_TOKEN),
				     keys->public[AC_ALG_ES256], 0),
			 AC_JWS_ALGORITHM);
	assert_int_equal(verdict_of(RFC_ES256_TOKEN, NULL), AC_JWS_NO_KEY);
	assert_int_equal(verdict_of(RFC_ES256_TOKEN, keys->public[AC_ALG_RS256]), AC_JWS_NO_KEY);
}

/* CVE-2015-9235 and its kin: the public key as the secret of an HMAC, in every
 * spelling an attacker can have it, and no secret at all. */
static void
a_public_key_is_never_an_hmac_secret(void **state)
{
	const struct keys *keys = *state;
	static const char *const algs[] = { "HS256", "RS256", "PS256", "none", "" };
	static char pem[4096];
	BIO *bio = BIO_new(BIO_s_mem());
	int pem_len;
	struct ac_part secrets[5];

	assert_int_equal(PEM_write_bio_PUBKEY(bio, ac_jwk_pkey(keys->public[AC_ALG_RS256])), 1);
	pem_len = BIO_read(bio, pem, sizeof(pem));
	BIO_free(bio);
	assert_true(pem_len > 400);
	secrets[0] = (struct ac_part){ pem, (size_t)pem_len };
	secrets[1] = (struct ac_part){ pem, (size_t)pem_len - 1 }; /* no last newline */
	secrets[2] = (struct ac_part){ RFC_RSA_N, sizeof(RFC_RSA_N) - 1 };
	secrets[3] = forge_bytes(RFC_RSA_N);
	secrets[4] = (struct ac_part){ "", 0 };
	for (size_t a = 0; a < AC_ARRAY_SIZE(algs); a++) {
		for (size_t s = 0; s < AC_ARRAY_SIZE(secrets); s++) {
			uint8_t mac[AC_DIGEST_LEN];
			char header[64];
			const char *input;
			struct ac_part part;
			enum ac_jws_verdict verdict;

			(void)snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", algs[a]);
			input = forge_input(header, CLAIMS);
			part = (struct ac_part){ input, strlen(input) };
			assert_int_equal(ac_hmac_sha256_any(&secrets[s], &part, 1, mac),
					 AUTHCODE_OK);
			verdict = verdict_of(forge_signed(input, mac, sizeof(mac)),
					     keys->public[AC_ALG_RS256]);
			assert_int_equal(verdict,
					 a == 1 || a == 2 ? AC_JWS_SIGNATURE : AC_JWS_ALGORITHM);
		}
	}
}

static void
a_token_of_another_shape_is_refused(void **state)
{
	static const char *const tokens[] = {
		"",
		".",
		"..",
		"...",
		"a",
		"a.b",
		"a.b.",
		".b.c",
		"a..c",
		"eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD,
		"eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD ".",
		"eyJhbGciOiJub25lIn0." RFC_PAYLOAD ".", /* {"alg":"none"} */
		"eyJhbGciOiJFUzI1NiJ9..DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8"
		"ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
		RFC_ES256_TOKEN ".",
		RFC_ES256_TOKEN ".AA",
		RFC_ES256_TOKEN ".AA.AA", /* five segments, as JWE has */
		"." RFC_ES256_TOKEN,
		RFC_ES256_TOKEN " ",
		" " RFC_ES256_TOKEN,
		RFC_ES256_TOKEN "\n",
		RFC_ES256_TOKEN "=",
		RFC_ES256_TOKEN "==",
		"{\"payload\":\"" RFC_PAYLOAD "\",\"signatures\":[]}",
	};
	const struct keys *keys = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(tokens); i++) {
		const enum ac_jws_verdict verdict =
			verdict_of(tokens[i], keys->public[AC_ALG_ES256]);

		if (verdict != AC_JWS_MALFORMED)
			fail_msg("%s: %s", tokens[i], ac_jws_words(verdict));
	}
}

/* RFC 4648 §3.5: another spelling of the same bytes is another token. */
static void
base64url_must_be_the_canonical_spelling(void **state)
{
	static const char *const tokens[] = {
		/* the signature ends in Q, the last four bits of which are spare */
		"eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD
		".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg"
		"6NU1R",
		"eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD
		".DtEhU3ljbEg8L38VWAfUAqOyKAM6+Xx+F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3+Kg"
		"6NU1Q",
		"eyJhbGciOiJFUzI1NiJ9=." RFC_PAYLOAD
		".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg"
		"6NU1Q",
		"eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD
		"==.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-"
		"Kg6NU1Q",
		"eyJhbGciOi\nJFUzI1NiJ9." RFC_PAYLOAD
		".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg"
		"6NU1Q",
	};
	const struct keys *keys = *state;

	assert_int_equal(verdict_of(RFC_ES256_TOKEN, keys->public[AC_ALG_ES256]), AC_JWS_VERIFIED);
	for (size_t i = 0; i < AC_ARRAY_SIZE(tokens); i++)
		assert_int_equal(verdict_of(tokens[i], keys->public[AC_ALG_ES256]),
				 AC_JWS_MALFORMED);
}

static void
a_token_cut_or_changed_anywhere_is_refused(void **state)
{
	const struct keys *keys = *state;
	char token[] = RFC_ES256_TOKEN;
	const size_t whole = sizeof(token) - 1;

	for (size_t len = 0; len < whole; len++) {
		if (verdict_for(token, len, keys->public[AC_ALG_ES256], AC_ALG_ALL) ==
		    AC_JWS_VERIFIED)
			fail_msg("%zu bytes", len);
	}
	for (size_t bit = 0; bit < whole * 8; bit++) {
		token[bit / 8] = (char)(token[bit / 8] ^ (1 << bit % 8));
		if (verdict_for(token, whole, keys->public[AC_ALG_ES256], AC_ALG_ALL) ==
		    AC_JWS_VERIFIED)
			fail_msg("bit %zu", bit);
		token[bit / 8] = (char)(token[bit / 8] ^ (1 << bit % 8));
	}
	assert_int_equal(verdict_of(token, keys->public[AC_ALG_ES256]), AC_JWS_VERIFIED);
}

static void
a_nul_does_not_end_a_token(void **state)
{
	static const char token[] = RFC_ES256_TOKEN "\0"
						    "x";
	const struct keys *keys = *state;

	assert_int_equal(verdict_for(token, sizeof(RFC_ES256_TOKEN) - 1, keys->public[AC_ALG_ES256],
				     AC_ALG_ALL),
			 AC_JWS_VERIFIED);
	for (size_t len = sizeof(RFC_ES256_TOKEN); len < sizeof(token); len++)
		assert_int_equal(verdict_for(token, len, keys->public[AC_ALG_ES256], AC_ALG_ALL),
				 AC_JWS_MALFORMED);
}

/* JW-07: psychic and other signatures (CVE-2022-21449), and DER in their place. */
static void
a_signature_of_another_form_is_refused(void **state)
{
	static const uint8_t zeros[AC_MAX_SIGNATURE + 1];
	const struct keys *keys = *state;

	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		char header[64], input[512];

		(void)snprintf(header, sizeof(header), "{\"alg\":\"%s\"}",
			       ac_alg((enum ac_alg_id)id)->name);
		(void)snprintf(input, sizeof(input), "%s", forge_input(header, CLAIMS));
		for (size_t len = 1; len <= sizeof(zeros); len++)
			assert_int_equal(
				verdict_of(forge_signed(input, zeros, len), keys->public[id]),
				AC_JWS_SIGNATURE);
	}
}

static void
der_is_no_ecdsa_signature(void **state)
{
	const struct keys *keys = *state;
	const char *input = forge_input("{\"alg\":\"ES256\"}", CLAIMS);
	uint8_t der[128];
	size_t len = sizeof(der);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL,
					       ac_jwk_pkey(keys->own[AC_ALG_ES256]), NULL),
			 1);
	assert_int_equal(
		EVP_DigestSign(ctx, der, &len, (const unsigned char *)input, strlen(input)), 1);
	EVP_MD_CTX_free(ctx);
	assert_int_equal(verdict_of(forge_signed(input, der, len), keys->public[AC_ALG_ES256]),
			 AC_JWS_SIGNATURE);
}

static void
length_is_bounded(void **state)
{
	static char token[17 * 1024];
	const struct keys *keys = *state;

	memset(token, 'A', sizeof(token));
	assert_int_equal(verdict_for(token, sizeof(token), keys->public[AC_ALG_ES256], AC_ALG_ALL),
			 AC_JWS_TOO_LONG);
	assert_int_equal(verdict_for(token, AC_MAX_JWS + 1, keys->public[AC_ALG_ES256], AC_ALG_ALL),
			 AC_JWS_TOO_LONG);
	assert_int_equal(verdict_for(token, AC_MAX_JWS, keys->public[AC_ALG_ES256], AC_ALG_ALL),
			 AC_JWS_MALFORMED);
}

static void
a_header_over_its_limit_is_refused(void **state)
{
	char header[AC_MAX_JWS_HEADER + 2] = "{\"alg\":\"ES256\"}";
	const struct keys *keys = *state;

	memset(header + strlen(header), ' ', sizeof(header) - 1 - strlen(header));
	header[sizeof(header) - 1] = '\0';
	assert_int_equal(strlen(header), AC_MAX_JWS_HEADER + 1);
	assert_int_equal(
		verdict_of(forge_token(keys->own[AC_ALG_ES256], AC_ALG_ES256, header, CLAIMS),
			   keys->public[AC_ALG_ES256]),
		AC_JWS_HEADER);
	header[AC_MAX_JWS_HEADER] = '\0';
	assert_int_equal(
		verdict_of(forge_token(keys->own[AC_ALG_ES256], AC_ALG_ES256, header, CLAIMS),
			   keys->public[AC_ALG_ES256]),
		AC_JWS_VERIFIED);
}

static void
refusals_leave_no_error_in_libcryptos_queue(void **state)
{
	const struct keys *keys = *state;
	char token[] = RFC_RS256_TOKEN;

	ERR_clear_error();
	token[sizeof(token) - 10] ^= 1;
	assert_int_not_equal(verdict_of(token, keys->public[AC_ALG_RS256]), AC_JWS_VERIFIED);
	assert_int_equal(ERR_peek_error(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_that_is_not_plain_is_refused),
		cmocka_unit_test(a_signed_payload_that_is_no_plain_object_is_refused),
		cmocka_unit_test(only_the_diagonal_of_algorithms_and_keys_passes),
		cmocka_unit_test(nothing_passes_when_no_algorithm_or_no_key_is_expected),
		cmocka_unit_test(a_public_key_is_never_an_hmac_secret),
		cmocka_unit_test(a_token_of_another_shape_is_refused),
		cmocka_unit_test(base64url_must_be_the_canonical_spelling),
		cmocka_unit_test(a_token_cut_or_changed_anywhere_is_refused),
		cmocka_unit_test(a_nul_does_not_end_a_token),
		cmocka_unit_test(a_signature_of_another_form_is_refused),
		cmocka_unit_test(der_is_no_ecdsa_signature),
		cmocka_unit_test(length_is_bounded),
		cmocka_unit_test(a_header_over_its_limit_is_refused),
		cmocka_unit_test(refusals_leave_no_error_in_libcryptos_queue),
	};

	return cmocka_run_group_tests_name("jws_hostile", tests, setup, teardown);
}
