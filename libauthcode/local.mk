# SPDX-License-Identifier: Apache-2.0
# libauthcode: base, jose, store and protocol in one shared library that exports
# authcode_* only. Tests reach the inside through libauthcode_inside.la, the same
# objects without the export map; the PAM helper links base alone.

include libauthcode/base/local.mk
include libauthcode/jose/local.mk
include libauthcode/store/local.mk
include libauthcode/protocol/local.mk

authcodeincludedir = $(includedir)/authcode
authcodeinclude_HEADERS = \
	libauthcode/include/authcode/audit.h \
	libauthcode/include/authcode/authcode.h \
	libauthcode/include/authcode/client.h \
	libauthcode/include/authcode/database.h \
	libauthcode/include/authcode/error.h \
	libauthcode/include/authcode/exchange.h \
	libauthcode/include/authcode/inspect.h \
	libauthcode/include/authcode/issuer.h \
	libauthcode/include/authcode/keys.h \
	libauthcode/include/authcode/list.h \
	libauthcode/include/authcode/logout.h \
	libauthcode/include/authcode/request.h \
	libauthcode/include/authcode/resource.h \
	libauthcode/include/authcode/response.h \
	libauthcode/include/authcode/store.h \
	libauthcode/include/authcode/store_clients.h \
	libauthcode/include/authcode/store_keys.h \
	libauthcode/include/authcode/store_people.h \
	libauthcode/include/authcode/store_rows.h

noinst_LTLIBRARIES += libauthcode_base.la libauthcode_inside.la

libauthcode_base_la_SOURCES = $(base_sources)
libauthcode_base_la_LIBADD =

libauthcode_inside_la_SOURCES = $(jose_sources) $(store_sources) $(protocol_sources)
libauthcode_inside_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(JANSSON_CFLAGS) $(SQLITE_CFLAGS)
libauthcode_inside_la_LIBADD = libauthcode_base.la $(CRYPTO_LIBS) $(JANSSON_LIBS) $(SQLITE_LIBS) \
	-lpthread

lib_LTLIBRARIES += libauthcode.la
libauthcode_la_SOURCES =
libauthcode_la_LIBADD = libauthcode_inside.la
libauthcode_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined \
	-Wl,--version-script=$(top_srcdir)/libauthcode/libauthcode.map
EXTRA_libauthcode_la_DEPENDENCIES = libauthcode/libauthcode.map
EXTRA_DIST += libauthcode/libauthcode.map

pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = libauthcode/libauthcode.pc
