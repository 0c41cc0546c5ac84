# SPDX-License-Identifier: Apache-2.0
unit_protocol_auth_tests = \
	tests/unit/protocol/test_client \
	tests/unit/protocol/test_client_logout \
	tests/unit/protocol/test_client_sealed \
	tests/unit/protocol/test_client_tokens \
	tests/unit/protocol/test_issuer \
	tests/unit/protocol/test_key_schedule \
	tests/unit/protocol/test_logout_token \
	tests/unit/protocol/test_metadata \
	tests/unit/protocol/test_redirect_uri \
	tests/unit/protocol/test_respond \
	tests/unit/protocol/test_signing_keys \
	tests/unit/protocol/test_subject \
	tests/unit/protocol/test_transaction

check_PROGRAMS += $(unit_protocol_auth_tests)
TESTS += $(unit_protocol_auth_tests)

tests_unit_protocol_test_client_tokens_SOURCES = tests/unit/protocol/test_client_tokens.c
tests_unit_protocol_test_client_tokens_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_client_tokens_LDADD = $(unit_ldadd)

tests_unit_protocol_test_client_SOURCES = tests/unit/protocol/test_client.c
tests_unit_protocol_test_client_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_client_LDADD = $(unit_ldadd)

tests_unit_protocol_test_client_logout_SOURCES = tests/unit/protocol/test_client_logout.c
tests_unit_protocol_test_client_logout_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_client_logout_LDADD = $(unit_ldadd)

tests_unit_protocol_test_client_sealed_SOURCES = tests/unit/protocol/test_client_sealed.c
tests_unit_protocol_test_client_sealed_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_client_sealed_LDADD = $(unit_ldadd)

tests_unit_protocol_test_issuer_SOURCES = tests/unit/protocol/test_issuer.c
tests_unit_protocol_test_issuer_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_issuer_LDADD = $(unit_ldadd)

tests_unit_protocol_test_logout_token_SOURCES = tests/unit/protocol/test_logout_token.c
tests_unit_protocol_test_logout_token_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_logout_token_LDADD = $(unit_ldadd)

tests_unit_protocol_test_metadata_SOURCES = tests/unit/protocol/test_metadata.c
tests_unit_protocol_test_metadata_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_metadata_LDADD = $(unit_ldadd)

tests_unit_protocol_test_redirect_uri_SOURCES = tests/unit/protocol/test_redirect_uri.c
tests_unit_protocol_test_redirect_uri_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_redirect_uri_LDADD = $(unit_ldadd)

tests_unit_protocol_test_respond_SOURCES = tests/unit/protocol/test_respond.c
tests_unit_protocol_test_respond_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_respond_LDADD = $(unit_ldadd)

tests_unit_protocol_test_subject_SOURCES = tests/unit/protocol/test_subject.c
tests_unit_protocol_test_subject_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_subject_LDADD = $(unit_ldadd)

tests_unit_protocol_test_transaction_SOURCES = tests/unit/protocol/test_transaction.c
tests_unit_protocol_test_transaction_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_transaction_LDADD = $(unit_ldadd)

tests_unit_protocol_test_key_schedule_SOURCES = tests/unit/protocol/test_key_schedule.c
tests_unit_protocol_test_key_schedule_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_key_schedule_LDADD = $(unit_ldadd)

tests_unit_protocol_test_signing_keys_SOURCES = tests/unit/protocol/test_signing_keys.c
tests_unit_protocol_test_signing_keys_CPPFLAGS = $(unit_cppflags)
tests_unit_protocol_test_signing_keys_LDADD = $(unit_ldadd)
