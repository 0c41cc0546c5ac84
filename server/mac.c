/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See mac.h. Almost every request needs one of these, and to look the algorithm up
 * costs more than to use it: it is fetched once, and each thread keeps a context,
 * freed when the thread ends. The fetched one is written by pthread_once() alone.
 */
#include "server/mac.h"

#include <pthread.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

static struct {
	pthread_once_t once;
	EVP_MAC *hmac;
	pthread_key_t key; /* EVP_MAC_CTX of the thread; meaningful when ready */
	bool ready;
} fetched = { .once = PTHREAD_ONCE_INIT };

static void
context_free(void *arg)
{
	EVP_MAC_CTX_free(arg);
}

static void
fetch(void)
{
	fetched.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	fetched.ready = fetched.hmac != NULL && pthread_key_create(&fetched.key, context_free) == 0;
}

/* NULL when there can be none. */
static EVP_MAC_CTX *
context_of_thread(void)
{
	char name[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX *context;

	if (pthread_once(&fetched.once, fetch) != 0 || !fetched.ready)
		return NULL;
	context = pthread_getspecific(fetched.key);
	if (context != NULL)
		return context;
	context = EVP_MAC_CTX_new(fetched.hmac);
	if (context != NULL && EVP_MAC_CTX_set_params(context, params) == 1 &&
	    pthread_setspecific(fetched.key, context) == 0)
		return context;
	EVP_MAC_CTX_free(context);
	return NULL;
}

bool
ac_mac(const uint8_t key[AC_MAC_LEN], const char *label, const void *data, size_t len,
       uint8_t out[AC_MAC_LEN])
{
	const size_t label_size = strlen(label) + 1;
	EVP_MAC_CTX *context;
	size_t out_len = 0;

	if (label_size > AC_MAC_MAX_DATA || len > AC_MAC_MAX_DATA - label_size)
		return false;
	context = context_of_thread();
	return context != NULL && EVP_MAC_init(context, key, AC_MAC_LEN, NULL) == 1 &&
	       EVP_MAC_update(context, (const unsigned char *)label, label_size) == 1 &&
	       (len == 0 || EVP_MAC_update(context, data, len) == 1) &&
	       EVP_MAC_final(context, out, &out_len, AC_MAC_LEN) == 1 && out_len == AC_MAC_LEN;
}
