/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A device and its person, for the flows of RFC 8628; goes with flow.h.
 */
#ifndef TESTS_FLOW_DEVICE_FLOW_H
#define TESTS_FLOW_DEVICE_FLOW_H

#include "tests/flow/flow.h"

#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

/* What a device was told. */
struct device {
	const char *code;      /* to poll with */
	const char *user_code; /* to show */
};

/* Form posts of a client that has no browser. */
const struct authcode_response *device_post(struct flow *flow, enum authcode_endpoint endpoint,
					    const char *body);

/* The member of a JSON object, in the flow's arena: text, or the digits of a number. */
const char *device_value(struct flow *flow, const struct authcode_response *r, const char *name);

/* FLOW_TV asks, with these parameters behind its client_id ("" or "&scope=…"). */
struct device device_begin(struct flow *flow, const char *rest);

/* It polls once. */
const struct authcode_response *device_poll(struct flow *flow, const struct device *device);

/* The person types the code: the answer of /device. */
const struct authcode_response *device_type(struct flow *flow, const struct flow_browser *browser,
					    const char *user_code);

/* The same, signs alice in where that is asked for, and stops at the page of the
 * device. */
const struct authcode_response *device_page(struct flow *flow, struct flow_browser *browser,
					    const struct device *device);

/* The whole way: allowed by alice. */
void device_allow(struct flow *flow, struct flow_browser *browser, const struct device *device);

/* A JSON error of a 400 or another status. */
void device_assert_error(struct flow *flow, const struct authcode_response *r, unsigned status,
			 const char *error);

#endif
