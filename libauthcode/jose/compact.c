/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See compact.h. Everything is decided before any key is looked for: a token
 * that two readers could read differently never reaches the arithmetic.
 */
#include "jose/compact.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "jose/json_text.h"
#include "jose/jwk.h"

#define MEDIA_PREFIX "application/"
#define HEADER_MAX 512 /* of ours: alg, kid and typ */
#define TYP_MAX 127
#define CLAIMS_ROOM 1024 /* with the NUL; those that are longer get their own */

static const char *const words[AC_JWS_VERDICT_COUNT] = {
	[AC_JWS_MALFORMED] = "malformed token",
	[AC_JWS_TOO_LONG] = "token too long",
	[AC_JWS_HEADER] = "malformed header",
	[AC_JWS_EXTENSION] = "header with an extension or a key of its own",
	[AC_JWS_TYPE] = "another type of token",
	[AC_JWS_ALGORITHM] = "another algorithm than expected",
	[AC_JWS_KID] = "malformed kid",
	[AC_JWS_NO_KEY] = "no such key",
	[AC_JWS_SIGNATURE] = "wrong signature",
	[AC_JWS_PAYLOAD] = "malformed payload",
	[AC_JWS_FAILED] = "out of memory or cryptography failed",
	[AC_JWS_VERIFIED] = "verified",
};

/* We understand no extension (RFC 7515 §4.1.11, RFC 7797 §6) and no compression,
 * and keys are chosen by us, never by the token (JW-08, RFC 8725 §3.10). */
static const char *const refused_members[] = { "crit", "b64", "zip", "jwk", "jku", "x5u", "x5c" };

const char *
ac_jws_words(enum ac_jws_verdict verdict)
{
	return words[(unsigned)verdict < AC_JWS_VERDICT_COUNT ? verdict : 0];
}

/* Three segments and no more; none may be empty, so `none` has no form here. */
static bool
split(const char *token, size_t len, struct ac_part segments[3])
{
	const char *end = token + len;

	for (int i = 0; i < 3; i++) {
		const char *dot = memchr(token, '.', (size_t)(end - token));
		const char *stop = dot != NULL ? dot : end;

		if (stop == token || (i < 2) != (dot != NULL))
			return false;
		segments[i] = (struct ac_part){ token, (size_t)(stop - token) };
		token = stop + 1;
	}
	return true;
}

static bool
decode(struct ac_part *segment, unsigned char *out, size_t size)
{
	size_t len = 0;

	if (!ac_base64url_decode(segment->data, segment->len, out, size, &len))
		return false;
	*segment = (struct ac_part){ out, len };
	return true;
}

static bool
same_type(const char *a, size_t a_len, const char *b, size_t b_len)
{
	const size_t prefix = sizeof(MEDIA_PREFIX) - 1;

	if (a_len > prefix && strncasecmp(a, MEDIA_PREFIX, prefix) == 0) {
		a += prefix;
		a_len -= prefix;
	}
	return a_len == b_len && strncasecmp(a, b, b_len) == 0;
}

static bool
type_expected(const char *typ, const struct ac_typ_expect *expect)
{
	const char *word = expect->names;

	if (typ == NULL)
		return expect->optional;
	while (word != NULL && *word != '\0') {
		const size_t len = strcspn(word, " ");

		if (same_type(typ, strlen(typ), word, len))
			return true;
		word += len + strspn(word + len, " ");
	}
	return false;
}

static enum ac_jws_verdict
check_header(const json_t *header, const struct ac_typ_expect *expect, struct ac_compact *compact)
{
	const char *typ;

	for (size_t i = 0; i < AC_ARRAY_SIZE(refused_members); i++) {
		if (json_object_get(header, refused_members[i]) != NULL)
			return AC_JWS_EXTENSION;
	}
	compact->alg = ac_json_text(header, "alg");
	if (compact->alg == NULL || !ac_json_optional_text(header, "typ", &typ) ||
	    !ac_json_optional_text(header, "kid", &compact->kid))
		return AC_JWS_HEADER;
	if (!type_expected(typ, expect))
		return AC_JWS_TYPE;
	if (compact->kid != NULL && !ac_kid_valid(compact->kid))
		return AC_JWS_KID;
	return AC_JWS_VERIFIED;
}

/* All three segments into one block, which is shorter than the token. */
static enum ac_jws_verdict
decode_all(struct ac_part segments[3], size_t len, struct ac_compact *compact)
{
	size_t used = 0;

	compact->block = malloc(len);
	if (compact->block == NULL)
		return AC_JWS_FAILED;
	for (int i = 0; i < 3; i++) {
		if (!decode(&segments[i], compact->block + used, len - used))
			return AC_JWS_MALFORMED;
		used += segments[i].len;
	}
	compact->payload = segments[1];
	compact->signature = segments[2];
	return AC_JWS_VERIFIED;
}

enum ac_jws_verdict
ac_compact_parse(const char *token, size_t len, const struct ac_typ_expect *typ,
		 struct ac_compact *ret)
{
	struct ac_compact compact = { 0 };
	struct ac_part segments[3];
	enum ac_jws_verdict verdict;
	enum authcode_err err;

	if (len > AC_MAX_JWS)
		return AC_JWS_TOO_LONG;
	if (!split(token, len, segments))
		return AC_JWS_MALFORMED;
	compact.input = (struct ac_part){ token, segments[0].len + 1 + segments[1].len };
	verdict = decode_all(segments, len, &compact);
	if (verdict != AC_JWS_VERIFIED)
		goto out;
	err = ac_json_parse(segments[0].data, segments[0].len, AC_MAX_JWS_HEADER, &compact.header);
	verdict = err == AUTHCODE_ERR_MEMORY ? AC_JWS_FAILED : AC_JWS_HEADER;
	if (err == AUTHCODE_OK)
		verdict = check_header(compact.header, typ, &compact);
out:
	if (verdict == AC_JWS_VERIFIED)
		*ret = compact;
	else
		ac_compact_clear(&compact);
	return verdict;
}

enum ac_jws_verdict
ac_compact_payload(const struct ac_compact *compact, json_t **ret_claims)
{
	enum authcode_err err =
		ac_json_parse(compact->payload.data, compact->payload.len, AC_MAX_JWS, ret_claims);

	if (err == AUTHCODE_ERR_MEMORY)
		return AC_JWS_FAILED;
	return err == AUTHCODE_OK ? AC_JWS_VERIFIED : AC_JWS_PAYLOAD;
}

void
ac_compact_clear(struct ac_compact *compact)
{
	json_decref(compact->header);
	free(compact->block);
	*compact = (struct ac_compact){ 0 };
}

enum authcode_err
ac_compact_claimed(const struct ac_part *token, const struct ac_typ_expect *typ, const char *name,
		   struct authcode_arena *arena, const char **ret_text)
{
	struct ac_compact compact = { 0 };
	const char *text, *copy;
	json_t *claims = NULL;
	enum ac_jws_verdict verdict = ac_compact_parse(token->data, token->len, typ, &compact);
	enum authcode_err err = AUTHCODE_ERR_SYNTAX;

	if (verdict == AC_JWS_VERIFIED)
		verdict = ac_compact_payload(&compact, &claims);
	text = verdict == AC_JWS_VERIFIED ? ac_json_text(claims, name) : NULL;
	copy = text != NULL ? ac_arena_strdup(arena, text) : NULL;
	if (copy != NULL)
		err = AUTHCODE_OK;
	else if (text != NULL || verdict == AC_JWS_FAILED)
		err = AUTHCODE_ERR_MEMORY;
	if (err == AUTHCODE_OK)
		*ret_text = copy;
	json_decref(claims);
	ac_compact_clear(&compact);
	return err;
}

/* To write them costs as much as to ask how long they are: most fit at once. Not
 * json_dumps(): where its buffer cannot grow it leaves out a name and goes on. */
enum authcode_err
ac_compact_claims(const json_t *claims, struct authcode_arena *arena, struct ac_part *ret_payload)
{
	char *text = authcode_arena_alloc(arena, CLAIMS_ROOM);
	const size_t len =
		text != NULL ? json_dumpb(claims, text, CLAIMS_ROOM - 1, JSON_COMPACT) : 0;

	if (len > AC_MAX_JWS)
		return AUTHCODE_ERR_LIMIT;
	if (len > CLAIMS_ROOM - 1) {
		text = authcode_arena_alloc(arena, len + 1);
		if (text == NULL || json_dumpb(claims, text, len, JSON_COMPACT) != len)
			return AUTHCODE_ERR_MEMORY;
	}
	if (len == 0)
		return AUTHCODE_ERR_MEMORY;
	*ret_payload = (struct ac_part){ text, len };
	return AUTHCODE_OK;
}

/* RFC 6838 §4.2: what a media type is made of, so nothing JSON would escape. */
static bool
typ_valid(const char *typ)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789!#$&^_.+-/";
	const size_t len = strlen(typ);

	return len > 0 && len <= TYP_MAX && strspn(typ, allowed) == len;
}

enum authcode_err
ac_compact_begin(const struct ac_compact_header *header, const struct ac_part *payload,
		 size_t max_signature, struct authcode_arena *arena, struct ac_compact_draft *ret)
{
	const char *kid = header->kid, *typ = header->typ;
	char text[HEADER_MAX];
	size_t len, header_len;
	char *out;
	int n;

	if ((kid != NULL && !ac_kid_valid(kid)) || (typ != NULL && !typ_valid(typ)))
		return AUTHCODE_ERR_USAGE;
	n = snprintf(text, sizeof(text), "{\"alg\":\"%s\"%s%s%s%s%s%s}", header->alg,
		     kid != NULL ? ",\"kid\":\"" : "", kid != NULL ? kid : "",
		     kid != NULL ? "\"" : "", typ != NULL ? ",\"typ\":\"" : "",
		     typ != NULL ? typ : "", typ != NULL ? "\"" : "");
	if (n < 0 || (size_t)n >= sizeof(text) || payload->len > AC_MAX_ARENA)
		return AUTHCODE_ERR_LIMIT;
	header_len = AC_BASE64URL_LEN((size_t)n);
	len = header_len + 1 + AC_BASE64URL_LEN(payload->len);
	out = authcode_arena_alloc(arena, len + 1 + AC_BASE64URL_LEN(max_signature) + 1);
	if (out == NULL)
		return AUTHCODE_ERR_MEMORY;
	ac_base64url_encode(text, (size_t)n, out);
	out[header_len] = '.';
	ac_base64url_encode(payload->data, payload->len, out + header_len + 1);
	*ret = (struct ac_compact_draft){ out, len };
	return AUTHCODE_OK;
}

void
ac_compact_finish(struct ac_compact_draft *draft, const void *signature, size_t len)
{
	draft->text[draft->input_len] = '.';
	ac_base64url_encode(signature, len, draft->text + draft->input_len + 1);
}
