/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See front_channel.h. RFC 6749 §3.1 and App. B. Malformed input is refused as
 * a whole: after a bad escape nobody knows which parameter meant what.
 */
#include "protocol/front_channel.h"

#include <string.h>
#include <strings.h>

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

/* RFC 9110 §8.3.1: type and subtype in any case, parameters behind ';'. */
static bool
is_form(const char *content_type)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const size_t len = sizeof(form) - 1;

	return content_type != NULL && strncasecmp(content_type, form, len) == 0 &&
	       strchr("; \t", content_type[len]) != NULL;
}

bool
ac_front_channel_form(struct authcode_exchange *x)
{
	if (!is_form(x->request.content_type)) {
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

const char *
ac_params_repeated(const struct ac_params *params)
{
	for (size_t i = 0; i < params->count; i++) {
		/* RFC 8707 §2 allows several resources. */
		if (strcmp(params->list[i].name, "resource") != 0 &&
		    ac_params_count(params, params->list[i].name) > 1)
			return params->list[i].name;
	}
	return NULL;
}
