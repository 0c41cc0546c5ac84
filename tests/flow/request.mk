# SPDX-License-Identifier: Apache-2.0
# What an authorization request may ask for beside a code.
flow_request_tests = \
	tests/flow/test_authorize_hint \
	tests/flow/test_claims_request \
	tests/flow/test_prompt \
	tests/flow/test_response_mode \
	tests/flow/test_step_up

check_PROGRAMS += $(flow_request_tests)
TESTS += $(flow_request_tests)

tests_flow_test_claims_request_SOURCES = tests/flow/test_claims_request.c $(one_browser)
tests_flow_test_claims_request_CPPFLAGS = $(unit_cppflags)
tests_flow_test_claims_request_LDADD = $(unit_ldadd)

tests_flow_test_prompt_SOURCES = tests/flow/test_prompt.c $(one_browser)
tests_flow_test_prompt_CPPFLAGS = $(unit_cppflags)
tests_flow_test_prompt_LDADD = $(unit_ldadd)

tests_flow_test_response_mode_SOURCES = tests/flow/test_response_mode.c $(one_browser)
tests_flow_test_response_mode_CPPFLAGS = $(unit_cppflags)
tests_flow_test_response_mode_LDADD = $(unit_ldadd)

tests_flow_test_authorize_hint_SOURCES = tests/flow/test_authorize_hint.c $(flow_openid_fixture)
tests_flow_test_authorize_hint_CPPFLAGS = $(unit_cppflags)
tests_flow_test_authorize_hint_LDADD = $(unit_ldadd)

tests_flow_test_step_up_SOURCES = tests/flow/test_step_up.c $(flow_openid_fixture)
tests_flow_test_step_up_CPPFLAGS = $(unit_cppflags)
tests_flow_test_step_up_LDADD = $(unit_ldadd)
