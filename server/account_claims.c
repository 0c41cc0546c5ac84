/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See account_claims.h. email_verified and phone_number_verified (OIDC-Core §5.1)
 * speak of the address and the number beside them: they are settled in each source
 * before one is laid over another, so that neither ends up beside what another
 * source says.
 */
#include "server/account_claims.h"

#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "server/config_values.h"

#define MAX_DEPTH 8
#define MAX_AMR 256

/* Characters of a user name that may stand in front of the @ as they are (RFC 5322
 * §3.2.3); a name with others has no address by the template. */
#define LOCAL_CHARS                                                                                \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&'*+/=?^_`{|}~.-"

static bool
shallow(json_t *value, unsigned depth)
{
	const char *key;
	json_t *member;
	size_t i;

	if (depth == 0)
		return false;
	json_object_foreach(value, key, member)
	{
		if (!shallow(member, depth - 1))
			return false;
	}
	json_array_foreach(value, i, member)
	{
		if (!shallow(member, depth - 1))
			return false;
	}
	return true;
}

/* An address always has the word beside it whether it counts as verified. */
static bool
settle_email(json_t *object, bool counts_as_verified)
{
	const json_t *given = json_object_get(object, "email_verified");
	bool verified = given != NULL ? json_is_true(given) : counts_as_verified;

	(void)json_object_del(object, "email_verified");
	if (json_is_string(json_object_get(object, "email")))
		return json_object_set_new(object, "email_verified", json_boolean(verified)) == 0;
	(void)json_object_del(object, "email");
	return true;
}

/* A number has it only where its source says so. */
static void
settle_phone(json_t *object)
{
	if (json_is_string(json_object_get(object, "phone_number")))
		return;
	(void)json_object_del(object, "phone_number");
	(void)json_object_del(object, "phone_number_verified");
}

/* The object of a source, with both settled; NULL: not to be taken. */
static json_t *
parse(const char *text, size_t len, bool counts_as_verified)
{
	json_t *object =
		len <= AC_MAX_CLAIMS ? json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL) : NULL;

	if (!json_is_object(object) || !shallow(object, MAX_DEPTH) ||
	    !settle_email(object, counts_as_verified)) {
		json_decref(object);
		return NULL;
	}
	settle_phone(object);
	return object;
}

/* Lays the source's members over what is there. False: it was ignored. */
static bool
lay_over(json_t *claims, const char *text, size_t len, bool counts_as_verified)
{
	json_t *source;
	bool ok;

	if (len == 0)
		return true;
	source = parse(text, len, counts_as_verified);
	if (json_object_get(source, "phone_number") != NULL)
		(void)json_object_del(claims, "phone_number_verified");
	ok = source != NULL && json_object_update(claims, source) == 0;
	json_decref(source);
	return ok;
}

static void
add_template(json_t *claims, const struct ac_config *config, const char *user)
{
	struct ac_buf text;

	if (config->email == NULL || json_object_get(claims, "email") != NULL ||
	    strspn(user, LOCAL_CHARS) != strlen(user))
		return;
	ac_buf_init(&text, AC_MAX_USER_NAME + 512);
	for (const char *p = config->email; *p != '\0'; p++) {
		if (*p != '%')
			ac_buf_putc(&text, *p);
		else if (*++p == 'u')
			ac_buf_puts(&text, user);
		else
			ac_buf_putc(&text, '%');
	}
	if (ac_buf_ok(&text)) {
		(void)json_object_set_new(claims, "email", json_string(ac_buf_text(&text)));
		(void)json_object_set_new(
			claims, "email_verified",
			json_boolean((config->email_verified & AC_VERIFIED_TEMPLATE) != 0));
	}
	ac_buf_clear(&text);
}

static char *
dump_and_free(json_t *claims)
{
	char *text = json_object_size(claims) > 0 ? json_dumps(claims, JSON_COMPACT) : NULL;

	json_decref(claims);
	return text;
}

char *
ac_claims_compose(const struct ac_config *config, const struct ac_claims_sources *sources,
		  const char **ret_bad)
{
	json_t *claims = json_object();

	*ret_bad = NULL;
	if (!lay_over(claims, sources->command, sources->command_len,
		      (config->email_verified & AC_VERIFIED_COMMAND) != 0))
		*ret_bad = "command";
	if (!lay_over(claims, sources->file, sources->file_len,
		      (config->email_verified & AC_VERIFIED_FILE) != 0))
		*ret_bad = "file";
	add_template(claims, config, sources->user);
	return dump_and_free(claims);
}

/* --- what a sign-in left behind -------------------------------------------- */

/* The value of the variable, and its length; NULL when it is not set. */
static const char *
variable(const char *environment, const char *name, size_t name_len, size_t *ret_len)
{
	for (const char *line = environment; line != NULL && *line != '\0';) {
		size_t len = strcspn(line, "\n");

		if (len > name_len && line[name_len] == '=' && strncmp(line, name, name_len) == 0) {
			*ret_len = len - name_len - 1;
			return line + name_len + 1;
		}
		line += len + (line[len] == '\n');
	}
	return NULL;
}

char *
ac_claims_of_environment(const struct ac_config *config, const char *environment)
{
	json_t *claims = json_object();

	for (size_t i = 0; i < config->env_claim_count; i++) {
		const char *rule = config->env_claims[i];
		size_t name_len = strcspn(rule, "="), len;
		const char *value = variable(environment, rule, name_len, &len);

		if (value != NULL && len > 0)
			(void)json_object_set_new(claims, rule + name_len + 1,
						  json_stringn(value, len));
	}
	return dump_and_free(claims);
}

static void
add_word(struct ac_buf *words, const char *word, size_t len)
{
	char text[AC_MAX_ACR + 1];

	if (len >= sizeof(text))
		return;
	memcpy(text, word, len);
	text[len] = '\0';
	if (!ac_value_word(text) || ac_words_contain(ac_buf_text(words), text) ||
	    words->len + len + 1 > MAX_AMR)
		return;
	if (words->len > 0)
		ac_buf_putc(words, ' ');
	ac_buf_puts(words, text);
}

static void
add_words(struct ac_buf *words, const char *list, size_t len)
{
	for (size_t start = 0, i = 0; i <= len; i++) {
		if (i < len && list[i] != ' ' && list[i] != ',')
			continue;
		add_word(words, list + start, i - start);
		start = i + 1;
	}
}

char *
ac_amr_of(const struct ac_config *config, const struct ac_service *service, const char *environment)
{
	struct ac_buf words;

	ac_buf_init(&words, MAX_AMR);
	if (service != NULL && service->amr != NULL)
		add_words(&words, service->amr, strlen(service->amr));
	for (size_t i = 0; i < config->env_amr_count; i++) {
		const char *name = config->env_amr[i];
		size_t len;
		const char *value = variable(environment, name, strlen(name), &len);

		if (value != NULL)
			add_words(&words, value, len);
	}
	if (words.len > 0)
		return ac_buf_steal(&words);
	ac_buf_clear(&words);
	return NULL;
}
