/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See health.h. The database is asked to keep a number, as it would keep a token;
 * the helpers are asked for a connection. authcode-fetch and the helper that changes
 * passwords are not looked at: without them sign-ins go on.
 */
#include "server/health.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <authcode/store.h>

#include "server/admin.h"
#include "server/app.h"
#include "server/clock.h"
#include "server/config.h"
#include "server/storage.h"

#define MAX_ANSWER 1024

bool
ac_health_reachable(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	bool there;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	/* EAGAIN: its queue is full, so somebody keeps one. */
	there = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ||
		errno == EAGAIN;
	(void)close(fd);
	return there;
}

static void
on_probed(struct authcode_operation *operation, void *arg)
{
	(void)operation;
	ac_http_resume(arg);
}

enum ac_step
ac_health_start(struct ac_app *app, struct ac_http *h)
{
	struct authcode_operation *probe = calloc(1, sizeof(*probe));

	if (probe == NULL) {
		ac_admin_refuse(h, 503, "temporarily_unavailable", "out of memory");
		return AC_STEP_REPLY;
	}
	ac_http_set_state(h, probe, free);
	probe->kind = AUTHCODE_OP_PROBE;
	probe->now_ms = ac_clock_unix_ms();
	authcode_store_submit(app->store, probe, on_probed, h);
	return AC_STEP_WAIT;
}

static void
put_reason(struct ac_buf *json, bool *first, const char *why)
{
	ac_buf_printf(json, "%s\"%s\"", *first ? "" : ",", why);
	*first = false;
}

enum ac_step
ac_health_resumed(struct ac_app *app, struct ac_http *h)
{
	static const char ok[] = "{\"status\":\"ok\"}";
	const struct authcode_operation *probe = ac_http_state(h);
	bool fine = true;
	struct ac_buf json;

	ac_storage_note(app->storage, app->store, probe, ac_clock_monotonic_ms());
	ac_buf_init(&json, MAX_ANSWER);
	ac_buf_puts(&json, "{\"status\":\"failing\",\"reasons\":[");
	if (probe->result != AUTHCODE_RESULT_DONE)
		put_reason(&json, &fine, "the database cannot be written");
	if (!ac_health_reachable(app->config->login_socket))
		put_reason(&json, &fine, "nobody listens on login_socket");
	if (!ac_health_reachable(app->config->check_socket))
		put_reason(&json, &fine, "nobody listens on check_socket");
	ac_buf_puts(&json, "]}");
	if (fine)
		ac_http_reply(h, AC_REPLY_JSON, 200, ok, sizeof(ok) - 1);
	else
		ac_http_reply(h, AC_REPLY_JSON, 503, ac_buf_text(&json), json.len);
	ac_buf_clear(&json);
	return AC_STEP_REPLY;
}
