/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What may change while an issuer runs: lifetimes, classes of authentication,
 * resource servers, and the metadata that tells of them. Immutable; an exchange
 * takes a reference and keeps it to its end, while others may already have been
 * put in its place.
 */
#ifndef AC_PROTOCOL_ISSUER_RULES_H
#define AC_PROTOCOL_ISSUER_RULES_H

#include <stdatomic.h>

#include <authcode/issuer.h>

#include "base/arena.h"
#include "base/attr.h"

struct ac_issuer_rules {
	atomic_uint references;
	struct authcode_arena *arena;        /* every row and name */
	struct authcode_lifetimes lifetimes; /* defaults filled in */
	const struct authcode_acr *acrs;
	size_t acr_count;
	const struct authcode_resource *resources; /* the last is the issuer itself */
	size_t resource_count;
	int64_t refresh_retry_ms;
	char *metadata; /* rendered once, by metadata.c */
};

/* What is wrong with that part of the settings; NULL: nothing. */
const char *ac_issuer_rules_check(const struct authcode_issuer_settings *settings);

/* Of settings that have been checked. New: ac_issuer_rules_unref(). */
AC_MUST_USE enum authcode_err ac_issuer_rules_new(const struct authcode_issuer *issuer,
						  const struct authcode_issuer_settings *settings,
						  struct ac_issuer_rules **ret);

struct ac_issuer_rules *ac_issuer_rules_ref(struct ac_issuer_rules *rules);
/* NULL-safe, sets NULL. */
void ac_issuer_rules_unref(struct ac_issuer_rules **rules);

#endif
