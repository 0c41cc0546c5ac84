/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/gate.h: framing, size and authority, row by row (security.md B1).
 */
#include "server/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

#define MAX_LINES 6
#define HOST "Host", "sso.example"

struct row {
	const char *name;
	const char *target;               /* NULL: "/token" */
	const char *version;              /* NULL: "HTTP/1.1" */
	const char *lines[2 * MAX_LINES]; /* names and values; none: the right Host */
	unsigned status;                  /* 0: passes */
};

static const struct row rows[] = {
	{ .name = "the least request" },
	{ .name = "a body of the largest size", .lines = { HOST, "Content-Length", "65536" } },
	{ .name = "an empty body", .lines = { HOST, "Content-Length", "0" } },
	{ .name = "chunked", .lines = { HOST, "Transfer-Encoding", "chunked" } },
	{ .name = "chunked in capitals", .lines = { HOST, "TRANSFER-ENCODING", "Chunked" } },
	{ .name = "continue", .lines = { HOST, "Expect", "100-continue" } },
	{ .name = "host in capitals", .lines = { "HOST", "SSO.Example" } },
	{ .name = "host with the port of the scheme", .lines = { "Host", "sso.example:443" } },
	{ .name = "absolute form", .target = "https://sso.example/token" },
	{ .name = "absolute form in capitals", .target = "HTTPS://SSO.example:443/token" },
	{ .name = "HTTP/1.0", .version = "HTTP/1.0" },
	{ .name = "HTTP/1.0 without Host", .version = "HTTP/1.0", .lines = { "X", "y" } },
	{ .name = "a bad escape in the query is the endpoint's", .target = "/authorize?a=%zz" },
	{ .name = "a repeated header that may repeat",
	  .lines = { HOST, "X-Forwarded-For", "a", "X-Forwarded-For", "b" } },
	{ .name = "tab in a value", .lines = { HOST, "X", "a\tb" } },

	{ .name = "two lengths",
	  .lines = { HOST, "Content-Length", "0", "content-length", "5" },
	  .status = 400 },
	{ .name = "two equal lengths",
	  .lines = { HOST, "Content-Length", "0", "Content-Length", "0" },
	  .status = 400 },
	{ .name = "length and chunked",
	  .lines = { HOST, "Content-Length", "5", "Transfer-Encoding", "chunked" },
	  .status = 400 },
	{ .name = "chunked on HTTP/1.0",
	  .version = "HTTP/1.0",
	  .lines = { HOST, "Transfer-Encoding", "chunked" },
	  .status = 400 },
	{ .name = "two encodings",
	  .lines = { HOST, "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked" },
	  .status = 400 },
	{ .name = "gzip", .lines = { HOST, "Transfer-Encoding", "gzip, chunked" }, .status = 400 },
	{ .name = "identity", .lines = { HOST, "Transfer-Encoding", "identity" }, .status = 400 },
	{ .name = "empty encoding", .lines = { HOST, "Transfer-Encoding", "" }, .status = 400 },
	{ .name = "length with sign", .lines = { HOST, "Content-Length", "+5" }, .status = 400 },
	{ .name = "length list", .lines = { HOST, "Content-Length", "5, 5" }, .status = 400 },
	{ .name = "length in hexadecimal",
	  .lines = { HOST, "Content-Length", "0x5" },
	  .status = 400 },
	{ .name = "length with space", .lines = { HOST, "Content-Length", "5 " }, .status = 400 },
	{ .name = "empty length", .lines = { HOST, "Content-Length", "" }, .status = 400 },
	{ .name = "length past 64 bit",
	  .lines = { HOST, "Content-Length", "18446744073709551616" },
	  .status = 400 },
	{ .name = "one byte too many",
	  .lines = { HOST, "Content-Length", "65537" },
	  .status = 413 },
	{ .name = "a petabyte",
	  .lines = { HOST, "Content-Length", "1000000000000000" },
	  .status = 413 },
	{ .name = "two hosts", .lines = { HOST, "host", "sso.example" }, .status = 400 },
	{ .name = "two proofs", .lines = { HOST, "DPoP", "a", "dpop", "b" }, .status = 400 },
	{ .name = "two cookies", .lines = { HOST, "Cookie", "a", "Cookie", "b" }, .status = 400 },
	{ .name = "two types",
	  .lines = { HOST, "Content-Type", "a", "Content-Type", "b" },
	  .status = 400 },
	{ .name = "space in a name", .lines = { HOST, "X ", "y" }, .status = 400 },
	{ .name = "empty name", .lines = { HOST, "", "y" }, .status = 400 },
	{ .name = "bytes in a name", .lines = { HOST, "X\xff", "y" }, .status = 400 },
	{ .name = "line feed in a value", .lines = { HOST, "X", "a\nb" }, .status = 400 },
	{ .name = "carriage return in a value", .lines = { HOST, "X", "a\rb" }, .status = 400 },
	{ .name = "escape in a value", .lines = { HOST, "X", "\x1b[2J" }, .status = 400 },
	{ .name = "delete in a value", .lines = { HOST, "X", "\x7f" }, .status = 400 },
	{ .name = "another expectation", .lines = { HOST, "Expect", "200-ok" }, .status = 417 },
	{ .name = "HTTP/2.0", .version = "HTTP/2.0", .status = 505 },
	{ .name = "HTTP/1.2", .version = "HTTP/1.2", .status = 505 },
	{ .name = "no version", .version = "", .status = 505 },
	{ .name = "no host", .lines = { "X", "y" }, .status = 400 },
	{ .name = "another host", .lines = { "Host", "evil.example" }, .status = 421 },
	{ .name = "a longer host", .lines = { "Host", "sso.example.evil" }, .status = 421 },
	{ .name = "a shorter host", .lines = { "Host", "sso.exampl" }, .status = 421 },
	{ .name = "empty host", .lines = { "Host", "" }, .status = 421 },
	{ .name = "another port", .lines = { "Host", "sso.example:80" }, .status = 421 },
	{ .name = "empty port", .lines = { "Host", "sso.example:" }, .status = 421 },
	{ .name = "port with letters", .lines = { "Host", "sso.example:443x" }, .status = 421 },
	{ .name = "port with sign", .lines = { "Host", "sso.example:+443" }, .status = 421 },
	{ .name = "port past 65535", .lines = { "Host", "sso.example:65979" }, .status = 421 },
	{ .name = "user in front", .lines = { "Host", "x@sso.example" }, .status = 421 },
	{ .name = "another authority", .target = "https://evil.example/token", .status = 421 },
	{ .name = "another scheme", .target = "http://sso.example/token", .status = 421 },
	{ .name = "scheme with a tail", .target = "httpsx://sso.example/token", .status = 421 },
	{ .name = "host as user", .target = "https://sso.example@evil.example/", .status = 421 },
	{ .name = "no authority", .target = "https:///token", .status = 421 },
	{ .name = "empty target", .target = "", .status = 400 },
	{ .name = "asterisk", .target = "*", .status = 400 },
	{ .name = "no slash", .target = "token", .status = 400 },
	{ .name = "NUL", .target = "/token%00", .status = 400 },
	{ .name = "NUL in the query", .target = "/token?a=%00", .status = 400 },
	{ .name = "bad escape", .target = "/%zz", .status = 400 },
	{ .name = "half an escape", .target = "/a%4", .status = 400 },
	{ .name = "percent at the end", .target = "/a%", .status = 400 },
	{ .name = "space", .target = "/a b", .status = 400 },
	{ .name = "control", .target = "/a\x01", .status = 400 },
	{ .name = "bytes", .target = "/\xc3\xa4", .status = 400 },
	{ .name = "fragment", .target = "/a#b", .status = 400 },
};

static struct ac_gate_issuer
issuer_of(const char *url)
{
	struct ac_gate_issuer issuer;

	assert_true(ac_gate_issuer_parse(url, &issuer));
	return issuer;
}

static struct authcode_bytes
bytes(const char *text)
{
	return (struct authcode_bytes){ text, strlen(text) };
}

static void
what_can_be_read_in_two_ways_is_refused(void **state)
{
	const struct ac_gate_issuer issuer = issuer_of("https://sso.example");

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_gate_header headers[MAX_LINES] = { { { "Host", 4 },
							       { "sso.example", 11 } } };
		struct ac_gate_request request = {
			.target = rows[i].target == NULL ? "/token" : rows[i].target,
			.version = rows[i].version == NULL ? "HTTP/1.1" : rows[i].version,
			.headers = headers,
			.header_count = 1,
		};
		struct ac_gate_refusal refusal = { 0, NULL };
		bool passed;

		for (size_t k = 0; k < MAX_LINES && rows[i].lines[2 * k] != NULL; k++) {
			headers[k] = (struct ac_gate_header){ bytes(rows[i].lines[2 * k]),
							      bytes(rows[i].lines[2 * k + 1]) };
			request.header_count = k + 1;
		}
		passed = ac_gate_check(&request, &issuer, &refusal);
		if (passed != (rows[i].status == 0) || refusal.status != rows[i].status)
			fail_msg("%s: %u", rows[i].name, refusal.status);
	}
}

/* A value may hold a NUL when the library gives its length. */
static void
a_nul_in_a_value_is_refused(void **state)
{
	const struct ac_gate_issuer issuer = issuer_of("https://sso.example");
	const struct ac_gate_header headers[] = { { { "Host", 4 }, { "sso.example", 11 } },
						  { { "X", 1 }, { "a\0b", 3 } } };
	const struct ac_gate_request request = {
		.target = "/", .version = "HTTP/1.1", .headers = headers, .header_count = 2
	};
	struct ac_gate_refusal refusal;

	(void)state;
	assert_false(ac_gate_check(&request, &issuer, &refusal));
	assert_int_equal(refusal.status, 400);
}

static void
more_than_the_limits_is_refused(void **state)
{
	const struct ac_gate_issuer issuer = issuer_of("https://sso.example");
	static struct ac_gate_header headers[AC_GATE_MAX_HEADERS + 1];
	static char large[AC_GATE_MAX_HEADER_BYTES + 1];
	static char target[AC_MAX_URI + 2];
	struct ac_gate_request request = {
		.target = target, .version = "HTTP/1.1", .headers = headers, .header_count = 1
	};
	struct ac_gate_refusal refusal;

	(void)state;
	memset(target, 'a', AC_MAX_URI);
	target[0] = '/';
	for (size_t i = 0; i < AC_ARRAY_SIZE(headers); i++)
		headers[i] = (struct ac_gate_header){ { "X", 1 }, { "y", 1 } };
	headers[0] = (struct ac_gate_header){ { "Host", 4 }, { "sso.example", 11 } };
	request.header_count = AC_GATE_MAX_HEADERS;
	assert_true(ac_gate_check(&request, &issuer, &refusal));

	target[AC_MAX_URI] = 'a';
	assert_false(ac_gate_check(&request, &issuer, &refusal));
	assert_int_equal(refusal.status, 414);
	request.target = NULL;
	assert_false(ac_gate_check(&request, &issuer, &refusal));
	assert_int_equal(refusal.status, 414);

	request.target = "/";
	request.header_count = AC_GATE_MAX_HEADERS + 1;
	assert_false(ac_gate_check(&request, &issuer, &refusal));
	assert_int_equal(refusal.status, 431);

	memset(large, 'a', sizeof(large) - 1);
	headers[1].value = bytes(large);
	request.header_count = 2;
	assert_false(ac_gate_check(&request, &issuer, &refusal));
	assert_int_equal(refusal.status, 431);
}

static void
targets_are_split_below_the_path_of_the_issuer(void **state)
{
	static const struct {
		const char *url, *target, *below, *query;
	} table[] = {
		{ "https://a", "/token?a=b?c", "/token", "a=b?c" },
		{ "https://a", "/token?", "/token", "" },
		{ "https://a/", "/token", "/token", NULL },
		{ "https://a", "https://a/token?x", "/token", "x" },
		{ "https://a", "https://a", "", NULL },
		{ "https://a/sso", "/sso/token", "/token", NULL },
		{ "https://a/sso/", "/sso/token", "/token", NULL },
		{ "https://a/sso", "/sso", "", NULL },
		{ "https://a/sso", "/sso?x=/token", "", "x=/token" },
		{ "https://a/sso", "/ssotoken", NULL, NULL },
		{ "https://a/sso", "/SSO/token", NULL, NULL },
		{ "https://a/sso", "/token", NULL, NULL },
		{ "https://a/sso", "//sso/token", NULL, NULL },
		{ "https://a/sso", "/ss", NULL, NULL },
		{ "https://a/sso", "/", NULL, NULL },
		{ "https://a/sso", "/.well-known/x/sso", "/.well-known/x", NULL },
		{ "https://a/sso", "/.well-known/x/sso?y", "/.well-known/x", "y" },
		{ "https://a/sso/", "/.well-known/x/sso", "/.well-known/x", NULL },
		{ "https://a/s/o", "/.well-known/x/s/o", "/.well-known/x", NULL },
		{ "https://a/sso", "/sso/.well-known/x", "/.well-known/x", NULL },
		{ "https://a", "/.well-known/x", "/.well-known/x", NULL },
		{ "https://a/sso", "/.well-known/x", NULL, NULL },
		{ "https://a/sso", "/.well-known/x/sso/", NULL, NULL },
		{ "https://a/sso", "/.well-known/x/SSO", NULL, NULL },
		{ "https://a/sso", "/.well-known/x/y/sso", NULL, NULL },
		{ "https://a/sso", "/.well-known/sso", NULL, NULL },
		{ "https://a/sso", "/.well-known//sso", NULL, NULL },
		{ "https://a/sso", "/.well-known/xsso", NULL, NULL },
		{ "https://a/sso", "/.WELL-KNOWN/x/sso", NULL, NULL },
		{ "https://a/sso", "/token/sso", NULL, NULL },
		{ "https://a/sso", "/../.well-known/x/sso", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		const struct ac_gate_issuer issuer = issuer_of(table[i].url);
		struct ac_gate_target parts = ac_gate_split(table[i].target, &issuer);
		const char *below = table[i].below;
		const char *query = table[i].query;

		if ((parts.below.data == NULL) != (below == NULL) ||
		    (below != NULL && (parts.below.len != strlen(below) ||
				       memcmp(parts.below.data, below, parts.below.len) != 0)))
			fail_msg("%s %s: below", table[i].url, table[i].target);
		if (parts.query.len != (query == NULL ? 0 : strlen(query)) ||
		    (query != NULL && strcmp(parts.query.data, query) != 0))
			fail_msg("%s %s: query", table[i].url, table[i].target);
	}
}

static void
issuers_are_http_urls_without_more(void **state)
{
	static const char *const bad[] = {
		"",
		"sso.example",
		"ftp://a",
		"https:///x",
		"https://a?b",
		"https://a#b",
		"https://u@a",
		"https://a:0",
		"https://a:99999",
		"https://a:44x",
		"javascript:x",
		"https:a",
	};
	struct ac_gate_issuer issuer;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		if (ac_gate_issuer_parse(bad[i], &issuer))
			fail_msg("%s", bad[i]);
	}
	issuer = issuer_of("http://[::1]:8080/x/");
	assert_int_equal(issuer.port, 8080);
	assert_int_equal(issuer.host.len, 5);
	assert_int_equal(issuer.origin.len, strlen("http://[::1]:8080"));
	assert_int_equal(issuer.path.len, 2);
	assert_int_equal(issuer_of("https://a").port, 443);
	assert_int_equal(issuer_of("http://a").port, 80);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_be_read_in_two_ways_is_refused),
		cmocka_unit_test(a_nul_in_a_value_is_refused),
		cmocka_unit_test(more_than_the_limits_is_refused),
		cmocka_unit_test(targets_are_split_below_the_path_of_the_issuer),
		cmocka_unit_test(issuers_are_http_urls_without_more),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
