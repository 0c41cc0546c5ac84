/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One PAM transaction: how it is opened and closed, and what its return codes
 * mean to authcode.
 */
#ifndef AC_PAM_STACK_H
#define AC_PAM_STACK_H

#include <security/pam_appl.h>

#include "pam_authcode/conversation.h"
#include "pam_authcode/permit.h"
#include "pam_authcode/service_policy.h"

/* Where a code came from: the same number means different things. */
enum ac_stack_phase {
	AC_STACK_AUTH,    /* pam_authenticate: PAM_SUCCESS leads on, to the account phase */
	AC_STACK_ACCOUNT, /* pam_acct_mgmt when signing in */
	AC_STACK_CHANGE,  /* pam_chauthtok of an expired password */
	AC_STACK_CHECK,   /* pam_acct_mgmt when asked about an account */
	AC_STACK_PHASE_COUNT,
};

enum ac_verdict ac_stack_verdict(enum ac_stack_phase phase, int code);

struct ac_stack {
	pam_handle_t *pamh; /* NULL: not open */
	int code;           /* the last one; for logs and for pam_end */
};

struct ac_stack_options {
	const char *service;
	enum ac_service_use use;
	const char *user;
	const char *rhost;                    /* an IP address in text, or "": unset */
	struct ac_conversation *conversation; /* outlives the stack */
};

/* False: the code says why; a service the policy refuses (said in the log) is
 * PAM_SERVICE_ERR. ac_stack_close() in both cases. */
AC_MUST_USE bool ac_stack_open(const struct ac_permit *permit,
			       const struct ac_stack_options *options, struct ac_stack *ret);
void ac_stack_close(struct ac_stack *stack);

/* PAM_USER now, which modules may change; borrowed; NULL when there is none. */
const char *ac_stack_user(const struct ac_stack *stack);

#endif
