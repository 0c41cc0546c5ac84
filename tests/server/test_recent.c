/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/recent.h: what is remembered of refusals, and for how long.
 */
#include "server/recent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ac_recent *recent;
static struct ac_recent_entry found[8];

static int
set_up(void **state)
{
	(void)state;
	recent = ac_recent_new();
	return recent != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	ac_recent_free(&recent);
	return recent == NULL ? 0 : -1;
}

static void
refuse(const char *txn, const char *reason)
{
	ac_recent_note(recent, AC_EVENT_LOGIN_FAILED,
		       &(struct ac_event_fields){ .txn = txn, .reason = reason });
}

static void
a_refusal_is_found_by_its_number_with_what_it_said(void **state)
{
	(void)state;
	ac_recent_note(recent, AC_EVENT_REQUEST_REFUSED,
		       &(struct ac_event_fields){ .txn = "a",
						  .rhost = "192.0.2.7",
						  .client = "app",
						  .error = "invalid_scope",
						  .check = "scope",
						  .path = "/authorize",
						  .why = "because" });
	assert_int_equal(ac_recent_find(recent, "a", found, 8), 1);
	assert_int_equal(found[0].event, AC_EVENT_REQUEST_REFUSED);
	assert_true(found[0].when_ms > 0);
	assert_string_equal(found[0].rhost, "192.0.2.7");
	assert_string_equal(found[0].client, "app");
	assert_string_equal(found[0].error, "invalid_scope");
	assert_string_equal(found[0].check, "scope");
	assert_string_equal(found[0].path, "/authorize");
	assert_string_equal(found[0].why, "because");
	assert_string_equal(found[0].user, "");
	assert_int_equal(ac_recent_find(recent, "b", found, 8), 0);
	assert_int_equal(ac_recent_find(recent, "", found, 8), 0);
}

static void
what_refuses_nothing_or_has_no_number_is_not_kept(void **state)
{
	(void)state;
	ac_recent_note(recent, AC_EVENT_LOGIN_SUCCEEDED, &(struct ac_event_fields){ .txn = "a" });
	ac_recent_note(recent, AC_EVENT_REQUEST, &(struct ac_event_fields){ .txn = "a" });
	ac_recent_note(recent, AC_EVENT_LOGIN_FAILED, &(struct ac_event_fields){ .txn = "" });
	ac_recent_note(recent, AC_EVENT_LOGIN_FAILED, &(struct ac_event_fields){ .txn = NULL });
	ac_recent_note(recent, AC_EVENT_COUNT, &(struct ac_event_fields){ .txn = "a" });
	assert_int_equal(ac_recent_find(recent, "a", found, 8), 0);
	assert_int_equal(ac_recent_find(recent, "", found, 8), 0);
}

static void
several_of_one_request_come_in_their_order_and_no_more_than_fit(void **state)
{
	(void)state;
	refuse("a", "busy");
	refuse("b", "timeout");
	refuse("a", "throttled");
	assert_int_equal(ac_recent_find(recent, "a", found, 8), 2);
	assert_string_equal(found[0].reason, "busy");
	assert_string_equal(found[1].reason, "throttled");
	assert_int_equal(ac_recent_find(recent, "a", found, 1), 1);
}

/* The ring never grows: the oldest makes room, and its place holds nothing of it. */
static void
the_oldest_makes_room_for_the_newest(void **state)
{
	char txn[16], long_text[400];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	ac_recent_note(recent, AC_EVENT_LOGIN_FAILED,
		       &(struct ac_event_fields){ .txn = "first", .user = long_text });
	for (int i = 1; i < AC_RECENT_MAX; i++) {
		(void)snprintf(txn, sizeof(txn), "n%d", i);
		refuse(txn, "busy");
	}
	assert_int_equal(ac_recent_find(recent, "first", found, 8), 1);
	assert_int_equal(strlen(found[0].user), sizeof(found[0].user) - 1); /* cut */
	refuse("last", "busy");
	assert_int_equal(ac_recent_find(recent, "first", found, 8), 0);
	assert_int_equal(ac_recent_find(recent, "last", found, 8), 1);
	assert_string_equal(found[0].user, "");
	assert_int_equal(ac_recent_find(recent, "n1", found, 8), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_refusal_is_found_by_its_number_with_what_it_said,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_refuses_nothing_or_has_no_number_is_not_kept,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			several_of_one_request_come_in_their_order_and_no_more_than_fit, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(the_oldest_makes_room_for_the_newest, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
