/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Claims from the check entry of the real authcode-login: when they are told, and
 * what a command for them can do to whoever runs it.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

#define NOBODY 65534
#define PATIENCE_S 5 /* of the helper with a command */

static int
setup(void **state)
{
	static struct driver driver;
	char path[256];

	driver_init(&driver);
	driver_write(&driver, "authcode-check", "account required @T\n");
	(void)snprintf(path, sizeof(path), "%s/claims", driver.dir);
	*state = &driver;
	return mkdir(path, 0755);
}

static void
write_command(const struct driver *driver, const char *lines, mode_t mode)
{
	char path[256], text[1024];

	(void)snprintf(path, sizeof(path), "%s/command", driver->dir);
	(void)unlink(path);
	(void)snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", lines);
	driver_write(driver, "command", text);
	assert_int_equal(chmod(path, mode), 0);
}

/* With a directory and a command of claims; user NULL: nobody. */
static const struct ac_wire_checked *
check(const struct driver *driver, const char *user, bool claims)
{
	static struct ac_wire_frame frame;
	char directory[256], command[256];
	const char *options[] = { "--check", "--claims-dir", directory, "--claims-command",
				  command,   NULL,           NULL,      NULL };
	struct helper helper;

	(void)snprintf(directory, sizeof(directory), "%s/claims", driver->dir);
	(void)snprintf(command, sizeof(command), "%s/command", driver->dir);
	options[5] = "--claims-user";
	options[6] = user != NULL ? user : "nobody";
	frame = (struct ac_wire_frame){ .type = AC_WIRE_CHECK,
					.u.check = { .service = "authcode-check",
						     .user = "nobody",
						     .uid = NOBODY,
						     .claims = claims } };
	driver_start(driver, options, geteuid(), &helper);
	assert_int_equal(ac_wire_send(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(driver_recv(helper.fd, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, AC_WIRE_CHECKED);
	assert_int_equal(driver_end(&helper), 0);
	return &frame.u.checked;
}

static void
claims_come_with_ok_when_they_are_wanted(void **state)
{
	struct driver *driver = *state;
	const struct ac_wire_checked *checked;

	driver_write(driver, "claims/nobody.json", "{\"nickname\":\"n\"}\n");
	write_command(driver, "printf '{\"name\":\"%s\",\"uid\":%s,\"n\":%s}' \"$1\" \"$2\" $#",
		      0755);
	checked = check(driver, NULL, true);
	assert_int_equal(checked->verdict, AC_VERDICT_OK);
	assert_string_equal(checked->identity.user, "nobody");
	assert_string_equal(checked->file_claims, "{\"nickname\":\"n\"}\n");
	assert_string_equal(checked->command_claims, "{\"name\":\"nobody\",\"uid\":65534,\"n\":2}");
	checked = check(driver, NULL, false);
	assert_int_equal(checked->verdict, AC_VERDICT_OK);
	assert_int_equal(checked->file_claims_len, 0);
	assert_int_equal(checked->command_claims_len, 0);
	driver_write(driver, "authcode-check", "account required @T code=6\n");
	checked = check(driver, NULL, true);
	assert_int_equal(checked->verdict, AC_VERDICT_DENIED);
	assert_int_equal(checked->file_claims_len, 0);
	assert_int_equal(checked->command_claims_len, 0);
	driver_write(driver, "authcode-check", "account required @T\n");
}

static void
a_file_that_is_refused_leaves_the_command_and_the_verdict(void **state)
{
	struct driver *driver = *state;
	const struct ac_wire_checked *checked;
	char path[256];

	driver_write(driver, "claims/nobody.json", "{}");
	(void)snprintf(path, sizeof(path), "%s/claims/nobody.json", driver->dir);
	assert_int_equal(chmod(path, 0666), 0);
	write_command(driver, "echo '{}'", 0755);
	checked = check(driver, NULL, true);
	assert_int_equal(checked->verdict, AC_VERDICT_OK);
	assert_int_equal(checked->file_claims_len, 0);
	assert_string_equal(checked->command_claims, "{}\n");
	(void)unlink(path);
}

/* Each row is a command that writes what it finds. */
static void
a_command_finds_nothing_of_the_helper(void **state)
{
	static const struct {
		const char *name, *lines, *told;
	} rows[] = {
		{ "environment", "tr '\\0' ' ' </proc/$$/environ",
		  "PATH=/usr/sbin:/usr/bin:/sbin:/bin " },
		{ "descriptors",
		  "for f in 3 4 5 6 7 8 9 11 12; do [ ! -e /proc/$$/fd/$f ] || echo $f; done", "" },
		{ "input", "cat; echo end", "end\n" },
		{ "directory", "pwd", "/\n" },
		{ "new rights", "sed -n 's/^NoNewPrivs:\\t//p' /proc/$$/status", "1\n" },
		{ "capabilities", "sed -n 's/^Cap[EPIA][a-z]*:\\t//p' /proc/$$/status | sort -u",
		  "0000000000000000\n" },
		{ "uid", "id -u; id -ru", "65534\n65534\n" },
		{ "groups", "id -G", "65534\n" },
		{ "root", "perl -MPOSIX -e 'print POSIX::setuid(0) ? \"root\" : \"kept\"'",
		  "kept" },
		{ "the shadow file", "cat /etc/shadow | wc -c", "0\n" },
		{ "its errors", "echo secret >&2; echo '{}'", "{}\n" },
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_wire_checked *checked;

		if (geteuid() != 0 && i > 4)
			break;
		write_command(driver, rows[i].lines, 0755);
		checked = check(driver, NULL, true);
		assert_int_equal(checked->verdict, AC_VERDICT_OK);
		if (strcmp(checked->command_claims, rows[i].told) != 0)
			fail_msg("%s: %s", rows[i].name, checked->command_claims);
	}
}

static void
a_command_runs_as_the_user_named_for_it(void **state)
{
	struct driver *driver = *state;

	if (geteuid() != 0)
		return;
	write_command(driver, "id -u", 0755);
	assert_string_equal(check(driver, "daemon", true)->command_claims, "1\n");
	/* Whoever is not root runs it as himself. */
	driver->uid = NOBODY;
	assert_string_equal(check(driver, "daemon", true)->command_claims, "65534\n");
	write_command(driver, "sed -n 's/^NoNewPrivs:\\t//p' /proc/$$/status", 0755);
	assert_string_equal(check(driver, NULL, true)->command_claims, "1\n");
	driver->uid = 0;
}

static void
a_command_that_fails_tells_nothing_and_takes_no_verdict(void **state)
{
	static const struct {
		const char *name, *lines;
		mode_t mode;
	} rows[] = {
		{ "another status", "echo '{}'; exit 1", 0755 },
		{ "a signal", "echo '{}'; kill -9 $$", 0755 },
		{ "a byte too much", "head -c 16385 /dev/zero | tr '\\0' c", 0755 },
		{ "17 KiB", "head -c 17408 /dev/zero | tr '\\0' c", 0755 },
		{ "without end", "yes", 0755 },
		{ "no UTF-8", "printf '{\"a\":\"\\377\"}'", 0755 },
		{ "a NUL", "printf '{}\\000'", 0755 },
		{ "not executable", "echo '{}'", 0644 },
		{ "writable by others", "echo '{}'", 0757 },
		{ "writable by its group", "echo '{}'", 0775 },
	};
	struct driver *driver = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_wire_checked *checked;

		write_command(driver, rows[i].lines, rows[i].mode);
		checked = check(driver, NULL, true);
		if (checked->verdict != AC_VERDICT_OK || checked->command_claims_len != 0)
			fail_msg("%s: verdict %d, %d bytes", rows[i].name, (int)checked->verdict,
				 (int)checked->command_claims_len);
	}
	write_command(driver, "head -c 16384 /dev/zero | tr '\\0' c", 0755);
	assert_int_equal(check(driver, NULL, true)->command_claims_len, AC_MAX_CLAIMS);
	driver_write(driver, "command", "echo '{}'\n");
	assert_int_equal(check(driver, NULL, true)->command_claims_len, 0);
}

/* Gone, or dead and waiting for whoever inherits it. */
static bool
has_ended(int pid)
{
	char path[64], line[512] = "";
	FILE *in;

	if (kill(pid, 0) != 0)
		return errno == ESRCH;
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	in = fopen(path, "re");
	if (in == NULL)
		return true;
	(void)!fgets(line, sizeof(line), in);
	(void)fclose(in);
	return strstr(line, ") Z ") != NULL;
}

static unsigned int
processes_left(const struct driver *driver)
{
	char path[256];
	unsigned int left = 0, known = 0;
	FILE *in;
	int pid;

	(void)snprintf(path, sizeof(path), "%s/pids", driver->dir);
	in = fopen(path, "re");
	assert_non_null(in);
	while (fscanf(in, "%d", &pid) == 1) {
		known++;
		/* What was killed may take a moment to be gone. */
		for (int i = 0; i < 100 && !has_ended(pid); i++)
			(void)usleep(10000);
		left += !has_ended(pid);
	}
	(void)fclose(in);
	assert_int_equal(known, 2);
	return left;
}

static int64_t
seconds(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec;
}

static void
a_command_that_hangs_is_killed_with_what_it_has_started(void **state)
{
	static const struct {
		const char *name, *last, *told;
		bool waits;
	} rows[] = {
		{ "hangs", "wait", "", true },
		{ "hangs without output", "exec >&-; wait", "", true },
		{ "hangs deaf", "trap '' TERM INT HUP; wait", "", true },
		{ "leaves one behind that holds the pipe", "exit 0", "", true },
		{ "leaves one behind", "", "{}\n", false },
	};
	struct driver *driver = *state;
	char path[256], lines[512];

	(void)snprintf(path, sizeof(path), "%s/pids", driver->dir);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_wire_checked *checked;
		int64_t start = seconds(), took;

		driver_write(driver, "pids", "");
		assert_int_equal(chmod(path, 0666), 0);
		(void)snprintf(lines, sizeof(lines),
			       "echo $$ >>@D/pids; sleep 60 %s& echo $! >>@D/pids\necho '{}'\n%s",
			       rows[i].waits ? "" : ">/dev/null ", rows[i].last);
		write_command(driver, lines, 0755);
		checked = check(driver, NULL, true);
		took = seconds() - start;
		if (checked->verdict != AC_VERDICT_OK ||
		    strcmp(checked->command_claims, rows[i].told) != 0)
			fail_msg("%s: %s", rows[i].name, checked->command_claims);
		if (rows[i].waits ? took < PATIENCE_S - 1 || took > 3 * PATIENCE_S
				  : took >= PATIENCE_S)
			fail_msg("%s: after %d s", rows[i].name, (int)took);
		if (processes_left(driver) != 0)
			fail_msg("%s: something still runs", rows[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_come_with_ok_when_they_are_wanted),
		cmocka_unit_test(a_file_that_is_refused_leaves_the_command_and_the_verdict),
		cmocka_unit_test(a_command_finds_nothing_of_the_helper),
		cmocka_unit_test(a_command_runs_as_the_user_named_for_it),
		cmocka_unit_test(a_command_that_fails_tells_nothing_and_takes_no_verdict),
		cmocka_unit_test(a_command_that_hangs_is_killed_with_what_it_has_started),
	};

	return cmocka_run_group_tests_name("claims", tests, setup, driver_tear_down);
}
