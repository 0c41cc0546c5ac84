/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What pages do for a client: the one that posts an answer (AZ-12, AZ-13), and
 * what the sign-in page is told (AZ-31).
 */
#include "server/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "drawn_pages.h"
#include "server/page_script.h"

#define HOSTILE "zz<script>alert(1)</script>\" onx='`&zz"
#define ESCAPED "zz&lt;script&gt;alert(1)&lt;/script&gt;&quot; onx=&#39;&#96;&amp;zz"

static const struct ac_config config = {
	.issuer = "https://sso.example.org/auth",
	.issuer_path = "/auth",
	.pam_service = "authcode",
};

static const struct authcode_client client = { .id = "app", .name = HOSTILE };

static struct ac_http *
post_to(const struct authcode_form_field *fields, size_t field_count)
{
	struct ac_http *h = fake_http_new();

	ac_page_form_post(&app, h,
			  &(struct authcode_form_post){
				  .action = "https://rp.example/cb?a=" HOSTILE,
				  .origin = "https://rp.example",
				  .client = &client,
				  .fields = fields,
				  .field_count = field_count,
			  });
	assert_int_equal(h->replies, 1);
	assert_int_equal(h->kind, AC_REPLY_PAGE);
	return h;
}

/* AZ-12 */
static void
an_answer_is_posted_with_every_value_escaped(void **state)
{
	static const struct authcode_form_field fields[] = {
		{ "code", "acc_x" },
		{ "state", HOSTILE },
		{ "iss", "https://sso.example.org/auth" },
	};
	struct ac_http *h = post_to(fields, AC_ARRAY_SIZE(fields));
	const char *page = fake_page(h);

	(void)state;
	assert_int_equal(h->status, 200);
	assert_int_equal(count(page,
			       "<form method=\"post\" action=\"https://rp.example/cb?a=" ESCAPED
			       "\">"),
			 1);
	assert_int_equal(count(page, "<form"), 1);
	assert_int_equal(count(page, "<input "), AC_ARRAY_SIZE(fields));
	assert_int_equal(count(page, "<input type=\"hidden\" name=\"code\" value=\"acc_x\">"), 1);
	assert_int_equal(
		count(page, "<input type=\"hidden\" name=\"state\" value=\"" ESCAPED "\">"), 1);
	/* The name of the client stands twice, once on the button that needs no script. */
	assert_int_equal(count(page, ESCAPED), 4);
	assert_int_equal(count(page, "zz"), 8);
	assert_int_equal(count(page, "<button type=\"submit\" class=\"primary\">"), 1);
	assert_int_equal(count(page, "<script"), 1);
	fake_http_free(&h);
}

/* AZ-12: the policy of this page, computed here from what the page holds. */
static void
its_policy_allows_its_script_and_its_client_alone(void **state)
{
	static const struct authcode_form_field fields[] = { { "error", "access_denied" } };
	struct ac_http *h = post_to(fields, AC_ARRAY_SIZE(fields));
	const char *begin = strstr(fake_page(h), "<script>"), *end;
	unsigned char digest[EVP_MAX_MD_SIZE], text[128];
	unsigned len = 0;
	char expected[512];

	(void)state;
	assert_non_null(begin);
	begin += strlen("<script>");
	end = strstr(begin, "</script>");
	assert_non_null(end);
	assert_int_equal(EVP_Digest(begin, (size_t)(end - begin), digest, &len, EVP_sha256(), NULL),
			 1);
	EVP_EncodeBlock(text, digest, (int)len);
	snprintf(expected, sizeof(expected),
		 "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'sha256-%s'; "
		 "form-action https://rp.example https:; base-uri 'none'; frame-ancestors 'none'",
		 (const char *)text);
	assert_string_equal(fake_reply_header(h, "Content-Security-Policy"), expected);
	fake_http_free(&h);
}

static void
an_answer_of_too_many_fields_is_never_posted_in_part(void **state)
{
	struct authcode_form_field fields[9];
	struct ac_http *h;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(fields); i++)
		fields[i] = (struct authcode_form_field){ "n", "v" };
	h = post_to(fields, AC_ARRAY_SIZE(fields));
	assert_int_equal(h->status, 500);
	assert_null(strstr(fake_page(h), "<form"));
	assert_null(fake_reply_header(h, "Content-Security-Policy"));
	fake_http_free(&h);
}

static void
a_page_without_exactly_one_script_has_no_hash(void **state)
{
	static const char *const sources[] = {
		"",
		"<p>",
		"<script>",
		"<script src=x></script>",
		"<script>1</script><script>2</script>",
		"<script>1</script><script src=x>",
	};
	char hash[AC_SCRIPT_HASH_LEN + 1];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(sources); i++)
		assert_int_equal(ac_script_hash(sources[i], hash), AUTHCODE_ERR_SYNTAX);
	assert_int_equal(ac_script_hash("<script></script>", hash), AUTHCODE_OK);
	/* SHA-256 of nothing (NIST CAVP). */
	assert_string_equal(hash, "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

/* AZ-31 */
static void
a_login_hint_fills_the_name_in_and_is_escaped(void **state)
{
	struct authcode_interaction i = {
		.transaction = "t",
		.csrf = "c",
		.client = &(struct authcode_client){ .id = "app", .name = "App" },
		.user_name = "alice",
		.login_hint = HOSTILE,
	};
	struct ac_http *h = fake_http_new();

	(void)state;
	ac_page_sign_in(&app, h, &i);
	assert_int_equal(count(fake_page(h), " value=\"" ESCAPED "\""), 1);
	assert_int_equal(count(fake_page(h), "zz"), 2);
	assert_null(strstr(fake_page(h), "alice"));
	fake_http_free(&h);
	h = fake_http_new();
	i.login_hint = NULL;
	ac_page_sign_in(&app, h, &i);
	assert_int_equal(count(fake_page(h), " value=\"alice\""), 1);
	fake_http_free(&h);
}

/* --- what is shown of a client: AZ-39 -------------------------------------- */

static void
draw(bool consent, const struct authcode_client *shown, struct ac_http *h)
{
	const struct authcode_interaction i = {
		.transaction = "t",
		.csrf = "c",
		.client = shown,
		.user_name = "alice",
	};

	if (consent)
		ac_page_consent(&app, h, &i);
	else
		ac_page_sign_in(&app, h, &i);
}

static void
sign_in_and_consent_link_to_what_the_client_says_of_itself(void **state)
{
	static const struct authcode_client shown = {
		.id = "app",
		.name = "App",
		.client_uri = "https://rp.example/?a=1&b='\"><script>",
		.policy_uri = "https://rp.example/policy?a=1&b=\"><script>",
		.tos_uri = "https://rp.example/tos?a=1&b=\"><script>",
	};

	(void)state;
	for (int consent = 0; consent < 2; consent++) {
		struct ac_http *h = fake_http_new();
		const char *page;

		draw(consent != 0, &shown, h);
		page = fake_page(h);
		assert_int_equal(count(page, "<a href=\"https://rp.example/"), 3);
		assert_int_equal(count(page, "\" rel=\"noopener noreferrer\" target=\"_blank\">"),
				 3);
		assert_int_equal(count(page,
				       "<a href=\"https://rp.example/?a=1&amp;b=&#39;&quot;&gt;"
				       "&lt;script&gt;\" "),
				 1);
		assert_int_equal(count(page, ">Privacy policy of <bdi>App</bdi></a>"), 1);
		assert_int_equal(count(page, ">Terms of use of <bdi>App</bdi></a>"), 1);
		assert_null(strstr(page, "<script"));
		assert_null(strstr(page, "<img"));
		fake_http_free(&h);
	}
}

static void
a_client_that_says_nothing_has_no_links(void **state)
{
	static const struct authcode_client silent = { .id = "app", .name = "App" };
	static const struct authcode_client terms = { .id = "app",
						      .name = "App",
						      .tos_uri = "https://rp.example/tos" };

	(void)state;
	for (int consent = 0; consent < 2; consent++) {
		struct ac_http *h = fake_http_new();

		draw(consent != 0, &silent, h);
		assert_null(strstr(fake_page(h), "<a "));
		assert_null(strstr(fake_page(h), "class=\"links\""));
		fake_http_free(&h);
		h = fake_http_new();
		draw(consent != 0, &terms, h);
		assert_int_equal(count(fake_page(h), "<a "), 1);
		assert_null(strstr(fake_page(h), "Privacy"));
		fake_http_free(&h);
	}
}

static int
set_up(void **state)
{
	(void)state;
	return pages_begin(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_posted_with_every_value_escaped),
		cmocka_unit_test(its_policy_allows_its_script_and_its_client_alone),
		cmocka_unit_test(an_answer_of_too_many_fields_is_never_posted_in_part),
		cmocka_unit_test(a_page_without_exactly_one_script_has_no_hash),
		cmocka_unit_test(sign_in_and_consent_link_to_what_the_client_says_of_itself),
		cmocka_unit_test(a_client_that_says_nothing_has_no_links),
		cmocka_unit_test(a_login_hint_fills_the_name_in_and_is_escaped),
	};

	return cmocka_run_group_tests_name("pages_client", tests, set_up, pages_end);
}
