/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Authentication context classes (OIDC-Core §2, RFC 9470 §5): what a sign-in
 * proves, by the issuer's table, and what a client insists on or wishes for.
 */
#ifndef AC_PROTOCOL_ACR_H
#define AC_PROTOCOL_ACR_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "protocol/issuer_rules.h"

/* The row of a name; NULL: none. */
const struct authcode_acr *ac_acr_find(const struct ac_issuer_rules *rules, const char *name);

/* Does acr satisfy who asks for wanted: the same name, or a level that reaches
 * its level? wanted NULL: nothing is asked for. A wanted without row is never
 * satisfied. */
AC_MUST_USE bool ac_acr_satisfies(const struct ac_issuer_rules *rules, const char *acr,
				  const char *wanted);

/* What of acrs (known ones) acr satisfies: its own name, else the first. NULL: nothing. */
const char *ac_acr_reaches(const struct ac_issuer_rules *rules, const char *acr, const char *acrs);

/* The known ones of acr_values, in its order, in the arena; NULL when it is full. */
const char *ac_acr_known(const struct ac_issuer_rules *rules, struct authcode_arena *arena,
			 const char *acr_values);

/* What must be proved in a new sign-in, since acr (NULL: nobody has signed in)
 * satisfies min_acr (NULL: none) or the wish of acr_values not: the first wish
 * that also satisfies min_acr, else min_acr. NULL: nothing. Borrowed from rules. */
const char *ac_acr_lacking(const struct ac_issuer_rules *rules, const char *min_acr,
			   const char *acr_values, const char *acr);

#endif
