# SPDX-License-Identifier: Apache-2.0
# authcodectl speaks HTTP to the daemon's socket and knows nothing of its inside.

# The tables that people read, for the tests too.
noinst_LTLIBRARIES += libctl_inside.la
libctl_inside_la_SOURCES = \
	ctl/table.c ctl/table.h
libctl_inside_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

bin_PROGRAMS += authcodectl
authcodectl_SOURCES = \
	ctl/admin_request.c ctl/admin_request.h \
	ctl/command.c ctl/command.h \
	ctl/complete.c ctl/complete.h \
	ctl/key.c ctl/key.h \
	ctl/main.c \
	ctl/options.c ctl/options.h \
	ctl/user.c ctl/user.h
authcodectl_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS)
authcodectl_LDADD = libctl_inside.la libauthcode_base.la $(CURL_LIBS) $(JANSSON_LIBS)
