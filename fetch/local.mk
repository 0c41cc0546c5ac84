# SPDX-License-Identifier: Apache-2.0
# authcode-fetch speaks HTTPS to servers that others have named. Its wire is a
# library of its own, which authcoded links without libcurl.

noinst_LTLIBRARIES += libfetch_wire.la libfetch_inside.la
libfetch_wire_la_SOURCES = fetch/wire.c fetch/wire.h
libfetch_wire_la_LIBADD = libauthcode_base.la

libfetch_inside_la_SOURCES = \
	fetch/address.c fetch/address.h \
	fetch/listen.c fetch/listen.h \
	fetch/serve.c fetch/serve.h \
	fetch/transfer.c fetch/transfer.h
libfetch_inside_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
libfetch_inside_la_LIBADD = libfetch_wire.la $(CURL_LIBS)

pkglibexec_PROGRAMS += authcode-fetch
authcode_fetch_SOURCES = fetch/main.c
authcode_fetch_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
authcode_fetch_LDADD = libfetch_inside.la
