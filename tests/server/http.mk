# SPDX-License-Identifier: Apache-2.0
# The parts of HTTP and process that need no socket; tests/http has the rest.

server_http_tests = \
	tests/server/test_address \
	tests/server/test_clock_watch \
	tests/server/test_cors \
	tests/server/test_event \
	tests/server/test_gate \
	tests/server/test_http_conns \
	tests/server/test_json_out \
	tests/server/test_log \
	tests/server/test_fetch_lanes \
	tests/server/test_jwks_fetch \
	tests/server/test_log_line \
	tests/server/test_logout_teller \
	tests/server/test_client_rows \
	tests/server/test_master_key \
	tests/server/test_http_passed \
	tests/server/test_recent \
	tests/server/test_routes \
	tests/server/test_sandbox_calls \
	tests/server/test_sandbox_files \
	tests/server/test_sign_pool \
	tests/server/test_state

check_PROGRAMS += $(server_http_tests)
TESTS += $(server_http_tests)

server_http_cppflags = $(unit_cppflags) $(MICROHTTPD_CFLAGS)
server_http_ldadd = libserver_http.la libauthcode_inside.la $(CMOCKA_LIBS)

tests_server_test_address_SOURCES = tests/server/test_address.c
tests_server_test_address_CPPFLAGS = $(server_http_cppflags)
tests_server_test_address_LDADD = $(server_http_ldadd)

tests_server_test_clock_watch_SOURCES = tests/server/test_clock_watch.c
tests_server_test_clock_watch_CPPFLAGS = $(server_http_cppflags)
tests_server_test_clock_watch_LDADD = $(server_http_ldadd)

tests_server_test_cors_SOURCES = tests/server/test_cors.c
tests_server_test_cors_CPPFLAGS = $(server_http_cppflags)
tests_server_test_cors_LDADD = $(server_http_ldadd)

tests_server_test_gate_SOURCES = tests/server/test_gate.c
tests_server_test_gate_CPPFLAGS = $(server_http_cppflags)
tests_server_test_gate_LDADD = $(server_http_ldadd)

tests_server_test_http_conns_SOURCES = tests/server/test_http_conns.c
tests_server_test_http_conns_CPPFLAGS = $(server_http_cppflags)
tests_server_test_http_conns_LDADD = $(server_http_ldadd)

tests_server_test_http_passed_SOURCES = tests/server/test_http_passed.c
tests_server_test_http_passed_CPPFLAGS = $(server_http_cppflags)
tests_server_test_http_passed_LDADD = $(server_http_ldadd)

tests_server_test_log_SOURCES = tests/server/test_log.c
tests_server_test_log_CPPFLAGS = $(server_http_cppflags)
tests_server_test_log_LDADD = $(server_http_ldadd)

tests_server_test_fetch_lanes_SOURCES = tests/server/test_fetch_lanes.c
tests_server_test_fetch_lanes_CPPFLAGS = $(server_http_cppflags)
tests_server_test_fetch_lanes_LDADD = $(server_http_ldadd)

tests_server_test_jwks_fetch_SOURCES = tests/server/test_jwks_fetch.c server/jwks_fetch.c $(heap_sources)
tests_server_test_jwks_fetch_CPPFLAGS = $(server_http_cppflags) -I$(top_srcdir)/tests/server
tests_server_test_jwks_fetch_LDFLAGS = $(heap_ldflags)
tests_server_test_jwks_fetch_LDADD = libtests_fake_http.la libauthcode_inside.la $(CMOCKA_LIBS) \
	$(JANSSON_LIBS) -lpthread

tests_server_test_client_rows_SOURCES = tests/server/test_client_rows.c
tests_server_test_client_rows_CPPFLAGS = $(server_http_cppflags)
tests_server_test_client_rows_LDADD = libserver_http.la libserver_config.la libauthcode_inside.la \
	$(CMOCKA_LIBS)
tests_server_test_master_key_SOURCES = tests/server/test_master_key.c
tests_server_test_master_key_CPPFLAGS = $(server_http_cppflags)
tests_server_test_master_key_LDADD = $(server_http_ldadd)
tests_server_test_log_line_SOURCES = tests/server/test_log_line.c
tests_server_test_log_line_CPPFLAGS = $(server_http_cppflags)
tests_server_test_log_line_LDADD = $(server_http_ldadd)

tests_server_test_event_SOURCES = tests/server/test_event.c
tests_server_test_event_CPPFLAGS = $(server_http_cppflags)
tests_server_test_event_LDADD = $(server_http_ldadd)

tests_server_test_logout_teller_SOURCES = tests/server/test_logout_teller.c
tests_server_test_logout_teller_CPPFLAGS = $(server_http_cppflags)
tests_server_test_logout_teller_LDADD = $(server_http_ldadd)

tests_server_test_recent_SOURCES = tests/server/test_recent.c
tests_server_test_recent_CPPFLAGS = $(server_http_cppflags)
tests_server_test_recent_LDADD = $(server_http_ldadd)

# The routes name handlers of the pages, which reply through HTTP.
tests_server_test_routes_SOURCES = tests/server/test_routes.c \
	server/dispatch.c server/protocol_route.c server/routes.c
tests_server_test_routes_CPPFLAGS = $(server_http_cppflags)
tests_server_test_routes_LDADD = libserver_pages.la libserver_http.la libserver_config.la libpam_relay.la \
	libauthcode_inside.la $(JANSSON_LIBS) $(CMOCKA_LIBS)

sandbox_child = tests/server/sandbox_child.c tests/server/sandbox_child.h

tests_server_test_sandbox_calls_SOURCES = tests/server/test_sandbox_calls.c $(sandbox_child)
tests_server_test_sandbox_calls_CPPFLAGS = $(server_http_cppflags)
tests_server_test_sandbox_calls_LDADD = $(server_http_ldadd) -lpthread

tests_server_test_sandbox_files_SOURCES = tests/server/test_sandbox_files.c $(sandbox_child)
tests_server_test_sandbox_files_CPPFLAGS = $(server_http_cppflags)
tests_server_test_sandbox_files_LDADD = $(server_http_ldadd)

# Alone, with an exchange and a request of the test's.
tests_server_test_sign_pool_SOURCES = tests/server/test_sign_pool.c server/sign_pool.c
tests_server_test_sign_pool_CPPFLAGS = $(server_http_cppflags)
tests_server_test_sign_pool_LDADD = $(CMOCKA_LIBS) -lpthread

tests_server_test_state_SOURCES = tests/server/test_state.c
tests_server_test_state_CPPFLAGS = $(server_http_cppflags)
tests_server_test_state_LDADD = $(server_http_ldadd)

tests_server_test_json_out_SOURCES = tests/server/test_json_out.c
tests_server_test_json_out_CPPFLAGS = $(server_http_cppflags)
tests_server_test_json_out_LDADD = $(server_http_ldadd) $(JANSSON_LIBS)
