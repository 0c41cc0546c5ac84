/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See one_world.h.
 */
#include "one_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

struct world w;

int
one_world_init(void **state)
{
	(void)state;
	world_init(&w);
	return 0;
}

int
one_world_start(void **state)
{
	(void)state;
	world_init(&w);
	world_start(&w);
	return 0;
}

int
one_world_stop(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

void
enter_by(unsigned n, const char *browser, const char *user, char out[AC_LOGIN_LEN + 1])
{
	struct ac_http *h;
	char txn[16];

	snprintf(txn, sizeof(txn), "txn:%u", n);
	h = post_login(&w, browser, txn, user, "secret");
	login_of(h, out);
	if (out[0] == '\0')
		assert_true(is_resumed(h, txn, AUTHCODE_NOTICE_BUSY));
	fake_http_free(&h);
}

void
pause_briefly(void)
{
	const struct timespec pause = { .tv_nsec = 60 * 1000000 };

	(void)nanosleep(&pause, NULL);
}
