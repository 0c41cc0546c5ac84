/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/token_valid.h: every single thing a token depends on.
 */
#include "protocol/token_valid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1000000)

static const char *const uris[] = { "https://web.example/cb" };

static struct authcode_clients *
registry(void)
{
	const struct authcode_client clients[] = {
		{ .id = "web",
		  .redirect_uris = uris,
		  .redirect_uri_count = 1,
		  .scope = "openid",
		  .secret_hash = { 1 },
		  .grants = AUTHCODE_GRANT_AUTHORIZATION_CODE },
		{ .id = "off",
		  .redirect_uris = uris,
		  .redirect_uri_count = 1,
		  .scope = "openid",
		  .secret_hash = { 1 },
		  .grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
		  .disabled = true },
	};
	struct authcode_clients *registry = NULL;

	assert_int_equal(authcode_clients_new(clients, AC_ARRAY_SIZE(clients), &registry, NULL),
			 AUTHCODE_OK);
	return registry;
}

/* A token with which nothing is wrong. */
static struct authcode_token_view
sound(void)
{
	return (struct authcode_token_view){
		.token = { .id = 4, .kind = AUTHCODE_TOKEN_REFRESH, .expires_ms = NOW + 1 },
		.family = { .id = 3,
			    .client_id = "web",
			    .subject_id = 2,
			    .session_id = 1,
			    .expires_ms = NOW + 1 },
		.subject = { .id = 2 },
		.session = { .id = 1 },
	};
}

static bool
valid(const struct authcode_token_view *view)
{
	struct authcode_exchange x = { .clients = registry(), .now_ms = NOW };
	bool is_valid = ac_token_valid(&x, view);

	authcode_clients_unref(&x.clients);
	return is_valid;
}

static void
a_sound_token_is_valid_until_its_last_millisecond(void **state)
{
	struct authcode_token_view view = sound();

	(void)state;
	assert_true(valid(&view));
	/* a session past its time ends nothing; the family's end says when */
	view.session.expires_ms = 1;
	view.session.idle_expires_ms = 1;
	assert_true(valid(&view));
}

static void
a_token_needs_neither_person_nor_session_of_its_own_accord(void **state)
{
	struct authcode_token_view view = sound();

	(void)state;
	view.family.session_id = 0; /* offline_access, RT-01 */
	view.session = (struct authcode_session){ 0 };
	assert_true(valid(&view));
	view.family.subject_id = 0; /* the client itself */
	view.subject = (struct authcode_subject){ 0 };
	assert_true(valid(&view));
}

static void
each_thing_it_depends_on_ends_it(void **state)
{
	struct authcode_token_view rows[11];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		rows[i] = sound();
	rows[n++].token.expires_ms = NOW; /* RT-10, expiry is exclusive */
	rows[n++].token.revoked_ms = 1;   /* RV-06 */
	rows[n++].token.rotated_ms = 1;   /* RT-06 */
	rows[n++].family.expires_ms = NOW;
	rows[n++].family.revoked_ms = 1; /* CO-04 */
	rows[n++].subject.retired_ms = 1;
	rows[n++].subject.id = 0;       /* the person's row is missing */
	rows[n++].session.ended_ms = 1; /* RT-01 */
	rows[n++].session.id = 0;       /* the session's row is missing */
	rows[n++].family.client_id = "off";
	rows[n++].family.client_id = "removed";
	assert_int_equal(n, AC_ARRAY_SIZE(rows));
	for (size_t i = 0; i < n; i++) {
		if (valid(&rows[i]))
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_token_is_valid_until_its_last_millisecond),
		cmocka_unit_test(a_token_needs_neither_person_nor_session_of_its_own_accord),
		cmocka_unit_test(each_thing_it_depends_on_ends_it),
	};

	return cmocka_run_group_tests_name("token_valid", tests, NULL, NULL);
}
