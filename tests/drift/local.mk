# SPDX-License-Identifier: Apache-2.0
# Checks that code, documents and tests still say the same. Python, TAP.

drift_tests = \
	tests/drift/test_binaries.py \
	tests/drift/test_documented.py \
	tests/drift/test_events.py \
	tests/drift/test_exports.py \
	tests/drift/test_fail2ban.py \
	tests/drift/test_format.py \
	tests/drift/test_headers.py \
	tests/drift/test_layering.py \
	tests/drift/test_mutants.py \
	tests/drift/test_packages.py \
	tests/drift/test_performance.py \
	tests/drift/test_recipes.py \
	tests/drift/test_registered.py \
	tests/drift/test_requirements.py \
	tests/drift/test_rules.py \
	tests/drift/test_tally.py \
	tests/drift/test_units.py

TESTS += $(drift_tests)

check_PROGRAMS += tests/drift/event_list
tests_drift_event_list_SOURCES = tests/drift/event_list.c
tests_drift_event_list_CPPFLAGS = $(unit_cppflags)
tests_drift_event_list_LDADD = libserver_shared.la libauthcode_base.la

# The catalog and the tables of doc/log.md, from server/event.c.
.PHONY: events
events: tests/drift/event_list
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
		/usr/bin/python3 $(srcdir)/tests/drift/test_events.py --write

EXTRA_DIST += $(drift_tests) \
	tests/drift/drift.py \
	tests/drift/long-files.txt \
	tests/drift/requirements.txt \
	tests/drift/requirements_not_built.txt \
	tests/skips.txt

# What ./check runs beside make check.
EXTRA_DIST += \
	tests/bench/conftest.py \
	tests/bench/test_load.py \
	tests/bench/test_runs.py \
	tests/bench/test_table.py \
	tests/check/tally.py \
	tests/browser/.npmrc \
	tests/browser/accessible.mjs \
	tests/browser/device.mjs \
	tests/browser/lib/axe.mjs \
	tests/browser/lib/clients.mjs \
	tests/browser/lib/host.mjs \
	tests/browser/lib/tap.mjs \
	tests/browser/lib/world.mjs \
	tests/browser/package-lock.json \
	tests/browser/package.json \
	tests/browser/picture.mjs \
	tests/browser/run.mjs \
	tests/browser/logout.mjs \
	tests/browser/request.mjs \
	tests/browser/sign-in.mjs \
	tests/clients/app_authlib.py \
	tests/clients/conftest.py \
	tests/clients/node_clients/.npmrc \
	tests/clients/node_clients/oidc_client_ts.mjs \
	tests/clients/node_clients/openid_client.mjs \
	tests/clients/node_clients/package-lock.json \
	tests/clients/node_clients/package.json \
	tests/clients/recipes.py \
	tests/clients/test_authlib.py \
	tests/clients/test_dovecot.py \
	tests/clients/test_mod_auth_openidc.py \
	tests/clients/test_oidc_client_ts.py \
	tests/clients/test_openid_client.py \
	tests/proxies/conftest.py \
	tests/proxies/test_proxies.py \
	tests/run/boot.sh \
	tests/run/clean-host.sh \
	tests/run/package_life.sh \
	tests/run/packages.sh \
	tests/run/person.py \
	tests/run/rpm.sh \
	tests/run/sign_in.py \
	tests/run/test_run.py \
	tests/run/unit_client.py \
	tests/run/unit_server.py

PY_LOG_COMPILER = /usr/bin/python3
PY_LOG_DRIVER = $(LOG_DRIVER)
AM_TESTS_ENVIRONMENT += CC='$(CC)'; export CC; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE; \
	DRIFT_LIBDIR='$(libdir)'; export DRIFT_LIBDIR; \
	DRIFT_CFLAGS='$(AM_CFLAGS)'; export DRIFT_CFLAGS; \
	DRIFT_CPPFLAGS='$(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(JANSSON_CFLAGS) $(SQLITE_CFLAGS)'; \
	export DRIFT_CPPFLAGS;
