# SPDX-License-Identifier: Apache-2.0
# One program per parser. `make check` runs each over its corpus with the main
# of replay.c; configured with --enable-fuzzing (clang) they are libFuzzer
# programs instead, see run.sh.

fuzz_programs = \
	tests/fuzz/fuzz_base64url \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_credential \
	tests/fuzz/fuzz_exchange \
	tests/fuzz/fuzz_fetch \
	tests/fuzz/fuzz_form \
	tests/fuzz/fuzz_gate \
	tests/fuzz/fuzz_jwk \
	tests/fuzz/fuzz_jws \
	tests/fuzz/fuzz_language \
	tests/fuzz/fuzz_options \
	tests/fuzz/fuzz_redirect \
	tests/fuzz/fuzz_service \
	tests/fuzz/fuzz_text \
	tests/fuzz/fuzz_transaction \
	tests/fuzz/fuzz_uri \
	tests/fuzz/fuzz_wire

check_PROGRAMS += $(fuzz_programs)
EXTRA_DIST += tests/fuzz/run.sh tests/fuzz/corpus

fuzz_common = tests/fuzz/fuzz.c tests/fuzz/fuzz.h
if FUZZING
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_ldflags = $(AM_LDFLAGS)
fuzz_common += tests/fuzz/replay.c
TESTS += $(fuzz_programs)
endif

fuzz-programs: $(fuzz_programs)
fuzz:
	CC=clang $(SHELL) $(top_srcdir)/tests/fuzz/run.sh $(abs_top_builddir)/fuzz 30
.PHONY: fuzz fuzz-programs

tests_fuzz_fuzz_base64url_SOURCES = tests/fuzz/fuzz_base64url.c $(fuzz_common)
tests_fuzz_fuzz_base64url_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_base64url_LDADD = libauthcode_base.la

tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c $(fuzz_common)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_config_LDADD = libserver_config.la libauthcode_inside.la

tests_fuzz_fuzz_credential_SOURCES = tests/fuzz/fuzz_credential.c $(fuzz_common)
tests_fuzz_fuzz_credential_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_credential_LDADD = libauthcode_inside.la

tests_fuzz_fuzz_exchange_SOURCES = tests/fuzz/fuzz_exchange.c $(fuzz_common) \
	tests/flow/device_flow.c tests/flow/device_flow.h $(flow_sources)
tests_fuzz_fuzz_exchange_CPPFLAGS = $(unit_cppflags)
tests_fuzz_fuzz_exchange_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_exchange_LDADD = $(unit_ldadd)

tests_fuzz_fuzz_fetch_SOURCES = tests/fuzz/fuzz_fetch.c $(fuzz_common)
tests_fuzz_fuzz_fetch_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_fetch_LDADD = libfetch_wire.la

tests_fuzz_fuzz_form_SOURCES = tests/fuzz/fuzz_form.c $(fuzz_common)
tests_fuzz_fuzz_form_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_form_LDADD = libauthcode_base.la

tests_fuzz_fuzz_gate_SOURCES = tests/fuzz/fuzz_gate.c $(fuzz_common) \
	server/address.c server/gate.c
tests_fuzz_fuzz_gate_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_gate_LDADD = libauthcode_base.la

tests_fuzz_fuzz_jwk_SOURCES = tests/fuzz/fuzz_jwk.c $(fuzz_common)
tests_fuzz_fuzz_jwk_CPPFLAGS = $(unit_cppflags)
tests_fuzz_fuzz_jwk_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_jwk_LDADD = libauthcode_inside.la

tests_fuzz_fuzz_jws_SOURCES = tests/fuzz/fuzz_jws.c $(fuzz_common) $(unit_jose_forge)
tests_fuzz_fuzz_jws_CPPFLAGS = $(unit_cppflags)
tests_fuzz_fuzz_jws_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_jws_LDADD = libauthcode_inside.la

tests_fuzz_fuzz_language_SOURCES = tests/fuzz/fuzz_language.c $(fuzz_common) \
	server/language.c
tests_fuzz_fuzz_language_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_language_LDADD = libauthcode_base.la

tests_fuzz_fuzz_options_SOURCES = tests/fuzz/fuzz_options.c $(fuzz_common) \
	pam_authcode/option_file.c pam_authcode/trust.c
tests_fuzz_fuzz_options_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_options_LDADD = libauthcode_base.la

tests_fuzz_fuzz_redirect_SOURCES = tests/fuzz/fuzz_redirect.c $(fuzz_common)
tests_fuzz_fuzz_redirect_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_redirect_LDADD = libauthcode_inside.la

tests_fuzz_fuzz_service_SOURCES = tests/fuzz/fuzz_service.c $(fuzz_common) $(pam_policy_sources)
tests_fuzz_fuzz_service_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_service_LDADD = libauthcode_base.la

tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c $(fuzz_common)
tests_fuzz_fuzz_text_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_text_LDADD = libauthcode_base.la

tests_fuzz_fuzz_transaction_SOURCES = tests/fuzz/fuzz_transaction.c $(fuzz_common) $(flow_sources)
tests_fuzz_fuzz_transaction_CPPFLAGS = $(unit_cppflags)
tests_fuzz_fuzz_transaction_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_transaction_LDADD = $(unit_ldadd)

tests_fuzz_fuzz_uri_SOURCES = tests/fuzz/fuzz_uri.c $(fuzz_common)
tests_fuzz_fuzz_uri_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_uri_LDADD = libauthcode_base.la

tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c $(fuzz_common)
tests_fuzz_fuzz_wire_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_wire_LDADD = libpam_relay.la
