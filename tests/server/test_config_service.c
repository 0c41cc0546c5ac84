/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/config.h: service blocks, what refers to them, and the options about
 * accounts, each refused with its exact sentence.
 */
#include "server/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/server/config_fixture.h"

#define WORD_RULE " is not allowed; give 1 to 128 printable characters without space"
#define EMAIL_RULE                                                                                 \
	" is not allowed; give an address such as '%u@example.org'; %u is the user, %% a %"

static void
a_service_block_says_what_a_service_proves(void **state)
{
	struct ac_config *c = load(DEV "service authcode { amr = pwd }\n"
				       "client x {\n" WEB HASH "min_acr = 'urn:x:2'\n}\n"
				       "service \"authcode-otp\" {\n acr = 'urn:x:2'\n level = 20\n"
				       " amr = { pwd, otp }\n first_prompt = ask\n}\n");
	const struct ac_service *plain, *otp;

	(void)state;
	assert_int_equal(c->service_count, 2);
	plain = ac_config_service(c, "authcode");
	assert_non_null(plain);
	assert_string_equal(plain->acr, "authcode"); /* what a stronger one must reach */
	assert_int_equal(plain->level, 1);
	assert_string_equal(plain->amr, "pwd");
	assert_int_equal(plain->first_prompt, AC_FIRST_PROMPT_PASSWORD);
	otp = ac_config_service(c, "authcode-otp");
	assert_non_null(otp);
	assert_string_equal(otp->acr, "urn:x:2");
	assert_int_equal(otp->level, 20);
	assert_string_equal(otp->amr, "pwd otp");
	assert_int_equal(otp->first_prompt, AC_FIRST_PROMPT_ASK);
	assert_null(ac_config_service(c, "authcode-other"));
	ac_config_free(&c);
}

#define CLIENT(id, more) "client " id " {\n" WEB HASH more "\n}\n"

static const char *
demand(const struct ac_config *c, const char *id)
{
	return authcode_clients_find(c->clients, id)->min_acr;
}

static void
one_service_demands_nothing(void **state)
{
	struct ac_config *c = load(DEV "service authcode { amr = pwd }\n" CLIENT("a", "")
					   CLIENT("b", "pam_service = authcode"));

	(void)state;
	assert_null(ac_config_service(c, "authcode")->acr);
	assert_null(demand(c, "a"));
	assert_null(demand(c, "b"));
	ac_config_free(&c);
}

/* A session of one service is no way around the stack of another. */
static void
with_several_services_a_client_demands_its_own(void **state)
{
	struct ac_config *c =
		load(DEV "service authcode-otp { acr = otp\n level = 20 }\n" CLIENT("plain", "")
			     CLIENT("otp", "pam_service = authcode-otp")
				     CLIENT("hr", "pam_service = authcode-hr")
					     CLIENT("free", "pam_service = authcode-hr\n"
							    "min_acr = authcode"));

	(void)state;
	assert_string_equal(demand(c, "plain"), "authcode");
	assert_string_equal(demand(c, "otp"), "otp");
	assert_string_equal(demand(c, "hr"), "authcode-hr");
	assert_string_equal(demand(c, "free"), "authcode"); /* what is written holds */
	assert_int_equal(ac_config_service(c, "authcode")->level, 1);
	assert_int_equal(ac_config_service(c, "authcode-hr")->level, 0);
	assert_int_equal(ac_config_service(c, "authcode-otp")->level, 20);
	assert_int_equal(c->service_count, 3);
	ac_config_free(&c);
}

/* The recipe for single sign-on in doc/pam.md, with a demand and without. */
static void
equal_levels_leave_each_client_its_own_service(void **state)
{
	static const char *const clients[][2] = {
		{ "plain", "authcode" },
		{ "hr", "authcode-hr" },
		{ "sure", "authcode-hr" },
	};
	struct ac_config *c =
		load(DEV "service authcode { acr = staff\n level = 10 }\n"
			 "service authcode-hr { acr = hr\n level = 10 }\n" CLIENT("plain", "")
				 CLIENT("hr", "pam_service = authcode-hr")
					 CLIENT("sure", "pam_service = authcode-hr\n"
							"min_acr = staff"));

	(void)state;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		const char *id = clients[i][0];
		const struct authcode_client *client = authcode_clients_find(c->clients, id);

		assert_string_equal(ac_config_sign_in_service(c, client, demand(c, id)),
				    clients[i][1]);
	}
	assert_int_equal(ac_config_service(c, "authcode")->level,
			 ac_config_service(c, "authcode-hr")->level);
	ac_config_free(&c);
}

static void
a_client_keeps_its_service_where_that_one_proves_enough(void **state)
{
	static const struct {
		const char *of_client, *acr, *service;
	} rows[] = {
		{ "same", "low", "same" },     { "high", "low", "high" },
		{ "high", "mid", "high" },     { "low", "low", "low" },
		{ "low", "mid", "mid" },       { "high", "apart", "apart" },
		{ "apart", "apart", "apart" }, { "apart", "low", "low" },
		{ "silent", "low", "low" },    { "unnamed", "low", "low" },
		{ "high", "unknown", "high" },
	};
	struct ac_config *c = load(DEV "service low { acr = low\n level = 10 }\n"
				       "service same { acr = same\n level = 10 }\n"
				       "service mid { acr = mid\n level = 20 }\n"
				       "service high { acr = high\n level = 30 }\n"
				       "service apart { acr = apart }\n"
				       "service silent { amr = pwd }\n");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct authcode_client client = { .pam_service = rows[i].of_client };

		if (strcmp(ac_config_sign_in_service(c, &client, rows[i].acr), rows[i].service) !=
		    0)
			fail_msg("%s for %s", rows[i].of_client, rows[i].acr);
	}
	ac_config_free(&c);
}

static void
the_acr_then_the_client_then_the_server_choose_the_service(void **state)
{
	static const struct {
		const char *name, *acr, *of_client, *service;
	} rows[] = {
		{ "nothing asked for", NULL, NULL, "base" },
		{ "empty", "", NULL, "base" },
		{ "of the client", "", "wiki", "wiki" },
		{ "of the acr", "urn:x:2", NULL, "otp" },
		{ "of the acr before the client", "urn:x:2", "wiki", "otp" },
		{ "an acr of no service", "urn:x:3", "wiki", "wiki" },
		{ "a service's name is no acr", "otp", NULL, "base" },
	};
	struct ac_config *c = load(DEV "pam_service = base\nservice otp { acr = 'urn:x:2' }\n"
				       "service plain { amr = pwd }\n");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct authcode_client client = { .pam_service = rows[i].of_client };
		const char *service = ac_config_sign_in_service(c, &client, rows[i].acr);

		if (strcmp(service, rows[i].service) != 0)
			fail_msg("%s: %s", rows[i].name, service);
	}
	ac_config_free(&c);
}

static const struct refusal refusals[] = {
	{ "unknown option of a service", DEV "service a {\n\n scope = x\n}\n",
	  "a.conf:4: scope: no such option in a service block; authcode.conf(5) has the list" },
	{ "option of a service in a client", BLOCK(HASH "level = 1\n"),
	  "a.conf:6: level: no such option in a client block; authcode.conf(5) has the list" },
	{ "option of a service outside", DEV "acr = a\n",
	  "a.conf:2: acr: no such option outside a block; authcode.conf(5) has the list" },
	{ "the same service twice", DEV "service a {\n acr = x\n}\nservice a {\n acr = y\n}\n",
	  "a.conf:5: found duplicate title 'a'" },
	{ "the same acr twice", DEV "service a {\n acr = x\n}\nservice b {\n\n acr = x\n}\n",
	  "a.conf:7: acr: \"x\" is also that of service \"a\"; give each service its own" },
	{ "set twice", DEV "service a {\n acr = x\n acr = y\n}\n",
	  "a.conf:4: acr: already set on line 3" },
	{ "a title that is no file name", DEV "service 'a/b' {\n acr = x\n}\n",
	  "a.conf:2: service \"a/b\": not the name of a file in /etc/pam.d, at most 58 bytes" },
	{ "a title without room for -check", DEV "service " NAME_58 "x {\n acr = x\n}\n",
	  "a.conf:2: service \"" NAME_58
	  "x\": not the name of a file in /etc/pam.d, at most 58 bytes" },
	{ "a title that is empty", DEV "client x {\n" WEB HASH "}\nservice '' {\n acr = x\n}\n",
	  "a.conf:7: service \"\": not the name of a file in /etc/pam.d, at most 58 bytes" },
	{ "a level without acr", DEV "service a {\n level = 1\n}\n",
	  "a.conf:3: level: read only with acr" },
	{ "an acr with a space", DEV "service a {\n acr = 'a b'\n}\n",
	  "a.conf:3: acr: \"a b\"" WORD_RULE },
	{ "an empty acr", DEV "service a {\n acr = ''\n}\n", "a.conf:3: acr: \"\"" WORD_RULE },
	{ "a bad amr", DEV "service a {\n amr = { pwd, 'o tp' }\n}\n",
	  "a.conf:3: amr: \"o tp\" is not allowed; give a word such as pwd or otp" },
	{ "a bad first prompt", DEV "service a {\n first_prompt = otp\n}\n",
	  "a.conf:3: first_prompt: \"otp\" is not allowed; give password or ask" },
	{ "a bad level", DEV "service a {\n level = -1\n}\n",
	  "a.conf:3: level: \"-1\" is not allowed; give a whole number from 0 to 1000000" },
	{ "min_acr that is no service's", BLOCK(HASH "min_acr = x\n"),
	  "a.conf:6: min_acr: \"x\" is the acr of no service block" },
	{ "min_acr that is the name of a service",
	  DEV "service x { amr = pwd }\nclient x {\n" WEB HASH "min_acr = x\n}\n",
	  "a.conf:7: min_acr: \"x\" is the acr of no service block" },
	{ "a service's name that is the acr of another",
	  DEV "service other { acr = hr }\nclient x {\n" WEB HASH "pam_service = hr\n}\n",
	  "a.conf:7: pam_service: \"hr\" needs a service block with an acr" },
	{ "a service inside a client", DEV "client x {\n service y {\n}\n}\n",
	  "a.conf:3: a block inside the one that begins on line 2" },

	{ "check_socket relative", DEV "check_socket = run/c\n",
	  "a.conf:2: check_socket: \"run/c\" is not allowed; give an absolute path of at most "
	  "107 bytes" },
	{ "account_cache of nothing", DEV "account_cache = 0\n",
	  "a.conf:2: account_cache: \"0\" is not allowed; give a time from 1s to 3600s, such as "
	  "90s, 15min, 8h or 14d" },
	{ "account_grace too long", DEV "account_grace = 2d\n",
	  "a.conf:2: account_grace: \"2d\" is not allowed; give a time from 0s to 86400s, such as "
	  "90s, 15min, 8h or 14d" },
	{ "account_sweep without unit", DEV "account_sweep = often\n",
	  "a.conf:2: account_sweep: \"often\" is not allowed; give a time from 0s to 86400s, such "
	  "as 90s, 15min, 8h or 14d" },
	{ "gone_after too long", DEV "gone_after = 31d\n",
	  "a.conf:2: gone_after: \"31d\" is not allowed; give a time from 0s to 2592000s, such as "
	  "90s, 15min, 8h or 14d" },
	{ "lock_means_gone no flag", DEV "lock_means_gone = maybe\n",
	  "a.conf:2: lock_means_gone: \"maybe\" is not allowed; give yes or no" },
	{ "contact empty", DEV "contact = ''\n",
	  "a.conf:2: contact: \"\" is not allowed; give 1 to 128 bytes of printable text" },
	{ "email without user", DEV "email = 'all@example.org'\n",
	  "a.conf:2: email: \"all@example.org\"" EMAIL_RULE },
	{ "email without host", DEV "email = '%u@'\n", "a.conf:2: email: \"%u@\"" EMAIL_RULE },
	{ "email with two hosts", DEV "email = '%u@a@b'\n",
	  "a.conf:2: email: \"%u@a@b\"" EMAIL_RULE },
	{ "email with an unknown escape", DEV "email = '%u%n@a'\n",
	  "a.conf:2: email: \"%u%n@a\"" EMAIL_RULE },
	{ "email with a percent sign at its end", DEV "email = '%u@a%'\n",
	  "a.conf:2: email: \"%u@a%\"" EMAIL_RULE },
	{ "email with a space", DEV "email = '%u @a'\n", "a.conf:2: email: \"%u @a\"" EMAIL_RULE },
	{ "email_verified by hearsay", DEV "email_verified = { file, hearsay }\n",
	  "a.conf:2: email_verified: \"hearsay\" is not allowed; give template, file or command" },
	{ "env_claims without claim", DEV "env_claims = { 'A=b', C }\n",
	  "a.conf:2: env_claims: \"C\" is not allowed; give the name of a variable, = and the "
	  "name of a claim" },
	{ "env_claims without name", DEV "env_claims = { '=b' }\n",
	  "a.conf:2: env_claims: \"=b\" is not allowed; give the name of a variable, = and the "
	  "name of a claim" },
	{ "env_claims with an empty claim", DEV "env_claims = { 'A=' }\n",
	  "a.conf:2: env_claims: \"A=\" is not allowed; give the name of a variable, = and the "
	  "name of a claim" },
	{ "env_amr with a digit first", DEV "env_amr = { 1A }\n",
	  "a.conf:2: env_amr: \"1A\" is not allowed; give the name of a variable" },
	{ "env_amr with a dash", DEV "env_amr = { 'A-B' }\n",
	  "a.conf:2: env_amr: \"A-B\" is not allowed; give the name of a variable" },
	{ "allow_users empty", BLOCK(HASH "allow_users = { a, '' }\n"),
	  "a.conf:6: allow_users: \"\" is not allowed; give the name of a user" },
	{ "allow_groups empty", BLOCK(HASH "allow_groups = ''\n"),
	  "a.conf:6: allow_groups: \"\" is not allowed; give the name of a group" },
	{ "backchannel logout without TLS",
	  BLOCK(HASH "backchannel_logout_uri = 'http://127.0.0.1/out'\n"),
	  "a.conf:6: backchannel_logout_uri: \"http://127.0.0.1/out\" is not allowed; give an "
	  "https "
	  "URL" },
	{ "backchannel logout by something else",
	  BLOCK(HASH "backchannel_logout_uri = 'ftp://rp.example/out'\n"),
	  "a.conf:2: client \"x\": backchannel_logout_uri: it is not an https URL" },
	{ "post-logout redirect URI without TLS",
	  BLOCK(HASH "post_logout_redirect_uris = 'http://rp.example/'\n"),
	  "a.conf:2: client \"x\": post-logout redirect URI 1: a web client must use https (native "
	  "clients may use http on loopback)" },
	{ "ID tokens signed by nobody", BLOCK(HASH "id_token_signed_response_alg = none\n"),
	  "a.conf:6: id_token_signed_response_alg: \"none\" is not allowed; give RS256, PS256, "
	  "ES256, EdDSA or HS256" },
	{ "ID tokens without a key for them", BLOCK(HASH "id_token_signed_response_alg = EdDSA\n"),
	  "a.conf:6: id_token_signed_response_alg: EdDSA is not in signing_algorithms" },
	{ "userinfo without a key for it", BLOCK(HASH "userinfo_signed_response_alg = PS256\n"),
	  "a.conf:6: userinfo_signed_response_alg: PS256 is not in signing_algorithms" },
	{ "subject_type unknown", BLOCK(HASH "subject_type = private\n"),
	  "a.conf:6: subject_type: \"private\" is not allowed; give public or pairwise" },
	{ "sector_identifier of two words", BLOCK(HASH "sector_identifier = 'a b'\n"),
	  "a.conf:6: sector_identifier: \"a b\" is not allowed; give 1 to 128 printable characters "
	  "without space" },
	{ "sector_identifier that nobody reads", BLOCK(HASH "sector_identifier = a\n"),
	  "a.conf:2: client \"x\": sector_identifier is read only with subject_type = pairwise" },
	{ "group_claim_max too high", BLOCK(HASH "group_claim_max = 513\n"),
	  "a.conf:6: group_claim_max: \"513\" is not allowed; give a whole number from 0 to 512" },
};

static void
what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	refuse_all(refusals, sizeof(refusals) / sizeof(refusals[0]));
}

static void
service_blocks_belong_in_the_main_file(void **state)
{
	struct ac_config *c;

	(void)state;
	write_text("clients.d/10.conf", "client y {\n" WEB HASH "}\n\nservice a {\n acr = x\n}\n",
		   0644);
	refuse("a service in clients.d", DEV,
	       "clients.d/10.conf:7: service: only client blocks belong in clients.d");
	write_text("clients.d/10.conf", "\nclient y {\n" WEB HASH "min_acr = z\n}\n", 0644);
	refuse("min_acr in clients.d", DEV "service a {\n acr = x\n}\n",
	       "clients.d/10.conf:6: min_acr: \"z\" is the acr of no service block");
	c = load(DEV "service a {\n acr = z\n}\n");
	assert_string_equal(authcode_clients_find(c->clients, "y")->min_acr, "z");
	ac_config_free(&c);
	assert_int_equal(unlink("clients.d/10.conf"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_block_says_what_a_service_proves),
		cmocka_unit_test(one_service_demands_nothing),
		cmocka_unit_test(with_several_services_a_client_demands_its_own),
		cmocka_unit_test(equal_levels_leave_each_client_its_own_service),
		cmocka_unit_test(a_client_keeps_its_service_where_that_one_proves_enough),
		cmocka_unit_test(the_acr_then_the_client_then_the_server_choose_the_service),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(service_blocks_belong_in_the_main_file),
	};

	return cmocka_run_group_tests_name("config_service", tests, config_dir_enter,
					   config_dir_leave);
}
