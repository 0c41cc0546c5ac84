/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See setup.h: the first configuration of a host, without a daemon. It is written beside
 * its place, checked there by the daemon itself, and only then given its name, so that a
 * configuration that would not start is never there.
 */
#include "ctl/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/uri.h"

#define GROUP "_authcode"
#define EXAMPLE_HOST "sso.example.org" /* in the files of dist/proxy */
#define MAX_TEXT 65536

/* How each proxy reaches the socket, and where its file is. */
static const struct proxy {
	const char *name, *file, *group;
} proxies[] = {
	{ "nginx", "nginx.conf", "www-data" },
	{ "apache", "apache.conf", "www-data" },
	{ "caddy", "Caddyfile", "caddy" },
	{ "haproxy", "haproxy.cfg", "haproxy" },
};

struct setup {
	const char *root; /* "" for / */
	const char *issuer, *certificate, *key;
	const struct proxy *proxy;
	struct ac_uri uri; /* of the issuer */
	bool force;
	struct ac_buf directory, place, temporary; /* paths */
};

static enum ac_ctl_exit
usage(const char *why)
{
	(void)fprintf(stderr, "authcodectl: setup: %s\n", why);
	return AC_CTL_USAGE;
}

/* A value as the configuration quotes it: nothing in it ends the quotes. */
static bool
quotable(const char *text)
{
	return text == NULL ||
	       (ac_text_printable(text, strlen(text)) && strpbrk(text, "'\\") == NULL);
}

static const struct proxy *
find_proxy(const char *name)
{
	for (size_t i = 0; name != NULL && i < AC_ARRAY_SIZE(proxies); i++) {
		if (strcmp(proxies[i].name, name) == 0)
			return &proxies[i];
	}
	return NULL;
}

static enum ac_ctl_exit
read_options(const struct ac_ctl *ctl, struct setup *s)
{
	const char *behind = ac_ctl_option(ctl, "behind");

	s->issuer = ac_ctl_option(ctl, "issuer");
	s->certificate = ac_ctl_option(ctl, "tls-cert");
	s->key = ac_ctl_option(ctl, "tls-key");
	s->root = ac_ctl_option(ctl, "root");
	s->root = s->root != NULL ? s->root : "";
	s->force = ac_ctl_option(ctl, "force") != NULL;
	s->proxy = find_proxy(behind);
	if (s->issuer == NULL)
		return usage("--issuer is missing: the URL by which people reach this server");
	if (behind != NULL && s->proxy == NULL)
		return usage("--behind takes nginx, apache, caddy or haproxy");
	if ((behind != NULL) == (s->certificate != NULL || s->key != NULL))
		return usage("give --tls-cert and --tls-key, or --behind");
	if (behind == NULL && (s->certificate == NULL || s->key == NULL))
		return usage("--tls-cert and --tls-key go together");
	if (!quotable(s->issuer) || !quotable(s->certificate) || !quotable(s->key))
		return usage("a value must be printable, without ' and \\");
	if (!ac_uri_parse(s->issuer, strlen(s->issuer), &s->uri) || s->uri.host.len == 0 ||
	    !ac_span_is(s->uri.scheme, "https"))
		return usage("--issuer takes an https URL");
	return AC_CTL_DONE;
}

/* --- the file ----------------------------------------------------------------------- */

static void
put_config(const struct setup *s, struct ac_buf *text)
{
	const int port_len = s->uri.port.len > 0 ? (int)s->uri.port.len : 3;
	const char *port = s->uri.port.len > 0 ? s->uri.port.data : "443";

	ac_buf_printf(text,
		      "# The configuration of authcoded(8). Every option is in authcode.conf(5); "
		      "clients\n# are in clients.d, or in the database (authcodectl client "
		      "add).\nissuer = '%s'\n",
		      s->issuer);
	if (s->proxy != NULL)
		ac_buf_puts(text, "listen = { 'unix:/run/authcode/http.sock' }\n"
				  "trusted_proxies = { 'unix' }\n");
	else
		ac_buf_printf(text,
			      "listen = { '[::]:%.*s' }\n"
			      "tls_certificate_file = '%s'\ntls_key_file = '%s'\n",
			      port_len, port, s->certificate, s->key);
}

static bool
fail(const char *path)
{
	(void)fprintf(stderr, "authcodectl: %s: %s\n", path, strerror(errno));
	return false;
}

static bool
write_whole(int fd, const struct ac_buf *text)
{
	const char *data = ac_buf_text(text);

	for (size_t at = 0; at < text->len;) {
		ssize_t n = write(fd, data + at, text->len - at);

		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0;
}

/* Root's, and readable by the daemon. */
static bool
write_temporary(struct setup *s)
{
	const struct group *group = geteuid() == 0 ? getgrnam(GROUP) : NULL;
	struct ac_buf text;
	bool ok;
	int fd;

	ac_buf_init(&text, MAX_TEXT);
	put_config(s, &text);
	fd = mkostemp(s->temporary.data, O_CLOEXEC);
	ok = fd >= 0 && ac_buf_ok(&text) && fchmod(fd, 0640) == 0 &&
	     (group == NULL || fchown(fd, 0, group->gr_gid) == 0) && write_whole(fd, &text);
	if (!ok)
		(void)fail(ac_buf_text(&s->temporary));
	if (fd >= 0)
		(void)close(fd);
	ac_buf_clear(&text);
	return ok;
}

/* The daemon's own check; its sentence goes where ours do. */
static bool
check(const struct setup *s)
{
	struct ac_buf program;
	int status = -1;
	pid_t child;
	bool good;

	ac_buf_init(&program, MAX_TEXT);
	ac_buf_printf(&program, "%s%s", s->root, AC_CTL_DAEMON);
	child = ac_buf_ok(&program) ? fork() : -1;
	if (child == 0) {
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		(void)execl(ac_buf_text(&program), "authcoded", "--check-config", "--config",
			    ac_buf_text(&s->temporary), (char *)NULL);
		(void)fail(ac_buf_text(&program));
		_exit(126);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	good = child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	ac_buf_clear(&program);
	return good;
}

/* link() never takes the place of what is there. */
static bool
put_in_place(const struct setup *s)
{
	const char *from = ac_buf_text(&s->temporary), *to = ac_buf_text(&s->place);
	int directory;
	bool ok = s->force ? rename(from, to) == 0 : link(from, to) == 0;

	if (!ok && errno == EEXIST)
		(void)fprintf(stderr, "authcodectl: %s: is there already; --force writes it anew\n",
			      to);
	else if (!ok)
		(void)fail(to);
	if (!ok)
		return false;
	if (!s->force)
		(void)unlink(from);
	directory = open(ac_buf_text(&s->directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = directory >= 0 && fsync(directory) == 0;
	if (!ok)
		(void)fail(ac_buf_text(&s->directory));
	if (directory >= 0)
		(void)close(directory);
	return ok;
}

/* --- what to do next ------------------------------------------------------------------ */

static void
print_snippet(const struct setup *s)
{
	struct ac_buf path;
	char line[1024];
	FILE *file;

	ac_buf_init(&path, MAX_TEXT);
	ac_buf_printf(&path, "%s%s/%s", s->root, AC_CTL_PROXY_DIR, s->proxy->file);
	file = ac_buf_ok(&path) ? fopen(ac_buf_text(&path), "re") : NULL;
	if (file == NULL)
		(void)fail(ac_buf_text(&path));
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		const char *rest = line, *host;

		while ((host = strstr(rest, EXAMPLE_HOST)) != NULL) {
			(void)printf("%.*s%.*s", (int)(host - rest), rest, (int)s->uri.host.len,
				     s->uri.host.data);
			rest = host + strlen(EXAMPLE_HOST);
		}
		(void)printf("%s", rest);
	}
	if (file != NULL)
		(void)fclose(file);
	ac_buf_clear(&path);
}

static void
print_next(const struct setup *s)
{
	(void)printf("%s is written. Next:\n\n", ac_buf_text(&s->place));
	if (s->proxy != NULL)
		(void)printf("  mkdir -p /etc/systemd/system/authcoded.socket.d\n"
			     "  printf '[Socket]\\nSocketGroup=%s\\n' "
			     ">/etc/systemd/system/authcoded.socket.d/proxy-group.conf\n"
			     "  systemctl daemon-reload\n"
			     "  systemctl enable --now authcoded.socket authcoded.service\n",
			     s->proxy->group);
	else
		(void)printf("  install -D -m 0644 -t /etc/systemd/system/authcoded.socket.d \\\n"
			     "    /usr/share/doc/authcode/examples/authcoded.socket.d/"
			     "port-443.conf\n"
			     "  chgrp _authcode %s && chmod 0640 %s\n"
			     "  systemctl daemon-reload\n"
			     "  systemctl enable --now authcoded.socket authcoded.service\n",
			     s->key, s->key);
	(void)printf("  authcodectl client presets\n"
		     "  authcodectl client add --for APPLICATION --url https://...\n");
	if (s->proxy == NULL)
		return;
	(void)printf("\nFor %s, as doc/proxy.md has it:\n\n", s->proxy->name);
	print_snippet(s);
}

static enum ac_ctl_exit
run(struct setup *s)
{
	bool ok;

	ac_buf_printf(&s->directory, "%s%s", s->root, AC_CTL_CONFIG_DIR);
	ac_buf_printf(&s->place, "%s/authcode.conf", ac_buf_text(&s->directory));
	ac_buf_printf(&s->temporary, "%s/.authcode.conf.XXXXXX", ac_buf_text(&s->directory));
	if (!ac_buf_ok(&s->directory) || !ac_buf_ok(&s->place) || !ac_buf_ok(&s->temporary))
		return AC_CTL_REFUSED;
	if (!s->force && access(ac_buf_text(&s->place), F_OK) == 0) {
		(void)fprintf(stderr, "authcodectl: %s: is there already; --force writes it anew\n",
			      ac_buf_text(&s->place));
		return AC_CTL_REFUSED;
	}
	if (mkdir(ac_buf_text(&s->directory), 0750) != 0 && errno != EEXIST) {
		(void)fail(ac_buf_text(&s->directory));
		return AC_CTL_REFUSED;
	}
	ok = write_temporary(s) && check(s) && put_in_place(s);
	if (!ok) {
		(void)unlink(ac_buf_text(&s->temporary));
		return AC_CTL_REFUSED;
	}
	(void)fflush(stderr);
	print_next(s);
	return AC_CTL_DONE;
}

enum ac_ctl_exit
ac_ctl_setup(const struct ac_ctl *ctl)
{
	struct setup s = { 0 };
	enum ac_ctl_exit status = read_options(ctl, &s);

	ac_buf_init(&s.directory, MAX_TEXT);
	ac_buf_init(&s.place, MAX_TEXT);
	ac_buf_init(&s.temporary, MAX_TEXT);
	if (status == AC_CTL_DONE)
		status = run(&s);
	ac_buf_clear(&s.directory);
	ac_buf_clear(&s.place);
	ac_buf_clear(&s.temporary);
	return status;
}
