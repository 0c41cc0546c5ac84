/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Every path that issues or describes something of a person, as a table: how it is asked, and
 * what it answers for each state of the account. A path that is added to the issuer has its
 * row here (tests/flow/test_account.c).
 */
#ifndef TESTS_FLOW_ACCOUNT_PATHS_H
#define TESTS_FLOW_ACCOUNT_PATHS_H

#include "tests/flow/device_flow.h"

#define ACCOUNT_WEB                                                                                \
	"client_id=web&redirect_uri=" FLOW_WEB_URI "&response_type=code&state=s&scope=openid"      \
	"+profile+groups"

/* A session of alice, and what it has led to; the texts live as long as the flow. */
extern struct account_world {
	struct flow flow;
	struct flow_browser browser;
	const char *resume_query; /* of a sign-in that has just been made */
	const char *consent_form;
	const char *code, *code_form, *refresh_form, *rotate_form, *again_form, *access_token,
		*refresh_token, *device_form;
} w;

struct account_path {
	const char *name;
	enum authcode_endpoint endpoint;
	unsigned grant; /* of the token endpoint */
	const char *client;
	struct authcode_request (*request)(void);
	void (*answers)(const struct authcode_response *r, enum authcode_account_state state);
	bool writes; /* when the account is good */
};

#define ACCOUNT_PATHS 13
extern const struct account_path account_paths[ACCOUNT_PATHS];

struct authcode_request account_from_client(enum authcode_endpoint endpoint, const char *body);
struct authcode_request account_redeem(void);
struct authcode_request account_refresh(void);
struct authcode_request account_rotate(void);
struct authcode_request account_introspect_access(void);
struct authcode_request account_userinfo_get(void);

void account_authorization_answers(const struct authcode_response *r,
				   enum authcode_account_state state);
void account_grant_answers(const struct authcode_response *r, enum authcode_account_state state);
void account_introspection_answers(const struct authcode_response *r,
				   enum authcode_account_state state);
void account_assert_error(const struct authcode_response *r, unsigned status, const char *error);
void account_assert_inactive(const struct authcode_response *r);
/* The text of a member of a JSON answer. */
const char *account_value_of(const struct authcode_response *r, const char *name);

/* With a host that is asked for accounts, and without one. */
int account_set_up_checking(void **state);
int account_set_up_trusting(void **state);
int account_tear_down(void **state);

#endif
