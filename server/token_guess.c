/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See token_guess.h. A request without an address (a Unix socket) is not counted, as
 * with passwords. The bucket of a connection is found once.
 */
#include "server/token_guess.h"

#include <stdio.h>

#include "server/address.h"
#include "server/dispatch.h"

/* The keyed hash is what costs here. */
static bool
find_bucket(const struct ac_app *app, struct ac_http *h, const struct ac_address *address,
	    struct ac_bucket *ret)
{
	struct ac_bucket *kept = ac_http_kept_bucket(h);

	if (kept != NULL && kept->kind == AC_BUCKET_TOKEN) {
		*ret = *kept;
		return true;
	}
	if (!ac_throttle_bucket(app->throttle, AC_BUCKET_TOKEN, address->bytes,
				sizeof(address->bytes), ret))
		return false;
	if (kept != NULL)
		*kept = *ret;
	return true;
}

bool
ac_token_guess_spend(struct ac_app *app, struct ac_http *h, struct ac_bucket *ret_bucket)
{
	struct ac_address address;
	uint32_t wait_s = 0;
	char text[16];

	*ret_bucket = (struct ac_bucket){ .kind = AC_BUCKET_TOKEN };
	if (app->throttle == NULL || !ac_address_bucket_parse(ac_http_peer(h), &address))
		return true;
	if (!find_bucket(app, h, &address, ret_bucket)) {
		ac_dispatch_refuse(app, h, 500, "the server failed");
		return false;
	}
	if (ac_throttle_spend(app->throttle, ret_bucket, 1, &wait_s))
		return true;
	(void)snprintf(text, sizeof(text), "%u", wait_s);
	ac_dispatch_refuse(app, h, 429, "too many guesses at clients and tokens");
	ac_http_reply_header(h, "Retry-After", text);
	return false;
}

void
ac_token_guess_settle(struct ac_app *app, struct ac_bucket *bucket, bool guessed)
{
	if (!guessed && bucket->paid_ms > 0)
		ac_throttle_refund(app->throttle, bucket, 1);
}
