# SPDX-License-Identifier: Apache-2.0
# Whom tokens are for, and what they look like.
flow_resource_tests = \
	tests/flow/test_access_jwt \
	tests/flow/test_access_jwt_again \
	tests/flow/test_access_jwt_hostile \
	tests/flow/test_device_resource \
	tests/flow/test_reconfigure \
	tests/flow/test_inspect_jwt \
	tests/flow/test_resource \
	tests/flow/test_resource_memory \
	tests/flow/test_resource_of_client \
	tests/flow/test_userinfo_step_up

check_PROGRAMS += $(flow_resource_tests)
TESTS += $(flow_resource_tests)

flow_resource_world = tests/flow/resource_world.c tests/flow/resource_world.h $(flow_sources)

tests_flow_test_resource_SOURCES = tests/flow/test_resource.c $(flow_resource_world)
tests_flow_test_resource_CPPFLAGS = $(unit_cppflags)
tests_flow_test_resource_LDADD = $(unit_ldadd)

flow_jwt_world = tests/flow/jwt_world.c tests/flow/jwt_world.h $(flow_resource_world) \
	$(unit_jose_forge)

tests_flow_test_access_jwt_SOURCES = tests/flow/test_access_jwt.c $(flow_jwt_world)
tests_flow_test_access_jwt_CPPFLAGS = $(unit_cppflags)
tests_flow_test_access_jwt_LDADD = $(unit_ldadd)

tests_flow_test_device_resource_SOURCES = tests/flow/test_device_resource.c \
	tests/flow/device_flow.c tests/flow/device_flow.h $(flow_jwt_world)
tests_flow_test_device_resource_CPPFLAGS = $(unit_cppflags)
tests_flow_test_device_resource_LDADD = $(unit_ldadd)

tests_flow_test_access_jwt_again_SOURCES = tests/flow/test_access_jwt_again.c $(flow_jwt_world)
tests_flow_test_access_jwt_again_CPPFLAGS = $(unit_cppflags)
tests_flow_test_access_jwt_again_LDADD = $(unit_ldadd)

tests_flow_test_resource_of_client_SOURCES = tests/flow/test_resource_of_client.c $(flow_jwt_world)
tests_flow_test_resource_of_client_CPPFLAGS = $(unit_cppflags)
tests_flow_test_resource_of_client_LDADD = $(unit_ldadd)

tests_flow_test_access_jwt_hostile_SOURCES = tests/flow/test_access_jwt_hostile.c $(flow_jwt_world)
tests_flow_test_access_jwt_hostile_CPPFLAGS = $(unit_cppflags)
tests_flow_test_access_jwt_hostile_LDADD = $(unit_ldadd)

tests_flow_test_userinfo_step_up_SOURCES = tests/flow/test_userinfo_step_up.c $(flow_resource_world)
tests_flow_test_userinfo_step_up_CPPFLAGS = $(unit_cppflags)
tests_flow_test_userinfo_step_up_LDADD = $(unit_ldadd)

tests_flow_test_resource_memory_SOURCES = tests/flow/test_resource_memory.c \
	tests/flow/scarce_memory.c tests/flow/scarce_memory.h $(flow_jwt_world)
tests_flow_test_resource_memory_CPPFLAGS = $(unit_cppflags)
tests_flow_test_resource_memory_LDADD = $(unit_ldadd)
tests_flow_test_resource_memory_LDFLAGS = $(scarce_ldflags)

tests_flow_test_reconfigure_SOURCES = tests/flow/test_reconfigure.c $(flow_resource_world)
tests_flow_test_reconfigure_CPPFLAGS = $(unit_cppflags)
tests_flow_test_reconfigure_LDADD = $(unit_ldadd)

tests_flow_test_inspect_jwt_SOURCES = tests/flow/test_inspect_jwt.c $(flow_jwt_world)
tests_flow_test_inspect_jwt_CPPFLAGS = $(unit_cppflags)
tests_flow_test_inspect_jwt_LDADD = $(unit_ldadd)
