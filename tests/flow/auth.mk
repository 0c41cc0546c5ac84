# SPDX-License-Identifier: Apache-2.0
flow_auth_tests = \
	tests/flow/test_authorize \
	tests/flow/test_consent \
	tests/flow/test_sign_in

check_PROGRAMS += $(flow_auth_tests)
TESTS += $(flow_auth_tests)

flow_sources = tests/flow/flow.c tests/flow/flow.h

tests_flow_test_authorize_SOURCES = tests/flow/test_authorize.c $(flow_sources)
tests_flow_test_authorize_CPPFLAGS = $(unit_cppflags)
tests_flow_test_authorize_LDADD = $(unit_ldadd)

tests_flow_test_consent_SOURCES = tests/flow/test_consent.c $(flow_sources)
tests_flow_test_consent_CPPFLAGS = $(unit_cppflags)
tests_flow_test_consent_LDADD = $(unit_ldadd)

tests_flow_test_sign_in_SOURCES = tests/flow/test_sign_in.c $(flow_sources)
tests_flow_test_sign_in_CPPFLAGS = $(unit_cppflags)
tests_flow_test_sign_in_LDADD = $(unit_ldadd)
