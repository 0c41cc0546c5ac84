/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/config.h: the exact sentence for every text that could be misread,
 * every option with a bad value, and options that contradict each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/server/config_fixture.h"

#define URL_RULE                                                                                   \
	" is not allowed; give an https URL in lower case without default port, query, "           \
	"fragment and dot segments (http only on localhost, 127.0.0.1 and [::1])"
#define LISTEN_RULE                                                                                \
	" is not allowed; give an address with port (127.0.0.1:8080, [::1]:8080) or unix: and a "  \
	"path"

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
	  "a.conf:2: tls_certificate_file: \"a.pem\" is not allowed; give an absolute path, or "
	  "credential: and a name" },
	{ "tls_key_file", DEV "tls_key_file = ''\n",
	  "a.conf:2: tls_key_file: \"\" is not allowed; give an absolute path, or credential: and "
	  "a name" },
	{ "trusted_proxies", DEV "trusted_proxies = 10.1.0.0/8\n",
	  "a.conf:2: trusted_proxies: \"10.1.0.0/8\" is not allowed; give an IP address, a prefix "
	  "such as 10.0.0.0/8 without bits past its length, or unix" },
	{ "state_dir", DEV "state_dir = var\n",
	  "a.conf:2: state_dir: \"var\" is not allowed; give an absolute path" },
	{ "admin_socket", DEV "admin_socket = x\n",
	  "a.conf:2: admin_socket: \"x\" is not allowed; give an absolute path of at most 107 "
	  "bytes, or none" },
	{ "admin_group", DEV "admin_group = 'a b'\n",
	  "a.conf:2: admin_group: \"a b\" is not allowed; give the name of a group" },
	{ "login_socket", DEV "login_socket = x\n",
	  "a.conf:2: login_socket: \"x\" is not allowed; give an absolute path of at most 107 "
	  "bytes" },
	{ "passwd_socket", DEV "passwd_socket = ''\n",
	  "a.conf:2: passwd_socket: \"\" is not allowed; give an absolute path of at most 107 "
	  "bytes" },
	{ "pam_service", DEV "pam_service = '../shadow'\n",
	  "a.conf:2: pam_service: \"../shadow\" is not allowed; give the name of a file in "
	  "/etc/pam.d, at most 58 bytes" },
	{ "pam_service without room for -check", DEV "pam_service = " NAME_58 "x\n",
	  "a.conf:2: pam_service: \"" NAME_58 "x\" is not allowed; give the name of a file in "
	  "/etc/pam.d, at most 58 bytes" },
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
	{ "failure_floor", DEV "failure_floor = 61s\n",
	  "a.conf:2: failure_floor: \"61s\" is not allowed; give a time from 0ms to 60s, such as "
	  "500ms or 2s" },
	{ "failure_floor without a number", DEV "failure_floor = ms\n",
	  "a.conf:2: failure_floor: \"ms\" is not allowed; give a time from 0ms to 60s, such as "
	  "500ms or 2s" },
	{ "stranger_guesses", DEV "stranger_guesses = -1\n",
	  "a.conf:2: stranger_guesses: \"-1\" is not allowed; give a whole number from 0 to "
	  "100000" },
	{ "known_guesses", DEV "known_guesses = 1.5\n",
	  "a.conf:2: known_guesses: \"1.5\" is not allowed; give a whole number from 0 to "
	  "100000" },
	{ "address_guesses", DEV "address_guesses = 100001\n",
	  "a.conf:2: address_guesses: \"100001\" is not allowed; give a whole number from 0 to "
	  "100000" },
	{ "total_guesses", DEV "total_guesses = many\n",
	  "a.conf:2: total_guesses: \"many\" is not allowed; give a whole number from 0 to "
	  "100000" },
	{ "prompt_timeout in ms", DEV "prompt_timeout = 500ms\n",
	  "a.conf:2: prompt_timeout: \"500ms\" is not allowed; give a time from 1s to 3600s, such "
	  "as "
	  "90s, 15min, 8h or 14d" },
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
	{ "device_code_lifetime (DV-08)", DEV "device_code_lifetime = 16min\n",
	  "a.conf:2: device_code_lifetime: \"16min\" is not allowed; give a time from 1s to 900s, "
	  "such as 90s, 15min, 8h or 14d" },
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
	{ "id_token_lifetime", DEV "id_token_lifetime = 13h\n",
	  "a.conf:2: id_token_lifetime: \"13h\" is not allowed; give a time from 1s to 43200s, "
	  "such "
	  "as 90s, 15min, 8h or 14d" },
	{ "signing_algorithms: none", DEV "signing_algorithms = { RS256, none }\n",
	  "a.conf:2: signing_algorithms: \"none\" is not allowed; give RS256, ES256, PS256 or "
	  "EdDSA" },
	{ "signing_algorithms: a secret is no key pair", DEV "signing_algorithms = { HS256 }\n",
	  "a.conf:2: signing_algorithms: \"HS256\" is not allowed; give RS256, ES256, PS256 or "
	  "EdDSA" },
	{ "signing_algorithms: in lower case", DEV "signing_algorithms = { rs256 }\n",
	  "a.conf:2: signing_algorithms: \"rs256\" is not allowed; give RS256, ES256, PS256 or "
	  "EdDSA" },
	{ "signing_algorithms: without RS256", DEV "signing_algorithms = { ES256 }\n",
	  "a.conf:2: signing_algorithms: RS256 is missing, which every client may count on" },
	{ "signing_algorithms: twice", DEV "signing_algorithms = { RS256, ES256, RS256 }\n",
	  "a.conf:2: signing_algorithms: RS256 is listed twice" },
	{ "signing_key_lifetime", DEV "signing_key_lifetime = 47h\n",
	  "a.conf:2: signing_key_lifetime: \"47h\" is not allowed; give a time from 172800s to "
	  "315360000s, such as 90s, 15min, 8h or 14d" },
	{ "transaction_lifetime", DEV "transaction_lifetime = 25h\n",
	  "a.conf:2: transaction_lifetime: \"25h\" is not allowed; give a time from 1s to 86400s, "
	  "such "
	  "as 90s, 15min, 8h or 14d" },
	{ "client name", BLOCK("name = ''\n"),
	  "a.conf:5: name: \"\" is not allowed; give 1 to 128 bytes of printable text" },
	{ "token_endpoint_auth_method", BLOCK("token_endpoint_auth_method = tls_client_auth\n"),
	  "a.conf:5: token_endpoint_auth_method: \"tls_client_auth\" is not allowed; give "
	  "client_secret_basic, client_secret_post, none, client_secret_jwt or private_key_jwt" },
	{ "client_secret_file", BLOCK("client_secret_file = secret\n"),
	  "a.conf:5: client_secret_file: \"secret\" is not allowed; give an absolute path, or "
	  "credential: and a name" },
	{ "client_secret_sha256", BLOCK("client_secret_sha256 = 'AAAA'\n"),
	  "a.conf:5: client_secret_sha256: \"AAAA\" is not allowed; give 43 characters of "
	  "base64url" },
	{ "application_type", BLOCK("application_type = spa\n"),
	  "a.conf:5: application_type: \"spa\" is not allowed; give web or native" },
	{ "grant_types", BLOCK("grant_types = { authorization_code, password }\n"),
	  "a.conf:5: grant_types: \"password\" is not allowed; give authorization_code, "
	  "refresh_token, client_credentials or device_code" },
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
	{ "client default_max_age", BLOCK("default_max_age = 0\n"),
	  "a.conf:5: default_max_age: \"0\" is not allowed; give a time from 1s to 31536000s, "
	  "such "
	  "as 90s, 15min, 8h or 14d" },
	{ "client logo_file", BLOCK("logo_file = 'wiki.png'\n"),
	  "a.conf:5: logo_file: \"wiki.png\" is not allowed; give an absolute path" },
	{ "client pam_service", BLOCK("pam_service = a/b\n"),
	  "a.conf:5: pam_service: \"a/b\" is not allowed; give the name of a file in /etc/pam.d, "
	  "at most 58 bytes" },
	{ "client pam_service without room for -check", BLOCK("pam_service = " NAME_58 "x\n"),
	  "a.conf:5: pam_service: \"" NAME_58 "x\" is not allowed; give the name of a file in "
	  "/etc/pam.d, at most 58 bytes" },
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_that_could_be_misread_is_refused),
		cmocka_unit_test(a_value_outside_its_row_is_refused),
		cmocka_unit_test(options_that_contradict_are_refused),
	};

	return cmocka_run_group_tests_name("config_refusals", tests, config_dir_enter,
					   config_dir_leave);
}
