/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * From a challenge of a resource server to tokens that meet it (RFC 9470 §4 and
 * §5): SU-02, SU-04.
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/openid_fixture.h"

#define REQUEST                                                                                    \
	"client_id=web&redirect_uri=" FLOW_WEB_URI                                                 \
	"&response_type=code&state=s&scope=openid+offline_access"

static const struct authcode_response *
ask(struct openid *o, const char *more)
{
	return flow_get(&o->flow, &o->browser, AUTHCODE_ENDPOINT_AUTHORIZE,
			flow_text(&o->flow, REQUEST "%s", more));
}

static const struct authcode_response *
prove(struct openid *o, const struct authcode_response *page, const char *acr)
{
	assert_int_equal(page->kind, AUTHCODE_RESPONSE_SIGN_IN);
	return flow_follow(
		&o->flow, &o->browser,
		flow_sign_in_acr(&o->flow, &o->browser, page->interaction->transaction, acr));
}

/* What introspection and the ID token of an answer of /token tell. */
static void
assert_told(struct openid *o, const json_t *answer, const char *acr, int64_t auth_time)
{
	const struct authcode_response *r;
	json_t *claims = openid_id_token(answer), *info;
	const char *body =
		flow_text(&o->flow, "client_id=" FLOW_WEB "&client_secret=" FLOW_SECRET "&token=%s",
			  openid_text(answer, "access_token"));

	assert_string_equal(openid_text(claims, "acr"), acr);
	assert_int_equal(openid_number(claims, "auth_time"), auth_time);
	r = flow_run(&o->flow, (struct authcode_request){
				       .endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
				       .method = AUTHCODE_METHOD_POST,
				       .content_type = FLOW_FORM,
				       .body = { body, strlen(body) },
			       });
	assert_int_equal(r->status, 200);
	info = json_loadb(r->body, r->body_len, 0, NULL);
	assert_string_equal(openid_text(info, "acr"), acr);
	assert_int_equal(openid_number(info, "auth_time"), auth_time);
	json_decref(info);
	json_decref(claims);
}

/* SU-02 */
static void
tokens_meet_the_challenge_that_led_to_them(void **state)
{
	struct openid *o = *state;
	const struct authcode_response *r = prove(o, ask(o, ""), "low");
	json_t *answer;

	flow_assert_code(&o->flow, r, FLOW_WEB_URI, "s");
	o->flow.now_ms += 600000;
	r = prove(o, ask(o, "&acr_values=high&max_age=300"), "high");
	answer = openid_redeem(o, flow_param(&o->flow, r->location, "code"));
	assert_told(o, answer, "high", o->flow.now_ms / 1000);
	json_decref(answer);
}

/* SU-02: what the resource server named is what it reads. */
static void
a_lower_class_that_was_asked_for_is_told_by_its_name(void **state)
{
	struct openid *o = *state;
	const struct authcode_response *r = prove(o, ask(o, ""), "high");
	json_t *answer;

	r = ask(o, "&acr_values=low");
	answer = openid_redeem(o, flow_param(&o->flow, r->location, "code"));
	assert_told(o, answer, "low", o->flow.now_ms / 1000);
	json_decref(answer);
}

/* SU-02: essential, so it is met or refused. */
static void
a_challenge_that_is_insisted_on_and_not_met_gives_nothing(void **state)
{
	static const char insists[] =
		"&max_age=300&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue"
		"%2C%22value%22%3A%22high%22%7D%7D%7D";
	struct openid *o = *state;

	flow_assert_refused(&o->flow, prove(o, ask(o, insists), "low"), FLOW_WEB_URI,
			    "unmet_authentication_requirements", "s");
}

/* SU-04 */
static void
refreshing_improves_nothing(void **state)
{
	struct openid *o = *state;
	const struct authcode_response *r = prove(o, ask(o, ""), "low");
	json_t *first = openid_redeem(o, flow_param(&o->flow, r->location, "code")), *second;
	const int64_t auth_time = o->flow.now_ms / 1000;

	o->flow.now_ms += 600000;
	r = prove(o, ask(o, "&acr_values=high&max_age=300"), "high");
	flow_assert_code(&o->flow, r, FLOW_WEB_URI, "s");
	second = openid_refresh(o, openid_text(first, "refresh_token"), "&acr_values=high");
	assert_told(o, second, "low", auth_time);
	json_decref(second);
	json_decref(first);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, openid_setup, openid_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tokens_meet_the_challenge_that_led_to_them),
		TEST(a_lower_class_that_was_asked_for_is_told_by_its_name),
		TEST(a_challenge_that_is_insisted_on_and_not_met_gives_nothing),
		TEST(refreshing_improves_nothing),
	};

	return cmocka_run_group_tests_name("step_up", tests, NULL, NULL);
}
