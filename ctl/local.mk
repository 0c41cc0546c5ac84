# SPDX-License-Identifier: Apache-2.0
# authcodectl speaks HTTP to the daemon's socket and knows nothing of its inside.

bin_PROGRAMS += authcodectl
authcodectl_SOURCES = \
	ctl/admin_request.c ctl/admin_request.h \
	ctl/command.c ctl/command.h \
	ctl/key.c ctl/key.h \
	ctl/main.c \
	ctl/user.c ctl/user.h
authcodectl_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS)
authcodectl_LDADD = libauthcode_base.la $(CURL_LIBS) $(JANSSON_LIBS)
