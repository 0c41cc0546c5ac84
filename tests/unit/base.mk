# SPDX-License-Identifier: Apache-2.0
unit_base_tests = tests/unit/base/test_form

check_PROGRAMS += $(unit_base_tests)
TESTS += $(unit_base_tests)

tests_unit_base_test_form_SOURCES = tests/unit/base/test_form.c
tests_unit_base_test_form_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_form_LDADD = $(unit_ldadd)
