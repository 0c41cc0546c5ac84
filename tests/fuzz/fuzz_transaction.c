/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/transaction.h and jose/seal.h: the input as a seal, and the input
 * as what a seal holds (another node may have written it), carried on.
 */
#include "protocol/transaction.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/flow/flow.h"
#include "tests/fuzz/fuzz.h"

static void
carry_on(struct flow *flow, const char *sealed, unsigned worst_status)
{
	const struct flow_browser browser = { .cookie = "browser" };
	const struct authcode_response *response;
	const char *query = flow_text(flow, "txn=%s", flow_encode(flow, sealed));

	response = flow_get(flow, &browser, AUTHCODE_ENDPOINT_RESUME, query);
	MUST(response->status >= 200 && response->status <= worst_status);
	MUST(authcode_transaction_check(flow->issuer, sealed, "csrf", browser.cookie, flow->now_ms)
		     .state != AUTHCODE_TRANSACTION_VALID);
}

static void
check_opened(struct flow *flow, const uint8_t *data, size_t size)
{
	static const uint8_t nonce[AC_SEAL_NONCE_LEN] = { 1 };
	struct ac_transaction opened = { 0 };
	char *sealed = NULL;

	MUST(ac_seal(flow->issuer->keys.transaction, nonce, "authorization request 3", data, size,
		     flow->arena, &sealed) == AUTHCODE_OK);
	if (ac_transaction_unseal(flow->issuer, flow->arena, sealed, &opened) == AUTHCODE_OK) {
		MUST(opened.request != NULL);
		MUST(strlen(opened.request) <= AC_MAX_AUTHORIZE_PARAMS);
		MUST((unsigned)opened.notice < AUTHCODE_NOTICE_COUNT);
	}
	/* What only we can have written may be called our failure. */
	carry_on(flow, sealed, 500);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct flow flow;
	struct ac_transaction opened = { 0 };
	char *text;

	if (size > 8192)
		return 0;
	text = fuzz_text(data, size);
	flow_start(&flow);
	MUST(ac_transaction_unseal(flow.issuer, flow.arena, text, &opened) != AUTHCODE_OK);
	carry_on(&flow, text, 400);
	check_opened(&flow, data, size);
	flow_stop(&flow);
	free(text);
	return 0;
}
