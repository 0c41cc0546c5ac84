/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See login_world.h.
 */
#include "login_world.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/form.h"
#include "server/config.h"
#include "server/pages.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* --- the authenticator ------------------------------------------------------ */

struct helper {
	int fd;
	bool alive;
	bool began;
	struct ac_wire_start start;
	struct ac_relay_event queue[8];
	struct ac_wire_frame frames[8];
	unsigned queued, taken;
	unsigned gos, answers;
	char last_answer[AC_MAX_PASSWORD + 1];
};

static struct helper helpers[MAX_HELPERS];
static unsigned started, evaluations;
static enum script_start start_mode;
static bool auto_canon;

static void
push(struct helper *helper, enum ac_relay_event_kind kind, const struct ac_wire_frame *frame,
     bool began)
{
	static const uint64_t one = 1;
	unsigned n = helper->queued++;

	if (n >= AC_ARRAY_SIZE(helper->queue))
		abort();
	if (frame != NULL)
		helper->frames[n] = *frame;
	helper->queue[n] = (struct ac_relay_event){ kind, &helper->frames[n], began };
	if (helper->alive && write(helper->fd, &one, sizeof(one)) < 0)
		abort();
}

static void
push_locked(unsigned i, enum ac_relay_event_kind kind, const struct ac_wire_frame *frame,
	    bool began)
{
	(void)pthread_mutex_lock(&lock);
	push(&helpers[i], kind, frame, began);
	(void)pthread_mutex_unlock(&lock);
}

static void
push_canon(struct helper *helper, const char *user)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_CANON };

	snprintf(frame.u.canon.user, sizeof(frame.u.canon.user), "%s", user);
	push(helper, AC_RELAY_CANON, &frame, true);
}

static enum authcode_err
fake_start(void *self, const struct ac_wire_start *start, struct ac_secret *password, void **ret)
{
	enum script_start mode;
	struct helper *helper;

	(void)self;
	(void)pthread_mutex_lock(&lock);
	mode = start_mode;
	if (mode == START_OK) {
		if (started == MAX_HELPERS)
			abort();
		helper = &helpers[started++];
		helper->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
		helper->alive = true;
		helper->start = *start;
		evaluations++;
		if (password == NULL || ac_secret_len(password) == 0)
			abort();
		if (auto_canon)
			push_canon(helper, start->user);
		*ret = helper;
	}
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
	ac_secret_free(&password);
	if (mode == START_OK)
		return AUTHCODE_OK;
	return mode == START_REFUSED ? AUTHCODE_ERR_USAGE : AUTHCODE_ERR_IO;
}

static int
fake_fd(const void *conversation)
{
	const struct helper *helper = conversation;

	return helper->fd;
}

static struct ac_relay_event
fake_next(void *conversation)
{
	struct helper *helper = conversation;
	struct ac_relay_event event = { .kind = AC_RELAY_WAIT };
	uint64_t one;

	(void)pthread_mutex_lock(&lock);
	if (read(helper->fd, &one, sizeof(one)) > 0)
		event = helper->queue[helper->taken++];
	(void)pthread_mutex_unlock(&lock);
	return event;
}

static enum authcode_err
fake_go(void *conversation)
{
	struct helper *helper = conversation;

	(void)pthread_mutex_lock(&lock);
	helper->gos++;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
	return AUTHCODE_OK;
}

static enum authcode_err
fake_answer(void *conversation, const char *text, size_t len)
{
	struct helper *helper = conversation;

	(void)pthread_mutex_lock(&lock);
	memcpy(helper->last_answer, text, len);
	helper->last_answer[len] = '\0';
	helper->answers++;
	evaluations++;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
	return AUTHCODE_OK;
}

static void
fake_cancel(void *conversation)
{
	struct helper *helper = conversation;

	(void)pthread_mutex_lock(&lock);
	helper->alive = false;
	(void)close(helper->fd);
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
}

static const struct ac_authenticator_ops fake_ops = {
	.start_take = fake_start,
	.fd = fake_fd,
	.next = fake_next,
	.go = fake_go,
	.answer = fake_answer,
	.cancel = fake_cancel,
};

void
script_set(enum script_start start, bool canon_at_once)
{
	(void)pthread_mutex_lock(&lock);
	start_mode = start;
	auto_canon = canon_at_once;
	(void)pthread_mutex_unlock(&lock);
}

/* Waits up to five seconds until *counter reaches count. */
static bool
wait_for(const unsigned *counter, unsigned count)
{
	struct timespec end;
	bool ok;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 5;
	(void)pthread_mutex_lock(&lock);
	while (*counter < count && pthread_cond_timedwait(&changed, &lock, &end) == 0)
		continue;
	ok = *counter >= count;
	(void)pthread_mutex_unlock(&lock);
	return ok;
}

static unsigned
read_counter(const unsigned *counter)
{
	unsigned value;

	(void)pthread_mutex_lock(&lock);
	value = *counter;
	(void)pthread_mutex_unlock(&lock);
	return value;
}

unsigned
script_started(void)
{
	return read_counter(&started);
}

bool
script_wait_started(unsigned count)
{
	return wait_for(&started, count);
}

unsigned
script_gos(unsigned i)
{
	return read_counter(&helpers[i].gos);
}

bool
script_wait_gos(unsigned i, unsigned count)
{
	return wait_for(&helpers[i].gos, count);
}

unsigned
script_answers(unsigned i)
{
	return read_counter(&helpers[i].answers);
}

bool
script_wait_answers(unsigned i, unsigned count)
{
	return wait_for(&helpers[i].answers, count);
}

const char *
script_last_answer(unsigned i)
{
	return helpers[i].last_answer;
}

const char *
script_user(unsigned i)
{
	return helpers[i].start.user;
}

const char *
script_service(unsigned i)
{
	return helpers[i].start.service;
}

bool
script_wait_cancelled(unsigned i)
{
	struct timespec end;
	bool ok;

	(void)clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 5;
	(void)pthread_mutex_lock(&lock);
	while (helpers[i].alive && pthread_cond_timedwait(&changed, &lock, &end) == 0)
		continue;
	ok = !helpers[i].alive;
	(void)pthread_mutex_unlock(&lock);
	return ok;
}

unsigned
script_alive(void)
{
	unsigned count = 0;

	(void)pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < started; i++)
		count += helpers[i].alive;
	(void)pthread_mutex_unlock(&lock);
	return count;
}

unsigned
script_evaluations(void)
{
	return read_counter(&evaluations);
}

void
script_canon(unsigned i, const char *user)
{
	(void)pthread_mutex_lock(&lock);
	push_canon(&helpers[i], user);
	(void)pthread_mutex_unlock(&lock);
}

void
script_prompt(unsigned i, const char *text, bool echo)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_PROMPT };

	frame.u.prompt.echo = echo;
	snprintf(frame.u.prompt.text, sizeof(frame.u.prompt.text), "%s", text);
	frame.u.prompt.message_count = 1;
	frame.u.prompt.messages[0].style = AC_MESSAGE_INFO;
	snprintf(frame.u.prompt.messages[0].text, sizeof(frame.u.prompt.messages[0].text),
		 "A message <b>");
	push_locked(i, AC_RELAY_PROMPT, &frame, true);
}

void
script_result(unsigned i, enum ac_verdict verdict, const char *user)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_RESULT };
	struct ac_wire_identity *identity = &frame.u.result.identity;

	frame.u.result.verdict = verdict;
	if (user != NULL) {
		snprintf(identity->user, sizeof(identity->user), "%s", user);
		identity->uid = 1000;
		snprintf(identity->groups, sizeof(identity->groups), "users\nadm");
		identity->groups_len = (uint16_t)strlen(identity->groups);
	}
	push_locked(i, AC_RELAY_RESULT, &frame, true);
}

void
script_die(unsigned i, bool began)
{
	push_locked(i, AC_RELAY_FAILED, NULL, began);
}

/* --- the issuer -------------------------------------------------------------- */

struct authcode_exchange {
	struct authcode_response response;
	struct authcode_operation operation;
	bool pending;
	char user[64];
};

static unsigned sign_ins, denials, group_count;
static char last_body[4096], all_bodies[1 << 16];
static bool holding;
static struct authcode_operation *held;

unsigned
issuer_sign_ins(void)
{
	return read_counter(&sign_ins);
}

unsigned
issuer_denials(void)
{
	return denials;
}

const char *
issuer_last_body(void)
{
	return last_body;
}

bool
issuer_saw_secret(const char *text)
{
	return strstr(all_bodies, text) != NULL;
}

const char *
authcode_issuer_url(const struct authcode_issuer *issuer)
{
	(void)issuer;
	return APP_URL;
}

const struct authcode_client *
authcode_clients_find(const struct authcode_clients *clients, const char *id)
{
	static const struct authcode_client app = { .id = "app", .name = "The <App>" };
	static const struct authcode_client other = { .id = "other", .pam_service = "otp" };

	(void)clients;
	if (strcmp(id, "app") == 0)
		return &app;
	return strcmp(id, "other") == 0 ? &other : NULL;
}

static bool
is_ours(const char *transaction)
{
	return strncmp(transaction, "txn:", 4) == 0 || strncmp(transaction, "old:", 4) == 0 ||
	       strncmp(transaction, "oth:", 4) == 0 || strncmp(transaction, "gone:", 5) == 0;
}

struct authcode_transaction
authcode_transaction_check(struct authcode_issuer *issuer, const char *transaction,
			   const char *csrf, const char *browser, int64_t now_ms)
{
	struct authcode_transaction verdict = { .state = AUTHCODE_TRANSACTION_INVALID };
	char expected[128];

	(void)issuer;
	(void)browser;
	if (!is_ours(transaction))
		return verdict;
	snprintf(expected, sizeof(expected), "csrf-%s", transaction);
	verdict.state = AUTHCODE_TRANSACTION_STALE;
	if (strncmp(transaction, "old:", 4) == 0)
		return verdict;
	verdict.state = AUTHCODE_TRANSACTION_CSRF;
	if (strcmp(csrf, expected) != 0)
		return verdict;
	verdict.state = AUTHCODE_TRANSACTION_VALID;
	verdict.created_ms = now_ms;
	snprintf((char *)verdict.nonce, sizeof(verdict.nonce), "%s", transaction);
	snprintf(verdict.client_id, sizeof(verdict.client_id), "%s",
		 strncmp(transaction, "oth:", 4) == 0    ? "other"
		 : strncmp(transaction, "gone:", 5) == 0 ? "gone"
							 : "app");
	return verdict;
}

enum authcode_err
authcode_transaction_resume_url(struct authcode_issuer *issuer, const char *transaction,
				const char *browser, enum authcode_notice notice, int64_t now_ms,
				char **ret_url)
{
	(void)issuer;
	(void)browser;
	(void)now_ms;
	if (!is_ours(transaction))
		return AUTHCODE_ERR_SYNTAX;
	return asprintf(ret_url, APP_URL "/resume?txn=%s&notice=%d", transaction, (int)notice) > 0
		       ? AUTHCODE_OK
		       : AUTHCODE_ERR_MEMORY;
}

enum authcode_err
authcode_transaction_csrf(struct authcode_issuer *issuer, const char *transaction,
			  const char *browser, char **ret_csrf)
{
	(void)issuer;
	(void)browser;
	return asprintf(ret_csrf, "csrf-%s", transaction) > 0 ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

enum authcode_err
authcode_exchange_begin(struct authcode_issuer *issuer, const struct authcode_request *request,
			struct authcode_exchange **ret)
{
	struct authcode_exchange *x = calloc(1, sizeof(*x));

	(void)issuer;
	if (x == NULL || request->endpoint != AUTHCODE_ENDPOINT_CONSENT)
		abort();
	snprintf(last_body, sizeof(last_body), "%.*s", (int)request->body.len, request->body.data);
	strncat(all_bodies, last_body, sizeof(all_bodies) - strlen(all_bodies) - 1);
	denials++;
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_REDIRECT,
		.status = 303,
		.location = "https://app.example/cb?error=access_denied",
	};
	*ret = x;
	return AUTHCODE_OK;
}

enum authcode_err
authcode_exchange_begin_sign_in(struct authcode_issuer *issuer,
				const struct authcode_sign_in *sign_in,
				struct authcode_exchange **ret)
{
	struct authcode_exchange *x = calloc(1, sizeof(*x));

	(void)issuer;
	if (x == NULL)
		abort();
	snprintf(x->user, sizeof(x->user), "%s", sign_in->user.name);
	group_count = (unsigned)sign_in->user.group_count;
	if (group_count != 2 || strcmp(sign_in->user.groups[1], "adm") != 0 ||
	    sign_in->user.uid != 1000 || !is_ours(sign_in->transaction) ||
	    strcmp(sign_in->browser, ALICE) != 0)
		abort();
	x->pending = true;
	x->response = (struct authcode_response){ .kind = AUTHCODE_RESPONSE_PAGE, .status = 500 };
	*ret = x;
	return AUTHCODE_OK;
}

struct authcode_operation *
authcode_exchange_operation(struct authcode_exchange *x)
{
	return x->pending ? &x->operation : NULL;
}

void
authcode_exchange_answer(struct authcode_exchange *x)
{
	(void)pthread_mutex_lock(&lock);
	sign_ins++;
	(void)pthread_mutex_unlock(&lock);
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_REDIRECT,
		.status = 303,
		.location = APP_URL "/resume?txn=signed-in",
		.set_session = "acs_new",
	};
}

const struct authcode_response *
authcode_exchange_response(const struct authcode_exchange *x)
{
	return &x->response;
}

void
authcode_exchange_free(struct authcode_exchange **x)
{
	free(*x);
	*x = NULL;
}

void
authcode_store_submit(struct authcode_store *store, struct authcode_operation *operation,
		      void (*done)(struct authcode_operation *, void *), void *arg)
{
	(void)store;
	operation->done = done;
	operation->arg = arg;
	if (holding)
		held = operation;
	else
		done(operation, arg);
}

void
issuer_hold_store(bool hold)
{
	holding = hold;
}

void
issuer_release_store(void)
{
	if (held != NULL)
		held->done(held, held->arg);
	held = NULL;
}

/* --- the world --------------------------------------------------------------- */

static const struct ac_config config = {
	.issuer = APP_URL,
	.issuer_path = "",
	.pam_service = "authcode",
};

void
world_init(struct world *w)
{
	(void)pthread_mutex_lock(&lock);
	memset(helpers, 0, sizeof(helpers));
	started = 0;
	evaluations = 0;
	sign_ins = 0;
	denials = 0;
	(void)pthread_mutex_unlock(&lock);
	last_body[0] = '\0';
	all_bodies[0] = '\0';
	holding = false;
	held = NULL;
	fake_log_clear();
	script_set(START_OK, true);
	*w = (struct world){
		.settings = {
			.authenticator = { &fake_ops, NULL },
			.max = 8,
			.max_per_address = 6,
			.max_per_name = 3,
			.max_waiters = 3,
			.prompt_ms = 20000,
			.total_ms = 20000,
			.linger_ms = 20000,
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
	assert_int_equal(ac_pages_new(&config, &w->app.pages, NULL), AUTHCODE_OK);
	assert_true(ac_login_start_with(&w->settings, &w->app.login));
}

void
world_stop(struct world *w)
{
	ac_login_drain(w->app.login);
	ac_login_stop(&w->app.login);
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
