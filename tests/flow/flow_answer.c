/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See flow.h: reading redirects, and saying exactly what an answer must be.
 * AZ-15, AZ-17, AZ-18 and IS-01 are asserted here for every redirect of every
 * flow.
 */
#include "tests/flow/flow.h"

#include <string.h>

const char *
flow_query(const char *url)
{
	const char *mark = strchr(url, '?');

	return mark != NULL ? mark + 1 : "";
}

static struct ac_params
decode_query(struct flow *flow, const char *url)
{
	struct ac_params params = { 0 };
	const char *query = flow_query(url);

	assert_int_equal(ac_form_decode(flow->arena, query, strlen(query), AC_FROM_QUERY, &params),
			 AUTHCODE_OK);
	return params;
}

const char *
flow_param(struct flow *flow, const char *url, const char *name)
{
	struct ac_params params = decode_query(flow, url);

	assert_true(ac_params_count(&params, name) <= 1);
	return ac_params_get(&params, name);
}

void
flow_assert_page(const struct authcode_response *response, unsigned status, const char *error)
{
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_PAGE);
	assert_int_equal(response->status, status);
	assert_non_null(response->refusal.error);
	assert_string_equal(response->refusal.error, error);
	assert_non_null(response->refusal.description);
	assert_null(response->location);
	assert_null(response->body);
	assert_null(response->set_session);
	assert_null(response->interaction);
}

/* The redirect goes to redirect_uri and carries these parameters besides those
 * of redirect_uri itself, and no other. */
static void
assert_redirect(struct flow *flow, const struct authcode_response *response,
		const char *redirect_uri, const char *const *names, size_t count)
{
	struct ac_params own = decode_query(flow, redirect_uri);
	struct ac_params params;

	assert_int_equal(response->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_int_equal(response->status, 303);
	assert_non_null(response->location);
	assert_int_equal(strncmp(response->location, redirect_uri, strlen(redirect_uri)), 0);
	assert_int_equal(response->location[strlen(redirect_uri)],
			 strchr(redirect_uri, '?') != NULL ? '&' : '?');
	assert_null(strchr(response->location, '#'));
	params = decode_query(flow, response->location);
	assert_int_equal(params.count, own.count + count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(params.list[own.count + i].name, names[i]);
	assert_string_equal(flow_param(flow, response->location, "iss"), FLOW_ISSUER);
}

static void
assert_state(struct flow *flow, const struct authcode_response *response, const char *state)
{
	const char *got = flow_param(flow, response->location, "state");

	if (state == NULL)
		assert_null(got);
	else
		assert_string_equal(got, state);
}

void
flow_assert_refused(struct flow *flow, const struct authcode_response *response,
		    const char *redirect_uri, const char *error, const char *state)
{
	static const char *const with[] = { "error", "error_description", "state", "iss" };
	static const char *const without[] = { "error", "error_description", "iss" };
	const char *description;

	assert_redirect(flow, response, redirect_uri, state != NULL ? with : without,
			state != NULL ? 4 : 3);
	assert_string_equal(flow_param(flow, response->location, "error"), error);
	assert_string_equal(response->refusal.error, error);
	/* AZ-18 */
	description = flow_param(flow, response->location, "error_description");
	for (const char *p = description; *p != '\0'; p++)
		assert_true(*p >= 0x20 && *p <= 0x7e && *p != '"' && *p != '\\');
	assert_state(flow, response, state);
}

void
flow_assert_code(struct flow *flow, const struct authcode_response *response,
		 const char *redirect_uri, const char *state)
{
	static const char *const with[] = { "code", "state", "iss" };
	static const char *const without[] = { "code", "iss" };

	assert_redirect(flow, response, redirect_uri, state != NULL ? with : without,
			state != NULL ? 3 : 2);
	assert_null(response->refusal.error);
	assert_state(flow, response, state);
}
