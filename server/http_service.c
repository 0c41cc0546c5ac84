/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Starting and stopping the HTTP side: one epoll daemon of the library per core
 * (two where TLS and plain listeners exist), none with a listening socket. Our
 * accept thread deals the connections out.
 */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "server/clock.h"
#include "server/http_internal.h"
#include "server/log.h"

#define CONNECTION_MEMORY (32 * 1024)
#define SPARE_CONNECTIONS 16 /* ours is the limit that counts */
#define LAST_MS 1000         /* for what began just before the door was shut */

/* Level 1 refuses what RFC 9112 lets a server refuse. */
#if MHD_VERSION >= 0x00097701
#define STRICT_OPTION MHD_OPTION_CLIENT_DISCIPLINE_LVL
#else
#define STRICT_OPTION MHD_OPTION_STRICT_FOR_CLIENT
#endif

/* --- daemons ---------------------------------------------------------------- */

static void on_library_log(void *cls, const char *fmt, va_list ap) AC_PRINTF(2, 0);

static void
on_library_log(void *cls, const char *fmt, va_list ap)
{
	char text[256];

	(void)cls;
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\n")] = '\0';
	ac_log(AC_LOG_DEBUG, "http library: %s", text);
}

/* The path and the query are read from the raw target: nothing to decode. */
static size_t
keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

struct MHD_Daemon *
ac_http_daemon_new(struct ac_http_service *service, const struct ac_http_pem *pem)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET |
			 MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls_options[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, pem != NULL ? pem->certificate : NULL },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, pem != NULL ? pem->key : NULL },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, ac_http_tls_priorities() },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (pem != NULL)
		flags |= MHD_USE_TLS;
	else
		tls_options[0].option = MHD_OPTION_END;
	return MHD_start_daemon(
		flags, 0, NULL, NULL, ac_http_on_request, service, MHD_OPTION_EXTERNAL_LOGGER,
		on_library_log, NULL, MHD_OPTION_NOTIFY_COMPLETED, ac_http_on_done, service,
		MHD_OPTION_NOTIFY_CONNECTION, ac_http_on_connection, service,
		MHD_OPTION_URI_LOG_CALLBACK, ac_http_on_request_line, service,
		MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)(ac_http_conns_room(service->conns) + SPARE_CONNECTIONS),
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(AC_HTTP_IDLE_MS / 1000 + 5),
		STRICT_OPTION, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY,
		tls_options, MHD_OPTION_END);
}

static size_t
daemon_count(const struct ac_config *config)
{
	cpu_set_t cpus;
	size_t count = config->threads;

	if (count == 0) {
		CPU_ZERO(&cpus);
		count = sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? (size_t)CPU_COUNT(&cpus)
								       : 1;
	}
	return count > AC_HTTP_MAX_DAEMONS ? AC_HTTP_MAX_DAEMONS : count;
}

static bool
start_daemons(struct ac_http_service *service, struct authcode_reason *reason)
{
	service->daemon_count = daemon_count(service->config);
	for (size_t i = 0; i < service->daemon_count; i++) {
		service->plain[i] = ac_http_daemon_new(service, NULL);
		if (service->plain[i] == NULL) {
			(void)snprintf(reason->text, sizeof(reason->text),
				       "the HTTP library does not start: %s", strerror(errno));
			return false;
		}
	}
	if (service->pem.certificate == NULL)
		return true;
	service->tls = ac_http_tls_set_new(service, &service->pem, service->config, reason);
	memcpy(service->stamps, service->pem.stamps, sizeof(service->stamps));
	return service->tls != NULL;
}

/* --- the service ------------------------------------------------------------- */

static bool
take_trusted(struct ac_http_service *service, struct authcode_reason *reason)
{
	const struct ac_config *config = service->config;

	service->trusted = calloc(config->trusted_proxy_count + 1, sizeof(*service->trusted));
	if (service->trusted == NULL)
		return false;
	for (size_t i = 0; i < config->trusted_proxy_count; i++) {
		const char *text = config->trusted_proxies[i];

		if (strcmp(text, "unix") == 0) {
			/* Who may connect to the socket file its mode decides. */
			service->trust_unix = true;
		} else if (ac_prefix_parse(text, &service->trusted[service->trusted_count])) {
			service->trusted_count++;
		} else {
			(void)snprintf(reason->text, sizeof(reason->text),
				       "trusted_proxies: %.100s is not an address", text);
			return false;
		}
	}
	return true;
}

/* Asked for by the very address: a page of elsewhere, whose name was bent to point
 * here, gets nothing. */
static bool
take_metrics(struct ac_http_service *service)
{
	const char *address = service->config->metrics_listen;

	if (address == NULL)
		return true;
	(void)snprintf(service->metrics_url, sizeof(service->metrics_url), "http://%s", address);
	return ac_gate_issuer_parse(service->metrics_url, &service->metrics);
}

static void
service_free(struct ac_http_service *service)
{
	for (size_t i = 0; i < service->daemon_count; i++) {
		if (service->plain[i] != NULL)
			MHD_stop_daemon(service->plain[i]);
	}
	ac_http_tls_turn(service);
	ac_http_tls_set_free(&service->tls);
	while (service->old_tls != NULL) {
		struct ac_http_tls_set *set = service->old_tls;

		service->old_tls = set->next;
		ac_http_tls_set_free(&set);
	}
	ac_http_listen_close(service);
	ac_http_pem_clear(&service->pem);
	ac_http_conns_free(&service->conns);
	if (service->stop_fd >= 0)
		(void)close(service->stop_fd);
	free(service->listeners);
	free(service->polls);
	free(service->trusted);
	free(service);
}

bool
ac_http_open(const struct ac_config *config, struct ac_http_service **ret,
	     struct authcode_reason *reason)
{
	struct ac_http_service *service = calloc(1, sizeof(*service));
	uint32_t first_txn;

	(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
	if (service == NULL)
		return false;
	service->config = config;
	service->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	service->conns =
		ac_http_conns_new(config->max_connections, config->max_connections_per_address);
	if (service->stop_fd < 0 || service->conns == NULL ||
	    ac_random_fill(NULL, &first_txn, sizeof(first_txn)) != AUTHCODE_OK)
		goto out;
	atomic_store(&service->txn_count, first_txn);
	if (!ac_gate_issuer_parse(config->issuer, &service->issuer)) {
		(void)snprintf(reason->text, sizeof(reason->text), "issuer: not an http URL");
		goto out;
	}
	if (!ac_gate_issuer_parse(AC_HTTP_ADMIN_URL, &service->admin) || !take_metrics(service))
		goto out;
	service->hsts = service->issuer.scheme.len == strlen("https");
	if (!take_trusted(service, reason) || !ac_http_pem_load(config, &service->pem, reason) ||
	    !ac_http_listen(service, reason))
		goto out;
	reason->text[0] = '\0';
	*ret = service;
	return true;
out:
	service_free(service);
	return false;
}

bool
ac_http_run(struct ac_http_service *service, struct ac_live *live, struct authcode_reason *reason)
{
	service->live = live;
	if (!start_daemons(service, reason))
		return false;
	ac_http_pem_clear(&service->pem); /* the library has its own copy */
	if (pthread_create(&service->acceptor, NULL, ac_http_accept_loop, service) != 0) {
		(void)snprintf(reason->text, sizeof(reason->text), "no thread could be started");
		return false;
	}
	service->accepting = true;
	return true;
}

/* True when counter has come down to zero in time; what is idle ends meanwhile. */
static bool
wait_for_none(struct ac_http_service *service, const _Atomic size_t *counter, int64_t wait_ms)
{
	const struct timespec nap = { .tv_nsec = 20000000 };
	int64_t deadline = ac_clock_monotonic_ms() + wait_ms;

	(void)ac_http_conns_sweep(service->conns, true);
	while (atomic_load(counter) > 0 && ac_clock_monotonic_ms() < deadline) {
		(void)nanosleep(&nap, NULL);
		(void)ac_http_conns_sweep(service->conns, true);
	}
	return atomic_load(counter) == 0;
}

void
ac_http_close_door(struct ac_http_service *service)
{
	if (service == NULL || atomic_exchange(&service->stopping, true))
		return;
	if (service->accepting) {
		(void)eventfd_write(service->stop_fd, 1);
		(void)pthread_join(service->acceptor, NULL);
	}
	ac_http_listen_close(service);
}

bool
ac_http_stop(struct ac_http_service **service, unsigned grace_s)
{
	struct ac_http_service *gone = *service;

	if (gone == NULL)
		return true;
	*service = NULL;
	ac_http_close_door(gone);
	(void)wait_for_none(gone, &gone->under_way, (int64_t)grace_s * 1000);
	/* The library ends the process when it is stopped while a connection is
	 * suspended. Its threads still run, so first nothing may begin any more. */
	atomic_store(&gone->closed, true);
	if (!wait_for_none(gone, &gone->with_handler, LAST_MS))
		return false;
	service_free(gone);
	return true;
}
