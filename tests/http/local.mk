# SPDX-License-Identifier: Apache-2.0
# The real daemon with the real helper over HTTP and HTTPS: `make check-http`.
# Not part of `make check`, since it takes minutes and opens ports.

http_tests = \
	tests/http/test_admin.py \
	tests/http/test_admin_people.py \
	tests/http/test_attacks.py \
	tests/http/test_attacks_clients.py \
	tests/http/test_attacks_tokens.py \
	tests/http/test_audit_addresses.py \
	tests/http/test_audit_chain.py \
	tests/http/test_begun.py \
	tests/http/test_canaries.py \
	tests/http/test_change.py \
	tests/http/test_clients.py \
	tests/http/test_client_keys.py \
	tests/http/test_cors.py \
	tests/http/test_credentials.py \
	tests/http/test_ctl_asks.py \
	tests/http/test_database.py \
	tests/http/test_resource.py \
	tests/http/test_accounts.py \
	tests/http/test_deadline.py \
	tests/http/test_device.py \
	tests/http/test_device_requests.py \
	tests/http/test_disk_full.py \
	tests/http/test_explained.py \
	tests/http/test_failure_floor.py \
	tests/http/test_fetch.py \
	tests/http/test_flow.py \
	tests/http/test_gate.py \
	tests/http/test_guesses.py \
	tests/http/test_id_token.py \
	tests/http/test_idle_connections.py \
	tests/http/test_jose_oracle.py \
	tests/http/test_keys.py \
	tests/http/test_levels.py \
	tests/http/test_log.py \
	tests/http/test_hanging_stack.py \
	tests/http/test_helper_killed.py \
	tests/http/test_logout.py \
	tests/http/test_logout_gone.py \
	tests/http/test_master_key.py \
	tests/http/test_memory.py \
	tests/http/test_metadata.py \
	tests/http/test_owners.py \
	tests/http/test_proxy.py \
	tests/http/test_request.py \
	tests/http/test_refresh.py \
	tests/http/test_reload.py \
	tests/http/test_routes.py \
	tests/http/test_side_by_side.py \
	tests/http/test_start.py \
	tests/http/test_start_refused.py \
	tests/http/test_status.py \
	tests/http/test_stop.py \
	tests/http/test_token_guesses.py \
	tests/http/test_told.py \
	tests/http/test_units.py \
	tests/http/test_write_queue.py

EXTRA_DIST += $(http_tests) tests/http/conftest.py tests/http/attacker.py tests/http/host.py tests/http/receiver.py tests/http/saying.py tests/http/keyserver.py tests/http/stacks.py

.PHONY: check-http
check-http: all
	AUTHCODE_BUILD='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 timeout 1800 /usr/bin/python3 -m pytest -q \
		-p no:cacheprovider $(HTTP_TEST_FLAGS) '$(abs_top_srcdir)/tests/http'
