/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Certificate and key of the TLS listeners. Read while the daemon may still be
 * root; the PEM text is wiped when the HTTP library has taken it in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "server/http_internal.h"

#define MAX_PEM 65536

/* TLS 1.2 with forward secrecy and AEAD, and 1.3 (RFC 9325 §4.2). */
static const char priorities[] =
	"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-CIPHER-ALL:"
	"+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:%SERVER_PRECEDENCE";

char *
ac_http_tls_priorities(void)
{
	/* The library takes every string as void * and changes none. */
	return (char *)(uintptr_t)priorities;
}

static bool
fail(struct authcode_reason *reason, const char *path, const char *what)
{
	(void)snprintf(reason->text, sizeof(reason->text), "%.200s: %s", path, what);
	return false;
}

static bool
read_pem(const char *path, bool secret, char **ret, struct authcode_reason *reason)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text = NULL;
	struct stat st;
	ssize_t n;
	bool ok = false;

	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)fail(reason, path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		(void)fail(reason, path, "not a regular file");
		goto out;
	}
	/* 0640 with a group of its own is how distributions keep keys. */
	if (secret && (st.st_mode & 0027) != 0) {
		(void)fail(reason, path,
			   "the private key must not be readable by others nor "
			   "writable by its group (chmod 0600)");
		goto out;
	}
	text = calloc(1, MAX_PEM);
	n = text == NULL ? -1 : read(fd, text, MAX_PEM - 1);
	if (n <= 0 || n == MAX_PEM - 1 || strstr(text, "-----BEGIN ") == NULL) {
		(void)fail(reason, path, "not a PEM file");
		goto out;
	}
	*ret = text;
	text = NULL;
	ok = true;
out:
	if (text != NULL) {
		ac_wipe(text, MAX_PEM);
		free(text);
	}
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

bool
ac_http_tls_load(struct ac_http_service *service, struct authcode_reason *reason)
{
	const struct ac_config *config = service->config;

	if (config->tls_certificate_file == NULL)
		return true;
	return read_pem(config->tls_certificate_file, false, &service->tls_certificate, reason) &&
	       read_pem(config->tls_key_file, true, &service->tls_key, reason);
}

void
ac_http_tls_clear(struct ac_http_service *service)
{
	if (service->tls_key != NULL)
		ac_wipe(service->tls_key, MAX_PEM);
	free(service->tls_key);
	free(service->tls_certificate);
	service->tls_key = NULL;
	service->tls_certificate = NULL;
}
