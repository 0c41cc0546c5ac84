/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See metrics.h. What is counted elsewhere already (the store, connections,
 * sign-ins under way, accounts) is asked for when somebody wants the numbers.
 */
#include "server/metrics.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "server/accounts.h"
#include "server/app.h"
#include "server/log.h"
#include "server/login.h"
#include "server/routes.h"

#define MAX_ROUTES 96
#define MAX_REASONS 48
#define MAX_TEXT (512 * 1024)

/* Every status the server gives; what is none of them is counted as 0, "other". */
static const unsigned statuses[] = { 0,   200, 204, 303, 304, 400, 401, 403, 404, 405, 408,
				     409, 413, 414, 415, 421, 429, 431, 500, 501, 503, 505 };

/* Upper bounds of the latency histogram, in microseconds. */
static const int64_t bounds_us[] = { 250,    500,     1000,    2500,    5000,
				     10000,  25000,   50000,   100000,  250000,
				     500000, 1000000, 2500000, 5000000, 10000000 };

/* Which operation gives which tokens. */
static const struct {
	enum authcode_operation_kind kind;
	const char *grant;
} grants[] = {
	{ AUTHCODE_OP_REDEEM_CODE, "authorization_code" },
	{ AUTHCODE_OP_USE_REFRESH, "refresh_token" },
	{ AUTHCODE_OP_ISSUE_CLIENT_TOKEN, "client_credentials" },
	{ AUTHCODE_OP_REDEEM_DEVICE, "device_code" },
};

struct ac_metrics {
	_Atomic uint64_t requests[MAX_ROUTES + 1][AC_ARRAY_SIZE(statuses)]; /* the last: no route */
	_Atomic uint64_t within[MAX_ROUTES + 1][AC_ARRAY_SIZE(bounds_us) + 1];
	_Atomic uint64_t took_us[MAX_ROUTES + 1];
	_Atomic uint64_t events[AC_EVENT_COUNT];
	_Atomic uint64_t login_failures[MAX_REASONS + 1]; /* the last: a reason without a row */
	_Atomic uint64_t access_tokens[AC_ARRAY_SIZE(grants)];
	_Atomic uint64_t refresh_tokens[AC_ARRAY_SIZE(grants)];
};

struct ac_metrics *
ac_metrics_new(void)
{
	return calloc(1, sizeof(struct ac_metrics));
}

void
ac_metrics_free(struct ac_metrics **metrics)
{
	free(*metrics);
	*metrics = NULL;
}

/* --- counting ------------------------------------------------------------------ */

static void
add(_Atomic uint64_t *c, uint64_t more)
{
	(void)atomic_fetch_add_explicit(c, more, memory_order_relaxed);
}

static uint64_t
read(const _Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

static size_t
row_of_path(const char *path)
{
	const struct ac_route *first = ac_route_at(0);
	const struct ac_route *route = path != NULL ? ac_route_find(path) : NULL;

	return route != NULL && route - first < MAX_ROUTES ? (size_t)(route - first) : MAX_ROUTES;
}

void
ac_metrics_request(struct ac_metrics *metrics, const char *path, unsigned status, int64_t took_us)
{
	size_t row = row_of_path(path), column = AC_ARRAY_SIZE(statuses) - 1, bucket = 0;

	while (column > 0 && statuses[column] != status)
		column--;
	while (bucket < AC_ARRAY_SIZE(bounds_us) && took_us > bounds_us[bucket])
		bucket++;
	add(&metrics->requests[row][column], 1);
	add(&metrics->within[row][bucket], 1);
	add(&metrics->took_us[row], took_us > 0 ? (uint64_t)took_us : 0);
}

void
ac_metrics_event(struct ac_metrics *metrics, enum ac_event event,
		 const struct ac_event_fields *fields)
{
	const struct ac_reason_row *first = ac_reason_at(0);
	const struct ac_reason_row *reason =
		fields->reason != NULL ? ac_reason_find(fields->reason) : NULL;

	add(&metrics->events[event], 1);
	if (event == AC_EVENT_LOGIN_FAILED)
		add(&metrics->login_failures[reason != NULL && reason - first < MAX_REASONS
						     ? reason - first
						     : MAX_REASONS],
		    1);
}

uint64_t
ac_metrics_count(const struct ac_metrics *metrics, enum ac_event event)
{
	return read(&metrics->events[event]);
}

void
ac_metrics_operation(struct ac_metrics *metrics, const struct authcode_operation *operation)
{
	const bool refresh =
		(operation->kind == AUTHCODE_OP_REDEEM_CODE &&
		 operation->u.redeem_code.with_refresh) ||
		(operation->kind == AUTHCODE_OP_REDEEM_DEVICE &&
		 operation->u.redeem_device.with_refresh) ||
		(operation->kind == AUTHCODE_OP_USE_REFRESH && operation->u.use_refresh.rotate);

	if (operation->result != AUTHCODE_RESULT_DONE)
		return;
	for (size_t i = 0; i < AC_ARRAY_SIZE(grants); i++) {
		if (grants[i].kind != operation->kind)
			continue;
		add(&metrics->access_tokens[i], 1);
		add(&metrics->refresh_tokens[i], refresh);
	}
}

/* --- the text -------------------------------------------------------------------- */

static void
head(struct ac_buf *out, const char *name, const char *type, const char *help)
{
	ac_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
one(struct ac_buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	head(out, name, type, help);
	ac_buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

static const char *
route_name(size_t row)
{
	const struct ac_route *route = row < MAX_ROUTES ? ac_route_at(row) : NULL;

	return route != NULL ? route->path : "other";
}

static void
put_requests(const struct ac_metrics *metrics, struct ac_buf *out)
{
	head(out, "authcode_http_requests_total", "counter",
	     "Requests by route and status; status other: none was sent, or one without a name");
	for (size_t row = 0; row <= MAX_ROUTES; row++) {
		for (size_t i = 0; i < AC_ARRAY_SIZE(statuses); i++) {
			uint64_t value = read(&metrics->requests[row][i]);

			if (value == 0)
				continue;
			ac_buf_printf(out, "authcode_http_requests_total{route=\"%s\",status=\"",
				      route_name(row));
			if (statuses[i] == 0)
				ac_buf_puts(out, "other");
			else
				ac_buf_printf(out, "%u", statuses[i]);
			ac_buf_printf(out, "\"} %llu\n", (unsigned long long)value);
		}
	}
}

static void
put_seconds(struct ac_buf *out, uint64_t us)
{
	ac_buf_printf(out, "%llu.%06llu", (unsigned long long)(us / 1000000),
		      (unsigned long long)(us % 1000000));
}

static void
put_route_latency(const struct ac_metrics *metrics, size_t row, struct ac_buf *out)
{
	static const char name[] = "authcode_http_request_duration_seconds";
	uint64_t sum = 0;

	for (size_t i = 0; i <= AC_ARRAY_SIZE(bounds_us); i++)
		sum += read(&metrics->within[row][i]);
	if (sum == 0)
		return;
	sum = 0;
	for (size_t i = 0; i <= AC_ARRAY_SIZE(bounds_us); i++) {
		sum += read(&metrics->within[row][i]);
		ac_buf_printf(out, "%s_bucket{route=\"%s\",le=\"", name, route_name(row));
		if (i < AC_ARRAY_SIZE(bounds_us))
			put_seconds(out, (uint64_t)bounds_us[i]);
		else
			ac_buf_puts(out, "+Inf");
		ac_buf_printf(out, "\"} %llu\n", (unsigned long long)sum);
	}
	ac_buf_printf(out, "%s_sum{route=\"%s\"} ", name, route_name(row));
	put_seconds(out, read(&metrics->took_us[row]));
	ac_buf_printf(out, "\n%s_count{route=\"%s\"} %llu\n", name, route_name(row),
		      (unsigned long long)sum);
}

static void
put_logins(const struct ac_metrics *metrics, struct ac_buf *out)
{
	const struct ac_reason_row *reason;
	uint64_t value;

	head(out, "authcode_logins_total", "counter", "Sign-ins by what became of them");
	ac_buf_printf(out, "authcode_logins_total{result=\"succeeded\"} %llu\n",
		      (unsigned long long)read(&metrics->events[AC_EVENT_LOGIN_SUCCEEDED]));
	for (size_t i = 0; i <= MAX_REASONS; i++) {
		value = read(&metrics->login_failures[i]);
		reason = i < MAX_REASONS ? ac_reason_at(i) : NULL;
		if (value > 0)
			ac_buf_printf(out, "authcode_logins_total{result=\"%s\"} %llu\n",
				      reason != NULL ? reason->word : "other",
				      (unsigned long long)value);
	}
}

static void
put_tokens(const struct ac_metrics *metrics, struct ac_buf *out)
{
	head(out, "authcode_tokens_issued_total", "counter", "Tokens given out, by kind and grant");
	for (size_t i = 0; i < AC_ARRAY_SIZE(grants); i++) {
		ac_buf_printf(
			out, "authcode_tokens_issued_total{kind=\"access\",grant=\"%s\"} %llu\n",
			grants[i].grant, (unsigned long long)read(&metrics->access_tokens[i]));
		ac_buf_printf(
			out, "authcode_tokens_issued_total{kind=\"refresh\",grant=\"%s\"} %llu\n",
			grants[i].grant, (unsigned long long)read(&metrics->refresh_tokens[i]));
	}
}

static void
put_events(const struct ac_metrics *metrics, struct ac_buf *out)
{
	head(out, "authcode_events_total", "counter", "Events of the log by name");
	for (size_t i = 0; i < AC_EVENT_COUNT; i++) {
		uint64_t value = read(&metrics->events[i]);

		if (value > 0)
			ac_buf_printf(out, "authcode_events_total{event=\"%s\"} %llu\n",
				      ac_event_row((enum ac_event)i)->name,
				      (unsigned long long)value);
	}
}

static void
put_store(struct authcode_store *store, struct ac_buf *out)
{
	struct authcode_store_stats stats = { 0 };

	authcode_store_stats(store, &stats);
	one(out, "authcode_store_operations_total", "counter",
	    "Operations that were made durable, or have failed", stats.operations);
	one(out, "authcode_store_failures_total", "counter", "Operations that have failed",
	    stats.failures);
	one(out, "authcode_store_batches_total", "counter",
	    "Batches in which operations were made durable together", stats.batches);
	one(out, "authcode_store_queue_depth", "gauge", "Operations that wait to be durable",
	    stats.queued);
}

static void
put_accounts(struct ac_accounts *accounts, struct ac_buf *out)
{
	struct ac_accounts_counts counts = { 0 };

	ac_accounts_count(accounts, &counts);
	head(out, "authcode_account_checks_total", "counter",
	     "Questions to authcode-login --check, by answer");
	ac_buf_printf(out, "authcode_account_checks_total{answer=\"good\"} %llu\n",
		      (unsigned long long)counts.good);
	ac_buf_printf(out, "authcode_account_checks_total{answer=\"refused\"} %llu\n",
		      (unsigned long long)counts.refused);
	ac_buf_printf(out, "authcode_account_checks_total{answer=\"none\"} %llu\n",
		      (unsigned long long)counts.none);
}

enum ac_step
ac_metrics_start(struct ac_app *app, struct ac_http *h)
{
	struct ac_buf out;

	ac_buf_init(&out, MAX_TEXT);
	put_requests(app->metrics, &out);
	head(&out, "authcode_http_request_duration_seconds", "histogram",
	     "From the request line to the end of the answer");
	for (size_t row = 0; row <= MAX_ROUTES; row++)
		put_route_latency(app->metrics, row, &out);
	put_logins(app->metrics, &out);
	put_tokens(app->metrics, &out);
	put_events(app->metrics, &out);
	put_store(app->store, &out);
	put_accounts(app->accounts, &out);
	one(&out, "authcode_sign_ins", "gauge", "Sign-ins under way",
	    ac_login_under_way(app->login));
	one(&out, "authcode_connections", "gauge", "Open connections", ac_http_open_connections(h));
	one(&out, "authcode_log_lines_lost_total", "counter",
	    "Lines that the journal had no room for", ac_log_lost());
	if (ac_buf_ok(&out))
		ac_http_reply(h, AC_REPLY_TEXT, 200, ac_buf_text(&out), out.len);
	else
		ac_http_reply(h, AC_REPLY_EMPTY, 500, NULL, 0);
	ac_buf_clear(&out);
	return AC_STEP_REPLY;
}
