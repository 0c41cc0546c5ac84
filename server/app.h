/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What every handler is given: the daemon as it is for one request. What may be
 * exchanged while the daemon runs belongs to a generation (live.h), which a request
 * keeps to its end; the rest lives as long as the daemon and is owned by main.c.
 */
#ifndef AC_SERVER_APP_H
#define AC_SERVER_APP_H

#include <stdatomic.h>
#include <stdint.h>

#include <authcode/authcode.h>

#include "server/metadata.h"
#include "server/sandbox.h"

struct ac_accounts;
struct ac_config;
struct ac_cors;
struct ac_fetch;
struct ac_jwks_fetch;
struct ac_delay;
struct ac_client_registry;
struct ac_keys;
struct ac_live;
struct ac_login_service;
struct ac_logout_teller;
struct ac_logos;
struct ac_metrics;
struct ac_pages;
struct ac_password_change;
struct ac_recent;
struct ac_sign_pool;
struct ac_storage;
struct ac_throttle;

struct ac_app {
	/* Of the generation. */
	atomic_uint references; /* live.c's */
	const struct ac_config *config;
	struct authcode_clients *clients; /* those of the configuration, and others */
	struct ac_metadata metadata;
	struct ac_logos *logos; /* NULL: none */
	struct ac_cors *cors;
	/* Of the daemon. */
	struct ac_live *live;
	struct authcode_issuer *issuer;
	struct ac_client_registry *registry; /* of the clients in the database */
	struct ac_keys *keys;
	struct authcode_store *store;
	struct ac_accounts *accounts;
	struct ac_fetch *fetch; /* what is wanted of servers elsewhere */
	struct ac_jwks_fetch *jwks;
	struct ac_logout_teller *logouts; /* tells clients of them */
	struct ac_login_service *login;
	void (*password_changed)(void *app, const struct ac_password_change *change);
	struct ac_pages *pages;
	struct ac_throttle *throttle;
	struct ac_sign_pool *signers;
	struct ac_delay *delay; /* of wrong user codes */
	struct ac_metrics *metrics;
	struct ac_recent *recent; /* refusals */
	struct ac_storage *storage;
	uint8_t device_key[32]; /* of the cookies of known browsers */
	struct ac_sandbox_holds sandbox;
	int64_t started_ms;
};

#endif
