# SPDX-License-Identifier: Apache-2.0
pam_tests = tests/pam/test_wire tests/pam/test_relay

check_PROGRAMS += $(pam_tests)
TESTS += $(pam_tests)

pam_test_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
pam_test_ldadd = libpam_relay.la $(CMOCKA_LIBS)

tests_pam_test_wire_SOURCES = tests/pam/test_wire.c tests/pam/samples.c tests/pam/samples.h
tests_pam_test_wire_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_wire_LDADD = $(pam_test_ldadd)

tests_pam_test_relay_SOURCES = tests/pam/test_relay.c tests/pam/samples.c tests/pam/samples.h
tests_pam_test_relay_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_relay_LDADD = $(pam_test_ldadd)
