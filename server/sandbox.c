/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sandbox.h: which walls, and the log line that says which of them stand.
 * sandbox_calls.c and sandbox_files.c build them.
 */
#include "server/sandbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "server/config.h"
#include "server/log.h"
#include "server/sandbox_walls.h"

void
ac_sandbox_enter(const struct ac_sandbox *sandbox, struct ac_sandbox_holds *ret)
{
	/* The first start makes it; that it could not be made is said by who opens it. */
	(void)mkdir(sandbox->state_dir, 0700);
	tzset(); /* reads the time zone, which no rule is for */
	*ret = (struct ac_sandbox_holds){ 0 };
	ac_sandbox_files(sandbox, ret);
	ac_sandbox_calls(sandbox->fatal, ret);
}

void
ac_sandbox_log(const struct ac_sandbox_holds *holds)
{
	ac_log(AC_LOG_NOTICE, "sandbox: system calls %s%s%s, files %s%s%s, TCP connections %s",
	       holds->calls ? "filtered" : "open", holds->calls ? "" : ": ",
	       holds->calls ? "" : strerror(holds->calls_error), holds->files ? "fenced" : "open",
	       holds->files ? "" : ": ", holds->files ? "" : strerror(holds->files_error),
	       holds->connections ? "fenced"
	       : holds->calls     ? "with new sockets impossible"
				  : "open");
}

/* The directories of Unix sockets that are ours to remove; count of them. */
static size_t
socket_dirs(const struct ac_config *config, const char **dirs)
{
	size_t count = 0;

	for (size_t i = 0; i < config->listen_count; i++) {
		const char *text = config->listens[i].text, *slash = strrchr(text, '/');

		if (config->listens[i].kind != AC_LISTEN_UNIX || slash == NULL)
			continue;
		text += strlen("unix:");
		dirs[count] = ac_arena_printf(config->arena, "%.*s",
					      slash == text ? 1 : (int)(slash - text), text);
		count += dirs[count] != NULL;
	}
	return count;
}

void
ac_sandbox_enter_config(const struct ac_config *config, struct ac_sandbox_holds *ret)
{
	const char *how = secure_getenv("AUTHCODE_SANDBOX");
	const char **dirs = calloc(config->listen_count + 1, sizeof(*dirs));
	struct ac_sandbox sandbox = {
		.state_dir = config->state_dir,
		.read_dirs = config->file_dirs,
		.read_dir_count = config->file_dir_count,
		.socket_dirs = dirs,
		.fatal = how != NULL && strcmp(how, "kill") == 0,
	};

	if (dirs != NULL)
		sandbox.socket_dir_count = socket_dirs(config, dirs);
	ac_sandbox_enter(&sandbox, ret);
	free(dirs);
}
