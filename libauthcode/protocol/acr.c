/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See acr.h. A request's acr_values are a wish (OIDC-Core §3.1.2.1): what of it
 * is unknown is passed over, and it never makes an error. A client's min_acr is
 * no wish.
 */
#include "protocol/acr.h"

#include <string.h>

static const struct authcode_acr *
find_span(const struct ac_issuer_rules *rules, const char *name, size_t len)
{
	for (size_t i = 0; i < rules->acr_count; i++) {
		const char *candidate = rules->acrs[i].name;

		if (strlen(candidate) == len && memcmp(candidate, name, len) == 0)
			return &rules->acrs[i];
	}
	return NULL;
}

const struct authcode_acr *
ac_acr_find(const struct ac_issuer_rules *rules, const char *name)
{
	return name != NULL ? find_span(rules, name, strlen(name)) : NULL;
}

/* One known value after the other; NULL at the end. */
static const struct authcode_acr *
next_known(const struct ac_issuer_rules *rules, const char **from)
{
	while (**from != '\0') {
		const char *value = *from + strspn(*from, " ");
		size_t len = strcspn(value, " ");
		const struct authcode_acr *row = find_span(rules, value, len);

		*from = value + len;
		if (row != NULL)
			return row;
	}
	return NULL;
}

bool
ac_acr_satisfies(const struct ac_issuer_rules *rules, const char *acr, const char *wanted)
{
	const struct authcode_acr *have = ac_acr_find(rules, acr);
	const struct authcode_acr *want = ac_acr_find(rules, wanted);

	if (wanted == NULL)
		return true;
	if (have == NULL || want == NULL)
		return false;
	return have == want || (want->level != 0 && have->level >= want->level);
}

const char *
ac_acr_reaches(const struct ac_issuer_rules *rules, const char *acr, const char *acrs)
{
	const struct authcode_acr *row;
	const char *reached = NULL;

	while ((row = next_known(rules, &acrs)) != NULL) {
		if (strcmp(row->name, acr) == 0)
			return row->name;
		if (reached == NULL && ac_acr_satisfies(rules, acr, row->name))
			reached = row->name;
	}
	return reached;
}

const char *
ac_acr_known(const struct ac_issuer_rules *rules, struct authcode_arena *arena,
	     const char *acr_values)
{
	char *known = authcode_arena_alloc(arena, strlen(acr_values) + 1);
	const struct authcode_acr *row;
	char *end = known;

	while (known != NULL && (row = next_known(rules, &acr_values)) != NULL) {
		size_t len = strlen(row->name);

		if (end > known)
			*end++ = ' ';
		memcpy(end, row->name, len);
		end += len;
	}
	return known;
}

const char *
ac_acr_lacking(const struct ac_issuer_rules *rules, const char *min_acr, const char *acr_values,
	       const char *acr)
{
	bool enough = acr != NULL && ac_acr_satisfies(rules, acr, min_acr);
	const struct authcode_acr *row;
	const char *wish = NULL;

	while ((row = next_known(rules, &acr_values)) != NULL) {
		if (enough && ac_acr_satisfies(rules, acr, row->name))
			return NULL;
		if (wish == NULL && ac_acr_satisfies(rules, row->name, min_acr))
			wish = row->name;
	}
	if (wish != NULL || enough)
		return wish;
	row = ac_acr_find(rules, min_acr);
	return row != NULL ? row->name : NULL;
}
