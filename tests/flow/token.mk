# SPDX-License-Identifier: Apache-2.0
flow_token_tests = \
	tests/flow/test_token \
	tests/flow/test_code \
	tests/flow/test_confusion \
	tests/flow/test_device_grant \
	tests/flow/test_token_failure \
	tests/flow/test_refresh \
	tests/flow/test_refresh_rotation \
	tests/flow/test_refresh_retry \
	tests/flow/test_client_credentials \
	tests/flow/test_grants \
	tests/flow/test_token_end \
	tests/flow/test_revoke \
	tests/flow/test_inspect \
	tests/flow/test_introspect \
	tests/flow/test_userinfo

check_PROGRAMS += $(flow_token_tests)
TESTS += $(flow_token_tests)

tests_flow_test_device_grant_SOURCES = tests/flow/test_device_grant.c \
	tests/flow/device_flow.c tests/flow/device_flow.h $(one_browser)
tests_flow_test_device_grant_CPPFLAGS = $(unit_cppflags)
tests_flow_test_device_grant_LDADD = $(unit_ldadd)

flow_token_fixture = tests/flow/fault_store.h \
	tests/flow/keys_fixture.h \
	tests/flow/token_fixture.h

tests_flow_test_token_SOURCES = tests/flow/test_token.c $(flow_token_fixture)
tests_flow_test_token_CPPFLAGS = $(unit_cppflags)
tests_flow_test_token_LDADD = $(unit_ldadd)

tests_flow_test_code_SOURCES = tests/flow/test_code.c $(flow_token_fixture)
tests_flow_test_code_CPPFLAGS = $(unit_cppflags)
tests_flow_test_code_LDADD = $(unit_ldadd)

tests_flow_test_confusion_SOURCES = tests/flow/test_confusion.c $(flow_token_fixture)
tests_flow_test_confusion_CPPFLAGS = $(unit_cppflags)
tests_flow_test_confusion_LDADD = $(unit_ldadd)

tests_flow_test_token_failure_SOURCES = tests/flow/test_token_failure.c $(flow_token_fixture)
tests_flow_test_token_failure_CPPFLAGS = $(unit_cppflags)
tests_flow_test_token_failure_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=reallocarray
tests_flow_test_token_failure_LDADD = $(unit_ldadd)

tests_flow_test_refresh_SOURCES = tests/flow/test_refresh.c $(flow_token_fixture)
tests_flow_test_refresh_CPPFLAGS = $(unit_cppflags)
tests_flow_test_refresh_LDADD = $(unit_ldadd)

tests_flow_test_refresh_rotation_SOURCES = tests/flow/test_refresh_rotation.c $(flow_token_fixture)
tests_flow_test_refresh_rotation_CPPFLAGS = $(unit_cppflags)
tests_flow_test_refresh_rotation_LDADD = $(unit_ldadd)

tests_flow_test_refresh_retry_SOURCES = tests/flow/test_refresh_retry.c $(flow_token_fixture)
tests_flow_test_refresh_retry_CPPFLAGS = $(unit_cppflags)
tests_flow_test_refresh_retry_LDADD = $(unit_ldadd)

tests_flow_test_client_credentials_SOURCES = tests/flow/test_client_credentials.c $(flow_token_fixture)
tests_flow_test_client_credentials_CPPFLAGS = $(unit_cppflags)
tests_flow_test_client_credentials_LDADD = $(unit_ldadd)

tests_flow_test_grants_SOURCES = tests/flow/test_grants.c $(flow_token_fixture)
tests_flow_test_grants_CPPFLAGS = $(unit_cppflags)
tests_flow_test_grants_LDADD = $(unit_ldadd)

tests_flow_test_token_end_SOURCES = tests/flow/test_token_end.c $(flow_token_fixture)
tests_flow_test_token_end_CPPFLAGS = $(unit_cppflags)
tests_flow_test_token_end_LDADD = $(unit_ldadd)

tests_flow_test_revoke_SOURCES = tests/flow/test_revoke.c $(flow_token_fixture)
tests_flow_test_revoke_CPPFLAGS = $(unit_cppflags)
tests_flow_test_revoke_LDADD = $(unit_ldadd)

tests_flow_test_introspect_SOURCES = tests/flow/test_introspect.c $(flow_token_fixture)
tests_flow_test_introspect_CPPFLAGS = $(unit_cppflags)
tests_flow_test_introspect_LDADD = $(unit_ldadd)

tests_flow_test_userinfo_SOURCES = tests/flow/test_userinfo.c $(flow_token_fixture)
tests_flow_test_userinfo_CPPFLAGS = $(unit_cppflags)
tests_flow_test_userinfo_LDADD = $(unit_ldadd)

tests_flow_test_inspect_SOURCES = tests/flow/test_inspect.c $(flow_token_fixture)
tests_flow_test_inspect_CPPFLAGS = $(unit_cppflags)
tests_flow_test_inspect_LDADD = $(unit_ldadd)
