/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * ac_config_reload(): what a file that is read again may change, what stays as it is
 * until a restart and is named, and that a bad file changes nothing. And whose the
 * files may be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/server/config_fixture.h"

#define PUBLIC "token_endpoint_auth_method = none\n"
#define CLIENT(id) "client " id " {\n" PUBLIC WEB "}\n"

static struct ac_config *
again(const struct ac_config *running, const char *text, const char *kept)
{
	struct ac_config *config = NULL;
	struct authcode_reason reason;
	char names[AC_CONFIG_KEPT];

	write_text("a.conf", text, 0644);
	if (ac_config_reload(running, &config, names, &reason) != AUTHCODE_OK)
		fail_msg("refused: %s", reason.text);
	assert_string_equal(names, kept);
	return config;
}

static void
clients_services_resources_and_limits_are_the_new_ones(void **state)
{
	struct ac_config *running =
		load(DEV "max_sign_ins = 50\n" CLIENT("a") "resource 'https://old.example' {}\n");
	struct ac_config *config = again(running,
					 DEV "max_sign_ins = 51\ncode_lifetime = 30s\n" CLIENT(
						 "b") "service otp {\nacr = otp\n}\n"
						      "resource 'https://new.example' {}\n",
					 "");

	(void)state;
	assert_null(authcode_clients_find(config->clients, "a"));
	assert_non_null(authcode_clients_find(config->clients, "b"));
	assert_int_equal(config->max_sign_ins, 51);
	assert_int_equal(config->lifetimes.code_s, 30);
	assert_non_null(ac_config_service(config, "otp"));
	assert_string_equal(config->resources[0].uri, "https://new.example");
	/* What runs by the old one goes on doing so. */
	assert_non_null(authcode_clients_find(running->clients, "a"));
	assert_int_equal(running->max_sign_ins, 50);
	ac_config_free(&running);
	assert_int_equal(config->max_sign_ins, 51);
	ac_config_free(&config);
}

/* Every option that needs a restart, in the order of the rows. */
static void
what_needs_a_restart_is_named_and_stays(void **state)
{
	struct ac_config *running = load("issuer = http://127.0.0.1:8080\n"
					 "listen = { 127.0.0.1:8080, '[::1]:8080' }\n"
					 "threads = 2\n");
	struct ac_config *config = again(running,
					 "issuer = http://localhost:8080\n"
					 "listen = 127.0.0.1:8080\n"
					 "trusted_proxies = 10.0.0.0/8\n"
					 "state_dir = /srv/a\n"
					 "master_key_file = credential:key\n"
					 "login_socket = /run/a\n"
					 "admin_socket = none\n"
					 "admin_group = wheel\n"
					 "passwd_socket = /run/b\n"
					 "check_socket = /run/c\n"
					 "fetch_socket = /run/d\n"
					 "user = nobody\n"
					 "threads = 3\n"
					 "log_level = debug\n"
					 "transaction_lifetime = 2h\n"
					 "signing_algorithms = { RS256, EdDSA }\n",
					 "issuer, listen, trusted_proxies, state_dir, "
					 "master_key_file, login_socket, admin_socket, "
					 "admin_group, passwd_socket, check_socket, fetch_socket, "
					 "user, threads, log_level, transaction_lifetime, "
					 "signing_algorithms");

	(void)state;
	assert_string_equal(config->issuer, "http://127.0.0.1:8080");
	assert_int_equal(config->listen_count, 3);
	assert_string_equal(config->listens[1].text, "[::1]:8080");
	assert_int_equal(config->trusted_proxy_count, 0);
	assert_string_equal(config->state_dir, "/var/lib/authcode");
	assert_null(config->master_key_file);
	assert_string_equal(config->admin_socket, "/run/authcode/admin.sock");
	assert_int_equal(config->threads, 2);
	assert_int_equal(config->lifetimes.transaction_s, 3600);
	assert_int_equal(config->signing_algorithm_count, 2);
	assert_string_equal(config->signing_algorithms[1], "ES256");
	/* The values live as long as this configuration, not as the one before. */
	ac_config_free(&running);
	running = config;
	config = again(running, "issuer = http://localhost:8080\n", "issuer, listen, threads");
	assert_string_equal(config->issuer, "http://127.0.0.1:8080");
	ac_config_free(&running);
	ac_config_free(&config);
}

static void
the_same_written_otherwise_is_no_change(void **state)
{
	struct ac_config *running = load(DEV "transaction_lifetime = 1h\n");
	struct ac_config *config =
		again(running, DEV "transaction_lifetime = 3600s\nlisten = '127.0.0.1:8080'\n", "");

	(void)state;
	ac_config_free(&running);
	ac_config_free(&config);
}

static void
tls_is_neither_begun_nor_ended(void **state)
{
	static const char files[] = DEV "tls_certificate_file = /a.pem\ntls_key_file = /k.pem\n";
	struct ac_config *plain = load(DEV), *tls = load(files);
	struct ac_config *config = again(plain, files, "tls_certificate_file, tls_key_file");

	(void)state;
	assert_null(config->tls_certificate_file);
	assert_false(config->listens[0].tls);
	ac_config_free(&config);
	config = again(tls, DEV, "tls_certificate_file, tls_key_file");
	assert_string_equal(config->tls_key_file, "/k.pem");
	assert_true(config->listens[0].tls);
	ac_config_free(&config);
	config = again(tls, DEV "tls_certificate_file = /b.pem\ntls_key_file = /l.pem\n", "");
	assert_string_equal(config->tls_certificate_file, "/b.pem");
	ac_config_free(&config);
	ac_config_free(&plain);
	ac_config_free(&tls);
}

/* The second two are good alone, and not with what stays. */
static void
a_bad_file_is_refused_with_its_sentence(void **state)
{
	static const struct {
		const char *text, *sentence;
	} rows[] = {
		{ DEV "max_sign_ins = 0\n",
		  "a.conf:2: max_sign_ins: \"0\" is not allowed; give a whole number from 1 to "
		  "10000" },
		{ "threads = 3\n", "a.conf: issuer: missing; give the URL by which browsers and "
				   "clients know this server" },
		{ DEV "client a {\n" PUBLIC WEB "pam_service = x\nmin_acr = y\n}\n",
		  "a.conf:7: min_acr: \"y\" is the acr of no service block" },
		{ DEV "signing_algorithms = { RS256, EdDSA }\nclient a {\n" PUBLIC WEB
		      "id_token_signed_response_alg = EdDSA\n}\n",
		  "a.conf:7: id_token_signed_response_alg: EdDSA is not in signing_algorithms" },
	};
	struct ac_config *running = load(DEV CLIENT("a"));

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_config *config = NULL;
		struct authcode_reason reason;
		char names[AC_CONFIG_KEPT];

		write_text("a.conf", rows[i].text, 0644);
		assert_int_equal(ac_config_reload(running, &config, names, &reason),
				 AUTHCODE_ERR_CONFIG);
		assert_null(config);
		assert_string_equal(reason.text, rows[i].sentence);
	}
	assert_non_null(authcode_clients_find(running->clients, "a"));
	ac_config_free(&running);
}

static void
a_configuration_lives_until_its_last_reference(void **state)
{
	struct ac_config *config = load(DEV), *other = ac_config_ref(config);

	(void)state;
	ac_config_free(&config);
	assert_null(config);
	assert_string_equal(other->issuer, "http://127.0.0.1:8080");
	ac_config_free(&other);
	ac_config_free(&other);
}

/* --- whose files are -------------------------------------------------------------- */

/* Only root can give files away. */
static void
files_of_others_are_refused(void **state)
{
	const char text[] = DEV CLIENT("a");
	const char with_secret[] = BLOCK("client_secret_file = '%D/secret'\n");
	const char of_nobody[] = "user = nobody\n" BLOCK("client_secret_file = '%D/secret'\n");
	struct authcode_reason reason;
	struct ac_config *config = NULL;

	(void)state;
	if (geteuid() != 0)
		return;
	write_text("a.conf", text, 0644);
	assert_int_equal(chown("a.conf", 65534, 0), 0);
	assert_int_equal(ac_config_load("a.conf", &config, &reason), AUTHCODE_ERR_CONFIG);
	assert_string_equal(reason.text, "a.conf: it belongs to another user (uid 65534); run "
					 "chown root on it");
	assert_int_equal(chown("a.conf", 0, 0), 0);
	write_text("clients.d/10.conf", CLIENT("b"), 0644);
	assert_int_equal(chown("clients.d/10.conf", 65534, 0), 0);
	refuse("drop-in", text,
	       "clients.d/10.conf: it belongs to another user (uid 65534); run chown root on it");
	assert_int_equal(chown("clients.d/10.conf", 0, 0), 0);
	assert_int_equal(chown("clients.d", 65534, 0), 0);
	refuse("directory", text,
	       "clients.d: it belongs to another user (uid 65534); run chown root on it");
	assert_int_equal(chown("clients.d", 0, 0), 0);
	assert_int_equal(unlink("clients.d/10.conf"), 0);
	assert_int_equal(chown("secret", 65534, 0), 0);
	refuse("secret", with_secret,
	       "a.conf:5: client_secret_file: %D/secret: it belongs to another user (uid 65534); "
	       "run chown root on it");
	/* The account that authcoded becomes may keep its own. */
	config = load(of_nobody);
	ac_config_free(&config);
	assert_int_equal(chown("secret", 0, 0), 0);
}

static void
a_directory_that_others_may_write_is_refused(void **state)
{
	static const mode_t modes[] = { 0775, 0757, 0777 };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(modes); i++) {
		assert_int_equal(chmod("clients.d", modes[i]), 0);
		refuse("writable", DEV CLIENT("a"),
		       "clients.d: others than its owner may write it; run chmod go-w on it");
	}
	assert_int_equal(chmod("clients.d", 0755), 0);
}

/* --- credentials ------------------------------------------------------------------ */

#define CREDENTIAL BLOCK("client_secret_file = 'credential:wiki'\n")

static void
a_secret_can_be_a_credential(void **state)
{
	char dir[4096];
	struct ac_config *config;

	(void)state;
	refuse("none", CREDENTIAL,
	       "a.conf:5: client_secret_file: credential:wiki: no credentials were handed over; "
	       "the unit needs LoadCredential= for it");
	assert_non_null(getcwd(dir, sizeof(dir)));
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", dir, 1), 0);
	refuse("missing", CREDENTIAL,
	       "a.conf:5: client_secret_file: credential:wiki: No such file or directory");
	write_text("wiki", SECRET, 0600);
	config = load(CREDENTIAL);
	assert_non_null(authcode_clients_find(config->clients, "x"));
	ac_config_free(&config);
	assert_int_equal(chmod("wiki", 0644), 0);
	refuse("readable", CREDENTIAL,
	       "a.conf:5: client_secret_file: credential:wiki: others may read or write it; run "
	       "chmod 600 on it");
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "relative", 1), 0);
	refuse("relative", CREDENTIAL,
	       "a.conf:5: client_secret_file: credential:wiki: no credentials were handed over; "
	       "the unit needs LoadCredential= for it");
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	assert_int_equal(unlink("wiki"), 0);
}

static void
the_name_of_a_credential_leads_nowhere_else(void **state)
{
	static const char *const names[] = { "", ".", "..", "../wiki", "a/b", ".wiki", "a b" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		char text[512], sentence[512];

		snprintf(text, sizeof(text), BLOCK("client_secret_file = 'credential:%s'\n"),
			 names[i]);
		snprintf(sentence, sizeof(sentence),
			 "a.conf:5: client_secret_file: \"credential:%s\" is not allowed; give an "
			 "absolute path, or credential: and a name",
			 names[i]);
		refuse(names[i], text, sentence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_services_resources_and_limits_are_the_new_ones),
		cmocka_unit_test(what_needs_a_restart_is_named_and_stays),
		cmocka_unit_test(the_same_written_otherwise_is_no_change),
		cmocka_unit_test(tls_is_neither_begun_nor_ended),
		cmocka_unit_test(a_bad_file_is_refused_with_its_sentence),
		cmocka_unit_test(a_configuration_lives_until_its_last_reference),
		cmocka_unit_test(files_of_others_are_refused),
		cmocka_unit_test(a_directory_that_others_may_write_is_refused),
		cmocka_unit_test(a_secret_can_be_a_credential),
		cmocka_unit_test(the_name_of_a_credential_leads_nowhere_else),
	};

	return cmocka_run_group_tests_name("config_reload", tests, config_dir_enter,
					   config_dir_leave);
}
