# SPDX-License-Identifier: Apache-2.0
unit_base_tests = \
	tests/unit/base/test_arena \
	tests/unit/base/test_base64url \
	tests/unit/base/test_buf \
	tests/unit/base/test_error \
	tests/unit/base/test_form \
	tests/unit/base/test_passed \
	tests/unit/base/test_random \
	tests/unit/base/test_secret \
	tests/unit/base/test_text \
	tests/unit/base/test_uri

check_PROGRAMS += $(unit_base_tests)
TESTS += $(unit_base_tests)

unit_base_ldadd = libauthcode_base.la $(CMOCKA_LIBS)
heap_sources = tests/unit/base/heap.c tests/unit/base/heap.h
heap_ldflags = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=free

tests_unit_base_test_arena_SOURCES = tests/unit/base/test_arena.c $(heap_sources)
tests_unit_base_test_arena_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_arena_LDFLAGS = $(heap_ldflags)
tests_unit_base_test_arena_LDADD = $(unit_base_ldadd)

tests_unit_base_test_base64url_SOURCES = tests/unit/base/test_base64url.c
tests_unit_base_test_base64url_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_base64url_LDADD = $(unit_base_ldadd)

tests_unit_base_test_buf_SOURCES = tests/unit/base/test_buf.c $(heap_sources)
tests_unit_base_test_buf_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_buf_LDFLAGS = $(heap_ldflags)
tests_unit_base_test_buf_LDADD = $(unit_base_ldadd)

tests_unit_base_test_error_SOURCES = tests/unit/base/test_error.c
tests_unit_base_test_error_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_error_LDADD = $(unit_base_ldadd)

tests_unit_base_test_form_SOURCES = tests/unit/base/test_form.c
tests_unit_base_test_form_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_form_LDADD = $(unit_base_ldadd)

tests_unit_base_test_passed_SOURCES = tests/unit/base/test_passed.c
tests_unit_base_test_passed_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_passed_LDADD = $(unit_base_ldadd)

tests_unit_base_test_random_SOURCES = tests/unit/base/test_random.c
tests_unit_base_test_random_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_random_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getrandom
tests_unit_base_test_random_LDADD = $(unit_base_ldadd)

tests_unit_base_test_secret_SOURCES = tests/unit/base/test_secret.c
tests_unit_base_test_secret_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_secret_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc,--wrap=mmap,--wrap=munmap
tests_unit_base_test_secret_LDADD = $(unit_base_ldadd)

tests_unit_base_test_text_SOURCES = tests/unit/base/test_text.c
tests_unit_base_test_text_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_text_LDADD = $(unit_base_ldadd)

tests_unit_base_test_uri_SOURCES = tests/unit/base/test_uri.c
tests_unit_base_test_uri_CPPFLAGS = $(unit_cppflags)
tests_unit_base_test_uri_LDADD = $(unit_base_ldadd)
