/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/exchange.h>: the key set of a client as the host hands it round. Reading one
 * takes longer than a request may, and many requests may wait for the same.
 */
#include "protocol/key_set.h"

#include <stdatomic.h>
#include <stdlib.h>

struct authcode_key_set {
	atomic_uint references;
	struct ac_jwks *jwks;
};

struct authcode_key_set *
authcode_key_set_new(const char *jwks, size_t len)
{
	struct authcode_key_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	atomic_init(&set->references, 1);
	if (jwks == NULL || ac_jwks_parse(jwks, len, &set->jwks) != AC_JWK_GOOD) {
		free(set);
		return NULL;
	}
	return set;
}

struct authcode_key_set *
authcode_key_set_ref(struct authcode_key_set *set)
{
	if (set != NULL)
		atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
	return set;
}

void
authcode_key_set_free(struct authcode_key_set **set)
{
	struct authcode_key_set *gone = *set;

	*set = NULL;
	/* The last reference must see every read of the others done. */
	if (gone == NULL ||
	    atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) != 1)
		return;
	ac_jwks_free(&gone->jwks);
	free(gone);
}

struct ac_jwks *
ac_key_set_jwks(const struct authcode_key_set *set)
{
	return set != NULL ? set->jwks : NULL;
}
