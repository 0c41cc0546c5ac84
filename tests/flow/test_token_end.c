/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What ends tokens that nobody has revoked, and which: RT-01, RT-11, UI-06. Dead is
 * dead everywhere: in introspection, at userinfo, and for a refresh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/token_fixture.h"

#define RETRY_S 10

/* Of bob's session, who has nothing else. */
static void
session_ends(struct world *world, int64_t session_id)
{
	end_session(world, session_id);
}

static struct authcode_subject
subject_of(struct world *world, int64_t session_id)
{
	struct authcode_session_view view;

	assert_int_equal(
		authcode_store_find_session(world->fault.inner, session_id, world->arena, &view),
		AUTHCODE_OK);
	return view.subject;
}

static void
account_is_gone(struct world *world, int64_t session_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_RETIRE_SUBJECT,
		.now_ms = world->now_ms,
		.u.retire_subject.subject_id = subject_of(world, session_id).id,
	};

	authcode_store_perform(world->fault.inner, &operation);
	assert_int_equal(operation.result, AUTHCODE_RESULT_DONE);
}

static void
name_is_recycled(struct world *world, int64_t session_id)
{
	(void)new_session(world, "bob", subject_of(world, session_id).uid + 1, NULL);
}

static void
consent_is_withdrawn(struct world *world, int64_t session_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_WITHDRAW_GRANT,
		.now_ms = world->now_ms,
		.u.withdraw_grant = { .subject_id = subject_of(world, session_id).id,
				      .client_id = "turn" },
	};

	authcode_store_perform(world->fault.inner, &operation);
	assert_int_equal(operation.result, AUTHCODE_RESULT_DONE);
	world->now_ms++;
}

static void
client_is_disabled(struct world *world, int64_t session_id)
{
	(void)session_id;
	world_change_client(world, "turn", CHANGE_DISABLED);
}

static void
client_is_removed(struct world *world, int64_t session_id)
{
	(void)session_id;
	world_change_client(world, "turn", CHANGE_REMOVED);
}

static void
session_runs_out(struct world *world, int64_t session_id)
{
	(void)session_id;
	world->now_ms += INT64_C(24) * 3600 * 1000;
}

static void
nothing(struct world *world, int64_t session_id)
{
	(void)world;
	(void)session_id;
}

enum { DIES, OUTLIVES }; /* the refresh token, and the access token with it */

static const struct event {
	const char *name;
	void (*happens)(struct world *world, int64_t session_id);
	int bound, offline;
	const char *error; /* of a refresh, when it dies */
	bool in_time_only; /* the access token ends anyhow */
} events[] = {
	{ "nothing", nothing, OUTLIVES, OUTLIVES, NULL, false },
	{ "logout", session_ends, DIES, OUTLIVES, "invalid_grant", false },
	{ "the session's time", session_runs_out, DIES, OUTLIVES, "invalid_grant", true },
	{ "account gone", account_is_gone, DIES, DIES, "invalid_grant", false },
	{ "name recycled", name_is_recycled, DIES, DIES, "invalid_grant", false },
	{ "consent withdrawn", consent_is_withdrawn, DIES, DIES, "invalid_grant", false },
	{ "client disabled", client_is_disabled, DIES, DIES, "invalid_client", false },
	{ "client removed", client_is_removed, DIES, DIES, "invalid_client", false },
};

static struct request
refresh_request(struct world *world, const char *refresh)
{
	return (struct request){
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.client = "turn",
		.body = text(world, "grant_type=refresh_token&refresh_token=%s", refresh),
	};
}

/* Both what came from the code, and what a refresh whose answer was lost gave. */
static void
what_ends_tokens_ends_them_everywhere(void **state)
{
	struct world *world = *state;

	world_restart(world, RETRY_S);
	for (size_t i = 0; i < AC_ARRAY_SIZE(events) * 4; i++) {
		const struct event *event = &events[i / 4];
		bool offline = i % 2 != 0, refreshed = i % 4 >= 2;
		int64_t session = new_session(world, "bob", 1001 + 2 * (uint32_t)i, NULL);
		struct tokens tokens =
			redeem(world, &(struct code){ .client = "turn",
						      .session_id = session,
						      .scope = offline ? "openid offline_access"
								       : "openid" });
		bool dies = (offline ? event->offline : event->bound) == DIES;
		struct request request = refresh_request(world, tokens.refresh);
		const char *row = text(world, "%s, %s%s", event->name,
				       offline ? "offline" : "bound", refreshed ? ", lost" : "");

		assert_true(active(world, tokens.access));
		assert_int_equal(userinfo_status(world, tokens.access), 200);
		if (refreshed)
			assert_int_equal(status_of(world, &request), 200);
		event->happens(world, session);
		if (dies) {
			expect_error(world, &request,
				     strcmp(event->error, "invalid_client") == 0 ? 401 : 400,
				     event->error, row);
		} else if (!event->in_time_only || !refreshed) {
			if (status_of(world, &request) != 200)
				fail_msg("%s: refresh", row);
		}
		if (active(world, tokens.access) != (!dies && !event->in_time_only))
			fail_msg("%s: introspection", row);
		if ((userinfo_status(world, tokens.access) == 200) !=
		    (!dies && !event->in_time_only))
			fail_msg("%s: userinfo", row);
		world_change_client(world, "", CHANGE_NOTHING);
	}
}

/* What was a client's while it was away is its own again: nothing was written. */
static void
a_client_that_comes_back_has_its_tokens_back(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ .client = "turn" });

	world_change_client(world, "turn", CHANGE_DISABLED);
	assert_false(active(world, tokens.access));
	world_change_client(world, "", CHANGE_NOTHING);
	assert_true(active(world, tokens.access));
}

static void
a_clients_own_tokens_end_with_it(void **state)
{
	struct world *world = *state;
	struct request request = { .endpoint = AUTHCODE_ENDPOINT_TOKEN,
				   .client = "robot",
				   .body = "grant_type=client_credentials" };

	for (int change = CHANGE_DISABLED; change <= CHANGE_REMOVED; change++) {
		struct reply reply = ask(world, &request);
		const char *access = member(world, &reply, "access_token");

		assert_int_equal(reply.status, 200);
		reply_clear(&reply);
		assert_true(active(world, access));
		world_change_client(world, "robot", (enum change)change);
		assert_false(active(world, access));
		expect_error(world, &request, 401, "invalid_client", "CC-01");
		world_change_client(world, "", CHANGE_NOTHING);
	}
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(what_ends_tokens_ends_them_everywhere),
		FLOW(a_client_that_comes_back_has_its_tokens_back),
		FLOW(a_clients_own_tokens_end_with_it),
	};

	return cmocka_run_group_tests_name("token end", tests, NULL, NULL);
}
