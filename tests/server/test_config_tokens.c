/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a file says about grants, refresh tokens and the life of secrets: fields,
 * defaults, and what is refused. CC-01, CC-04, RT-05, RT-10, CA-09.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "config_fixture.h"

#define ROBOT "client x {\nscope = api\ngrant_types = client_credentials\n"
#define DURATION "give a time from 1s to 315360000s, such as 90s, 15min, 8h or 14d"
#define TIME "give a day or a second in UTC, such as 2030-01-31 or 2030-01-31T08:00:00Z"

static void
what_is_set_lands_in_its_field(void **state)
{
	struct ac_config *c = load(DEV "refresh_retry_window = 30s\n"
				       "client x {\n" WEB HASH
				       "grant_types = { authorization_code, refresh_token, "
				       "client_credentials }\n"
				       "refresh_rotation = late\nrefresh_idle_lifetime = 2d\n"
				       "refresh_absolute_lifetime = 7d\n"
				       "client_secret_expires_at = '2030-01-31'\n}\n");
	const struct authcode_client *x = authcode_clients_find(c->clients, "x");

	(void)state;
	assert_int_equal(c->refresh_retry_s, 30);
	assert_int_equal(x->grants, AUTHCODE_GRANT_AUTHORIZATION_CODE |
					    AUTHCODE_GRANT_REFRESH_TOKEN |
					    AUTHCODE_GRANT_CLIENT_CREDENTIALS);
	assert_int_equal(x->refresh_rotation, AUTHCODE_ROTATION_LATE);
	assert_int_equal(x->refresh_idle_ttl_s, 2 * 86400);
	assert_int_equal(x->refresh_absolute_ttl_s, 7 * 86400);
	assert_int_equal(x->secret_expires_at, 1896048000);
	assert_int_equal(x->previous_secret_expires_at, 0);
	ac_config_free(&c);
}

/* CA-09 */
static void
a_secret_can_have_a_previous_one_beside_it(void **state)
{
	struct ac_config *c = load(DEV "client x {\n" WEB HASH "previous_client_secret_sha256 = "
				       "'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'\n"
				       "previous_client_secret_expires_at = '2030-01-31'\n}\n");
	const struct authcode_client *x = authcode_clients_find(c->clients, "x");

	(void)state;
	assert_int_equal(x->previous_secret_expires_at, 1896048000);
	assert_memory_equal(x->previous_secret_hash, "\xba\x78\x16\xbf\x8f\x01\xcf\xea", 8);
	assert_int_equal(x->secret_expires_at, 0);
	ac_config_free(&c);
}

static void
what_is_left_out_has_its_default(void **state)
{
	struct ac_config *c = load(DEV "client x {\n" WEB HASH "}\nclient y {\n" WEB
				       "token_endpoint_auth_method = none\n}\n");
	const struct authcode_client *x = authcode_clients_find(c->clients, "x");
	const struct authcode_client *y = authcode_clients_find(c->clients, "y");

	(void)state;
	assert_int_equal(c->refresh_retry_s, 10);
	assert_int_equal(x->refresh_rotation, AUTHCODE_ROTATION_NEVER);
	assert_int_equal(y->refresh_rotation, AUTHCODE_ROTATION_ALWAYS); /* RT-05 */
	assert_int_equal(x->refresh_idle_ttl_s, 0);
	assert_int_equal(x->refresh_absolute_ttl_s, 0);
	assert_int_equal(x->secret_expires_at, 0);
	ac_config_free(&c);
}

static void
every_word_of_rotation_has_its_meaning(void **state)
{
	static const struct {
		const char *word;
		enum authcode_rotation rotation;
	} rows[] = {
		{ "always", AUTHCODE_ROTATION_ALWAYS },
		{ "late", AUTHCODE_ROTATION_LATE },
		{ "never", AUTHCODE_ROTATION_NEVER },
	};
	char file[512];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_config *c;

		snprintf(file, sizeof(file), BLOCK(HASH "refresh_rotation = %s\n"), rows[i].word);
		c = load(file);
		assert_int_equal(authcode_clients_find(c->clients, "x")->refresh_rotation,
				 rows[i].rotation);
		ac_config_free(&c);
	}
}

/* Nobody is sent back to it. */
static void
a_client_for_itself_needs_no_redirect_uris(void **state)
{
	struct ac_config *c = load(DEV ROBOT HASH "}\n");
	const struct authcode_client *x = authcode_clients_find(c->clients, "x");

	(void)state;
	assert_int_equal(x->grants, AUTHCODE_GRANT_CLIENT_CREDENTIALS);
	assert_int_equal(x->redirect_uri_count, 0);
	ac_config_free(&c);
}

static void
each_spelling_of_a_time_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{ "2030-01-31T08:00:00Z", 1896076800 },
		{ "2028-02-29", 1835395200 },
		{ "1970-01-01T00:00:01Z", 1 },
		{ "2099-12-31T23:59:59Z", 4102444799 },
	};
	char file[512];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_config *c;

		snprintf(file, sizeof(file), BLOCK(HASH "client_secret_expires_at = '%s'\n"),
			 rows[i].text);
		c = load(file);
		assert_int_equal(authcode_clients_find(c->clients, "x")->secret_expires_at,
				 rows[i].seconds);
		ac_config_free(&c);
	}
}

static void
any_other_time_is_refused(void **state)
{
	static const char *const rows[] = {
		"never",
		"0",
		"1896048000",
		"2030",
		"2030-1-31",
		"2030-02-30",
		"2027-02-29",
		"2030-13-01",
		"30-01-31",
		"2030-01-31 ",
		" 2030-01-31",
		"2030-01-31T08:00Z",
		"2030-01-31T08:00:00",
		"2030-01-31 08:00:00",
		"2030-01-31T24:00:00Z",
		"2030-01-31T08:00:00+01:00",
		"2030-01-31T08:60:00Z",
		"1970-01-01",
		"1969-12-31",
	};
	char file[512], sentence[512];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		snprintf(file, sizeof(file), BLOCK(HASH "client_secret_expires_at = '%s'\n"),
			 rows[i]);
		snprintf(sentence, sizeof(sentence),
			 "a.conf:6: client_secret_expires_at: \"%s\" is not allowed; " TIME,
			 rows[i]);
		refuse(rows[i], file, sentence);
	}
}

static void
what_cannot_be_meant_is_refused(void **state)
{
	static const struct refusal rows[] = {
		{ "refresh_retry_window", DEV "refresh_retry_window = 11min\n",
		  "a.conf:2: refresh_retry_window: \"11min\" is not allowed; give a time from 0s "
		  "to "
		  "600s, such as 90s, 15min, 8h or 14d" },
		{ "refresh_rotation", BLOCK("refresh_rotation = sometimes\n"),
		  "a.conf:5: refresh_rotation: \"sometimes\" is not allowed; give always, late or "
		  "never" },
		{ "client refresh_idle_lifetime", BLOCK("refresh_idle_lifetime = 0\n"),
		  "a.conf:5: refresh_idle_lifetime: \"0\" is not allowed; " DURATION },
		{ "client refresh_absolute_lifetime", BLOCK("refresh_absolute_lifetime = 0\n"),
		  "a.conf:5: refresh_absolute_lifetime: \"0\" is not allowed; " DURATION },
		{ "idle above its own absolute",
		  BLOCK(HASH "refresh_absolute_lifetime = 1d\nrefresh_idle_lifetime = 2d\n"),
		  "a.conf:7: refresh_idle_lifetime: 172800 is more than refresh_absolute_lifetime, "
		  "which is 86400" },
		{ "idle above the server's absolute", BLOCK(HASH "refresh_idle_lifetime = 91d\n"),
		  "a.conf:6: refresh_idle_lifetime: 7862400 is more than "
		  "refresh_absolute_lifetime, which is 7776000" },
		{ "RT-05 a public client that never rotates",
		  BLOCK("token_endpoint_auth_method = none\nrefresh_rotation = never\n"),
		  "a.conf:2: client \"x\": refresh tokens of a public client always rotate (RFC "
		  "9700 "
		  "section 2.2.2)" },
		{ "RT-05 a public client that rotates late",
		  BLOCK("token_endpoint_auth_method = none\nrefresh_rotation = late\n"),
		  "a.conf:2: client \"x\": refresh tokens of a public client always rotate (RFC "
		  "9700 "
		  "section 2.2.2)" },
		{ "CC-01 a public client for itself",
		  DEV ROBOT "token_endpoint_auth_method = none\n}\n",
		  "a.conf:2: client \"x\": client_credentials is not for a public client, which "
		  "has "
		  "none (RFC 6749 section 4.4)" },
		{ "a code without redirect_uris",
		  DEV "client x {\nscope = api\n" HASH
		      "grant_types = { authorization_code, client_credentials }\n}\n",
		  "a.conf:2: client \"x\": it needs 1 to 64 redirect URIs" },
		{ "a previous secret without end",
		  BLOCK(HASH "previous_client_secret_sha256 = "
			     "'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA'\n"),
		  "a.conf:6: previous_client_secret_sha256: read only with "
		  "previous_client_secret_expires_at" },
		{ "an end of no previous secret",
		  BLOCK(HASH "previous_client_secret_expires_at = '2030-01-31'\n"),
		  "a.conf:6: previous_client_secret_expires_at: read only with "
		  "previous_client_secret_sha256" },
		{ "an end of no secret",
		  BLOCK("token_endpoint_auth_method = none\n"
			"client_secret_expires_at = '2030-01-31'\n"),
		  "a.conf:2: client \"x\": a public client cannot have a secret" },
	};

	(void)state;
	refuse_all(rows, AC_ARRAY_SIZE(rows));
}

/* CA-09: 128 bits, as far as that can be seen. */
static void
a_secret_of_a_poor_alphabet_must_be_longer(void **state)
{
	static const struct {
		const char *secret, *of;
		unsigned min; /* 0: it is good */
	} rows[] = {
		{ "31415926535897932384626433832795028841", "digits", 39 },
		{ "314159265358979323846264338327950288419", NULL, 0 },
		{ "0123456789abcdef0123456789abcde", "hexadecimal digits", 32 },
		{ "0123456789ABCDEF0123456789ABCDE", "hexadecimal digits", 32 },
		{ "0123456789abcdef0123456789abcdef", NULL, 0 },
		{ "thequickbrownfoxjumpsove", "lower case and digits", 25 },
		{ "thequickbrownfoxjumpsover", NULL, 0 },
		{ "THEQUICKBROWNFOXJUMPSOVE", "upper case and digits", 25 },
		{ "dBjftJeZ4CVP-mB92K27uh", NULL, 0 },
	};
	char sentence[512];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_config *c;

		write_text("secret", rows[i].secret, 0600);
		if (rows[i].min == 0) {
			c = load(BLOCK("client_secret_file = '%D/secret'\n"));
			ac_config_free(&c);
			continue;
		}
		snprintf(sentence, sizeof(sentence),
			 "a.conf:5: client_secret_file: %%D/secret: of %s the secret must have %u "
			 "or "
			 "more; openssl rand -base64 32 makes one",
			 rows[i].of, rows[i].min);
		refuse(rows[i].secret, BLOCK("client_secret_file = '%D/secret'\n"), sentence);
	}
	write_text("secret", SECRET, 0600);
}

static void
a_secret_that_repeats_itself_is_refused(void **state)
{
	static const char *const rows[] = {
		"ssssssssssssssssssssssssssssssssssssssssssss",
		"abcdeabcdeabcdeabcdeabcdeabcdeabcdeabcdeabcde",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		write_text("secret", rows[i], 0600);
		refuse(rows[i], BLOCK("client_secret_file = '%D/secret'\n"),
		       "a.conf:5: client_secret_file: %D/secret: the secret repeats itself; "
		       "openssl "
		       "rand -base64 32 makes a better one");
	}
	write_text("secret", SECRET, 0600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_set_lands_in_its_field),
		cmocka_unit_test(a_secret_can_have_a_previous_one_beside_it),
		cmocka_unit_test(what_is_left_out_has_its_default),
		cmocka_unit_test(every_word_of_rotation_has_its_meaning),
		cmocka_unit_test(a_client_for_itself_needs_no_redirect_uris),
		cmocka_unit_test(each_spelling_of_a_time_is_read),
		cmocka_unit_test(any_other_time_is_refused),
		cmocka_unit_test(what_cannot_be_meant_is_refused),
		cmocka_unit_test(a_secret_of_a_poor_alphabet_must_be_longer),
		cmocka_unit_test(a_secret_that_repeats_itself_is_refused),
	};

	return cmocka_run_group_tests_name("config_tokens", tests, config_dir_enter,
					   config_dir_leave);
}
