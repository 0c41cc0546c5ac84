# SPDX-License-Identifier: Apache-2.0
unit_fetch_tests = \
	tests/unit/fetch/test_address \
	tests/unit/fetch/test_wire

check_PROGRAMS += $(unit_fetch_tests)
TESTS += $(unit_fetch_tests)

tests_unit_fetch_test_address_SOURCES = tests/unit/fetch/test_address.c
tests_unit_fetch_test_address_CPPFLAGS = $(unit_cppflags)
tests_unit_fetch_test_address_LDADD = libfetch_inside.la $(unit_ldadd)

tests_unit_fetch_test_wire_SOURCES = tests/unit/fetch/test_wire.c
tests_unit_fetch_test_wire_CPPFLAGS = $(unit_cppflags)
tests_unit_fetch_test_wire_LDADD = libfetch_wire.la $(unit_ldadd)
