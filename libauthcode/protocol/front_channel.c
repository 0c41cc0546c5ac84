/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See front_channel.h. RFC 6749 §3.1 and App. B. Malformed input is refused as
 * a whole: after a bad escape nobody knows which parameter meant what.
 */
#include "protocol/front_channel.h"

#include "base/limits.h"

static bool
decode(struct authcode_exchange *x, struct authcode_bytes bytes, enum ac_origin origin)
{
	switch (ac_form_decode(x->arena, bytes.data, bytes.len, origin, &x->params)) {
	case AUTHCODE_OK:
		return true;
	case AUTHCODE_ERR_LIMIT:
		ac_respond_page(x, 400, AC_INVALID_REQUEST,
				"the request has too many parameters or one that is too long");
		return false;
	case AUTHCODE_ERR_SYNTAX:
		ac_respond_page(x, 400, AC_INVALID_REQUEST,
				"the parameters are not well-formed UTF-8 in form encoding");
		return false;
	default:
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "front channel");
		return false;
	}
}

bool
ac_front_channel_query(struct authcode_exchange *x)
{
	if (x->request.query.len > AC_MAX_URI) {
		ac_respond_page(x, 414, AC_INVALID_REQUEST, "the query is too long");
		return false;
	}
	return decode(x, x->request.query, AC_FROM_QUERY);
}

bool
ac_front_channel_form(struct authcode_exchange *x)
{
	if (!ac_form_is_type(x->request.content_type)) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST,
				"the body must be application/x-www-form-urlencoded");
		return false;
	}
	if (x->request.body.len > AC_MAX_BODY) {
		ac_respond_page(x, 413, AC_INVALID_REQUEST, "the body is too long");
		return false;
	}
	return decode(x, x->request.body, AC_FROM_BODY);
}

bool
ac_front_channel_once(const struct ac_params *params)
{
	static const char *const repeatable[] = { "resource" }; /* RFC 8707 §2 */

	return ac_params_repeated(params, repeatable, AC_ARRAY_SIZE(repeatable)) == NULL;
}
