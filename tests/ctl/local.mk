# SPDX-License-Identifier: Apache-2.0
ctl_tests = \
	tests/ctl/test_table

check_PROGRAMS += $(ctl_tests)
TESTS += $(ctl_tests)

tests_ctl_test_table_SOURCES = tests/ctl/test_table.c
tests_ctl_test_table_CPPFLAGS = $(unit_cppflags)
tests_ctl_test_table_LDADD = libctl_inside.la $(unit_ldadd)

ctl_scripts = tests/ctl/test_complete.py tests/ctl/test_complete_zsh.py tests/ctl/test_config_check.py \
	tests/ctl/test_setup.py tests/ctl/test_setup_start.py tests/ctl/test_pam_test.py
TESTS += $(ctl_scripts)
EXTRA_DIST += $(ctl_scripts) tests/ctl/aid.py
