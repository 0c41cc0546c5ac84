# SPDX-License-Identifier: Apache-2.0
# HTTP, routes and the process around them.

noinst_LTLIBRARIES += libserver_shared.la libserver_http.la
libserver_shared_la_SOURCES = server/address.c server/address.h \
	server/clock.c server/clock.h \
	server/config_file.c server/config_file.h \
	server/event.c server/event.h \
	server/event_field.c \
	server/log_line.c server/log_line.h \
	server/txn.c server/txn.h
# As an object of its own: others compile the file for themselves.
libserver_shared_la_CPPFLAGS = $(AM_CPPFLAGS)
libserver_http_la_SOURCES = \
	server/admin.c server/admin.h \
	server/admin_audit.c server/admin_audit.h \
	server/admin_chain.c server/admin_chain.h \
	server/admin_json.c server/admin_json.h \
	server/admin_form.c server/admin_form.h \
	server/admin_keys.c server/admin_keys.h \
	server/admin_master_key.c server/admin_master_key.h \
	server/admin_list.c server/admin_list.h \
	server/admin_people.c server/admin_people.h \
	server/admin_status.c server/admin_status.h \
	server/admin_token.c server/admin_token.h \
	server/admin_clients.c server/admin_clients.h \
	server/clock_watch.c server/clock_watch.h \
	server/app.h \
	server/audit_head.c server/audit_head.h \
	server/audit_log.c server/audit_log.h \
	server/client_change.c server/client_change.h \
	server/client_json.c server/client_json.h \
	server/client_preset.c server/client_preset.h \
	server/client_put.c server/client_work.h \
	server/client_registry.c server/client_registry.h \
	server/client_rows.c server/client_rows.h \
	server/client_view.c \
	server/cors.c server/cors.h \
	server/delay.c server/delay.h \
	server/device_requests.c server/device_requests.h \
	server/dispatch.c server/dispatch.h \
	server/fetch.c server/fetch.h \
	server/gate.c server/gate.h \
	server/health.c server/health.h \
	server/http.c server/http.h server/http_internal.h \
	server/http_conns.c \
	server/http_layout.c \
	server/http_listen.c \
	server/http_passed.c server/http_passed.h \
	server/http_reply.c \
	server/http_request.c \
	server/http_service.c \
	server/http_tls.c \
	server/http_tls_set.c \
	server/json_out.c server/json_out.h \
	server/jwks_fetch.c server/jwks_fetch.h \
	server/keys.c server/keys.h \
	server/live.c server/live.h \
	server/log.c server/log.h \
	server/log_journal.c server/log_journal.h \
	server/logout_post.c server/logout_post.h \
	server/master_key.c server/master_key.h \
	server/logout_teller.c server/logout_teller.h \
	server/metrics.c server/metrics.h \
	server/notify.c server/notify.h \
	server/password_changed.c server/password_changed.h \
	server/privileges.c server/privileges.h \
	server/protocol_route.c server/protocol_route.h \
	server/recent.c server/recent.h \
	server/routes.c server/routes.h \
	server/sandbox.c server/sandbox.h \
	server/sandbox_calls.c \
	server/sandbox_files.c \
	server/sandbox_walls.h \
	server/sign_pool.c server/sign_pool.h \
	server/state.c server/state.h \
	server/token_guess.c server/token_guess.h \
	server/user_code.c server/user_code.h
libserver_http_la_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
libserver_http_la_LIBADD = libserver_shared.la libfetch_wire.la libauthcode_base.la $(MICROHTTPD_LIBS) -lpthread

sbin_PROGRAMS += authcoded
authcoded_SOURCES = server/main.c server/options.c server/options.h \
	server/reload.c server/reload.h \
	server/start_check.c server/start_check.h \
	server/start_files.c
authcoded_LDADD = libserver_http.la libserver_pages.la libserver_accounts.la libserver_config.la libpam_relay.la \
	libauthcode_base.la libauthcode.la
