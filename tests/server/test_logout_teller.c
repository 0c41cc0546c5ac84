/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/logout_teller.h with the real issuer and the memory store, a clock that
 * stands where the test put it and a sender that answers when it is told to (BC-02,
 * BC-06, BC-09).
 */
#include "server/logout_teller.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <authcode/authcode.h>

#include "base/attr.h"

#define T0 INT64_C(1700000000000)
#define MAX_POSTS 256
#define PATIENCE_MS 20000

static _Atomic int64_t clock_ms;

static int64_t
now(void)
{
	return clock_ms;
}

/* --- the world ----------------------------------------------------------- */

struct post {
	char url[128];
	ac_logout_sent *sent;
	void *arg;
};

static struct world {
	struct authcode_store *memory;
	struct authcode_store store; /* in front of it: records fail on demand */
	struct authcode_store_ops ops;
	struct authcode_issuer *issuer;
	struct authcode_clients *clients;
	struct ac_logout_teller *teller;
	int64_t session_id;
	atomic_bool records_fail, reads_fail;
	pthread_mutex_t lock;
	struct post posts[MAX_POSTS];
	size_t post_count;
	bool answers_at_once;
	unsigned answer;
} w = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
submit(void *self, struct authcode_operation *operation)
{
	(void)self;
	if (w.records_fail && operation->kind == AUTHCODE_OP_RECORD_DELIVERY) {
		operation->result = AUTHCODE_RESULT_FAILED;
		operation->err = AUTHCODE_ERR_STORE;
		operation->done(operation, operation->arg);
		return;
	}
	w.memory->ops->submit(w.memory->self, operation);
}

static enum authcode_err
list_deliveries(void *self, int64_t until_ms, uint32_t per_client, struct authcode_arena *arena,
		struct authcode_delivery_view *ret, size_t capacity, size_t *ret_count)
{
	(void)self;
	return w.reads_fail ? AUTHCODE_ERR_STORE
			    : authcode_store_list_deliveries(w.memory, until_ms, per_client, arena,
							     ret, capacity, ret_count);
}

static void
post(void *ctx, const struct authcode_logout_message *message, ac_logout_sent *sent, void *arg)
{
	struct post *p;
	bool at_once;

	(void)ctx;
	assert_int_equal(strncmp(message->body, "logout_token=", 13), 0);
	(void)pthread_mutex_lock(&w.lock);
	assert_true(w.post_count < MAX_POSTS);
	p = &w.posts[w.post_count++];
	snprintf(p->url, sizeof(p->url), "%s", message->url);
	p->sent = sent;
	p->arg = arg;
	at_once = w.answers_at_once;
	(void)pthread_mutex_unlock(&w.lock);
	if (at_once)
		sent(w.answer, NULL, arg);
}

static void
set_clients_at(const char *chat, const char *wiki)
{
	static const char *const uris[] = { "https://rp.example/cb" };
	struct authcode_client clients[2];

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++)
		clients[i] = (struct authcode_client){
			.id = i == 0 ? "chat" : "wiki",
			.secret_hash = { 1 },
			.redirect_uris = uris,
			.redirect_uri_count = 1,
			.scope = "openid",
			.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
			.backchannel_logout_uri = i == 0 ? chat : wiki,
		};
	authcode_clients_unref(&w.clients);
	assert_int_equal(authcode_clients_new(clients, 2, &w.clients, NULL), AUTHCODE_OK);
	authcode_issuer_set_clients(w.issuer, w.clients);
}

static void
set_clients(const char *uri)
{
	set_clients_at(uri, uri);
}

/* Keys take a while to be made: once for all. */
static int
set_up_all(void **state)
{
	struct authcode_issuer_settings settings = { .issuer = "https://id.example" };
	struct authcode_reason reason;

	(void)state;
	clock_ms = T0;
	assert_int_equal(authcode_store_memory_open(NULL, &w.memory), AUTHCODE_OK);
	w.ops = *w.memory->ops;
	w.ops.submit = submit;
	w.ops.list_deliveries = list_deliveries;
	w.store = (struct authcode_store){ .ops = &w.ops, .self = w.memory->self };
	settings.store = w.memory;
	memset(settings.master_key, 0x5a, sizeof(settings.master_key));
	if (authcode_issuer_new(&settings, &w.issuer, &reason) != AUTHCODE_OK ||
	    authcode_issuer_tend_keys(w.issuer, T0, AUTHCODE_KEYS_TEND, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	return 0;
}

static int
tear_down_all(void **state)
{
	(void)state;
	authcode_issuer_free(&w.issuer);
	authcode_clients_unref(&w.clients);
	authcode_store_close(&w.memory);
	return 0;
}

static int64_t
sign_in(void)
{
	struct authcode_operation op = {
		.kind = AUTHCODE_OP_CREATE_SESSION,
		.now_ms = clock_ms,
		.u.create_session = {
			.user_name = "ana",
			.full_name = "",
			.groups = "",
			.new_sub = "sub-ana",
			.acr = "",
			.amr = "",
			.claims = "",
			.auth_time_ms = clock_ms,
			.idle_expires_ms = clock_ms + 3600000,
			.expires_ms = clock_ms + 3600000,
		},
	};

	authcode_store_perform(w.memory, &op);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
	return op.u.create_session.ret_session_id;
}

static void
issue(int64_t session, const char *client)
{
	struct authcode_operation op = {
		.kind = AUTHCODE_OP_ISSUE_CODE,
		.now_ms = clock_ms,
		.u.issue_code = {
			.session_id = session,
			.idle_expires_ms = clock_ms + 3600000,
			.consented_scope = "",
			.tell_logout = true,
			.code = {
				.client_id = client,
				.redirect_uri = "",
				.scope = "openid",
				.code_challenge = "",
				.nonce = "",
				.claims_request = "",
				.resource = "",
				.expires_ms = clock_ms + 60000,
			},
		},
	};

	authcode_store_perform(w.memory, &op);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
}

/* A logout that clients "chat" and perhaps "wiki" are to be told. */
static void
log_out(bool both)
{
	struct authcode_operation op = { .kind = AUTHCODE_OP_END_SESSION, .now_ms = clock_ms };

	op.u.end_session.session_id = sign_in();
	issue(op.u.end_session.session_id, "chat");
	if (both)
		issue(op.u.end_session.session_id, "wiki");
	authcode_store_perform(w.memory, &op);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
}

static void
start_teller(void)
{
	const struct ac_logout_teller_settings settings = {
		.issuer = w.issuer,
		.store = &w.store,
		.sender = { .post = post },
		.poll_ms = 5,
		.now = now,
	};

	assert_int_equal(ac_logout_teller_new(&settings, &w.teller), AUTHCODE_OK);
}

/* Each begins with nothing waiting. */
static int
set_up(void **state)
{
	(void)state;
	clock_ms += INT64_C(10) * 24 * 3600 * 1000;
	w.records_fail = false;
	w.reads_fail = false;
	w.post_count = 0;
	w.answers_at_once = false;
	set_clients("https://rp.example/logout");
	start_teller();
	return 0;
}

static void
answer(size_t i, unsigned status)
{
	w.posts[i].sent(status, status == 0 ? "no connection" : NULL, w.posts[i].arg);
	w.posts[i].sent = NULL;
}

static int
tear_down(void **state)
{
	struct authcode_operation op = { .kind = AUTHCODE_OP_PURGE, .now_ms = clock_ms };

	(void)state;
	if (w.teller != NULL)
		ac_logout_teller_drain(w.teller);
	for (size_t i = 0; i < w.post_count; i++) {
		if (w.posts[i].sent != NULL && !w.answers_at_once)
			answer(i, 200);
	}
	ac_logout_teller_free(&w.teller);
	op.now_ms += INT64_C(9) * 24 * 3600 * 1000;
	op.u.purge.limit = 1000;
	authcode_store_perform(w.memory, &op);
	return 0;
}

static void
wait_a_bit(void)
{
	(void)nanosleep(&(const struct timespec){ .tv_nsec = 2000000 }, NULL);
}

static size_t
posts(void)
{
	size_t count;

	(void)pthread_mutex_lock(&w.lock);
	count = w.post_count;
	(void)pthread_mutex_unlock(&w.lock);
	return count;
}

static void
wait_for_posts(size_t count)
{
	for (int ms = 0; posts() < count && ms < PATIENCE_MS; ms += 2)
		wait_a_bit();
	assert_int_equal(posts(), count);
}

static size_t
waiting(struct authcode_delivery *ret_first)
{
	struct authcode_arena *arena = NULL;
	struct authcode_delivery_view views[8];
	size_t count = 0;

	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	assert_int_equal(
		authcode_store_list_deliveries(w.memory, INT64_MAX, 1000, arena, views, 8, &count),
		AUTHCODE_OK);
	if (count > 0 && ret_first != NULL)
		*ret_first = views[0].delivery;
	authcode_arena_free(&arena);
	return count;
}

/* Until that many wait, and the first of them has been tried so often. */
static struct authcode_delivery
wait_for(size_t count, uint32_t tries)
{
	struct authcode_delivery first = { 0 };

	for (int ms = 0; ms < PATIENCE_MS; ms += 2) {
		if (waiting(&first) == count && (count == 0 || first.tries == tries))
			return first;
		wait_a_bit();
	}
	assert_int_equal(waiting(&first), count);
	assert_int_equal(first.tries, tries);
	return first;
}

/* Long enough for a thread that looks every 5 ms to have looked. */
static void
nothing_more_is_sent(size_t so_far)
{
	for (int i = 0; i < 25; i++)
		wait_a_bit();
	assert_int_equal(posts(), so_far);
}

/* --- what it does -------------------------------------------------------- */

static void
every_client_is_told_without_waiting_for_another(void **state)
{
	(void)state;
	log_out(true);
	wait_for_posts(2); /* neither has answered */
	assert_string_equal(w.posts[0].url, "https://rp.example/logout");
	answer(1, 200);
	(void)wait_for(1, 0);
	answer(0, 200);
	(void)wait_for(0, 0);
}

static void
a_client_that_is_slow_is_not_told_twice(void **state)
{
	(void)state;
	log_out(false);
	wait_for_posts(1);
	nothing_more_is_sent(1);
	assert_int_equal(waiting(NULL), 1);
}

static void
no_content_counts_as_told(void **state)
{
	(void)state;
	log_out(false);
	wait_for_posts(1);
	answer(0, 204);
	(void)wait_for(0, 0);
}

/* §2.8: 400 when it did not work; no answer at all likewise. */
static void
whatever_else_is_tried_again_after_a_pause(void **state)
{
	static const unsigned statuses[] = { 0, 201, 302, 400, 404, 500, 503 };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(statuses); i++) {
		struct authcode_delivery d;

		log_out(false);
		wait_for_posts(2 * i + 1);
		answer(2 * i, statuses[i]);
		d = wait_for(1, 1);
		assert_int_equal(d.status, statuses[i]);
		assert_int_equal(d.next_ms, clock_ms + ac_logout_pauses[0]);
		nothing_more_is_sent(2 * i + 1);
		clock_ms += ac_logout_pauses[0];
		wait_for_posts(2 * i + 2);
		answer(2 * i + 1, 200);
		(void)wait_for(0, 0);
	}
}

static void
the_pauses_grow_and_then_it_is_given_up(void **state)
{
	int64_t before = 0;
	size_t i;

	(void)state;
	w.answer = 500;
	w.answers_at_once = true;
	log_out(false);
	for (i = 0; i < ac_logout_pause_count; i++) {
		assert_true(ac_logout_pauses[i] > before);
		before = ac_logout_pauses[i];
		wait_for_posts(i + 1);
		assert_int_equal(wait_for(1, (uint32_t)i + 1).next_ms, clock_ms + before);
		clock_ms += before;
	}
	wait_for_posts(i + 1);
	(void)wait_for(0, 0);
	clock_ms += before * 100;
	nothing_more_is_sent(i + 1);
}

static void
one_that_fails_holds_up_nobody(void **state)
{
	(void)state;
	log_out(true);
	wait_for_posts(2);
	answer(0, 0);
	answer(1, 200);
	(void)wait_for(1, 1);
}

static size_t
posts_to(const char *url)
{
	size_t count = 0;

	(void)pthread_mutex_lock(&w.lock);
	for (size_t i = 0; i < w.post_count; i++)
		count += strcmp(w.posts[i].url, url) == 0 ? 1 : 0;
	(void)pthread_mutex_unlock(&w.lock);
	return count;
}

static void
no_more_are_under_way_than_there_is_room_for(void **state)
{
	(void)state;
	for (int i = 0; i < AC_LOGOUT_PER_CLIENT + 3; i++)
		log_out(false);
	wait_for_posts(AC_LOGOUT_PER_CLIENT);
	nothing_more_is_sent(AC_LOGOUT_PER_CLIENT);
	answer(2, 200);
	wait_for_posts(AC_LOGOUT_PER_CLIENT + 1);
}

/* However many it is to be told of, and though they came first. */
static void
a_client_that_never_answers_holds_up_nobody(void **state)
{
	const size_t backlog = 4 * AC_LOGOUT_AT_ONCE;

	(void)state;
	set_clients_at("https://slow.example/logout", "https://rp.example/logout");
	for (size_t i = 0; i < backlog; i++)
		log_out(false);
	wait_for_posts(AC_LOGOUT_PER_CLIENT);
	log_out(true);
	wait_for_posts(AC_LOGOUT_PER_CLIENT + 1);
	assert_string_equal(w.posts[AC_LOGOUT_PER_CLIENT].url, "https://rp.example/logout");
	/* And again, and again: the other's places are its own. */
	for (size_t i = 1; i < 5; i++) {
		answer(AC_LOGOUT_PER_CLIENT + i - 1, 200);
		log_out(true);
		wait_for_posts(AC_LOGOUT_PER_CLIENT + i + 1);
	}
	assert_int_equal(posts_to("https://slow.example/logout"), AC_LOGOUT_PER_CLIENT);
	assert_int_equal(posts_to("https://rp.example/logout"), 5);
}

/* With everything due at once, nobody is told of a second logout before each of one. */
static void
turns_are_taken(void **state)
{
	(void)state;
	ac_logout_teller_drain(w.teller);
	ac_logout_teller_free(&w.teller);
	set_clients_at("https://slow.example/logout", "https://rp.example/logout");
	for (int i = 0; i < 3; i++)
		log_out(false);
	log_out(true);
	start_teller();
	wait_for_posts(5);
	assert_string_not_equal(w.posts[0].url, w.posts[1].url);
}

static void
a_client_that_wants_to_know_no_more_is_given_up_unasked(void **state)
{
	(void)state;
	log_out(true);
	wait_for_posts(2);
	answer(0, 500);
	answer(1, 500);
	(void)wait_for(2, 1);
	set_clients(NULL);
	clock_ms += ac_logout_pauses[0];
	(void)wait_for(0, 0);
	nothing_more_is_sent(2);
}

/* --- when something does not work ---------------------------------------- */

static void
what_cannot_be_recorded_is_not_sent_again_and_again(void **state)
{
	(void)state;
	w.records_fail = true;
	log_out(false);
	wait_for_posts(1);
	answer(0, 200);
	nothing_more_is_sent(1);
	w.records_fail = false;
	clock_ms += 60000;
	wait_for_posts(2); /* nobody knows that it was told */
	answer(1, 200);
	(void)wait_for(0, 0);
}

static void
a_list_that_cannot_be_read_is_read_later(void **state)
{
	(void)state;
	w.reads_fail = true;
	nothing_more_is_sent(0);
	log_out(false);
	w.reads_fail = false;
	nothing_more_is_sent(0);
	clock_ms += 60000;
	wait_for_posts(1);
}

static void
what_was_under_way_when_it_stopped_is_sent_anew(void **state)
{
	(void)state;
	log_out(false);
	wait_for_posts(1);
	ac_logout_teller_drain(w.teller);
	answer(0, 0);
	ac_logout_teller_free(&w.teller);
	assert_int_equal(wait_for(1, 1).status, 0);
	clock_ms += ac_logout_pauses[0];
	start_teller();
	wait_for_posts(2);
}

static void
nothing_is_begun_once_it_is_to_stop(void **state)
{
	(void)state;
	ac_logout_teller_drain(w.teller);
	log_out(false);
	nothing_more_is_sent(0);
	ac_logout_teller_free(&w.teller);
	assert_null(w.teller);
	ac_logout_teller_free(&w.teller);
	ac_logout_teller_free(NULL);
	assert_int_equal(waiting(NULL), 1);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_client_is_told_without_waiting_for_another),
		CASE(a_client_that_is_slow_is_not_told_twice),
		CASE(no_content_counts_as_told),
		CASE(whatever_else_is_tried_again_after_a_pause),
		CASE(the_pauses_grow_and_then_it_is_given_up),
		CASE(one_that_fails_holds_up_nobody),
		CASE(no_more_are_under_way_than_there_is_room_for),
		CASE(a_client_that_never_answers_holds_up_nobody),
		CASE(turns_are_taken),
		CASE(a_client_that_wants_to_know_no_more_is_given_up_unasked),
		CASE(what_cannot_be_recorded_is_not_sent_again_and_again),
		CASE(a_list_that_cannot_be_read_is_read_later),
		CASE(what_was_under_way_when_it_stopped_is_sent_anew),
		CASE(nothing_is_begun_once_it_is_to_stop),
	};

	return cmocka_run_group_tests_name("logout teller", tests, set_up_all, tear_down_all);
}
