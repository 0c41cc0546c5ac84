/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/config.h: what a file means, and the exact sentence for every way in
 * which it can be wrong. Each case is a directory of its own; "%D" in a text
 * is its absolute path.
 */
#include "server/config.h"

#include <errno.h>
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

#define DEV "issuer = http://127.0.0.1:8080\n"
#define SECRET "correct-horse-battery-staple\n"
#define WEB "redirect_uris = 'https://rp.example/cb'\nscope = 'profile'\n"
#define HASH "client_secret_sha256 = 'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA'\n"

static char dir[] = "/tmp/authcode-config-XXXXXX";

/* text with each "%D" replaced by dir. */
static const char *
expand(const char *text)
{
	static char out[4][8192];
	static unsigned turn;
	char *p = out[turn++ % 4], *begin = p;

	for (; *text != '\0'; text++) {
		if (text[0] == '%' && text[1] == 'D') {
			p += sprintf(p, "%s", dir);
			text++;
		} else {
			*p++ = *text;
		}
	}
	*p = '\0';
	return begin;
}

static void
write_file(const char *name, const char *data, size_t len, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
write_text(const char *name, const char *text, mode_t mode)
{
	const char *expanded = expand(text);

	write_file(name, expanded, strlen(expanded), mode);
}

static struct ac_config *
load(const char *text)
{
	struct authcode_reason reason;
	struct ac_config *config = NULL;

	write_text("a.conf", text, 0644);
	if (ac_config_load("a.conf", &config, &reason) != AUTHCODE_OK)
		fail_msg("refused: %s", reason.text);
	assert_string_equal(reason.text, "");
	return config;
}

static void
refuse(const char *name, const char *text, const char *sentence)
{
	struct authcode_reason reason;
	struct ac_config *config = NULL;

	write_text("a.conf", text, 0644);
	if (ac_config_load("a.conf", &config, &reason) == AUTHCODE_OK)
		fail_msg("%s: accepted", name);
	assert_null(config);
	if (strcmp(reason.text, expand(sentence)) != 0)
		fail_msg("%s:\n  said     %s\n  expected %s", name, reason.text, expand(sentence));
}

static int
enter(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || chdir(dir) != 0 || mkdir("clients.d", 0755) != 0)
		return -1;
	write_text("secret", SECRET, 0600);
	return 0;
}

static int
leave(void **state)
{
	static const char *const names[] = {
		"a.conf",     "secret", "clients.d", "clients.d/10.conf", "clients.d/20.conf",
		"clients.d/x"
	};

	(void)state;
	for (size_t i = sizeof(names) / sizeof(names[0]); i-- > 0;)
		(void)remove(names[i]);
	return chdir("/") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

static void
defaults_are_those_of_the_table(void **state)
{
	struct ac_config *c = load(DEV);

	(void)state;
	assert_string_equal(c->path, "a.conf");
	assert_string_equal(c->issuer, "http://127.0.0.1:8080");
	assert_string_equal(c->issuer_path, "");
	assert_true(c->issuer_is_dev);
	assert_int_equal(c->listen_count, 1);
	assert_string_equal(c->listens[0].text, "127.0.0.1:8080");
	assert_int_equal(c->listens[0].kind, AC_LISTEN_TCP);
	assert_false(c->listens[0].tls);
	assert_null(c->tls_certificate_file);
	assert_int_equal(c->trusted_proxy_count, 0);
	assert_string_equal(c->state_dir, "/var/lib/authcode");
	assert_string_equal(c->login_socket, "/run/authcode/login.sock");
	assert_string_equal(c->pam_service, "authcode");
	assert_string_equal(c->user, "_authcode");
	assert_int_equal(c->threads, 0);
	assert_int_equal(c->max_connections, 10000);
	assert_int_equal(c->max_connections_per_address, 16);
	assert_int_equal(c->max_sign_ins, 64);
	assert_int_equal(c->max_sign_ins_per_address, 16);
	assert_int_equal(c->prompt_timeout_s, 120);
	assert_int_equal(c->sign_in_timeout_s, 600);
	assert_string_equal(c->log_level, "info");
	assert_int_equal(c->lifetimes.code_s, 60);
	assert_int_equal(c->lifetimes.access_token_s, 3600);
	assert_int_equal(c->lifetimes.refresh_idle_s, 14 * 86400);
	assert_int_equal(c->lifetimes.refresh_absolute_s, 90 * 86400);
	assert_int_equal(c->lifetimes.session_idle_s, 8 * 3600);
	assert_int_equal(c->lifetimes.session_absolute_s, 86400);
	assert_int_equal(c->lifetimes.transaction_s, 3600);
	assert_int_equal(authcode_clients_count(c->clients), 0);
	ac_config_free(&c);
	assert_null(c);
	ac_config_free(&c);
}

static void
every_server_option_lands_in_its_field(void **state)
{
	struct ac_config *c = load("issuer = 'https://login.example.org/auth/'\n"
				   "listen = { \"0.0.0.0:443\", '[::]:443', unix:/run/x.sock }\n"
				   "tls_certificate_file = /etc/ssl/a.pem\n"
				   "tls_key_file = '/etc/ssl/a key.pem'\n"
				   "trusted_proxies = { 192.0.2.1, 10.0.0.0/8, 'fd00::/8', unix }\n"
				   "state_dir = /srv/a\nlogin_socket = /srv/l\n"
				   "pam_service = other\nuser = nobody\nthreads = 3\n"
				   "max_connections = 99\nmax_connections_per_address = 98\n"
				   "max_sign_ins = 7\nmax_sign_ins_per_address = 6\n"
				   "prompt_timeout = 2min\nsign_in_timeout = 300\n"
				   "log_level = debug\ncode_lifetime = 30s\n"
				   "access_token_lifetime = 10min\nrefresh_idle_lifetime = 1d\n"
				   "refresh_absolute_lifetime = 2d\nsession_idle_lifetime = 1h\n"
				   "session_absolute_lifetime = 2h\ntransaction_lifetime = 5min\n");

	(void)state;
	assert_string_equal(c->issuer, "https://login.example.org/auth/");
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
	assert_string_equal(c->pam_service, "other");
	assert_string_equal(c->user, "nobody");
	assert_int_equal(c->threads, 3);
	assert_int_equal(c->max_connections, 99);
	assert_int_equal(c->max_connections_per_address, 98);
	assert_int_equal(c->max_sign_ins, 7);
	assert_int_equal(c->max_sign_ins_per_address, 6);
	assert_int_equal(c->prompt_timeout_s, 120);
	assert_int_equal(c->sign_in_timeout_s, 300);
	assert_string_equal(c->log_level, "debug");
	assert_int_equal(c->lifetimes.code_s, 30);
	assert_int_equal(c->lifetimes.access_token_s, 600);
	assert_int_equal(c->lifetimes.refresh_idle_s, 86400);
	assert_int_equal(c->lifetimes.refresh_absolute_s, 2 * 86400);
	assert_int_equal(c->lifetimes.session_idle_s, 3600);
	assert_int_equal(c->lifetimes.session_absolute_s, 7200);
	assert_int_equal(c->lifetimes.transaction_s, 300);
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
		" access_token_lifetime = 5min\n pam_service = authcode-wiki\n}\n"
		"client b { token_endpoint_auth_method = none\n" WEB "}\n");
	const struct authcode_client *wiki = authcode_clients_find(c->clients, "wiki");
	const struct authcode_client *b = authcode_clients_find(c->clients, "b");
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

	assert_non_null(b);
	assert_int_equal(b->auth, AUTHCODE_AUTH_NONE);
	assert_int_equal(b->grants,
			 AUTHCODE_GRANT_AUTHORIZATION_CODE | AUTHCODE_GRANT_REFRESH_TOKEN);
	assert_false(b->trusted);
	assert_int_equal(b->access_token_ttl_s, 0);
	assert_null(b->pam_service);
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

struct refusal {
	const char *name, *text, *sentence;
};

#define BLOCK(body) DEV "client x {\n" WEB body "}\n"
#define URL_RULE                                                                                   \
	" is not allowed; give an https URL in lower case without default port, query, "           \
	"fragment and dot segments (http only on localhost, 127.0.0.1 and [::1])"
#define LISTEN_RULE                                                                                \
	" is not allowed; give an address with port (127.0.0.1:8080, [::1]:8080) or unix: and a "  \
	"path"
#define SECRET_RULE "the secret must have 22 to 512 characters; openssl rand -base64 32 makes one"

static const struct refusal text_refusals[] = {
	{ "unknown option", DEV "\nscpoes = x\n",
	  "a.conf:3: scpoes: no such option outside a block; authcode.conf(5) has the list" },
	{ "unknown client option", DEV "client x {\n\n issuer = x\n}\n",
	  "a.conf:4: issuer: no such option in a client block; authcode.conf(5) has the list" },
	{ "unknown block", DEV "clinet x {\n}\n", "a.conf:2: no such option 'clinet'" },
	{ "set twice", DEV "threads = 1\n# c\nthreads = 2\n",
	  "a.conf:4: threads: already set on line 2" },
	{ "list set twice", BLOCK("redirect_uris = 'https://b.example/'\n"),
	  "a.conf:5: redirect_uris: already set on line 3" },
	{ "list appended", DEV "listen += '127.0.0.1:1'\n",
	  "a.conf:2: + outside quotes; quote the value" },
	{ "same title twice", BLOCK(HASH) "client x {\n}\n",
	  "a.conf:7: found duplicate title 'x'" },
	{ "block not closed", DEV "client x {\n scope = 'a'\n",
	  "a.conf:2: the { that opens here is not closed" },
	{ "list not closed", DEV "\nlisten = { '127.0.0.1:1',\n",
	  "a.conf:3: the { that opens here is not closed" },
	{ "closing brace alone", DEV "}\n", "a.conf:2: } closes nothing" },
	{ "block in a block", DEV "client x {\n client y {\n}\n}\n",
	  "a.conf:3: a block inside the one that begins on line 2" },
	{ "list without end before a block", DEV "listen = { a\nclient x {\n",
	  "a.conf:3: a block inside the one that begins on line 2" },
	{ "double quote not closed", DEV "user = \"a\nthreads = 1\n",
	  "a.conf:2: the quote \" is not closed on its line" },
	{ "single quote not closed", DEV "user = 'a",
	  "a.conf:2: the quote ' is not closed on its line" },
	{ "escaped quote at the end", DEV "user = 'a\\'\n",
	  "a.conf:2: the quote ' is not closed on its line" },
	{ "comment not closed", DEV "/* a\n\n",
	  "a.conf:2: the comment that begins here is not closed" },
	{ "comment of three characters", DEV "/*/\n",
	  "a.conf:2: the comment that begins here is not closed" },
	{ "environment in double quotes", DEV "user = \"${HOME}\"\n",
	  "a.conf:2: ${ in double quotes would be replaced from the environment; use single "
	  "quotes" },
	{ "environment after a dollar", DEV "user = \"$${HOME}\"\n",
	  "a.conf:2: ${ in double quotes would be replaced from the environment; use single "
	  "quotes" },
	{ "environment outside quotes", DEV "user = ${HOME}\n",
	  "a.conf:2: $ outside quotes; use single quotes" },
	{ "octal escape", DEV "user = \"a\\0b\"\n",
	  "a.conf:2: only \\\\, \\\" and \\$ are escapes in double quotes" },
	{ "newline escape", DEV "user = \"a\\\nb\"\n",
	  "a.conf:2: only \\\\, \\\" and \\$ are escapes in double quotes" },
	{ "semicolon", DEV "threads = 4;\n", "a.conf:2: ; outside quotes; quote the value" },
	{ "parenthesis", DEV "include(x)\n", "a.conf:2: ( outside quotes; quote the value" },
	{ "letter past ASCII", DEV "user = \xc3\xa9\n",
	  "a.conf:2: a character past ASCII outside quotes" },
	{ "byte order mark", "\xef\xbb\xbf" DEV,
	  "a.conf:1: a character past ASCII outside quotes" },
	{ "bad UTF-8", DEV "# \xc3(\n", "a.conf:2: not valid UTF-8" },
	{ "control character", DEV "\n# \x1b[1m\n", "a.conf:3: control character 0x1b" },
	{ "carriage return in a line", DEV "user = 'a\rb'\n", "a.conf:2: control character 0x0d" },
	{ "empty list", DEV "trusted_proxies = {\n}\n",
	  "a.conf:3: an empty list; leave the option out instead" },
	{ "no equal sign", DEV "threads 4\n",
	  "a.conf:2: missing equal sign after option 'threads'" },
	{ "no value", DEV "client x {\nscope =\n}\n", "a.conf:4: unexpected token '}'" },
	{ "no value at the end", DEV "threads =", "a.conf:3: premature end of file" },
	{ "two values", DEV "threads = 4 5\n", "a.conf:2: no such option '5'" },
	{ "list for a single value", DEV "user = { a, b }\n", "a.conf:2: unexpected token '{'" },
	{ "list without comma", DEV "listen = { '127.0.0.1:1' '127.0.0.1:2' }\n",
	  "a.conf:2: unexpected token '127.0.0.1:2'" },
	{ "setting in a list", DEV "listen = { '127.0.0.1:1' = 1 }\n",
	  "a.conf:2: unexpected token '='" },
	{ "client without id", DEV "client {\n}\n",
	  "a.conf:2: missing title for section 'client'" },
	{ "client without block", DEV "client x\nthreads = 1\n",
	  "a.conf:3: missing opening brace for section 'client'" },
	{ "quoted name", DEV "' ' = x\n", "a.conf:2: the name of an option takes no quotes" },
};

static const struct refusal value_refusals[] = {
	{ "issuer missing", "threads = 1\n",
	  "a.conf: issuer: missing; give the URL by which browsers and clients know this server" },
	{ "issuer empty", "issuer = ''\n", "a.conf:1: issuer: \"\"" URL_RULE },
	{ "issuer http", "issuer = http://a.example\n",
	  "a.conf:1: issuer: \"http://a.example\"" URL_RULE },
	{ "listen", DEV "listen = { '127.0.0.1:1',\n localhost:80 }\n",
	  "a.conf:3: listen: \"localhost:80\"" LISTEN_RULE },
	{ "tls_certificate_file", DEV "tls_certificate_file = a.pem\n",
	  "a.conf:2: tls_certificate_file: \"a.pem\" is not allowed; give an absolute path" },
	{ "tls_key_file", DEV "tls_key_file = ''\n",
	  "a.conf:2: tls_key_file: \"\" is not allowed; give an absolute path" },
	{ "trusted_proxies", DEV "trusted_proxies = 10.1.0.0/8\n",
	  "a.conf:2: trusted_proxies: \"10.1.0.0/8\" is not allowed; give an IP address, a prefix "
	  "such as 10.0.0.0/8 without bits past its length, or unix" },
	{ "state_dir", DEV "state_dir = var\n",
	  "a.conf:2: state_dir: \"var\" is not allowed; give an absolute path" },
	{ "login_socket", DEV "login_socket = x\n",
	  "a.conf:2: login_socket: \"x\" is not allowed; give an absolute path of at most 107 "
	  "bytes" },
	{ "pam_service", DEV "pam_service = '../shadow'\n",
	  "a.conf:2: pam_service: \"../shadow\" is not allowed; give the name of a file in "
	  "/etc/pam.d" },
	{ "user", DEV "user = ''\n",
	  "a.conf:2: user: \"\" is not allowed; give the name of an account" },
	{ "threads", DEV "threads = 65\n",
	  "a.conf:2: threads: \"65\" is not allowed; give a whole number from 0 to 64" },
	{ "octal number", DEV "threads = 010\n",
	  "a.conf:2: threads: \"010\" is not allowed; give a whole number from 0 to 64" },
	{ "negative number", DEV "threads = -1\n",
	  "a.conf:2: threads: \"-1\" is not allowed; give a whole number from 0 to 64" },
	{ "max_connections", DEV "max_connections = 0\n",
	  "a.conf:2: max_connections: \"0\" is not allowed; give a whole number from 1 to "
	  "1000000" },
	{ "max_connections_per_address", DEV "max_connections_per_address = 1k\n",
	  "a.conf:2: max_connections_per_address: \"1k\" is not allowed; give a whole number from "
	  "1 "
	  "to 1000000" },
	{ "max_sign_ins", DEV "max_sign_ins = 4294967297\n",
	  "a.conf:2: max_sign_ins: \"4294967297\" is not allowed; give a whole number from 1 to "
	  "10000" },
	{ "max_sign_ins_per_address", DEV "max_sign_ins_per_address = ''\n",
	  "a.conf:2: max_sign_ins_per_address: \"\" is not allowed; give a whole number from 1 to "
	  "10000" },
	{ "prompt_timeout", DEV "prompt_timeout = 2h\n",
	  "a.conf:2: prompt_timeout: \"2h\" is not allowed; give a time from 1s to 3600s, such as "
	  "90s, "
	  "15min, 8h or 14d" },
	{ "sign_in_timeout", DEV "sign_in_timeout = 0\n",
	  "a.conf:2: sign_in_timeout: \"0\" is not allowed; give a time from 1s to 3600s, such as "
	  "90s, "
	  "15min, 8h or 14d" },
	{ "log_level", DEV "log_level = chatty\n",
	  "a.conf:2: log_level: \"chatty\" is not allowed; give error, warning, notice, info or "
	  "debug" },
	{ "code_lifetime (CO-02)", DEV "code_lifetime = 61\n",
	  "a.conf:2: code_lifetime: \"61\" is not allowed; give a time from 1s to 60s, such as "
	  "90s, "
	  "15min, 8h or 14d" },
	{ "access_token_lifetime", DEV "access_token_lifetime = 2d\n",
	  "a.conf:2: access_token_lifetime: \"2d\" is not allowed; give a time from 1s to 86400s, "
	  "such "
	  "as 90s, 15min, 8h or 14d" },
	{ "refresh_idle_lifetime", DEV "refresh_idle_lifetime = 2m\n",
	  "a.conf:2: refresh_idle_lifetime: \"2m\" is not allowed; give a time from 1s to "
	  "315360000s, "
	  "such as 90s, 15min, 8h or 14d" },
	{ "refresh_absolute_lifetime", DEV "refresh_absolute_lifetime = 99999d\n",
	  "a.conf:2: refresh_absolute_lifetime: \"99999d\" is not allowed; give a time from 1s to "
	  "315360000s, such as 90s, 15min, 8h or 14d" },
	{ "session_idle_lifetime", DEV "session_idle_lifetime = h\n",
	  "a.conf:2: session_idle_lifetime: \"h\" is not allowed; give a time from 1s to "
	  "31536000s, "
	  "such as 90s, 15min, 8h or 14d" },
	{ "session_absolute_lifetime", DEV "session_absolute_lifetime = 366d\n",
	  "a.conf:2: session_absolute_lifetime: \"366d\" is not allowed; give a time from 1s to "
	  "31536000s, such as 90s, 15min, 8h or 14d" },
	{ "transaction_lifetime", DEV "transaction_lifetime = 25h\n",
	  "a.conf:2: transaction_lifetime: \"25h\" is not allowed; give a time from 1s to 86400s, "
	  "such "
	  "as 90s, 15min, 8h or 14d" },
	{ "client name", BLOCK("name = ''\n"),
	  "a.conf:5: name: \"\" is not allowed; give 1 to 128 bytes of printable text" },
	{ "token_endpoint_auth_method", BLOCK("token_endpoint_auth_method = private_key_jwt\n"),
	  "a.conf:5: token_endpoint_auth_method: \"private_key_jwt\" is not allowed; give "
	  "client_secret_basic, client_secret_post or none" },
	{ "client_secret_file", BLOCK("client_secret_file = secret\n"),
	  "a.conf:5: client_secret_file: \"secret\" is not allowed; give an absolute path" },
	{ "client_secret_sha256", BLOCK("client_secret_sha256 = 'AAAA'\n"),
	  "a.conf:5: client_secret_sha256: \"AAAA\" is not allowed; give 43 characters of "
	  "base64url" },
	{ "application_type", BLOCK("application_type = spa\n"),
	  "a.conf:5: application_type: \"spa\" is not allowed; give web or native" },
	{ "grant_types", BLOCK("grant_types = { authorization_code, password }\n"),
	  "a.conf:5: grant_types: \"password\" is not allowed; give authorization_code or "
	  "refresh_token" },
	{ "trusted", BLOCK("trusted = 1\n"),
	  "a.conf:5: trusted: \"1\" is not allowed; give yes or no" },
	{ "disabled", BLOCK("disabled = on\n"),
	  "a.conf:5: disabled: \"on\" is not allowed; give yes or no" },
	{ "require_pkce", BLOCK("require_pkce = YES\n"),
	  "a.conf:5: require_pkce: \"YES\" is not allowed; give yes or no" },
	{ "may_introspect", BLOCK("may_introspect = any\n"),
	  "a.conf:5: may_introspect: \"any\" is not allowed; give own, list or all" },
	{ "client access_token_lifetime", BLOCK("access_token_lifetime = 0\n"),
	  "a.conf:5: access_token_lifetime: \"0\" is not allowed; give a time from 1s to 86400s, "
	  "such "
	  "as 90s, 15min, 8h or 14d" },
	{ "client pam_service", BLOCK("pam_service = a/b\n"),
	  "a.conf:5: pam_service: \"a/b\" is not allowed; give the name of a file in /etc/pam.d" },
};

static const struct refusal rule_refusals[] = {
	{ "certificate without key", DEV "tls_certificate_file = /a\n",
	  "a.conf:2: tls_certificate_file: set without tls_key_file; give both or neither" },
	{ "key without certificate", DEV "\ntls_key_file = /a\n",
	  "a.conf:3: tls_key_file: set without tls_certificate_file; give both or neither" },
	{ "behind a proxy nobody trusts", "issuer = https://a.example\nlisten = '127.0.0.1:80'\n",
	  "a.conf:2: listen: \"127.0.0.1:80\" takes requests of a proxy that is not trusted; give "
	  "trusted_proxies, or tls_certificate_file and tls_key_file" },
	{ "behind a proxy, by default", "issuer = https://a.example\n",
	  "a.conf: listen: \"127.0.0.1:8080\" takes requests of a proxy that is not trusted; give "
	  "trusted_proxies, or tls_certificate_file and tls_key_file" },
	{ "Unix socket alone does not trust addresses",
	  "issuer = https://a.example\ntrusted_proxies = unix\n",
	  "a.conf: listen: \"127.0.0.1:8080\" takes requests of a proxy that is not trusted; give "
	  "trusted_proxies, or tls_certificate_file and tls_key_file" },
	{ "Unix socket nobody trusts",
	  "issuer = https://a.example\nlisten = unix:/a\ntrusted_proxies = 127.0.0.1\n",
	  "a.conf:2: listen: \"unix:/a\" takes requests of a proxy that is not trusted; add unix "
	  "to trusted_proxies" },
	{ "Unix socket and TLS files",
	  "issuer = https://a.example\nlisten = { '0.0.0.0:443', unix:/a }\ntls_certificate_file = "
	  "/a\n"
	  "tls_key_file = /b\n",
	  "a.conf:2: listen: \"unix:/a\" takes requests of a proxy that is not trusted; add unix "
	  "to trusted_proxies" },
	{ "passwords in the clear", "issuer = https://a.example\nlisten = '0.0.0.0:80'\n",
	  "a.conf:2: listen: \"0.0.0.0:80\" would take passwords without TLS; give "
	  "tls_certificate_file and tls_key_file, or trusted_proxies" },
	{ "idle over absolute", DEV "session_idle_lifetime = 25h\n",
	  "a.conf:2: session_idle_lifetime: 90000 is more than session_absolute_lifetime, which is "
	  "86400" },
	{ "absolute under idle", DEV "refresh_absolute_lifetime = 1d\n",
	  "a.conf:2: refresh_idle_lifetime: 1209600 is more than refresh_absolute_lifetime, which "
	  "is "
	  "86400" },
	{ "prompt over sign-in", DEV "prompt_timeout = 11min\n",
	  "a.conf:2: prompt_timeout: 660 is more than sign_in_timeout, which is 600" },
	{ "connections of one address", DEV "max_connections = 8\n",
	  "a.conf:2: max_connections_per_address: 16 is more than max_connections, which is 8" },
	{ "sign-ins of one address", DEV "max_sign_ins_per_address = 65\n",
	  "a.conf:2: max_sign_ins_per_address: 65 is more than max_sign_ins, which is 64" },
	{ "no secret", BLOCK(""),
	  "a.conf:2: client \"x\" has no secret; give client_secret_file or client_secret_sha256, "
	  "or "
	  "token_endpoint_auth_method = none" },
	{ "two secrets", BLOCK(HASH "client_secret_file = '%D/secret'\n"),
	  "a.conf:5: client_secret_sha256: client_secret_file is set too; give one" },
	{ "public with a secret", BLOCK("token_endpoint_auth_method = none\n" HASH),
	  "a.conf:6: client \"x\" has token_endpoint_auth_method = none and so no secret; remove "
	  "one "
	  "of the two" },
	{ "secret file missing", BLOCK("client_secret_file = '%D/none'\n"),
	  "a.conf:5: client_secret_file: %D/none: No such file or directory" },
	{ "secret file is a directory", BLOCK("client_secret_file = '%D'\n"),
	  "a.conf:5: client_secret_file: %D: not a regular file" },
	{ "introspection list without clients", BLOCK(HASH "may_introspect = list\n"),
	  "a.conf:6: may_introspect: list needs introspect_clients" },
	{ "clients without introspection list", BLOCK(HASH "introspect_clients = a\n"),
	  "a.conf:6: introspect_clients: read only with may_introspect = list" },
};

static void
refuse_all(const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		refuse(rows[i].name, rows[i].text, rows[i].sentence);
}

static void
text_that_could_be_misread_is_refused(void **state)
{
	(void)state;
	refuse_all(text_refusals, sizeof(text_refusals) / sizeof(text_refusals[0]));
}

static void
a_value_outside_its_row_is_refused(void **state)
{
	(void)state;
	refuse_all(value_refusals, sizeof(value_refusals) / sizeof(value_refusals[0]));
}

static void
options_that_contradict_are_refused(void **state)
{
	(void)state;
	refuse_all(rule_refusals, sizeof(rule_refusals) / sizeof(rule_refusals[0]));
}

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

		memset(text, 's', len);
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
		assert_true(strcmp(row->section, "") == 0 || strcmp(row->section, "client") == 0);
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
	assert_int_equal(i, 40);
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
		cmocka_unit_test(text_that_could_be_misread_is_refused),
		cmocka_unit_test(a_value_outside_its_row_is_refused),
		cmocka_unit_test(options_that_contradict_are_refused),
		cmocka_unit_test(a_rule_of_the_registry_is_told_with_its_place),
		cmocka_unit_test(a_secret_file_must_be_private_and_strong),
		cmocka_unit_test(a_secret_of_22_to_512_characters_is_taken_without_its_newline),
		cmocka_unit_test(root_may_let_a_group_read_a_secret_file),
		cmocka_unit_test(a_file_that_is_no_plain_file_is_refused),
		cmocka_unit_test(every_row_tells_its_section_type_and_help),
		cmocka_unit_test(the_sample_shows_every_row_with_its_default),
	};

	return cmocka_run_group_tests_name("config", tests, enter, leave);
}
