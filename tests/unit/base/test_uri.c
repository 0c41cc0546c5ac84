/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/uri.h: the grammar of RFC 3986, with its own examples (§1.1.2, §3).
 */
#include "base/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Components as they are written back: NULL is absent, "" is present and empty. */
struct split {
	const char *text;
	const char *scheme, *userinfo, *host, *port, *path, *query, *fragment;
};

static const struct split splits[] = {
	{ "foo://example.com:8042/over/there?name=ferret#nose", "foo", NULL, "example.com", "8042",
	  "/over/there", "name=ferret", "nose" },
	{ "urn:example:animal:ferret:nose", "urn", NULL, NULL, NULL, "example:animal:ferret:nose",
	  NULL, NULL },
	{ "ftp://ftp.is.co.za/rfc/rfc1808.txt", "ftp", NULL, "ftp.is.co.za", NULL,
	  "/rfc/rfc1808.txt", NULL, NULL },
	{ "ldap://[2001:db8::7]/c=GB?objectClass?one", "ldap", NULL, "[2001:db8::7]", NULL, "/c=GB",
	  "objectClass?one", NULL },
	{ "mailto:John.Doe@example.com", "mailto", NULL, NULL, NULL, "John.Doe@example.com", NULL,
	  NULL },
	{ "tel:+1-816-555-1212", "tel", NULL, NULL, NULL, "+1-816-555-1212", NULL, NULL },
	{ "telnet://192.0.2.16:80/", "telnet", NULL, "192.0.2.16", "80", "/", NULL, NULL },
	{ "https://a", "https", NULL, "a", NULL, "", NULL, NULL },
	{ "https://a?", "https", NULL, "a", NULL, "", "", NULL },
	{ "https://a#", "https", NULL, "a", NULL, "", NULL, "" },
	{ "https://a/?#", "https", NULL, "a", NULL, "/", "", "" },
	{ "https://a:", "https", NULL, "a", "", "", NULL, NULL },
	{ "https://u:p@a:1/", "https", "u:p", "a", "1", "/", NULL, NULL },
	{ "https://@a", "https", "", "a", NULL, "", NULL, NULL },
	{ "file:///etc", "file", NULL, "", NULL, "/etc", NULL, NULL },
	{ "com.example.app:/cb", "com.example.app", NULL, NULL, NULL, "/cb", NULL, NULL },
	{ "a:", "a", NULL, NULL, NULL, "", NULL, NULL },
	{ "a:/", "a", NULL, NULL, NULL, "/", NULL, NULL },
	{ "https://a/?b=/?@:", "https", NULL, "a", NULL, "/", "b=/?@:", NULL },
	{ "https://a/%41%e9!$&'()*+,;=", "https", NULL, "a", NULL, "/%41%e9!$&'()*+,;=", NULL,
	  NULL },
	{ "https://a//b", "https", NULL, "a", NULL, "//b", NULL, NULL },
	{ "http://[::ffff:192.0.2.1]:80", "http", NULL, "[::ffff:192.0.2.1]", "80", "", NULL,
	  NULL },
};

static void
component_is(const char *text, const char *which, struct ac_span span, const char *expected)
{
	if (expected == NULL) {
		if (span.data != NULL)
			fail_msg("%s: %s should be absent", text, which);
		return;
	}
	if (span.data == NULL || span.len != strlen(expected) ||
	    memcmp(span.data, expected, span.len) != 0)
		fail_msg("%s: %s should be \"%s\"", text, which, expected);
}

static void
uris_are_split_into_their_components(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(splits); i++) {
		const struct split *s = &splits[i];
		struct ac_uri uri;

		if (!ac_uri_parse(s->text, strlen(s->text), &uri))
			fail_msg("%s: refused", s->text);
		component_is(s->text, "scheme", uri.scheme, s->scheme);
		component_is(s->text, "userinfo", uri.userinfo, s->userinfo);
		component_is(s->text, "host", uri.host, s->host);
		component_is(s->text, "port", uri.port, s->port);
		component_is(s->text, "path", uri.path, s->path);
		component_is(s->text, "query", uri.query, s->query);
		component_is(s->text, "fragment", uri.fragment, s->fragment);
		assert_int_equal(uri.has_authority, s->host != NULL);
	}
}

static const char *const refused[] = {
	"",
	":",
	"//a",
	"/a",
	"a",
	"a/b:c",
	"?a:b",
	"1a:b",
	"-a:b",
	"a_b:c",
	"a b:c",
	"\xc3\xa9:b",
	"https://a b",
	"https://a/ b",
	" https://a",
	"https://a ",
	"https://a/\t",
	"https://a/\n",
	"https://a/\x7f",
	"https://a/\x01",
	"https://a\\b",
	"https://a\\@b",
	"https:\\\\a",
	"https://a/b\\c",
	"https://a/<",
	"https://a/>",
	"https://a/\"",
	"https://a/{x}",
	"https://a/|",
	"https://a/^",
	"https://a/`",
	"https://a/\xc3\xa9",
	"https://\xc3\xa9",
	"https://a/[",
	"https://a?[",
	"https://a#[",
	"https://a##",
	"https://a/#b#c",
	"https://a/%",
	"https://a/%4",
	"https://a/%4g",
	"https://a/%g4",
	"https://a/%%41",
	"https://%zz/",
	"https://a?%",
	"https://a#%1",
	"https://u%@a",
	"https://a:b",
	"https://a:8o",
	"https://a:-1",
	"https://a:+1",
	"https://a:1:2",
	"https://a: 1",
	"https://a@b@c",
	"https://u@v:p@c",
	"https://[",
	"https://]",
	"https://[]",
	"https://[:]",
	"https://[::1",
	"https://::1]",
	"https://[::1]x",
	"https://[::1]]",
	"https://[[::1]]",
	"https://x[::1]",
	"https://[127.0.0.1]",
	"https://[:::::]",
	"https://[1::2::3]",
	"https://[12345::]",
	"https://[fe80::1%eth0]",
	"https://[fe80::1%25eth0]",
	"https://[v1.a]",
	"https://[::1]@b",
	"https://a[b",
	"https://a/b]",
	"https://[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]",
};

static void
what_does_not_follow_the_grammar_is_refused(void **state)
{
	struct ac_uri uri;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(refused); i++) {
		uri.has_authority = true;
		uri.path.len = 77;
		if (ac_uri_parse(refused[i], strlen(refused[i]), &uri))
			fail_msg("\"%s\": accepted", refused[i]);
		assert_int_equal(uri.path.len, 77);
	}
}

static void
a_nul_is_refused_anywhere(void **state)
{
	static const char good[] = "https://u@[::1]:1/p?q#f";
	const size_t len = sizeof(good) - 1;
	struct ac_uri uri;
	char text[sizeof(good)];

	(void)state;
	assert_true(ac_uri_parse(good, len, &uri));
	for (size_t i = 0; i < len; i++) {
		memcpy(text, good, sizeof(good));
		text[i] = '\0';
		if (ac_uri_parse(text, len, &uri))
			fail_msg("NUL at %zu accepted", i);
	}
	assert_false(ac_uri_parse("https://a\0", 10, &uri));
}

static void
only_the_length_given_is_read(void **state)
{
	struct ac_uri uri;

	(void)state;
	assert_true(ac_uri_parse("https://a b", 9, &uri));
	assert_false(ac_uri_parse("https://a/%41", 12, &uri));
	assert_true(ac_uri_parse("https://a:1x", 11, &uri));
	assert_int_equal(uri.port.len, 1);
}

static void
spans_compare_without_case(void **state)
{
	struct ac_span https = { "HtTpS", 5 }, absent = { NULL, 0 }, empty = { "", 0 };

	(void)state;
	assert_true(ac_span_is(https, "https"));
	assert_false(ac_span_is(https, "http"));
	assert_false(ac_span_is(https, "httpsx"));
	assert_false(ac_span_is(absent, ""));
	assert_true(ac_span_is(empty, ""));
	assert_false(ac_span_is((struct ac_span){ "a@", 2 }, "a`"));
}

/* RFC 8252 §7.3, §8.3 */
static void
loopback_is_two_literals_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		bool loopback;
	} rows[] = {
		{ "http://127.0.0.1:80/", true },
		{ "http://[::1]/", true },
		{ "http://localhost/", false },
		{ "http://127.0.0.2/", false },
		{ "http://127.1/", false },
		{ "http://0177.0.0.1/", false },
		{ "http://2130706433/", false },
		{ "http://127.0.0.1./", false },
		{ "http://[0:0:0:0:0:0:0:1]/", false },
		{ "http://[::ffff:127.0.0.1]/", false },
		{ "http://0.0.0.0/", false },
		{ "http://[::]/", false },
		{ "http://127.0.0.1.evil.example/", false },
		{ "http://127.0.0.1@evil.example/", false },
		{ "http:/127.0.0.1", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_uri uri;

		assert_true(ac_uri_parse(rows[i].text, strlen(rows[i].text), &uri));
		if (ac_uri_is_loopback_ip(&uri) != rows[i].loopback)
			fail_msg("%s", rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uris_are_split_into_their_components),
		cmocka_unit_test(what_does_not_follow_the_grammar_is_refused),
		cmocka_unit_test(a_nul_is_refused_anywhere),
		cmocka_unit_test(only_the_length_given_is_read),
		cmocka_unit_test(spans_compare_without_case),
		cmocka_unit_test(loopback_is_two_literals_and_nothing_else),
	};

	return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
