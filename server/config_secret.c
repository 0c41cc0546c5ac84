/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_secret.h. The digest is fast on purpose (no key derivation on the
 * request path), so a secret that a person could guess is refused: 22
 * characters of base64 are 128 bits, and of poorer alphabets it takes more.
 */
#include "server/config_secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/secret.h"
#include "server/config_file.h"

#define SECRET_MIN 22
#define DISTINCT_MIN 6 /* different characters: even digits have more, all but surely */

static bool
check_file(int fd, const char *path, const struct ac_place *place, uid_t *ret_owner,
	   struct authcode_reason *reason)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ac_config_refuse(reason, place, "client_secret_file: %s: %m", path);
	if (!S_ISREG(st.st_mode))
		return ac_config_refuse(reason, place, "client_secret_file: %s: not a regular file",
					path);
	if ((st.st_mode & (S_IRWXO | S_IWGRP)) != 0)
		return ac_config_refuse(reason, place,
					"client_secret_file: %s: others may read or write it; run "
					"chmod 600 on it",
					path);
	if ((st.st_mode & S_IRGRP) != 0 && st.st_uid != 0)
		return ac_config_refuse(reason, place,
					"client_secret_file: %s: its group may read it although "
					"root does not own it; run chmod 600 on it",
					path);
	*ret_owner = st.st_uid;
	return true;
}

ssize_t
ac_config_read_up_to(int fd, char *data, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, data + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/* How many characters of an alphabet are 128 bits; the least is SECRET_MIN. */
static const struct {
	const char *name, *characters;
	size_t min;
} alphabets[] = {
	{ "digits", "0123456789", 39 },
	{ "hexadecimal digits", "0123456789abcdef", 32 },
	{ "hexadecimal digits", "0123456789ABCDEF", 32 },
	{ "lower case and digits", "abcdefghijklmnopqrstuvwxyz0123456789", 25 },
	{ "upper case and digits", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 25 },
};

static bool
repeats_itself(const char *data, size_t len)
{
	bool seen[256] = { false };
	unsigned distinct = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		distinct += !seen[c];
		seen[c] = true;
	}
	return distinct < DISTINCT_MIN;
}

/* OIDC-Reg §3.2 wants it beyond guessing; what is seen here is the least of that. */
static bool
check_strength(const char *data, size_t len, const char *what, const struct ac_place *place,
	       struct authcode_reason *reason)
{
	if (repeats_itself(data, len))
		return ac_config_refuse(reason, place,
					"%s: the secret repeats itself; openssl "
					"rand -base64 32 makes a better one",
					what);
	for (size_t i = 0; i < AC_ARRAY_SIZE(alphabets); i++) {
		size_t n = 0;

		while (n < len && strchr(alphabets[i].characters, data[n]) != NULL)
			n++;
		if (n == len && len < alphabets[i].min)
			return ac_config_refuse(reason, place,
						"%s: of %s the secret must have "
						"%zu or more; openssl rand -base64 32 makes one",
						what, alphabets[i].name, alphabets[i].min);
		if (n == len)
			break;
	}
	return true;
}

/* RFC 6749 App. A.2: *VSCHAR. */
bool
ac_config_secret_check(const char *data, size_t len, const char *what, const struct ac_place *place,
		       struct authcode_reason *reason)
{
	if (len < SECRET_MIN || len > AC_MAX_CLIENT_SECRET)
		return ac_config_refuse(reason, place,
					"%s: the secret must have %d to %d "
					"characters; openssl rand -base64 32 makes one",
					what, SECRET_MIN, AC_MAX_CLIENT_SECRET);
	for (size_t i = 0; i < len; i++) {
		if (data[i] < 0x20 || data[i] > 0x7e)
			return ac_config_refuse(reason, place,
						"%s: the secret must be one "
						"line of printable ASCII",
						what);
	}
	return check_strength(data, len, what, place, reason);
}

/* One newline at the end is the editor's. */
static bool
check_secret(const char *data, size_t *len, const char *path, const struct ac_place *place,
	     struct authcode_reason *reason)
{
	char what[256];

	if (*len > 0 && data[*len - 1] == '\n')
		(*len)--;
	if (*len > 0 && data[*len - 1] == '\r')
		(*len)--;
	(void)snprintf(what, sizeof(what), "client_secret_file: %s", path);
	return ac_config_secret_check(data, *len, what, place, reason);
}

enum authcode_err
ac_config_secret_read(const char *path, const struct ac_place *place,
		      char ret_secret[AC_MAX_CLIENT_SECRET + 1], uid_t *ret_owner,
		      struct authcode_reason *reason)
{
	char data[AC_MAX_CLIENT_SECRET + 3]; /* a newline, and one byte that is too many */
	enum authcode_err err = AUTHCODE_ERR_CONFIG;
	const char *why = NULL;
	int fd = ac_config_file_open(path, &why);
	ssize_t n;
	size_t len;

	if (fd < 0) {
		ac_config_refuse(reason, place, "client_secret_file: %s: %s", path, why);
		return AUTHCODE_ERR_CONFIG;
	}
	if (!check_file(fd, path, place, ret_owner, reason))
		goto out;
	n = ac_config_read_up_to(fd, data, sizeof(data));
	if (n < 0) {
		ac_config_refuse(reason, place, "client_secret_file: %s: %m", path);
		goto out;
	}
	len = (size_t)n;
	if (!check_secret(data, &len, path, place, reason))
		goto out;
	memcpy(ret_secret, data, len);
	ret_secret[len] = '\0';
	err = AUTHCODE_OK;
out:
	ac_wipe(data, sizeof(data));
	close(fd);
	return err;
}
