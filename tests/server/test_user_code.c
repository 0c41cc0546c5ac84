/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/user_code.h and server/delay.h: wrong codes of devices are counted per
 * browser and per address, told late, and from the limit on not looked up (DV-03,
 * RFC 8628 §5.1). The protocol is a fake that says what it is told to.
 */
#include "server/user_code.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_http.h"
#include "server/clock.h"
#include "server/config.h"
#include "server/delay.h"
#include "server/pages.h"
#include "server/protocol_route.h"
#include "server/throttle.h"

#define BROWSER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"
#define DELAY_MS 50
#define PER_BROWSER 3
#define PER_ADDRESS 5
#define HELD 4

static const struct ac_config config = {
	.issuer = "https://sso.example.org",
	.issuer_path = "",
	.pam_service = "authcode",
};
static struct ac_app app = { .config = &config };
static char dir[64];
static int dir_fd;
static unsigned looked_up;

/* --- the protocol -------------------------------------------------------- */

static struct authcode_response answer;

static void
wrong(void)
{
	answer = (struct authcode_response){ .kind = AUTHCODE_RESPONSE_USER_CODE,
					     .status = 200,
					     .refusal.error = "invalid_grant" };
}

static void
right(void)
{
	answer = (struct authcode_response){ .kind = AUTHCODE_RESPONSE_REDIRECT, .status = 303 };
}

enum ac_step
ac_protocol_start(struct ac_app *a, struct ac_http *h)
{
	(void)a;
	looked_up++;
	ac_http_reply(h, AC_REPLY_PAGE, answer.status, "looked up", 9);
	return AC_STEP_REPLY;
}

enum ac_step
ac_protocol_resumed(struct ac_app *a, struct ac_http *h)
{
	(void)a;
	(void)h;
	fail_msg("nothing of the protocol's waits");
	return AC_STEP_REPLY;
}

const struct authcode_response *
ac_protocol_response(const struct ac_http *h)
{
	(void)h;
	return &answer;
}

/* --- the world ----------------------------------------------------------- */

static int
set_up(void **state)
{
	static const struct ac_throttle_limits limits = {
		.guesses = { [AC_BUCKET_USER_CODE] = PER_BROWSER,
			     [AC_BUCKET_USER_CODE_ADDRESS] = PER_ADDRESS },
	};
	static const uint8_t key[AC_MAC_LEN] = { 1 };

	(void)state;
	assert_int_equal(ac_pages_new(app.config, &app.pages, NULL), AUTHCODE_OK);
	snprintf(dir, sizeof(dir), "/tmp/authcode-codes-XXXXXX");
	assert_non_null(mkdtemp(dir));
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(ac_throttle_open(dir_fd, key, &limits, &app.throttle), AUTHCODE_OK);
	assert_int_equal(ac_delay_new(DELAY_MS, HELD, &app.delay), AUTHCODE_OK);
	looked_up = 0;
	wrong();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	ac_delay_free(&app.delay);
	ac_throttle_close(&app.throttle);
	assert_int_equal(unlinkat(dir_fd, "guesses", 0), 0);
	(void)close(dir_fd);
	(void)rmdir(dir);
	ac_pages_free(&app.pages);
	return 0;
}

static struct ac_http *
request(const char *browser, const char *peer)
{
	struct ac_http *h = fake_http_new();

	h->method = AUTHCODE_METHOD_POST;
	h->path = "/device";
	h->body = "user_code=BCDF-GHJK";
	h->content_type = "application/x-www-form-urlencoded";
	h->cookie_name[0] = "__Host-authcode-browser";
	h->cookie_value[0] = browser;
	h->peer = peer;
	return h;
}

/* True: it was looked up. Otherwise it was 429, at once. */
static bool
try_code(const char *browser, const char *peer)
{
	struct ac_http *h = request(browser, peer);
	unsigned before = looked_up;
	enum ac_step step = ac_user_code_start(&app, h);

	if (step == AC_STEP_WAIT) {
		assert_true(fake_wait_resumed(h, 0));
		assert_int_equal(ac_user_code_resumed(&app, h), AC_STEP_REPLY);
	}
	if (looked_up == before) {
		assert_int_equal(step, AC_STEP_REPLY);
		assert_int_equal(h->status, 429);
		assert_in_range(atol(fake_reply_header(h, "Retry-After")), 1, 15 * 60);
		assert_true(fake_log_contains("reason=throttled"));
	}
	fake_http_free(&h);
	return looked_up != before;
}

/* --- tests --------------------------------------------------------------- */

static void
wrong_codes_of_one_browser_are_limited(void **state)
{
	(void)state;
	for (int i = 0; i < PER_BROWSER; i++)
		assert_true(try_code(BROWSER, "192.0.2.1"));
	assert_false(try_code(BROWSER, "192.0.2.2"));
	assert_false(try_code(BROWSER, "192.0.2.3"));
	/* Somebody else's is none of it. */
	assert_true(try_code(OTHER, "192.0.2.4"));
	ac_throttle_advance(app.throttle, AC_THROTTLE_WINDOW_MS / PER_BROWSER);
	assert_true(try_code(BROWSER, "192.0.2.3"));
	assert_false(try_code(BROWSER, "192.0.2.3"));
}

/* A browser that throws its cookie away is the same address. */
static void
wrong_codes_of_one_address_are_limited(void **state)
{
	(void)state;
	for (int i = 0; i < PER_ADDRESS; i++)
		assert_true(try_code(i % 2 == 0 ? NULL : "not-of-our-form", "2001:db8::1"));
	assert_false(try_code(NULL, "2001:db8::1"));
	assert_false(try_code(NULL, "2001:db8::ffff")); /* one /64 */
	assert_false(try_code(BROWSER, "2001:db8::1"));
	assert_true(try_code(NULL, "2001:db8:0:1::1"));
}

static void
peers_without_an_address_are_counted_together(void **state)
{
	(void)state;
	for (int i = 0; i < PER_ADDRESS; i++)
		assert_true(try_code(NULL, ""));
	assert_false(try_code(NULL, ""));
}

static void
a_right_code_and_a_request_that_is_none_cost_nothing(void **state)
{
	(void)state;
	right();
	for (int i = 0; i < 3 * PER_ADDRESS; i++)
		assert_true(try_code(BROWSER, "192.0.2.1"));
	answer = (struct authcode_response){ .kind = AUTHCODE_RESPONSE_PAGE, .status = 400 };
	for (int i = 0; i < 3 * PER_ADDRESS; i++)
		assert_true(try_code(BROWSER, "192.0.2.1"));
	wrong();
	for (int i = 0; i < PER_BROWSER; i++)
		assert_true(try_code(BROWSER, "192.0.2.1"));
	/* Beyond the limit the right one is refused as well: nothing is looked up. */
	right();
	assert_false(try_code(BROWSER, "192.0.2.1"));
}

static void
the_form_itself_is_not_counted(void **state)
{
	(void)state;
	for (int i = 0; i < 3 * PER_ADDRESS; i++) {
		struct ac_http *h = request(BROWSER, "192.0.2.1");

		h->method = AUTHCODE_METHOD_GET;
		assert_int_equal(ac_user_code_start(&app, h), AC_STEP_REPLY);
		fake_http_free(&h);
	}
	assert_int_equal(looked_up, 3 * PER_ADDRESS);
}

static void
a_wrong_code_is_told_late_and_a_right_one_at_once(void **state)
{
	struct ac_http *h = request(BROWSER, "192.0.2.1");
	int64_t began_ms = ac_clock_monotonic_ms();

	(void)state;
	assert_int_equal(ac_user_code_start(&app, h), AC_STEP_WAIT);
	assert_true(fake_wait_resumed(h, 0));
	assert_true(ac_clock_monotonic_ms() - began_ms >= DELAY_MS);
	assert_int_equal(ac_user_code_resumed(&app, h), AC_STEP_REPLY);
	assert_int_equal(h->status, 200);
	assert_int_equal(h->replies, 1);
	fake_http_free(&h);
	right();
	h = request(BROWSER, "192.0.2.1");
	assert_int_equal(ac_user_code_start(&app, h), AC_STEP_REPLY);
	assert_int_equal(h->status, 303);
	fake_http_free(&h);
}

static void
without_room_or_time_nobody_is_held(void **state)
{
	struct ac_delay *delay = NULL;
	struct ac_http *h[HELD + 1];

	(void)state;
	assert_int_equal(ac_delay_new(600000, HELD, &delay), AUTHCODE_OK);
	for (int i = 0; i <= HELD; i++) {
		h[i] = fake_http_new();
		assert_int_equal(ac_delay_hold(delay, h[i]), i < HELD);
	}
	assert_int_equal(fake_resumes(h[0]), 0);
	/* Who stops the server waits for nobody's ten minutes. */
	ac_delay_drain(delay);
	for (int i = 0; i < HELD; i++)
		assert_true(fake_wait_resumed(h[i], 0));
	assert_false(ac_delay_hold(delay, h[HELD]));
	ac_delay_free(&delay);
	assert_null(delay);
	ac_delay_free(&delay);
	for (int i = 0; i <= HELD; i++) {
		assert_int_equal(fake_resumes(h[i]), i < HELD ? 1 : 0);
		fake_http_free(&h[i]);
	}
	assert_int_equal(ac_delay_new(0, HELD, &delay), AUTHCODE_OK);
	h[0] = fake_http_new();
	assert_false(ac_delay_hold(delay, h[0]));
	ac_delay_free(&delay);
	fake_http_free(&h[0]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wrong_codes_of_one_browser_are_limited),
		TEST(wrong_codes_of_one_address_are_limited),
		TEST(peers_without_an_address_are_counted_together),
		TEST(a_right_code_and_a_request_that_is_none_cost_nothing),
		TEST(the_form_itself_is_not_counted),
		TEST(a_wrong_code_is_told_late_and_a_right_one_at_once),
		TEST(without_room_or_time_nobody_is_held),
	};

	return cmocka_run_group_tests_name("user code", tests, NULL, NULL);
}
