/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_stored.h. Words go through the rows of the option table and the rules of a
 * block as a file's would; what is different is that no sentence has a place, and that
 * what was good when it was stored may not go with a configuration that came later. Such
 * a client is left out, by itself.
 */
#include "server/config_stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "server/config_registry.h"
#include "server/config_rules.h"
#include "server/config_service.h"

#define MAX_MERGE_ARENA ((size_t)256 * 1024 * 1024)

struct merge {
	const struct ac_settings *settings;
	struct authcode_arena *arena;
	struct authcode_client *list;   /* the files' first */
	struct ac_stored_client **from; /* of the row with the same index; NULL: of a file */
	size_t count;
};

static int
compare(const void *id, const void *client)
{
	return strcmp(id, (*(struct ac_client_settings *const *)client)->client.id);
}

/* The registry's making has sorted them. */
static const struct ac_client_settings *
find_in_files(const struct ac_config *config, const char *id)
{
	struct ac_client_settings *const *found = NULL;

	if (config->file_client_count > 0)
		found = bsearch(id, config->file_clients, config->file_client_count,
				sizeof(struct ac_client_settings *), compare);
	return found != NULL ? *found : NULL;
}

bool
ac_config_file_client(const struct ac_config *config, const char *id, const char **ret_file,
		      unsigned *ret_line, const struct ac_words **ret_words)
{
	const struct ac_client_settings *client = find_in_files(config, id);

	if (client == NULL)
		return false;
	*ret_file = client->place.file;
	*ret_line = client->place.line;
	*ret_words = &client->words;
	return true;
}

bool
ac_config_client_option(const char *name, bool *ret_list)
{
	const struct ac_option *option = ac_option_find("client", name, strlen(name));

	if (option == NULL)
		return false;
	*ret_list = option->kind == AC_OPTION_LIST || option->kind == AC_OPTION_BITS;
	return true;
}

/* One word of those before it; how many of its name came before is its place in a list. */
static enum authcode_err
store_word(struct ac_client_settings *client, const struct ac_words *words, size_t at,
	   struct authcode_reason *reason)
{
	static const struct ac_place nowhere = { "", AC_PLACE_NO_FILE };
	const struct ac_word *word = &words->list[at];
	const struct ac_words before = { words->list, at };
	const struct ac_option *option = ac_option_find("client", word->name, strlen(word->name));
	size_t index = ac_words_times(&before, word->name);
	enum authcode_err err;
	char allowed[384];

	if (option == NULL) {
		ac_config_refuse(reason, &nowhere, "%.64s: no such option of a client", word->name);
		return AUTHCODE_ERR_CONFIG;
	}
	if (index > 0 && option->kind != AC_OPTION_LIST && option->kind != AC_OPTION_BITS) {
		ac_config_refuse(reason, &nowhere, "%s: given twice", word->name);
		return AUTHCODE_ERR_CONFIG;
	}
	client->places[ac_option_index(option)] = nowhere;
	err = ac_option_store(option, word->value, index, client, client->arena);
	if (err == AUTHCODE_ERR_SYNTAX) {
		ac_option_describe(option, allowed, sizeof(allowed));
		ac_config_refuse(reason, &nowhere, "%s: \"%.100s\" is not allowed; give %s",
				 word->name, word->value, allowed);
	}
	return err;
}

/* What would be said of the client as the only one. Whom it may ask about is looked at
 * when all are there. */
static enum authcode_err
check_alone(const struct authcode_client *client, struct authcode_reason *reason)
{
	struct authcode_client copy = *client;
	struct authcode_clients *alone = NULL;
	enum authcode_err err;

	if (copy.may_introspect == AUTHCODE_INTROSPECT_LIST) {
		copy.may_introspect = AUTHCODE_INTROSPECT_OWN;
		copy.introspect_clients = NULL;
		copy.introspect_client_count = 0;
	}
	err = authcode_clients_new(&copy, 1, &alone, reason);
	authcode_clients_unref(&alone);
	return err;
}

static enum authcode_err
read_stored(const struct merge *m, const struct ac_stored_client *stored,
	    struct ac_client_settings **ret, struct authcode_reason *reason)
{
	struct ac_client_settings *client = authcode_arena_alloc(m->arena, sizeof(*client));
	enum authcode_err err = AUTHCODE_OK;

	if (client == NULL || !ac_options_set_defaults("client", client, m->arena))
		return AUTHCODE_ERR_MEMORY;
	client->arena = m->arena;
	client->client.id = stored->id;
	client->given_secret = stored->secret;
	client->place = (struct ac_place){ "", AC_PLACE_NO_FILE };
	for (size_t i = 0; err == AUTHCODE_OK && i < stored->words.count; i++)
		err = store_word(client, &stored->words, i, reason);
	if (err == AUTHCODE_OK)
		err = ac_config_check_client(client, reason);
	if (err == AUTHCODE_OK)
		err = ac_config_bind_client(m->settings, client, reason);
	if (err == AUTHCODE_OK)
		err = ac_config_check_beside(m->settings, client, reason);
	client->client.disabled = client->client.disabled || stored->removed;
	if (err == AUTHCODE_OK)
		err = check_alone(&client->client, reason);
	if (err == AUTHCODE_OK)
		*ret = client;
	return err;
}

static void
refuse(struct ac_stored_client *stored, const char *why)
{
	stored->state = AC_STORED_REFUSED;
	(void)snprintf(stored->why, sizeof(stored->why), "%s", why);
}

/* ERR_MEMORY alone is a failure of the whole. */
static enum authcode_err
take_stored(struct merge *m, struct ac_stored_client *stored)
{
	const struct ac_client_settings *file = find_in_files(&m->settings->config, stored->id);
	struct ac_client_settings *client = NULL;
	struct authcode_reason reason = { 0 };
	enum authcode_err err;

	stored->state = AC_STORED_USED;
	stored->why[0] = '\0';
	if (file != NULL) {
		stored->state = AC_STORED_HIDDEN;
		(void)snprintf(stored->why, sizeof(stored->why), "%s:%u has a client of this id",
			       file->place.file, file->place.line);
		return AUTHCODE_OK;
	}
	if (stored->broken != NULL) {
		refuse(stored, stored->broken);
		return AUTHCODE_OK;
	}
	err = read_stored(m, stored, &client, &reason);
	if (err == AUTHCODE_ERR_MEMORY)
		return err;
	if (err != AUTHCODE_OK) {
		refuse(stored, reason.text[0] != '\0' ? reason.text : authcode_err_str(err));
		return AUTHCODE_OK;
	}
	if (m->count == AC_MAX_CLIENTS) {
		refuse(stored, "there are as many clients as can be");
		return AUTHCODE_OK;
	}
	m->list[m->count] = client->client;
	m->from[m->count++] = stored;
	return AUTHCODE_OK;
}

static bool
is_listed(const struct merge *m, const char *id)
{
	for (size_t i = 0; i < m->count; i++) {
		if (strcmp(m->list[i].id, id) == 0)
			return true;
	}
	return false;
}

/* Whom a client may ask about must be there, and stay when another has been left out. */
static void
leave_out_danglers(struct merge *m)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < m->count && !again; i++) {
			const struct authcode_client *client = &m->list[i];

			for (size_t k = 0;
			     m->from[i] != NULL && k < client->introspect_client_count; k++)
				again = again || !is_listed(m, client->introspect_clients[k]);
			if (!again)
				continue;
			refuse(m->from[i], "introspect_clients: one of them is no client");
			m->count--;
			m->list[i] = m->list[m->count];
			m->from[i] = m->from[m->count];
		}
	}
}

static enum authcode_err
merge(struct merge *m, struct ac_stored_client *stored, size_t count, struct authcode_clients **ret)
{
	const struct ac_config *config = &m->settings->config;
	size_t room = config->file_client_count + count + 1;
	struct authcode_reason why = { 0 };
	enum authcode_err err = AUTHCODE_OK;

	m->list = authcode_arena_alloc(m->arena, room * sizeof(*m->list));
	m->from = authcode_arena_alloc(m->arena, room * sizeof(struct ac_stored_client *));
	if (m->list == NULL || m->from == NULL)
		return AUTHCODE_ERR_MEMORY;
	for (size_t i = 0; i < config->file_client_count; i++)
		m->list[m->count++] = config->file_clients[i]->client;
	for (size_t i = 0; err == AUTHCODE_OK && i < count; i++)
		err = take_stored(m, &stored[i]);
	leave_out_danglers(m);
	return err == AUTHCODE_OK ? authcode_clients_new(m->list, m->count, ret, &why) : err;
}

enum authcode_err
ac_config_merge_clients(const struct ac_config *config, struct ac_stored_client *stored,
			size_t count, struct authcode_clients **ret)
{
	/* A configuration is the first member of the settings that it was made from. */
	struct merge m = { .settings = (const struct ac_settings *)(const void *)config };
	enum authcode_err err = authcode_arena_new(MAX_MERGE_ARENA, &m.arena);

	if (err == AUTHCODE_OK)
		err = merge(&m, stored, count, ret);
	authcode_arena_free(&m.arena);
	return err;
}
