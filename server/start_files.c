/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcoded --check-config: see ac_start_check_files() in start_check.h. It makes
 * nothing and changes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/http.h"
#include "server/logo.h"
#include "server/privileges.h"
#include "server/start_check.h"
#include "server/state.h"

static bool
check_logos(const struct ac_config *config, struct authcode_reason *reason)
{
	struct ac_logos *logos = NULL;
	bool ok = ac_logos_new(config->clients, config->user, &logos, reason) == AUTHCODE_OK;

	ac_logos_free(&logos);
	return ok;
}

/* Started as root it is the account's, else it is whose the process is. */
static bool
check_state(const struct ac_config *config, struct authcode_reason *reason)
{
	struct ac_account account = { .uid = geteuid() };

	/* A package may make the account after its configuration. */
	if (geteuid() == 0 && !ac_privileges_find(config->user, &account, reason)) {
		(void)fprintf(stderr, "authcoded: note: %s\n", reason->text);
		reason->text[0] = '\0';
		return true;
	}
	return ac_state_check(config->state_dir, config->master_key_file, account.uid, reason);
}

static bool
has_file(const char *service)
{
	static const char *const places[] = { "/etc/pam.d", "/usr/lib/pam.d" };
	char path[256];

	for (size_t i = 0; i < AC_ARRAY_SIZE(places); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", places[i], service);
		if (access(path, F_OK) == 0 || errno != ENOENT)
			return true;
	}
	return false;
}

static bool
look_for_services(const struct ac_config *config, struct authcode_reason *reason)
{
	size_t count = 0;
	const char **services = ac_start_services(config, &count);

	if (services == NULL) {
		(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!has_file(services[i]))
			(void)fprintf(stderr,
				      "authcoded: note: the PAM service \"%s\" has no file in "
				      "/etc/pam.d\n",
				      services[i]);
	}
	free(services);
	return true;
}

bool
ac_start_check_files(const struct ac_config *config, struct authcode_reason *reason)
{
	return ac_http_check_tls(config, reason) && check_logos(config, reason) &&
	       check_state(config, reason) && look_for_services(config, reason);
}
