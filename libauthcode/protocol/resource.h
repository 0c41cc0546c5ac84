/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Resource indicators (RFC 8707): for which resource servers a token is asked,
 * whether the client may have it, and what of the scope is left for them. A set
 * of them is text, like a scope: URIs with a space between. "" is a token for
 * which nobody named one; it is the issuer's own.
 */
#ifndef AC_PROTOCOL_RESOURCE_H
#define AC_PROTOCOL_RESOURCE_H

#include <stdbool.h>

#include <jansson.h>

#include <authcode/client.h>

#include "base/attr.h"
#include "protocol/exchange.h"

/* RFC 8707 §2: an absolute URI without fragment; at most AC_MAX_RESOURCE bytes. */
AC_MUST_USE bool ac_resource_uri_valid(const char *uri);

/* What is wrong with the resources of the settings; NULL: nothing. */
const char *ac_resources_check(const struct authcode_issuer_settings *settings);
/* Into rules->resources. The URL of the issuer and the arena of the rules are set. */
AC_MUST_USE enum authcode_err ac_resources_copy(const struct authcode_issuer *issuer,
						const struct authcode_issuer_settings *settings,
						struct ac_issuer_rules *rules);

/* The row of a URI; NULL: none. */
const struct authcode_resource *ac_resource_find(const struct ac_issuer_rules *rules,
						 const char *uri);

/* What the resource parameters of a request ask for, each once, or the client's
 * default; *ret is in the arena. ERR_SYNTAX: *ret_why is why it is invalid_target. */
AC_MUST_USE enum authcode_err ac_resource_asked(struct authcode_exchange *x,
						const struct authcode_client *client,
						const struct ac_params *params, const char **ret,
						const char **ret_why);

/* At the token endpoint, where no person has granted anything: the same into
 * x->resource. False when the response has been set to the refusal. */
AC_MUST_USE bool ac_resource_take(struct authcode_exchange *x,
				  const struct authcode_client *client);

/* At the token endpoint: those of granted that the request chooses, without a
 * choice all that the client may still have, into x->resource. False when the
 * response has been set to the refusal. */
AC_MUST_USE bool ac_resource_choose(struct authcode_exchange *x,
				    const struct authcode_client *client, const char *granted);

/* What of scope means something to one of resource; in the arena, NULL when it is
 * full. */
const char *ac_resource_scope(const struct ac_issuer_rules *rules, struct authcode_arena *arena,
			      const char *resource, const char *scope);

/* Appends the set as parameters of a form. */
void ac_resource_put(struct ac_buf *form, const char *resource);

/* The audience of a token (RFC 9068 §3): new, a text or an array of them; NULL: out of
 * memory. */
json_t *ac_resource_audience(const struct authcode_issuer *issuer, const char *resource);

/* Is a token for resource meant for uri? */
AC_MUST_USE bool ac_resource_has(const struct authcode_issuer *issuer, const char *resource,
				 const char *uri);

/* Names for people, without the issuer itself; in the arena, NULL when it is full. */
const char *const *ac_resource_names(const struct authcode_exchange *x, const char *resource,
				     size_t *ret_count);

/* Scope and resource as one set that a consent covers: a resource stands behind a
 * quote, which no scope value can hold. In the arena; NULL when it is full. */
const char *ac_resource_consented(struct authcode_arena *arena, const char *scope,
				  const char *resource);

#endif
