/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Where the files lie that a configuration names: what the sandbox lets the daemon
 * read later on, when they are read again.
 */
#include "server/config_files.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static enum authcode_err
note_dir_of(struct ac_settings *settings, const char *path)
{
	struct authcode_arena *arena = settings->config.arena;
	const char *slash = strrchr(path, '/');
	const char *dir = slash == NULL   ? "."
			  : slash == path ? "/"
					  : ac_arena_strndup(arena, path, (size_t)(slash - path));

	if (dir == NULL)
		return AUTHCODE_ERR_MEMORY;
	for (size_t i = 0; i < settings->file_dirs.count; i++) {
		if (strcmp(settings->file_dirs.list[i], dir) == 0)
			return AUTHCODE_OK;
	}
	return ac_texts_add(&settings->file_dirs, dir, arena);
}

/* A link leads elsewhere, as those of certbot do. */
enum authcode_err
ac_config_note_file(struct ac_settings *settings, const char *path)
{
	char *real = realpath(path, NULL);
	enum authcode_err err = note_dir_of(settings, path);

	if (err == AUTHCODE_OK && real != NULL)
		err = note_dir_of(settings, real);
	free(real);
	return err;
}

bool
ac_config_names_file(const struct ac_option *option, const char *value)
{
	static const char suffix[] = "_file";
	const char *name = option->row.name;
	size_t len = strlen(name);

	return option->kind == AC_OPTION_TEXT && len > sizeof(suffix) - 1 &&
	       strcmp(name + len - (sizeof(suffix) - 1), suffix) == 0 && value[0] == '/';
}
