/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/subject.h and the part of a registration that it rests on: who knows
 * a person by which name (ID-03, ID-16), and a session (ID-08).
 */
#include "protocol/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#define SUB "AbCdEfGhIjKlMnOpQrStUv"

static struct authcode_store *store;
static struct authcode_issuer *issuer;
static struct authcode_arena *arena;

static struct authcode_issuer *
issuer_of(const char *url, uint8_t master)
{
	struct authcode_issuer_settings settings = { .issuer = url, .store = store };
	struct authcode_issuer *made = NULL;

	memset(settings.master_key, master, sizeof(settings.master_key));
	assert_int_equal(authcode_issuer_new(&settings, &made, NULL), AUTHCODE_OK);
	return made;
}

static int
set_up(void **state)
{
	(void)state;
	assert_int_equal(authcode_store_memory_open(NULL, &store), AUTHCODE_OK);
	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	issuer = issuer_of("https://id.example", 7);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	authcode_issuer_free(&issuer);
	authcode_arena_free(&arena);
	authcode_store_close(&store);
	return 0;
}

static struct authcode_client
client_at(const char *const *uris, size_t count)
{
	return (struct authcode_client){
		.id = "c",
		.secret_hash = { 1 },
		.redirect_uris = uris,
		.redirect_uri_count = count,
		.scope = "openid",
		.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
		.subject_type = AUTHCODE_SUBJECT_PAIRWISE,
	};
}

/* What a registered client knows the person by. */
static const char *
sub_by(struct authcode_issuer *by, const struct authcode_client *client, const char *sub)
{
	struct authcode_clients *registry = NULL;
	struct authcode_reason reason;
	const char *known = NULL;

	if (authcode_clients_new(client, 1, &registry, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	assert_int_equal(ac_subject_sub(by, authcode_clients_at(registry, 0), sub, arena, &known),
			 AUTHCODE_OK);
	authcode_clients_unref(&registry);
	return known;
}

static const char *const at_a[] = { "https://a.example/cb", "https://a.example:8443/other" };
static const char *const at_a_loud[] = { "https://A.Example/cb" };
static const char *const at_b[] = { "https://b.example/cb" };
static const char *const at_both[] = { "https://a.example/cb", "https://b.example/cb" };
static const char *const scheme[] = { "com.example.app:/cb" };
static const char *const loopback[] = { "http://127.0.0.1/cb" };

/* ID-03 */
static void
a_public_client_knows_the_row_s_own_sub(void **state)
{
	struct authcode_client client = client_at(at_both, AC_ARRAY_SIZE(at_both));

	(void)state;
	client.subject_type = AUTHCODE_SUBJECT_PUBLIC;
	assert_string_equal(sub_by(issuer, &client, SUB), SUB);
}

/* ID-16: the value was computed apart, with Python's hmac:
 * HMAC(HKDF(07…07, "pairwise" NUL "https://id.example"), "a.example" NUL sub). */
static void
a_pairwise_sub_is_the_sector_s_own_and_stable(void **state)
{
	struct authcode_client a = client_at(at_a, AC_ARRAY_SIZE(at_a));
	struct authcode_client loud = client_at(at_a_loud, AC_ARRAY_SIZE(at_a_loud));
	struct authcode_client b = client_at(at_b, AC_ARRAY_SIZE(at_b));
	struct authcode_client named = client_at(at_both, AC_ARRAY_SIZE(at_both));
	const char *sub = sub_by(issuer, &a, SUB);

	(void)state;
	assert_string_equal(sub, "d0ppWqXYjKSEbXB_coXj-DBdfISAarKDr-Zki1sGv7c");
	assert_string_equal(sub_by(issuer, &a, SUB), sub);
	assert_string_equal(sub_by(issuer, &loud, SUB), sub);
	named.sector = "a.example";
	assert_string_equal(sub_by(issuer, &named, SUB), sub);
	/* Another of anything is another name. */
	assert_string_not_equal(sub_by(issuer, &b, SUB), sub);
	assert_string_not_equal(sub_by(issuer, &a, "AbCdEfGhIjKlMnOpQrStUw"), sub);
	named.sector = "a.exampl";
	assert_string_not_equal(sub_by(issuer, &named, "e" SUB), sub);
	named.sector = "A.example";
	assert_string_not_equal(sub_by(issuer, &named, SUB), sub);
}

/* ID-16: the salt is the issuer's secret. */
static void
another_issuer_or_master_key_makes_other_names(void **state)
{
	struct authcode_client a = client_at(at_a, AC_ARRAY_SIZE(at_a));
	struct authcode_issuer *others[] = { issuer_of("https://id2.example", 7),
					     issuer_of("https://id.example", 8) };
	const char *sub = sub_by(issuer, &a, SUB), *sid, *other;

	(void)state;
	a.sector = "a.example";
	assert_int_equal(ac_subject_sid(issuer, &a, 5, arena, &sid), AUTHCODE_OK);
	for (size_t i = 0; i < AC_ARRAY_SIZE(others); i++) {
		assert_string_not_equal(sub_by(others[i], &a, SUB), sub);
		assert_int_equal(ac_subject_sid(others[i], &a, 5, arena, &other), AUTHCODE_OK);
		assert_string_not_equal(other, sid);
		authcode_issuer_free(&others[i]);
	}
}

static void
a_pairwise_registration_without_one_sector_is_refused(void **state)
{
	static const char no_sector[] = "client \"c\": its redirect URIs are not all https on one "
					"host; pairwise then needs sector_identifier";
	static const char bad_sector[] =
		"client \"c\": sector_identifier is not 1 to 255 printable "
		"characters without space";
	static const struct {
		const char *const *uris;
		size_t count;
		enum authcode_application_type type;
		enum authcode_subject_type subject;
		const char *sector, *why;
	} rows[] = {
		{ at_both, 2, AUTHCODE_APPLICATION_WEB, AUTHCODE_SUBJECT_PAIRWISE, NULL,
		  no_sector },
		{ scheme, 1, AUTHCODE_APPLICATION_NATIVE, AUTHCODE_SUBJECT_PAIRWISE, NULL,
		  no_sector },
		{ loopback, 1, AUTHCODE_APPLICATION_NATIVE, AUTHCODE_SUBJECT_PAIRWISE, NULL,
		  no_sector },
		{ at_a, 1, AUTHCODE_APPLICATION_WEB, AUTHCODE_SUBJECT_PAIRWISE, "", bad_sector },
		{ at_a, 1, AUTHCODE_APPLICATION_WEB, AUTHCODE_SUBJECT_PAIRWISE, "a b", bad_sector },
		{ at_a, 1, AUTHCODE_APPLICATION_WEB, AUTHCODE_SUBJECT_PAIRWISE, "a\n", bad_sector },
		{ at_a, 1, AUTHCODE_APPLICATION_WEB, AUTHCODE_SUBJECT_PUBLIC, "a.example",
		  "client \"c\": sector_identifier is read only with subject_type = pairwise" },
		{ at_a, 1, AUTHCODE_APPLICATION_WEB, (enum authcode_subject_type)2, NULL,
		  "client \"c\": the subject type is unknown" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_client client = client_at(rows[i].uris, rows[i].count);
		struct authcode_clients *registry = NULL;
		struct authcode_reason reason;

		client.application_type = rows[i].type;
		client.subject_type = rows[i].subject;
		client.sector = rows[i].sector;
		assert_int_equal(authcode_clients_new(&client, 1, &registry, &reason),
				 AUTHCODE_ERR_CONFIG);
		assert_string_equal(reason.text, rows[i].why);
	}
}

/* Names are exact. */
static void
an_algorithm_that_does_not_sign_is_refused(void **state)
{
	static const char *const names[] = { "none",   "",      "HS384",  "hs256", "rs256",
					     "RS256 ", "RS384", "ES256K", "Ed448" };
	struct authcode_clients *registry = NULL;
	struct authcode_reason reason;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		struct authcode_client client = client_at(at_a, 1);

		client.id_token_alg = names[i];
		assert_int_equal(authcode_clients_new(&client, 1, &registry, &reason),
				 AUTHCODE_ERR_CONFIG);
		assert_string_equal(reason.text,
				    "client \"c\": id_token_signed_response_alg is unknown");
		client.id_token_alg = NULL;
		client.userinfo_alg = names[i];
		assert_int_equal(authcode_clients_new(&client, 1, &registry, &reason),
				 AUTHCODE_ERR_CONFIG);
		assert_string_equal(reason.text,
				    "client \"c\": userinfo_signed_response_alg is unknown");
	}
}

/* ID-09 */
static void
a_client_that_says_nothing_gets_rs256_and_plain_userinfo(void **state)
{
	struct authcode_client client = client_at(at_a, 1);
	struct authcode_clients *registry = NULL;

	(void)state;
	assert_int_equal(authcode_clients_new(&client, 1, &registry, NULL), AUTHCODE_OK);
	assert_string_equal(authcode_clients_at(registry, 0)->id_token_alg, "RS256");
	assert_null(authcode_clients_at(registry, 0)->userinfo_alg);
	authcode_clients_unref(&registry);
}

static const char *
sid_by(const struct authcode_client *client, int64_t session_id)
{
	const char *sid = NULL;

	assert_int_equal(ac_subject_sid(issuer, client, session_id, arena, &sid), AUTHCODE_OK);
	assert_int_equal(strlen(sid), 43);
	return sid;
}

/* ID-08 */
static void
every_session_has_a_sid_that_tells_nothing_of_its_row(void **state)
{
	const struct authcode_client web = { .subject_type = AUTHCODE_SUBJECT_PUBLIC };
	const struct authcode_client app = { .subject_type = AUTHCODE_SUBJECT_PUBLIC };
	const char *one = sid_by(&web, 1);

	(void)state;
	assert_string_equal(sid_by(&web, 1), one);
	assert_string_equal(sid_by(&app, 1), one);
	assert_string_not_equal(sid_by(&web, 2), one);
	assert_string_not_equal(sid_by(&web, (INT64_C(1) << 56) + 1), one);
}

/* ID-08, ID-16: whom two sectors have in common is not told by the session either. */
static void
clients_of_another_sector_know_a_session_by_another_sid(void **state)
{
	const struct authcode_client plain = { .subject_type = AUTHCODE_SUBJECT_PUBLIC };
	const struct authcode_client a = { .subject_type = AUTHCODE_SUBJECT_PAIRWISE,
					   .sector = "a.example" };
	const struct authcode_client too = { .id = "too",
					     .subject_type = AUTHCODE_SUBJECT_PAIRWISE,
					     .sector = "a.example" };
	const struct authcode_client b = { .subject_type = AUTHCODE_SUBJECT_PAIRWISE,
					   .sector = "b.example" };

	(void)state;
	assert_string_equal(sid_by(&a, 1), sid_by(&too, 1));
	assert_string_not_equal(sid_by(&a, 1), sid_by(&b, 1));
	assert_string_not_equal(sid_by(&a, 1), sid_by(&plain, 1));
	assert_string_not_equal(sid_by(&a, 1), sid_by(&a, 2));
}

static void
without_memory_there_is_no_name(void **state)
{
	struct authcode_client client = { .subject_type = AUTHCODE_SUBJECT_PUBLIC };
	struct authcode_arena *small = NULL;
	const char *out = "untouched";

	(void)state;
	assert_int_equal(authcode_arena_new(16, &small), AUTHCODE_OK);
	assert_int_equal(ac_subject_sub(issuer, &client, SUB, small, &out), AUTHCODE_ERR_MEMORY);
	client.subject_type = AUTHCODE_SUBJECT_PAIRWISE;
	client.sector = "a";
	assert_int_equal(ac_subject_sub(issuer, &client, SUB, small, &out), AUTHCODE_ERR_MEMORY);
	assert_int_equal(ac_subject_sid(issuer, &client, 1, small, &out), AUTHCODE_ERR_MEMORY);
	assert_string_equal(out, "untouched");
	authcode_arena_free(&small);
}

#define SUBJECT_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SUBJECT_TEST(a_public_client_knows_the_row_s_own_sub),
		SUBJECT_TEST(a_pairwise_sub_is_the_sector_s_own_and_stable),
		SUBJECT_TEST(another_issuer_or_master_key_makes_other_names),
		SUBJECT_TEST(a_pairwise_registration_without_one_sector_is_refused),
		SUBJECT_TEST(an_algorithm_that_does_not_sign_is_refused),
		SUBJECT_TEST(a_client_that_says_nothing_gets_rs256_and_plain_userinfo),
		SUBJECT_TEST(every_session_has_a_sid_that_tells_nothing_of_its_row),
		SUBJECT_TEST(clients_of_another_sector_know_a_session_by_another_sid),
		SUBJECT_TEST(without_memory_there_is_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
