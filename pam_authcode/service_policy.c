/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See service_policy.h.
 */
#include "pam_authcode/service_policy.h"

static const struct {
	const char *type;
	const char *refused[8];
} uses[] = {
	[AC_SERVICE_LOGIN] = { "auth", { "pam_rootok" } },
	[AC_SERVICE_PASSWD] = { "password", { NULL } },
	[AC_SERVICE_CHECK] = { "account",
			       { "pam_faillock", "pam_exec", "pam_lastlog", "pam_mkhomedir" } },
};

static bool
refuse_modules(struct ac_service_walk *walk, const struct ac_service_row *row)
{
	const char *const *const *refused = walk->data;

	for (const char *const *name = *refused; *name != NULL; name++) {
		if (ac_service_names(row, *name))
			return ac_service_refuse(
				walk, "service \"%s\" has %s in %s, which is not allowed",
				walk->service, *name, walk->type);
	}
	return true;
}

bool
ac_service_policy_check(const char *confdir, const char *service, enum ac_service_use use,
			struct ac_service_reason *ret)
{
	const char *const *refused = uses[use].refused;
	struct ac_service_walk walk = {
		.confdir = confdir,
		.service = service,
		.type = uses[use].type,
		.visit = refuse_modules,
		.data = &refused,
		.reason = ret,
	};

	return ac_service_walk(&walk);
}

const char *
ac_service_policy_for_check(const char *confdir, const char *service)
{
	return ac_service_absent(confdir, service) ? AC_SERVICE_SHIPPED_CHECK : service;
}
