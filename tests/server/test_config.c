/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/config.h: what a file means, where clients and secrets come from, and
 * what is refused as a file.
 */
#include "server/config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/server/config_fixture.h"

static void
defaults_are_those_of_the_table(void **state)
{
	struct ac_config *c = load(DEV);

	(void)state;
	assert_string_equal(c->path, "a.conf");
	assert_string_equal(c->issuer, "http://127.0.0.1:8080");
	assert_string_equal(c->issuer_path, "");
	assert_true(c->issuer_is_dev);
	assert_int_equal(c->listen_count, 2);
	assert_string_equal(c->listens[0].text, "127.0.0.1:8080");
	assert_int_equal(c->listens[0].kind, AC_LISTEN_TCP);
	assert_false(c->listens[0].tls);
	assert_false(c->listens[0].admin);
	assert_string_equal(c->listens[1].text, "unix:/run/authcode/admin.sock");
	assert_int_equal(c->listens[1].kind, AC_LISTEN_UNIX);
	assert_true(c->listens[1].admin);
	assert_string_equal(c->admin_group, "authcode-admin");
	assert_null(c->tls_certificate_file);
	assert_int_equal(c->trusted_proxy_count, 0);
	assert_string_equal(c->state_dir, "/var/lib/authcode");
	assert_string_equal(c->login_socket, "/run/authcode/login.sock");
	assert_string_equal(c->passwd_socket, "/run/authcode/passwd.sock");
	assert_string_equal(c->check_socket, "/run/authcode/check.sock");
	assert_string_equal(c->pam_service, "authcode");
	assert_string_equal(c->user, "_authcode");
	assert_int_equal(c->threads, 0);
	assert_int_equal(c->max_connections, 10000);
	assert_int_equal(c->max_connections_per_address, 16);
	assert_int_equal(c->max_sign_ins, 64);
	assert_int_equal(c->max_sign_ins_per_address, 16);
	assert_int_equal(c->failure_floor_ms, 2000);
	assert_int_equal(c->stranger_guesses, 10);
	assert_int_equal(c->known_guesses, 10);
	assert_int_equal(c->address_guesses, 50);
	assert_int_equal(c->total_guesses, 3000);
	assert_int_equal(c->token_guesses, 10000);
	assert_int_equal(c->device_requests, 100);
	assert_int_equal(c->prompt_timeout_s, 120);
	assert_int_equal(c->sign_in_timeout_s, 600);
	assert_int_equal(c->account_cache_s, 60);
	assert_string_equal(c->fetch_socket, "/run/authcode/fetch.sock");
	assert_int_equal(c->account_grace_s, 300);
	assert_int_equal(c->account_sweep_s, 300);
	assert_int_equal(c->gone_after_s, 900);
	assert_true(c->lock_means_gone);
	assert_null(c->contact);
	assert_null(c->email);
	assert_int_equal(c->email_verified, 0);
	assert_int_equal(c->env_claim_count, 0);
	assert_int_equal(c->env_amr_count, 0);
	assert_int_equal(c->service_count, 0);
	assert_int_equal(c->resource_count, 0);
	assert_string_equal(c->log_level, "info");
	assert_int_equal(c->lifetimes.code_s, 60);
	assert_int_equal(c->lifetimes.access_token_s, 3600);
	assert_int_equal(c->lifetimes.access_token_jwt_s, 600);
	assert_int_equal(c->lifetimes.refresh_idle_s, 14 * 86400);
	assert_int_equal(c->lifetimes.refresh_absolute_s, 90 * 86400);
	assert_int_equal(c->lifetimes.session_idle_s, 8 * 3600);
	assert_int_equal(c->lifetimes.session_absolute_s, 86400);
	assert_int_equal(c->lifetimes.transaction_s, 3600);
	assert_int_equal(c->lifetimes.device_code_s, 600);
	assert_int_equal(c->lifetimes.id_token_s, 3600);
	assert_int_equal(c->signing_algorithm_count, 2);
	assert_string_equal(c->signing_algorithms[0], "RS256");
	assert_string_equal(c->signing_algorithms[1], "ES256");
	assert_int_equal(c->lifetimes.signing_key_s, 90 * 24 * 3600);
	assert_int_equal(authcode_clients_count(c->clients), 0);
	ac_config_free(&c);
	assert_null(c);
	ac_config_free(&c);
}

static void
every_server_option_lands_in_its_field(void **state)
{
	struct ac_config *c =
		load("issuer = 'https://login.example.org/auth'\n"
		     "listen = { \"0.0.0.0:443\", '[::]:443', unix:/run/x.sock }\n"
		     "tls_certificate_file = /etc/ssl/a.pem\n"
		     "tls_key_file = '/etc/ssl/a key.pem'\n"
		     "trusted_proxies = { 192.0.2.1, 10.0.0.0/8, 'fd00::/8', unix }\n"
		     "admin_socket = none\nadmin_group = wheel\n"
		     "state_dir = /srv/a\nlogin_socket = /srv/l\npasswd_socket = /srv/p\n"
		     "fetch_socket = /srv/f\n"
		     "pam_service = other\nuser = nobody\nthreads = 3\n"
		     "max_connections = 99\nmax_connections_per_address = 98\n"
		     "max_sign_ins = 7\nmax_sign_ins_per_address = 6\n"
		     "stranger_guesses = 0\nknown_guesses = 20\naddress_guesses = "
		     "21\ntotal_guesses = 22\ntoken_guesses = 23\ndevice_requests = 24\n"
		     "failure_floor = 100ms\nprompt_timeout = 2min\nsign_in_timeout = 300\n"
		     "check_socket = /srv/c\naccount_cache = 1s\naccount_grace = 0\n"
		     "account_sweep = 10s\ngone_after = 1h\nlock_means_gone = no\n"
		     "contact = 'the help desk'\nemail = '%u@example.org'\n"
		     "email_verified = { template, command }\n"
		     "env_claims = { 'DEPARTMENT=department', 'A=b' }\n"
		     "env_amr = { AUTH_INDICATORS, _X }\n"
		     "log_level = debug\ncode_lifetime = 30s\n"
		     "jwt_access_token_lifetime = 5min\naccess_token_lifetime = "
		     "10min\nrefresh_idle_lifetime = 1d\n"
		     "refresh_absolute_lifetime = 2d\nsession_idle_lifetime = 1h\n"
		     "session_absolute_lifetime = 2h\ntransaction_lifetime = 5min\n"
		     "id_token_lifetime = 12h\n"
		     "signing_algorithms = { EdDSA, RS256, PS256 }\nsigning_key_lifetime = 2d\n"
		     "device_code_lifetime = 15min\n");

	(void)state;
	assert_string_equal(c->issuer, "https://login.example.org/auth");
	assert_string_equal(c->issuer_path, "/auth");
	assert_false(c->issuer_is_dev);
	assert_int_equal(c->listen_count, 3);
	assert_string_equal(c->listens[1].text, "[::]:443");
	assert_true(c->listens[1].tls);
	assert_int_equal(c->listens[2].kind, AC_LISTEN_UNIX);
	assert_false(c->listens[2].tls);
	assert_string_equal(c->tls_certificate_file, "/etc/ssl/a.pem");
	assert_string_equal(c->tls_key_file, "/etc/ssl/a key.pem");
	assert_int_equal(c->trusted_proxy_count, 4);
	assert_string_equal(c->trusted_proxies[2], "fd00::/8");
	assert_string_equal(c->state_dir, "/srv/a");
	assert_string_equal(c->login_socket, "/srv/l");
	assert_null(c->admin_socket);
	assert_string_equal(c->admin_group, "wheel");
	assert_string_equal(c->passwd_socket, "/srv/p");
	assert_string_equal(c->fetch_socket, "/srv/f");
	assert_string_equal(c->pam_service, "other");
	assert_string_equal(c->user, "nobody");
	assert_int_equal(c->threads, 3);
	assert_int_equal(c->max_connections, 99);
	assert_int_equal(c->max_connections_per_address, 98);
	assert_int_equal(c->max_sign_ins, 7);
	assert_int_equal(c->max_sign_ins_per_address, 6);
	assert_int_equal(c->failure_floor_ms, 100);
	assert_int_equal(c->stranger_guesses, 0);
	assert_int_equal(c->known_guesses, 20);
	assert_int_equal(c->address_guesses, 21);
	assert_int_equal(c->total_guesses, 22);
	assert_int_equal(c->token_guesses, 23);
	assert_int_equal(c->device_requests, 24);
	assert_int_equal(c->prompt_timeout_s, 120);
	assert_int_equal(c->sign_in_timeout_s, 300);
	assert_string_equal(c->check_socket, "/srv/c");
	assert_int_equal(c->account_cache_s, 1);
	assert_int_equal(c->account_grace_s, 0);
	assert_int_equal(c->account_sweep_s, 10);
	assert_int_equal(c->gone_after_s, 3600);
	assert_false(c->lock_means_gone);
	assert_string_equal(c->contact, "the help desk");
	assert_string_equal(c->email, "%u@example.org");
	assert_int_equal(c->email_verified, AC_VERIFIED_TEMPLATE | AC_VERIFIED_COMMAND);
	assert_int_equal(c->env_claim_count, 2);
	assert_string_equal(c->env_claims[0], "DEPARTMENT=department");
	assert_int_equal(c->env_amr_count, 2);
	assert_string_equal(c->env_amr[1], "_X");
	assert_string_equal(c->log_level, "debug");
	assert_int_equal(c->lifetimes.code_s, 30);
	assert_int_equal(c->lifetimes.access_token_s, 600);
	assert_int_equal(c->lifetimes.access_token_jwt_s, 300);
	assert_int_equal(c->lifetimes.refresh_idle_s, 86400);
	assert_int_equal(c->lifetimes.refresh_absolute_s, 2 * 86400);
	assert_int_equal(c->lifetimes.session_idle_s, 3600);
	assert_int_equal(c->lifetimes.session_absolute_s, 7200);
	assert_int_equal(c->lifetimes.transaction_s, 300);
	assert_int_equal(c->lifetimes.device_code_s, 900);
	assert_int_equal(c->lifetimes.id_token_s, 12 * 3600);
	assert_int_equal(c->signing_algorithm_count, 3);
	assert_string_equal(c->signing_algorithms[0], "EdDSA");
	assert_string_equal(c->signing_algorithms[2], "PS256");
	assert_int_equal(c->lifetimes.signing_key_s, 2 * 24 * 3600);
	ac_config_free(&c);
}

static void
every_client_option_lands_in_its_field(void **state)
{
	struct ac_config *c = load(
		DEV
		"client \"wiki\" {\n name = 'The Wiki é'\n"
		" token_endpoint_auth_method = client_secret_post\n"
		" client_secret_file = '%D/secret'\n application_type = native\n"
		" redirect_uris = { 'http://127.0.0.1/cb', 'https://w.example/cb?a=b' }\n"
		" scope = 'profile groups'\n default_scopes = profile\n"
		" grant_types = { authorization_code }\n trusted = yes\n disabled = yes\n"
		" require_pkce = yes\n may_introspect = list\n introspect_clients = { wiki, b }\n"
		" access_token_lifetime = 5min\n pam_service = authcode-wiki\n"
		" min_acr = 'urn:x:otp'\n default_max_age = 30min\n"
		" client_uri = 'https://w.example/'\n policy_uri = 'https://w.example/p'\n"
		" tos_uri = 'http://w.example/t'\n logo_file = /etc/w.png\n allow_users = { alice, "
		"'bob "
		"smith' }\n"
		" allow_groups = staff\n group_claims = { staff, adm }\n"
		" group_claim_prefix = 'wiki-'\n group_claim_max = 512\n"
		" post_logout_redirect_uris = { 'https://w.example/', 'https://w.example/x' }\n"
		" backchannel_logout_uri = 'https://w.example/logout'\n"
		" backchannel_logout_session_required = yes\n"
		" subject_type = pairwise\n sector_identifier = 'wikis'\n"
		" id_token_signed_response_alg = EdDSA\n userinfo_signed_response_alg = PS256\n}\n"
		"service authcode-otp { acr = 'urn:x:otp' }\n"
		"signing_algorithms = { RS256, EdDSA, PS256 }\n"
		"client b { token_endpoint_auth_method = none\n" WEB "}\n"
		"client tv { token_endpoint_auth_method = none\n scope = profile\n"
		" grant_types = { device_code, refresh_token }\n}\n");
	const struct authcode_client *wiki = authcode_clients_find(c->clients, "wiki");
	const struct authcode_client *b = authcode_clients_find(c->clients, "b");
	const struct authcode_client *tv = authcode_clients_find(c->clients, "tv");
	uint8_t hash[AUTHCODE_SECRET_HASH_LEN];

	(void)state;
	assert_non_null(wiki);
	assert_string_equal(wiki->name, "The Wiki é");
	assert_int_equal(wiki->auth, AUTHCODE_AUTH_SECRET_POST);
	assert_int_equal(authcode_client_secret_hash(SECRET, sizeof(SECRET) - 2, hash),
			 AUTHCODE_OK);
	assert_memory_equal(wiki->secret_hash, hash, sizeof(hash));
	assert_int_equal(wiki->application_type, AUTHCODE_APPLICATION_NATIVE);
	assert_int_equal(wiki->redirect_uri_count, 2);
	assert_string_equal(wiki->redirect_uris[1], "https://w.example/cb?a=b");
	assert_string_equal(wiki->scope, "profile groups");
	assert_string_equal(wiki->default_scopes, "profile");
	assert_int_equal(wiki->grants, AUTHCODE_GRANT_AUTHORIZATION_CODE);
	assert_true(wiki->trusted);
	assert_true(wiki->disabled);
	assert_true(wiki->require_pkce);
	assert_int_equal(wiki->may_introspect, AUTHCODE_INTROSPECT_LIST);
	assert_int_equal(wiki->introspect_client_count, 2);
	assert_string_equal(wiki->introspect_clients[1], "b");
	assert_int_equal(wiki->access_token_ttl_s, 300);
	assert_string_equal(wiki->pam_service, "authcode-wiki");
	assert_string_equal(wiki->min_acr, "urn:x:otp");
	assert_int_equal(wiki->default_max_age_s, 1800);
	assert_string_equal(wiki->client_uri, "https://w.example/");
	assert_string_equal(wiki->policy_uri, "https://w.example/p");
	assert_string_equal(wiki->tos_uri, "http://w.example/t");
	assert_string_equal(wiki->logo_file, "/etc/w.png");
	assert_int_equal(wiki->allow_user_count, 2);
	assert_string_equal(wiki->allow_users[1], "bob smith");
	assert_int_equal(wiki->allow_group_count, 1);
	assert_string_equal(wiki->allow_groups[0], "staff");
	assert_int_equal(wiki->group_claim_count, 2);
	assert_string_equal(wiki->group_claims[1], "adm");
	assert_string_equal(wiki->group_claim_prefix, "wiki-");
	assert_int_equal(wiki->group_claim_max, 512);
	assert_int_equal(wiki->post_logout_redirect_uri_count, 2);
	assert_string_equal(wiki->post_logout_redirect_uris[1], "https://w.example/x");
	assert_string_equal(wiki->backchannel_logout_uri, "https://w.example/logout");
	assert_true(wiki->backchannel_logout_session_required);
	assert_int_equal(wiki->subject_type, AUTHCODE_SUBJECT_PAIRWISE);
	assert_string_equal(wiki->sector, "wikis");
	assert_string_equal(wiki->id_token_alg, "EdDSA");
	assert_string_equal(wiki->userinfo_alg, "PS256");

	assert_non_null(b);
	assert_int_equal(b->auth, AUTHCODE_AUTH_NONE);
	assert_int_equal(b->grants,
			 AUTHCODE_GRANT_AUTHORIZATION_CODE | AUTHCODE_GRANT_REFRESH_TOKEN);
	assert_false(b->trusted);
	assert_int_equal(b->access_token_ttl_s, 0);
	assert_int_equal(b->default_max_age_s, 0);
	assert_null(b->client_uri);
	assert_null(b->policy_uri);
	assert_null(b->tos_uri);
	assert_null(b->logo_file);
	assert_null(b->pam_service);
	assert_string_equal(b->min_acr, "authcode"); /* since otp is in use as well */
	assert_int_equal(b->allow_user_count + b->allow_group_count + b->group_claim_count, 0);
	assert_null(b->group_claim_prefix);
	assert_int_equal(b->group_claim_max, 0);
	assert_int_equal(b->post_logout_redirect_uri_count, 0);
	assert_null(b->backchannel_logout_uri);
	assert_false(b->backchannel_logout_session_required);
	assert_int_equal(b->subject_type, AUTHCODE_SUBJECT_PUBLIC);
	assert_null(b->sector);
	assert_string_equal(b->id_token_alg, "RS256");
	assert_null(b->userinfo_alg);

	assert_non_null(tv);
	assert_int_equal(tv->grants, AUTHCODE_GRANT_DEVICE_CODE | AUTHCODE_GRANT_REFRESH_TOKEN);
	assert_int_equal(tv->redirect_uri_count, 0);
	ac_config_free(&c);
}

static void
quotes_and_comments_mean_what_they_seem(void **state)
{
	struct ac_config *c =
		load("# one\n// two\n/* three ' \" {\n */ " DEV
		     "state_dir = '/a#b//c/*d${HOME}\\x'	# 'tail\n"
		     "tls_certificate_file = \"/q\\\"\\\\\\${X}#\"\r\n"
		     "tls_key_file = /w//x\n"
		     "client 'x' { token_endpoint_auth_method = none /* } */ \n" WEB "}");

	(void)state;
	assert_string_equal(c->state_dir, "/a#b//c/*d${HOME}\\x");
	assert_string_equal(c->tls_certificate_file, "/q\"\\${X}#");
	assert_string_equal(c->tls_key_file, "/w//x");
	ac_config_free(&c);
}

static void
clients_d_is_read_in_order_of_name(void **state)
{
	struct ac_config *c;

	(void)state;
	write_text("clients.d/20.conf", "client z {\n" WEB HASH "}\n", 0644);
	write_text("clients.d/10.conf", "client y {\n" WEB HASH "}\n", 0644);
	write_text("clients.d/x", "not read", 0644);
	c = load(DEV "client x {\n" WEB HASH "}\n");
	assert_int_equal(authcode_clients_count(c->clients), 3);
	assert_non_null(authcode_clients_find(c->clients, "z"));
	ac_config_free(&c);

	write_text("clients.d/20.conf", "\nclient y {\n" WEB HASH "}\n", 0644);
	refuse("same id in two files", DEV,
	       "clients.d/20.conf:2: client \"y\" is also at clients.d/10.conf:1; ids must differ");
	write_text("clients.d/20.conf", "\n\nthreads = 1\n", 0644);
	refuse("a setting in clients.d", DEV,
	       "clients.d/20.conf:3: threads: only client blocks belong in clients.d");
	write_text("clients.d/20.conf", "client q {\n\n", 0644);
	refuse("open block in clients.d", DEV,
	       "clients.d/20.conf:1: the { that opens here is not closed");
	assert_int_equal(unlink("clients.d/20.conf"), 0);
	assert_int_equal(mkdir("clients.d/20.conf", 0755), 0);
	refuse("a directory named .conf", DEV, "clients.d/20.conf: not a regular file");
	assert_int_equal(rmdir("clients.d/20.conf"), 0);
	assert_int_equal(unlink("clients.d/10.conf"), 0);
}

static void
an_empty_or_missing_clients_d_is_fine(void **state)
{
	struct ac_config *c;

	(void)state;
	assert_int_equal(unlink("clients.d/x"), 0);
	assert_int_equal(rmdir("clients.d"), 0);
	c = load(DEV);
	ac_config_free(&c);
	write_text("clients.d", "", 0644);
	refuse("clients.d is a file", DEV, "clients.d: Not a directory");
	assert_int_equal(unlink("clients.d"), 0);
	assert_int_equal(mkdir("clients.d", 0755), 0);
}

#define SECRET_RULE "the secret must have 22 to 512 characters; openssl rand -base64 32 makes one"

static void
a_rule_of_the_registry_is_told_with_its_place(void **state)
{
	struct authcode_reason reason;
	struct ac_config *config = NULL;

	(void)state;
	write_text("a.conf",
		   DEV "client good {\n" WEB HASH "}\n\nclient bad {\n"
		       "redirect_uris = 'https://a.example/#f'\nscope = a\n" HASH "}\n",
		   0644);
	assert_int_equal(ac_config_load("a.conf", &config, &reason), AUTHCODE_ERR_CONFIG);
	assert_null(config);
	assert_memory_equal(reason.text, "a.conf:8: ", 10);
	assert_non_null(strstr(reason.text, "bad"));
}

static void
a_secret_file_must_be_private_and_strong(void **state)
{
	static const struct {
		const char *name, *secret;
		mode_t mode;
		const char *why;
	} rows[] = {
		{ "world-readable", SECRET, 0604,
		  "others may read or write it; run chmod 600 on it" },
		{ "world-executable", SECRET, 0601,
		  "others may read or write it; run chmod 600 on it" },
		{ "group-writable", SECRET, 0620,
		  "others may read or write it; run chmod 600 on it" },
		{ "empty", "", 0600, SECRET_RULE },
		{ "one newline", "\n", 0600, SECRET_RULE },
		{ "21 characters", "123456789012345678901\n", 0600, SECRET_RULE },
		{ "two lines", "12345678901234567890123\n\n", 0600,
		  "the secret must be one line of printable ASCII" },
		{ "past ASCII", "1234567890123456789012\xc3\xa9\n", 0600,
		  "the secret must be one line of printable ASCII" },
		{ "tab", "1234567890123456789012\t3\n", 0600,
		  "the secret must be one line of printable ASCII" },
	};
	char sentence[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_text("secret", rows[i].secret, rows[i].mode);
		snprintf(sentence, sizeof(sentence), "a.conf:5: client_secret_file: %%D/secret: %s",
			 rows[i].why);
		refuse(rows[i].name, BLOCK("client_secret_file = '%D/secret'\n"), sentence);
	}
	write_text("secret", SECRET, 0600);
}

static void
a_secret_of_22_to_512_characters_is_taken_without_its_newline(void **state)
{
	static const char *const ends[] = { "", "\n", "\r\n" };
	static const size_t lengths[] = { 22, 512 };
	char text[520];
	uint8_t hash[AUTHCODE_SECRET_HASH_LEN];

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		size_t len = lengths[i / 3];
		struct ac_config *c;

		for (size_t k = 0; k < len; k++)
			text[k] = (char)('!' + k * 7 % 90);
		strcpy(text + len, ends[i % 3]);
		write_file("secret", text, strlen(text), 0600);
		c = load(BLOCK("client_secret_file = '%D/secret'\n"));
		assert_int_equal(authcode_client_secret_hash(text, len, hash), AUTHCODE_OK);
		assert_memory_equal(authcode_clients_find(c->clients, "x")->secret_hash, hash,
				    sizeof(hash));
		ac_config_free(&c);
	}
	memset(text, 's', 513);
	write_file("secret", text, 513, 0600);
	refuse("513 characters", BLOCK("client_secret_file = '%D/secret'\n"),
	       "a.conf:5: client_secret_file: %D/secret: " SECRET_RULE);
	write_text("secret", SECRET, 0600);
}

static void
root_may_let_a_group_read_a_secret_file(void **state)
{
	(void)state;
	write_text("secret", SECRET, 0640);
	if (geteuid() == 0) {
		struct ac_config *c = load(BLOCK("client_secret_file = '%D/secret'\n"));

		ac_config_free(&c);
		assert_int_equal(chown("secret", 1, 1), 0);
	}
	refuse("0640, not of root", BLOCK("client_secret_file = '%D/secret'\n"),
	       "a.conf:5: client_secret_file: %D/secret: its group may read it although root does "
	       "not own it; run chmod 600 on it");
	assert_int_equal(unlink("secret"), 0);
	write_text("secret", SECRET, 0600);
}

static void
refuse_path(const char *path, enum authcode_err err, const char *sentence)
{
	struct authcode_reason reason;
	struct ac_config *config = NULL;

	assert_int_equal(ac_config_load(path, &config, &reason), err);
	assert_null(config);
	assert_string_equal(reason.text, sentence);
}

static void
a_file_that_is_no_plain_file_is_refused(void **state)
{
	(void)state;
	refuse_path("none.conf", AUTHCODE_ERR_NOT_FOUND, "none.conf: No such file or directory");
	refuse_path(".", AUTHCODE_ERR_CONFIG, ".: not a regular file");
	refuse_path("/dev/null", AUTHCODE_ERR_CONFIG, "/dev/null: not a regular file");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	refuse_path("fifo", AUTHCODE_ERR_CONFIG, "fifo: not a regular file");
	assert_int_equal(unlink("fifo"), 0);
	write_text("a.conf", DEV, 0664);
	refuse_path("a.conf", AUTHCODE_ERR_CONFIG,
		    "a.conf: others than its owner may write it; run chmod go-w on it");
	assert_int_equal(truncate("a.conf", 17 * 1024 * 1024), 0);
	assert_int_equal(chmod("a.conf", 0600), 0);
	refuse_path("a.conf", AUTHCODE_ERR_LIMIT, "a.conf: larger than 16777216 bytes");
	write_file("a.conf", DEV "user = 'a\0b'\n", sizeof(DEV) + 12, 0600);
	refuse_path("a.conf", AUTHCODE_ERR_CONFIG, "a.conf:2: control character 0x00");
	write_file("a.conf", "", 0, 0600);
	refuse_path("a.conf", AUTHCODE_ERR_CONFIG,
		    "a.conf: issuer: missing; give the URL by which browsers and clients know this "
		    "server");
}

static void
every_row_tells_its_section_type_and_help(void **state)
{
	const struct ac_option_row *row;
	size_t i;

	(void)state;
	for (i = 0; (row = ac_config_option_at(i)) != NULL; i++) {
		assert_true(strcmp(row->section, "") == 0 || strcmp(row->section, "client") == 0 ||
			    strcmp(row->section, "service") == 0 ||
			    strcmp(row->section, "resource") == 0);
		assert_true(strlen(row->name) > 0);
		assert_true(strlen(row->type) > 0);
		assert_non_null(row->fallback);
		assert_true(strlen(row->help) > 0);
		for (size_t j = 0; j < i; j++) {
			const struct ac_option_row *other = ac_config_option_at(j);

			assert_false(strcmp(row->section, other->section) == 0 &&
				     strcmp(row->name, other->name) == 0);
		}
	}
	assert_true(i > 60);
}

/* The sample that is shipped: it loads as it is, and shows every row with its
 * default behind a '#'. */
static void
the_sample_shows_every_row_with_its_default(void **state)
{
	static char text[16384];
	const struct ac_option_row *row;
	const char *source = getenv("top_srcdir");
	struct ac_config *c;
	char line[256], path[1024];
	ssize_t len;
	int fd;

	(void)state;
	assert_non_null(source);
	snprintf(path, sizeof(path), "%s/dist/authcode.conf", source);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(len > 0);
	text[len] = '\0';
	c = load(text);
	assert_int_equal(authcode_clients_count(c->clients), 0);
	ac_config_free(&c);
	for (size_t i = 0; (row = ac_config_option_at(i)) != NULL; i++) {
		bool list = strcmp(row->type, "list") == 0;
		bool quoted = strcmp(row->type, "path") == 0 || strchr(row->fallback, ':') != NULL;
		const char *tab = row->section[0] != '\0' ? "\t" : "";

		if (row->fallback[0] == '\0' || strcmp(row->name, "name") == 0)
			snprintf(line, sizeof(line), "%s%s = ", tab, row->name);
		else
			snprintf(line, sizeof(line), "\n#%s%s = %s%s%s%s%s\n", tab, row->name,
				 list ? "{ " : "", quoted ? "'" : "", row->fallback,
				 quoted ? "'" : "", list ? " }" : "");
		if (strstr(text, line) == NULL)
			fail_msg("dist/authcode.conf has no line like: %s", line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_table),
		cmocka_unit_test(every_server_option_lands_in_its_field),
		cmocka_unit_test(every_client_option_lands_in_its_field),
		cmocka_unit_test(quotes_and_comments_mean_what_they_seem),
		cmocka_unit_test(clients_d_is_read_in_order_of_name),
		cmocka_unit_test(an_empty_or_missing_clients_d_is_fine),
		cmocka_unit_test(a_rule_of_the_registry_is_told_with_its_place),
		cmocka_unit_test(a_secret_file_must_be_private_and_strong),
		cmocka_unit_test(a_secret_of_22_to_512_characters_is_taken_without_its_newline),
		cmocka_unit_test(root_may_let_a_group_read_a_secret_file),
		cmocka_unit_test(a_file_that_is_no_plain_file_is_refused),
		cmocka_unit_test(every_row_tells_its_section_type_and_help),
		cmocka_unit_test(the_sample_shows_every_row_with_its_default),
	};

	return cmocka_run_group_tests_name("config", tests, config_dir_enter, config_dir_leave);
}
