/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See start_check.h. Nothing runs yet, so this waits where it stands.
 */
#include "server/start_check.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pam_authcode/check_relay.h"
#include "server/clock.h"
#include "server/log.h"

#define WAIT_MS 3000

bool
ac_start_check_limits(const struct ac_config *config, const char *service, uint32_t deny,
		      struct authcode_reason *reason)
{
	const struct {
		const char *name;
		uint32_t guesses;
	} limits[] = {
		{ "stranger_guesses", config->stranger_guesses },
		{ "known_guesses", config->known_guesses },
	};

	if (deny == 0)
		return true;
	for (size_t i = 0; i < AC_ARRAY_SIZE(limits); i++) {
		if (limits[i].guesses > 0 && limits[i].guesses < deny)
			continue;
		(void)snprintf(reason->text, sizeof(reason->text),
			       "%.200s: %s: %u%s does not stay below the deny = %u of pam_faillock "
			       "in the PAM service \"%s\", so guesses would lock accounts; give 1 "
			       "to %u, or a higher deny",
			       config->path, limits[i].name, limits[i].guesses,
			       limits[i].guesses == 0 ? " (any number)" : "", deny, service,
			       deny - 1);
		/* With deny = 1 there is no such number. */
		if (deny == 1)
			(void)snprintf(reason->text, sizeof(reason->text),
				       "%.200s: %s: the deny = 1 of pam_faillock in the PAM "
				       "service \"%s\" lets the first wrong password lock an "
				       "account; give a higher deny",
				       config->path, limits[i].name, service);
		return false;
	}
	return true;
}

/* NULL: no answer in time. Borrowed from the relay. */
static const struct ac_wire_about *
ask(struct ac_check_relay *relay, const char *service, int64_t until)
{
	struct ac_wire_frame question = { .type = AC_WIRE_ASK };
	struct pollfd poller = { .fd = ac_check_relay_fd(relay), .events = POLLIN };
	struct ac_check_event event = { .kind = AC_CHECK_WAIT };

	(void)snprintf(question.u.ask.service, sizeof(question.u.ask.service), "%s", service);
	if (ac_check_relay_ask(relay, &question) != AUTHCODE_OK)
		return NULL;
	while (event.kind == AC_CHECK_WAIT) {
		int64_t left = until - ac_clock_monotonic_ms();

		if (left <= 0 || poll(&poller, 1, (int)left) <= 0)
			return NULL;
		event = ac_check_relay_next(relay);
	}
	return event.kind == AC_CHECK_ANSWER ? &event.frame->u.about : NULL;
}

/* The services in use, each once; count of them. */
static size_t
list_services(const struct ac_config *config, const char **list, size_t max)
{
	size_t clients = authcode_clients_count(config->clients), count = 0;

	for (size_t i = 0; i < 1 + clients + config->service_count; i++) {
		const char *name = config->pam_service;
		size_t known = 0;

		if (i > clients)
			name = config->services[i - clients - 1].name;
		else if (i > 0)
			name = authcode_clients_at(config->clients, i - 1)->pam_service;
		while (name != NULL && known < count && strcmp(list[known], name) != 0)
			known++;
		if (name != NULL && known == count && count < max)
			list[count++] = name;
	}
	return count;
}

enum outcome {
	OUTCOME_REFUSED = 0,
	OUTCOME_NOBODY,
	OUTCOME_GOOD,
};

static enum outcome
check_service(const struct ac_config *config, struct ac_check_relay *relay, const char *service,
	      int64_t until, struct authcode_reason *reason)
{
	const struct ac_wire_about *about = ask(relay, service, until);

	if (about == NULL)
		return OUTCOME_NOBODY;
	if (!about->usable) {
		(void)snprintf(reason->text, sizeof(reason->text),
			       "%.200s: the PAM service \"%s\" cannot be used to sign in: %.200s",
			       config->path, service,
			       about->reason[0] != '\0' ? about->reason : "authcode-login says so");
		return OUTCOME_REFUSED;
	}
	return ac_start_check_limits(config, service, about->deny, reason) ? OUTCOME_GOOD
									   : OUTCOME_REFUSED;
}

static enum outcome
check_all(const struct ac_config *config, const char *const *services, size_t count,
	  struct authcode_reason *reason)
{
	const int64_t until = ac_clock_monotonic_ms() + WAIT_MS;
	struct ac_check_relay *relay = NULL;
	enum outcome outcome = OUTCOME_GOOD;

	for (size_t i = 0; outcome == OUTCOME_GOOD && i < count; i++) {
		if (i % AC_WIRE_MAX_CHECKS == 0) {
			ac_check_relay_free(&relay);
			if (ac_check_relay_open(config->check_socket, &relay) != AUTHCODE_OK)
				return OUTCOME_NOBODY;
		}
		outcome = check_service(config, relay, services[i], until, reason);
	}
	ac_check_relay_free(&relay);
	return outcome;
}

bool
ac_start_check(const struct ac_config *config, struct authcode_reason *reason)
{
	size_t max = 1 + authcode_clients_count(config->clients) + config->service_count;
	const char **services = calloc(max, sizeof(*services));
	enum outcome outcome;

	if (services == NULL) {
		(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
		return false;
	}
	outcome = check_all(config, services, list_services(config, services, max), reason);
	free(services);
	if (outcome == OUTCOME_NOBODY)
		ac_log_event(AC_LOG_WARNING,
			     "no check helper answers; nothing is issued until one does", "socket",
			     config->check_socket, NULL);
	return outcome != OUTCOME_REFUSED;
}
