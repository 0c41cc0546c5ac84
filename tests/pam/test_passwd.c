/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The passwd entry with modules that do what the test says: what is asked, and
 * what alone leads to success.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "pam_authcode/ticket.h"
#include "tests/pam/passwd_world.h"

/* --- what it does ------------------------------------------------------------- */

/* Who brings a ticket has proved who it is: the first texts are for that person. */
static void
changes_the_password_and_signs_in(void **state)
{
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1];

	passwd_service(driver, "authcode", "info=Expired hidden=New: count=@D/changed info=Done");
	passwd_earn(driver, "authcode", ticket);
	assert_false(passwd_changed(driver));
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"),
			    "@nobody|i:Expired|?New:|i:Done|=OK nobody");
	assert_true(passwd_changed(driver));
	assert_string_equal(driver_ticket(), "");
}

static void
every_question_of_the_dialogue_is_asked(void **state)
{
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1];

	passwd_service(driver, "authcode",
		       "hidden=Current: hidden=New: error=Short echo=Hint: count=@D/changed");
	passwd_earn(driver, "authcode", ticket);
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "x"),
			    "@nobody|?Current:|?New:|e:Short|!Hint:|=OK nobody");
}

static void
what_the_stack_says_of_the_person_is_told_as_after_a_sign_in(void **state)
{
	static const char *const options[] = { "--passwd", "--env", "LEVEL", NULL };
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1];
	const struct login_script script = { .ticket = ticket,
					     .options = options,
					     .answers = { "new" } };

	passwd_service(driver, "authcode",
		       "hidden=New: putenv=LEVEL=two putenv=OTHER=x count=@D/changed");
	passwd_earn(driver, "authcode", ticket);
	assert_string_equal(driver_login(driver, &script), "@nobody|?New:|$LEVEL=two|=OK nobody");
}

/* --- what alone is a success --------------------------------------------------- */

static void
an_account_that_needs_no_change_is_refused_without_a_question(void **state)
{
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1];

	passwd_service(driver, "authcode", "hidden=New: count=@D/changed");
	passwd_earn(driver, "authcode", ticket);
	driver_write(driver, "changed", "");
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"), "@nobody|=DENIED");
}

static void
only_an_account_phase_that_asks_for_the_change_leads_to_it(void **state)
{
	static const struct {
		const char *account;
		const char *told;
	} rows[] = {
		{ "code=7", "@nobody|=DENIED" },      { "code=6", "@nobody|=DENIED" },
		{ "code=13", "@nobody|=DENIED" },     { "code=10", "@nobody|=DENIED" },
		{ "code=9", "@nobody|=UNAVAILABLE" }, { "code=4", "@nobody|=UNAVAILABLE" },
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char ticket[AC_WIRE_TICKET_LEN + 1], text[256];

		passwd_service(driver, "authcode", "hidden=New: count=@D/changed");
		passwd_earn(driver, "authcode", ticket);
		(void)snprintf(text, sizeof(text),
			       "auth required @T hidden=Password:\naccount required @T %s\n"
			       "password required @T hidden=New: count=@D/changed\n",
			       rows[i].account);
		driver_write(driver, "authcode", text);
		assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"), rows[i].told);
	}
	assert_false(passwd_changed(driver));
}

static void
what_a_person_can_mend_is_asked_three_times(void **state)
{
	static const struct {
		int code;
		long tries;
		const char *end;
	} rows[] = {
		{ 20, 3, "=DENIED" },      /* PAM_AUTHTOK_ERR */
		{ 21, 3, "=DENIED" },      /* PAM_AUTHTOK_RECOVERY_ERR */
		{ 7, 3, "=DENIED" },       /* PAM_AUTH_ERR */
		{ 24, 3, "=DENIED" },      /* PAM_TRY_AGAIN */
		{ 6, 1, "=DENIED" },       /* PAM_PERM_DENIED */
		{ 10, 1, "=DENIED" },      /* PAM_USER_UNKNOWN */
		{ 22, 1, "=UNAVAILABLE" }, /* PAM_AUTHTOK_LOCK_BUSY */
		{ 4, 1, "=UNAVAILABLE" },  /* PAM_SYSTEM_ERR */
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char ticket[AC_WIRE_TICKET_LEN + 1], actions[128], path[256];
		const char *told;
		struct stat status;

		(void)snprintf(actions, sizeof(actions), "hidden=New: count=@D/tries code=%d",
			       rows[i].code);
		passwd_service(driver, "authcode", actions);
		passwd_earn(driver, "authcode", ticket);
		told = passwd_spend(driver, "authcode", ticket, "new");
		passwd_path(driver, "tries", path);
		assert_int_equal(stat(path, &status), 0);
		if (status.st_size != rows[i].tries ||
		    strcmp(strrchr(told, '|') + 1, rows[i].end) != 0)
			fail_msg("code %d: %s, %ld tries", rows[i].code, told,
				 (long)status.st_size);
		assert_int_equal(unlink(path), 0);
	}
}

static void
a_change_without_a_proof_is_no_success(void **state)
{
	static const struct {
		const char *actions;
		const char *answer;
		const char *told;
	} rows[] = {
		{ "count=@D/changed", NULL, "@nobody|=DENIED" },
		{ "hidden=New: count=@D/changed", "", "@nobody|?New:|=DENIED" },
		{ "echo=New: count=@D/changed", "new", "@nobody|!New:|=DENIED" },
		{ "hidden=New:", "new", "@nobody|?New:|=DENIED" }, /* still due */
		{ "hidden=New: count=@D/changed user=daemon", "new", "@nobody|?New:|=DENIED" },
		{ "hidden=New: count=@D/changed no_user", "new", "@nobody|?New:|=DENIED" },
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		static const char *const options[] = { "--passwd", "--promptless", "authcode",
						       NULL };
		char ticket[AC_WIRE_TICKET_LEN + 1], path[256];
		const struct login_script script = { .ticket = ticket,
						     .options = options,
						     .answers = { rows[i].answer } };

		passwd_path(driver, "changed", path);
		(void)unlink(path);
		passwd_service(driver, "authcode", rows[i].actions);
		passwd_earn(driver, "authcode", ticket);
		assert_string_equal(driver_login(driver, &script), rows[i].told);
	}
}

static void
whoever_hangs_up_has_changed_nothing(void **state)
{
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1];

	passwd_service(driver, "authcode", "hidden=Current: hidden=New: count=@D/changed");
	passwd_earn(driver, "authcode", ticket);
	const struct login_script script = { .ticket = ticket,
					     .options = passwd_options,
					     .answers = { "right" } };
	assert_string_equal(driver_login(driver, &script), "@nobody|?Current:|?New:|status 1");
	assert_false(passwd_changed(driver));
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"), PASSWD_REFUSED);
}

/* Nothing is guessed by whoever has been admitted. */
static void
strangers_who_guess_end_no_change(void **state)
{
	static const struct login_script guess = { .answers = { "wrong" } };
	struct ac_wire_start start = { .service = "authcode" };
	struct ac_wire_frame frame = { .type = AC_WIRE_GO };
	struct driver *driver = *state;
	struct helper helper;

	passwd_service(driver, "authcode", "hidden=New: count=@D/changed");
	passwd_earn(driver, "authcode", start.ticket);
	driver_start(driver, passwd_options, geteuid(), &helper);
	memcpy(start.user, "nobody", sizeof("nobody"));
	driver_send_start(&helper, &start);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
	frame.type = AC_WIRE_GO;
	assert_int_equal(ac_wire_send(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, AC_WIRE_PROMPT);
	driver_write(driver, "authcode", "auth required @T hidden=Password: code=7\n");
	for (int i = 0; i < 5; i++)
		assert_string_equal(driver_login(driver, &guess), "@nobody|?Password:|=DENIED");
	frame = (struct ac_wire_frame){ .type = AC_WIRE_ANSWER,
					.u.answer = { .len = 3, .text = "new" } };
	assert_int_equal(ac_wire_send(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, AC_WIRE_RESULT);
	assert_int_equal(frame.u.result.verdict, AC_VERDICT_OK);
	assert_int_equal(driver_end(&helper), 0);
	assert_true(passwd_changed(driver));
}

static void
the_twenty_first_question_ends_the_change(void **state)
{
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1], actions[256] = "";
	struct login_script script = { .ticket = ticket, .options = passwd_options };
	size_t asked = 0;

	for (int i = 0; i < 21; i++) {
		(void)strncat(actions, "hidden=N: ", sizeof(actions) - strlen(actions) - 1);
		script.answers[i] = "new";
	}
	(void)strncat(actions, "count=@D/changed", sizeof(actions) - strlen(actions) - 1);
	passwd_service(driver, "authcode", actions);
	passwd_earn(driver, "authcode", ticket);
	const char *told = driver_login(driver, &script);
	assert_string_equal(strrchr(told, '|'), "|=DENIED");
	for (const char *at = told; (at = strstr(at, "?N:")) != NULL; at++)
		asked++;
	assert_int_equal(asked, 20);
	assert_false(passwd_changed(driver));
}

static void
a_service_without_password_rows_is_unavailable(void **state)
{
	static const char *const listen[] = { "--passwd", "--listen", "/nowhere/x.sock", NULL };
	struct driver *driver = *state;
	char ticket[AC_WIRE_TICKET_LEN + 1];
	struct helper helper;

	driver_write(driver, "authcode",
		     "auth required @T hidden=Password:\naccount required @T due=@D/changed\n");
	passwd_earn(driver, "authcode", ticket);
	assert_string_equal(passwd_spend(driver, "authcode", ticket, "new"),
			    "@nobody|=UNAVAILABLE");
	driver_start(driver, listen, geteuid(), &helper);
	assert_int_equal(driver_end(&helper), 78);
}

static void
a_change_is_neither_a_check_nor_a_test(void **state)
{
	static const char *const rows[][5] = {
		{ "--passwd", "--check", NULL },
		{ "--passwd", "--test", "authcode", "nobody", NULL },
	};
	struct helper helper;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		driver_start(*state, rows[i], geteuid(), &helper);
		assert_int_equal(driver_end(&helper), 64);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, driver_set_up, driver_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(changes_the_password_and_signs_in),
		TEST(every_question_of_the_dialogue_is_asked),
		TEST(what_the_stack_says_of_the_person_is_told_as_after_a_sign_in),
		TEST(an_account_that_needs_no_change_is_refused_without_a_question),
		TEST(only_an_account_phase_that_asks_for_the_change_leads_to_it),
		TEST(what_a_person_can_mend_is_asked_three_times),
		TEST(a_change_without_a_proof_is_no_success),
		TEST(whoever_hangs_up_has_changed_nothing),
		TEST(strangers_who_guess_end_no_change),
		TEST(the_twenty_first_question_ends_the_change),
		TEST(a_service_without_password_rows_is_unavailable),
		TEST(a_change_is_neither_a_check_nor_a_test),
	};

	return cmocka_run_group_tests_name("passwd", tests, NULL, NULL);
}
