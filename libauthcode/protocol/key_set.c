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

enum authcode_err
authcode_key_set_new(const char *jwks, size_t len, struct authcode_key_set **ret_set)
{
	struct authcode_key_set *set;
	enum ac_jwk_verdict verdict;

	if (jwks == NULL)
		return AUTHCODE_ERR_SYNTAX;
	set = calloc(1, sizeof(*set));
	if (set == NULL)
		return AUTHCODE_ERR_MEMORY;
	atomic_init(&set->references, 1);
	verdict = ac_jwks_parse(jwks, len, &set->jwks);
	if (verdict != AC_JWK_GOOD) {
		free(set);
		return verdict == AC_JWK_FAILED ? AUTHCODE_ERR_MEMORY : AUTHCODE_ERR_SYNTAX;
	}
	*ret_set = set;
	return AUTHCODE_OK;
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
