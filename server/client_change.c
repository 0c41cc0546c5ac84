/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_change.h. A secret that is made here has 256 random bits. It is kept as its
 * hash, unless the client proves itself, or is signed to, by an HMAC with it.
 */
#include "server/client_change.h"

#include <string.h>
#include <time.h>

#include <authcode/client.h>

#include "base/arena.h"
#include "base/base64url.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/text.h"
#include "server/config_secret.h"
#include "server/config_stored.h"
#include "server/config_values.h"

#define SECRET_LEN 32
#define MAX_KEEP_OLD_S (365u * 86400u)
#define DEFAULT_SCOPE "openid profile" /* of a client for which nothing was said */
#define OUT_OF_MEMORY "out of memory"

#define SHA256 "client_secret_sha256"
#define EXPIRES_AT "client_secret_expires_at"
#define PREVIOUS_SHA256 "previous_client_secret_sha256"
#define PREVIOUS_EXPIRES_AT "previous_client_secret_expires_at"
#define METHOD "token_endpoint_auth_method"

/* --- the request ---------------------------------------------------------------- */

static const char *
sentence(struct authcode_arena *arena, const char *name, const char *rest)
{
	const char *text = ac_arena_printf(arena, "%.64s: %s", name, rest);

	return text != NULL ? text : OUT_OF_MEMORY;
}

static bool
is_edit(const struct ac_client_request *request)
{
	return request->kind == AC_CHANGE_ADD || request->kind == AC_CHANGE_EDIT ||
	       request->kind == AC_CHANGE_ROTATE;
}

static const char *
take_id(struct ac_client_request *request, const char *value)
{
	request->id = value;
	return NULL;
}

static const char *
take_preset(struct ac_client_request *request, const char *value)
{
	request->preset = ac_client_preset_find(value);
	return request->preset != NULL ? NULL
				       : "there is no such preset; authcodectl client presets "
					 "has the list";
}

/* As a redirect URI, which it begins. */
static const char *
take_url(struct ac_client_request *request, const char *value)
{
	request->url = value;
	return strncmp(value, "https://", 8) == 0 || strncmp(value, "http://", 7) == 0
		       ? NULL
		       : "give the URL at which people reach the application";
}

static const char *
take_secret(struct ac_client_request *request, const char *value)
{
	request->secret = value;
	return NULL;
}

static const char *
take_keep_old(struct ac_client_request *request, const char *value)
{
	return ac_value_duration(value, &request->keep_old_s) && request->keep_old_s > 0 &&
			       request->keep_old_s <= MAX_KEEP_OLD_S
		       ? NULL
		       : "give a time such as 90s, 8h or 14d, a year at most";
}

#define BIT(kind) (1u << (kind))

/* What is said beside options. */
static const struct {
	const char *name;
	unsigned kinds;
	const char *(*take)(struct ac_client_request *request, const char *value);
} fields[] = {
	{ "id", ~0u, take_id },
	{ "for", BIT(AC_CHANGE_ADD), take_preset },
	{ "url", BIT(AC_CHANGE_ADD), take_url },
	{ "secret", BIT(AC_CHANGE_ADD) | BIT(AC_CHANGE_ROTATE), take_secret },
	{ "keep_old", BIT(AC_CHANGE_ROTATE), take_keep_old },
};

static const char *
take_unset(struct ac_client_request *request, const char *value, struct authcode_arena *arena)
{
	bool list;

	if (request->kind == AC_CHANGE_ADD)
		return sentence(arena, "unset", "is of no use for a new client");
	if (!ac_config_client_option(value, &list))
		return sentence(arena, value, "no such option of a client");
	return ac_words_add(arena, &request->unset, "unset", value) ? NULL : OUT_OF_MEMORY;
}

static const char *
take_option(struct ac_client_request *request, const struct ac_word *word,
	    struct authcode_arena *arena)
{
	bool list = false;

	if (!ac_config_client_option(word->name, &list))
		return sentence(arena, word->name, "no such option of a client");
	if (!list && ac_words_get(&request->options, word->name) != NULL)
		return sentence(arena, word->name, "given twice");
	return ac_words_add(arena, &request->options, word->name, word->value) ? NULL
									       : OUT_OF_MEMORY;
}

static const char *
take_word(struct ac_client_request *request, const struct ac_words *words, size_t at,
	  struct authcode_arena *arena)
{
	const struct ac_words before = { words->list, at };
	const struct ac_word *word = &words->list[at];

	if (*word->value == '\0')
		return sentence(arena, word->name, "has no value");
	for (size_t i = 0; i < AC_ARRAY_SIZE(fields); i++) {
		const char *why;

		if (strcmp(fields[i].name, word->name) != 0)
			continue;
		if ((fields[i].kinds & BIT(request->kind)) == 0)
			return sentence(arena, word->name, "is of no use here");
		if (ac_words_get(&before, word->name) != NULL)
			return sentence(arena, word->name, "given twice");
		why = fields[i].take(request, word->value);
		return why != NULL ? sentence(arena, word->name, why) : NULL;
	}
	if (!is_edit(request))
		return sentence(arena, word->name, "is of no use here");
	if (strcmp(word->name, "unset") == 0)
		return take_unset(request, word->value, arena);
	return take_option(request, word, arena);
}

const char *
ac_client_request_read(enum ac_change_kind kind, const struct ac_words *words,
		       struct authcode_arena *arena, struct ac_client_request *ret)
{
	struct ac_client_request request = { .kind = kind };

	for (size_t i = 0; i < words->count; i++) {
		const char *why = take_word(&request, words, i, arena);

		if (why != NULL)
			return why;
	}
	if (request.id == NULL && kind != AC_CHANGE_ADD)
		return "id: missing; give that of the client";
	if (request.url != NULL && request.preset == NULL)
		return "url: read only with for, the preset whose paths follow it";
	if (request.preset != NULL && request.preset->redirect_path != NULL &&
	    request.url == NULL && ac_words_get(&request.options, "redirect_uris") == NULL)
		return "url: missing; give that of the application, or redirect_uris";
	if (kind == AC_CHANGE_EDIT && request.options.count == 0 && request.unset.count == 0)
		return "there is nothing to change";
	*ret = request;
	return NULL;
}

/* --- the secret ----------------------------------------------------------------- */

/* What nothing but the secret itself can do. */
static bool
needs_itself(const struct ac_words *words)
{
	static const struct {
		const char *option, *value;
	} rows[] = {
		{ METHOD, "client_secret_jwt" },
		{ "id_token_signed_response_alg", "HS256" },
		{ "userinfo_signed_response_alg", "HS256" },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *value = ac_words_get(words, rows[i].option);

		if (value != NULL && strcmp(value, rows[i].value) == 0)
			return true;
	}
	return false;
}

static bool
has_secret_method(const struct ac_words *words)
{
	const char *method = ac_words_get(words, METHOD);

	return method == NULL || strncmp(method, "client_secret_", 14) == 0;
}

static const char *
make_secret(struct authcode_arena *arena)
{
	uint8_t raw[SECRET_LEN];
	char *text = authcode_arena_alloc(arena, AC_BASE64URL_LEN(SECRET_LEN) + 1);

	if (text == NULL || ac_random_fill(NULL, raw, sizeof(raw)) != AUTHCODE_OK)
		return NULL;
	ac_base64url_encode(raw, sizeof(raw), text);
	ac_wipe(raw, sizeof(raw));
	return text;
}

static const char *
digest_of(const char *secret, struct authcode_arena *arena)
{
	uint8_t hash[AUTHCODE_SECRET_HASH_LEN];
	char *text = authcode_arena_alloc(arena, AC_BASE64URL_LEN(sizeof(hash)) + 1);

	if (text == NULL ||
	    authcode_client_secret_hash(secret, strlen(secret), hash) != AUTHCODE_OK)
		return NULL;
	ac_base64url_encode(hash, sizeof(hash), text);
	return text;
}

static const char *
check_given(const char *secret, struct authcode_arena *arena)
{
	static const struct ac_place nowhere = { "", AC_PLACE_NO_FILE };
	struct authcode_reason reason = { 0 };
	const char *why;

	if (ac_config_secret_check(secret, strlen(secret), "secret", &nowhere, &reason))
		return NULL;
	why = ac_arena_strdup(arena, reason.text);
	return why != NULL ? why : OUT_OF_MEMORY;
}

/* A secret is kept as its hash, or by itself when nothing less will do. */
static const char *
keep_secret(struct ac_registration *r, struct authcode_arena *arena)
{
	r->sealed = needs_itself(&r->words);
	ac_words_drop(&r->words, SHA256);
	if (!r->sealed) {
		const char *digest = digest_of(r->secret, arena);

		if (digest == NULL || !ac_words_add(arena, &r->words, SHA256, digest))
			return OUT_OF_MEMORY;
	}
	return NULL;
}

static const char *
keep_old(const struct ac_client_request *request, const char *old_digest, int64_t now_ms,
	 struct authcode_arena *arena, struct ac_registration *r)
{
	time_t end = (time_t)(now_ms / 1000 + request->keep_old_s);
	struct tm parts;
	char text[32];
	const char *copy = NULL;

	if (needs_itself(&r->words))
		return "keep_old: only a secret that is sent can be kept beside a new one";
	if (old_digest == NULL)
		return "keep_old: there is no secret yet that could be kept";
	if (gmtime_r(&end, &parts) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) > 0)
		copy = ac_arena_strdup(arena, text);
	if (copy == NULL || !ac_words_add(arena, &r->words, PREVIOUS_SHA256, old_digest) ||
	    !ac_words_add(arena, &r->words, PREVIOUS_EXPIRES_AT, copy))
		return OUT_OF_MEMORY;
	return NULL;
}

/* What was said of the old secret goes with it. */
static const char *
new_secret(const struct ac_client_request *request, const struct ac_registration *old,
	   int64_t now_ms, struct authcode_arena *arena, struct ac_registration *r)
{
	const char *old_digest = ac_words_get(&old->words, SHA256);
	const char *why = request->secret != NULL ? check_given(request->secret, arena) : NULL;

	if (why != NULL)
		return why;
	r->secret = request->secret != NULL ? request->secret : make_secret(arena);
	if (r->secret == NULL)
		return OUT_OF_MEMORY;
	r->made = true;
	ac_words_drop(&r->words, PREVIOUS_SHA256);
	ac_words_drop(&r->words, PREVIOUS_EXPIRES_AT);
	if (ac_words_get(&request->options, EXPIRES_AT) == NULL)
		ac_words_drop(&r->words, EXPIRES_AT);
	if (request->keep_old_s > 0) {
		why = keep_old(request, old_digest, now_ms, arena, r);
		if (why != NULL)
			return why;
	}
	return keep_secret(r, arena);
}

/* A method without secret leaves no use for one. */
static void
drop_secret(struct ac_registration *r)
{
	ac_words_drop(&r->words, SHA256);
	ac_words_drop(&r->words, EXPIRES_AT);
	ac_words_drop(&r->words, PREVIOUS_SHA256);
	ac_words_drop(&r->words, PREVIOUS_EXPIRES_AT);
	r->secret = NULL;
	r->sealed = false;
}

/* The administrator has said where the secret is, or what its hash is. */
static bool
says_secret(const struct ac_words *words)
{
	return ac_words_get(words, "client_secret_file") != NULL ||
	       ac_words_get(words, SHA256) != NULL;
}

static const char *
settle_secret(const struct ac_client_request *request, const struct ac_registration *old,
	      int64_t now_ms, struct authcode_arena *arena, struct ac_registration *r)
{
	if (!has_secret_method(&r->words)) {
		if (request->secret != NULL || request->kind == AC_CHANGE_ROTATE)
			return "this client has no secret: " METHOD " says how it proves who it is";
		drop_secret(r);
		return NULL;
	}
	if (ac_words_get(&r->words, "client_secret_file") != NULL &&
	    (request->secret != NULL || request->kind == AC_CHANGE_ROTATE))
		return "client_secret_file names where its secret is: change it there, or unset "
		       "the option";
	if (request->kind == AC_CHANGE_ROTATE || request->secret != NULL ||
	    (request->kind == AC_CHANGE_ADD && !says_secret(&r->words)))
		return new_secret(request, old, now_ms, arena, r);
	if (says_secret(&request->options)) {
		r->secret = NULL;
		r->sealed = false;
	}
	/* One that was kept by itself may now be enough as a hash, and the reverse is told by
	 * the rules, which miss it. */
	return r->secret != NULL ? keep_secret(r, arena) : NULL;
}

/* --- the change ------------------------------------------------------------------ */

/* What is needed of a client that was removed, to tell it that its people have been
 * signed out. */
static const char *
keep_for_logout(const struct ac_registration *old, struct authcode_arena *arena,
		struct ac_registration *ret)
{
	static const char *const kept[] = {
		"application_type",
		"redirect_uris",
		"backchannel_logout_uri",
		"subject_type",
		"sector_identifier",
		"id_token_signed_response_alg",
		"scope",
	};
	struct ac_registration r = { 0 };

	if (!ac_words_add(arena, &r.words, METHOD, "none"))
		return OUT_OF_MEMORY;
	for (size_t i = 0; i < old->words.count; i++) {
		const struct ac_word *word = &old->words.list[i];

		for (size_t k = 0; k < AC_ARRAY_SIZE(kept); k++) {
			if (strcmp(word->name, kept[k]) == 0 &&
			    !ac_words_add(arena, &r.words, word->name, word->value))
				return OUT_OF_MEMORY;
		}
	}
	*ret = r;
	return NULL;
}

static const char *
edit(const struct ac_client_request *request, const struct ac_registration *old, int64_t now_ms,
     struct authcode_arena *arena, struct ac_registration *ret)
{
	struct ac_registration r = *old;
	const char *why;

	if (!ac_words_copy(arena, &old->words, &r.words))
		return OUT_OF_MEMORY;
	for (size_t i = 0; i < request->unset.count; i++)
		ac_words_drop(&r.words, request->unset.list[i].value);
	for (size_t i = 0; i < request->options.count; i++)
		ac_words_drop(&r.words, request->options.list[i].name);
	for (size_t i = 0; i < request->options.count; i++) {
		const struct ac_word *word = &request->options.list[i];

		if (!ac_words_add(arena, &r.words, word->name, word->value))
			return OUT_OF_MEMORY;
	}
	if (request->preset != NULL &&
	    !ac_client_preset_apply(request->preset, request->url, arena, &r.words))
		return OUT_OF_MEMORY;
	if (request->kind == AC_CHANGE_ADD && ac_words_get(&r.words, "scope") == NULL &&
	    !ac_words_add(arena, &r.words, "scope", DEFAULT_SCOPE))
		return OUT_OF_MEMORY;
	why = settle_secret(request, old, now_ms, arena, &r);
	if (why == NULL)
		*ret = r;
	return why;
}

static const char *
set_disabled(bool disabled, const struct ac_registration *old, struct authcode_arena *arena,
	     struct ac_registration *ret)
{
	struct ac_registration r = *old;

	if (!ac_words_copy(arena, &old->words, &r.words))
		return OUT_OF_MEMORY;
	ac_words_drop(&r.words, "disabled");
	if (disabled && !ac_words_add(arena, &r.words, "disabled", "yes"))
		return OUT_OF_MEMORY;
	*ret = r;
	return NULL;
}

const char *
ac_client_change(const struct ac_client_request *request, const struct ac_registration *old,
		 int64_t now_ms, struct authcode_arena *arena, struct ac_registration *ret)
{
	switch (request->kind) {
	case AC_CHANGE_ADD:
	case AC_CHANGE_EDIT:
	case AC_CHANGE_ROTATE:
		return edit(request, old, now_ms, arena, ret);
	case AC_CHANGE_ENABLE:
	case AC_CHANGE_DISABLE:
		return set_disabled(request->kind == AC_CHANGE_DISABLE, old, arena, ret);
	case AC_CHANGE_REMOVE:
		return keep_for_logout(old, arena, ret);
	}
	return "no such change";
}

const char *
ac_client_id_make(const struct ac_client_preset *preset, unsigned nth, struct authcode_arena *arena)
{
	uint32_t random = 0;

	if (preset != NULL && nth == 0)
		return preset->name;
	if (ac_random_fill(NULL, &random, sizeof(random)) != AUTHCODE_OK)
		return NULL;
	return ac_arena_printf(arena, "%s-%08x", preset != NULL ? preset->name : "client", random);
}
