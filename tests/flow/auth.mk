# SPDX-License-Identifier: Apache-2.0
flow_auth_tests = \
	tests/flow/test_authorize \
	tests/flow/test_authorize_edges \
	tests/flow/test_consent \
	tests/flow/test_consent_kept \
	tests/flow/test_logout \
	tests/flow/test_logout_told \
	tests/flow/test_key_withdrawn \
	tests/flow/test_resealed \
	tests/flow/test_keys \
	tests/flow/test_keys_memory \
	tests/flow/test_out_of_memory \
	tests/flow/test_resume \
	tests/flow/test_session_renewed \
	tests/flow/test_sign_in

check_PROGRAMS += $(flow_auth_tests)
TESTS += $(flow_auth_tests)

flow_sources = tests/flow/flow.h \
	tests/flow/keys_fixture.h
one_browser = tests/flow/one_browser.c tests/flow/one_browser.h $(flow_sources)

scarce_ldflags = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc

tests_flow_test_authorize_SOURCES = tests/flow/test_authorize.c $(one_browser)
tests_flow_test_authorize_CPPFLAGS = $(unit_cppflags)
tests_flow_test_authorize_LDADD = $(unit_ldadd)

tests_flow_test_consent_SOURCES = tests/flow/test_consent.c $(one_browser)
tests_flow_test_consent_CPPFLAGS = $(unit_cppflags)
tests_flow_test_consent_LDADD = $(unit_ldadd)

tests_flow_test_sign_in_SOURCES = tests/flow/test_sign_in.c $(one_browser)
tests_flow_test_sign_in_CPPFLAGS = $(unit_cppflags)
tests_flow_test_sign_in_LDADD = $(unit_ldadd)

tests_flow_test_out_of_memory_SOURCES = tests/flow/test_out_of_memory.c \
	tests/flow/scarce_memory.c tests/flow/scarce_memory.h \
	tests/flow/device_flow.c tests/flow/device_flow.h $(one_browser)
tests_flow_test_out_of_memory_CPPFLAGS = $(unit_cppflags)
tests_flow_test_out_of_memory_LDADD = $(unit_ldadd)
tests_flow_test_out_of_memory_LDFLAGS = $(scarce_ldflags)

tests_flow_test_authorize_edges_SOURCES = tests/flow/test_authorize_edges.c $(one_browser)
tests_flow_test_authorize_edges_CPPFLAGS = $(unit_cppflags)
tests_flow_test_authorize_edges_LDADD = $(unit_ldadd)

tests_flow_test_consent_kept_SOURCES = tests/flow/test_consent_kept.c $(one_browser)
tests_flow_test_consent_kept_CPPFLAGS = $(unit_cppflags)
tests_flow_test_consent_kept_LDADD = $(unit_ldadd)

tests_flow_test_resume_SOURCES = tests/flow/test_resume.c $(one_browser)
tests_flow_test_resume_CPPFLAGS = $(unit_cppflags)
tests_flow_test_resume_LDADD = $(unit_ldadd)

tests_flow_test_session_renewed_SOURCES = tests/flow/test_session_renewed.c $(flow_sources)
tests_flow_test_session_renewed_CPPFLAGS = $(unit_cppflags)
tests_flow_test_session_renewed_LDADD = $(unit_ldadd)

logout_sources = tests/flow/logout_fixture.c tests/flow/logout_fixture.h $(flow_sources)

tests_flow_test_logout_SOURCES = tests/flow/test_logout.c $(logout_sources)
tests_flow_test_logout_CPPFLAGS = $(unit_cppflags)
tests_flow_test_logout_LDADD = $(unit_ldadd)

tests_flow_test_logout_told_SOURCES = tests/flow/test_logout_told.c \
	tests/flow/device_flow.c tests/flow/device_flow.h $(logout_sources)
tests_flow_test_logout_told_CPPFLAGS = $(unit_cppflags)
tests_flow_test_logout_told_LDADD = $(unit_ldadd)

tests_flow_test_keys_SOURCES = tests/flow/test_keys.c \
	tests/flow/keys_world.c tests/flow/keys_world.h tests/flow/fault_store.h \
	tests/flow/race_store.c tests/flow/race_store.h
tests_flow_test_keys_CPPFLAGS = $(unit_cppflags)
tests_flow_test_keys_LDADD = $(unit_ldadd)

tests_flow_test_key_withdrawn_SOURCES = tests/flow/test_key_withdrawn.c \
	tests/flow/keys_world.c tests/flow/keys_world.h tests/flow/fault_store.h
tests_flow_test_key_withdrawn_CPPFLAGS = $(unit_cppflags)
tests_flow_test_key_withdrawn_LDADD = $(unit_ldadd)

tests_flow_test_resealed_SOURCES = tests/flow/test_resealed.c \
	tests/flow/keys_world.c tests/flow/keys_world.h \
	tests/flow/race_store.c tests/flow/race_store.h
tests_flow_test_resealed_CPPFLAGS = $(unit_cppflags)
tests_flow_test_resealed_LDADD = $(unit_ldadd)

tests_flow_test_keys_memory_SOURCES = tests/flow/test_keys_memory.c \
	tests/flow/scarce_memory.c tests/flow/scarce_memory.h
tests_flow_test_keys_memory_CPPFLAGS = $(unit_cppflags)
tests_flow_test_keys_memory_LDADD = $(unit_ldadd)
tests_flow_test_keys_memory_LDFLAGS = $(scarce_ldflags)
