# SPDX-License-Identifier: Apache-2.0
# Pages, cookies and the sign-in; main.c links libserver_pages.la, tests too.

page_files = \
	$(top_srcdir)/server/templates/layout.mustache \
	$(top_srcdir)/server/templates/sign_in.mustache \
	$(top_srcdir)/server/templates/prompt.mustache \
	$(top_srcdir)/server/templates/consent.mustache \
	$(top_srcdir)/server/templates/accounts.mustache \
	$(top_srcdir)/server/templates/form_post.mustache \
	$(top_srcdir)/server/templates/error.mustache \
	$(top_srcdir)/server/templates/refused.mustache \
	$(top_srcdir)/server/templates/told.mustache \
	$(top_srcdir)/server/templates/logout.mustache \
	$(top_srcdir)/server/templates/logged_out.mustache \
	$(top_srcdir)/server/templates/device.mustache \
	$(top_srcdir)/server/templates/device_done.mustache \
	$(top_srcdir)/server/templates/user_code.mustache \
	$(top_srcdir)/server/templates/wait.mustache \
	$(top_srcdir)/server/templates/style.css \
	$(top_srcdir)/server/templates/icon.svg

EXTRA_DIST += server/embed.sh $(page_files)
CLEANFILES += server/page_files.c

server/page_files.c: $(page_files) $(top_srcdir)/server/embed.sh
	$(AM_V_GEN)$(MKDIR_P) server && \
	$(SHELL) $(top_srcdir)/server/embed.sh $(page_files) >$@.new && mv $@.new $@

noinst_LTLIBRARIES += libserver_accounts.la libserver_pages.la
libserver_accounts_la_SOURCES = \
	server/account_answer.c server/account_answer.h \
	server/account_claims.c server/account_claims.h \
	server/accounts.c server/accounts.h server/accounts_table.h \
	server/accounts_cache.c \
	server/accounts_missing.c \
	server/accounts_retire.c \
	server/accounts_run.c \
	server/accounts_sweep.c
libserver_accounts_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libserver_accounts_la_LIBADD = libserver_shared.la libserver_config.la libpam_relay.la libauthcode_base.la $(JANSSON_LIBS) -lpthread
libserver_pages_la_SOURCES = \
	server/authenticator.h server/authenticator_pam.c \
	server/conversation.c server/conversation.h \
	server/conversation_guess.c \
	server/conversation_report.c \
	server/conversation_look.c \
	server/conversation_run.c server/conversation_table.h \
	server/cookies.c server/cookies.h \
	server/device.c server/device.h \
	server/etag.c server/etag.h \
	server/language.c server/language.h \
	server/log_name.c server/log_name.h \
	server/login.c server/login.h \
	server/logo.c server/logo.h \
	server/mac.c server/mac.h \
	server/metadata.c server/metadata.h \
	server/page_files.h \
	server/page_script.c server/page_script.h \
	server/page_words.c server/page_words.h \
	server/pages.c server/pages.h \
	server/prompt.c \
	server/storage.c server/storage.h \
	server/respond.c server/respond.h \
	server/template.c server/template.h \
	server/throttle.c server/throttle.h \
	server/used_nonces.c server/used_nonces.h \
	server/visit.c server/visit.h
nodist_libserver_pages_la_SOURCES = server/page_files.c
libserver_pages_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
libserver_pages_la_LIBADD = libserver_accounts.la libserver_shared.la libpam_relay.la libauthcode_base.la $(CRYPTO_LIBS)
