/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See accounts.h: what HTTP threads call. Whatever cannot be found out is
 * UNKNOWN, which issues nothing.
 */
#include "server/accounts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/accounts_table.h"
#include "server/clock.h"

#define CONNECTIONS 8 /* of the 32 that the unit of the socket takes */
#define MAX_ENTRIES 16384
#define MAX_WAITERS 1024
#define FAILURE_MS 1000
#define WAIT_MS (AC_CHECK_WAIT_S * 1000)
#define ANSWER_MS (AC_CHECK_ANSWER_S * 1000)
#define IDLE_MS 10000
#define GONE_COUNT 3
#define GONE_AT_LAST_MS (INT64_C(7) * 24 * 3600 * 1000)

_Static_assert(AC_CHECK_WAIT_S > AC_CLAIMS_COMMAND_S,
	       "a command that hangs costs its claims, not the account's answer");
_Static_assert(AC_CHECK_ANSWER_S > AC_CHECK_WAIT_S, "an answer that comes late is still used");
_Static_assert(AC_CHECK_QUESTION_S > AC_CHECK_ANSWER_S, "the helper outlives no daemon's patience");

struct ac_accounts_settings
ac_accounts_settings_of(const struct ac_config *config, struct authcode_store *store)
{
	return (struct ac_accounts_settings){
		.config = config,
		.socket = config->check_socket,
		.store = store,
		.connections = CONNECTIONS,
		.max_entries = MAX_ENTRIES,
		.max_waiters = MAX_WAITERS,
		.lock_means_gone = config->lock_means_gone,
		.audit = config->audit != 0,
		.cache_ms = (int64_t)config->account_cache_s * 1000,
		.grace_ms = (int64_t)config->account_grace_s * 1000,
		.failure_ms = FAILURE_MS,
		.wait_ms = WAIT_MS,
		.answer_ms = ANSWER_MS,
		.idle_ms = IDLE_MS,
		.sweep_ms = (int64_t)config->account_sweep_s * 1000,
		.gone_ms = (int64_t)config->gone_after_s * 1000,
		.gone_count = GONE_COUNT,
		.gone_at_last_ms = GONE_AT_LAST_MS,
	};
}

static bool
make_tables(struct ac_accounts *c)
{
	bool ok = true;

	for (size_t i = 0; i < AC_ARRAY_SIZE(c->plain); i++) {
		c->plain[i] = ac_account_answer_plain((enum authcode_account_state)i);
		ok = ok && c->plain[i] != NULL;
	}
	c->bucket_count = 1;
	while (c->bucket_count < c->settings.max_entries)
		c->bucket_count *= 2;
	c->buckets = calloc(c->bucket_count, sizeof(struct ac_account_entry *));
	c->connections = calloc(c->settings.connections, sizeof(*c->connections));
	return ok && c->buckets != NULL && c->connections != NULL;
}

enum authcode_err
ac_accounts_new(const struct ac_accounts_settings *settings, struct ac_accounts **ret)
{
	struct ac_accounts *c = calloc(1, sizeof(*c));
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (c == NULL)
		return AUTHCODE_ERR_MEMORY;
	assert(settings->connections > 0 && settings->connections <= AC_ACCOUNTS_MAX_CONNECTIONS);
	c->settings = *settings;
	c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->retired, NULL);
	if (make_tables(c))
		err = c->wake_fd >= 0 ? AUTHCODE_OK : AUTHCODE_ERR_IO;
	if (err == AUTHCODE_OK && pthread_create(&c->thread, NULL, ac_accounts_run, c) != 0)
		err = AUTHCODE_ERR_MEMORY;
	c->running = err == AUTHCODE_OK;
	if (err != AUTHCODE_OK) {
		ac_accounts_free(&c);
		return err;
	}
	*ret = c;
	return AUTHCODE_OK;
}

void
ac_accounts_use(struct ac_accounts *c, struct ac_config *config)
{
	struct ac_config *unused;

	(void)pthread_mutex_lock(&c->lock);
	unused = c->next;
	c->next = ac_config_ref(config);
	(void)pthread_mutex_unlock(&c->lock);
	ac_config_free(&unused);
	ac_accounts_wake(c);
}

void
ac_accounts_drain(struct ac_accounts *c)
{
	if (!c->running)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->draining = true;
	(void)pthread_mutex_unlock(&c->lock);
	ac_accounts_wake(c);
	(void)pthread_join(c->thread, NULL);
	c->running = false;
}

void
ac_accounts_free(struct ac_accounts **accounts)
{
	struct ac_accounts *c = accounts != NULL ? *accounts : NULL;

	if (c == NULL)
		return;
	ac_accounts_drain(c);
	(void)pthread_mutex_lock(&c->lock);
	while (c->retiring > 0)
		(void)pthread_cond_wait(&c->retired, &c->lock);
	(void)pthread_mutex_unlock(&c->lock);
	ac_accounts_clear(c);
	ac_config_free(&c->next);
	ac_config_free(&c->own);
	free(c->connections);
	authcode_arena_free(&c->sweep.arena);
	if (c->wake_fd >= 0)
		(void)close(c->wake_fd);
	(void)pthread_cond_destroy(&c->retired);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
	*accounts = NULL;
}

static struct ac_account_answer *
ask_locked(struct ac_accounts *c, const struct authcode_account_query *query,
	   struct ac_account_waiter *waiter)
{
	const struct authcode_subject subject = { .id = query->subject_id,
						  .user_name = query->user_name,
						  .uid = query->uid };
	const char *service = query->client != NULL && query->client->pam_service != NULL
				      ? query->client->pam_service
				      : c->settings.config->pam_service;
	struct ac_account_entry *entry = ac_account_entry_get(c, service, &subject, false);

	if (entry == NULL)
		return ac_account_entry_fallback(c, NULL, query->claims);
	if (ac_account_entry_fresh(entry, query->claims))
		return ac_account_entry_known(c, entry, query->claims);
	if (c->draining || entry->waiter_count >= c->settings.max_waiters)
		return ac_account_entry_fallback(c, entry, query->claims);
	ac_account_entry_fly(c, entry, query->claims);
	/* Nobody waits longer than the first: a helper that hangs costs each account
	 * one wait, not one for every request. */
	if (ac_clock_monotonic_ms() >= entry->flight_ms + c->settings.wait_ms) {
		entry->wanted = true;
		return ac_account_entry_fallback(c, entry, query->claims);
	}
	waiter->claims = query->claims;
	waiter->answer = NULL;
	waiter->next = entry->waiters;
	entry->waiters = waiter;
	entry->waiter_count++;
	return NULL;
}

struct ac_account_answer *
ac_accounts_ask(struct ac_accounts *c, const struct authcode_account_query *query,
		struct ac_account_waiter *waiter)
{
	struct ac_account_answer *answer;

	(void)pthread_mutex_lock(&c->lock);
	answer = ask_locked(c, query, waiter);
	(void)pthread_mutex_unlock(&c->lock);
	if (answer == NULL)
		ac_accounts_wake(c);
	return answer;
}
