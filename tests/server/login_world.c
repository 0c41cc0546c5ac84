/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See login_world.h.
 */
#include "login_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/form.h"
#include "server/accounts.h"
#include "server/config.h"
#include "server/pages.h"

static const struct ac_service services[] = {
	{ .name = "keys",
	  .acr = "urn:x:key",
	  .amr = "pwd hwk",
	  .first_prompt = AC_FIRST_PROMPT_ASK },
	{ .name = "otp", .acr = "urn:x:otp", .amr = "pwd otp" },
};
static const char *const env_claims[] = { "DEPARTMENT=department" };
static const char *const env_amr[] = { "AUTH_INDICATORS" };

static const struct ac_config config = {
	.issuer = APP_URL,
	.issuer_path = "",
	.check_socket = "/nonexistent/check.sock",
	.pam_service = "authcode",
	.services = services,
	.service_count = AC_ARRAY_SIZE(services),
	.env_claims = env_claims,
	.env_claim_count = 1,
	.env_amr = env_amr,
	.env_amr_count = 1,
};

void
world_init(struct world *w)
{
	script_reset();
	issuer_reset();
	fake_log_clear();
	*w = (struct world){
		.settings = {
			.authenticator = { .ops = &script_ops },
			.max = 8,
			.max_per_address = 6,
			.max_per_name = 3,
			.max_parked_per_name = 4,
			.max_waiters = 3,
			.prompt_ms = 20000,
			.total_ms = 20000,
			.linger_ms = 20000,
			.again_ms = 20000,
			.max_readers = 3,
			.wait_ms = 20000,
			.nonce_ms = 3600000,
			.nonce_max = 1000,
		},
		.app = { .config = &config },
	};
}

void
world_start(struct world *w)
{
	const struct ac_accounts_settings accounts = ac_accounts_settings_of(&config, NULL);

	assert_int_equal(ac_accounts_new(&accounts, &w->app.accounts), AUTHCODE_OK);
	assert_int_equal(ac_pages_new(&config, &w->app.pages, NULL), AUTHCODE_OK);
	assert_true(ac_login_start_with(&w->settings, &w->app.login));
}

void
world_stop(struct world *w)
{
	ac_login_drain(w->app.login);
	ac_login_stop(&w->app.login);
	ac_accounts_free(&w->app.accounts);
	ac_pages_free(&w->app.pages);
	assert_null(w->app.login);
	assert_int_equal(script_alive(), 0);
}

static struct ac_http *
request(const char *browser, enum authcode_method method, const char *path)
{
	struct ac_http *h = fake_http_new();

	h->method = method;
	h->path = path;
	if (browser != NULL) {
		h->cookie_name[0] = "__Host-authcode-browser";
		h->cookie_value[0] = browser;
	}
	return h;
}

struct ac_http *
post(struct world *w, const char *browser, const char *path, const char *body)
{
	struct ac_http *h = request(browser, AUTHCODE_METHOD_POST, path);
	enum ac_step step;

	h->body = body;
	h->accept_language = w->accept_language;
	if (w->device != NULL) {
		h->cookie_name[1] = "__Host-authcode-device";
		h->cookie_value[1] = w->device;
	}
	if (strcmp(path, "/login") == 0)
		step = ac_login_post(&w->app, h);
	else
		step = ac_prompt_start(&w->app, h);
	/* Every POST answers at once, and once. */
	assert_int_equal(step, AC_STEP_REPLY);
	assert_int_equal(h->replies, 1);
	return h;
}

struct ac_http *
post_login(struct world *w, const char *browser, const char *txn, const char *user,
	   const char *password)
{
	struct ac_http *h;
	struct ac_buf body;
	char csrf[128];

	snprintf(csrf, sizeof(csrf), "csrf-%s", txn);
	ac_buf_init(&body, 65536);
	ac_form_put(&body, "txn", txn);
	ac_form_put(&body, "csrf", csrf);
	ac_form_put(&body, "username", user);
	ac_form_put(&body, "password", password);
	h = post(w, browser, "/login", ac_buf_text(&body));
	h->body = NULL;
	ac_buf_clear(&body);
	return h;
}

struct ac_http *
post_answer(struct world *w, const char *browser, const char *login, const char *nonce,
	    const char *answer)
{
	struct ac_http *h;
	struct ac_buf body;

	ac_buf_init(&body, 65536);
	ac_form_put(&body, "txn", "txn:1");
	ac_form_put(&body, "csrf", "csrf-txn:1");
	ac_form_put(&body, "login", login);
	ac_form_put(&body, "nonce", nonce);
	ac_form_put(&body, "answer", answer);
	h = post(w, browser, "/prompt", ac_buf_text(&body));
	h->body = NULL;
	ac_buf_clear(&body);
	return h;
}

static struct ac_http *
start_get(struct world *w, const char *browser, const char *login, const char *txn,
	  enum ac_step *step)
{
	struct ac_http *h = request(browser, AUTHCODE_METHOD_GET, "/prompt");
	struct ac_buf query;

	ac_buf_init(&query, 65536);
	if (login != NULL)
		ac_form_put(&query, "login", login);
	if (txn != NULL)
		ac_form_put(&query, "txn", txn);
	h->owned = ac_buf_steal(&query);
	h->query = h->owned;
	*step = ac_prompt_start(&w->app, h);
	return h;
}

static void
carry_on(struct world *w, struct ac_http *h, enum ac_step step)
{
	unsigned seen = 0;

	while (step == AC_STEP_WAIT) {
		assert_int_equal(h->replies, 0);
		assert_true(fake_wait_resumed(h, seen));
		seen++;
		assert_int_equal(fake_resumes(h), seen); /* once per wait */
		step = ac_prompt_resumed(&w->app, h);
	}
	assert_int_equal(h->replies, 1);
}

struct ac_http *
get_prompt(struct world *w, const char *browser, const char *login, const char *txn)
{
	enum ac_step step;
	struct ac_http *h = start_get(w, browser, login, txn, &step);

	carry_on(w, h, step);
	return h;
}

struct ac_http *
begin_prompt(struct world *w, const char *browser, const char *login)
{
	enum ac_step step;
	struct ac_http *h = start_get(w, browser, login, "txn:1", &step);

	assert_int_equal(step, AC_STEP_WAIT);
	return h;
}

void
finish_prompt(struct world *w, struct ac_http *h)
{
	carry_on(w, h, AC_STEP_WAIT);
}

void
login_of(const struct ac_http *h, char out[AC_LOGIN_LEN + 1])
{
	static const char before[] = APP_URL "/prompt?login=";
	const char *location = fake_reply_header(h, "Location");

	out[0] = '\0';
	if (h->status == 303 && location != NULL && strncmp(location, before, strlen(before)) == 0)
		snprintf(out, AC_LOGIN_LEN + 1, "%s", location + strlen(before));
}

void
nonce_of(const struct ac_http *h, char out[AC_QUESTION_LEN + 1])
{
	static const char before[] = "name=\"nonce\" value=\"";
	const char *at = strstr(fake_page(h), before);

	assert_int_equal(h->status, 200);
	assert_non_null(at);
	snprintf(out, AC_QUESTION_LEN + 1, "%s", at + strlen(before));
}

bool
is_resumed(const struct ac_http *h, const char *txn, enum authcode_notice notice)
{
	const char *location = fake_reply_header(h, "Location");
	char expected[128];

	snprintf(expected, sizeof(expected), APP_URL "/resume?txn=%s&notice=%d", txn, (int)notice);
	return h->status == 303 && h->kind == AC_REPLY_REDIRECT && location != NULL &&
	       strcmp(location, expected) == 0;
}

void
begin_login(struct world *w, char login[AC_LOGIN_LEN + 1])
{
	struct ac_http *h = post_login(w, ALICE, "txn:1", "alice", "secret");

	login_of(h, login);
	assert_int_equal(strlen(login), AC_LOGIN_LEN);
	fake_http_free(&h);
}

void
begin_question(struct world *w, char login[AC_LOGIN_LEN + 1], char nonce[AC_QUESTION_LEN + 1])
{
	struct ac_http *h;

	begin_login(w, login);
	assert_true(script_wait_gos(0, 1));
	script_prompt(0, "Code:", false);
	h = get_prompt(w, ALICE, login, "txn:1");
	nonce_of(h, nonce);
	assert_int_equal(strlen(nonce), AC_QUESTION_LEN);
	fake_http_free(&h);
}
