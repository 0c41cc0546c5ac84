# SPDX-License-Identifier: Apache-2.0
# Figures, not tests, for an idle machine: `make bench` takes some three minutes, all of them twelve.

bench_programs = bench/floor bench/load bench/raw_pam
EXTRA_PROGRAMS += $(bench_programs)
bench_floor_SOURCES = bench/floor.c
bench_floor_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
bench_floor_LDADD = $(MICROHTTPD_LIBS)
bench_load_SOURCES = bench/load.c bench/load.h bench/load_report.c
bench_raw_pam_SOURCES = bench/raw_pam.c
bench_raw_pam_LDADD = $(PAM_LIBS)

# Never installed; -rpath makes libtool build the shared object.
EXTRA_LTLIBRARIES += bench/libbench_syncs.la
bench_libbench_syncs_la_SOURCES = bench/syncs.c
bench_libbench_syncs_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere

EXTRA_DIST += \
	bench/bench.py \
	bench/fill.py \
	bench/jobs.py \
	bench/login.py \
	bench/machine.py \
	bench/measure.py \
	bench/oidc_provider.mjs \
	bench/page.py \
	bench/peer_glewlwyd.py \
	bench/peer_oidc_provider.py \
	bench/peers.py \
	bench/rival.py \
	bench/scale.py \
	bench/stand.py \
	bench/table.py

bench_python = AUTHCODE_BUILD='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 $(top_srcdir)/bench

.PHONY: bench bench-login bench-peers bench-scale bench-aids bench-doc bench-all
bench-aids: all $(bench_programs) bench/libbench_syncs.la
bench: bench-aids
	$(bench_python)/bench.py $(BENCH)
bench-login: bench-aids
	$(bench_python)/login.py $(BENCH)
bench-peers: bench-aids
	$(bench_python)/peers.py $(BENCH)
bench-scale: bench-aids
	$(bench_python)/scale.py $(BENCH)

# The figures of what was run last, into doc/performance.md.
bench-doc:
	$(bench_python)/page.py

# One after the other, also with -j: side by side they would measure each other.
bench-all: bench-aids
	$(MAKE) $(AM_MAKEFLAGS) BENCH= bench
	$(MAKE) $(AM_MAKEFLAGS) BENCH= bench-peers
	$(MAKE) $(AM_MAKEFLAGS) BENCH= bench-login
	$(MAKE) $(AM_MAKEFLAGS) BENCH= bench-scale
	$(MAKE) $(AM_MAKEFLAGS) bench-doc
