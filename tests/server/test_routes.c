/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/routes.h and the origin rule of server/dispatch.h.
 */
#include "server/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <authcode/authcode.h>
#include <jansson.h>

#include "server/dispatch.h"

static void
every_endpoint_of_the_library_has_its_row(void **state)
{
	(void)state;
	for (int i = 0; i < AUTHCODE_ENDPOINT_COUNT; i++) {
		const char *path = authcode_endpoint_path((enum authcode_endpoint)i);
		const struct ac_route *route = ac_route_find(path);

		if (route == NULL || route->endpoint != i)
			fail_msg("%s", path);
		assert_non_null(route->handler.resumed);
	}
}

static void
rows_are_complete_and_found_by_exact_path_alone(void **state)
{
	char other[64];
	const struct ac_route *route;
	size_t i;

	(void)state;
	for (i = 0; (route = ac_route_at(i)) != NULL; i++) {
		assert_int_equal(route->path[0], '/');
		assert_non_null(route->handler.start);
		assert_true(route->allow[0] != '\0');
		assert_ptr_equal(ac_route_find(route->path), route);
		(void)snprintf(other, sizeof(other), "%s/", route->path);
		assert_null(ac_route_find(other));
		(void)snprintf(other, sizeof(other), "/%s", route->path);
		assert_null(ac_route_find(other));
	}
	assert_true(i > AUTHCODE_ENDPOINT_COUNT);
	assert_null(ac_route_find(""));
	assert_null(ac_route_find("/"));
}

/* Reached by pages of ours, by the browser or by the address of the metadata itself. */
static const char *const untold[] = {
	"/resume",
	"/login",
	"/prompt",
	"/consent",
	"/logout/confirm",
	"/device",
	"/assets/style.css",
	"/assets/icon.svg",
	"/logo",
	AUTHCODE_METADATA_PATH,
	AUTHCODE_DISCOVERY_PATH,
};

static json_t *
metadata(const char *url)
{
	struct authcode_issuer_settings settings = { .issuer = url, .master_key = { 1 } };
	struct authcode_issuer *issuer = NULL;
	json_t *told;
	char *text;

	assert_int_equal(authcode_store_memory_open(NULL, &settings.store), AUTHCODE_OK);
	assert_int_equal(authcode_issuer_new(&settings, &issuer, NULL), AUTHCODE_OK);
	text = authcode_issuer_metadata(issuer);
	told = json_loads(text, 0, NULL);
	free(text);
	assert_non_null(told);
	authcode_issuer_free(&issuer);
	authcode_store_close(&settings.store);
	return told;
}

/* MD-15 */
static void
what_the_metadata_tells_is_a_route_and_every_route_is_told_or_known_not_to_be(void **state)
{
	static const char url[] = "https://id.example/sso";
	const size_t len = sizeof(url) - 1;
	json_t *told = metadata(url), *value;
	const struct ac_route *route;
	bool seen[128] = { false };
	const char *name;

	(void)state;
	json_object_foreach(told, name, value)
	{
		const char *text = json_string_value(value);

		if (text == NULL || strcmp(name, "issuer") == 0)
			continue;
		assert_int_equal(strncmp(text, url, len), 0);
		route = ac_route_find(text + len);
		if (route == NULL || (route->flags & AC_ROUTE_ADMIN) != 0)
			fail_msg("%s is %s, which is no route", name, text);
		for (size_t i = 0; ac_route_at(i) != NULL; i++)
			seen[i] = seen[i] || ac_route_at(i) == route;
	}
	for (size_t i = 0; (route = ac_route_at(i)) != NULL; i++) {
		bool known = (route->flags & AC_ROUTE_ADMIN) != 0;

		for (size_t k = 0; k < AC_ARRAY_SIZE(untold); k++)
			known = known || strcmp(untold[k], route->path) == 0;
		if (seen[i] == known)
			fail_msg("%s is %s", route->path,
				 known ? "told, and said not to be" : "not told");
	}
	json_decref(told);
}

/* A form of ours changes something: whoever adds one must think of this. */
static void
every_page_that_takes_a_form_asks_where_it_came_from(void **state)
{
	const struct ac_route *route;

	(void)state;
	for (size_t i = 0; (route = ac_route_at(i)) != NULL; i++) {
		bool takes_form = (route->flags & AC_ROUTE_PAGE) != 0 &&
				  strstr(route->allow, "POST") != NULL &&
				  strcmp(route->path, "/authorize") != 0 &&
				  strcmp(route->path, "/logout") != 0;

		if (takes_form != ((route->flags & AC_ROUTE_SAME_ORIGIN) != 0))
			fail_msg("%s", route->path);
	}
}

/* CR-02, CR-05: what people see is for no other page, and introspection for no page. */
static void
only_rows_that_say_so_are_for_pages_of_others(void **state)
{
	static const char *const never[] = { "/authorize", "/resume", "/consent",
					     "/login",     "/prompt", "/introspect" };
	const struct ac_route *route;

	(void)state;
	for (size_t i = 0; (route = ac_route_at(i)) != NULL; i++) {
		unsigned cors = route->flags & (AC_ROUTE_CORS | AC_ROUTE_PUBLIC);

		if ((strstr(route->allow, "OPTIONS") != NULL) != (cors != 0))
			fail_msg("%s", route->path);
		if (cors != 0 &&
		    (route->flags & (AC_ROUTE_PAGE | AC_ROUTE_ADMIN | AC_ROUTE_SAME_ORIGIN)) != 0)
			fail_msg("%s", route->path);
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(never); i++)
		assert_int_equal(ac_route_find(never[i])->flags & (AC_ROUTE_CORS | AC_ROUTE_PUBLIC),
				 0);
}

static void
only_a_page_of_ours_may_send_a_form(void **state)
{
	static const struct {
		const char *site, *origin;
		bool ok;
	} table[] = {
		{ "same-origin", NULL, true },
		{ "same-origin", "https://evil.example", true }, /* the browser has judged */
		{ NULL, "https://sso.example", true },
		{ NULL, "HTTPS://SSO.EXAMPLE", true },
		{ NULL, NULL, false },
		{ "", NULL, false },
		{ "none", NULL, false },
		{ "cross-site", "https://sso.example", false },
		{ "same-site", "https://sso.example", false },
		{ "Same-Origin", NULL, false },
		{ "same-origin,", NULL, false },
		{ NULL, "", false },
		{ NULL, "null", false },
		{ NULL, "https://sso.example/", false },
		{ NULL, "https://sso.example:443", false },
		{ NULL, "https://sso.example.evil", false },
		{ NULL, "http://sso.example", false },
		{ NULL, "https://sso.exampl", false },
	};
	static const char ours[] = "https://sso.example/path";

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		if (ac_same_origin(table[i].site, table[i].origin, ours,
				   strlen("https://sso.example")) != table[i].ok)
			fail_msg("%s %s", table[i].site == NULL ? "-" : table[i].site,
				 table[i].origin == NULL ? "-" : table[i].origin);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_endpoint_of_the_library_has_its_row),
		cmocka_unit_test(rows_are_complete_and_found_by_exact_path_alone),
		cmocka_unit_test(
			what_the_metadata_tells_is_a_route_and_every_route_is_told_or_known_not_to_be),
		cmocka_unit_test(every_page_that_takes_a_form_asks_where_it_came_from),
		cmocka_unit_test(only_rows_that_say_so_are_for_pages_of_others),
		cmocka_unit_test(only_a_page_of_ours_may_send_a_form),
	};

	return cmocka_run_group_tests_name("routes", tests, NULL, NULL);
}
