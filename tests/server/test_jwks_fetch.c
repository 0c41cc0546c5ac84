/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/jwks_fetch.h with a sender that answers when it is told to: who waits for one URL
 * shares one request and one set (CA-19), and a set that could not be read for want of
 * memory is told from one that is none.
 */
#include "server/jwks_fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "fake_http.h"
#include "server/app.h"
#include "server/fetch.h"
#include "tests/unit/base/heap.h"
#include "tests/unit/jose/rfc_keys.h"

#define URL "https://client.example/jwks"
#define MAX_ASKED 8
#define MANY 2000
#define GOOD "{\"keys\":[" RFC_EC_JWK "]}"

static struct {
	char *url;
	ac_fetch_done *done;
	void *arg;
} asked[MAX_ASKED];
static size_t asked_count;
static struct ac_app app;

/* In the place of authcode-fetch and its thread. */
void
ac_fetch_submit(struct ac_app *of, const struct ac_fetch_request *request, ac_fetch_done *done,
		void *arg)
{
	assert_ptr_equal(of, &app);
	assert_int_equal(request->method, AC_FETCH_METHOD_GET);
	assert_true(request->allow_private);
	assert_true(asked_count < MAX_ASKED);
	asked[asked_count].url = strdup(request->url);
	asked[asked_count].done = done;
	asked[asked_count++].arg = arg;
}

const char *
ac_fetch_outcome_words(enum ac_fetch_outcome outcome)
{
	(void)outcome;
	return "outcome";
}

static void *
through_our_malloc(size_t size)
{
	return malloc(size);
}

static void
through_our_free(void *p)
{
	free(p);
}

static const struct authcode_client client = { .id = "remote" };

static void
ask(struct ac_jwks_waiter *waiter, const char *url)
{
	const struct authcode_client_keys_query query = { .client = &client, .url = url };

	*waiter = (struct ac_jwks_waiter){ .h = fake_http_new() };
	ac_jwks_fetch_ask(&app, &query, waiter);
}

static void
reply(size_t i, unsigned status, const char *body)
{
	const struct ac_fetch_answer answer = {
		.outcome = AC_FETCH_ANSWERED,
		.status = status,
		.body = body,
		.body_len = strlen(body),
		.why = "",
	};

	asked[i].done(&answer, asked[i].arg);
}

static void
assert_told(struct ac_jwks_waiter *waiter, enum authcode_err err)
{
	assert_int_equal(fake_resumes(waiter->h), 1);
	assert_int_equal(waiter->err, err);
	assert_int_equal(waiter->set != NULL, err == AUTHCODE_OK);
	authcode_key_set_free(&waiter->set);
	fake_http_free(&waiter->h);
}

static int
set_up(void **state)
{
	(void)state;
	fake_log_clear();
	asked_count = 0;
	return ac_jwks_fetch_new(&app.jwks) == AUTHCODE_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	ac_jwks_fetch_free(&app.jwks);
	for (size_t i = 0; i < asked_count; i++)
		free(asked[i].url);
	return 0;
}

static void
who_waits_for_one_url_shares_one_request(void **state)
{
	struct ac_jwks_waiter w[4];

	(void)state;
	ask(&w[0], URL);
	ask(&w[1], URL);
	ask(&w[2], URL "2");
	ask(&w[3], URL);
	assert_int_equal(asked_count, 2);
	assert_string_equal(asked[0].url, URL);
	assert_string_equal(asked[1].url, URL "2");
	reply(0, 200, GOOD);
	assert_int_equal(fake_resumes(w[2].h), 0);
	assert_ptr_equal(w[0].set, w[1].set);
	assert_ptr_equal(w[0].set, w[3].set);
	assert_told(&w[0], AUTHCODE_OK);
	assert_told(&w[1], AUTHCODE_OK);
	assert_told(&w[3], AUTHCODE_OK);
	reply(1, 200, "{}");
	assert_told(&w[2], AUTHCODE_ERR_SYNTAX);
}

static void
who_comes_after_the_answer_asks_anew(void **state)
{
	struct ac_jwks_waiter first, second;

	(void)state;
	ask(&first, URL);
	reply(0, 200, GOOD);
	ask(&second, URL);
	assert_int_equal(asked_count, 2);
	assert_int_equal(fake_resumes(second.h), 0);
	reply(1, 404, GOOD);
	assert_told(&first, AUTHCODE_OK);
	assert_told(&second, AUTHCODE_ERR_NOT_FOUND);
}

static void
what_is_no_good_answer_is_none(void **state)
{
	static const struct {
		unsigned status;
		const char *body;
		enum authcode_err err;
	} rows[] = {
		{ 201, GOOD, AUTHCODE_ERR_NOT_FOUND },
		{ 302, GOOD, AUTHCODE_ERR_NOT_FOUND },
		{ 500, GOOD, AUTHCODE_ERR_NOT_FOUND },
		{ 0, GOOD, AUTHCODE_ERR_NOT_FOUND },
		{ 200, "", AUTHCODE_ERR_SYNTAX },
		{ 200, "{\"keys\":[]}", AUTHCODE_ERR_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ac_jwks_waiter waiter;

		ask(&waiter, URL);
		reply(i, rows[i].status, rows[i].body);
		assert_told(&waiter, rows[i].err);
	}
}

static void
a_set_that_finds_no_memory_is_not_a_bad_one(void **state)
{
	bool failed = true;

	(void)state;
	for (int n = 0; failed && n < MANY; n++) {
		struct ac_jwks_waiter w[2];

		ask(&w[0], URL);
		ask(&w[1], URL);
		heap = (struct heap){ .armed = true, .fail_at = n };
		reply(0, 200, GOOD);
		failed = heap.fail_at < 0;
		heap.armed = false;
		assert_told(&w[0], failed ? AUTHCODE_ERR_MEMORY : AUTHCODE_OK);
		assert_told(&w[1], failed ? AUTHCODE_ERR_MEMORY : AUTHCODE_OK);
		free(asked[0].url);
		asked_count = 0;
	}
	assert_false(failed);
}

static void
a_request_that_finds_no_memory_says_so(void **state)
{
	const struct authcode_client_keys_query query = { .client = &client, .url = URL };
	struct ac_jwks_waiter waiter = { .h = fake_http_new() };

	(void)state;
	heap = (struct heap){ .armed = true };
	ac_jwks_fetch_ask(&app, &query, &waiter);
	heap.armed = false;
	assert_told(&waiter, AUTHCODE_ERR_MEMORY);
	assert_int_equal(asked_count, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_waits_for_one_url_shares_one_request),
		TEST(who_comes_after_the_answer_asks_anew),
		TEST(what_is_no_good_answer_is_none),
		TEST(a_set_that_finds_no_memory_is_not_a_bad_one),
		TEST(a_request_that_finds_no_memory_says_so),
	};

	json_set_alloc_funcs(through_our_malloc, through_our_free);
	return cmocka_run_group_tests_name("jwks_fetch", tests, NULL, NULL);
}
