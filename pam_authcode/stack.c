/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See stack.h. No pam_setcred and no pam_open_session: a sign-in to the web is
 * no session on the host.
 */
#include "pam_authcode/stack.h"

#include "pam_authcode/journal.h"

/* A code without a row is a refusal. Those that say that the stack could not
 * decide are told apart, because nobody should be sent away for them. */
static const enum ac_verdict verdicts[][AC_STACK_PHASE_COUNT] = {
#define EVERY(verdict)                                                                             \
	{                                                                                          \
		AC_VERDICT_##verdict, AC_VERDICT_##verdict, AC_VERDICT_##verdict,                  \
			AC_VERDICT_##verdict                                                       \
	}
	[PAM_SUCCESS] = EVERY(OK),
	[PAM_OPEN_ERR] = EVERY(UNAVAILABLE),
	[PAM_SYMBOL_ERR] = EVERY(UNAVAILABLE),
	[PAM_SERVICE_ERR] = EVERY(UNAVAILABLE),
	[PAM_SYSTEM_ERR] = EVERY(UNAVAILABLE),
	[PAM_BUF_ERR] = EVERY(UNAVAILABLE),
	[PAM_AUTHINFO_UNAVAIL] = EVERY(UNAVAILABLE),
	[PAM_ABORT] = EVERY(UNAVAILABLE),
	[PAM_MODULE_UNKNOWN] = EVERY(UNAVAILABLE),
	[PAM_AUTHTOK_LOCK_BUSY] = { [AC_STACK_CHANGE] = AC_VERDICT_UNAVAILABLE },
	/* From the auth phase it would tell of an expired password before one
	 * has been proved. */
	[PAM_NEW_AUTHTOK_REQD] = { [AC_STACK_ACCOUNT] = AC_VERDICT_CHANGE_DUE,
				   [AC_STACK_CHECK] = AC_VERDICT_CHANGE_DUE },
#undef EVERY
};

enum ac_verdict
ac_stack_verdict(enum ac_stack_phase phase, int code)
{
	if (code < 0 || (size_t)code >= AC_ARRAY_SIZE(verdicts))
		return AC_VERDICT_DENIED;
	return verdicts[code][phase];
}

/* libpam calls this instead of sleeping for seconds. When a failure is told is
 * for the daemon to decide, which answers all of them after the same time. */
static void
no_delay(int code, unsigned int delay_us, void *data)
{
	(void)code;
	(void)delay_us;
	(void)data;
}

static int
set_items(struct ac_stack *stack, const char *rhost)
{
	void (*delay)(int, unsigned int, void *) = no_delay;
	int code;

	code = pam_set_item(stack->pamh, PAM_FAIL_DELAY, *(void **)(void *)&delay);
	if (code == PAM_SUCCESS)
		code = pam_set_item(stack->pamh, PAM_TTY, "authcode");
	if (code == PAM_SUCCESS && rhost[0] != '\0')
		code = pam_set_item(stack->pamh, PAM_RHOST, rhost);
	return code;
}

bool
ac_stack_open(const struct ac_permit *permit, const struct ac_stack_options *options,
	      struct ac_stack *ret)
{
	/* libpam keeps a copy. */
	const struct pam_conv conv = { ac_conversation_run, options->conversation };

	struct ac_service_reason reason;

	*ret = (struct ac_stack){ .code = PAM_SERVICE_ERR };
	/* Each time: files change while a listener runs. */
	if (!ac_service_policy_check(permit->confdir, options->service, options->use, &reason)) {
		ac_journal(LOG_ERR, "refused: %s", reason.text);
		return false;
	}
	if (permit->confdir != NULL)
		ret->code = pam_start_confdir(options->service, options->user, &conv,
					      permit->confdir, &ret->pamh);
	else
		ret->code = pam_start(options->service, options->user, &conv, &ret->pamh);
	if (ret->code != PAM_SUCCESS) {
		ret->pamh = NULL;
		return false;
	}
	ret->code = set_items(ret, options->rhost);
	return ret->code == PAM_SUCCESS;
}

void
ac_stack_close(struct ac_stack *stack)
{
	if (stack->pamh != NULL)
		(void)pam_end(stack->pamh, stack->code);
	stack->pamh = NULL;
}

const char *
ac_stack_user(const struct ac_stack *stack)
{
	const void *user = NULL;

	if (stack->pamh == NULL || pam_get_item(stack->pamh, PAM_USER, &user) != PAM_SUCCESS)
		return NULL;
	return user;
}
