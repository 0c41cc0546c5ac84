/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Who may use a client (allow_users, allow_groups of its registration), and
 * which groups of a person it is told.
 */
#ifndef AC_PROTOCOL_ACCESS_H
#define AC_PROTOCOL_ACCESS_H

#include <stdbool.h>

#include <jansson.h>

#include <authcode/client.h>

#include "base/attr.h"

/* What the refused are told, and their client. */
#define AC_ACCESS_REFUSED "this account may not use this application"

/* groups: names joined by '\n'. */
AC_MUST_USE bool ac_access_allowed(const struct authcode_client *client, const char *user_name,
				   const char *groups);

/* A new array of those of groups that the client is told; NULL: out of memory. */
AC_MUST_USE json_t *ac_access_groups(const struct authcode_client *client, const char *groups);

#endif
