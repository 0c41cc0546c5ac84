/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/digest.h
 */
#include "jose/digest.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

static void
assert_hex(const char *name, const uint8_t digest[AC_DIGEST_LEN], const char *expected)
{
	char text[2 * AC_DIGEST_LEN + 1];

	for (size_t i = 0; i < AC_DIGEST_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	if (strcmp(text, expected) != 0)
		fail_msg("%s: %s, expected %s", name, text, expected);
}

/* FIPS 180-4 examples (NIST CSRC). */
static void
sha256_gives_the_published_digests(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_part part = { rows[i].text, strlen(rows[i].text) };
		uint8_t digest[AC_DIGEST_LEN];

		assert_int_equal(ac_sha256(&part, 1, digest), AUTHCODE_OK);
		assert_hex(rows[i].text, digest, rows[i].digest);
	}
}

static void
parts_count_as_one_text(void **state)
{
	const struct ac_part whole = { "abc", 3 };
	const struct ac_part parts[] = { { "a", 1 }, { "", 0 }, { "bc", 2 } };
	uint8_t a[AC_DIGEST_LEN], b[AC_DIGEST_LEN];

	(void)state;
	assert_int_equal(ac_sha256(&whole, 1, a), AUTHCODE_OK);
	assert_int_equal(ac_sha256(parts, 3, b), AUTHCODE_OK);
	assert_memory_equal(a, b, sizeof(a));
}

/* RFC 4231 §4.2–4.5; a key shorter than a block is padded with zeros (RFC 2104 §2),
 * so these keys fit our 32 bytes. */
static void
hmac_gives_the_published_digests(void **state)
{
	static const struct {
		const char *name;
		uint8_t key[AC_DIGEST_LEN];
		const char *data;
		size_t len;
		const char *digest;
	} rows[] = {
		{ "RFC 4231 test case 1",
		  { 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
		    0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b },
		  "Hi There",
		  8,
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ "RFC 4231 test case 2", "Jefe", "what do ya want for nothing?", 28,
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_part part = { rows[i].data, rows[i].len };
		uint8_t digest[AC_DIGEST_LEN];

		assert_int_equal(ac_hmac_sha256(rows[i].key, &part, 1, digest), AUTHCODE_OK);
		assert_hex(rows[i].name, digest, rows[i].digest);
	}
}

/* RFC 4231 §4.7: a key longer than a block is hashed (RFC 2104 §2). */
static void
hmac_takes_a_key_of_any_length(void **state)
{
	uint8_t bytes[131], digest[AC_DIGEST_LEN], same[AC_DIGEST_LEN];
	const struct ac_part long_key = { bytes, sizeof(bytes) };
	const struct ac_part text = { "Test Using Larger Than Block-Size Key - Hash Key First",
				      54 };
	const struct ac_part key = { bytes, AC_DIGEST_LEN }, no_key = { "", 0 };

	(void)state;
	memset(bytes, 0xaa, sizeof(bytes));
	assert_int_equal(ac_hmac_sha256_any(&long_key, &text, 1, digest), AUTHCODE_OK);
	assert_hex("RFC 4231 test case 6", digest,
		   "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	assert_int_equal(ac_hmac_sha256_any(&key, &text, 1, digest), AUTHCODE_OK);
	assert_int_equal(ac_hmac_sha256(bytes, &text, 1, same), AUTHCODE_OK);
	assert_memory_equal(digest, same, sizeof(digest));
	assert_int_equal(ac_hmac_sha256_any(&no_key, &text, 1, same), AUTHCODE_OK);
	assert_memory_not_equal(digest, same, sizeof(digest));
}

/* libcrypto would quietly take the key of the call before. */
static void
hmac_without_a_key_is_refused(void **state)
{
	const struct ac_part no_key = { NULL, 0 }, text = { "text", 4 };
	uint8_t digest[AC_DIGEST_LEN];

	(void)state;
	assert_int_equal(ac_hmac_sha256_any(&no_key, &text, 1, digest), AUTHCODE_ERR_CRYPTO);
}

/* RFC 5869 §2 spelled out with HMAC. */
static void
a_derived_key_is_hkdf_with_label_and_context(void **state)
{
	static const uint8_t master[AC_DIGEST_LEN] = "0123456789abcdef0123456789abcde";
	static const uint8_t zero[AC_DIGEST_LEN];
	const struct ac_part ikm = { master, sizeof(master) };
	const struct ac_part info = { "seal\0https://as.example\x01", 24 };
	uint8_t prk[AC_DIGEST_LEN], expected[AC_DIGEST_LEN], key[AC_DIGEST_LEN];

	(void)state;
	assert_int_equal(ac_hmac_sha256(zero, &ikm, 1, prk), AUTHCODE_OK);
	assert_int_equal(ac_hmac_sha256(prk, &info, 1, expected), AUTHCODE_OK);
	assert_int_equal(ac_derive_key(master, "seal", "https://as.example", key), AUTHCODE_OK);
	assert_memory_equal(key, expected, sizeof(key));
}

static void
another_label_context_or_master_gives_another_key(void **state)
{
	static const uint8_t master[AC_DIGEST_LEN] = { 1 }, other[AC_DIGEST_LEN] = { 2 };
	uint8_t key[AC_DIGEST_LEN], keys[4][AC_DIGEST_LEN];

	(void)state;
	assert_int_equal(ac_derive_key(master, "ab", "c", key), AUTHCODE_OK);
	assert_int_equal(ac_derive_key(master, "a", "bc", keys[0]), AUTHCODE_OK);
	assert_int_equal(ac_derive_key(master, "ab", "", keys[1]), AUTHCODE_OK);
	assert_int_equal(ac_derive_key(other, "ab", "c", keys[2]), AUTHCODE_OK);
	assert_int_equal(ac_derive_key(master, "abc", "", keys[3]), AUTHCODE_OK);
	for (size_t i = 0; i < AC_ARRAY_SIZE(keys); i++)
		assert_memory_not_equal(key, keys[i], sizeof(key));
}

static void *
hash_many(void *arg)
{
	const struct ac_part part = { "abc", 3 };
	const uint8_t *expected = arg;

	for (int i = 0; i < 2000; i++) {
		uint8_t digest[AC_DIGEST_LEN];

		if (ac_sha256(&part, 1, digest) != AUTHCODE_OK ||
		    memcmp(digest, expected, sizeof(digest)) != 0)
			return arg;
	}
	return NULL;
}

static void
threads_do_not_disturb_each_other(void **state)
{
	const struct ac_part part = { "abc", 3 };
	uint8_t expected[AC_DIGEST_LEN];
	pthread_t threads[4];
	void *failed;

	(void)state;
	assert_int_equal(ac_sha256(&part, 1, expected), AUTHCODE_OK);
	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_many, expected), 0);
	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_published_digests),
		cmocka_unit_test(parts_count_as_one_text),
		cmocka_unit_test(hmac_gives_the_published_digests),
		cmocka_unit_test(hmac_takes_a_key_of_any_length),
		cmocka_unit_test(hmac_without_a_key_is_refused),
		cmocka_unit_test(a_derived_key_is_hkdf_with_label_and_context),
		cmocka_unit_test(another_label_context_or_master_gives_another_key),
		cmocka_unit_test(threads_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
