# SPDX-License-Identifier: Apache-2.0
# The wire and the relay are a library of their own: authcoded links it without
# libpam, authcode-login links it without anything but base.

noinst_LTLIBRARIES += libpam_relay.la
libpam_relay_la_SOURCES = \
	pam_authcode/relay.c pam_authcode/relay.h \
	pam_authcode/wire.c pam_authcode/wire_socket.c pam_authcode/wire.h
libpam_relay_la_LIBADD = libauthcode_base.la
