# SPDX-License-Identifier: Apache-2.0
server_base_tests = \
	tests/server/test_config \
	tests/server/test_config_refusals \
	tests/server/test_config_reload \
	tests/server/test_config_client_auth \
	tests/server/test_config_files \
	tests/server/test_config_resource \
	tests/server/test_config_service \
	tests/server/test_config_stored \
	tests/server/test_config_tokens \
	tests/server/test_config_values
config_fixture = tests/server/config_fixture.c tests/server/config_fixture.h

check_PROGRAMS += $(server_base_tests)
TESTS += $(server_base_tests)

tests_server_test_config_SOURCES = tests/server/test_config.c $(config_fixture)
tests_server_test_config_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_refusals_SOURCES = tests/server/test_config_refusals.c $(config_fixture)
tests_server_test_config_refusals_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_refusals_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_reload_SOURCES = tests/server/test_config_reload.c $(config_fixture)
tests_server_test_config_reload_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_reload_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_resource_SOURCES = tests/server/test_config_resource.c $(config_fixture)
tests_server_test_config_resource_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_resource_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_service_SOURCES = tests/server/test_config_service.c $(config_fixture)
tests_server_test_config_service_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_service_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_stored_SOURCES = tests/server/test_config_stored.c $(config_fixture)
tests_server_test_config_stored_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_stored_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_client_auth_SOURCES = tests/server/test_config_client_auth.c $(config_fixture) \
	tests/unit/jose/rfc_keys.h
tests_server_test_config_client_auth_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_client_auth_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_files_SOURCES = tests/server/test_config_files.c $(config_fixture)
tests_server_test_config_files_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_files_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_tokens_SOURCES = tests/server/test_config_tokens.c $(config_fixture)
tests_server_test_config_tokens_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_tokens_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_values_SOURCES = tests/server/test_config_values.c
tests_server_test_config_values_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_values_LDADD = libserver_config.la $(unit_ldadd)
