# SPDX-License-Identifier: Apache-2.0
# Tests mirror the tree. C tests are cmocka programs with TAP output.

unit_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) $(JANSSON_CFLAGS) $(SQLITE_CFLAGS)
unit_ldadd = libtest_fixtures.la libauthcode_inside.la $(CMOCKA_LIBS)

# What many programs share is compiled once; each takes of it what it names.
check_LTLIBRARIES += libtest_fixtures.la
libtest_fixtures_la_SOURCES = \
	tests/flow/fault_store.c tests/flow/fault_store.h \
	tests/flow/flow.c tests/flow/flow.h tests/flow/flow_answer.c \
	tests/flow/keys_fixture.c tests/flow/keys_fixture.h \
	tests/flow/token_fixture.c tests/flow/token_fixture.h
libtest_fixtures_la_CPPFLAGS = $(unit_cppflags)

include tests/unit/local.mk
include tests/store/local.mk
include tests/flow/local.mk
include tests/pam/local.mk
include tests/http/local.mk
include tests/crash/local.mk
include tests/server/local.mk
include tests/ctl/local.mk
include tests/fuzz/local.mk
include tests/drift/local.mk

EXTRA_DIST += tests/mutants/run.py tests/mutants/mutants.txt tests/mutants/without.txt
