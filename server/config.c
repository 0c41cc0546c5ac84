/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Loading: the main file and clients.d, through libconfuse into plain structs.
 * Every option is text to libconfuse; what it means is decided by its row, in
 * a callback that still knows the line. Not for two threads at once: the lexer
 * of libconfuse is a global.
 */
#include "server/config.h"

#include <confuse.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "server/config_files.h"
#include "server/config_options.h"
#include "server/config_registry.h"
#include "server/config_resource.h"
#include "server/config_rules.h"
#include "server/config_service.h"
#include "server/config_text.h"

#define MAX_CONFIG_ARENA ((size_t)256 * 1024 * 1024)

struct loader {
	struct ac_settings *settings;
	struct authcode_arena *arena;         /* of the configuration */
	struct authcode_arena *clients_arena; /* of the clients */
	struct authcode_arena *scratch;       /* file texts, until all is read */
	struct authcode_reason *reason;
	const struct ac_config_text *text; /* being parsed */
	struct ac_config_hash *hash;       /* of all files so far */
	bool main_file;
	struct ac_client_settings *client; /* whose block is open */
	struct ac_client_settings **clients;
	size_t client_count;
	struct ac_service_settings *service; /* whose block is open */
	struct ac_resource_settings *resource;
	const struct ac_settings *running; /* reload: whose values stay; or NULL */
	char *kept;
};

/* Where the values of a section go. */
struct target {
	void *settings;
	struct ac_place *places;
	struct authcode_arena *arena;
};

/* libconfuse hands its callbacks a cfg_t and nothing of ours, but copies the
 * option arrays, stored pointers included, into every block. So the first
 * option of each array carries the loader, under a name no file can spell. */
#define LOADER_OPTION " "

static struct loader *
loader_of(const cfg_t *cfg)
{
	return (struct loader *)cfg->opts[0].simple_value.ptr;
}

static struct ac_place
place_at(const cfg_t *cfg)
{
	return (struct ac_place){ loader_of(cfg)->text->file, (unsigned)cfg->line };
}

static AC_PRINTF(2, 0) void on_error(cfg_t *cfg, const char *fmt, va_list args)
{
	const struct ac_place place = place_at(cfg);
	char text[256];

	vsnprintf(text, sizeof(text), fmt, args);
	ac_config_refuse(loader_of(cfg)->reason, &place, "%s", text);
}

static bool
open_client(struct loader *l, struct target *ret)
{
	struct ac_client_settings *client = l->client;

	if (client == NULL) {
		client = authcode_arena_alloc(l->clients_arena, sizeof(*client));
		if (client == NULL || !ac_options_set_defaults("client", client, l->clients_arena))
			return false;
		client->arena = l->clients_arena;
		l->client = client;
	}
	*ret = (struct target){ client, client->places, l->clients_arena };
	return true;
}

static bool
open_service(struct loader *l, struct target *ret)
{
	struct ac_service_settings *service = l->service;

	if (service == NULL) {
		service = authcode_arena_alloc(l->arena, sizeof(*service));
		if (service == NULL || !ac_options_set_defaults("service", service, l->arena))
			return false;
		l->service = service;
	}
	*ret = (struct target){ service, service->places, l->arena };
	return true;
}

static bool
open_resource(struct loader *l, struct target *ret)
{
	struct ac_resource_settings *resource = l->resource;

	if (resource == NULL) {
		resource = authcode_arena_alloc(l->arena, sizeof(*resource));
		if (resource == NULL || !ac_options_set_defaults("resource", resource, l->arena))
			return false;
		l->resource = resource;
	}
	*ret = (struct target){ resource, resource->places, l->arena };
	return true;
}

static bool
open_target(struct loader *l, const char *section, struct target *ret)
{
	if (strcmp(section, "client") == 0)
		return open_client(l, ret);
	if (strcmp(section, "service") == 0)
		return open_service(l, ret);
	if (strcmp(section, "resource") == 0)
		return open_resource(l, ret);
	*ret = (struct target){ l->settings, l->settings->places, l->arena };
	return true;
}

/* So that a client can be shown as it was written. The last item of a list comes twice. */
static bool
note_word(struct loader *l, const cfg_opt_t *opt, const char *name, const char *value)
{
	struct ac_words *words = &l->client->words;

	if (ac_words_times(words, name) >= opt->nvalues)
		return true;
	value = ac_arena_strdup(l->clients_arena, value);
	return value != NULL && ac_words_add(l->clients_arena, words, name, value);
}

/* A value has been read: the last of opt->values, and for a list once more
 * when it closes. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct loader *l = loader_of(cfg);
	const char *section = cfg->title != NULL ? cfg->name : "";
	const struct ac_place place = place_at(cfg);
	const struct ac_option *option = ac_option_find(section, opt->name, strlen(opt->name));
	const char *value = cfg_opt_getnstr(opt, opt->nvalues - 1);
	struct target target;
	char allowed[384];
	enum authcode_err err;

	if (!open_target(l, section, &target))
		return -1;
	target.places[ac_option_index(option)] = place;
	err = ac_option_store(option, value, opt->nvalues - 1, target.settings, target.arena);
	if (err == AUTHCODE_OK && target.settings == l->client &&
	    !note_word(l, opt, option->row.name, value))
		return -1;
	if (err == AUTHCODE_OK && ac_config_names_file(option, value))
		err = ac_config_note_file(l->settings, value);
	if (err == AUTHCODE_OK)
		return 0;
	if (err == AUTHCODE_ERR_SYNTAX) {
		ac_option_describe(option, allowed, sizeof(allowed));
		ac_config_refuse(l->reason, &place, "%s: \"%.100s\" is not allowed; give %s",
				 opt->name, value, allowed);
	}
	return -1;
}

/* The place of the block that has just been read. */
static struct ac_place
block_place(const struct loader *l, const char *section, const cfg_opt_t *opt)
{
	return (struct ac_place){ l->text->file,
				  ac_config_text_block_line(l->text, section, opt->nvalues - 1) };
}

static int
on_client_end(cfg_t *cfg, cfg_opt_t *opt)
{
	struct loader *l = loader_of(cfg);
	const cfg_t *block = cfg_opt_getnsec(opt, opt->nvalues - 1);
	struct ac_client_settings *client;
	struct target ignored;

	if (!open_client(l, &ignored))
		return -1;
	client = l->client;
	l->client = NULL;
	client->place = block_place(l, "client", opt);
	client->client.id = ac_arena_strdup(l->clients_arena, block->title);
	if (client->client.id == NULL)
		return -1;
	if (l->client_count == AC_MAX_CLIENTS) {
		ac_config_refuse(l->reason, &client->place, "more than %d clients", AC_MAX_CLIENTS);
		return -1;
	}
	if (ac_config_check_client(client, l->reason) != AUTHCODE_OK)
		return -1;
	client->order = l->client_count;
	l->clients[l->client_count++] = client;
	return 0;
}

static int
on_service_end(cfg_t *cfg, cfg_opt_t *opt)
{
	struct loader *l = loader_of(cfg);
	const cfg_t *block = cfg_opt_getnsec(opt, opt->nvalues - 1);
	struct ac_service_settings *service;
	struct target ignored;

	if (!open_service(l, &ignored))
		return -1;
	service = l->service;
	l->service = NULL;
	service->place = block_place(l, "service", opt);
	service->service.name = ac_arena_strdup(l->arena, block->title);
	return service->service.name != NULL &&
			       ac_config_add_service(l->settings, service, l->reason) == AUTHCODE_OK
		       ? 0
		       : -1;
}

static int
on_resource_end(cfg_t *cfg, cfg_opt_t *opt)
{
	struct loader *l = loader_of(cfg);
	const cfg_t *block = cfg_opt_getnsec(opt, opt->nvalues - 1);
	struct ac_resource_settings *resource;
	struct target ignored;

	if (!open_resource(l, &ignored))
		return -1;
	resource = l->resource;
	l->resource = NULL;
	resource->place = block_place(l, "resource", opt);
	resource->resource.uri = ac_arena_strdup(l->arena, block->title);
	return resource->resource.uri != NULL && ac_config_add_resource(l->settings, resource,
									l->reason) == AUTHCODE_OK
		       ? 0
		       : -1;
}

/* Fills out with the loader, the options of the section and an end. */
static size_t
build_options(struct loader *l, const char *section, cfg_opt_t *out)
{
	const struct ac_option *option;
	size_t count = 0;

	out[count++] = (cfg_opt_t){ .name = LOADER_OPTION,
				    .type = CFGT_PTR,
				    .simple_value = { .ptr = (void **)l } };
	for (size_t i = 0; (option = ac_option_at(i)) != NULL; i++) {
		bool list = option->kind == AC_OPTION_LIST || option->kind == AC_OPTION_BITS;

		if (strcmp(option->row.section, section) != 0)
			continue;
		out[count++] = (cfg_opt_t){
			.name = option->row.name,
			.type = CFGT_STR,
			.flags = CFGF_NODEFAULT | (list ? CFGF_LIST : 0),
			.validcb = on_value,
		};
	}
	return count;
}

static bool
parse(struct loader *l)
{
	cfg_opt_t client[AC_OPTION_COUNT_MAX + 2] = { 0 }, all[AC_OPTION_COUNT_MAX + 5] = { 0 },
					       service[AC_OPTION_COUNT_MAX + 2] = { 0 },
					       resource[AC_OPTION_COUNT_MAX + 2] = { 0 };
	const cfg_flag_t flags = CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES;
	bool ok = false;
	size_t count;
	cfg_t *cfg = NULL;
	FILE *stream = NULL;

	(void)build_options(l, "client", client);
	(void)build_options(l, "service", service);
	(void)build_options(l, "resource", resource);
	count = l->main_file ? build_options(l, "", all) : build_options(l, "none", all);
	all[count++] = (cfg_opt_t){ .name = "client",
				    .type = CFGT_SEC,
				    .flags = flags,
				    .subopts = client,
				    .validcb = on_client_end };
	if (l->main_file) {
		all[count++] = (cfg_opt_t){ .name = "service",
					    .type = CFGT_SEC,
					    .flags = flags,
					    .subopts = service,
					    .validcb = on_service_end };
		all[count] = (cfg_opt_t){ .name = "resource",
					  .type = CFGT_SEC,
					  .flags = flags,
					  .subopts = resource,
					  .validcb = on_resource_end };
	}
	cfg = cfg_init(all, CFGF_NONE);
	stream = fmemopen(l->text->data, l->text->len, "r");
	if (cfg == NULL || stream == NULL)
		goto out;
	cfg_set_error_function(cfg, on_error);
	cfg->filename = strdup(l->text->file);
	ok = cfg->filename != NULL && cfg_parse_fp(cfg, stream) == CFG_SUCCESS;
out:
	if (stream != NULL)
		fclose(stream);
	if (cfg != NULL)
		cfg_free(cfg);
	return ok;
}

static enum authcode_err
load_file(struct loader *l, const char *path)
{
	struct ac_config_text text = { 0 };
	enum authcode_err err =
		ac_config_text_read(path, AC_CONFIG_MAX_FILE, l->scratch, &text, l->reason);

	if (err != AUTHCODE_OK)
		return err;
	/* Without the newline that reading has put behind it. */
	err = ac_config_hash_add(l->hash, text.data, text.len - 1);
	if (err != AUTHCODE_OK)
		return err;
	text.clients_only = !l->main_file;
	err = ac_config_text_prepare(&text, l->scratch, l->reason);
	if (err != AUTHCODE_OK)
		return err;
	l->text = &text;
	if (!parse(l))
		err = l->reason->text[0] != '\0' ? AUTHCODE_ERR_CONFIG : AUTHCODE_ERR_MEMORY;
	l->text = NULL;
	l->client = NULL;
	l->service = NULL;
	l->resource = NULL;
	return err;
}

static int
select_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

/* By bytes: the order must not change with the locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum authcode_err
load_clients_d(struct loader *l, const char *path)
{
	const char *slash = strrchr(path, '/');
	int dir_len = slash != NULL ? (int)(slash + 1 - path) : 0;
	char *dir = ac_arena_printf(l->arena, "%.*sclients.d", dir_len, path);
	enum authcode_err err = AUTHCODE_OK;
	struct dirent **entries = NULL;
	int count;

	if (dir == NULL)
		return AUTHCODE_ERR_MEMORY;
	count = scandir(dir, &entries, select_conf, by_name);
	if (count < 0 && errno == ENOENT)
		return AUTHCODE_OK;
	if (count >= 0 && !ac_config_directory_check(dir, l->reason))
		err = AUTHCODE_ERR_CONFIG;
	if (count < 0) {
		const struct ac_place place = { .file = dir };

		ac_config_refuse(l->reason, &place, "%m");
		return AUTHCODE_ERR_IO;
	}
	for (int i = 0; i < count; i++) {
		char *file = ac_arena_printf(l->arena, "%s/%s", dir, entries[i]->d_name);

		if (err == AUTHCODE_OK)
			err = file != NULL ? load_file(l, file) : AUTHCODE_ERR_MEMORY;
		free(entries[i]);
	}
	free(entries);
	return err;
}

/* A struct of its own, since the rules put other values in place of some. */
static bool
remember_as_read(struct loader *l)
{
	struct ac_settings *as_read = authcode_arena_alloc(l->arena, sizeof(*as_read));

	if (as_read == NULL ||
	    (l->running != NULL && !ac_options_keep(l->settings, l->running, l->arena, l->kept)))
		return false;
	*as_read = *l->settings;
	l->settings->as_read = as_read;
	return true;
}

static enum authcode_err
load(struct loader *l, const char *path)
{
	struct ac_settings *settings = l->settings;
	enum authcode_err err;

	for (size_t i = 0; i < AC_OPTION_COUNT_MAX; i++)
		settings->places[i].file = settings->config.path;
	l->clients = authcode_arena_alloc(l->clients_arena,
					  AC_MAX_CLIENTS * sizeof(struct ac_client_settings *));
	l->hash = ac_config_hash_new();
	if (l->clients == NULL || l->hash == NULL ||
	    !ac_options_set_defaults("", settings, l->arena))
		return AUTHCODE_ERR_MEMORY;
	l->main_file = true;
	err = ac_config_note_file(settings, path);
	if (err == AUTHCODE_OK)
		err = load_file(l, path);
	if (err == AUTHCODE_OK && !remember_as_read(l))
		err = AUTHCODE_ERR_MEMORY;
	if (err == AUTHCODE_OK)
		err = ac_config_check_server(settings, l->reason);
	l->main_file = false;
	if (err == AUTHCODE_OK)
		err = load_clients_d(l, path);
	if (err == AUTHCODE_OK)
		err = ac_config_hash(l->hash, settings->config.hash);
	if (err == AUTHCODE_OK)
		err = ac_config_build_registry(settings, l->clients, l->client_count, l->scratch,
					       l->reason);
	settings->config.file_clients = l->clients;
	settings->config.file_client_count = l->client_count;
	settings->config.file_dirs = settings->file_dirs.list;
	settings->config.file_dir_count = settings->file_dirs.count;
	return err;
}

static enum authcode_err
load_beside(const struct ac_config *running, const char *path, struct ac_config **ret, char *kept,
	    struct authcode_reason *reason)
{
	struct authcode_arena *arena = NULL, *scratch = NULL;
	struct loader l = {
		.reason = reason,
		.running = running != NULL ? ((const struct ac_settings *)running)->as_read : NULL,
		.kept = kept,
	};
	enum authcode_err err;

	reason->text[0] = '\0';
	err = authcode_arena_new(MAX_CONFIG_ARENA, &arena);
	if (err == AUTHCODE_OK)
		err = authcode_arena_new(MAX_CONFIG_ARENA, &l.clients_arena);
	if (err == AUTHCODE_OK)
		err = authcode_arena_new(MAX_CONFIG_ARENA, &scratch);
	if (err != AUTHCODE_OK)
		goto out;
	err = AUTHCODE_ERR_MEMORY;
	l.settings = authcode_arena_alloc(arena, sizeof(*l.settings));
	if (l.settings == NULL)
		goto out;
	l.arena = arena;
	l.scratch = scratch;
	l.settings->config.arena = arena;
	l.settings->config.path = ac_arena_strdup(arena, path);
	if (l.settings->config.path == NULL)
		goto out;
	err = load(&l, path);
	if (err != AUTHCODE_OK) {
		authcode_clients_unref(&l.settings->config.clients);
		goto out;
	}
	atomic_init(&l.settings->config.references, 1);
	l.settings->config.client_arena = l.clients_arena;
	*ret = &l.settings->config;
	arena = NULL;
	l.clients_arena = NULL;
out:
	if (err != AUTHCODE_OK && reason->text[0] == '\0')
		snprintf(reason->text, sizeof(reason->text), "%.200s: %s", path,
			 authcode_err_str(err));
	ac_config_hash_free(&l.hash);
	authcode_arena_free(&scratch);
	authcode_arena_free(&l.clients_arena);
	authcode_arena_free(&arena);
	return err;
}

enum authcode_err
ac_config_load(const char *path, struct ac_config **ret, struct authcode_reason *reason)
{
	return load_beside(NULL, path, ret, NULL, reason);
}

/* Twice: what would be refused at the next start is refused now, whatever stays as it
 * is; and what stays must fit to what is new. */
enum authcode_err
ac_config_reload(const struct ac_config *running, struct ac_config **ret,
		 char ret_kept[AC_CONFIG_KEPT], struct authcode_reason *reason)
{
	struct ac_config *alone = NULL;
	enum authcode_err err = ac_config_load(running->path, &alone, reason);

	ac_config_free(&alone);
	ret_kept[0] = '\0';
	return err == AUTHCODE_OK ? load_beside(running, running->path, ret, ret_kept, reason)
				  : err;
}
