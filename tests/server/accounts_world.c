/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See accounts_world.h.
 */
#include "tests/server/accounts_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "server/clock.h"

void
nap(int64_t ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

void
accounts_init(struct accounts_world *w)
{
	*w = (struct accounts_world){ 0 };
	fake_log_clear();
	w->config.pam_service = "authcode";
	w->helper = fake_check_new();
	assert_int_equal(authcode_store_memory_open(NULL, &w->store), AUTHCODE_OK);
	w->settings = (struct ac_accounts_settings){
		.config = &w->config,
		.socket = fake_check_socket(w->helper),
		.store = w->store,
		.connections = 4,
		.max_entries = 64,
		.max_waiters = 200,
		.lock_means_gone = true,
		.cache_ms = 60000,
		.grace_ms = 60000,
		.failure_ms = 100,
		.wait_ms = 5000,
		.answer_ms = 5000,
		.idle_ms = 5000,
		.sweep_ms = 0,
		.gone_ms = 60000,
		.gone_at_last_ms = 7 * 24 * 3600 * INT64_C(1000),
		.gone_count = 3,
	};
}

void
accounts_start(struct accounts_world *w)
{
	assert_int_equal(ac_accounts_new(&w->settings, &w->accounts), AUTHCODE_OK);
}

void
accounts_stop(struct accounts_world *w)
{
	ac_accounts_free(&w->accounts);
	assert_null(w->accounts);
	authcode_store_close(&w->store);
	fake_check_free(&w->helper);
}

static void
begin(struct accounts_world *w, struct accounts_request *request,
      const struct authcode_account_query *query)
{
	*request = (struct accounts_request){ .h = fake_http_new() };
	request->waiter.h = request->h;
	request->answer = ac_accounts_ask(w->accounts, query, &request->waiter);
}

void
accounts_begin(struct accounts_world *w, struct accounts_request *request, const char *user,
	       bool claims)
{
	const struct authcode_account_query query = {
		.subject_id = 1, .user_name = user, .uid = 1000, .claims = claims
	};

	begin(w, request, &query);
}

void
accounts_begin_at(struct accounts_world *w, struct accounts_request *request, const char *service,
		  const char *user)
{
	const struct authcode_client client = { .id = "x", .pam_service = service };
	const struct authcode_account_query query = {
		.client = &client, .subject_id = 1, .user_name = user, .uid = 1000
	};

	begin(w, request, &query);
}

struct ac_account_answer *
accounts_end(struct accounts_request *request)
{
	struct ac_account_answer *answer = request->answer;

	if (answer == NULL) {
		assert_true(fake_wait_resumed(request->h, 0));
		answer = request->waiter.answer;
	}
	assert_non_null(answer);
	assert_int_equal(fake_resumes(request->h), request->answer == NULL ? 1 : 0);
	fake_http_free(&request->h);
	return answer;
}

enum authcode_account_state
accounts_state(struct accounts_world *w, const char *user)
{
	struct accounts_request request;
	struct ac_account_answer *answer;
	enum authcode_account_state state;

	accounts_begin(w, &request, user, false);
	answer = accounts_end(&request);
	state = answer->account.state;
	ac_account_answer_unref(&answer);
	return state;
}

int64_t
accounts_sign_in(struct accounts_world *w, const char *user, int64_t *ret_session)
{
	static unsigned serial;
	char sub[64];
	int64_t now = ac_clock_unix_ms();
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_CREATE_SESSION,
		.now_ms = now,
		.u.create_session = { .user_name = user,
				      .uid = 1000,
				      .full_name = "",
				      .groups = "",
				      .new_sub = sub,
				      .auth_time_ms = now,
				      .acr = "",
				      .amr = "",
				      .claims = "",
				      .idle_expires_ms = now + 3600000,
				      .expires_ms = now + 3600000 },
	};

	snprintf(sub, sizeof(sub), "sub-of-%s-%u", user, ++serial);
	memcpy(operation.u.create_session.hash, &serial, sizeof(serial));
	authcode_store_perform(w->store, &operation);
	assert_int_equal(operation.result, AUTHCODE_RESULT_DONE);
	*ret_session = operation.u.create_session.ret_session_id;
	return operation.u.create_session.ret_subject_id;
}

bool
accounts_retired(struct accounts_world *w, int64_t session)
{
	struct authcode_session_view view;
	struct authcode_arena *arena = NULL;
	bool retired;

	assert_int_equal(authcode_arena_new(65536, &arena), AUTHCODE_OK);
	assert_int_equal(authcode_store_find_session(w->store, session, arena, &view), AUTHCODE_OK);
	retired = view.subject.retired_ms != 0;
	authcode_arena_free(&arena);
	return retired;
}

bool
accounts_wait_retired(struct accounts_world *w, int64_t session)
{
	for (int i = 0; i < 500 && !accounts_retired(w, session); i++)
		nap(10);
	return accounts_retired(w, session);
}
