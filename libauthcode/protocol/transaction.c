/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See transaction.h. The sealed plaintext is fixed-width numbers, then the
 * request as text:
 *
 *   created_ms 8 ‖ browser 32 ‖ notice 1 ‖ attempt 8 ‖ question 1 ‖ subject_id 8 ‖
 *   chosen_id 8 ‖ tried_ms 8 ‖ length of acr 1 ‖ length of sub 1 ‖ acr ‖ sub ‖
 *   request
 *
 * The layout is named in the label, and so is what request is; another layout
 * needs another label, so an old page never opens as something it was not.
 */
#include "protocol/transaction.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"
#include "base/int64.h"
#include "base/limits.h"
#include "base/secret.h"

#define BROWSER_AT 8
#define NOTICE_AT (BROWSER_AT + AC_DIGEST_LEN)
#define ATTEMPT_AT (NOTICE_AT + 1)
#define QUESTION_AT (ATTEMPT_AT + 8)
#define SUBJECT_AT (QUESTION_AT + 1)
#define CHOSEN_AT (SUBJECT_AT + 8)
#define TRIED_AT (CHOSEN_AT + 8)
#define ACR_LEN_AT (TRIED_AT + 8)
#define SUB_LEN_AT (ACR_LEN_AT + 1)
#define ACR_AT (SUB_LEN_AT + 1)
#define CSRF_LEN AC_BASE64URL_LEN(AC_DIGEST_LEN)

/* How far the clock of another node may be ahead of ours. */
#define MAX_AHEAD_MS 60000

_Static_assert(AC_MAX_ACR <= UINT8_MAX && AC_MAX_SUB <= UINT8_MAX, "a length is one byte");
_Static_assert(sizeof(((struct authcode_transaction *)NULL)->ui_locales) == AC_MAX_UI_LOCALES + 1,
	       "the host's place for them");
_Static_assert(AUTHCODE_NONCE_LEN == AC_SEAL_NONCE_LEN, "a form nonce is the nonce of its seal");

static const char *const labels[] = {
	[false] = "authorization request 5",
	[true] = "device 3",
};

enum authcode_err
ac_transaction_browser(const char *cookie, uint8_t ret_browser[AC_DIGEST_LEN])
{
	const struct ac_part part = { cookie, strlen(cookie) };

	return ac_sha256(&part, 1, ret_browser);
}

static size_t
append(uint8_t *plain, size_t at, const char *text)
{
	size_t len = strlen(text);

	memcpy(plain + at, text, len);
	return at + len;
}

enum authcode_err
ac_transaction_seal(struct authcode_issuer *issuer, struct authcode_arena *arena,
		    const struct ac_transaction *transaction, char **ret_sealed)
{
	size_t request_len = strlen(transaction->request), acr_len = strlen(transaction->acr);
	size_t sub_len = strlen(transaction->sub), len;
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	uint8_t key[AC_DIGEST_LEN];
	uint8_t *plain;
	enum authcode_err err;

	if (request_len > AC_MAX_AUTHORIZE_PARAMS || acr_len > AC_MAX_ACR || sub_len > AC_MAX_SUB)
		return AUTHCODE_ERR_LIMIT;
	plain = authcode_arena_alloc(arena, ACR_AT + acr_len + sub_len + request_len);
	if (plain == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = issuer->random.fill(issuer->random.ctx, nonce, sizeof(nonce));
	if (err != AUTHCODE_OK)
		return err;
	ac_put_i64(plain, transaction->created_ms);
	memcpy(plain + BROWSER_AT, transaction->browser, AC_DIGEST_LEN);
	plain[NOTICE_AT] = (uint8_t)transaction->notice;
	ac_put_i64(plain + ATTEMPT_AT, transaction->attempt);
	plain[QUESTION_AT] = (uint8_t)transaction->question;
	ac_put_i64(plain + SUBJECT_AT, transaction->subject_id);
	ac_put_i64(plain + CHOSEN_AT, transaction->chosen_id);
	ac_put_i64(plain + TRIED_AT, transaction->tried_ms);
	plain[ACR_LEN_AT] = (uint8_t)acr_len;
	plain[SUB_LEN_AT] = (uint8_t)sub_len;
	len = append(plain, ACR_AT, transaction->acr);
	len = append(plain, len, transaction->sub);
	len = append(plain, len, transaction->request);
	ac_issuer_page_key(issuer, AC_PAGE_KEY_TRANSACTION, key);
	err = ac_seal(key, nonce, labels[transaction->device], plain, len, arena, ret_sealed);
	ac_wipe(key, sizeof(key));
	return err;
}

/* The texts behind the numbers. */
static enum authcode_err
read_texts(struct authcode_arena *arena, const uint8_t *plain, size_t len,
	   struct ac_transaction *ret)
{
	size_t acr_len = plain[ACR_LEN_AT], sub_len = plain[SUB_LEN_AT];
	const char *texts = (const char *)plain + ACR_AT;

	if (acr_len > AC_MAX_ACR || sub_len > AC_MAX_SUB || acr_len + sub_len > len - ACR_AT)
		return AUTHCODE_ERR_SYNTAX;
	ret->acr = ac_arena_strndup(arena, texts, acr_len);
	ret->sub = ac_arena_strndup(arena, texts + acr_len, sub_len);
	/* ac_unseal() has put a NUL behind the plaintext. */
	ret->request = texts + acr_len + sub_len;
	return ret->acr != NULL && ret->sub != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

enum authcode_err
ac_transaction_unseal(struct authcode_issuer *issuer, struct authcode_arena *arena,
		      const char *sealed, struct ac_transaction *ret)
{
	struct ac_transaction opened = { 0 };
	uint8_t key[AC_DIGEST_LEN];
	const uint8_t *plain;
	void *data = NULL;
	size_t len = 0;
	enum authcode_err err;

	ac_issuer_page_key(issuer, AC_PAGE_KEY_TRANSACTION, key);
	err = ac_unseal(key, labels[false], sealed, arena, opened.nonce, &data, &len);
	if (err == AUTHCODE_ERR_CRYPTO) {
		opened.device = true;
		err = ac_unseal(key, labels[true], sealed, arena, opened.nonce, &data, &len);
	}
	ac_wipe(key, sizeof(key));
	if (err != AUTHCODE_OK)
		return err;
	plain = data;
	if (len < ACR_AT || plain[NOTICE_AT] >= AUTHCODE_NOTICE_COUNT ||
	    plain[QUESTION_AT] >= AC_QUESTION_COUNT)
		return AUTHCODE_ERR_SYNTAX;
	opened.created_ms = ac_get_i64(plain);
	memcpy(opened.browser, plain + BROWSER_AT, AC_DIGEST_LEN);
	opened.notice = (enum authcode_notice)plain[NOTICE_AT];
	opened.attempt = ac_get_i64(plain + ATTEMPT_AT);
	opened.question = (enum ac_question)plain[QUESTION_AT];
	opened.subject_id = ac_get_i64(plain + SUBJECT_AT);
	opened.chosen_id = ac_get_i64(plain + CHOSEN_AT);
	opened.tried_ms = ac_get_i64(plain + TRIED_AT);
	err = read_texts(arena, plain, len, &opened);
	if (err == AUTHCODE_OK)
		*ret = opened;
	return err;
}

bool
ac_transaction_unbound(const struct ac_transaction *transaction)
{
	static const uint8_t nobody[AC_DIGEST_LEN];

	return ac_secret_equal(transaction->browser, nobody, sizeof(nobody));
}

bool
ac_transaction_same_browser(const struct ac_transaction *transaction, const char *browser)
{
	uint8_t digest[AC_DIGEST_LEN];

	return browser != NULL && *browser != '\0' &&
	       ac_transaction_browser(browser, digest) == AUTHCODE_OK &&
	       ac_secret_equal(digest, transaction->browser, sizeof(digest));
}

bool
ac_transaction_young(const struct authcode_issuer *issuer, const struct ac_transaction *transaction,
		     int64_t now_ms)
{
	int64_t age_ms;

	if (__builtin_sub_overflow(now_ms, transaction->created_ms, &age_ms))
		return false;
	return age_ms >= -MAX_AHEAD_MS && age_ms < issuer->transaction_ms;
}

bool
ac_transaction_fresh(const struct authcode_issuer *issuer, const struct ac_transaction *transaction,
		     const char *browser, int64_t now_ms)
{
	return ac_transaction_young(issuer, transaction, now_ms) &&
	       ac_transaction_same_browser(transaction, browser);
}

static enum authcode_err
csrf_digest(struct authcode_issuer *issuer, const char *sealed, const char *browser,
	    uint8_t ret_digest[AC_DIGEST_LEN])
{
	/* The NUL of the cookie separates: neither text can hold one. */
	const struct ac_part parts[] = {
		{ browser, strlen(browser) + 1 },
		{ sealed, strlen(sealed) },
	};
	uint8_t key[AC_DIGEST_LEN];
	enum authcode_err err;

	ac_issuer_page_key(issuer, AC_PAGE_KEY_CSRF, key);
	err = ac_hmac_sha256(key, parts, AC_ARRAY_SIZE(parts), ret_digest);
	ac_wipe(key, sizeof(key));
	return err;
}

enum authcode_err
ac_transaction_csrf(struct authcode_issuer *issuer, struct authcode_arena *arena,
		    const char *sealed, const char *browser, char **ret_csrf)
{
	uint8_t digest[AC_DIGEST_LEN];
	char *text = authcode_arena_alloc(arena, CSRF_LEN + 1);
	enum authcode_err err;

	if (text == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = csrf_digest(issuer, sealed, browser, digest);
	if (err != AUTHCODE_OK)
		return err;
	ac_base64url_encode(digest, sizeof(digest), text);
	*ret_csrf = text;
	return AUTHCODE_OK;
}

bool
ac_transaction_csrf_ok(struct authcode_issuer *issuer, const char *sealed, const char *browser,
		       const char *csrf)
{
	uint8_t expected[AC_DIGEST_LEN], given[AC_DIGEST_LEN];
	size_t len = 0;

	if (sealed == NULL || browser == NULL || *browser == '\0' || csrf == NULL)
		return false;
	return ac_base64url_decode(csrf, strlen(csrf), given, sizeof(given), &len) &&
	       len == sizeof(given) &&
	       csrf_digest(issuer, sealed, browser, expected) == AUTHCODE_OK &&
	       ac_secret_equal(expected, given, sizeof(expected));
}

/* --- for hosts ----------------------------------------------------------- */

/* What the host wants to know of the request. */
static bool
read_request(struct authcode_arena *arena, const char *request, struct authcode_transaction *ret)
{
	struct ac_params params = { 0 };
	const char *id, *locales;

	if (ac_form_decode(arena, request, strlen(request), AC_FROM_QUERY, &params) != AUTHCODE_OK)
		return false;
	id = ac_params_get(&params, "client_id");
	locales = ac_params_get(&params, "ui_locales");
	if (id == NULL || strlen(id) > AC_MAX_CLIENT_ID)
		return false;
	memcpy(ret->client_id, id, strlen(id) + 1);
	if (locales != NULL && strlen(locales) <= AC_MAX_UI_LOCALES)
		memcpy(ret->ui_locales, locales, strlen(locales) + 1);
	return true;
}

struct authcode_transaction
authcode_transaction_check(struct authcode_issuer *issuer, const char *transaction,
			   const char *csrf, const char *browser, int64_t now_ms)
{
	struct authcode_transaction verdict = { .state = AUTHCODE_TRANSACTION_INVALID };
	struct authcode_arena *arena = NULL;
	struct ac_transaction opened;

	if (transaction == NULL || authcode_arena_new(AC_MAX_ARENA, &arena) != AUTHCODE_OK)
		return verdict;
	if (ac_transaction_unseal(issuer, arena, transaction, &opened) != AUTHCODE_OK)
		goto out;
	/* Stale before CSRF: the token is bound to the browser too, and an old
	 * page deserves a new one, not a reproach. */
	if (!ac_transaction_fresh(issuer, &opened, browser, now_ms)) {
		verdict.state = AUTHCODE_TRANSACTION_STALE;
		goto out;
	}
	if (!ac_transaction_csrf_ok(issuer, transaction, browser, csrf)) {
		verdict.state = AUTHCODE_TRANSACTION_CSRF;
		goto out;
	}
	if (!read_request(arena, opened.request, &verdict))
		goto out;
	memcpy(verdict.nonce, opened.nonce, sizeof(verdict.nonce));
	memcpy(verdict.acr, opened.acr, strlen(opened.acr) + 1);
	verdict.created_ms = opened.created_ms;
	verdict.state = AUTHCODE_TRANSACTION_VALID;
out:
	authcode_arena_free(&arena);
	return verdict;
}

enum authcode_err
ac_transaction_resume_url(struct authcode_issuer *issuer, struct authcode_arena *arena,
			  const struct ac_transaction *transaction, const char **ret_url)
{
	char *sealed = NULL;
	const char *url;
	enum authcode_err err = ac_transaction_seal(issuer, arena, transaction, &sealed);

	if (err != AUTHCODE_OK)
		return err;
	url = ac_issuer_endpoint_url(issuer, AUTHCODE_ENDPOINT_RESUME, arena);
	if (url != NULL)
		url = ac_arena_printf(arena, "%s?txn=%s", url, sealed);
	if (url == NULL)
		return AUTHCODE_ERR_MEMORY;
	*ret_url = url;
	return AUTHCODE_OK;
}

static enum authcode_err
foreign_is_syntax(enum authcode_err err)
{
	return err == AUTHCODE_ERR_CRYPTO ? AUTHCODE_ERR_SYNTAX : err;
}

/* New, and outlives the arena. */
static enum authcode_err
hand_out(const char *text, char **ret)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return AUTHCODE_ERR_MEMORY;
	*ret = copy;
	return AUTHCODE_OK;
}

enum authcode_err
authcode_transaction_resume_url(struct authcode_issuer *issuer,
				const struct authcode_resumption *resumption, char **ret_url)
{
	struct authcode_arena *arena = NULL;
	struct ac_transaction opened;
	const char *url = NULL;
	enum authcode_err err;

	if (resumption == NULL || resumption->transaction == NULL || resumption->browser == NULL ||
	    *resumption->browser == '\0' || (unsigned)resumption->notice >= AUTHCODE_NOTICE_COUNT ||
	    ret_url == NULL)
		return AUTHCODE_ERR_USAGE;
	err = authcode_arena_new(AC_MAX_ARENA, &arena);
	if (err != AUTHCODE_OK)
		return err;
	err = foreign_is_syntax(
		ac_transaction_unseal(issuer, arena, resumption->transaction, &opened));
	if (err != AUTHCODE_OK)
		goto out;
	opened.created_ms = resumption->now_ms;
	opened.notice = resumption->notice;
	opened.attempt = resumption->attempt;
	opened.question = AC_QUESTION_NONE;
	opened.subject_id = 0;
	opened.tried_ms = 0;
	/* Which account was chosen at another browser says nothing here. */
	if (opened.chosen_id != AC_CHOSEN_ANOTHER)
		opened.chosen_id = AC_CHOSEN_NOBODY;
	err = ac_transaction_browser(resumption->browser, opened.browser);
	if (err == AUTHCODE_OK)
		err = ac_transaction_resume_url(issuer, arena, &opened, &url);
	if (err == AUTHCODE_OK)
		err = hand_out(url, ret_url);
out:
	authcode_arena_free(&arena);
	return err;
}

enum authcode_err
authcode_transaction_csrf(struct authcode_issuer *issuer, const char *transaction,
			  const char *browser, char **ret_csrf)
{
	struct authcode_arena *arena = NULL;
	struct ac_transaction opened;
	char *csrf = NULL;
	enum authcode_err err;

	if (transaction == NULL || browser == NULL || *browser == '\0' || ret_csrf == NULL)
		return AUTHCODE_ERR_USAGE;
	err = authcode_arena_new(AC_MAX_ARENA, &arena);
	if (err != AUTHCODE_OK)
		return err;
	err = foreign_is_syntax(ac_transaction_unseal(issuer, arena, transaction, &opened));
	if (err == AUTHCODE_OK)
		err = ac_transaction_csrf(issuer, arena, transaction, browser, &csrf);
	if (err == AUTHCODE_OK)
		err = hand_out(csrf, ret_csrf);
	authcode_arena_free(&arena);
	return err;
}
