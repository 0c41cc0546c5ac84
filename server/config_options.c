/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The options of all sections, one behind the other. What several options mean together is
 * config_rules.c's.
 */
#include "server/config_options.h"

#include <string.h>

#include "server/config_option_rows.h"

static const struct ac_option_table *const tables[] = {
	&ac_server_options,
	&ac_client_options,
	&ac_service_options,
	&ac_resource_options,
};

const struct ac_option *
ac_option_at(size_t i)
{
	for (size_t t = 0; t < AC_ARRAY_SIZE(tables); t++) {
		if (i < tables[t]->count)
			return &tables[t]->rows[i];
		i -= tables[t]->count;
	}
	return NULL;
}

const struct ac_option_row *
ac_config_option_at(size_t i)
{
	const struct ac_option *option = ac_option_at(i);

	return option != NULL ? &option->row : NULL;
}

static const struct ac_option_table *
find_table(const char *section)
{
	for (size_t t = 0; t < AC_ARRAY_SIZE(tables); t++) {
		if (strcmp(tables[t]->section, section) == 0)
			return tables[t];
	}
	return NULL;
}

const struct ac_option *
ac_option_find(const char *section, const char *name, size_t len)
{
	const struct ac_option_table *table = find_table(section);

	for (size_t i = 0; table != NULL && i < table->count; i++) {
		const char *row = table->rows[i].row.name;

		if (strlen(row) == len && memcmp(row, name, len) == 0)
			return &table->rows[i];
	}
	return NULL;
}

size_t
ac_option_index(const struct ac_option *option)
{
	return (size_t)(option - find_table(option->row.section)->rows);
}
