# SPDX-License-Identifier: Apache-2.0
# What depends on the person behind a request: account, access, levels, claims.
flow_person_tests = \
	tests/flow/test_access \
	tests/flow/test_account \
	tests/flow/test_acr \
	tests/flow/test_asked_claims \
	tests/flow/test_claims \
	tests/flow/test_device \
	tests/flow/test_hs256 \
	tests/flow/test_id_token \
	tests/flow/test_id_token_claims \
	tests/flow/test_id_token_hint \
	tests/flow/test_sign_step \
	tests/flow/test_userinfo_signed

check_PROGRAMS += $(flow_person_tests)
TESTS += $(flow_person_tests)

tests_flow_test_access_SOURCES = tests/flow/test_access.c $(one_browser)
tests_flow_test_access_CPPFLAGS = $(unit_cppflags)
tests_flow_test_access_LDADD = $(unit_ldadd)

tests_flow_test_account_SOURCES = tests/flow/test_account.c \
	tests/flow/account_paths.c tests/flow/account_paths.h \
	tests/flow/device_flow.c tests/flow/device_flow.h $(flow_sources)
tests_flow_test_account_CPPFLAGS = $(unit_cppflags)
tests_flow_test_account_LDADD = $(unit_ldadd)

tests_flow_test_acr_SOURCES = tests/flow/test_acr.c $(one_browser)
tests_flow_test_acr_CPPFLAGS = $(unit_cppflags)
tests_flow_test_acr_LDADD = $(unit_ldadd)

tests_flow_test_device_SOURCES = tests/flow/test_device.c \
	tests/flow/device_flow.c tests/flow/device_flow.h $(one_browser)
tests_flow_test_device_CPPFLAGS = $(unit_cppflags)
tests_flow_test_device_LDADD = $(unit_ldadd)

tests_flow_test_claims_SOURCES = tests/flow/test_claims.c $(one_browser)
tests_flow_test_claims_CPPFLAGS = $(unit_cppflags)
tests_flow_test_claims_LDADD = $(unit_ldadd)

flow_openid_fixture = $(flow_sources) tests/flow/openid_fixture.c tests/flow/openid_fixture.h

tests_flow_test_asked_claims_SOURCES = tests/flow/test_asked_claims.c $(flow_openid_fixture)
tests_flow_test_asked_claims_CPPFLAGS = $(unit_cppflags)
tests_flow_test_asked_claims_LDADD = $(unit_ldadd)

tests_flow_test_hs256_SOURCES = tests/flow/test_hs256.c $(flow_openid_fixture)
tests_flow_test_hs256_CPPFLAGS = $(unit_cppflags)
tests_flow_test_hs256_LDADD = $(unit_ldadd)

tests_flow_test_id_token_SOURCES = tests/flow/test_id_token.c $(flow_openid_fixture)
tests_flow_test_id_token_CPPFLAGS = $(unit_cppflags)
tests_flow_test_id_token_LDADD = $(unit_ldadd)

tests_flow_test_id_token_claims_SOURCES = tests/flow/test_id_token_claims.c $(flow_openid_fixture)
tests_flow_test_id_token_claims_CPPFLAGS = $(unit_cppflags)
tests_flow_test_id_token_claims_LDADD = $(unit_ldadd)

tests_flow_test_sign_step_SOURCES = tests/flow/test_sign_step.c $(flow_openid_fixture)
tests_flow_test_sign_step_CPPFLAGS = $(unit_cppflags)
tests_flow_test_sign_step_LDADD = $(unit_ldadd)

tests_flow_test_id_token_hint_SOURCES = tests/flow/test_id_token_hint.c $(flow_openid_fixture)
tests_flow_test_id_token_hint_CPPFLAGS = $(unit_cppflags)
tests_flow_test_id_token_hint_LDADD = $(unit_ldadd)

tests_flow_test_userinfo_signed_SOURCES = tests/flow/test_userinfo_signed.c $(flow_openid_fixture)
tests_flow_test_userinfo_signed_CPPFLAGS = $(unit_cppflags)
tests_flow_test_userinfo_signed_LDADD = $(unit_ldadd)
