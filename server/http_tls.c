/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Certificate and key of the TLS listeners. Read while the daemon may still be
 * root; the PEM text is wiped when the HTTP library has taken it in.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "server/config_file.h"
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

/* Root's with 0640 and a group of its own is how distributions keep keys. */
static bool
check_file(const struct ac_config *config, const char *path, const struct stat *st,
	   struct authcode_reason *reason)
{
	bool secret = path == config->tls_key_file;
	char text[AC_OWNER_FAULT_SIZE];
	const char *fault;

	if (!S_ISREG(st->st_mode))
		return fail(reason, path, "not a regular file");
	fault = ac_config_owner_fault(st->st_uid, config->user, text);
	if (fault != NULL)
		return fail(reason, path, fault);
	if (secret && (st->st_mode & 0027) != 0)
		return fail(reason, path,
			    "the private key must not be readable by others nor "
			    "writable by its group (chmod 0600)");
	if (secret && (st->st_mode & 0040) != 0 && st->st_uid != 0)
		return fail(reason, path,
			    "its group may read it although root does not own it; run chmod 600 on "
			    "it");
	if (!secret && (st->st_mode & 0022) != 0)
		return fail(reason, path,
			    "others than its owner may write the certificate; run chmod go-w on "
			    "it");
	return true;
}

static bool
read_pem(const struct ac_config *config, const char *path, char **ret,
	 struct ac_http_stamp *ret_stamp, struct authcode_reason *reason)
{
	const char *why = NULL;
	int fd = ac_config_file_open(path, &why);
	char *text = NULL;
	struct stat st;
	ssize_t n;
	bool ok = false;

	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)fail(reason, path, fd < 0 ? why : strerror(errno));
		goto out;
	}
	if (!check_file(config, path, &st, reason))
		goto out;
	text = calloc(1, MAX_PEM);
	n = text == NULL ? -1 : read(fd, text, MAX_PEM - 1);
	if (n <= 0 || n == MAX_PEM - 1 || strstr(text, "-----BEGIN ") == NULL) {
		(void)fail(reason, path, "not a PEM file");
		goto out;
	}
	*ret = text;
	*ret_stamp = (struct ac_http_stamp){ .device = st.st_dev,
					     .inode = st.st_ino,
					     .size = st.st_size,
					     .modified = st.st_mtim,
					     .changed = st.st_ctim };
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
ac_http_pem_load(const struct ac_config *config, struct ac_http_pem *ret,
		 struct authcode_reason *reason)
{
	struct ac_http_pem pem = { 0 };

	if (config->tls_certificate_file == NULL)
		return true;
	if (read_pem(config, config->tls_certificate_file, &pem.certificate, &pem.stamps[0],
		     reason) &&
	    read_pem(config, config->tls_key_file, &pem.key, &pem.stamps[1], reason)) {
		*ret = pem;
		return true;
	}
	ac_http_pem_clear(&pem);
	return false;
}

void
ac_http_pem_clear(struct ac_http_pem *pem)
{
	if (pem->key != NULL)
		ac_wipe(pem->key, MAX_PEM);
	free(pem->key);
	free(pem->certificate);
	pem->key = NULL;
	pem->certificate = NULL;
}
