/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/fetch.h before an authcode-fetch of the test's own, which answers when it is
 * told to: what is sent at once, and that nobody's silence holds up another (BC-06).
 */
#include "server/fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "fetch/wire.h"
#include "server/app.h"

#define SENT 32
#define POSTS 24
#define OF_URL 4

static struct world {
	char directory[64], path[96];
	int listener, peer;
	struct ac_app app;
	atomic_uint answered;
	uint32_t ids[128]; /* of what came, in its order */
	char urls[128][64];
	size_t count;
} w;

static int
set_up(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	w = (struct world){ .peer = -1 };
	snprintf(w.directory, sizeof(w.directory), "/tmp/authcode-fetch.XXXXXX");
	if (mkdtemp(w.directory) == NULL)
		return -1;
	snprintf(w.path, sizeof(w.path), "%s/socket", w.directory);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", w.path);
	w.listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (w.listener < 0 ||
	    bind(w.listener, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(w.listener, 1) != 0)
		return -1;
	return ac_fetch_new(w.path, &w.app.fetch) == AUTHCODE_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	ac_fetch_drain(w.app.fetch);
	ac_fetch_free(&w.app.fetch);
	if (w.peer >= 0)
		close(w.peer);
	close(w.listener);
	unlink(w.path);
	rmdir(w.directory);
	return 0;
}

static void
on_answer(const struct ac_fetch_answer *answer, void *arg)
{
	(void)arg;
	if (answer->outcome == AC_FETCH_ANSWERED)
		w.answered++;
}

static void
ask(enum ac_fetch_method method, const char *host, int number)
{
	char url[64];

	snprintf(url, sizeof(url), "https://%s%d.example/x", host, number);
	ac_fetch_submit(&w.app,
			&(struct ac_fetch_request){ .method = method,
						    .url = url,
						    .body = "a=b",
						    .body_len = 3,
						    .allow_private = true },
			on_answer, NULL);
}

/* All that comes until nothing more does for a while. */
static size_t
receive(void)
{
	static char data[AC_FETCH_MAX_FRAME + 1];
	const struct timeval patience = { .tv_usec = 200000 };
	struct ac_fetch_frame frame;
	ssize_t len;

	if (w.peer < 0)
		w.peer = accept(w.listener, NULL, NULL);
	assert_true(w.peer >= 0);
	assert_int_equal(setsockopt(w.peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)),
			 0);
	while ((len = recv(w.peer, data, sizeof(data), 0)) > 0) {
		assert_true(ac_fetch_frame_parse(data, (size_t)len, &frame));
		w.ids[w.count] = frame.id;
		snprintf(w.urls[w.count], sizeof(w.urls[0]), "%s", frame.text);
		w.count++;
	}
	return w.count;
}

static void
answer(size_t i)
{
	const struct ac_fetch_frame frame = { .kind = AC_FETCH_ANSWER,
					      .id = w.ids[i],
					      .outcome = AC_FETCH_ANSWERED,
					      .status = 200,
					      .text = "",
					      .body = "" };
	struct ac_buf buf;

	ac_buf_init(&buf, AC_FETCH_MAX_FRAME);
	assert_true(ac_fetch_frame_format(&frame, &buf));
	assert_int_equal(send(w.peer, buf.data, buf.len, 0), buf.len);
	ac_buf_clear(&buf);
}

static void
a_server_that_does_not_answer_has_its_own_places(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++)
		ask(AC_FETCH_METHOD_POST, "slow", 0);
	ask(AC_FETCH_METHOD_POST, "quick", 0);
	assert_int_equal(receive(), OF_URL + 1);
	assert_string_equal(w.urls[OF_URL], "https://quick0.example/x");
	answer(0);
	assert_int_equal(receive(), OF_URL + 2);
	assert_string_equal(w.urls[OF_URL + 1], "https://slow0.example/x");
	assert_int_equal(w.answered, 1);
}

/* For what is posted nobody waits; for a key set a client does. */
static void
posts_leave_room_for_what_is_waited_for(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++)
		ask(AC_FETCH_METHOD_POST, "client", i);
	assert_int_equal(receive(), POSTS);
	for (int i = 0; i < 40; i++)
		ask(AC_FETCH_METHOD_GET, "keys", i);
	assert_int_equal(receive(), SENT);
	for (size_t i = POSTS; i < SENT; i++)
		assert_non_null(strstr(w.urls[i], "//keys"));
	answer(0);
	assert_int_equal(receive(), SENT + 1);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_server_that_does_not_answer_has_its_own_places),
		CASE(posts_leave_room_for_what_is_waited_for),
	};

	return cmocka_run_group_tests_name("fetch lanes", tests, NULL, NULL);
}
