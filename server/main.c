/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcoded: puts the parts together, in the order in which rights are given
 * up (listeners and keys may need root, the state never does), waits for a
 * signal, and takes everything apart in the opposite order.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <authcode/authcode.h>

#include "base/attr.h"
#include "base/secret.h"
#include "server/accounts.h"
#include "server/app.h"
#include "server/audit_head.h"
#include "server/client_registry.h"
#include "server/clock.h"
#include "server/clock_watch.h"
#include "server/config.h"
#include "server/delay.h"
#include "server/device.h"
#include "server/fetch.h"
#include "server/http.h"
#include "server/jwks_fetch.h"
#include "server/keys.h"
#include "server/live.h"
#include "server/log.h"
#include "server/login.h"
#include "server/logout_post.h"
#include "server/logo.h"
#include "server/master_key.h"
#include "server/metrics.h"
#include "server/notify.h"
#include "server/options.h"
#include "server/pages.h"
#include "server/password_changed.h"
#include "server/privileges.h"
#include "server/recent.h"
#include "server/storage.h"
#include "server/reload.h"
#include "server/sandbox.h"
#include "server/sign_pool.h"
#include "server/start_check.h"
#include "server/state.h"
#include "server/throttle.h"

#define MAX_DELAYED 256 /* more wrong user codes at one time are told at once */
#define GRACE_S 5
#define PURGE_MS 60000
#define PURGE_ROWS 200
#define PURGE_BATCHES 50   /* of one round */
#define PURGE_AGAIN_MS 200 /* to the next round while rows are left */
#define SPARE_DESCRIPTORS 256

struct daemon {
	struct ac_config *config;
	struct authcode_clients *clients; /* of the start */
	struct ac_http_service *http;
	struct ac_state state;
	struct ac_app app;
	int signal_fd;
	struct ac_audit_told told;
};

/* --- start --------------------------------------------------------------------- */

static void
raise_descriptor_limit(const struct ac_config *config)
{
	struct rlimit limit = { 0 };
	rlim_t wanted = (rlim_t)config->max_connections + SPARE_DESCRIPTORS;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < wanted)
		ac_log(AC_LOG_NOTICE,
		       "the limit of open files (%llu) allows fewer connections "
		       "than max_connections",
		       (unsigned long long)limit.rlim_cur);
}

/* Root is needed to bind low ports and to read keys of others, and for nothing
 * that comes after. */
static bool
give_up_root(const struct ac_config *config, struct authcode_reason *reason)
{
	struct ac_account account;

	if (geteuid() != 0)
		return true;
	return ac_privileges_find(config->user, &account, reason) &&
	       ac_state_prepare(config->state_dir, account.uid, account.gid, reason) &&
	       ac_privileges_drop(&account, reason);
}

static bool
open_store(struct daemon *d, struct authcode_reason *reason)
{
	struct authcode_store_upgrade upgrade;
	struct authcode_store_sqlite_settings settings = { .path = d->state.database,
							   .create = d->state.fresh,
							   .owns_sqlite = true,
							   .ret_upgrade = &upgrade };
	struct authcode_reason why = { 0 };

	if (authcode_store_sqlite_open(&settings, &d->app.store, reason) != AUTHCODE_OK ||
	    !ac_state_settle(&d->state, reason))
		return false;
	ac_storage_report_upgrade(d->state.database, &upgrade);
	if (ac_master_key_settle(&d->state, d->app.store, d->config->issuer, &why))
		return true;
	(void)snprintf(reason->text, sizeof(reason->text), "%.128s: %.300s", d->config->state_dir,
		       why.text);
	return false;
}

static void
library_debug(void *ctx, const char *text)
{
	(void)ctx;
	ac_log(AC_LOG_DEBUG, "library: %s", text);
}

static bool
open_issuer(struct daemon *d, struct authcode_reason *reason)
{
	struct authcode_acr acrs[AC_MAX_SERVICES];
	struct authcode_issuer_settings settings = ac_live_settings_of(d->config, acrs);
	enum authcode_err err;

	settings.store = d->app.store;
	settings.check_accounts = true;
	settings.audit = d->config->audit != 0;
	settings.tell_logout = true;
	settings.log.debug = library_debug;
	memcpy(settings.master_key, d->state.master_key, sizeof(settings.master_key));
	err = authcode_issuer_new(&settings, &d->app.issuer, reason);
	ac_wipe(settings.master_key, sizeof(settings.master_key));
	ac_wipe(d->state.master_key, sizeof(d->state.master_key));
	if (err != AUTHCODE_OK)
		return false;
	/* The keys are tended before there is a generation, for as long as tokens last. */
	return ac_client_registry_new(d->app.store, d->app.issuer, &d->app.registry, reason) &&
	       ac_client_registry_merge(d->app.registry, d->config, &d->clients, reason) &&
	       (authcode_issuer_set_clients(d->app.issuer, d->clients), true);
}

/* The first generation. */
static bool
open_live(struct daemon *d, struct authcode_reason *reason)
{
	if (ac_live_new(&d->app, &d->app.live) == AUTHCODE_OK)
		return ac_live_set(d->app.live, d->config, d->clients, reason);
	(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
	return false;
}

/* With a master key that is not the one of the database, nothing starts. */
static bool
open_keys(struct daemon *d, struct authcode_reason *reason)
{
	const struct ac_keys_place place = { d->app.issuer, d->app.store, d->state.dir_fd };
	struct authcode_reason why = { 0 };

	if (ac_keys_new(&place, &d->app.keys, &why))
		return true;
	(void)snprintf(reason->text, sizeof(reason->text), "%.128s: %.300s", d->config->state_dir,
		       why.text);
	return false;
}

/* Files outside of it are no longer there for whatever comes after. */
static bool
open_state(struct daemon *d, struct authcode_reason *reason)
{
	d->app.started_ms = ac_clock_unix_ms();
	ac_sandbox_enter_config(d->config, &d->app.sandbox);
	return ac_state_open(d->config->state_dir, d->config->master_key_file, &d->state, reason);
}

/* While the master key is at hand, from which its own is derived. */
static bool
open_throttle(struct daemon *d, struct authcode_reason *reason)
{
	const struct ac_throttle_limits limits = ac_throttle_limits_of(d->config);
	bool ok = ac_device_key(d->state.master_key, d->app.device_key) &&
		  ac_throttle_open(d->state.dir_fd, d->state.master_key, &limits,
				   &d->app.throttle) == AUTHCODE_OK;

	if (!ok)
		(void)snprintf(reason->text, sizeof(reason->text),
			       "%s: the table of wrong passwords cannot be made",
			       d->config->state_dir);
	return ok;
}

/* Before the first thread, so that every thread has them blocked. */
static bool
take_signals(struct daemon *d, struct authcode_reason *reason)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	d->signal_fd = -1;
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) == 0)
		d->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (d->signal_fd < 0)
		(void)snprintf(reason->text, sizeof(reason->text), "signals: %s", strerror(errno));
	return d->signal_fd >= 0;
}

static bool
open_accounts(struct daemon *d, struct authcode_reason *reason)
{
	const struct ac_accounts_settings settings =
		ac_accounts_settings_of(d->config, d->app.store);
	bool ok = ac_start_check(d->config, reason);

	if (!ok)
		return false;
	ok = ac_accounts_new(&settings, &d->app.accounts) == AUTHCODE_OK;
	if (!ok)
		(void)snprintf(reason->text, sizeof(reason->text), "accounts cannot be looked at");
	return ok;
}

static bool
open_fetch(struct daemon *d, struct authcode_reason *reason)
{
	bool ok = ac_fetch_new(d->config->fetch_socket, &d->app.fetch) == AUTHCODE_OK &&
		  ac_jwks_fetch_new(&d->app.jwks) == AUTHCODE_OK;

	if (!ok)
		(void)snprintf(reason->text, sizeof(reason->text), "nothing can be fetched");
	return ok;
}

static bool
open_signers(struct daemon *d, struct authcode_reason *reason)
{
	bool ok = ac_sign_pool_new(&d->app.signers) == AUTHCODE_OK;

	if (!ok)
		(void)snprintf(reason->text, sizeof(reason->text),
			       "no threads can be made to sign on");
	return ok;
}

static bool
open_logouts(struct daemon *d, struct authcode_reason *reason)
{
	bool ok = ac_logout_post_start(&d->app) == AUTHCODE_OK;

	if (!ok)
		(void)snprintf(reason->text, sizeof(reason->text), "logouts cannot be told");
	return ok;
}

/* What is counted and remembered of events, on the threads that have them. */
static void
observe(void *arg, enum ac_event event, const struct ac_event_fields *fields)
{
	const struct ac_app *app = arg;

	ac_metrics_event(app->metrics, event, fields);
	ac_recent_note(app->recent, event, fields);
}

static bool
open_counters(struct daemon *d, struct authcode_reason *reason)
{
	d->app.metrics = ac_metrics_new();
	d->app.recent = ac_recent_new();
	d->app.storage = ac_storage_new();
	if (d->app.metrics == NULL || d->app.recent == NULL || d->app.storage == NULL) {
		(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
		return false;
	}
	ac_log_observe(observe, &d->app);
	return true;
}

static bool
open_log(const struct ac_config *config, struct authcode_reason *reason)
{
	const struct ac_log_settings settings = {
		.name = "authcoded",
		.most = (enum ac_log_level)ac_log_level_from_name(config->log_level),
		.sink = (enum ac_log_sink)config->log_sink,
	};

	return ac_log_open(&settings, reason);
}

static bool
start(struct daemon *d, struct authcode_reason *reason)
{
	d->app.config = d->config;
	raise_descriptor_limit(d->config);
	if (!open_counters(d, reason) || !take_signals(d, reason) ||
	    !ac_http_open(d->config, &d->http, reason) || !give_up_root(d->config, reason) ||
	    !ac_privileges_harden(reason) || !open_state(d, reason) || !open_store(d, reason) ||
	    !open_throttle(d, reason) || !open_issuer(d, reason) || !open_keys(d, reason) ||
	    ac_pages_new(d->config, &d->app.pages, reason) != AUTHCODE_OK ||
	    !open_accounts(d, reason) || !open_fetch(d, reason) || !open_logouts(d, reason) ||
	    !open_signers(d, reason))
		return false;
	d->app.password_changed = ac_password_changed;
	if (ac_delay_new(d->config->failure_floor_ms, MAX_DELAYED, &d->app.delay) != AUTHCODE_OK ||
	    !ac_login_start(&d->app, &d->app.login)) {
		(void)snprintf(reason->text, sizeof(reason->text), "sign-ins cannot be served");
		return false;
	}
	/* Last, since each generation has a copy of what is the daemon's. */
	return open_live(d, reason) && ac_http_run(d->http, d->app.live, reason);
}

/* --- run ------------------------------------------------------------------------ */

/* 0: never. */
static int64_t
time_before(int64_t now_ms, uint32_t s)
{
	return s > 0 ? now_ms - (int64_t)s * 1000 : 0;
}

/* In small operations, so that no request waits behind a long one. True: more rows are left. */
static bool
purge(const struct ac_app *app, int64_t *shortened_id)
{
	const int64_t now_ms = ac_clock_unix_ms();

	for (int i = 0; i < PURGE_BATCHES; i++) {
		struct authcode_operation operation = {
			.kind = AUTHCODE_OP_PURGE,
			.now_ms = now_ms,
			.u.purge = { .limit = PURGE_ROWS,
				     .audit_before_ms =
					     time_before(now_ms, app->config->audit_retention_s),
				     .shorten_before_ms = time_before(
					     now_ms, app->config->audit_address_retention_s),
				     .shortened_id = *shortened_id },
		};

		authcode_store_perform(app->store, &operation);
		if (operation.result != AUTHCODE_RESULT_DONE)
			ac_log(AC_LOG_WARNING, "old rows could not be deleted: %s",
			       authcode_err_str(operation.err));
		if (operation.result != AUTHCODE_RESULT_DONE)
			return false;
		*shortened_id = operation.u.purge.ret_shortened_id;
		if (operation.u.purge.ret_deleted < PURGE_ROWS)
			return false;
	}
	return true;
}

static void
run(struct daemon *d)
{
	struct pollfd waits[] = {
		{ .fd = d->signal_fd, .events = POLLIN },
		{ .fd = ac_keys_fd(d->app.keys), .events = POLLIN },
		{ .fd = ac_client_registry_fd(d->app.registry), .events = POLLIN },
	};
	struct signalfd_siginfo info;
	struct ac_clock_watch clocks = { 0 };
	int64_t shortened_id = 0; /* a new start looks at all that is kept once more */
	bool more = true;         /* what has grown old meanwhile */

	for (;;) {
		const int keys_ms = ac_keys_idle_ms(d->app.keys);
		const int purge_ms = more ? PURGE_AGAIN_MS : PURGE_MS;
		int rc;

		ac_audit_head_tell(d->app.store, ac_clock_boot_ms(), &d->told);
		rc = poll(waits, AC_ARRAY_SIZE(waits), keys_ms < purge_ms ? keys_ms : purge_ms);
		ac_clock_watch_round(&clocks, ac_clock_unix_ms(), ac_clock_boot_ms());
		if (rc == 0)
			more = purge(&d->app, &shortened_id);
		if (rc >= 0)
			ac_keys_tend(d->app.keys);
		if (rc > 0)
			ac_client_registry_tend(d->app.registry, d->app.live);
		if (rc <= 0 || read(d->signal_fd, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo == SIGHUP) {
			ac_notify_reloading();
			(void)ac_reload(&d->app, d->http);
			ac_notify("READY=1");
			continue;
		}
		return;
	}
}

/* --- stop ----------------------------------------------------------------------- */

static void
stop(struct daemon *d)
{
	ac_http_close_door(d->http);
	if (d->app.login != NULL)
		ac_login_drain(d->app.login);
	if (d->app.delay != NULL)
		ac_delay_drain(d->app.delay);
	if (d->app.accounts != NULL)
		ac_accounts_drain(d->app.accounts);
	if (d->app.logouts != NULL)
		ac_logout_teller_drain(d->app.logouts);
	if (d->app.fetch != NULL)
		ac_fetch_drain(d->app.fetch);
	if (d->app.keys != NULL)
		ac_keys_drain(d->app.keys);
	if (d->app.registry != NULL)
		ac_client_registry_drain(d->app.registry);
	if (!ac_http_stop(&d->http, GRACE_S)) {
		/* A request still waits for its store operation. What it would touch stays;
		 * the store is durable without a farewell. */
		ac_log(AC_LOG_WARNING, "stopped with requests under way");
		_exit(EX_OK);
	}
	ac_login_stop(&d->app.login);
	ac_delay_free(&d->app.delay);
	ac_sign_pool_free(&d->app.signers);
	ac_accounts_free(&d->app.accounts);
	ac_logout_teller_free(&d->app.logouts);
	ac_fetch_free(&d->app.fetch);
	ac_jwks_fetch_free(&d->app.jwks);
	ac_throttle_close(&d->app.throttle);
	ac_wipe(d->app.device_key, sizeof(d->app.device_key));
	ac_live_free(&d->app.live);
	ac_pages_free(&d->app.pages);
	ac_keys_free(&d->app.keys);
	ac_client_registry_free(&d->app.registry);
	authcode_clients_unref(&d->clients);
	authcode_issuer_free(&d->app.issuer);
	ac_audit_head_tell(d->app.store, INT64_MAX, &d->told);
	authcode_store_close(&d->app.store);
	ac_log_observe(NULL, NULL);
	ac_metrics_free(&d->app.metrics);
	ac_recent_free(&d->app.recent);
	ac_storage_free(&d->app.storage);
	ac_state_close(&d->state);
	ac_config_free(&d->config);
	if (d->signal_fd >= 0)
		(void)close(d->signal_fd);
}

/* Files that could not be read have not said where the log goes. */
static int
refuse_unread(const char *path, const struct authcode_reason *reason)
{
	const struct ac_log_settings settings = { .name = "authcoded", .most = AC_LOG_NOTICE };
	struct authcode_reason unheard;

	(void)!ac_log_open(&settings, &unheard); /* auto always opens */
	ac_log_end(AC_EVENT_START_REFUSED, .file = path, .why = reason->text);
	return EX_CONFIG;
}

/* Whoever asks reads it where they ask, and it is no event. */
static int
not_good(const struct authcode_reason *reason)
{
	(void)fprintf(stderr, "authcoded: %s\n", reason->text);
	return EX_CONFIG;
}

/* What start() looks at and needs nothing that runs. */
static int
check_only(const struct ac_config *config, struct authcode_reason *reason)
{
	if (!ac_start_check_files(config, reason))
		return not_good(reason);
	(void)printf("%s: ok\n", config->path);
	return EX_OK;
}

/* What was asked for has arrived, or it was in vain. */
static int
printed(int status)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return status;
	(void)fprintf(stderr, "authcoded: the output cannot be written, and is not whole\n");
	return status == EX_OK ? EX_IOERR : status;
}

int
main(int argc, char **argv)
{
	struct daemon d = { .state = { .dir_fd = -1, .lock_fd = -1 }, .signal_fd = -1 };
	struct authcode_reason reason = { 0 };
	struct ac_options options = { 0 };
	int status = EX_OK;

	(void)umask(0077);
	if (!ac_options_parse(argc, argv, &options, &status))
		return printed(status);
	if (ac_config_load(options.config, &d.config, &reason) != AUTHCODE_OK)
		return options.check_config ? not_good(&reason)
					    : refuse_unread(options.config, &reason);
	if (options.check_config) {
		status = check_only(d.config, &reason);
		ac_config_free(&d.config);
		return printed(status);
	}
	if (!open_log(d.config, &reason) || !start(&d, &reason)) {
		ac_log_end(AC_EVENT_START_REFUSED, .file = d.config->path, .hash = d.config->hash,
			   .why = reason.text);
		stop(&d);
		return EX_CONFIG;
	}
	ac_sandbox_log(&d.app.sandbox);
	ac_config_say(AC_EVENT_CONFIG_LOADED, d.config);
	ac_log_event(AC_EVENT_READY, .issuer = d.config->issuer);
	ac_notify("READY=1");
	if (options.print_ready) {
		(void)printf("ready %s\n", d.config->issuer);
		(void)fflush(stdout);
	}
	run(&d);
	ac_notify("STOPPING=1");
	ac_log_event(AC_EVENT_STOPPING, .issuer = d.config->issuer);
	stop(&d);
	return EX_OK;
}
