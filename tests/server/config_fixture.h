/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A directory for configuration files, entered for a group of tests. "%D" in a
 * text stands for its absolute path; "secret" in it holds CONFIG_SECRET.
 */
#ifndef TESTS_SERVER_CONFIG_FIXTURE_H
#define TESTS_SERVER_CONFIG_FIXTURE_H

#include <stddef.h>
#include <sys/types.h>

#include "server/config.h"

#define DEV "issuer = http://127.0.0.1:8080\n"
#define SECRET "correct-horse-battery-staple\n"
#define WEB "redirect_uris = 'https://rp.example/cb'\nscope = 'profile'\n"
#define HASH "client_secret_sha256 = 'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA'\n"

/* The longest name of a service. */
#define NAME_58 "sixteen-bytes-a-sixteen-bytes-b-sixteen-bytes-c-ten-bytes-"

#define BLOCK(body) DEV "client x {\n" WEB body "}\n"

void write_file(const char *name, const char *data, size_t len, mode_t mode);
void write_text(const char *name, const char *text, mode_t mode);

/* The configuration of text, which must be good. */
struct ac_config *load(const char *text);

struct refusal {
	const char *name, *text, *sentence;
};

/* text must be refused with exactly sentence; name is told when it is not. */
void refuse(const char *name, const char *text, const char *sentence);
void refuse_all(const struct refusal *rows, size_t count);

/* Group setup and teardown. */
int config_dir_enter(void **state);
int config_dir_leave(void **state);

#endif
