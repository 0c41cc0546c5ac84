# SPDX-License-Identifier: Apache-2.0
# Pages, cookies and the sign-in, over a fake of server/http.h.

server_pages_tests = \
	tests/server/test_account_claims \
	tests/server/test_accounts \
	tests/server/test_accounts_claims \
	tests/server/test_accounts_gone \
	tests/server/test_accounts_shares \
	tests/server/test_accounts_unknown \
	tests/server/test_assets \
	tests/server/test_change \
	tests/server/test_conversation \
	tests/server/test_conversation_run \
	tests/server/test_cookies \
	tests/server/test_device \
	tests/server/test_failure_floor \
	tests/server/test_guesses \
	tests/server/test_language \
	tests/server/test_login \
	tests/server/test_login_service \
	tests/server/test_logo \
	tests/server/test_pages \
	tests/server/test_pages_account \
	tests/server/test_pages_client \
	tests/server/test_start_check \
	tests/server/test_prompt \
	tests/server/test_success \
	tests/server/test_template \
	tests/server/test_throttle \
	tests/server/test_used_nonces \
	tests/server/test_user_code

check_PROGRAMS += $(server_pages_tests)
TESTS += $(server_pages_tests)

check_LTLIBRARIES += libtests_fake_http.la
libtests_fake_http_la_SOURCES = tests/server/fake_http.c tests/server/fake_http.h
libtests_fake_http_la_LIBADD = libserver_shared.la

server_pages_cppflags = $(unit_cppflags) -I$(top_srcdir)/tests/server
server_pages_ldadd = libserver_pages.la libtests_fake_http.la libpam_relay.la libauthcode_inside.la \
	$(CMOCKA_LIBS)

accounts_sources = tests/server/accounts_world.c tests/server/accounts_world.h \
	tests/server/fake_check.c tests/server/fake_check.h
accounts_ldadd = libserver_accounts.la libtests_fake_http.la libauthcode_inside.la $(CMOCKA_LIBS) -lpthread

tests_server_test_account_claims_SOURCES = tests/server/test_account_claims.c
tests_server_test_account_claims_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_account_claims_LDADD = $(accounts_ldadd)

tests_server_test_accounts_SOURCES = tests/server/test_accounts.c $(accounts_sources)
tests_server_test_accounts_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_accounts_LDADD = $(accounts_ldadd)

tests_server_test_accounts_claims_SOURCES = tests/server/test_accounts_claims.c $(accounts_sources)
tests_server_test_accounts_claims_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_accounts_claims_LDADD = $(accounts_ldadd)

tests_server_test_accounts_gone_SOURCES = tests/server/test_accounts_gone.c $(accounts_sources)
tests_server_test_accounts_gone_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_accounts_gone_LDADD = $(accounts_ldadd)

tests_server_test_accounts_shares_SOURCES = tests/server/test_accounts_shares.c $(accounts_sources)
tests_server_test_accounts_shares_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_accounts_shares_LDADD = $(accounts_ldadd)

tests_server_test_accounts_unknown_SOURCES = tests/server/test_accounts_unknown.c $(accounts_sources)
tests_server_test_accounts_unknown_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_accounts_unknown_LDADD = $(accounts_ldadd)

drawn_pages = tests/server/drawn_pages.c tests/server/drawn_pages.h

tests_server_test_assets_SOURCES = tests/server/test_assets.c $(drawn_pages)
tests_server_test_assets_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_assets_LDADD = $(server_pages_ldadd)

tests_server_test_cookies_SOURCES = tests/server/test_cookies.c
tests_server_test_cookies_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_cookies_LDADD = $(server_pages_ldadd)

tests_server_test_device_SOURCES = tests/server/test_device.c
tests_server_test_device_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_device_LDADD = $(server_pages_ldadd)

tests_server_test_language_SOURCES = tests/server/test_language.c
tests_server_test_language_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_language_LDADD = $(server_pages_ldadd)

tests_server_test_pages_SOURCES = tests/server/test_pages.c $(drawn_pages)
tests_server_test_pages_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_pages_LDADD = $(server_pages_ldadd)

tests_server_test_pages_account_SOURCES = tests/server/test_pages_account.c $(drawn_pages)
tests_server_test_pages_account_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_pages_account_LDADD = $(server_pages_ldadd)

tests_server_test_start_check_SOURCES = tests/server/test_start_check.c server/start_check.c
tests_server_test_start_check_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_start_check_LDADD = $(server_pages_ldadd) -lpthread

tests_server_test_template_SOURCES = tests/server/test_template.c
tests_server_test_template_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_template_LDADD = $(server_pages_ldadd)

tests_server_test_throttle_SOURCES = tests/server/test_throttle.c
tests_server_test_throttle_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_throttle_LDADD = $(server_pages_ldadd) -lpthread

tests_server_test_used_nonces_SOURCES = tests/server/test_used_nonces.c
tests_server_test_used_nonces_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_used_nonces_LDADD = $(server_pages_ldadd)

tests_server_test_user_code_SOURCES = tests/server/test_user_code.c \
	server/delay.c server/delay.h server/user_code.c server/user_code.h
tests_server_test_user_code_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_user_code_LDADD = $(server_pages_ldadd) -lpthread

# These bring an issuer of their own, so the library's protocol stays out.
login_sources = tests/server/fake_authenticator.c tests/server/fake_issuer.c \
	tests/server/login_world.c tests/server/login_world.h
one_world = tests/server/one_world.c tests/server/one_world.h $(login_sources)
login_ldadd = libserver_pages.la libtests_fake_http.la libpam_relay.la libauthcode_base.la \
	$(CMOCKA_LIBS) $(CRYPTO_LIBS) -lpthread

tests_server_test_conversation_SOURCES = tests/server/test_conversation.c $(one_world)
tests_server_test_conversation_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_conversation_LDADD = $(login_ldadd)

tests_server_test_change_SOURCES = tests/server/test_change.c $(one_world)
tests_server_test_change_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_change_LDADD = $(login_ldadd)

tests_server_test_success_SOURCES = tests/server/test_success.c $(one_world)
tests_server_test_success_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_success_LDADD = $(login_ldadd)

tests_server_test_conversation_run_SOURCES = tests/server/test_conversation_run.c $(one_world)
tests_server_test_conversation_run_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_conversation_run_LDADD = $(login_ldadd)

tests_server_test_failure_floor_SOURCES = tests/server/test_failure_floor.c $(one_world)
tests_server_test_failure_floor_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_failure_floor_LDADD = $(login_ldadd)

tests_server_test_guesses_SOURCES = tests/server/test_guesses.c $(login_sources)
tests_server_test_guesses_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_guesses_LDADD = $(login_ldadd)

tests_server_test_login_SOURCES = tests/server/test_login.c $(one_world)
tests_server_test_login_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_login_LDADD = $(login_ldadd)

tests_server_test_login_service_SOURCES = tests/server/test_login_service.c $(login_sources)
tests_server_test_login_service_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_login_service_LDADD = $(login_ldadd)

tests_server_test_prompt_SOURCES = tests/server/test_prompt.c $(one_world)
tests_server_test_prompt_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_prompt_LDADD = $(login_ldadd)

tests_server_test_pages_client_SOURCES = tests/server/test_pages_client.c $(drawn_pages)
tests_server_test_pages_client_CPPFLAGS = $(server_pages_cppflags) $(CRYPTO_CFLAGS)
tests_server_test_pages_client_LDADD = $(server_pages_ldadd) $(CRYPTO_LIBS)

tests_server_test_logo_SOURCES = tests/server/test_logo.c
tests_server_test_logo_CPPFLAGS = $(server_pages_cppflags)
tests_server_test_logo_LDADD = $(server_pages_ldadd)
