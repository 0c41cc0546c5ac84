# SPDX-License-Identifier: Apache-2.0
# The wire and the relay alone, then the real helper over the real libpam.

pam_tests = tests/pam/test_wire tests/pam/test_wire_send tests/pam/test_wire_text tests/pam/test_relay tests/pam/test_check_relay \
	tests/pam/test_login tests/pam/test_login_limits \
	tests/pam/test_login_matrix tests/pam/test_login_unix tests/pam/test_check tests/pam/test_ask \
	tests/pam/test_passwd tests/pam/test_passwd_unix tests/pam/test_ticket \
	tests/pam/test_shadow tests/pam/test_claims tests/pam/test_claims_file tests/pam/test_environment \
	tests/pam/test_listen tests/pam/test_service_policy tests/pam/test_turn \
	tests/pam/test_user_sources tests/pam/test_directory_down

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

# A source of users; named, loaded and versioned as the NSS of the C library has it.
check_LTLIBRARIES += tests/pam/libnss_actest.la
tests_pam_libnss_actest_la_SOURCES = tests/pam/nss_actest.c
tests_pam_libnss_actest_la_LDFLAGS = $(AM_LDFLAGS) -shared -version-info 2:0:0 -rpath /nowhere

tests_pam_test_user_sources_SOURCES = tests/pam/test_user_sources.c pam_authcode/user_sources.c \
	$(pam_driver_sources)
tests_pam_test_user_sources_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_user_sources_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_user_sources_DEPENDENCIES = $(pam_driver_dependencies) tests/pam/libnss_actest.la

tests_pam_test_directory_down_SOURCES = tests/pam/test_directory_down.c $(pam_driver_sources)
tests_pam_test_directory_down_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_directory_down_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_directory_down_DEPENDENCIES = $(pam_driver_dependencies) tests/pam/libnss_actest.la

tests_pam_test_wire_SOURCES = tests/pam/test_wire.c tests/pam/samples.c tests/pam/samples.h
tests_pam_test_wire_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_wire_LDADD = $(pam_test_ldadd)

tests_pam_test_wire_send_SOURCES = tests/pam/test_wire_send.c tests/pam/samples.c tests/pam/samples.h
tests_pam_test_wire_send_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_wire_send_LDADD = $(pam_test_ldadd)

tests_pam_test_wire_text_SOURCES = tests/pam/test_wire_text.c tests/pam/samples.c tests/pam/samples.h
tests_pam_test_wire_text_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_wire_text_LDADD = $(pam_test_ldadd)

tests_pam_test_relay_SOURCES = tests/pam/test_relay.c tests/pam/samples.c tests/pam/samples.h
tests_pam_test_relay_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_relay_LDADD = $(pam_test_ldadd)

tests_pam_test_check_relay_SOURCES = tests/pam/test_check_relay.c tests/pam/samples.c tests/pam/samples.h
tests_pam_test_check_relay_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_check_relay_LDADD = $(pam_test_ldadd)

tests_pam_test_login_SOURCES = tests/pam/test_login.c $(pam_driver_sources)
tests_pam_test_login_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_login_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_login_DEPENDENCIES = $(pam_driver_dependencies)

tests_pam_test_login_matrix_SOURCES = tests/pam/test_login_matrix.c $(pam_driver_sources)
tests_pam_test_login_matrix_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_login_matrix_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_login_matrix_DEPENDENCIES = $(pam_driver_dependencies)

pam_unix_sources = tests/pam/unix_account.c tests/pam/unix_account.h $(pam_driver_sources)

tests_pam_test_login_unix_SOURCES = tests/pam/test_login_unix.c $(pam_unix_sources)
tests_pam_test_login_unix_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_login_unix_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_login_unix_DEPENDENCIES = $(pam_driver_dependencies)

pam_passwd_sources = tests/pam/passwd_world.c tests/pam/passwd_world.h $(pam_driver_sources)

tests_pam_test_ticket_SOURCES = tests/pam/test_ticket.c $(pam_passwd_sources)
tests_pam_test_ticket_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_ticket_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_ticket_DEPENDENCIES = $(pam_driver_dependencies)

tests_pam_test_passwd_SOURCES = tests/pam/test_passwd.c $(pam_passwd_sources)
tests_pam_test_passwd_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_passwd_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_passwd_DEPENDENCIES = $(pam_driver_dependencies)

tests_pam_test_passwd_unix_SOURCES = tests/pam/test_passwd_unix.c $(pam_unix_sources)
tests_pam_test_passwd_unix_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_passwd_unix_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_passwd_unix_DEPENDENCIES = $(pam_driver_dependencies)

tests_pam_test_check_SOURCES = tests/pam/test_check.c $(pam_driver_sources)
tests_pam_test_check_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_check_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_check_DEPENDENCIES = $(pam_driver_dependencies)

tests_pam_test_ask_SOURCES = tests/pam/test_ask.c $(pam_driver_sources)
tests_pam_test_ask_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_ask_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_ask_DEPENDENCIES = $(pam_driver_dependencies)

tests_pam_test_claims_SOURCES = tests/pam/test_claims.c $(pam_driver_sources)
tests_pam_test_claims_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_claims_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_claims_DEPENDENCIES = $(pam_driver_dependencies)

tests_pam_test_claims_file_SOURCES = tests/pam/test_claims_file.c pam_authcode/claims_file.c \
	pam_authcode/journal.c pam_authcode/trust.c
tests_pam_test_claims_file_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_claims_file_LDADD = $(pam_test_ldadd)

tests_pam_test_environment_SOURCES = tests/pam/test_environment.c $(pam_driver_sources)
tests_pam_test_environment_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_environment_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_environment_DEPENDENCIES = $(pam_driver_dependencies)

tests_pam_test_shadow_SOURCES = tests/pam/test_shadow.c pam_authcode/shadow.c
tests_pam_test_shadow_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_shadow_LDADD = libauthcode_base.la $(CMOCKA_LIBS)

tests_pam_test_listen_SOURCES = tests/pam/test_listen.c $(pam_driver_sources)
tests_pam_test_listen_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_listen_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_listen_DEPENDENCIES = $(pam_driver_dependencies)

tests_pam_test_turn_SOURCES = tests/pam/test_turn.c $(pam_driver_sources)
tests_pam_test_turn_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_turn_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_turn_DEPENDENCIES = $(pam_driver_dependencies)

pam_policy_sources = pam_authcode/service_file.c pam_authcode/service_policy.c \
	pam_authcode/service_walk.c

tests_pam_test_service_policy_SOURCES = tests/pam/test_service_policy.c $(pam_policy_sources)
tests_pam_test_service_policy_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_service_policy_LDADD = $(pam_test_ldadd)

tests_pam_test_login_limits_SOURCES = tests/pam/test_login_limits.c $(pam_driver_sources)
tests_pam_test_login_limits_CPPFLAGS = $(pam_test_cppflags)
tests_pam_test_login_limits_LDADD = $(pam_test_ldadd)
EXTRA_tests_pam_test_login_limits_DEPENDENCIES = $(pam_driver_dependencies)

pam_scripts = tests/pam/test_pam_documented.py tests/pam/test_terminal.py tests/pam/test_claims_example.py \
	tests/pam/test_options.py
TESTS += $(pam_scripts)
EXTRA_DIST += $(pam_scripts) tests/pam/terminal.py doc/pam-wire.md doc/pam.md doc/sign-in.md doc/examples/claims_sssd.py dist/login.conf
