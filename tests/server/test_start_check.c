/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/start_check.h: which answers of the check helper let the daemon start.
 */
#include "server/start_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_http.h"
#include "pam_authcode/wire.h"
#include "server/clock.h"

/* A helper for one start: it describes every service alike, but "bad" as not
 * usable, and says nothing about "mute". */
struct helper {
	char dir[64], path[96];
	int listening;
	uint32_t deny, interval_s;
	pthread_t thread;
	char asked[256];
};

static void *
serve(void *arg)
{
	struct helper *helper = arg;
	int fd = accept4(helper->listening, NULL, NULL, SOCK_CLOEXEC);
	struct ac_wire_frame frame;

	while (ac_wire_recv(fd, &frame) == AUTHCODE_OK && frame.type == AC_WIRE_ASK) {
		char service[AC_MAX_SERVICE + 1];
		size_t len = strlen(helper->asked);

		memcpy(service, frame.u.ask.service, sizeof(service));
		snprintf(helper->asked + len, sizeof(helper->asked) - len, "%s ", service);
		if (strcmp(service, "mute") == 0)
			continue;
		frame = (struct ac_wire_frame){ .type = AC_WIRE_ABOUT };
		frame.u.about.deny = helper->deny;
		frame.u.about.interval_s = helper->interval_s;
		frame.u.about.usable = strcmp(service, "bad") != 0;
		if (!frame.u.about.usable)
			snprintf(frame.u.about.reason, sizeof(frame.u.about.reason),
				 "it has no file");
		if (ac_wire_send(fd, &frame) != AUTHCODE_OK)
			break;
	}
	(void)close(fd);
	return NULL;
}

static void
helper_start(struct helper *helper, uint32_t deny)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	*helper = (struct helper){ .deny = deny };
	snprintf(helper->dir, sizeof(helper->dir), "/tmp/authcode-start-check-XXXXXX");
	assert_non_null(mkdtemp(helper->dir));
	snprintf(helper->path, sizeof(helper->path), "%s/s", helper->dir);
	memcpy(address.sun_path, helper->path, strlen(helper->path));
	helper->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(helper->listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(helper->listening, 4), 0);
	assert_int_equal(pthread_create(&helper->thread, NULL, serve, helper), 0);
}

static void
helper_stop(struct helper *helper)
{
	(void)pthread_join(helper->thread, NULL);
	(void)close(helper->listening);
	(void)unlink(helper->path);
	(void)rmdir(helper->dir);
}

static struct ac_config
config_with(const char *socket)
{
	return (struct ac_config){ .path = "a.conf",
				   .check_socket = socket,
				   .pam_service = "authcode",
				   .stranger_guesses = 1,
				   .known_guesses = 1 };
}

#define SENTENCE(stranger, known, guesses, interval, deny)                                         \
	"a.conf: stranger_guesses = " stranger " and known_guesses = " known " let " guesses       \
	" wrong passwords through within the " interval " s in which pam_faillock of the PAM "     \
	"service \"authcode\" counts them, and its deny = " deny                                   \
	" locks the account; give lower limits or a higher deny"

/* What is used up comes back within the same time: N at once are 2N - 1 in 15 minutes. */
static void
guesses_must_stay_below_the_deny_of_the_stack(void **state)
{
	static const struct {
		uint32_t stranger, known, deny, interval_s;
		const char *sentence; /* NULL: starts */
	} rows[] = {
		{ 0, 0, 0, 900, NULL },
		{ 1, 1, 3, 900, NULL },
		{ 2, 1, 5, 900, NULL },
		{ 1, 2, 5, 900, NULL },
		{ 3, 2, 9, 900, NULL },
		{ 2, 1, 4, 900, SENTENCE("2", "1", "4", "900", "4") },
		{ 1, 2, 4, 900, SENTENCE("1", "2", "4", "900", "4") },
		{ 2, 2, 3, 900, SENTENCE("2", "2", "6", "900", "3") },
		{ 10, 10, 3, 900, SENTENCE("10", "10", "38", "900", "3") },
		{ 1, 1, 2, 900, SENTENCE("1", "1", "2", "900", "2") },
		{ 1, 1, 1, 900, SENTENCE("1", "1", "2", "900", "1") },
		{ 0, 1, 3, 900, SENTENCE("0", "1", "any number of", "900", "3") },
		{ 1, 0, 65535, 900, SENTENCE("1", "0", "any number of", "900", "65535") },
		{ 0, 0, 65535, 900, SENTENCE("0", "0", "any number of", "900", "65535") },
		{ 100000, 1, 65535, 900, SENTENCE("100000", "1", "200000", "900", "65535") },
		/* A longer time takes in more, a shorter one fewer. */
		{ 2, 1, 5, 1350, SENTENCE("2", "1", "6", "1350", "5") },
		{ 2, 1, 6, 901, SENTENCE("2", "1", "6", "901", "6") },
		{ 2, 1, 4, 450, NULL },
		{ 2, 1, 4, 451, SENTENCE("2", "1", "4", "451", "4") },
		{ 2, 1, 4, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_reason reason = { "" };
		struct ac_config config;
		struct helper helper;
		bool ok;

		helper_start(&helper, rows[i].deny);
		helper.interval_s = rows[i].interval_s;
		config = config_with(helper.path);
		config.stranger_guesses = rows[i].stranger;
		config.known_guesses = rows[i].known;
		ok = ac_start_check(&config, &reason);
		helper_stop(&helper);
		if (ok != (rows[i].sentence == NULL) ||
		    strcmp(reason.text, ok ? "" : rows[i].sentence) != 0)
			fail_msg("row %zu: %s", i, reason.text);
	}
}

static void
every_service_in_use_is_asked_about_once(void **state)
{
	static const struct ac_service services[] = { { .name = "otp" }, { .name = "authcode" } };
	const char *const uris[] = { "https://rp.example/cb" };
	struct authcode_client clients[3] = { { .id = "a" }, { .id = "b" }, { .id = "c" } };
	struct authcode_reason reason = { "" };
	struct ac_config config;
	struct helper helper;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		clients[i].auth = AUTHCODE_AUTH_NONE;
		clients[i].redirect_uris = uris;
		clients[i].redirect_uri_count = 1;
		clients[i].scope = "profile";
		clients[i].grants = AUTHCODE_GRANT_AUTHORIZATION_CODE;
		clients[i].pam_service = i > 0 ? "wiki" : NULL;
	}
	helper_start(&helper, 0);
	config = config_with(helper.path);
	config.services = services;
	config.service_count = 2;
	assert_int_equal(authcode_clients_new(clients, 3, &config.clients, &reason), AUTHCODE_OK);
	assert_true(ac_start_check(&config, &reason));
	helper_stop(&helper);
	assert_string_equal(helper.asked, "authcode wiki otp ");
	authcode_clients_unref(&config.clients);
}

static void
a_service_that_cannot_be_used_is_refused_with_the_reason(void **state)
{
	static const struct ac_service services[] = { { .name = "bad" } };
	struct authcode_reason reason = { "" };
	struct ac_config config;
	struct helper helper;

	(void)state;
	helper_start(&helper, 0);
	config = config_with(helper.path);
	config.services = services;
	config.service_count = 1;
	assert_false(ac_start_check(&config, &reason));
	helper_stop(&helper);
	assert_string_equal(reason.text, "a.conf: the PAM service \"bad\" cannot be used to sign "
					 "in: it has no file");
}

static void
without_a_helper_the_daemon_starts_and_says_so(void **state)
{
	const struct ac_config config = config_with("/nonexistent/check.sock");
	struct authcode_reason reason = { "" };
	int64_t before = ac_clock_monotonic_ms();

	(void)state;
	fake_log_clear();
	assert_true(ac_start_check(&config, &reason));
	assert_string_equal(reason.text, "");
	assert_true(ac_clock_monotonic_ms() - before < 1000);
	assert_true(fake_log_contains("no check helper answers; nothing is issued until one does "
				      "socket=/nonexistent/check.sock"));
}

static void
a_helper_that_says_nothing_is_waited_for_three_seconds(void **state)
{
	struct authcode_reason reason = { "" };
	struct ac_config config;
	struct helper helper;
	int64_t before = ac_clock_monotonic_ms(), took;

	(void)state;
	fake_log_clear();
	helper_start(&helper, 0);
	config = config_with(helper.path);
	config.pam_service = "mute";
	assert_true(ac_start_check(&config, &reason));
	took = ac_clock_monotonic_ms() - before;
	helper_stop(&helper);
	assert_in_range(took, 2900, 6000);
	assert_true(fake_log_contains("no check helper answers"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guesses_must_stay_below_the_deny_of_the_stack),
		cmocka_unit_test(every_service_in_use_is_asked_about_once),
		cmocka_unit_test(a_service_that_cannot_be_used_is_refused_with_the_reason),
		cmocka_unit_test(without_a_helper_the_daemon_starts_and_says_so),
		cmocka_unit_test(a_helper_that_says_nothing_is_waited_for_three_seconds),
	};

	return cmocka_run_group_tests_name("start_check", tests, NULL, NULL);
}
