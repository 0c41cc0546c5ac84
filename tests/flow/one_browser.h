/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A flow and one browser of it, of the test that runs; goes with flow.h.
 */
#ifndef TESTS_FLOW_ONE_BROWSER_H
#define TESTS_FLOW_ONE_BROWSER_H

#include "tests/flow/flow.h"

extern struct flow flow;
extern struct flow_browser browser; /* "browser-one"; nobody has signed in */

void one_browser_start(const struct authcode_issuer_settings *settings);

/* cmocka setup, with no settings, and teardown. */
int one_browser_set_up(void **state);
int one_browser_tear_down(void **state);

#define ONE_BROWSER_TEST(name)                                                                     \
	cmocka_unit_test_setup_teardown(name, one_browser_set_up, one_browser_tear_down)

/* GET /authorize, by anybody and by the browser. */
const struct authcode_response *authorize(const struct flow_browser *who, const char *query);
const struct authcode_response *ask(const char *query);

/* Carries a sign-in page of the browser on with a sign-in of the user, or a second later with one
 * of alice that proves acr (NULL: nothing). */
const struct authcode_response *finish(const struct authcode_response *page, const char *user);
const struct authcode_response *prove(const struct authcode_response *page, const char *acr);

/* The page that asks the user, who signs in first where that is asked for. */
const struct authcode_interaction *consent_page(struct flow_browser *who, const char *user,
						const char *query);

/* A sign-in page, and nothing else. */
void assert_sign_in_page(const struct authcode_response *response);

#endif
