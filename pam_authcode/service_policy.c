/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See service_policy.h.
 */
#include "pam_authcode/service_policy.h"

/* What a stack must not have, type by type. pam_rootok says yes to whatever runs as
 * root, in account as well. */
static const struct rule {
	enum ac_service_use use;
	const char *type;
	bool optional; /* there need be no row of it */
	const char *refused[8];
} rules[] = {
	{ AC_SERVICE_LOGIN, "auth", false, { "pam_rootok" } },
	{ AC_SERVICE_LOGIN, "account", true, { "pam_rootok" } },
	{ AC_SERVICE_PASSWD, "password", false, { NULL } },
	{ AC_SERVICE_PASSWD, "account", true, { "pam_rootok" } },
	{ AC_SERVICE_CHECK,
	  "account",
	  false,
	  { "pam_rootok", "pam_faillock", "pam_exec", "pam_lastlog", "pam_mkhomedir" } },
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
	for (size_t i = 0; i < AC_ARRAY_SIZE(rules); i++) {
		const char *const *refused = rules[i].refused;
		struct ac_service_walk walk = {
			.confdir = confdir,
			.service = service,
			.type = rules[i].type,
			.optional = rules[i].optional,
			.visit = refuse_modules,
			.data = &refused,
			.reason = ret,
		};

		if (rules[i].use == use && !ac_service_walk(&walk))
			return false;
	}
	return true;
}

const char *
ac_service_policy_for_check(const char *confdir, const char *service)
{
	return ac_service_absent(confdir, service) ? AC_SERVICE_SHIPPED_CHECK : service;
}
