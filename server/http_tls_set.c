/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A new certificate while the daemon runs. The library takes certificate, key and
 * priorities once, when a daemon of it starts; so a new certificate is a new set of
 * daemons, made by the very function that made the first, and nothing of TLS can be
 * lost on the way. Connections stay with the set they began with. It is let go when
 * its last one has ended, which is hurried, after a while, by closing each with its
 * next reply.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/http_internal.h"

void
ac_http_tls_set_free(struct ac_http_tls_set **set)
{
	struct ac_http_tls_set *gone = *set;

	*set = NULL;
	if (gone == NULL)
		return;
	for (size_t i = 0; i < gone->count; i++)
		MHD_stop_daemon(gone->daemons[i]);
	free(gone);
}

struct ac_http_tls_set *
ac_http_tls_set_new(struct ac_http_service *service, const struct ac_http_pem *pem,
		    const struct ac_config *config, struct authcode_reason *reason)
{
	struct ac_http_tls_set *set = calloc(1, sizeof(*set));

	(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
	if (set == NULL)
		return NULL;
	memcpy(set->stamps, pem->stamps, sizeof(set->stamps));
	while (set->count < service->daemon_count) {
		set->daemons[set->count] = ac_http_daemon_new(service, pem);
		if (set->daemons[set->count] == NULL) {
			(void)snprintf(reason->text, sizeof(reason->text),
				       "%.200s: the certificate and the key of "
				       "tls_key_file cannot be used together",
				       config->tls_certificate_file);
			ac_http_tls_set_free(&set);
			return NULL;
		}
		set->count++;
	}
	reason->text[0] = '\0';
	return set;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Tools for certificates exchange files or rewrite them; either shows here. */
static bool
same_files(const struct ac_http_stamp *a, const struct ac_http_stamp *b)
{
	for (size_t i = 0; i < 2; i++) {
		if (a[i].device != b[i].device || a[i].inode != b[i].inode ||
		    a[i].size != b[i].size || !same_time(&a[i].modified, &b[i].modified) ||
		    !same_time(&a[i].changed, &b[i].changed))
			return false;
	}
	return true;
}

bool
ac_http_renew_tls(struct ac_http_service *service, const struct ac_config *config,
		  struct ac_http_tls_set **ret, struct authcode_reason *reason)
{
	struct ac_http_pem pem = { 0 };
	bool ok = true;

	if (!ac_http_pem_load(config, &pem, reason))
		return false;
	if (pem.certificate != NULL && !same_files(pem.stamps, service->stamps)) {
		*ret = ac_http_tls_set_new(service, &pem, config, reason);
		ok = *ret != NULL;
	}
	ac_http_pem_clear(&pem);
	return ok;
}

void
ac_http_use_take(struct ac_http_service *service, const struct ac_config *config,
		 struct ac_http_tls_set *set)
{
	struct ac_http_tls_set *unused;

	ac_http_conns_limit(service->conns, config->max_connections,
			    config->max_connections_per_address);
	if (set == NULL)
		return;
	memcpy(service->stamps, set->stamps, sizeof(service->stamps));
	/* One that nobody has connected to since. */
	unused = atomic_exchange(&service->next_tls, set);
	ac_http_tls_set_free(&unused);
}

bool
ac_http_check_tls(const struct ac_config *config, struct authcode_reason *reason)
{
	struct ac_http_service service = { .daemon_count = 1, .config = config };
	struct ac_http_tls_set *set = NULL;
	struct ac_http_pem pem = { 0 };
	bool ok = ac_http_pem_load(config, &pem, reason);

	if (ok && pem.certificate != NULL) {
		service.conns = ac_http_conns_new(1, 1);
		if (service.conns != NULL)
			set = ac_http_tls_set_new(&service, &pem, config, reason);
		ok = set != NULL;
	}
	ac_http_tls_set_free(&set);
	ac_http_conns_free(&service.conns);
	ac_http_pem_clear(&pem);
	return ok;
}

void
ac_http_tls_turn(struct ac_http_service *service)
{
	struct ac_http_tls_set *next = atomic_exchange(&service->next_tls, NULL);
	struct ac_http_tls_set *old = service->tls;

	if (next == NULL)
		return;
	service->tls = next;
	if (old == NULL)
		return;
	atomic_store(&old->retired_ms, ac_clock_monotonic_ms());
	old->next = service->old_tls;
	service->old_tls = old;
}

void
ac_http_tls_sweep(struct ac_http_service *service)
{
	struct ac_http_tls_set **at = &service->old_tls;

	ac_http_tls_turn(service);
	while (*at != NULL) {
		struct ac_http_tls_set *set = *at;

		if (atomic_load(&set->connections) > 0) {
			at = &set->next;
			continue;
		}
		*at = set->next;
		ac_http_tls_set_free(&set);
	}
}
