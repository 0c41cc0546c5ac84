# SPDX-License-Identifier: Apache-2.0
unit_jose_tests = tests/unit/jose/test_digest tests/unit/jose/test_seal

check_PROGRAMS += $(unit_jose_tests)
TESTS += $(unit_jose_tests)

tests_unit_jose_test_digest_SOURCES = tests/unit/jose/test_digest.c
tests_unit_jose_test_digest_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_digest_LDADD = $(unit_ldadd)

tests_unit_jose_test_seal_SOURCES = tests/unit/jose/test_seal.c
tests_unit_jose_test_seal_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_seal_LDADD = $(unit_ldadd)
