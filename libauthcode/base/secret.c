/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See secret.h.
 */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct ac_secret {
	size_t len;
	size_t mapped;
	char *data;
};

void
ac_wipe(void *data, size_t len)
{
	if (len > 0)
		explicit_bzero(data, len);
}

bool
ac_secret_equal(const void *a, const void *b, size_t len)
{
	const volatile unsigned char *x = a, *y = b;
	unsigned char different = 0;

	for (size_t i = 0; i < len; i++)
		different |= x[i] ^ y[i];
	return different == 0;
}

/* Pages of its own, so that locking and the core-dump exclusion (both best
 * effort: limits differ) cover the secret and nothing else. */
enum authcode_err
ac_secret_new(const void *data, size_t len, struct ac_secret **ret)
{
	struct ac_secret *secret = calloc(1, sizeof(*secret));

	if (secret == NULL)
		return AUTHCODE_ERR_MEMORY;
	secret->len = len;
	secret->mapped = len + 1;
	secret->data = mmap(NULL, secret->mapped, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (secret->data == MAP_FAILED) {
		free(secret);
		return AUTHCODE_ERR_MEMORY;
	}
	(void)mlock(secret->data, secret->mapped);
	(void)madvise(secret->data, secret->mapped, MADV_DONTDUMP);
	if (data != NULL && len > 0)
		memcpy(secret->data, data, len);
	*ret = secret;
	return AUTHCODE_OK;
}

void
ac_secret_free(struct ac_secret **secret)
{
	if (secret == NULL || *secret == NULL)
		return;
	ac_wipe((*secret)->data, (*secret)->mapped);
	(void)munmap((*secret)->data, (*secret)->mapped);
	free(*secret);
	*secret = NULL;
}

const char *
ac_secret_data(const struct ac_secret *secret)
{
	return secret->data;
}

char *
ac_secret_data_mut(struct ac_secret *secret)
{
	return secret->data;
}

size_t
ac_secret_len(const struct ac_secret *secret)
{
	return secret->len;
}
