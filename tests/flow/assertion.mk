# SPDX-License-Identifier: Apache-2.0
flow_assertion_tests = \
	tests/flow/test_client_assertion \
	tests/flow/test_client_assertion_memory \
	tests/flow/test_client_assertion_once \
	tests/flow/test_client_keys

check_PROGRAMS += $(flow_assertion_tests)
TESTS += $(flow_assertion_tests)

flow_assertion_world = tests/flow/assertion_world.c tests/flow/assertion_world.h $(unit_jose_forge)

tests_flow_test_client_assertion_SOURCES = tests/flow/test_client_assertion.c $(flow_assertion_world)
tests_flow_test_client_assertion_CPPFLAGS = $(unit_cppflags)
tests_flow_test_client_assertion_LDADD = $(unit_ldadd)

tests_flow_test_client_assertion_memory_SOURCES = tests/flow/test_client_assertion_memory.c $(flow_assertion_world) \
	$(heap_sources)
tests_flow_test_client_assertion_memory_CPPFLAGS = $(unit_cppflags)
tests_flow_test_client_assertion_memory_LDFLAGS = $(heap_ldflags)
tests_flow_test_client_assertion_memory_LDADD = $(unit_ldadd)

tests_flow_test_client_assertion_once_SOURCES = tests/flow/test_client_assertion_once.c $(flow_assertion_world)
tests_flow_test_client_assertion_once_CPPFLAGS = $(unit_cppflags)
tests_flow_test_client_assertion_once_LDADD = $(unit_ldadd) -lpthread

tests_flow_test_client_keys_SOURCES = tests/flow/test_client_keys.c $(flow_assertion_world)
tests_flow_test_client_keys_CPPFLAGS = $(unit_cppflags)
tests_flow_test_client_keys_LDADD = $(unit_ldadd)
