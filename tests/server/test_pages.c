/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/pages.h: what people see, with values chosen by an enemy.
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

#include "base/limits.h"
#include "drawn_pages.h"
#include "server/page_words.h"

#define HOSTILE "zz<script>alert(1)</script>\" onx='`\xff\x1b&zz"
#define ESCAPED                                                                                    \
	"zz&lt;script&gt;alert(1)&lt;/script&gt;&quot; "                                           \
	"onx=&#39;&#96;\xef\xbf\xbd\xef\xbf\xbd&amp;zz"

static const struct ac_config config = {
	.issuer = "https://sso.example.org:8443/auth",
	.issuer_path = "/auth",
	.pam_service = "authcode",
	.contact = HOSTILE,
};

static const struct authcode_client client = { .id = "app", .name = HOSTILE };
static const char *const hostile_scopes[] = { "openid", HOSTILE };

static struct authcode_interaction
interaction(void)
{
	return (struct authcode_interaction){
		.transaction = HOSTILE,
		.csrf = HOSTILE,
		.client = &client,
		.user_name = HOSTILE,
		.scopes = hostile_scopes,
		.scope_count = 2,
	};
}

static void
draw_sign_in(struct ac_http *h)
{
	struct authcode_interaction i = interaction();

	i.notice = AUTHCODE_NOTICE_FAILED;
	ac_page_sign_in(&app, h, &i);
}

static void
draw_consent(struct ac_http *h)
{
	struct authcode_interaction i = interaction();

	ac_page_consent(&app, h, &i);
}

static void
draw_accounts(struct ac_http *h)
{
	struct authcode_interaction i = interaction();

	ac_page_accounts(&app, h, &i);
}

static void
draw_refused(struct ac_http *h)
{
	struct authcode_interaction i = interaction();

	ac_page_refused(&app, h, &i);
}

static void
draw_logout(struct ac_http *h)
{
	struct authcode_interaction i = interaction();

	ac_page_logout(&app, h, &i);
}

static void
draw_logout_of_nobody(struct ac_http *h)
{
	struct authcode_interaction i = interaction();

	i.client = NULL;
	ac_page_logout(&app, h, &i);
}

static void
draw_logged_out(struct ac_http *h)
{
	ac_page_logged_out(&app, h);
}

static void
draw_prompt(struct ac_http *h)
{
	static const struct ac_page_message messages[] = { { HOSTILE, true }, { HOSTILE, false } };
	const struct ac_page_prompt prompt = {
		.transaction = HOSTILE,
		.csrf = HOSTILE,
		.login = HOSTILE,
		.nonce = HOSTILE,
		.client_name = HOSTILE,
		.text = HOSTILE,
		.messages = messages,
		.message_count = 2,
	};

	ac_page_prompt(&app, h, &prompt);
}

static void
draw_error(struct ac_http *h)
{
	ac_page_error(&app, h, 400, HOSTILE, HOSTILE);
}

static void
draw_wait(struct ac_http *h)
{
	ac_page_wait(&app, h, HOSTILE, HOSTILE, FAKE_TXN_TEXT);
}

static void
draw_told(struct ac_http *h)
{
	const struct ac_page_message messages[] = { { HOSTILE, false }, { HOSTILE, true } };

	ac_page_told(&app, h,
		     &(struct ac_page_told){ .client_name = HOSTILE,
					     .url = HOSTILE,
					     .messages = messages,
					     .message_count = AC_ARRAY_SIZE(messages) });
}

static void
draw_user_code(struct ac_http *h)
{
	const struct authcode_interaction i = { .user_code = HOSTILE };

	ac_page_user_code(&app, h, &i, true);
}

static void
draw_device(struct ac_http *h)
{
	struct authcode_interaction i = interaction();

	i.user_code = HOSTILE;
	ac_page_device(&app, h, &i);
}

static void
draw_device_done(struct ac_http *h)
{
	const struct authcode_interaction i = { .client = &client };

	ac_page_device_done(&app, h, &i);
}

static const struct {
	const char *name;
	void (*draw)(struct ac_http *h);
	unsigned status;
	size_t hostile; /* how often the value is shown */
	const char *action;
} pages[] = {
	{ "sign-in", draw_sign_in, 200, 4, "action=\"/auth/login\"" },
	{ "consent", draw_consent, 200, 5, "action=\"/auth/consent\"" },
	{ "accounts", draw_accounts, 200, 4, "action=\"/auth/consent\"" },
	{ "refused", draw_refused, 403, 6, "action=\"/auth/consent\"" },
	{ "logout", draw_logout, 200, 4, "action=\"/auth/logout/confirm\"" },
	{ "logout that no client asks for", draw_logout_of_nobody, 200, 3,
	  "action=\"/auth/logout/confirm\"" },
	{ "logged out", draw_logged_out, 200, 0, NULL },
	{ "prompt", draw_prompt, 200, 8, "action=\"/auth/prompt\"" },
	{ "error", draw_error, 400, 2, NULL },
	{ "wait", draw_wait, 200, 2, NULL },
	{ "told", draw_told, 200, 4, NULL },
	{ "user code", draw_user_code, 200, 1, "action=\"/auth/device\"" },
	{ "device", draw_device, 200, 6, "action=\"/auth/consent\"" },
	{ "device done", draw_device_done, 200, 1, NULL },
};

/* LS-06, threat 19 */
static void
no_page_lets_a_value_out_of_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(pages); i++) {
		struct ac_http *h = fake_http_new();

		pages[i].draw(h);
		assert_int_equal(h->replies, 1);
		assert_int_equal(h->kind, AC_REPLY_PAGE);
		assert_int_equal(h->status, pages[i].status);
		if (count(fake_page(h), ESCAPED) != pages[i].hostile ||
		    count(fake_page(h), "zz") != 2 * pages[i].hostile ||
		    strstr(fake_page(h), "<script") != NULL ||
		    strchr(fake_page(h), '\x1b') != NULL || strchr(fake_page(h), '`') != NULL)
			fail_msg("%s: %s", pages[i].name, fake_page(h));
		fake_http_free(&h);
	}
}

/* AZ-44: nothing from elsewhere, no script, one heading, a language. */
static void
every_page_is_one_plain_document(void **state)
{
	static const char *const once[] = {
		"<!DOCTYPE html>\n<html lang=\"en\">",
		"<h1>",
		"</h1>",
		"<main>",
		"</html>\n",
		"<title>",
		"sso.example.org:8443</title>",
		"<link rel=\"stylesheet\" href=\"/auth/assets/style.css\">",
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
	};
	static const char *const never[] = { "http:",   "https:",  "src=", "style=", "javascript:",
					     "onclick", "<iframe", "{{",   "}}",     "href=\"//" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(pages); i++) {
		struct ac_http *h = fake_http_new();

		pages[i].draw(h);
		for (size_t n = 0; n < AC_ARRAY_SIZE(once); n++) {
			if (count(fake_page(h), once[n]) != 1)
				fail_msg("%s: not once: %s", pages[i].name, once[n]);
		}
		for (size_t n = 0; n < AC_ARRAY_SIZE(never); n++) {
			if (strstr(fake_page(h), never[n]) != NULL)
				fail_msg("%s: holds %s", pages[i].name, never[n]);
		}
		assert_int_equal(count(fake_page(h), "<form"), pages[i].action != NULL ? 1 : 0);
		assert_int_equal(count(fake_page(h), "<form method=\"post\" "),
				 pages[i].action != NULL ? 1 : 0);
		if (pages[i].action != NULL)
			assert_non_null(strstr(fake_page(h), pages[i].action));
		fake_http_free(&h);
	}
}

/* Each value of attribute must be an id of the page, once. */
static void
check_references(const char *name, const char *page, const char *attribute)
{
	for (const char *at = page; (at = strstr(at, attribute)) != NULL;) {
		char id[64], wanted[80];

		at += strlen(attribute);
		snprintf(id, sizeof(id), "%.*s", (int)strcspn(at, "\""), at);
		snprintf(wanted, sizeof(wanted), " id=\"%s\"", id);
		if (count(page, wanted) != 1)
			fail_msg("%s: %s%s\" names no element", name, attribute, id);
	}
}

static void
labels_and_descriptions_name_elements_that_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(pages); i++) {
		struct ac_http *h = fake_http_new();

		pages[i].draw(h);
		check_references(pages[i].name, fake_page(h), " for=\"");
		check_references(pages[i].name, fake_page(h), " aria-describedby=\"");
		check_references(pages[i].name, fake_page(h), " aria-labelledby=\"");
		/* Every field that can be seen has a label. */
		assert_int_equal(count(fake_page(h), "<input "),
				 count(fake_page(h), "type=\"hidden\"") +
					 count(fake_page(h), "<label for="));
		fake_http_free(&h);
	}
}

static void
sign_in_shows_each_notice_by_its_sentence(void **state)
{
	(void)state;
	for (enum authcode_notice n = 0; n < AUTHCODE_NOTICE_COUNT; n++) {
		struct ac_http *h = fake_http_new();
		struct authcode_interaction i = interaction();

		i.notice = n;
		ac_page_sign_in(&app, h, &i);
		assert_int_equal(count(fake_page(h), "role=\"alert\""),
				 n == AUTHCODE_NOTICE_NONE ? 0 : 1);
		if (n != AUTHCODE_NOTICE_NONE)
			assert_non_null(strstr(fake_page(h), ac_notice_words(n)->text));
		assert_int_equal(count(fake_page(h), "<title>Error: "),
				 n == AUTHCODE_NOTICE_FAILED || n == AUTHCODE_NOTICE_BUSY ? 1 : 0);
		fake_http_free(&h);
	}
	assert_null(ac_notice_words(AUTHCODE_NOTICE_COUNT)->text);
	assert_null(ac_notice_words((enum authcode_notice) - 1)->text);
}

/* The first button is what Enter presses; Cancel needs no filled field (AZ-38). */
static void
sign_in_offers_a_way_out_that_is_not_the_default(void **state)
{
	struct ac_http *h = fake_http_new();
	const char *first, *second;

	(void)state;
	draw_sign_in(h);
	first = strstr(fake_page(h), "<button ");
	assert_non_null(first);
	assert_int_equal(strncmp(first, "<button type=\"submit\" class=\"primary\">Sign in<", 46),
			 0);
	second = strstr(first + 1, "<button ");
	assert_non_null(second);
	assert_non_null(strstr(second, "name=\"decision\" value=\"deny\" formnovalidate>Cancel<"));
	assert_non_null(strstr(fake_page(h), "autocomplete=\"username\""));
	assert_non_null(strstr(fake_page(h), "autocomplete=\"current-password\""));
	fake_http_free(&h);
}

static void
consent_names_every_scope_in_words_or_by_its_value(void **state)
{
	static const char *const known[] = { "openid", "profile", "email",         "groups",
					     "phone",  "address", "offline_access" };
	struct authcode_interaction i = interaction();
	struct ac_http *h = fake_http_new();

	(void)state;
	i.scopes = known;
	i.scope_count = AC_ARRAY_SIZE(known);
	ac_page_consent(&app, h, &i);
	assert_int_equal(count(fake_page(h), "<li>"), AC_ARRAY_SIZE(known));
	for (size_t n = 0; n < AC_ARRAY_SIZE(known); n++)
		assert_non_null(strstr(fake_page(h), ac_scope_words(known[n])));
	assert_int_equal(count(fake_page(h), "<code>"), 0);
	assert_int_equal(count(fake_page(h), "value=\"allow\""), 1);
	assert_int_equal(count(fake_page(h), "value=\"deny\""), 1);
	fake_http_free(&h);

	h = fake_http_new();
	i.scope_count = 0;
	ac_page_consent(&app, h, &i);
	assert_null(strstr(fake_page(h), "<li>"));
	assert_null(strstr(fake_page(h), "<ul"));
	fake_http_free(&h);
}

static void
consent_names_every_resource_and_hides_none(void **state)
{
	const char *names[AC_MAX_RESOURCES + 1] = { "The API", HOSTILE };
	struct authcode_interaction i = interaction();
	struct ac_http *h = fake_http_new();

	(void)state;
	for (size_t n = 2; n < AC_ARRAY_SIZE(names); n++)
		names[n] = "another";
	i.resources = names;
	i.resource_count = 2;
	ac_page_consent(&app, h, &i);
	assert_int_equal(count(fake_page(h), "<li>"), i.scope_count + 2);
	assert_int_equal(count(fake_page(h), "<li><bdi>The API</bdi></li>"), 1);
	assert_int_equal(count(fake_page(h), "<li><bdi>" ESCAPED "</bdi></li>"), 1);
	fake_http_free(&h);

	h = fake_http_new();
	i.resource_count = AC_ARRAY_SIZE(names);
	ac_page_consent(&app, h, &i);
	assert_int_equal(h->status, 500);
	assert_null(strstr(fake_page(h), "Allow"));
	fake_http_free(&h);
}

static void
consent_never_hides_a_scope_it_has_no_room_for(void **state)
{
	struct authcode_interaction i = interaction();
	struct ac_http *h = fake_http_new();
	const char **many = calloc(600, sizeof(*many));

	(void)state;
	assert_non_null(many);
	for (size_t n = 0; n < 600; n++)
		many[n] = "x";
	i.scopes = many;
	i.scope_count = 600;
	ac_page_consent(&app, h, &i);
	assert_int_equal(h->status, 500);
	assert_null(strstr(fake_page(h), "Allow"));
	free(many);
	fake_http_free(&h);
}

static void
prompt_follows_echo_and_the_words_of_the_question(void **state)
{
	static const struct {
		const char *text;
		bool echo;
		const char *type, *autocomplete, *label;
	} rows[] = {
		{ "Password: ", false, "password", "current-password", ">Password<" },
		{ "New password:", false, "password", "new-password", ">New password<" },
		{ "Retype new password: ", false, "password", "new-password",
		  ">Retype new password<" },
		{ "One-time code: ", true, "text", "one-time-code", ">One-time code<" },
		{ "OTP", false, "password", "one-time-code", ">OTP<" },
		{ "Favourite colour?", true, "text", "off", ">Favourite colour?<" },
		{ "Password hint?", true, "text", "off", ">Password hint?<" },
		{ "", false, "password", "off", ">Answer<" },
		{ " : ", true, "text", "off", ">Answer<" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_page_prompt prompt = {
			.transaction = "t",
			.csrf = "c",
			.login = "l",
			.nonce = "n",
			.client_name = "App",
			.text = rows[i].text,
			.echo = rows[i].echo,
		};
		struct ac_http *h = fake_http_new();
		char expected[128];

		ac_page_prompt(&app, h, &prompt);
		snprintf(expected, sizeof(expected),
			 "name=\"answer\" type=\"%s\" autocomplete=\"%s\"", rows[i].type,
			 rows[i].autocomplete);
		if (strstr(fake_page(h), expected) == NULL ||
		    strstr(fake_page(h), rows[i].label) == NULL)
			fail_msg("%s: %s", rows[i].text, fake_page(h));
		assert_null(strstr(fake_page(h), "messages"));
		fake_http_free(&h);
	}
}

static void
prompt_holds_the_longest_conversation_and_no_longer_one(void **state)
{
	struct ac_page_message messages[AC_WIRE_MAX_MESSAGES + 1];
	struct ac_page_prompt prompt = { .transaction = "t",
					 .csrf = "c",
					 .login = "l",
					 .nonce = "n",
					 .text = "p",
					 .client_name = "App" };
	char text[AC_WIRE_MAX_TEXT + 1];
	struct ac_http *h = fake_http_new();

	(void)state;
	memset(text, '"', AC_WIRE_MAX_TEXT);
	text[AC_WIRE_MAX_TEXT] = '\0';
	for (size_t i = 0; i < AC_ARRAY_SIZE(messages); i++)
		messages[i] = (struct ac_page_message){ text, true };
	prompt.messages = messages;
	prompt.text = text;
	prompt.message_count = AC_WIRE_MAX_MESSAGES;
	ac_page_prompt(&app, h, &prompt);
	assert_int_equal(h->status, 200);
	assert_int_equal(count(fake_page(h), "role=\"alert\""), AC_WIRE_MAX_MESSAGES);
	prompt.message_count++;
	ac_page_prompt(&app, h, &prompt);
	assert_int_equal(h->status, 500);
	fake_http_free(&h);
}

#define NUMBER_SHOWN "Request <code>" FAKE_TXN_TEXT "</code>"

/* A person who is stuck can tell it to an administrator (authcodectl explain). */
static void
what_has_failed_has_a_number_and_nothing_else_has(void **state)
{
	static const struct {
		const char *name;
		int64_t attempt;
		bool has_message, is_error;
		unsigned sign_in, prompt;
	} rows[] = {
		{ "nothing said, nothing tried", 0, false, false, 0, 0 },
		{ "an attempt", FAKE_TXN, false, false, 1, 0 },
		{ "a hint", 0, true, false, 0, 0 },
		{ "an error", FAKE_TXN, true, true, 1, 1 },
	};

	(void)state;
	for (size_t n = 0; n < AC_ARRAY_SIZE(rows); n++) {
		const struct ac_page_message message = { "m", rows[n].is_error };
		const struct ac_page_prompt prompt = { .transaction = "t",
						       .csrf = "c",
						       .login = "l",
						       .nonce = "n",
						       .client_name = "App",
						       .text = "p",
						       .request = FAKE_TXN_TEXT,
						       .messages = &message,
						       .message_count = rows[n].has_message };
		struct authcode_interaction i = interaction();
		struct ac_http *h = fake_http_new();

		i.notice = AUTHCODE_NOTICE_FAILED;
		i.attempt = rows[n].attempt;
		ac_page_sign_in(&app, h, &i);
		if (count(fake_page(h), NUMBER_SHOWN) != rows[n].sign_in ||
		    count(fake_page(h), "Request <code>") != rows[n].sign_in)
			fail_msg("%s: %s", rows[n].name, fake_page(h));
		ac_page_prompt(&app, h, &prompt);
		if (count(fake_page(h), NUMBER_SHOWN) != rows[n].prompt ||
		    count(fake_page(h), "Request <code>") != rows[n].prompt)
			fail_msg("%s: %s", rows[n].name, fake_page(h));
		fake_http_free(&h);
	}
}

static void
an_error_has_the_number_of_what_it_is_about(void **state)
{
	struct ac_page_failure failure = { .status = 503, .error = "temporarily_unavailable" };
	struct ac_http *h = fake_http_new();

	(void)state;
	ac_page_failure(&app, h, &failure); /* of this request */
	assert_int_equal(count(fake_page(h), NUMBER_SHOWN), 1);
	failure.request = "32yfwnm000777";
	ac_page_failure(&app, h, &failure);
	assert_int_equal(count(fake_page(h), "Request <code>32yfwnm000777</code>"), 1);
	assert_int_equal(count(fake_page(h), FAKE_TXN_TEXT), 0);
	ac_page_wait(&app, h, "App", "/prompt", "32yfwnm000778"); /* a module hangs */
	assert_int_equal(count(fake_page(h), "Request <code>32yfwnm000778</code>"), 1);
	fake_http_free(&h);
}

static void
errors_say_what_to_do_and_show_their_code(void **state)
{
	static const struct {
		unsigned status;
		const char *error, *title;
	} rows[] = {
		{ 400, "invalid_request", "<h1>This request cannot be accepted</h1>" },
		{ 403, "password_change_required",
		  "<h1>Your password has to be changed first</h1>" },
		{ 404, "not_found", "<h1>There is no such page</h1>" },
		{ 503, "temporarily_unavailable",
		  "<h1>Signing in is not possible at this moment</h1>" },
		{ 500, "server_error", "<h1>Something went wrong on this server</h1>" },
		{ 502, "unheard_of", "<h1>Something went wrong on this server</h1>" },
		{ 418, "unheard_of", "<h1>This request cannot be accepted</h1>" },
		{ 500, NULL, "<h1>Something went wrong on this server</h1>" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_http *h = fake_http_new();

		ac_page_error(&app, h, rows[i].status, rows[i].error, NULL);
		assert_int_equal(h->status, rows[i].status);
		assert_non_null(strstr(fake_page(h), rows[i].title));
		if (rows[i].error != NULL)
			assert_non_null(strstr(fake_page(h), rows[i].error));
		assert_null(strstr(fake_page(h), "Details"));
		fake_http_free(&h);
	}
}

static void
the_wait_page_asks_again_by_itself_and_no_other_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(pages); i++) {
		struct ac_http *h = fake_http_new();

		pages[i].draw(h);
		assert_int_equal(count(fake_page(h), "<meta http-equiv=\"refresh\" content=\"0\">"),
				 pages[i].draw == draw_wait ? 1 : 0);
		fake_http_free(&h);
	}
}

static void
an_issuer_that_is_no_url_stops_the_start(void **state)
{
	static const struct ac_config bad = { .issuer = "nonsense", .issuer_path = "" };
	struct ac_pages *made = NULL;

	(void)state;
	assert_int_equal(ac_pages_new(&bad, &made, NULL), AUTHCODE_ERR_CONFIG);
	assert_null(made);
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
		cmocka_unit_test(no_page_lets_a_value_out_of_its_place),
		cmocka_unit_test(every_page_is_one_plain_document),
		cmocka_unit_test(labels_and_descriptions_name_elements_that_exist),
		cmocka_unit_test(sign_in_shows_each_notice_by_its_sentence),
		cmocka_unit_test(sign_in_offers_a_way_out_that_is_not_the_default),
		cmocka_unit_test(consent_names_every_scope_in_words_or_by_its_value),
		cmocka_unit_test(consent_names_every_resource_and_hides_none),
		cmocka_unit_test(consent_never_hides_a_scope_it_has_no_room_for),
		cmocka_unit_test(prompt_follows_echo_and_the_words_of_the_question),
		cmocka_unit_test(prompt_holds_the_longest_conversation_and_no_longer_one),
		cmocka_unit_test(what_has_failed_has_a_number_and_nothing_else_has),
		cmocka_unit_test(an_error_has_the_number_of_what_it_is_about),
		cmocka_unit_test(errors_say_what_to_do_and_show_their_code),
		cmocka_unit_test(the_wait_page_asks_again_by_itself_and_no_other_does),
		cmocka_unit_test(an_issuer_that_is_no_url_stops_the_start),
	};

	return cmocka_run_group_tests_name("pages", tests, set_up, pages_end);
}
