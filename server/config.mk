# SPDX-License-Identifier: Apache-2.0
# The configuration, for authcoded and for its tests.
noinst_LTLIBRARIES += libserver_config.la

libserver_config_la_SOURCES = \
	server/client_words.c server/client_words.h \
	server/config.c server/config.h \
	server/config_client_auth.c server/config_client_auth.h \
	server/config_files.c server/config_files.h \
	server/config_hash.c server/config_hash.h \
	server/config_lookup.c \
	server/config_option_rows.h \
	server/config_options.c server/config_options.h \
	server/config_options_client.c \
	server/config_options_resource.c \
	server/config_options_server.c \
	server/config_options_service.c \
	server/config_read.c \
	server/config_reload.c \
	server/config_registry.c server/config_registry.h \
	server/config_resource.c server/config_resource.h \
	server/config_rules.c server/config_rules.h \
	server/config_secret.c server/config_secret.h \
	server/config_service.c server/config_service.h \
	server/config_store.c \
	server/config_stored.c server/config_stored.h \
	server/config_text.c server/config_text.h \
	server/config_values.c server/config_values.h
libserver_config_la_CPPFLAGS = $(AM_CPPFLAGS) $(CONFUSE_CFLAGS) $(CRYPTO_CFLAGS)
libserver_config_la_LIBADD = libserver_shared.la $(CONFUSE_LIBS) $(CRYPTO_LIBS)

sampledir = $(docdir)
dist_sample_DATA = dist/authcode.conf
