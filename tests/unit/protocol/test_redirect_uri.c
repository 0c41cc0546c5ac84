/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/redirect_uri.h: what may be registered (RU-04 … RU-07, RU-12), what
 * a request may name (RU-01, RU-02, RU-08 … RU-10), what is appended (AZ-14).
 */
#include "protocol/redirect_uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

#define WEB AUTHCODE_APPLICATION_WEB
#define NATIVE AUTHCODE_APPLICATION_NATIVE

static void
good_uris_can_be_registered(void **state)
{
	static const struct {
		const char *uri;
		bool web; /* native clients may have all of them */
	} rows[] = {
		{ "https://client.example/cb", true },
		{ "https://client.example", true },
		{ "https://client.example/", true },
		{ "https://client.example:8443/cb", true },
		{ "https://client.example/cb?tenant=1&x=", true },
		{ "https://client.example/cb?", true },
		{ "https://client.example?x=1", true },
		{ "https://CLIENT.example/CB", true },
		{ "HTTPS://client.example/cb", true },
		{ "https://client.example./cb", true },
		{ "https://client.example/.well-known/cb", true },
		{ "https://client.example/...", true },
		{ "https://client.example/a..b/c.", true },
		{ "https://client.example/%20/%C3%A4", true },
		{ "https://client.example/a//b", true },
		{ "https://client.example/a;b=c", true },
		{ "https://client.example/a@b:c", true },
		{ "https://client.example/cb?next=../x", true },
		{ "https://192.0.2.1/cb", true },
		{ "https://[2001:db8::1]/cb", true },
		{ "https://[2001:db8::1]:8443/cb", true },
		{ "https://localhost/cb", true },
		{ "https://xn--bcher-kva.example/cb", true },
		/* RU-07, RU-08 */
		{ "http://127.0.0.1/cb", false },
		{ "http://127.0.0.1:8080/cb", false },
		{ "http://[::1]/cb", false },
		{ "http://[::1]:8080/cb", false },
		{ "http://localhost/cb", false },
		{ "http://localhost:8080/cb", false },
		/* RU-10 */
		{ "com.example.app:/cb", false },
		{ "com.example.app://cb", false },
		{ "com.example.app:cb", false },
		{ "com.example.my-app:/cb?x=1", false },
		{ "COM.Example.App:/cb", false },
		/* A scheme, whatever it was meant to be. */
		{ "client.example:443/cb", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].uri);
		assert_null(ac_redirect_uri_check(rows[i].uri, NATIVE));
		if (rows[i].web)
			assert_null(ac_redirect_uri_check(rows[i].uri, WEB));
		else
			assert_non_null(ac_redirect_uri_check(rows[i].uri, WEB));
	}
}

/* Nobody may register these, web or native. */
static const char *const refused[] = {
	/* RU-05: not an absolute URI */
	"",
	" ",
	"/",
	"//client.example/cb",
	"/cb",
	"cb",
	"client.example/cb",
	"https",
	"https:",
	"https:/",
	"https://",
	"https:///cb",
	"https:client.example/cb",
	"https:/client.example/cb",
	"https:\\\\client.example\\cb",
	"https:/\\client.example/cb",
	"https://:443/cb",
	"https://?x",
	"://client.example/cb",
	"1https://client.example/cb",
	"ht tps://client.example/cb",
	/* RU-05: characters */
	" https://client.example/cb",
	"https://client.example/cb ",
	"https://client.example/c b",
	"https://client .example/cb",
	"https://client.example\\cb",
	"https://client.example/\\evil.example",
	"https://client.example\\@evil.example/",
	"https://client.example/cb\r\nX: y",
	"https://client.example/cb\n",
	"https://client.example/\tcb",
	"https://client.example/\x01",
	"https://client.example/\x7f",
	"https://client.example/\xc3\xa4",
	"https://b\xc3\xbc\x63her.example/cb",
	"https://client.example/\xff",
	"https://client.example\xe3\x80\x82/cb",
	"https://client.example/<script>",
	"https://client.example/\"x\"",
	"https://client.example/{x}",
	"https://client.example/a|b",
	"https://client.example/a^b",
	"https://client.example/`x`",
	"https://client.example/[x]",
	"https://client.example/cb?x=[1]",
	/* RU-05: user names */
	"https://user@client.example/cb",
	"https://user:pw@client.example/cb",
	"https://@client.example/cb",
	"https://:@client.example/cb",
	"https://client.example@evil.example/cb",
	"https://client.example%40evil.example/cb",
	"https://client.example@@evil.example/cb",
	"http://127.0.0.1@evil.example/cb",
	"com.example.app://user@host/cb",
	/* RU-04 */
	"https://client.example/cb#",
	"https://client.example/cb#x",
	"https://client.example#/cb",
	"https://client.example/cb?x#y",
	"com.example.app:/cb#x",
	"http://127.0.0.1/cb#",
	/* Escapes */
	"https://client.example/%",
	"https://client.example/%4",
	"https://client.example/%zz",
	"https://client.example/%u0041",
	"https://client.example/cb%00",
	"https://client.example/cb%00.evil.example",
	"https://client.example/%0d%0aSet-Cookie:x",
	"https://client.example/%0A",
	"https://client.example/%1f",
	"https://client.example/%7F",
	"https://client.example/%5c..%5cx",
	"https://client.example/%5Cevil.example",
	"https://client.example/cb?x=%0d",
	"https://client%2Eexample/cb",
	"https://client.example%2F.evil.example/cb",
	"https://client.example%00.evil.example/cb",
	"https://%63lient.example/cb",
	/* Dot segments, as a browser reads them */
	"https://client.example/.",
	"https://client.example/..",
	"https://client.example/./cb",
	"https://client.example/../cb",
	"https://client.example/a/../cb",
	"https://client.example/a/..",
	"https://client.example/a/.",
	"https://client.example/%2e%2e/cb",
	"https://client.example/%2E%2E/cb",
	"https://client.example/.%2e/cb",
	"https://client.example/%2e./cb",
	"https://client.example/%2e/cb",
	"https://client.example/..;/cb",
	"https://client.example/a/..;x=y/cb",
	"https://client.example/.;/cb",
	"https://client.example/%2e%2e;/cb",
	"com.example.app:/../cb",
	/* Ports */
	"https://client.example:/cb",
	"https://client.example:0/cb",
	"https://client.example:00443/cb",
	"https://client.example:0443/cb",
	"https://client.example:65536/cb",
	"https://client.example:999999/cb",
	"https://client.example:99999999999999999999/cb",
	"https://client.example:-1/cb",
	"https://client.example:+443/cb",
	"https://client.example:4 43/cb",
	"https://client.example:443x/cb",
	"https://client.example:443:443/cb",
	"https://client.example:80@evil.example/cb",
	"https://client.example:0x1bb/cb",
	/* RU-12 */
	"https://*.client.example/cb",
	"https://*/cb",
	"https://client.example/*",
	"https://client.example/cb*",
	"https://client.example:*/cb",
	"https://client.example/cb?*",
	"com.example.app:/*",
	"http://127.0.0.1:*/cb",
	/* RU-06, RU-09: http elsewhere */
	"http://client.example/cb",
	"http://192.0.2.1/cb",
	"http://127.0.0.2/cb",
	"http://127.1/cb",
	"http://127.0.1/cb",
	"http://0x7f.0.0.1/cb",
	"http://0177.0.0.1/cb",
	"http://2130706433/cb",
	"http://127.0.0.1.evil.example/cb",
	"http://127.0.0.1./cb",
	"http://0.0.0.0/cb",
	"http://[::]/cb",
	"http://[::ffff:127.0.0.1]/cb",
	"http://[0:0:0:0:0:0:0:1]/cb",
	"http://[::1%25lo]/cb",
	"http://[::1]evil.example/cb",
	"http://[::1/cb",
	"http://::1/cb",
	"http://localhost.evil.example/cb",
	"http://localhost./cb",
	"http://notlocalhost/cb",
	"http://localhost@evil.example/cb",
	"http:/127.0.0.1/cb",
	"http:127.0.0.1/cb",
	/* RU-07: schemes that mean something to a browser, or to nobody */
	"javascript:alert(1)",
	"JavaScript:alert(1)",
	"JAVASCRIPT:alert(1)",
	"jAvAsCrIpT:alert(1)",
	"javascript://client.example/%0aalert(1)",
	"javascript://client.example/alert(1)",
	"javascript:/cb",
	"java\tscript:alert(1)",
	"java\nscript:alert(1)",
	"\x01javascript:alert(1)",
	" javascript:alert(1)",
	"javascript%3Aalert(1)",
	"java%73cript:alert(1)",
	"data:text/html,x",
	"Data:text/html;base64,eA==",
	"DATA:,x",
	"vbscript:x",
	"VBScript:x",
	"file:///etc/passwd",
	"FILE:///etc/passwd",
	"file:/etc/passwd",
	"blob:https://client.example/x",
	"Blob:x",
	"about:blank",
	"ABOUT:blank",
	"about:srcdoc",
	"view-source:https://client.example/",
	"filesystem:https://client.example/x",
	"ws://127.0.0.1/cb",
	"wss://client.example/cb",
	"ftp://client.example/cb",
	"mailto:x@client.example",
	"tel:1",
	"intent:x",
	"chrome:x",
	"jar:https://client.example/x",
	"urn:ietf:wg:oauth:2.0:oob",
	"app:/cb",
	"myapp://cb",
	"app:",
	"com.example.app",
	"com.example.app:",
	"com..app:/cb",
	"com.app.:/cb",
	".com.app:/cb",
	"com.example.app:/c b",
	"com.example.app:\\cb",
	"com_example.app:/cb",
	"com.example.app:/cb%00",
};

static void
bad_uris_cannot_be_registered(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(refused); i++) {
		print_message("# row %zu\n", i);
		assert_non_null(ac_redirect_uri_check(refused[i], WEB));
		assert_non_null(ac_redirect_uri_check(refused[i], NATIVE));
	}
	assert_non_null(ac_redirect_uri_check(NULL, WEB));
}

/* RU-12 */
static void
length_is_limited(void **state)
{
	char uri[AC_MAX_REDIRECT_URI + 2] = "https://client.example/";

	(void)state;
	memset(uri + strlen(uri), 'a', sizeof(uri) - 1 - strlen(uri));
	assert_int_equal(strlen(uri), AC_MAX_REDIRECT_URI + 1);
	assert_non_null(ac_redirect_uri_check(uri, WEB));
	uri[AC_MAX_REDIRECT_URI] = '\0';
	assert_null(ac_redirect_uri_check(uri, WEB));
}

/* --- matching ------------------------------------------------------------ */

static const char *const registered[] = {
	"https://client.example/cb", "https://client.example/q?tenant=a%20b&x=",
	"http://127.0.0.1/cb",       "http://127.0.0.1:4000/fixed?x=1",
	"http://[::1]/cb",           "http://localhost/cb",
	"com.example.app:/cb",       "https://127.0.0.1/tls",
};

static const struct authcode_client native = {
	.application_type = AUTHCODE_APPLICATION_NATIVE,
	.redirect_uris = registered,
	.redirect_uri_count = AC_ARRAY_SIZE(registered),
};

static void
the_registered_bytes_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(registered); i++)
		assert_true(ac_redirect_uri_match(&native, registered[i]));
}

/* RU-08: RFC 8252 §7.3 */
static void
a_loopback_literal_of_a_native_client_matches_on_any_port(void **state)
{
	static const char *const uris[] = {
		"http://127.0.0.1:1/cb",      "http://127.0.0.1:80/cb",
		"http://127.0.0.1:65535/cb",  "http://[::1]:1/cb",
		"http://[::1]:51004/cb",      "http://127.0.0.1:4001/fixed?x=1",
		"http://127.0.0.1/fixed?x=1",
	};
	struct authcode_client web = native;

	(void)state;
	web.application_type = AUTHCODE_APPLICATION_WEB;
	for (size_t i = 0; i < AC_ARRAY_SIZE(uris); i++) {
		print_message("# %s\n", uris[i]);
		assert_true(ac_redirect_uri_match(&native, uris[i]));
		assert_false(ac_redirect_uri_match(&web, uris[i]));
	}
}

static void
nothing_else_matches(void **state)
{
	static const char *const uris[] = {
		/* RU-01 */
		"",
		"h",
		"https://client.example/c",
		"https://client.example/cb/",
		"https://client.example/cb//",
		"https://client.example//cb",
		"https://client.example/cbx",
		"https://client.example/cb/x",
		"https://client.example/CB",
		"https://CLIENT.example/cb",
		"https://Client.Example/cb",
		"HTTPS://client.example/cb",
		"Https://client.example/cb",
		"http://client.example/cb",
		"https://client.example:443/cb",
		"https://client.example:8443/cb",
		"https://client.example:/cb",
		"https://client.example./cb",
		"https://client.example.evil.example/cb",
		"https://client.example.evil/cb",
		"https://client.exampl/cb",
		"https://evilclient.example/cb",
		"https://evil.client.example/cb",
		"https://client-example/cb",
		"https://clientXexample/cb",
		"https://client.example@evil.example/cb",
		"https://user@client.example/cb",
		"https://user:pw@client.example/cb",
		"https://@client.example/cb",
		"https://evil.example/https://client.example/cb",
		"https://evil.example?https://client.example/cb",
		"https://evil.example#https://client.example/cb",
		"https://evil.example/cb",
		"https://client.example\\cb",
		"https:\\\\client.example\\cb",
		"https:/\\client.example/cb",
		"https:///client.example/cb",
		"//client.example/cb",
		"/cb",
		"cb",
		" https://client.example/cb",
		"https://client.example/cb ",
		"https://client.example/cb\t",
		"https://client.example/cb\n",
		"https://client.example/cb\r\nX: y",
		"\xef\xbb\xbfhttps://client.example/cb",
		"https://client.example/%63b",
		"https://client.example/c%62",
		"https://client.example/%43%42",
		"https://client.example%2Fcb",
		"https://client.example/cb%00",
		"https://client.example/cb%00.evil.example",
		"https://client.example/cb%20",
		"https://client.example/cb%2F",
		"https://client.example/cb%2e",
		"https://client.example/./cb",
		"https://client.example/x/../cb",
		"https://client.example/cb/.",
		"https://client.example/cb/..",
		"https://client.example/cb/../../evil",
		"https://client.example/cb/..;/evil",
		"https://client.example/..;/cb",
		"https://client.example/cb;x",
		"https://client.example/cb..;/",
		"https://client.example/cb\xc2\xa0",
		"https://\xd1\x81lient.example/cb",
		"https://client\xe3\x80\x82"
		"example/cb",
		"https://client\xef\xbc\x8e"
		"example/cb",
		"javascript:alert(1)",
		"JaVaScRiPt:alert(1)",
		"javascript://client.example/cb",
		"javascript:https://client.example/cb",
		"data:text/html,https://client.example/cb",
		"vbscript:x",
		"blob:https://client.example/cb",
		"view-source:https://client.example/cb",
		/* RU-02 */
		"https://client.example/cb?",
		"https://client.example/cb?x=1",
		"https://client.example/cb&x=1",
		"https://client.example/q",
		"https://client.example/q?",
		"https://client.example/q?tenant=a%20b",
		"https://client.example/q?tenant=a%20b&x",
		"https://client.example/q?tenant=a%20b&x=1",
		"https://client.example/q?tenant=a%20b&x=&y=",
		"https://client.example/q?x=&tenant=a%20b",
		"https://client.example/q?tenant=a+b&x=",
		"https://client.example/q?tenant=a b&x=",
		"https://client.example/q?Tenant=a%20b&x=",
		/* RU-04 */
		"https://client.example/cb#",
		"https://client.example/cb#x",
		"https://client.example/cb%23",
		"http://127.0.0.1/cb#",
		"http://127.0.0.1:9/cb#x",
		"com.example.app:/cb#x",
		/* RU-08: everything but the port */
		"http://127.0.0.1",
		"http://127.0.0.1:9",
		"http://127.0.0.1:9/",
		"http://127.0.0.1:9/CB",
		"http://127.0.0.1:9/cb/",
		"http://127.0.0.1:9/cbx",
		"http://127.0.0.1:9/cb?x=1",
		"http://127.0.0.1:9/cb?",
		"http://127.0.0.1:9/fixed",
		"http://127.0.0.1:9/fixed?x=2",
		"http://127.0.0.1:9/fixed?x=1&y=2",
		"http://127.0.0.1:9//cb",
		"http://127.0.0.1:9/./cb",
		"http://127.0.0.1:9/x/../cb",
		"http://127.0.0.1:9/%63b",
		"http://127.0.0.1:/cb",
		"http://127.0.0.1:0/cb",
		"http://127.0.0.1:00/cb",
		"http://127.0.0.1:080/cb",
		"http://127.0.0.1:65536/cb",
		"http://127.0.0.1:100000/cb",
		"http://127.0.0.1:18446744073709551617/cb",
		"http://127.0.0.1:-1/cb",
		"http://127.0.0.1:+1/cb",
		"http://127.0.0.1: 1/cb",
		"http://127.0.0.1:1 /cb",
		"http://127.0.0.1:1x/cb",
		"http://127.0.0.1:0x50/cb",
		"http://127.0.0.1:9:9/cb",
		"http://127.0.0.1:9@evil.example/cb",
		"http://127.0.0.1:@evil.example/cb",
		"http://127.0.0.1@evil.example/cb",
		"http://user@127.0.0.1/cb",
		"http://user@127.0.0.1:9/cb",
		"http://user:9@127.0.0.1/cb",
		"http://@127.0.0.1:9/cb",
		"http://127.0.0.1.evil.example/cb",
		"http://127.0.0.1.:9/cb",
		"http://127.0.0.2:9/cb",
		"http://127.1:9/cb",
		"http://127.0.1:9/cb",
		"http://0x7f.0.0.1:9/cb",
		"http://0x7f000001:9/cb",
		"http://0177.0.0.1:9/cb",
		"http://2130706433:9/cb",
		"http://0.0.0.0:9/cb",
		"http://0:9/cb",
		"http://127.0.0.1\\:9/cb",
		"http://127.0.0.1%3A9/cb",
		"http://127.0.0%2e1:9/cb",
		"http:\\\\127.0.0.1:9/cb",
		"http:///127.0.0.1:9/cb",
		"http:/127.0.0.1:9/cb",
		"HTTP://127.0.0.1:9/cb",
		"Http://127.0.0.1/cb",
		"ftp://127.0.0.1:9/cb",
		"http://[::1]:/cb",
		"http://[::1]:0/cb",
		"http://[::1]9/cb",
		"http://[::1]:9/cb/",
		"http://[::1]:9/fixed?x=1",
		"http://[0:0:0:0:0:0:0:1]:9/cb",
		"http://[::0001]:9/cb",
		"http://[::ffff:127.0.0.1]:9/cb",
		"http://[::1%25lo]:9/cb",
		"http://[::1]:9@evil.example/cb",
		"http://::1:9/cb",
		"http://[::2]:9/cb",
		"http://[::1]@evil.example/cb",
		/* RU-09 */
		"http://localhost:80/cb",
		"http://localhost:9/cb",
		"http://localhost:/cb",
		"http://LOCALHOST/cb",
		"http://localhost./cb",
		"https://localhost/cb",
		"https://127.0.0.1/cb",
		"https://127.0.0.1:9/cb",
		"https://127.0.0.1:443/tls",
		"https://127.0.0.1:9/tls",
		"http://127.0.0.1:9/tls",
		"https://[::1]:9/cb",
		/* RU-10 */
		"com.example.app:cb",
		"com.example.app://cb",
		"com.example.app:///cb",
		"com.example.app:/cb/",
		"com.example.app:/CB",
		"com.example.app:/cb?x",
		"com.example.app:/",
		"com.example.app:",
		"COM.example.app:/cb",
		"com.example.app.evil:/cb",
		"com.example.ap:/cb",
		"com.example.app:80/cb",
		"com.example.app://127.0.0.1:9/cb",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(uris); i++) {
		print_message("# row %zu %.60s\n", i, strpbrk(uris[i], "\r\n") ? "" : uris[i]);
		assert_false(ac_redirect_uri_match(&native, uris[i]));
	}
	/* Nothing that cannot be registered is ever matched either. */
	for (size_t i = 0; i < AC_ARRAY_SIZE(refused); i++)
		assert_false(ac_redirect_uri_match(&native, refused[i]));
}

/* RU-01, mechanically: no single changed, missing or added byte goes through. */
static void
one_different_byte_is_a_mismatch(void **state)
{
	const char *uri = registered[1];
	struct authcode_client client = native;
	char changed[128];
	size_t len = strlen(uri);

	(void)state;
	client.redirect_uris = &registered[1];
	client.redirect_uri_count = 1;
	for (size_t i = 0; i < len; i++) {
		for (int c = 1; c < 256; c++) {
			memcpy(changed, uri, len + 1);
			changed[i] = (char)c;
			assert_int_equal(ac_redirect_uri_match(&client, changed),
					 (char)c == uri[i]);
		}
		memcpy(changed, uri, i);
		memcpy(changed + i, uri + i + 1, len - i);
		assert_false(ac_redirect_uri_match(&client, changed));
		memcpy(changed, uri, i + 1);
		memcpy(changed + i + 1, uri + i, len - i + 1);
		assert_false(ac_redirect_uri_match(&client, changed));
	}
}

/* RFC 8252 §8.6 */
static void
only_https_elsewhere_proves_a_client(void **state)
{
	static const struct {
		const char *uri;
		bool proves;
	} rows[] = {
		{ "https://client.example/cb", true },
		{ "https://client.example:8443/cb", true },
		{ "https://localhost/cb", false },
		{ "https://127.0.0.1/cb", false },
		{ "https://[::1]/cb", false },
		{ "http://127.0.0.1/cb", false },
		{ "http://localhost/cb", false },
		{ "com.example.app:/cb", false },
		{ "", false },
		{ "garbage", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		assert_int_equal(ac_redirect_uri_proves_client(rows[i].uri), rows[i].proves);
}

/* AZ-14 */
static void
parameters_are_appended_and_encoded(void **state)
{
	static const struct {
		const char *uri, *expected;
	} rows[] = {
		{ "https://c.example/cb", "https://c.example/cb?code=a&state=%20%26%3D%23%25%2B" },
		{ "https://c.example", "https://c.example?code=a&state=%20%26%3D%23%25%2B" },
		{ "https://c.example/?", "https://c.example/?code=a&state=%20%26%3D%23%25%2B" },
		{ "https://c.example/?x=1",
		  "https://c.example/?x=1&code=a&state=%20%26%3D%23%25%2B" },
		{ "https://c.example/?x=1&",
		  "https://c.example/?x=1&code=a&state=%20%26%3D%23%25%2B" },
		{ "https://c.example/?x=",
		  "https://c.example/?x=&code=a&state=%20%26%3D%23%25%2B" },
		{ "https://c.example/&", "https://c.example/&?code=a&state=%20%26%3D%23%25%2B" },
		{ "com.example.app:/cb", "com.example.app:/cb?code=a&state=%20%26%3D%23%25%2B" },
	};
	const struct ac_param_pair pairs[] = {
		{ "code", "a" },
		{ "left out", NULL },
		{ "state", " &=#%+" },
	};
	struct authcode_arena *arena = NULL;

	(void)state;
	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		assert_string_equal(
			ac_redirect_uri_extend(arena, rows[i].uri, pairs, AC_ARRAY_SIZE(pairs)),
			rows[i].expected);
	authcode_arena_free(&arena);
	assert_int_equal(authcode_arena_new(16, &arena), AUTHCODE_OK);
	assert_null(ac_redirect_uri_extend(arena, rows[0].uri, pairs, AC_ARRAY_SIZE(pairs)));
	authcode_arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_uris_can_be_registered),
		cmocka_unit_test(bad_uris_cannot_be_registered),
		cmocka_unit_test(length_is_limited),
		cmocka_unit_test(the_registered_bytes_match),
		cmocka_unit_test(a_loopback_literal_of_a_native_client_matches_on_any_port),
		cmocka_unit_test(nothing_else_matches),
		cmocka_unit_test(one_different_byte_is_a_mismatch),
		cmocka_unit_test(only_https_elsewhere_proves_a_client),
		cmocka_unit_test(parameters_are_appended_and_encoded),
	};

	return cmocka_run_group_tests_name("redirect_uri", tests, NULL, NULL);
}
