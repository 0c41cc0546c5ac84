/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * libmicrohttpd, and only here and in its sibling files http_*.c: the life of
 * one request through its callbacks, and suspending it while somebody else
 * works. Own form decoder: the library's post processor is never used, nor its
 * decoded arguments.
 *
 *   request line → new, header → gate, body → read_body,
 *   complete → dispatch → reply, or park until ac_http_resume()
 */
#include "server/http.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/secret.h"
#include "base/text.h"
#include "server/clock.h"
#include "server/dispatch.h"
#include "server/http_internal.h"
#include "server/live.h"
#include "server/log.h"
#include "server/metrics.h"

/* --- one request ----------------------------------------------------------- */

/* False: the service is closed, no handler may begin any more. The word is given
 * before the door is looked at, so that ac_http_stop(), which shuts it and then
 * counts, never misses one. */
static bool
enter(struct ac_http *h)
{
	h->with_handler = true;
	(void)atomic_fetch_add(&h->service->with_handler, 1);
	return !atomic_load(&h->service->closed);
}

/* A client that goes away while its request is parked ends it here as well: the
 * library then calls no handler again. */
static void
leave(struct ac_http *h)
{
	if (!h->with_handler)
		return;
	h->with_handler = false;
	(void)atomic_fetch_sub(&h->service->with_handler, 1);
}

/* A configuration that is exchanged while the request is under way is for others. */
static struct ac_app *
app_of(struct ac_http *h)
{
	if (h->app == NULL)
		h->app = ac_live_pin(h->service->live);
	return h->app;
}

static void
log_request(struct ac_http *h, enum MHD_RequestTerminationCode how)
{
	const int64_t took_us = ac_clock_monotonic_us() - h->began_us;
	const bool replied = h->phase == AC_HTTP_REPLIED;
	char status[AC_I64_TEXT] = "";
	char ms[AC_I64_TEXT];

	if (replied)
		(void)ac_format_i64(h->status, status);
	(void)ac_format_i64(took_us / 1000, ms);
	ac_metrics_request(app_of(h)->metrics, h->below, replied ? h->status : 0, took_us);
	ac_log_event(how == MHD_REQUEST_TERMINATED_COMPLETED_OK ? AC_EVENT_REQUEST
								: AC_EVENT_REQUEST_BROKEN_OFF,
		     .rhost = h->peer, .method = h->method_name,
		     .path = h->path == NULL ? "" : h->path, .status = status, .ms = ms,
		     .why = h->why, .txn = h->txn);
}

static void
request_free(struct ac_http *h, enum MHD_RequestTerminationCode how)
{
	struct ac_http_service *service = h->service;

	h->conn->request = NULL;
	leave(h);
	log_request(h, how);
	if (h->free_state != NULL)
		h->free_state(h->state);
	ac_live_unpin(&h->app);
	ac_http_reply_clear(h);
	ac_buf_clear(&h->body);
	if (h->cookies != NULL)
		ac_wipe(h->cookies, h->cookies_len);
	free(h->cookies);
	ac_buf_clear(&h->authorization);
	free(h->path);
	free(h->below);
	ac_wipe(h->target, strlen(h->target));
	free(h);
	(void)atomic_fetch_sub(&service->under_way, 1);
}

/* libmicrohttpd 0.9.75 ends some requests that it cannot parse without a word. */
static void
drop_unfinished(struct ac_http_conn *conn)
{
	if (conn->request != NULL)
		request_free(conn->request, MHD_REQUEST_TERMINATED_WITH_ERROR);
}

/* The library makes a record in the memory of the connection for each argument
 * of the query. Nobody reads them, some hundred fill it, and 0.9.75 then goes on
 * to wait for a header it has no buffer for; so it is left no query to take apart. */
static void
hide_query(const char *uri)
{
	char *mark = strchr(uri, '?');

	if (mark != NULL && mark[1] != '\0')
		mark[1] = '\0';
}

/* MHD_OPTION_URI_LOG_CALLBACK: the one place that sees the target as sent. */
void *
ac_http_on_request_line(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct ac_http_service *service = cls;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	size_t len = strlen(uri);
	struct ac_http *h;

	if (info == NULL || info->socket_context == NULL)
		return NULL;
	drop_unfinished(info->socket_context);
	h = malloc(sizeof(*h) + (len > AC_MAX_URI ? 1 : len + 1));
	if (h == NULL)
		return NULL;
	memset(h, 0, offsetof(struct ac_http, headers));
	h->service = service;
	h->connection = connection;
	h->wire_target = uri;
	h->conn = info->socket_context;
	h->conn->request = h;
	h->began_us = ac_clock_monotonic_us();
	h->txn_number =
		ac_txn_make(ac_clock_unix_ms(), atomic_fetch_add_explicit(&service->txn_count, 1,
									  memory_order_relaxed));
	ac_txn_format(h->txn_number, h->txn);
	h->too_long = len > AC_MAX_URI;
	h->target[0] = '\0';
	if (!h->too_long)
		memcpy(h->target, uri, len + 1);
	hide_query(uri);
	ac_buf_init(&h->body, AC_MAX_BODY);
	ac_http_clock_request_line(h->conn);
	(void)atomic_fetch_add(&service->under_way, 1);
	return h;
}

void
ac_http_on_done(void *cls, struct MHD_Connection *connection, void **request,
		enum MHD_RequestTerminationCode how)
{
	struct ac_http *h = *request;

	(void)cls;
	(void)connection;
	if (h == NULL)
		return;
	*request = NULL;
	ac_http_clock_idle(h->conn);
	request_free(h, how);
}

static enum MHD_Result
take_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
	    const char *value, size_t value_len)
{
	struct ac_http *h = cls;

	(void)kind;
	if (h->header_count > AC_GATE_MAX_HEADERS)
		return MHD_NO;
	h->headers[h->header_count++] = (struct ac_gate_header){
		.name = { name, name_len },
		.value = { value == NULL ? "" : value, value == NULL ? 0 : value_len },
	};
	return MHD_YES;
}

static bool
take_cookies(struct ac_http *h)
{
	const struct ac_gate_header *cookie = ac_gate_header(h->headers, h->header_count, "Cookie");

	if (cookie == NULL)
		return true;
	h->cookies = strndup(cookie->value.data, cookie->value.len);
	if (h->cookies == NULL)
		return false;
	h->cookies_len = cookie->value.len;
	for (size_t i = 0; i < h->cookies_len; i++) {
		if (h->cookies[i] == ';')
			h->cookies[i] = '\0';
	}
	return true;
}

static const struct ac_gate_issuer *
addressee(const struct ac_http *h)
{
	if (h->conn->metrics)
		return &h->service->metrics;
	return h->conn->admin ? &h->service->admin : &h->service->issuer;
}

/* Before the gate, so that a refusal has the form its path asks for. */
static bool
take_target(struct ac_http *h)
{
	struct ac_gate_target parts = ac_gate_split(h->target, addressee(h));

	h->path = strndup(parts.path.data, parts.path.len);
	if (h->path == NULL)
		return false;
	h->query = parts.query;
	if (parts.below.data == NULL)
		return true;
	h->below = strndup(parts.below.data, parts.below.len);
	return h->below != NULL;
}

/* The lines of one name as the one value they mean (RFC 9110 §5.3). */
static void
join_lines(const struct ac_http *h, const char *name, struct ac_buf *ret)
{
	size_t lines = 0;

	ac_buf_init(ret, AC_GATE_MAX_HEADER_BYTES);
	for (size_t i = 0; i < h->header_count; i++) {
		if (ac_gate_header(&h->headers[i], 1, name) == NULL)
			continue;
		if (lines++ > 0)
			ac_buf_putc(ret, ',');
		ac_buf_put(ret, h->headers[i].value.data, h->headers[i].value.len);
	}
}

/* Two of them are no credentials of any scheme, which the endpoint says in its own
 * format (RFC 7617 §2, RFC 6750 §3.1); picking one would be guessing. */
static bool
take_authorization(struct ac_http *h)
{
	if (ac_gate_header(h->headers, h->header_count, "Authorization") == NULL)
		return true;
	join_lines(h, "Authorization", &h->authorization);
	h->has_authorization = true;
	return ac_buf_ok(&h->authorization);
}

/* Who asks: the peer, or what trusted proxies say of it. */
static bool
take_peer(struct ac_http *h)
{
	struct ac_buf all;
	struct ac_address client;
	bool ok = true;

	memcpy(h->peer, h->conn->peer, sizeof(h->peer));
	if (!h->conn->from_proxy ||
	    ac_gate_header(h->headers, h->header_count, "X-Forwarded-For") == NULL)
		return true;
	join_lines(h, "X-Forwarded-For", &all);
	ok = ac_buf_ok(&all) &&
	     ac_forwarded_client(h->service->trusted, h->service->trusted_count,
				 (struct authcode_bytes){ ac_buf_text(&all), all.len }, &client);
	if (ok)
		ac_address_format(&client, h->peer);
	ac_buf_clear(&all);
	return ok;
}

static void
refuse(struct ac_http *h, unsigned status, const char *why)
{
	h->why = why;
	h->close = true;
	ac_dispatch_refuse(app_of(h), h, status, why);
}

/* The header is complete; nothing of the body has been read. */
static bool
pass_gate(struct ac_http *h, const char *method, const char *version)
{
	struct ac_gate_request request = { .target = h->too_long ? NULL : h->target,
					   .version = version,
					   .headers = h->headers };
	struct ac_gate_refusal refusal = { 500, "out of memory" };

	memcpy(h->method_name, method, strnlen(method, sizeof(h->method_name) - 1));
	(void)MHD_get_connection_values_n(h->connection, MHD_HEADER_KIND, take_header, h);
	request.header_count = h->header_count;
	if (!take_target(h)) {
		refuse(h, 500, "out of memory");
		return false;
	}
	if (!take_peer(h)) {
		refuse(h, 400, "the forwarded client address is malformed");
		return false;
	}
	if (!ac_http_layout_check(h, method, version, &refusal) ||
	    !ac_gate_check(&request, addressee(h), &refusal)) {
		refuse(h, refusal.status, refusal.why);
		return false;
	}
	if (!take_cookies(h) || !take_authorization(h)) {
		refuse(h, 500, "out of memory");
		return false;
	}
	return true;
}

/* Too much is read and forgotten for a while, so that the client gets to see
 * the 413 instead of a reset; then the connection ends. */
static enum MHD_Result
read_body(struct ac_http *h, const char *data, size_t *len)
{
	size_t n = *len;

	*len = 0;
	if (n <= AC_MAX_BODY - h->body.len && h->discarded == 0) {
		ac_buf_put(&h->body, data, n);
		/* The library is done with these bytes and would keep a password in
		 * them for as long as the connection is open. */
		ac_wipe((char *)(uintptr_t)data, n);
		return ac_buf_ok(&h->body) ? MHD_YES : MHD_NO;
	}
	h->discarded += n;
	return h->discarded > AC_HTTP_MAX_DISCARD ? MHD_NO : MHD_YES;
}

/* --- handlers, and waiting for somebody else ------------------------------- */

/* True: parked; ac_http_resume() brings the request back. False: it has been
 * resumed already. The suspending comes before the word is given away, since
 * from then on another thread may resume. */
static bool
park(struct ac_http *h)
{
	int expected = AC_HTTP_RUNNING;

	if (atomic_load(&h->wait) == AC_HTTP_RESUMED)
		return false;
	ac_http_clock_stop(h->conn);
	MHD_suspend_connection(h->connection);
	if (!atomic_compare_exchange_strong(&h->wait, &expected, AC_HTTP_PARKED))
		MHD_resume_connection(h->connection);
	return true;
}

void
ac_http_resume(struct ac_http *h)
{
	struct MHD_Connection *connection = h->connection;

	/* Unless it is parked, h may be gone when this line is through. */
	if (atomic_exchange(&h->wait, AC_HTTP_RESUMED) == AC_HTTP_PARKED)
		MHD_resume_connection(connection);
}

static enum MHD_Result
proceed(struct ac_http *h)
{
	struct ac_app *app = app_of(h);
	enum ac_step step;

	if (h->phase == AC_HTTP_READING) {
		h->phase = AC_HTTP_STARTED;
		if (h->discarded > 0) {
			refuse(h, 413, "the request body is too large");
			return ac_http_queue(h);
		}
		if (!enter(h)) {
			refuse(h, 503, "the server is stopping");
			return ac_http_queue(h);
		}
		step = ac_dispatch_start(app, h);
	} else {
		atomic_store(&h->wait, AC_HTTP_RUNNING);
		step = ac_dispatch_resumed(app, h);
	}
	while (step == AC_STEP_WAIT) {
		if (park(h))
			return MHD_YES;
		atomic_store(&h->wait, AC_HTTP_RUNNING);
		step = ac_dispatch_resumed(app, h);
	}
	leave(h);
	return ac_http_queue(h);
}

/* MHD_AccessHandlerCallback: once for the header, once per piece of the body,
 * once when all is there, and again after each resume. */
enum MHD_Result
ac_http_on_request(void *cls, struct MHD_Connection *connection, const char *url,
		   const char *method, const char *version, const char *data, size_t *data_len,
		   void **request)
{
	struct ac_http *h = *request;

	(void)cls;
	(void)connection;
	(void)url;
	if (h == NULL)
		return MHD_NO;
	if (h->phase == AC_HTTP_NEW) {
		h->phase = AC_HTTP_READING;
		ac_http_clock_body(h->conn);
		return pass_gate(h, method, version) ? MHD_YES : ac_http_queue(h);
	}
	if (h->phase == AC_HTTP_REPLIED) {
		*data_len = 0;
		return MHD_YES;
	}
	if (*data_len > 0)
		return h->phase == AC_HTTP_READING ? read_body(h, data, data_len) : MHD_NO;
	return proceed(h);
}

/* MHD_OPTION_NOTIFY_CONNECTION */
void
ac_http_on_connection(void *cls, struct MHD_Connection *connection, void **context,
		      enum MHD_ConnectionNotificationCode code)
{
	struct ac_http_service *service = cls;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		*context =
			info == NULL ? NULL : ac_http_conns_adopt(service->conns, info->connect_fd);
		return;
	}
	if (*context != NULL) {
		drop_unfinished(*context);
		ac_http_conns_remove(service->conns, *context);
	}
	*context = NULL;
}
