# SPDX-License-Identifier: Apache-2.0
# authcodectl speaks HTTP to the daemon's socket and knows nothing of its inside; what it does
# to the database file it does through the library.
EXTRA_DIST += doc/clients.md

# The tables that people read, for the tests too.
noinst_LTLIBRARIES += libctl_inside.la
libctl_inside_la_SOURCES = \
	ctl/table.c ctl/table.h
libctl_inside_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

bin_PROGRAMS += authcodectl
authcodectl_SOURCES = \
	ctl/admin_request.c ctl/admin_request.h \
	ctl/audit.c ctl/audit.h \
	ctl/audit_verify.c ctl/audit_verify.h \
	ctl/client.c ctl/client.h \
	ctl/command.c ctl/command.h \
	ctl/complete.c ctl/complete.h \
	ctl/config.c ctl/config.h \
	ctl/db.c ctl/db.h \
	ctl/db_owner.c ctl/db_owner.h \
	ctl/db_restore.c \
	ctl/grant.c ctl/grant.h \
	ctl/key.c ctl/key.h \
	ctl/main.c \
	ctl/options.c ctl/options.h \
	ctl/pam_test.c ctl/pam_test.h \
	ctl/person.c ctl/person.h \
	ctl/program.c ctl/program.h \
	ctl/said.c ctl/said.h \
	ctl/session.c ctl/session.h \
	ctl/setup.c ctl/setup.h \
	ctl/setup_files.c ctl/setup_files.h \
	ctl/setup_key.c ctl/setup_key.h \
	ctl/setup_plan.c ctl/setup_plan.h \
	ctl/setup_units.c ctl/setup_units.h \
	ctl/status.c ctl/status.h \
	ctl/token.c ctl/token.h \
	ctl/user.c ctl/user.h \
	ctl/user_export.c ctl/user_export.h
authcodectl_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS) \
	-DAC_CTL_HELPER='"$(pkglibexecdir)/authcode-login"' \
	-DAC_CTL_DAEMON='"$(sbindir)/authcoded"' \
	-DAC_CTL_CONFIG_DIR='"$(sysconfdir)/authcode"' \
	-DAC_CTL_CONFIG_FILE='"$(sysconfdir)/authcode/authcode.conf"' \
	-DAC_CTL_PROXY_DIR='"$(pkgdatadir)/proxy"' \
	-DAC_CTL_LOGIN_CONF='"$(sysconfdir)/authcode/login.conf"'
authcodectl_LDADD = libctl_inside.la libauthcode_base.la libauthcode.la $(CURL_LIBS) $(JANSSON_LIBS)
