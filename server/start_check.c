/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See start_check.h. Nothing runs yet, so this waits where it stands.
 */
#include "server/start_check.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pam_authcode/check_relay.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/throttle.h"

#define WAIT_MS 3000

/* How many guesses of one kind fit into the time in which pam_faillock counts: those
 * at once, and those that come back until its end. UINT64_MAX: any number. */
static uint64_t
guesses_within(uint32_t limit, uint32_t interval_s)
{
	const uint64_t window_s = AC_THROTTLE_WINDOW_MS / 1000;
	uint64_t back = ((uint64_t)limit * interval_s + window_s - 1) / window_s;

	if (limit == 0)
		return UINT64_MAX;
	return limit + (back > 0 ? back - 1 : 0);
}

bool
ac_start_check_limits(const struct ac_config *config, const char *service,
		      const struct ac_start_faillock *faillock, struct authcode_reason *reason)
{
	uint64_t strangers = guesses_within(config->stranger_guesses, faillock->interval_s);
	uint64_t known = guesses_within(config->known_guesses, faillock->interval_s);
	char guesses[32] = "any number of";

	if (faillock->deny == 0)
		return true;
	if (strangers < faillock->deny && known < faillock->deny - strangers)
		return true;
	if (strangers != UINT64_MAX && known != UINT64_MAX)
		(void)snprintf(guesses, sizeof(guesses), "%" PRIu64, strangers + known);
	(void)snprintf(
		reason->text, sizeof(reason->text),
		"%.200s: stranger_guesses = %u and known_guesses = %u let %s wrong passwords "
		"through within the %u s in which pam_faillock of the PAM service \"%s\" "
		"counts them, and its deny = %u locks the account; give lower limits or a "
		"higher deny",
		config->path, config->stranger_guesses, config->known_guesses, guesses,
		faillock->interval_s, service, faillock->deny);
	return false;
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
	struct ac_start_faillock faillock;

	if (about == NULL)
		return OUTCOME_NOBODY;
	if (!about->usable) {
		(void)snprintf(reason->text, sizeof(reason->text),
			       "%.200s: the PAM service \"%s\" cannot be used to sign in: %.200s",
			       config->path, service,
			       about->reason[0] != '\0' ? about->reason : "authcode-login says so");
		return OUTCOME_REFUSED;
	}
	faillock = (struct ac_start_faillock){ about->deny, about->interval_s };
	return ac_start_check_limits(config, service, &faillock, reason) ? OUTCOME_GOOD
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

const char **
ac_start_services(const struct ac_config *config, size_t *ret_count)
{
	size_t max = 1 + authcode_clients_count(config->clients) + config->service_count;
	const char **services = calloc(max, sizeof(*services));

	if (services != NULL)
		*ret_count = list_services(config, services, max);
	return services;
}

bool
ac_start_check(const struct ac_config *config, struct authcode_reason *reason)
{
	size_t count = 0;
	const char **services = ac_start_services(config, &count);
	enum outcome outcome;

	if (services == NULL) {
		(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
		return false;
	}
	outcome = check_all(config, services, count, reason);
	free(services);
	if (outcome == OUTCOME_NOBODY)
		ac_log_event(AC_EVENT_CHECK_HELPER_MISSING, .socket = config->check_socket);
	return outcome != OUTCOME_REFUSED;
}
