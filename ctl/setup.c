/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See setup.h: from a package that was installed to a server that runs. The configuration is
 * written beside its place, checked there by the daemon itself as the account that will
 * read it, and only then given its name: one that would not start is never there.
 */
#include "ctl/setup.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/uri.h"
#include "ctl/config.h"
#include "ctl/program.h"
#include "ctl/setup_files.h"

#define EXAMPLE_HOST "sso.example.org"     /* in the files of dist/proxy */
#define SYSTEMD_RUNS "/run/systemd/system" /* sd_booted(3) */
#define DROP_IN_DIR "/etc/systemd/system/authcoded.socket.d"
#define DROP_IN "setup.conf"                  /* the package takes it away on purge */
#define UNIT_SOCKET "/run/authcode/http.sock" /* authcoded.socket's own */
#define MAX_TEXT 65536

/* Where each proxy looks for the socket, in which group, and where its file is. */
static const struct proxy {
	const char *name, *file, *group, *socket;
} proxies[] = {
	{ "nginx", "nginx.conf", "www-data", UNIT_SOCKET },
	{ "apache", "apache.conf", "www-data", UNIT_SOCKET },
	{ "caddy", "Caddyfile", "caddy", UNIT_SOCKET },
	{ "haproxy", "haproxy.cfg", "haproxy", "/var/lib/haproxy/authcode.sock" },
};

struct setup {
	const char *root; /* "" for / */
	const char *issuer, *certificate, *key, *listen, *email;
	const struct proxy *proxy;
	struct ac_uri uri; /* of the issuer */
	bool force, start;
	struct ac_new_file config, drop_in;
};

static enum ac_ctl_exit
usage(const char *why)
{
	(void)fprintf(stderr, "authcodectl: setup: %s\n", why);
	return AC_CTL_USAGE;
}

/* A value as the configuration and a unit have it: nothing in it ends the quotes or the
 * line, and systemd sees no specifier. */
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
check_options(struct setup *s, const char *behind)
{
	if (s->issuer == NULL)
		return usage("--issuer is missing: the URL by which people reach this server");
	if (behind != NULL && s->proxy == NULL)
		return usage("--behind takes nginx, apache, caddy or haproxy");
	if ((behind != NULL) == (s->certificate != NULL || s->key != NULL))
		return usage("give --tls-cert and --tls-key, or --behind");
	if (behind == NULL && (s->certificate == NULL || s->key == NULL))
		return usage("--tls-cert and --tls-key go together");
	if (behind != NULL && s->listen != NULL)
		return usage("behind a proxy it listens on the socket that the proxy looks for: "
			     "leave --listen away");
	if (!quotable(s->issuer) || !quotable(s->certificate) || !quotable(s->key) ||
	    !quotable(s->email))
		return usage("a value must be printable, without ' and \\");
	if (s->listen != NULL && s->listen[strspn(s->listen, "0123456789abcdefABCDEF.:[]")] != '\0')
		return usage(
			"--listen takes ADDRESS:PORT, as 192.0.2.10:443 or [2001:db8::10]:443");
	if (!ac_uri_parse(s->issuer, strlen(s->issuer), &s->uri) || s->uri.host.len == 0 ||
	    !ac_span_is(s->uri.scheme, "https"))
		return usage("--issuer takes an https URL");
	return AC_CTL_DONE;
}

static enum ac_ctl_exit
read_options(const struct ac_ctl *ctl, struct setup *s)
{
	const char *behind = ac_ctl_option(ctl, "behind");

	if (ctl->json)
		return usage("talks to a person and has no --json");
	s->issuer = ac_ctl_option(ctl, "issuer");
	s->certificate = ac_ctl_option(ctl, "tls-cert");
	s->key = ac_ctl_option(ctl, "tls-key");
	s->listen = ac_ctl_option(ctl, "listen");
	s->email = ac_ctl_option(ctl, "email");
	s->root = ac_ctl_option(ctl, "root");
	s->start = ac_ctl_option(ctl, "no-start") == NULL && s->root == NULL &&
		   access(SYSTEMD_RUNS, F_OK) == 0;
	s->root = s->root != NULL ? s->root : "";
	s->force = ac_ctl_option(ctl, "force") != NULL;
	s->proxy = find_proxy(behind);
	return check_options(s, behind);
}

/* Where it listens when it has TLS of its own. */
static void
put_listen(const struct setup *s, struct ac_buf *text)
{
	if (s->listen != NULL)
		ac_buf_puts(text, s->listen);
	else if (s->uri.port.len > 0)
		ac_buf_printf(text, "[::]:%.*s", (int)s->uri.port.len, s->uri.port.data);
	else
		ac_buf_puts(text, "[::]:443");
}

/* --- the configuration ---------------------------------------------------------------- */

static bool
write_config(struct setup *s)
{
	struct ac_buf text;
	bool ok;

	ac_buf_init(&text, MAX_TEXT);
	ac_buf_printf(&text,
		      "# The configuration of authcoded(8). Every option is in authcode.conf(5); "
		      "clients\n# are in clients.d, or in the database (authcodectl client "
		      "add).\nissuer = '%s'\n",
		      s->issuer);
	if (s->proxy != NULL) {
		ac_buf_printf(&text, "listen = { 'unix:%s' }\ntrusted_proxies = { 'unix' }\n",
			      s->proxy->socket);
	} else {
		ac_buf_puts(&text, "listen = { '");
		put_listen(s, &text);
		ac_buf_printf(&text, "' }\ntls_certificate_file = '%s'\ntls_key_file = '%s'\n",
			      s->certificate, s->key);
	}
	if (s->email != NULL)
		ac_buf_printf(&text, "email = '%s'\n", s->email);
	ok = ac_new_file_write(&s->config, &text, 0640, AC_CONFIG_ACCOUNT);
	ac_buf_clear(&text);
	return ok;
}

/* What the daemon says of it, with the name that it will have. */
static void
print_verdict(const struct setup *s, const json_t *said)
{
	const char *temporary = ac_buf_text(&s->config.temporary), *line;
	const json_t *row;
	size_t i;

	json_array_foreach(said, i, row)
	{
		line = json_string_value(row);
		if (strncmp(line, temporary, strlen(temporary)) == 0)
			(void)fprintf(stderr, "authcodectl: %s%s\n", ac_buf_text(&s->config.path),
				      line + strlen(temporary));
		else
			(void)fprintf(stderr, "authcodectl: %s\n", line);
	}
}

static bool
check_config(const struct setup *s)
{
	struct ac_program_end end;
	struct ac_buf program;
	json_t *said;

	ac_buf_init(&program, MAX_TEXT);
	ac_buf_printf(&program, "%s%s", s->root, AC_CTL_DAEMON);
	ac_config_ask(ac_buf_text(&program), ac_buf_text(&s->config.temporary), &end);
	if (!ac_config_good(&end)) {
		said = ac_config_said(&end, ac_buf_text(&program));
		print_verdict(s, said);
		json_decref(said);
		(void)fprintf(stderr, "authcodectl: nothing is configured\n");
	}
	ac_buf_clear(&program);
	return ac_config_good(&end);
}

/* --- the socket ----------------------------------------------------------------------- */

/* authcoded.socket opens what the configuration says, and for whom. */
static bool
write_drop_in(struct setup *s)
{
	struct ac_buf text;
	bool ok;

	ac_buf_init(&text, MAX_TEXT);
	ac_buf_puts(&text, "# Written by authcodectl setup, as listen of authcode.conf(5) has it.\n"
			   "[Socket]\n");
	if (s->proxy == NULL) {
		ac_buf_puts(&text, "ListenStream=\nListenStream=");
		put_listen(s, &text);
		ac_buf_putc(&text, '\n');
	} else {
		if (strcmp(s->proxy->socket, UNIT_SOCKET) != 0)
			ac_buf_printf(&text, "ListenStream=\nListenStream=%s\n", s->proxy->socket);
		ac_buf_printf(&text, "SocketGroup=%s\n", s->proxy->group);
	}
	ok = ac_new_file_write(&s->drop_in, &text, 0644, NULL);
	ac_buf_clear(&text);
	return ok;
}

static const char *const starting[][5] = {
	{ "systemctl", "daemon-reload" },
	/* a socket cannot be another one while its service runs */
	{ "systemctl", "stop", "authcoded.service", "authcoded.socket" },
	{ "systemctl", "enable", "authcoded.socket", "authcoded.service" },
	{ "systemctl", "start", "authcoded.socket", "authcoded.service" },
};

static bool
start(void)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(starting); i++) {
		struct ac_program_end end;
		char buffer[64];

		ac_program_run(starting[i], NULL, &end);
		if (end.status == 0)
			continue;
		(void)fprintf(stderr,
			      "%sauthcodectl: systemctl %s: %s; journalctl -u authcoded "
			      "may say more\n",
			      end.output, starting[i][1],
			      ac_program_failure(&end, buffer, sizeof(buffer)));
		return false;
	}
	return true;
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
		(void)fprintf(stderr, "authcodectl: %s: %s\n", ac_buf_text(&path), strerror(errno));
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
	(void)printf("%s and %s are written.%s Next:\n\n", ac_buf_text(&s->config.path),
		     ac_buf_text(&s->drop_in.path), s->start ? " authcoded runs." : "");
	for (size_t i = 0; !s->start && i < AC_ARRAY_SIZE(starting); i++) {
		(void)printf(" ");
		for (size_t w = 0; starting[i][w] != NULL; w++)
			(void)printf(" %s", starting[i][w]);
		(void)printf("\n");
	}
	(void)printf("  authcodectl client presets\n"
		     "  authcodectl client add --for APPLICATION --url https://...\n");
	if (s->proxy == NULL)
		return;
	(void)printf("\nFor %s, as doc/proxy.md has it:\n\n", s->proxy->name);
	print_snippet(s);
}

/* Before anything is written. */
static bool
host_is_ready(const struct setup *s)
{
	const char *path = ac_buf_text(&s->config.path);

	if (!s->force && access(path, F_OK) == 0) {
		(void)fprintf(stderr, "authcodectl: %s: is there already; --force writes it anew\n",
			      path);
		return false;
	}
	if (s->root[0] != '\0')
		return true;
	if (s->proxy == NULL)
		return ac_setup_open_key(s->key, AC_CONFIG_ACCOUNT);
	if (getgrnam(s->proxy->group) != NULL)
		return true;
	(void)fprintf(stderr,
		      "authcodectl: there is no group %s, in which %s reaches the socket: "
		      "install %s first\n",
		      s->proxy->group, s->proxy->name, s->proxy->name);
	return false;
}

static enum ac_ctl_exit
run(struct setup *s)
{
	/* Neither has its name before both are whole: a full disk takes nobody's place. */
	if (!host_is_ready(s) || !write_config(s) || !check_config(s) || !write_drop_in(s) ||
	    !ac_new_file_place(&s->config, s->force) || !ac_new_file_place(&s->drop_in, true) ||
	    (s->start && !start()))
		return AC_CTL_REFUSED;
	(void)fflush(stderr);
	print_next(s);
	return AC_CTL_DONE;
}

enum ac_ctl_exit
ac_ctl_setup(const struct ac_ctl *ctl)
{
	struct setup s = { 0 };
	enum ac_ctl_exit status = read_options(ctl, &s);

	if (status != AC_CTL_DONE)
		return status;
	ac_new_file_init(&s.config, s.root, AC_CTL_CONFIG_DIR, "authcode.conf");
	ac_new_file_init(&s.drop_in, s.root, DROP_IN_DIR, DROP_IN);
	status = run(&s);
	ac_new_file_clear(&s.config);
	ac_new_file_clear(&s.drop_in);
	return status;
}
