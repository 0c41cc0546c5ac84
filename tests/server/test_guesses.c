/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The throttle in front of PAM through the handlers (T13): what spends, what is
 * given back, and that nothing gets past it.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "login_world.h"

static struct world w;
static char login[AC_LOGIN_LEN + 1], nonce[AC_QUESTION_LEN + 1];
static char dir[64];
static int dir_fd;
static unsigned pages; /* sent so far: each attempt has one of its own */

/* Was POST /login taken? Otherwise it was 429. */
static bool
taken(struct ac_http *h)
{
	login_of(h, login);
	if (login[0] == '\0') {
		assert_int_equal(h->status, 429);
		assert_in_range(atol(fake_reply_header(h, "Retry-After")), 1, 15 * 60);
		assert_true(fake_log_wait("reason=throttled"));
	}
	fake_http_free(&h);
	return login[0] != '\0';
}

static bool
enter(const char *user, const char *password)
{
	char txn[16];

	snprintf(txn, sizeof(txn), "txn:%u", ++pages);
	return taken(post_login(&w, ALICE, txn, user, password));
}

static bool
enter_from(const char *peer, const char *user)
{
	struct ac_http *h = fake_http_new();
	char body[128];

	pages++;
	snprintf(body, sizeof(body), "txn=txn:%u&csrf=csrf-txn:%u&username=%s&password=wrong",
		 pages, pages, user);
	h->method = AUTHCODE_METHOD_POST;
	h->path = "/login";
	h->body = body;
	h->content_type = "application/x-www-form-urlencoded";
	h->cookie_name[0] = "__Host-authcode-browser";
	h->cookie_value[0] = ALICE;
	h->peer = peer;
	assert_int_equal(ac_login_post(&w.app, h), AC_STEP_REPLY);
	return taken(h);
}

static void
see_the_end(unsigned status)
{
	struct ac_http *h = get_prompt(&w, ALICE, login, "txn:1");

	assert_int_equal(h->status, status);
	fake_http_free(&h);
}

static void
deny(unsigned i)
{
	assert_true(script_wait_gos(i, 1));
	script_result(i, AC_VERDICT_DENIED, NULL);
	see_the_end(303);
}

/* A whole attempt that the next helper denies. */
static void
fail_once(const char *user)
{
	unsigned i = script_started();

	assert_true(enter(user, "wrong"));
	deny(i);
}

static void
fail_once_from(const char *peer, const char *user)
{
	unsigned i = script_started();

	assert_true(enter_from(peer, user));
	deny(i);
}

static void
beyond_the_limit_no_helper_is_started(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++)
		fail_once("alice");
	for (unsigned i = 0; i < 20; i++)
		assert_false(enter("alice", "secret"));
	assert_int_equal(script_started(), 3);
	fail_once("bob"); /* others are not concerned */
}

static void
an_address_has_its_limit_over_all_names(void **state)
{
	char name[8];

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		fail_once(name);
	}
	assert_false(enter("another", "secret"));
	assert_int_equal(script_started(), 6);
}

/* Whoever has one address of a /64 has all of them. */
static void
an_ipv6_network_has_one_limit(void **state)
{
	static const char *const network[] = { "2001:db8:0:1::1", "2001:db8:0:1:ffff::2" };
	char name[8];

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		fail_once_from(network[i % 2], name);
	}
	assert_false(enter_from("2001:db8:0:1:aaaa::3", "another"));
	assert_int_equal(script_started(), 6);
	fail_once_from("2001:db8:0:2::1", "another"); /* the next network */
	fail_once_from("192.0.2.1", "one-more");
}

static void
what_succeeds_costs_nothing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		assert_true(enter("alice", "secret"));
		assert_true(script_wait_gos(i, 1));
		script_result(i, i % 2 ? AC_VERDICT_OK : AC_VERDICT_CHANGE_DUE, "alice");
		see_the_end(i % 2 ? 303 : 403);
	}
}

static void
what_reaches_no_helper_costs_nothing(void **state)
{
	(void)state;
	script_set(START_UNREACHABLE, true);
	for (unsigned i = 0; i < 12; i++) {
		assert_true(enter("alice", "secret"));
		see_the_end(503);
	}
}

static void
a_helper_that_never_began_costs_nothing(void **state)
{
	(void)state;
	script_set(START_OK, false);
	for (unsigned i = 0; i < 12; i++) {
		assert_true(enter("alice", "secret"));
		assert_true(script_wait_started(i + 1));
		script_die(i, false);
		see_the_end(503);
	}
}

/* The person has been proved: what the stack makes of each answer is its own. */
static void
changing_a_password_costs_nothing(void **state)
{
	char question[AC_QUESTION_LEN + 1];

	(void)state;
	assert_true(enter("alice", "secret"));
	assert_true(script_wait_gos(0, 1));
	script_change_due(0, "ticket");
	assert_true(script_wait_gos(1, 1));
	for (unsigned i = 0; i < 5; i++) {
		struct ac_http *h;

		script_prompt(1, "New password: ", false);
		h = get_prompt(&w, ALICE, login, "txn:1");
		nonce_of(h, question);
		fake_http_free(&h);
		h = post_answer(&w, ALICE, login, question, "bad");
		fake_http_free(&h);
		assert_true(script_wait_answers(1, i + 1));
	}
	script_result(1, AC_VERDICT_DENIED, NULL);
	see_the_end(303);
	for (unsigned i = 0; i < 3; i++)
		fail_once("alice");
	assert_false(enter("alice", "secret"));
}

/* Otherwise a guess would be free for who gives up before he is told. */
static void
giving_up_costs_a_guess(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct ac_http *h;
		char body[256];

		assert_true(enter("alice", "wrong"));
		assert_true(script_wait_gos(i, 1));
		snprintf(body, sizeof(body), "txn=txn:1&csrf=csrf-txn:1&login=%s&decision=deny",
			 login);
		h = post(&w, ALICE, "/prompt", body);
		fake_http_free(&h);
		script_result(i, AC_VERDICT_DENIED, NULL); /* the module has worked on */
		assert_true(script_wait_cancelled(i));
	}
	assert_false(enter("alice", "secret"));
}

static void
attempts_at_the_same_moment_are_counted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_true(enter("alice", "wrong"));
	assert_false(enter("alice", "wrong"));
}

static void
what_pam_never_sees_costs_a_guess_too(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_true(enter("alice", ""));
		see_the_end(303);
	}
	assert_false(enter("alice", ""));
	assert_false(enter("alice", "secret"));
}

/* T13: every factor counts. */
static void
each_answer_costs_a_guess(void **state)
{
	(void)state;
	assert_true(enter("alice", "secret"));
	assert_true(script_wait_gos(0, 1));
	for (unsigned i = 0; i < 3; i++) {
		struct ac_http *h;

		script_prompt(0, "Code:", false);
		h = get_prompt(&w, ALICE, login, "txn:1");
		nonce_of(h, nonce);
		fake_http_free(&h);
		h = post_answer(&w, ALICE, login, nonce, "000000");
		fake_http_free(&h);
		if (i < 2)
			assert_true(script_wait_answers(0, i + 1));
	}
	see_the_end(429);
	assert_int_equal(script_answers(0), 2);
	assert_true(script_wait_cancelled(0));
	assert_false(enter("alice", "secret"));
}

/* T13: and it looks like a wrong password, since it tells that they exist. */
static void
spellings_of_one_account_share_its_guesses(void **state)
{
	static const char *const names[] = { "alice", "Alice", "ALICE" };
	unsigned evaluated = 0;

	(void)state;
	script_set(START_OK, false);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(enter(names[i % 3], "wrong"));
		assert_true(script_wait_started(i + 1));
		script_canon(i, "alice");
		if (i < 3) {
			assert_true(script_wait_gos(i, 1));
			script_result(i, AC_VERDICT_DENIED, NULL);
		}
		see_the_end(303);
		evaluated += script_gos(i);
	}
	assert_int_equal(evaluated, 3);
	assert_true(fake_log_wait("reason=throttled"));
}

/* --- known browsers --------------------------------------------------------- */

static void
know_alice(char out[AC_DEVICE_LEN + 1])
{
	assert_true(ac_device_make(w.app.device_key, "alice", INT64_C(1) << 50, out));
}

static void
a_sign_in_makes_the_browser_known(void **state)
{
	uint8_t id[AC_DEVICE_ID_LEN];
	struct ac_http *h;
	const char *set;
	char device[AC_DEVICE_LEN + 1];

	(void)state;
	assert_true(enter("alice", "secret"));
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_OK, "alice");
	h = get_prompt(&w, ALICE, login, "txn:1");
	set = fake_reply_header(h, "Set-Cookie");
	assert_non_null(set);
	assert_memory_equal(set, "__Host-authcode-device=", 23);
	snprintf(device, sizeof(device), "%s", set + 23);
	assert_string_equal(set + 23 + AC_DEVICE_LEN,
			    "; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=31536000");
	assert_true(ac_device_check(w.app.device_key, "alice", device, 0, id));
	fake_http_free(&h);
}

static void
a_stranger_who_hammers_does_not_lock_the_owner_out(void **state)
{
	char device[AC_DEVICE_LEN + 1];
	unsigned i;

	(void)state;
	know_alice(device);
	for (i = 0; i < 2; i++)
		fail_once("alice");
	assert_true(enter("alice", "wrong")); /* and one of his is still at work */
	assert_true(script_wait_gos(i, 1));
	for (unsigned round = 0; round < 5; round++) {
		w.device = NULL;
		assert_false(enter("alice", "wrong"));
		w.device = device;
		assert_true(enter("alice", "secret"));
		i++;
		assert_true(script_wait_started(i + 1));
		if (round == 0) /* one account is one lock, as long as his module works */
			script_result(i - 1, AC_VERDICT_DENIED, NULL);
		assert_true(script_wait_gos(i, 1));
		script_result(i, AC_VERDICT_OK, "alice");
		see_the_end(303);
	}
}

static void
a_known_browser_has_a_limit_of_its_own(void **state)
{
	char device[AC_DEVICE_LEN + 1];

	(void)state;
	know_alice(device);
	w.device = device;
	for (unsigned i = 0; i < 4; i++)
		fail_once("alice");
	assert_false(enter("alice", "secret"));
	/* That of strangers is not touched, and a known browser is no stranger's. */
	w.device = NULL;
	fail_once("alice");
}

static void
a_known_browser_is_known_for_one_name(void **state)
{
	char device[AC_DEVICE_LEN + 1];

	(void)state;
	know_alice(device);
	w.device = device;
	for (unsigned i = 0; i < 3; i++)
		fail_once("bob");
	assert_false(enter("bob", "secret"));
	fail_once("alice");
}

static int
set_up(void **state)
{
	static const uint8_t key[AC_MAC_LEN] = { 1 };
	const struct ac_throttle_limits limits = {
		.guesses = { [AC_BUCKET_NAME] = 3,
			     [AC_BUCKET_CANON] = 3,
			     [AC_BUCKET_KNOWN] = 4,
			     [AC_BUCKET_ADDRESS] = 6 },
	};

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/authcode-guesses.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	world_init(&w);
	w.settings.authenticator.change = &script_changer;
	w.settings.max_per_name = 6; /* here the throttle is to be the limit */
	pages = 0;
	if (ac_throttle_open(dir_fd, key, &limits, &w.settings.throttle) != AUTHCODE_OK)
		return -1;
	world_start(&w);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_stop(&w);
	ac_throttle_close(&w.settings.throttle);
	(void)unlinkat(dir_fd, "guesses", 0);
	(void)close(dir_fd);
	return rmdir(dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(beyond_the_limit_no_helper_is_started),
		TEST(an_address_has_its_limit_over_all_names),
		TEST(an_ipv6_network_has_one_limit),
		TEST(what_succeeds_costs_nothing),
		TEST(what_reaches_no_helper_costs_nothing),
		TEST(a_helper_that_never_began_costs_nothing),
		TEST(changing_a_password_costs_nothing),
		TEST(giving_up_costs_a_guess),
		TEST(attempts_at_the_same_moment_are_counted),
		TEST(what_pam_never_sees_costs_a_guess_too),
		TEST(each_answer_costs_a_guess),
		TEST(spellings_of_one_account_share_its_guesses),
		TEST(a_sign_in_makes_the_browser_known),
		TEST(a_stranger_who_hammers_does_not_lock_the_owner_out),
		TEST(a_known_browser_has_a_limit_of_its_own),
		TEST(a_known_browser_is_known_for_one_name),
	};

	return cmocka_run_group_tests_name("guesses", tests, NULL, NULL);
}
