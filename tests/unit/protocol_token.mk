# SPDX-License-Identifier: Apache-2.0
unit_protocol_token_tests = \
	tests/unit/protocol/test_asked_claims \
	tests/unit/protocol/test_credential \
	tests/unit/protocol/test_refresh_token \
	tests/unit/protocol/test_json_answer \
	tests/unit/protocol/test_scope \
	tests/unit/protocol/test_pkce \
	tests/unit/protocol/test_client_auth \
	tests/unit/protocol/test_oauth_error \
	tests/unit/protocol/test_token_valid \
	tests/unit/protocol/test_user_code

check_PROGRAMS += $(unit_protocol_token_tests)
TESTS += $(unit_protocol_token_tests)

tests_unit_protocol_test_asked_claims_SOURCES = tests/unit/protocol/test_asked_claims.c
tests_unit_protocol_test_asked_claims_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_asked_claims_LDADD = $(unit_ldadd)

tests_unit_protocol_test_credential_SOURCES = tests/unit/protocol/test_credential.c
tests_unit_protocol_test_credential_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_credential_LDADD = $(unit_ldadd)

tests_unit_protocol_test_refresh_token_SOURCES = tests/unit/protocol/test_refresh_token.c
tests_unit_protocol_test_refresh_token_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_refresh_token_LDADD = $(unit_ldadd)

tests_unit_protocol_test_json_answer_SOURCES = tests/unit/protocol/test_json_answer.c
tests_unit_protocol_test_json_answer_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_json_answer_LDADD = $(unit_ldadd)

tests_unit_protocol_test_scope_SOURCES = tests/unit/protocol/test_scope.c
tests_unit_protocol_test_scope_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_scope_LDADD = $(unit_ldadd)

tests_unit_protocol_test_pkce_SOURCES = tests/unit/protocol/test_pkce.c
tests_unit_protocol_test_pkce_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_pkce_LDADD = $(unit_ldadd)

tests_unit_protocol_test_client_auth_SOURCES = tests/unit/protocol/test_client_auth.c \
	tests/flow/fault_store.h \
	tests/flow/keys_fixture.h \
	tests/flow/token_fixture.h
tests_unit_protocol_test_client_auth_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_client_auth_LDADD = $(unit_ldadd)

tests_unit_protocol_test_oauth_error_SOURCES = tests/unit/protocol/test_oauth_error.c
tests_unit_protocol_test_oauth_error_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_oauth_error_LDADD = $(unit_ldadd)

tests_unit_protocol_test_token_valid_SOURCES = tests/unit/protocol/test_token_valid.c
tests_unit_protocol_test_token_valid_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_token_valid_LDADD = $(unit_ldadd)

tests_unit_protocol_test_user_code_SOURCES = tests/unit/protocol/test_user_code.c
tests_unit_protocol_test_user_code_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_user_code_LDADD = $(unit_ldadd)
