/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See jwks.h.
 */
#include "jose/jwks.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "jose/json_text.h"

struct ac_jwks {
	atomic_uint references;
	size_t count;
	struct ac_jwk *keys[AC_MAX_JWKS_KEYS];
};

static enum ac_jwk_verdict
add_all(struct ac_jwks *set, const json_t *keys)
{
	const size_t count = json_array_size(keys);

	if (!json_is_array(keys))
		return AC_JWK_MALFORMED;
	if (count > AC_MAX_JWKS_KEYS)
		return AC_JWK_TOO_MANY;
	for (size_t i = 0; i < count; i++) {
		enum ac_jwk_verdict verdict =
			ac_jwk_from_json(json_array_get(keys, i), &set->keys[set->count]);

		if (verdict == AC_JWK_GOOD)
			set->count++;
		else if (!ac_jwk_passed_over(verdict))
			return verdict;
	}
	return set->count > 0 ? AC_JWK_GOOD : AC_JWK_NO_KEY;
}

enum ac_jwk_verdict
ac_jwks_parse(const char *text, size_t len, struct ac_jwks **ret)
{
	json_t *object = NULL;
	enum authcode_err err = ac_json_parse(text, len, AC_MAX_JWKS, &object);
	struct ac_jwks *set = calloc(1, sizeof(*set));
	enum ac_jwk_verdict verdict = AC_JWK_MALFORMED;

	if (set != NULL)
		atomic_init(&set->references, 1);
	if (set == NULL || err == AUTHCODE_ERR_MEMORY)
		verdict = AC_JWK_FAILED;
	else if (object != NULL)
		verdict = add_all(set, json_object_get(object, "keys"));
	json_decref(object);
	if (verdict == AC_JWK_GOOD)
		*ret = set;
	else
		ac_jwks_free(&set);
	return verdict;
}

struct ac_jwks *
ac_jwks_ref(struct ac_jwks *set)
{
	atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
	return set;
}

void
ac_jwks_free(struct ac_jwks **set)
{
	struct ac_jwks *gone = *set;

	*set = NULL;
	if (gone == NULL ||
	    atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < gone->count; i++)
		ac_jwk_free(&gone->keys[i]);
	free(gone);
}

size_t
ac_jwks_count(const struct ac_jwks *set)
{
	return set->count;
}

static bool
has_kid(const struct ac_jwk *key, const char *kid)
{
	const char *own = ac_jwk_kid(key);

	return own != NULL && strcmp(own, kid) == 0;
}

const struct ac_jwk *
ac_jwks_find(const void *keys, const char *kid, const struct ac_alg *alg)
{
	const struct ac_jwks *set = keys;
	const struct ac_jwk *found = NULL;

	for (size_t i = 0; i < set->count; i++) {
		const struct ac_jwk *key = set->keys[i];

		if (!ac_jwk_fits(key, alg) || (kid != NULL && !has_kid(key, kid)))
			continue;
		if (kid != NULL)
			return key;
		if (found != NULL)
			return NULL;
		found = key;
	}
	return found;
}
