# SPDX-License-Identifier: Apache-2.0
# Tests mirror the tree. C tests are cmocka programs with TAP output.

unit_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) $(JANSSON_CFLAGS) $(SQLITE_CFLAGS)
unit_ldadd = libauthcode_inside.la $(CMOCKA_LIBS)

include tests/unit/local.mk
include tests/store/local.mk
include tests/flow/local.mk
include tests/pam/local.mk
include tests/http/local.mk
include tests/server/local.mk
include tests/fuzz/local.mk
include tests/drift/local.mk

EXTRA_DIST += tests/mutants/run.py tests/mutants/mutants.txt tests/mutants/without.txt
