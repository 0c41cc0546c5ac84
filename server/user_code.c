/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See user_code.h. A code that is typed spends a guess of its browser and one of its
 * address before it is looked up, and gets both back unless it was wrong. A wrong one
 * is told late, and from the limit on nothing is looked up at all.
 */
#include "server/user_code.h"

#include <stdio.h>
#include <string.h>

#include "server/address.h"
#include "server/cookies.h"
#include "server/delay.h"
#include "server/log.h"
#include "server/pages.h"
#include "server/protocol_route.h"
#include "server/throttle.h"

#define MAX_BUCKETS 2

struct guess {
	struct ac_bucket buckets[MAX_BUCKETS];
	size_t count;
};

/* A browser without a cookie is one nobody has seen: it has its address alone. Peers
 * that have none, on a Unix socket, share one bucket. */
static bool
prepare(const struct ac_app *app, const struct ac_http *h, struct guess *guess)
{
	const char *browser = ac_cookie_browser(app, h);
	struct ac_address address;

	guess->count = 0;
	if (!ac_address_bucket_parse(ac_http_peer(h), &address))
		address = (struct ac_address){ 0 };
	if (!ac_throttle_bucket(app->throttle, AC_BUCKET_USER_CODE_ADDRESS, address.bytes,
				sizeof(address.bytes), &guess->buckets[guess->count++]))
		return false;
	return browser == NULL ||
	       ac_throttle_bucket(app->throttle, AC_BUCKET_USER_CODE, browser, strlen(browser),
				  &guess->buckets[guess->count++]);
}

static void
refuse(struct ac_app *app, struct ac_http *h, uint32_t wait_s)
{
	char seconds[16];

	(void)snprintf(seconds, sizeof(seconds), "%u", (unsigned)wait_s);
	ac_log_event(AC_EVENT_USER_CODE_REFUSED, .rhost = ac_http_peer(h), .reason = "throttled",
		     .txn = ac_http_txn(h));
	ac_http_reply_header(h, "Retry-After", seconds);
	ac_page_error(app, h, 429, "temporarily_unavailable", "too many wrong codes were tried");
}

static bool
was_wrong(const struct ac_http *h)
{
	const struct authcode_response *response = ac_protocol_response(h);

	return response != NULL && response->kind == AUTHCODE_RESPONSE_USER_CODE &&
	       response->refusal.error != NULL;
}

enum ac_step
ac_user_code_start(struct ac_app *app, struct ac_http *h)
{
	struct guess guess;
	uint32_t wait_s = 60;
	enum ac_step step;

	if (ac_http_method(h) != AUTHCODE_METHOD_POST)
		return ac_protocol_start(app, h);
	if (!prepare(app, h, &guess) ||
	    !ac_throttle_spend(app->throttle, guess.buckets, guess.count, &wait_s)) {
		refuse(app, h, wait_s);
		return AC_STEP_REPLY;
	}
	step = ac_protocol_start(app, h);
	if (step == AC_STEP_REPLY && was_wrong(h))
		return ac_delay_hold(app->delay, h) ? AC_STEP_WAIT : AC_STEP_REPLY;
	ac_throttle_refund(app->throttle, guess.buckets, guess.count);
	return step;
}

/* The reply has been set: it was only held back. */
enum ac_step
ac_user_code_resumed(struct ac_app *app, struct ac_http *h)
{
	return was_wrong(h) ? AC_STEP_REPLY : ac_protocol_resumed(app, h);
}
