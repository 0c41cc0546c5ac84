/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/config_values.h
 */
#include "server/config_values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct row {
	bool (*check)(const char *text);
	const char *text;
	bool ok;
};

#define PATH_107                                                                                   \
	"/234567890123456789012345678901234567890123456789012345678901234567890123456789012345678" \
	"9012345678901234567"

#define NAME_58 "sixteen-bytes-a-sixteen-bytes-b-sixteen-bytes-c-ten-bytes-"

static const struct row rows[] = {
	{ ac_value_issuer, "https://a.example", true },
	{ ac_value_issuer, "https://a.example/", false },
	{ ac_value_issuer, "https://a.example:8443/realm", true },
	{ ac_value_issuer, "https://a.example:8443/realm/", false },
	{ ac_value_issuer, "https://a.example/.sso", false },
	{ ac_value_issuer, "https://a.example/a/.b/c", false },
	{ ac_value_issuer, "https://a.example/a.b/c", true },
	{ ac_value_issuer, "https://[2001:db8::1]/x", true },
	{ ac_value_issuer, "http://localhost:8080", true },
	{ ac_value_issuer, "http://127.0.0.1:8080/x", true },
	{ ac_value_issuer, "http://[::1]:8080", true },
	{ ac_value_issuer, "", false },
	{ ac_value_issuer, "a.example", false },
	{ ac_value_issuer, "a:", false },
	{ ac_value_issuer, "ht://localhost", false },
	{ ac_value_issuer, "https:", false },
	{ ac_value_issuer, "https:a.example", false },
	{ ac_value_issuer, "https:///x", false },
	{ ac_value_issuer, "HTTPS://a.example", false },
	{ ac_value_issuer, "https://A.example", false },
	{ ac_value_issuer, "https://a.example:443", false },
	{ ac_value_issuer, "http://localhost:80", false },
	{ ac_value_issuer, "https://a.example:", false },
	{ ac_value_issuer, "https://a.example:0", false },
	{ ac_value_issuer, "https://a.example:65536", false },
	{ ac_value_issuer, "https://a.example:08443", false },
	{ ac_value_issuer, "https://a.example?", false },
	{ ac_value_issuer, "https://a.example/?x", false },
	{ ac_value_issuer, "https://a.example/#", false },
	{ ac_value_issuer, "https://u@a.example", false },
	{ ac_value_issuer, "https://@a.example", false },
	{ ac_value_issuer, "https://a.example//", false },
	{ ac_value_issuer, "https://a.example//x", false },
	{ ac_value_issuer, "https://a.example/./x", false },
	{ ac_value_issuer, "https://a.example/x/..", false },
	{ ac_value_issuer, "https://a.example/ x", false },
	{ ac_value_issuer, "https://a.example/\xc3\xa9", false },
	{ ac_value_issuer, "http://a.example", false },
	{ ac_value_issuer, "http://localhost.a.example", false },
	{ ac_value_issuer, "http://127.0.0.2", false },
	{ ac_value_issuer, "ftp://localhost", false },

	{ ac_value_listen, "127.0.0.1:1", true },
	{ ac_value_listen, "0.0.0.0:65535", true },
	{ ac_value_listen, "[::]:443", true },
	{ ac_value_listen, "unix:/run/x", true },
	{ ac_value_listen, "unix:" PATH_107, true },
	{ ac_value_listen, "unix:" PATH_107 "8", false },
	{ ac_value_listen, "", false },
	{ ac_value_listen, ":80", false },
	{ ac_value_listen, "127.0.0.1", false },
	{ ac_value_listen, "127.0.0.1:", false },
	{ ac_value_listen, "127.0.0.1:0", false },
	{ ac_value_listen, "127.0.0.1:65536", false },
	{ ac_value_listen, "127.0.0.1:http", false },
	{ ac_value_listen, "127.0.0.1:+80", false },
	{ ac_value_listen, "127.1:80", false },
	{ ac_value_listen, "localhost:80", false },
	{ ac_value_listen, "::1:80", false },
	{ ac_value_listen, "[]:80", false },
	{ ac_value_listen, "[::1]80", false },
	{ ac_value_listen, "[127.0.0.1]:80", false },
	{ ac_value_listen, "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]:80", false },
	{ ac_value_listen, "unix:x", false },
	{ ac_value_listen, "unix:", false },

	{ ac_listen_is_local, "127.0.0.1:1", true },
	{ ac_listen_is_local, "127.9.9.9:1", true },
	{ ac_listen_is_local, "[::1]:1", true },
	{ ac_listen_is_local, "unix:/x", true },
	{ ac_listen_is_local, "0.0.0.0:1", false },
	{ ac_listen_is_local, "[::]:1", false },
	{ ac_listen_is_local, "128.0.0.1:1", false },

	{ ac_value_network, "192.0.2.1", true },
	{ ac_value_network, "0.0.0.0/0", true },
	{ ac_value_network, "192.0.2.1/32", true },
	{ ac_value_network, "192.0.2.128/25", true },
	{ ac_value_network, "2001:db8::/32", true },
	{ ac_value_network, "::1/128", true },
	{ ac_value_network, "unix", true },
	{ ac_value_network, "unix:", false },
	{ ac_value_network, "", false },
	{ ac_value_network, "/8", false },
	{ ac_value_network, "192.0.2.1/", false },
	{ ac_value_network, "192.0.2.1/33", false },
	{ ac_value_network, "192.0.2.1/31", false },
	{ ac_value_network, "192.0.2.0/08", false },
	{ ac_value_network, "::1/129", false },
	{ ac_value_network, "2001:db8::1/32", false },
	{ ac_value_network, "proxy.example", false },
	{ ac_value_network, "10.0.0.0/8/8", false },

	{ ac_value_path, "/x", true },
	{ ac_value_path, "/", false },
	{ ac_value_path, "", false },
	{ ac_value_path, "x/y", false },
	{ ac_value_socket, PATH_107, true },
	{ ac_value_socket, PATH_107 "8", false },

	{ ac_value_service, "authcode-otp", true },
	{ ac_value_service, NAME_58, true },
	{ ac_value_service, NAME_58 "x", false },
	{ ac_value_service, "..", false },
	{ ac_value_service, "-x", false },
	{ ac_value_service, "a b", false },
	{ ac_value_service, "a/b", false },
	{ ac_value_service, "", false },
	{ ac_value_user, "_authcode", true },
	{ ac_value_user, "a:b", false },
	{ ac_value_user, "123456789012345678901234567890123", false },

	{ ac_value_label, "Wiki \xe2\x9c\x93", true },
	{ ac_value_label, "", false },
	{ ac_value_label, "a\tb", false },
	{ ac_value_label, "a\xc2\x85", false },

	{ ac_value_scope, "openid", true },
	{ ac_value_scope, "openid https://x.example/read", true },
	{ ac_value_scope, "", false },
	{ ac_value_scope, " a", false },
	{ ac_value_scope, "a ", false },
	{ ac_value_scope, "a  b", false },
	{ ac_value_scope, "a\tb", false },
	{ ac_value_scope, "a\"b", false },
	{ ac_value_scope, "a\\b", false },
	{ ac_value_scope, "\xc3\xa4", false },
	{ ac_value_resource, "https://api.example.org", true },
	{ ac_value_resource, "https://api.example.org/v1?tenant=a", true },
	{ ac_value_resource, "urn:example:api", true },
	{ ac_value_resource, "", false },
	{ ac_value_resource, "api", false },
	{ ac_value_resource, "/api", false },
	{ ac_value_resource, "https://api.example.org#", false },
	{ ac_value_resource, "https://api.example.org#a", false },
	{ ac_value_resource, "https://api.example.org/a b", false },
	{ ac_value_origin, "https://app.example.org", true },
	{ ac_value_origin, "https://app.example.org:8443", true },
	{ ac_value_origin, "http://127.0.0.1:3000", true },
	{ ac_value_origin, "http://localhost:3000", true },
	{ ac_value_origin, "http://[::1]:3000", true },
	{ ac_value_origin, "capacitor://localhost", true },
	{ ac_value_origin, "none", true },
	{ ac_value_origin, "", false },
	{ ac_value_origin, "*", false },
	{ ac_value_origin, "null", false },
	{ ac_value_origin, "app.example.org", false },
	{ ac_value_origin, "https://", false },
	{ ac_value_origin, "https://*.example.org", false },
	{ ac_value_origin, "https://app.example.org/", false },
	{ ac_value_origin, "https://app.example.org:443", false },
	{ ac_value_origin, "https://App.example.org", false },
	{ ac_value_origin, "HTTPS://app.example.org", false },
	{ ac_value_origin, "https://u@app.example.org", false },
	{ ac_value_origin, "https://app.example.org?", false },
	{ ac_value_origin, "https://app.example.org#", false },
	{ ac_value_origin, "http://app.example.org", false },
	{ ac_value_origin, "http://127.0.0.1:80", false },
	{ ac_value_origin, "com.example.app:/cb", false },

	{ ac_value_digest, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true },
	{ ac_value_digest, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", false },
	{ ac_value_digest, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false },
	{ ac_value_digest, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false },
	{ ac_value_digest, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false },
};

static void
texts_are_accepted_and_refused_by_their_grammar(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (rows[i].check(rows[i].text) != rows[i].ok)
			fail_msg("\"%s\" should be %s", rows[i].text,
				 rows[i].ok ? "accepted" : "refused");
	}
}

static void
durations_are_seconds_with_an_optional_unit(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t seconds;
	} durations[] = {
		{ "0", true, 0 },
		{ "90", true, 90 },
		{ "90s", true, 90 },
		{ "15min", true, 900 },
		{ "8h", true, 28800 },
		{ "14d", true, 1209600 },
		{ "4294967295", true, 4294967295 },
		{ "49710d", true, 4294944000 },
		{ "49711d", false, 0 },
		{ "4294967296", false, 0 },
		{ "99999999999", false, 0 },
		{ "", false, 0 },
		{ "s", false, 0 },
		{ "1m", false, 0 },
		{ "1 h", false, 0 },
		{ "1hs", false, 0 },
		{ "-1", false, 0 },
		{ "01", false, 0 },
		{ "1.5h", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(durations); i++) {
		uint32_t seconds = 77;

		if (ac_value_duration(durations[i].text, &seconds) != durations[i].ok)
			fail_msg("\"%s\" should be %s", durations[i].text,
				 durations[i].ok ? "accepted" : "refused");
		assert_int_equal(seconds, durations[i].ok ? durations[i].seconds : 77);
	}
}

static void
short_durations_are_milliseconds_with_a_unit(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t ms;
	} durations[] = {
		{ "0", true, 0 },
		{ "0ms", true, 0 },
		{ "100ms", true, 100 },
		{ "4294967295ms", true, 4294967295 },
		{ "2", true, 2000 },
		{ "2s", true, 2000 },
		{ "1min", true, 60000 },
		{ "4294967s", true, 4294967000 },
		{ "4294968s", false, 0 },
		{ "4294967296ms", false, 0 },
		{ "99999999999ms", false, 0 },
		{ "", false, 0 },
		{ "ms", false, 0 },
		{ "-1ms", false, 0 },
		{ "01ms", false, 0 },
		{ "1 ms", false, 0 },
		{ "1mss", false, 0 },
		{ "1.5ms", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(durations); i++) {
		uint32_t ms = 77;

		if (ac_value_duration_ms(durations[i].text, &ms) != durations[i].ok)
			fail_msg("\"%s\" should be %s", durations[i].text,
				 durations[i].ok ? "accepted" : "refused");
		assert_int_equal(ms, durations[i].ok ? durations[i].ms : 77);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_accepted_and_refused_by_their_grammar),
		cmocka_unit_test(durations_are_seconds_with_an_optional_unit),
		cmocka_unit_test(short_durations_are_milliseconds_with_a_unit),
	};

	return cmocka_run_group_tests_name("config_values", tests, NULL, NULL);
}
