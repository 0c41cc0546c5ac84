/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/account_claims.h: what becomes of the sources of claims, whose address
 * counts as verified, and what a PAM environment is made of.
 */
#include "server/account_claims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/limits.h"

#define FILE_OK AC_VERIFIED_FILE
#define DEEP8 "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}"

static const struct {
	const char *name, *user, *template;
	unsigned verified;
	const char *file, *command;
	const char *claims; /* NULL: none */
	const char *bad;
} rows[] = {
	{ "nothing", "alice", NULL, 7, "", "", NULL, NULL },
	{ "an empty object", "alice", NULL, 7, "{}", "{}", NULL, NULL },
	{ "the file over the command", "alice", NULL, 0, "{\"a\":1,\"b\":2}", "{\"b\":3,\"c\":4}",
	  "{\"b\":2,\"c\":4,\"a\":1}", NULL },

	{ "template", "alice", "%u@example.org", 0, "", "",
	  "{\"email\":\"alice@example.org\",\"email_verified\":false}", NULL },
	{ "template, verified", "alice", "%u@example.org", AC_VERIFIED_TEMPLATE, "", "",
	  "{\"email\":\"alice@example.org\",\"email_verified\":true}", NULL },
	{ "template with a percent sign", "al", "%%%u@a", 0, "", "",
	  "{\"email\":\"%al@a\",\"email_verified\":false}", NULL },
	{ "a user with an @", "alice@corp", "%u@example.org", 7, "", "", NULL, NULL },
	{ "a user with a space", "al ice", "%u@example.org", 7, "", "", NULL, NULL },
	{ "a user past ASCII", "al\xc3\xa9", "%u@example.org", 7, "", "", NULL, NULL },
	{ "the file's address before the template", "alice", "%u@example.org", AC_VERIFIED_TEMPLATE,
	  "{\"email\":\"a@b\"}", "", "{\"email\":\"a@b\",\"email_verified\":false}", NULL },
	{ "an address that is no text", "alice", "%u@a", 0, "{\"email\":1}", "",
	  "{\"email\":\"alice@a\",\"email_verified\":false}", NULL },

	{ "file, verified", "alice", NULL, FILE_OK, "{\"email\":\"a@b\"}", "",
	  "{\"email\":\"a@b\",\"email_verified\":true}", NULL },
	{ "file, not the one that counts", "alice", NULL, AC_VERIFIED_COMMAND,
	  "{\"email\":\"a@b\"}", "", "{\"email\":\"a@b\",\"email_verified\":false}", NULL },
	{ "the member decides, yes", "alice", NULL, 0,
	  "{\"email\":\"a@b\",\"email_verified\":true}", "",
	  "{\"email\":\"a@b\",\"email_verified\":true}", NULL },
	{ "the member decides, no", "alice", NULL, FILE_OK,
	  "{\"email\":\"a@b\",\"email_verified\":false}", "",
	  "{\"email\":\"a@b\",\"email_verified\":false}", NULL },
	{ "a member of another kind is no", "alice", NULL, FILE_OK,
	  "{\"email\":\"a@b\",\"email_verified\":\"true\"}", "",
	  "{\"email\":\"a@b\",\"email_verified\":false}", NULL },
	{ "the command's yes is not for the file's address", "alice", NULL, AC_VERIFIED_COMMAND,
	  "{\"email\":\"f@b\"}", "{\"email\":\"c@b\",\"email_verified\":true}",
	  "{\"email\":\"f@b\",\"email_verified\":false}", NULL },
	{ "the command's yes stays with its address", "alice", NULL, AC_VERIFIED_COMMAND,
	  "{\"nickname\":\"al\"}", "{\"email\":\"c@b\"}",
	  "{\"email\":\"c@b\",\"email_verified\":true,\"nickname\":\"al\"}", NULL },
	{ "a yes without an address is nothing", "alice", "%u@a", 0, "{\"email_verified\":true}",
	  "", "{\"email\":\"alice@a\",\"email_verified\":false}", NULL },
	{ "the file's yes is not for the command's address", "alice", NULL, FILE_OK,
	  "{\"email_verified\":true}", "{\"email\":\"c@b\"}",
	  "{\"email\":\"c@b\",\"email_verified\":false}", NULL },

	{ "a number with its yes", "alice", NULL, 0,
	  "{\"phone_number\":\"+1\",\"phone_number_verified\":true}", "",
	  "{\"phone_number\":\"+1\",\"phone_number_verified\":true}", NULL },
	{ "a number of the command with its yes", "alice", NULL, 0, "{\"a\":1}",
	  "{\"phone_number\":\"+2\",\"phone_number_verified\":true}",
	  "{\"phone_number\":\"+2\",\"phone_number_verified\":true,\"a\":1}", NULL },
	{ "a number of which nothing is said", "alice", NULL, 7, "{\"phone_number\":\"+1\"}", "",
	  "{\"phone_number\":\"+1\"}", NULL },
	{ "the command's yes is not for the file's number", "alice", NULL, 7,
	  "{\"phone_number\":\"+1\"}", "{\"phone_number\":\"+2\",\"phone_number_verified\":true}",
	  "{\"phone_number\":\"+1\"}", NULL },
	{ "the file's no is for its own number", "alice", NULL, 0,
	  "{\"phone_number\":\"+1\",\"phone_number_verified\":false}",
	  "{\"phone_number\":\"+2\",\"phone_number_verified\":true}",
	  "{\"phone_number\":\"+1\",\"phone_number_verified\":false}", NULL },
	{ "the file's yes is not for the command's number", "alice", NULL, 7,
	  "{\"phone_number_verified\":true}", "{\"phone_number\":\"+2\"}",
	  "{\"phone_number\":\"+2\"}", NULL },
	{ "nor instead of the command's no", "alice", NULL, 7, "{\"phone_number_verified\":true}",
	  "{\"phone_number\":\"+2\",\"phone_number_verified\":false}",
	  "{\"phone_number\":\"+2\",\"phone_number_verified\":false}", NULL },
	{ "the command's yes without a number is nothing", "alice", NULL, 7,
	  "{\"phone_number\":\"+1\"}", "{\"phone_number_verified\":true}",
	  "{\"phone_number\":\"+1\"}", NULL },
	{ "a yes without a number is nothing", "alice", NULL, 7, "{\"phone_number_verified\":true}",
	  "", NULL, NULL },
	{ "a number that is no text is none", "alice", NULL, 7,
	  "{\"phone_number\":1,\"phone_number_verified\":true}",
	  "{\"phone_number\":\"+2\",\"phone_number_verified\":false}",
	  "{\"phone_number\":\"+2\",\"phone_number_verified\":false}", NULL },
	{ "a file that is not taken takes no yes away", "alice", NULL, 0,
	  "{\"phone_number\":\"+1\"", "{\"phone_number\":\"+2\",\"phone_number_verified\":true}",
	  "{\"phone_number\":\"+2\",\"phone_number_verified\":true}", "file" },

	{ "a list", "alice", NULL, 0, "[]", "{\"a\":1}", "{\"a\":1}", "file" },
	{ "a text", "alice", NULL, 0, "\"x\"", "", NULL, "file" },
	{ "no JSON", "alice", NULL, 0, "", "hello", NULL, "command" },
	{ "cut", "alice", NULL, 0, "{\"a\":1", "", NULL, "file" },
	{ "more behind it", "alice", NULL, 0, "{\"a\":1} x", "", NULL, "file" },
	{ "a member twice", "alice", NULL, 0, "{\"a\":1,\"a\":2}", "", NULL, "file" },
	{ "deep enough", "alice", NULL, 0, DEEP8, "", DEEP8, NULL },
	{ "too deep", "alice", NULL, 0, "{\"x\":" DEEP8 "}", "", NULL, "file" },
	{ "too deep in lists", "alice", NULL, 0, "{\"x\":[[[[[[[[1]]]]]]]]}", "", NULL, "file" },
	{ "a NUL inside", "alice", NULL, 0, "{\"a\":\"\\u0000\"}", "", NULL, "file" },
	{ "bad UTF-8", "alice", NULL, 0, "{\"a\":\"\xff\"}", "", NULL, "file" },
};

static void
sources_become_one_object(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_config config = { .email = rows[i].template,
						  .email_verified = rows[i].verified };
		const struct ac_claims_sources sources = { .user = rows[i].user,
							   .file = rows[i].file,
							   .file_len = strlen(rows[i].file),
							   .command = rows[i].command,
							   .command_len = strlen(rows[i].command) };
		const char *bad = "unset";
		char *claims = ac_claims_compose(&config, &sources, &bad);

		if ((claims == NULL) != (rows[i].claims == NULL) ||
		    (claims != NULL && strcmp(claims, rows[i].claims) != 0))
			fail_msg("%s: %s", rows[i].name, claims != NULL ? claims : "nothing");
		if ((bad == NULL) != (rows[i].bad == NULL) ||
		    (bad != NULL && strcmp(bad, rows[i].bad) != 0))
			fail_msg("%s: ignored %s", rows[i].name, bad != NULL ? bad : "nothing");
		free(claims);
	}
}

static void
a_source_longer_than_the_wire_allows_is_ignored(void **state)
{
	static char text[AC_MAX_CLAIMS + 16];
	const struct ac_config config = { .email = NULL };
	const struct ac_claims_sources sources = { .user = "alice",
						   .file = text,
						   .file_len = AC_MAX_CLAIMS + 1 };
	const char *bad = NULL;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "{\"a\":1}", 7);
	assert_null(ac_claims_compose(&config, &sources, &bad));
	assert_string_equal(bad, "file");
}

static void
the_environment_becomes_the_claims_that_are_named(void **state)
{
	static const char *const names[] = { "DEPT=department", "X=x", "EMPTY=empty" };
	static const struct {
		const char *name, *environment, *claims;
	} environments[] = {
		{ "nothing", "", NULL },
		{ "others", "HOME=/\nDEPTH=9", NULL },
		{ "one", "HOME=/\nDEPT=R&D \"x\"\nA=b", "{\"department\":\"R&D \\\"x\\\"\"}" },
		{ "two, an = inside", "X=a=b\nDEPT=R", "{\"department\":\"R\",\"x\":\"a=b\"}" },
		{ "empty", "EMPTY=", NULL },
		{ "no =", "DEPT", NULL },
		{ "bad UTF-8", "DEPT=\xff", NULL },
	};
	const struct ac_config config = { .env_claims = names, .env_claim_count = 3 };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(environments); i++) {
		char *claims = ac_claims_of_environment(&config, environments[i].environment);

		if ((claims == NULL) != (environments[i].claims == NULL) ||
		    (claims != NULL && strcmp(claims, environments[i].claims) != 0))
			fail_msg("%s: %s", environments[i].name, claims);
		free(claims);
	}
}

static void
amr_is_that_of_the_service_and_of_the_environment(void **state)
{
	static const char *const names[] = { "AUTH_INDICATORS", "AMR" };
	static const struct {
		const char *name, *of_service, *environment, *amr;
	} cases[] = {
		{ "nothing", NULL, "", NULL },
		{ "the service's", "pwd otp", "", "pwd otp" },
		{ "the environment's", NULL, "AUTH_INDICATORS=otp, hwk", "otp hwk" },
		{ "both, each once", "pwd otp", "AMR=sc\nAUTH_INDICATORS=otp mfa",
		  "pwd otp mfa sc" },
		{ "other variables", "pwd", "X=otp", "pwd" },
		{ "words that are none", NULL, "AMR=a\"b c\\d  ,, e\xc3\xa9 f", "f" },
	};
	const struct ac_config config = { .env_amr = names, .env_amr_count = 2 };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++) {
		const struct ac_service service = { .name = "x", .amr = cases[i].of_service };
		char *amr = ac_amr_of(&config, &service, cases[i].environment);

		if ((amr == NULL) != (cases[i].amr == NULL) ||
		    (amr != NULL && strcmp(amr, cases[i].amr) != 0))
			fail_msg("%s: %s", cases[i].name, amr);
		free(amr);
	}
	assert_null(ac_amr_of(&config, NULL, ""));
}

static void
amr_of_an_environment_is_bounded(void **state)
{
	static const char *const names[] = { "AMR" };
	const struct ac_config config = { .env_amr = names, .env_amr_count = 1 };
	char environment[4096] = "AMR=", *amr;

	(void)state;
	for (int i = 0; i < 400; i++)
		snprintf(environment + strlen(environment), 16, "w%d ", i);
	amr = ac_amr_of(&config, NULL, environment);
	assert_non_null(amr);
	assert_in_range(strlen(amr), 200, 256);
	free(amr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_become_one_object),
		cmocka_unit_test(a_source_longer_than_the_wire_allows_is_ignored),
		cmocka_unit_test(the_environment_becomes_the_claims_that_are_named),
		cmocka_unit_test(amr_is_that_of_the_service_and_of_the_environment),
		cmocka_unit_test(amr_of_an_environment_is_bounded),
	};

	return cmocka_run_group_tests_name("account_claims", tests, NULL, NULL);
}
