/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See page_script.h.
 */
#include "server/page_script.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/buf.h"
#include "base/limits.h"

#define MAX_POLICY (AC_MAX_REDIRECT_URI + 512)

enum authcode_err
ac_script_hash(const char *source, char ret[AC_SCRIPT_HASH_LEN + 1])
{
	static const char open[] = "<script>", close[] = "</script>", prefix[] = "sha256-";
	const char *begin = strstr(source, open);
	const char *end = begin != NULL ? strstr(begin, close) : NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (end == NULL || strstr(end + 1, "<script") != NULL)
		return AUTHCODE_ERR_SYNTAX;
	begin += sizeof(open) - 1;
	if (EVP_Digest(begin, (size_t)(end - begin), digest, &len, EVP_sha256(), NULL) != 1)
		return AUTHCODE_ERR_CRYPTO;
	memcpy(ret, prefix, sizeof(prefix) - 1);
	EVP_EncodeBlock((unsigned char *)ret + sizeof(prefix) - 1, digest, (int)len);
	return AUTHCODE_OK;
}

/* A client may send the person on when it has been posted to, to another origin too, and
 * Chromium asks this policy again at each step: hence the schemes. What is still kept out
 * is a form that runs a script, or leaves https. */
char *
ac_script_policy(const char *hash, const char *origin)
{
	const bool plain = strncmp(origin, "http:", strlen("http:")) == 0;
	const char *const parts[] = {
		"default-src 'none'; style-src 'self'; img-src 'self'; script-src '",
		hash,
		"'; form-action ",
		origin,
		plain ? " http: https:" : " https:",
		"; base-uri 'none'; frame-ancestors 'none'",
	};
	struct ac_buf policy;

	ac_buf_init(&policy, MAX_POLICY);
	for (size_t i = 0; i < AC_ARRAY_SIZE(parts); i++)
		ac_buf_puts(&policy, parts[i]);
	return ac_buf_steal(&policy);
}
