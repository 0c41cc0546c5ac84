/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See device_requests.h. What is spent is not given back: a request that is refused costs its
 * address as much as one that makes a row.
 */
#include "server/device_requests.h"

#include <stdio.h>

#include "server/address.h"
#include "server/dispatch.h"
#include "server/throttle.h"

bool
ac_device_request_spend(struct ac_app *app, struct ac_http *h)
{
	struct ac_address address;
	struct ac_bucket bucket;
	uint32_t wait_s = 0;
	char text[16];

	if (app->throttle == NULL || !ac_address_bucket_parse(ac_http_peer(h), &address))
		return true;
	if (!ac_throttle_bucket(app->throttle, AC_BUCKET_DEVICE_REQUEST, address.bytes,
				sizeof(address.bytes), &bucket)) {
		ac_dispatch_refuse(app, h, 500, "the server failed");
		return false;
	}
	if (ac_throttle_spend(app->throttle, &bucket, 1, &wait_s))
		return true;
	(void)snprintf(text, sizeof(text), "%u", wait_s);
	ac_dispatch_refuse(app, h, 429, "too many codes for devices were asked for");
	ac_http_reply_header(h, "Retry-After", text);
	return false;
}
