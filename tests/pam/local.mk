# SPDX-License-Identifier: Apache-2.0
# The wire and the relay alone, then the real helper over the real libpam.

pam_tests = tests/pam/test_wire tests/pam/test_relay tests/pam/test_login

check_PROGRAMS += $(pam_tests)
TESTS += $(pam_tests)

pam_test_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
pam_test_ldadd = libpam_relay.la $(CMOCKA_LIBS)
pam_driver_sources = tests/pam/driver.c tests/pam/driver.h
pam_driver_dependencies = libpam_relay.la authcode-login tests/pam/pam_ac_test.la

# Never installed; -rpath makes libtool build the shared object.
check_LTLIBRARIES += tests/pam/pam_ac_test.la
tests_pam_pam_ac_test_la_SOURCES = tests/pam/pam_ac_test.c
tests_pam_pam_ac_test_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
tests_pam_pam_ac_test_la_LIBADD = $(PAM_LIBS)

tests_pam_test_wire_SOURCES = tests/pam/test_wire.c tests/pam/samples.c tests/pam/samples.h
tests_pam_test_wire_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_wire_LDADD = $(pam_test_ldadd)

tests_pam_test_relay_SOURCES = tests/pam/test_relay.c tests/pam/samples.c tests/pam/samples.h
tests_pam_test_relay_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_relay_LDADD = $(pam_test_ldadd)

tests_pam_test_login_SOURCES = tests/pam/test_login.c $(pam_driver_sources)
tests_pam_test_login_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_login_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_login_DEPENDENCIES = $(pam_driver_dependencies)
