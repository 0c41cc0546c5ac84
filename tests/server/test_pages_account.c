/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/pages.h and server/respond.h: the page of somebody who may not use an
 * application, and the sign-in page of a service that asks for itself, or of
 * somebody who is to prove more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "drawn_pages.h"
#include "server/respond.h"

static const struct ac_service services[] = {
	{ .name = "keys", .acr = "urn:x:key", .first_prompt = AC_FIRST_PROMPT_ASK },
	{ .name = "plain", .acr = "urn:x:plain" },
};
static struct ac_config config = {
	.issuer = "https://sso.example.org",
	.issuer_path = "",
	.pam_service = "authcode",
	.services = services,
	.service_count = 2,
};

static const struct authcode_client wiki = { .id = "wiki", .name = "The Wiki" };
static const struct authcode_client of_keys = { .id = "k", .name = "K", .pam_service = "keys" };

static struct ac_http *
sign_in(const struct authcode_client *client, const char *acr, const char *user_name)
{
	const struct authcode_interaction i = { .transaction = "t",
						.csrf = "c",
						.client = client,
						.acr = acr,
						.user_name = user_name };
	struct ac_http *h = fake_http_new();

	ac_page_sign_in(&app, h, &i);
	assert_int_equal(h->status, 200);
	return h;
}

static void
a_service_that_asks_for_itself_has_a_page_without_password(void **state)
{
	static const struct {
		const char *name;
		const struct authcode_client *client;
		const char *acr;
		bool password;
	} rows[] = {
		{ "the default", &wiki, NULL, true },
		{ "the client's", &of_keys, NULL, false },
		{ "the acr's", &wiki, "urn:x:key", false },
		{ "the acr's before the client's", &of_keys, "urn:x:plain", true },
		{ "an acr of no service", &wiki, "urn:x:none", true },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_http *h = sign_in(rows[i].client, rows[i].acr, NULL);

		if ((strstr(fake_page(h), "type=\"password\"") != NULL) != rows[i].password)
			fail_msg("%s: %s", rows[i].name, fake_page(h));
		assert_non_null(strstr(fake_page(h), "name=\"username\""));
		fake_http_free(&h);
	}
}

/* Shown, not locked: it may be somebody else who sits there. */
static void
who_is_to_prove_more_finds_the_name_filled_in(void **state)
{
	struct ac_http *h = sign_in(&wiki, "urn:x:plain", "al\"ice");

	(void)state;
	assert_non_null(strstr(fake_page(h), "required value=\"al&quot;ice\""));
	assert_null(strstr(fake_page(h), "readonly"));
	assert_null(strstr(fake_page(h), "disabled"));
	fake_http_free(&h);
	h = sign_in(&wiki, NULL, NULL);
	assert_null(strstr(fake_page(h), "required value="));
	fake_http_free(&h);
}

static struct ac_http *
refuse(const char *contact)
{
	const struct authcode_interaction i = {
		.transaction = "t", .csrf = "c", .client = &wiki, .user_name = "alice"
	};
	const struct authcode_response response = {
		.kind = AUTHCODE_RESPONSE_REFUSED,
		.status = 403,
		.refusal = { .error = "access_denied",
			     .description = "this account may not use this application" },
		.interaction = &i,
	};
	struct ac_http *h = fake_http_new();

	fake_log_clear();
	config.contact = contact;
	h->peer = "192.0.2.7";
	ac_respond(&app, h, &response);
	config.contact = NULL;
	return h;
}

static void
who_may_not_use_an_application_learns_whom_to_ask(void **state)
{
	struct ac_http *h = refuse("the help desk");

	(void)state;
	assert_int_equal(h->status, 403);
	assert_int_equal(h->replies, 1);
	assert_non_null(strstr(fake_page(h), "ask <bdi>the help desk</bdi>"));
	assert_non_null(strstr(fake_page(h), "alice"));
	assert_non_null(strstr(fake_page(h), "The Wiki"));
	fake_http_free(&h);
	h = refuse(NULL);
	assert_null(strstr(fake_page(h), "help desk"));
	assert_non_null(strstr(fake_page(h), "ask the people who run"));
	fake_http_free(&h);
}

/* AZ-38: the client is told, by the one button there is. */
static void
the_only_way_from_there_is_back_to_the_client(void **state)
{
	struct ac_http *h = refuse(NULL);
	const char *button = strstr(fake_page(h), "<button ");

	(void)state;
	assert_non_null(button);
	assert_null(strstr(button + 1, "<button "));
	assert_non_null(strstr(button, "name=\"decision\" value=\"deny\">Back to "));
	assert_non_null(strstr(fake_page(h), "action=\"/consent\""));
	assert_non_null(strstr(fake_page(h), "name=\"txn\" value=\"t\""));
	assert_non_null(strstr(fake_page(h), "name=\"csrf\" value=\"c\""));
	assert_null(strstr(fake_page(h), "value=\"allow\""));
	fake_http_free(&h);
}

static void
the_refusal_is_in_the_log_with_client_and_user(void **state)
{
	struct ac_http *h = refuse(NULL);

	(void)state;
	assert_true(fake_log_contains("authorization refused rhost=192.0.2.7 reason=not_allowed "
				      "client=wiki user=alice"));
	fake_http_free(&h);
}

static int
group_setup(void **state)
{
	(void)state;
	return pages_begin(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_that_asks_for_itself_has_a_page_without_password),
		cmocka_unit_test(who_is_to_prove_more_finds_the_name_filled_in),
		cmocka_unit_test(who_may_not_use_an_application_learns_whom_to_ask),
		cmocka_unit_test(the_only_way_from_there_is_back_to_the_client),
		cmocka_unit_test(the_refusal_is_in_the_log_with_client_and_user),
	};

	return cmocka_run_group_tests_name("pages_account", tests, group_setup, pages_end);
}
