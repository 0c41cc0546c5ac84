/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The login entry of the real authcode-login, over the real libpam, with a
 * module that does what the row says. Each table runs as the user of the test
 * and, when that is root, once more as nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

#define NOBODY 65534

static struct driver *
driver_of(void **state)
{
	return *state;
}

/* Runs the body as the user of the test and as nobody. */
static void
as_every_user(struct driver *driver, void (*body)(const struct driver *driver))
{
	uid_t own = driver->uid;

	body(driver);
	if (own == 0) {
		driver->uid = NOBODY;
		body(driver);
		driver->uid = own;
	}
}

struct row {
	const char *name;
	const char *auth, *account; /* arguments of the module; NULL: "" */
	const char *user;
	const char *answers[4];
	const char *transcript;
};

static void
run_rows(const struct driver *driver, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct login_script script = { .user = rows[i].user };
		char lines[512];
		const char *transcript;

		(void)snprintf(lines, sizeof(lines),
			       "auth required @T %s\naccount required @T %s\n", rows[i].auth,
			       rows[i].account != NULL ? rows[i].account : "");
		driver_write(driver, "authcode", lines);
		memcpy(script.answers, rows[i].answers, sizeof(rows[i].answers));
		transcript = driver_login(driver, &script);
		if (strcmp(transcript, rows[i].transcript) != 0)
			fail_msg("%s (uid %d):\n got  %s\n want %s", rows[i].name, (int)driver->uid,
				 transcript, rows[i].transcript);
	}
}

#define ASK "hidden=Password: expect=right"

static void
conversations(const struct driver *driver)
{
	static const struct row rows[] = {
		{ .name = "right password",
		  .auth = ASK,
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=OK nobody" },
		{ .name = "wrong password",
		  .auth = ASK,
		  .answers = { "wrong" },
		  .transcript = "@nobody|?Password:|=DENIED" },
		{ .name = "unknown user goes the same way",
		  .auth = ASK,
		  .user = "no-such-user",
		  .answers = { "wrong" },
		  .transcript = "@no-such-user|?Password:|=DENIED" },
		{ .name = "unknown user whom the stack accepts",
		  .auth = ASK,
		  .user = "no-such-user",
		  .answers = { "right" },
		  .transcript = "@no-such-user|?Password:|=DENIED" },
		{ .name = "three questions",
		  .auth = ASK " echo=Code: expect=123 hidden=PIN: expect=9",
		  .answers = { "right", "123", "9" },
		  .transcript = "@nobody|?Password:|!Code:|?PIN:|=OK nobody" },
		{ .name = "wrong third answer",
		  .auth = ASK " echo=Code: expect=123 hidden=PIN: expect=9",
		  .answers = { "right", "123", "8" },
		  .transcript = "@nobody|?Password:|!Code:|?PIN:|=DENIED" },
		{ .name = "a question of the account phase",
		  .auth = ASK,
		  .account = "echo=Accept? expect=yes",
		  .answers = { "right", "yes" },
		  .transcript = "@nobody|?Password:|!Accept?|=OK nobody" },
		{ .name = "texts come with the next question, the last with success",
		  .auth = ASK " info=sent error=late echo=Code: info=thanks",
		  .account = "info=welcome",
		  .answers = { "right", "1" },
		  .transcript =
			  "@nobody|?Password:|i:sent|e:late|!Code:|i:thanks|i:welcome|=OK nobody" },
		{ .name = "texts do not come with a refusal",
		  .auth = ASK " error=locked code=7",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=DENIED" },
		{ .name = "texts before the first question are dropped",
		  .auth = "error=locked info=exists " ASK,
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=OK nobody" },
		{ .name = "several messages in one call",
		  .auth = "several expect=a+b",
		  .answers = { "a", "b" },
		  .transcript = "@nobody|?First: |e:two|!Second: |=OK nobody" },
		{ .name = "texts are cleaned",
		  .auth = ASK " dirty",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|i:a[31mb c\u00e9 |=OK nobody" },
		{ .name = "a text without a place for responses",
		  .auth = ASK " no_responses=text",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|i:no place|=OK nobody" },
		{ .name = "modules that print do not reach the wire",
		  .auth = "print " ASK " print",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=OK nobody" },
		{ .name = "no delay on failure",
		  .auth = ASK " delay=200000000 code=7",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=DENIED" },
	};

	run_rows(driver, rows, AC_ARRAY_SIZE(rows));
}

static void
carries_any_conversation(void **state)
{
	as_every_user(driver_of(state), conversations);
}

static void
unproved(const struct driver *driver)
{
	static const struct row rows[] = {
		{ .name = "nothing asked", .auth = "", .transcript = "@nobody|=DENIED" },
		{ .name = "only texts", .auth = "info=hi", .transcript = "@nobody|=DENIED" },
		{ .name = "nothing asked, change due",
		  .auth = "",
		  .account = "code=12",
		  .transcript = "@nobody|=DENIED" },
		{ .name = "empty password",
		  .auth = "hidden=Password:",
		  .answers = { "" },
		  .transcript = "@nobody|?Password:|=DENIED" },
		{ .name = "empty password, change due",
		  .auth = "hidden=Password:",
		  .account = "code=12",
		  .answers = { "" },
		  .transcript = "@nobody|?Password:|=DENIED" },
		{ .name = "only an answer with echo",
		  .auth = "echo=Name:",
		  .answers = { "nobody" },
		  .transcript = "@nobody|!Name:|=DENIED" },
		{ .name = "two empty passwords and an answer with echo",
		  .auth = "hidden=A: hidden=B: echo=C:",
		  .answers = { "", "", "x" },
		  .transcript = "@nobody|?A:|?B:|!C:|=DENIED" },
		{ .name = "module ignores that nobody answered",
		  .auth = "try:binary",
		  .transcript = "@nobody|=DENIED" },
	};

	run_rows(driver, rows, AC_ARRAY_SIZE(rows));
}

static void
nobody_signs_in_without_a_hidden_answer(void **state)
{
	as_every_user(driver_of(state), unproved);
}

static void
misbehaviour(const struct driver *driver)
{
	static const struct row rows[] = {
		{ .name = "binary prompt", .auth = "binary", .transcript = "@nobody|=DENIED" },
		{ .name = "radio buttons", .auth = "style=5", .transcript = "@nobody|=DENIED" },
		{ .name = "style 0", .auth = "style=0", .transcript = "@nobody|=DENIED" },
		{ .name = "style -1", .auth = "style=-1", .transcript = "@nobody|=DENIED" },
		{ .name = "style 1000000",
		  .auth = "style=1000000",
		  .transcript = "@nobody|=DENIED" },
		{ .name = "no list", .auth = "null=list", .transcript = "@nobody|=DENIED" },
		{ .name = "no message", .auth = "null=message", .transcript = "@nobody|=DENIED" },
		{ .name = "no text", .auth = "null=text", .transcript = "@nobody|=DENIED" },
		{ .name = "question without a place for the answer",
		  .auth = "no_responses=hidden",
		  .transcript = "@nobody|=DENIED" },
		{ .name = "33 messages", .auth = "many=33", .transcript = "@nobody|=DENIED" },
		{ .name = "no messages", .auth = "many=0", .transcript = "@nobody|=DENIED" },
		{ .name = "-1 messages", .auth = "many=-1", .transcript = "@nobody|=DENIED" },
		{ .name = "32 messages",
		  .auth = "many=32 " ASK,
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=OK nobody" },
		{ .name = "another user at the end",
		  .auth = ASK " user=daemon",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=DENIED" },
		{ .name = "another user in the account phase",
		  .auth = ASK,
		  .account = "user=daemon",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=DENIED" },
		{ .name = "another user while a change is due",
		  .auth = ASK " user=daemon",
		  .account = "code=12",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=DENIED" },
		{ .name = "an unknown user becomes a known one",
		  .auth = ASK " user=nobody",
		  .user = "no-such-user",
		  .answers = { "right" },
		  .transcript = "@no-such-user|?Password:|=DENIED" },
		{ .name = "no user at the end",
		  .auth = ASK " no_user",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|=DENIED" },
		{ .name = "module dies",
		  .auth = ASK " die",
		  .answers = { "right" },
		  .transcript = "@nobody|?Password:|EOF|status -9" },
		{ .name = "person leaves",
		  .auth = ASK,
		  .transcript = "@nobody|?Password:|status 1" },
		{ .name = "person leaves, module does not care",
		  .auth = "try:hidden=Password:",
		  .transcript = "@nobody|?Password:|status 1" },
	};

	run_rows(driver, rows, AC_ARRAY_SIZE(rows));
}

static void
modules_that_misbehave_sign_nobody_in(void **state)
{
	as_every_user(driver_of(state), misbehaviour);
}

/* The whole range, one beyond it on both sides, from both phases. */
static void
every_code(const struct driver *driver)
{
	static const char *const unavailable = "@nobody|?Password:|=UNAVAILABLE";

	for (int code = -1; code <= 33; code++) {
		bool down = code == PAM_OPEN_ERR || code == PAM_SYMBOL_ERR ||
			    code == PAM_SERVICE_ERR || code == PAM_SYSTEM_ERR ||
			    code == PAM_BUF_ERR || code == PAM_AUTHINFO_UNAVAIL ||
			    code == PAM_ABORT || code == PAM_MODULE_UNKNOWN;
		char arguments[64];
		struct row row = { .name = arguments, .answers = { "right" } };

		/* libpam itself turns PAM_IGNORE alone into a refusal, and what is
		 * outside of its range into a broken stack: never a success. */
		if (code == PAM_IGNORE || code < 0 || code > 31)
			continue;
		row.transcript = down ? unavailable : "@nobody|?Password:|=DENIED";
		if (code == PAM_SUCCESS)
			row.transcript = "@nobody|?Password:|=OK nobody";
		(void)snprintf(arguments, sizeof(arguments), ASK " code=%d", code);
		row.auth = arguments;
		run_rows(driver, &row, 1);
		if (code == PAM_NEW_AUTHTOK_REQD)
			row.transcript = "@nobody|?Password:|=CHANGE_DUE";
		(void)snprintf(arguments, sizeof(arguments), "code=%d", code);
		row.auth = ASK;
		row.account = arguments;
		run_rows(driver, &row, 1);
	}
}

/* LS-01 */
static void
only_success_from_both_phases_signs_in(void **state)
{
	as_every_user(driver_of(state), every_code);
}

static void
codes_beyond_the_range_sign_nobody_in(void **state)
{
	static const int codes[] = { -1, PAM_IGNORE, 32, 33, 255, 1000 };
	struct driver *driver = driver_of(state);

	for (size_t i = 0; i < AC_ARRAY_SIZE(codes); i++) {
		for (int phase = 0; phase < 2; phase++) {
			const struct login_script script = { .answers = { "right" } };
			char lines[256];

			(void)snprintf(lines, sizeof(lines),
				       phase == 0 ? "auth required @T " ASK " code=%d\n"
						    "account required @T\n"
						  : "auth required @T " ASK "\n"
						    "account required @T code=%d\n",
				       codes[i]);
			driver_write(driver, "authcode", lines);
			assert_null(strstr(driver_login(driver, &script), "OK"));
		}
	}
}

static void
a_question_is_cut_to_what_pam_allows(void **state)
{
	struct driver *driver = driver_of(state);
	const struct login_script script = { .answers = { "right" } };
	char want[1024] = "@nobody|?";

	driver_write(driver, "authcode",
		     "auth required @T long=4096 expect=right\naccount required @T\n");
	memset(want + 9, 'x', AC_WIRE_MAX_TEXT);
	memcpy(want + 9 + AC_WIRE_MAX_TEXT, "|=OK nobody", 12);
	assert_string_equal(driver_login(driver, &script), want);
}

static void
the_twenty_first_question_ends_it(void **state)
{
	struct driver *driver = driver_of(state);
	char lines[1024] = "auth required @T";
	struct ac_wire_start start = { .service = "authcode", .user = "nobody" };
	struct ac_wire_frame frame, out = { .type = AC_WIRE_GO };
	struct helper helper;
	int asked = 0;

	for (int i = 0; i < AC_WIRE_MAX_ROUNDS + 1; i++)
		memcpy(lines + strlen(lines), " hidden=?", 10);
	memcpy(lines + strlen(lines), "\naccount required @T\n", 22);
	driver_write(driver, "authcode", lines);
	driver_start(driver, NULL, geteuid(), &helper);
	driver_send_start(&helper, &start);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
	do {
		assert_int_equal(ac_wire_send(helper.fd, &out), AUTHCODE_OK);
		assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
		asked += frame.type == AC_WIRE_PROMPT;
		out = (struct ac_wire_frame){ .type = AC_WIRE_ANSWER,
					      .u.answer = { .len = 1, .text = "x" } };
	} while (frame.type == AC_WIRE_PROMPT);
	assert_int_equal(asked, AC_WIRE_MAX_ROUNDS);
	assert_int_equal(frame.type, AC_WIRE_RESULT);
	assert_int_equal(frame.u.result.verdict, AC_VERDICT_DENIED);
	assert_int_equal(driver_end(&helper), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_any_conversation),
		cmocka_unit_test(nobody_signs_in_without_a_hidden_answer),
		cmocka_unit_test(modules_that_misbehave_sign_nobody_in),
		cmocka_unit_test(only_success_from_both_phases_signs_in),
		cmocka_unit_test(codes_beyond_the_range_sign_nobody_in),
		cmocka_unit_test(a_question_is_cut_to_what_pam_allows),
		cmocka_unit_test(the_twenty_first_question_ends_it),
	};

	return cmocka_run_group_tests_name("login", tests, driver_set_up, driver_tear_down);
}
