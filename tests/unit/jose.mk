# SPDX-License-Identifier: Apache-2.0
unit_jose_tests = \
	tests/unit/jose/test_algorithm \
	tests/unit/jose/test_digest \
	tests/unit/jose/test_half_hash \
	tests/unit/jose/test_hmac_jws \
	tests/unit/jose/test_json_text \
	tests/unit/jose/test_jwk \
	tests/unit/jose/test_jwk_parse \
	tests/unit/jose/test_jwks \
	tests/unit/jose/test_jws \
	tests/unit/jose/test_jws_hostile \
	tests/unit/jose/test_jwt \
	tests/unit/jose/test_key_pair \
	tests/unit/jose/test_out_of_memory \
	tests/unit/jose/test_seal \
	tests/unit/jose/test_signature

check_PROGRAMS += $(unit_jose_tests)
TESTS += $(unit_jose_tests)

unit_jose_forge = tests/unit/jose/forge.c tests/unit/jose/forge.h tests/unit/jose/rfc_keys.h

# What the independent implementation of test_oracle.py talks to.
check_PROGRAMS += tests/unit/jose/jose_tool
TESTS += tests/unit/jose/test_oracle.py
EXTRA_DIST += tests/unit/jose/test_oracle.py
tests_unit_jose_jose_tool_SOURCES = tests/unit/jose/jose_tool.c
tests_unit_jose_jose_tool_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_jose_tool_LDADD = libauthcode_inside.la

tests_unit_jose_test_algorithm_SOURCES = tests/unit/jose/test_algorithm.c
tests_unit_jose_test_algorithm_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_algorithm_LDADD = $(unit_ldadd)

tests_unit_jose_test_digest_SOURCES = tests/unit/jose/test_digest.c
tests_unit_jose_test_digest_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_digest_LDADD = $(unit_ldadd)

tests_unit_jose_test_half_hash_SOURCES = tests/unit/jose/test_half_hash.c
tests_unit_jose_test_half_hash_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_half_hash_LDADD = $(unit_ldadd)

tests_unit_jose_test_hmac_jws_SOURCES = tests/unit/jose/test_hmac_jws.c $(unit_jose_forge)
tests_unit_jose_test_hmac_jws_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_hmac_jws_LDADD = $(unit_ldadd)

tests_unit_jose_test_json_text_SOURCES = tests/unit/jose/test_json_text.c
tests_unit_jose_test_json_text_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_json_text_LDADD = $(unit_ldadd)

tests_unit_jose_test_jwk_SOURCES = tests/unit/jose/test_jwk.c $(unit_jose_forge)
tests_unit_jose_test_jwk_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_jwk_LDADD = $(unit_ldadd)

tests_unit_jose_test_jwk_parse_SOURCES = tests/unit/jose/test_jwk_parse.c $(unit_jose_forge)
tests_unit_jose_test_jwk_parse_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_jwk_parse_LDADD = $(unit_ldadd)

tests_unit_jose_test_jwks_SOURCES = tests/unit/jose/test_jwks.c $(unit_jose_forge)
tests_unit_jose_test_jwks_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_jwks_LDADD = $(unit_ldadd)

tests_unit_jose_test_jws_SOURCES = tests/unit/jose/test_jws.c $(unit_jose_forge)
tests_unit_jose_test_jws_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_jws_LDADD = $(unit_ldadd)

tests_unit_jose_test_jws_hostile_SOURCES = tests/unit/jose/test_jws_hostile.c $(unit_jose_forge)
tests_unit_jose_test_jws_hostile_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_jws_hostile_LDADD = $(unit_ldadd)

tests_unit_jose_test_jwt_SOURCES = tests/unit/jose/test_jwt.c
tests_unit_jose_test_jwt_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_jwt_LDADD = $(unit_ldadd)

tests_unit_jose_test_key_pair_SOURCES = tests/unit/jose/test_key_pair.c $(unit_jose_forge)
tests_unit_jose_test_key_pair_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_key_pair_LDADD = $(unit_ldadd)

tests_unit_jose_test_out_of_memory_SOURCES = tests/unit/jose/test_out_of_memory.c $(unit_jose_forge) $(heap_sources)
tests_unit_jose_test_out_of_memory_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_out_of_memory_LDFLAGS = $(heap_ldflags)
tests_unit_jose_test_out_of_memory_LDADD = $(unit_ldadd)

tests_unit_jose_test_seal_SOURCES = tests/unit/jose/test_seal.c
tests_unit_jose_test_seal_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_seal_LDADD = $(unit_ldadd)

tests_unit_jose_test_signature_SOURCES = tests/unit/jose/test_signature.c $(unit_jose_forge)
tests_unit_jose_test_signature_CPPFLAGS = $(unit_cppflags)
tests_unit_jose_test_signature_LDADD = $(unit_ldadd)
