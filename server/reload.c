/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See reload.h. First everything that can fail: reading, the certificate, the PAM
 * services, the next generation. What comes after cannot be refused, so that a
 * configuration holds whole or not at all.
 */
#include "server/reload.h"

#include <stdio.h>

#include "server/accounts.h"
#include "server/client_registry.h"
#include "server/config.h"
#include "server/delay.h"
#include "server/live.h"
#include "server/log.h"
#include "server/login.h"
#include "server/start_check.h"
#include "server/throttle.h"

void
ac_config_say(enum ac_event event, const struct ac_config *config)
{
	char count[24];

	(void)snprintf(count, sizeof(count), "%zu", authcode_clients_count(config->clients));
	ac_log_event(event, .count = count, .file = config->path, .hash = config->hash);
}

/* What is neither a request's nor the issuer's. */
static void
use_limits(struct ac_app *daemon, struct ac_config *config)
{
	const struct ac_throttle_limits limits = ac_throttle_limits_of(config);

	ac_throttle_set(daemon->throttle, &limits);
	ac_delay_set(daemon->delay, config->failure_floor_ms);
	ac_login_use(daemon->login, config);
	ac_accounts_use(daemon->accounts, config);
}

static bool
take_over(struct ac_app *daemon, struct ac_http_service *http, struct ac_config *config,
	  struct authcode_reason *reason)
{
	struct ac_http_tls_set *tls = NULL;
	struct authcode_clients *clients = NULL;
	bool ok = ac_http_renew_tls(http, config, &tls, reason) && ac_start_check(config, reason) &&
		  ac_client_registry_merge(daemon->registry, config, &clients, reason) &&
		  ac_live_set(daemon->live, config, clients, reason);

	if (ok) {
		use_limits(daemon, config);
		ac_http_use_take(http, config, tls);
	} else {
		ac_http_tls_set_free(&tls);
	}
	authcode_clients_unref(&clients);
	return ok;
}

bool
ac_reload(struct ac_app *daemon, struct ac_http_service *http)
{
	struct ac_app *present = ac_live_pin(daemon->live);
	struct authcode_reason reason = { 0 };
	struct ac_config *config = NULL;
	char kept[AC_CONFIG_KEPT];
	bool ok = ac_config_reload(present->config, &config, kept, &reason) == AUTHCODE_OK &&
		  take_over(daemon, http, config, &reason);

	if (!ok)
		ac_log_event(AC_EVENT_CONFIG_REFUSED, .file = present->config->path,
			     .hash = present->config->hash, .why = reason.text);
	if (ok && kept[0] != '\0')
		ac_log(AC_LOG_WARNING, "needs a restart to change: %s", kept);
	if (ok)
		ac_config_say(AC_EVENT_CONFIG_RELOADED, config);
	ac_config_free(&config);
	ac_live_unpin(&present);
	return ok;
}
