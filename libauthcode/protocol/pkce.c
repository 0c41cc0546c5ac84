/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See pkce.h. Requests only: what a code was issued for is the store's to keep.
 */
#include "protocol/pkce.h"

#include <stdint.h>
#include <string.h>

#include "base/base64url.h"
#include "base/secret.h"
#include "jose/digest.h"

#define VERIFIER_MIN 43
#define VERIFIER_MAX 128
#define CHALLENGE_LEN AC_BASE64URL_LEN(AC_DIGEST_LEN)

static bool
sent(const char *value)
{
	return value != NULL && *value != '\0';
}

const char *
ac_pkce_check_request(const char *challenge, const char *method, bool required)
{
	uint8_t digest[AC_DIGEST_LEN];
	size_t len = 0;

	if (!sent(challenge)) {
		if (sent(method))
			return "code_challenge_method without code_challenge";
		return required ? "code_challenge is required" : NULL;
	}
	/* RFC 7636 §4.3: no method means plain. */
	if (!sent(method) || strcmp(method, "S256") != 0)
		return "code_challenge_method must be S256";
	if (!ac_base64url_decode(challenge, strlen(challenge), digest, sizeof(digest), &len) ||
	    len != sizeof(digest))
		return "code_challenge is not 43 characters of base64url";
	return NULL;
}

/* RFC 7636 §4.1: 43*128unreserved */
static bool
verifier_valid(const char *verifier)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";
	size_t len = strlen(verifier);

	return len >= VERIFIER_MIN && len <= VERIFIER_MAX && strspn(verifier, unreserved) == len;
}

bool
ac_pkce_verify(const char *challenge, const char *verifier)
{
	struct ac_part part;
	uint8_t digest[AC_DIGEST_LEN];
	char own[CHALLENGE_LEN + 1];

	if (challenge == NULL)
		return false;
	/* RFC 7636 §4.6 asks for both, RFC 9700 §4.8.2 forbids one without the other. */
	if (!sent(challenge) || !sent(verifier))
		return !sent(challenge) && !sent(verifier);
	if (strlen(challenge) != CHALLENGE_LEN || !verifier_valid(verifier))
		return false;
	part = (struct ac_part){ verifier, strlen(verifier) };
	if (ac_sha256(&part, 1, digest) != AUTHCODE_OK)
		return false;
	ac_base64url_encode(digest, sizeof(digest), own);
	return ac_secret_equal(own, challenge, CHALLENGE_LEN);
}
