# SPDX-License-Identifier: Apache-2.0
server_base_tests = tests/server/test_config tests/server/test_config_values

check_PROGRAMS += $(server_base_tests)
TESTS += $(server_base_tests)

tests_server_test_config_SOURCES = tests/server/test_config.c
tests_server_test_config_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_LDADD = libserver_config.la $(unit_ldadd)

tests_server_test_config_values_SOURCES = tests/server/test_config_values.c
tests_server_test_config_values_CPPFLAGS = $(unit_cppflags)
tests_server_test_config_values_LDADD = libserver_config.la $(unit_ldadd)
