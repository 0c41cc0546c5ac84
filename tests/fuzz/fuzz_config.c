/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/config.h over any file: a configuration, or one sentence that names
 * the file. (libconfuse's own lexer would end the process on some input.)
 */
#include "server/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static void
check_config(const struct ac_config *config)
{
	MUST(config->issuer != NULL && config->issuer_path != NULL);
	MUST(config->listen_count > 0);
	MUST(config->clients != NULL);
	MUST(config->lifetimes.code_s >= 1 && config->lifetimes.code_s <= 60);
	for (size_t i = 0; i < authcode_clients_count(config->clients); i++) {
		const struct authcode_client *client = authcode_clients_at(config->clients, i);

		MUST(authcode_clients_find(config->clients, client->id) == client);
		MUST(client->grants != 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ac_config *config = NULL;
	struct authcode_reason reason;
	char path[64];
	int fd = memfd_create("authcode.conf", MFD_CLOEXEC);

	MUST(fd >= 0 && fchmod(fd, 0600) == 0);
	MUST(write(fd, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (ac_config_load(path, &config, &reason) == AUTHCODE_OK) {
		MUST(reason.text[0] == '\0');
		check_config(config);
	} else {
		MUST(config == NULL);
		MUST(strncmp(reason.text, path, strlen(path)) == 0);
		MUST(strchr(reason.text, '\n') == NULL);
	}
	ac_config_free(&config);
	close(fd);
	return 0;
}
