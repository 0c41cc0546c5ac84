# SPDX-License-Identifier: Apache-2.0
# The wire and the relay are a library of their own: authcoded links it without
# libpam. authcode-login links it, libpam and base, and nothing else.

noinst_LTLIBRARIES += libpam_relay.la
libpam_relay_la_SOURCES = \
	pam_authcode/check_relay.c pam_authcode/check_relay.h \
	pam_authcode/connect.c pam_authcode/connect.h \
	pam_authcode/relay.c pam_authcode/relay.h \
	pam_authcode/text_rule.c pam_authcode/text_rule.h \
	pam_authcode/wire.c pam_authcode/wire_socket.c pam_authcode/wire.h
libpam_relay_la_LIBADD = libauthcode_base.la

pkglibexec_PROGRAMS += authcode-login
authcode_login_SOURCES = \
	pam_authcode/account.c pam_authcode/account.h \
	pam_authcode/channel.c pam_authcode/channel.h \
	pam_authcode/claims_command.c pam_authcode/claims_file.c pam_authcode/claims.h \
	pam_authcode/clean.c pam_authcode/clean.h \
	pam_authcode/conversation.c pam_authcode/conversation.h \
	pam_authcode/entry.h pam_authcode/entry_check.c pam_authcode/entry_login.c \
	pam_authcode/entry_passwd.c \
	pam_authcode/environment.c pam_authcode/environment.h \
	pam_authcode/faillock.c pam_authcode/faillock.h \
	pam_authcode/harden.c pam_authcode/harden.h \
	pam_authcode/journal.c pam_authcode/journal.h \
	pam_authcode/listen.c pam_authcode/listen.h \
	pam_authcode/login_main.c \
	pam_authcode/option_file.c pam_authcode/option_file.h pam_authcode/option_row.h \
	pam_authcode/options.c pam_authcode/options.h \
	pam_authcode/options_parse.c pam_authcode/options_settle.c \
	pam_authcode/permit.c pam_authcode/permit.h \
	pam_authcode/private_dir.c pam_authcode/private_dir.h \
	pam_authcode/service_file.c pam_authcode/service_file.h \
	pam_authcode/service_policy.c pam_authcode/service_policy.h \
	pam_authcode/service_walk.c pam_authcode/service_walk.h \
	pam_authcode/shadow.c pam_authcode/shadow.h \
	pam_authcode/sign_in.c pam_authcode/sign_in.h \
	pam_authcode/socket_file.c pam_authcode/socket_file.h \
	pam_authcode/stack.c pam_authcode/stack.h \
	pam_authcode/terminal.c pam_authcode/terminal.h \
	pam_authcode/ticket.c pam_authcode/ticket.h \
	pam_authcode/trust.c pam_authcode/trust.h \
	pam_authcode/turn.c pam_authcode/turn.h \
	pam_authcode/user_sources.c pam_authcode/user_sources.h
authcode_login_LDADD = libpam_relay.la $(PAM_LIBS)
