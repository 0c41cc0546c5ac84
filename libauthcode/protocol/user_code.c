/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See user_code.h. 20^8 codes are 34 bits: enough for a code that lives ten minutes
 * where guesses are counted (RFC 8628 §5.1), which is the host's to do.
 */
#include "protocol/user_code.h"

#include <string.h>

#include "base/secret.h"

#define LETTERS 8
#define HALF (LETTERS / 2)
#define DRAWS 8

static const char alphabet[] = "BCDFGHJKLMNPQRSTVWXZ";

#define ALPHABET_LEN (sizeof(alphabet) - 1)

/* Bytes from here on would make the first letters likelier than the last ones. */
#define EVEN_BELOW (256 / ALPHABET_LEN * ALPHABET_LEN)

static void
show(const char letters[LETTERS], struct ac_user_code *ret)
{
	memcpy(ret->text, letters, HALF);
	ret->text[HALF] = '-';
	memcpy(ret->text + HALF + 1, letters + HALF, HALF);
	ret->text[AC_USER_CODE_LEN] = '\0';
}

/* ASCII alone: what else a keyboard may put between letters is not ours to guess. */
static bool
is_punctuation(char c)
{
	return c == ' ' || c == '-' || c == '_' || c == '.' || c == '\t';
}

bool
ac_user_code_parse(const char *text, struct ac_user_code *ret)
{
	char letters[LETTERS];
	size_t count = 0;

	for (; *text != '\0'; text++) {
		char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;

		if (is_punctuation(c))
			continue;
		if (count == LETTERS || strchr(alphabet, c) == NULL)
			return false;
		letters[count++] = c;
	}
	if (count != LETTERS)
		return false;
	show(letters, ret);
	return true;
}

enum authcode_err
ac_user_code_mint(const struct authcode_random *random, struct ac_user_code *ret)
{
	char letters[LETTERS];
	size_t count = 0;

	for (int draw = 0; draw < DRAWS && count < LETTERS; draw++) {
		uint8_t bytes[LETTERS];
		enum authcode_err err = random->fill(random->ctx, bytes, sizeof(bytes));

		if (err != AUTHCODE_OK)
			return err;
		for (size_t i = 0; i < sizeof(bytes) && count < LETTERS; i++) {
			if (bytes[i] < EVEN_BELOW)
				letters[count++] = alphabet[bytes[i] % ALPHABET_LEN];
		}
	}
	if (count < LETTERS)
		return AUTHCODE_ERR_RANDOM;
	show(letters, ret);
	return AUTHCODE_OK;
}

enum authcode_err
ac_user_code_hash(const struct authcode_issuer *issuer, const struct ac_user_code *code,
		  uint8_t ret_hash[AUTHCODE_HASH_LEN])
{
	const struct ac_part part = { code->text, AC_USER_CODE_LEN };
	uint8_t key[AC_DIGEST_LEN];
	enum authcode_err err;

	ac_issuer_page_key(issuer, AC_PAGE_KEY_USER_CODE, key);
	err = ac_hmac_sha256(key, &part, 1, ret_hash);
	ac_wipe(key, sizeof(key));
	return err;
}
