/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See setup_plan.h.
 */
#include "ctl/setup_plan.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/said.h"
#include "ctl/setup_units.h"

#define EXAMPLE_HOST "sso.example.org"        /* in the files of dist/proxy */
#define SYSTEMD_RUNS "/run/systemd/system"    /* sd_booted(3) */
#define UNIT_SOCKET "/run/authcode/http.sock" /* authcoded.socket's own */
#define DEFAULT_LIMIT_S 120                   /* twice TimeoutStartSec= of the service */

static const struct ac_setup_proxy proxies[] = {
	{ "nginx", "nginx.conf", "www-data", UNIT_SOCKET },
	{ "apache", "apache.conf", "www-data", UNIT_SOCKET },
	{ "caddy", "Caddyfile", "caddy", UNIT_SOCKET },
	{ "haproxy", "haproxy.cfg", "haproxy", "/var/lib/haproxy/authcode.sock" },
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

static const struct ac_setup_proxy *
find_proxy(const char *name)
{
	for (size_t i = 0; name != NULL && i < AC_ARRAY_SIZE(proxies); i++) {
		if (strcmp(proxies[i].name, name) == 0)
			return &proxies[i];
	}
	return NULL;
}

static enum ac_ctl_exit
check_options(struct ac_setup_plan *plan, const char *behind)
{
	if (plan->issuer == NULL)
		return usage("--issuer is missing: the URL by which people reach this server");
	if (behind != NULL && plan->proxy == NULL)
		return usage("--behind takes nginx, apache, caddy or haproxy");
	if ((behind != NULL) == (plan->certificate != NULL || plan->key != NULL))
		return usage("give --tls-cert and --tls-key, or --behind");
	if (behind == NULL && (plan->certificate == NULL || plan->key == NULL))
		return usage("--tls-cert and --tls-key go together");
	if (behind != NULL && plan->listen != NULL)
		return usage("behind a proxy it listens on the socket that the proxy looks for: "
			     "leave --listen away");
	if (!quotable(plan->issuer) || !quotable(plan->certificate) || !quotable(plan->key) ||
	    !quotable(plan->email))
		return usage("a value must be printable, without ' and \\");
	if (plan->listen != NULL &&
	    plan->listen[strspn(plan->listen, "0123456789abcdefABCDEF.:[]")] != '\0')
		return usage(
			"--listen takes ADDRESS:PORT, as 192.0.2.10:443 or [2001:db8::10]:443");
	if (!ac_uri_parse(plan->issuer, strlen(plan->issuer), &plan->uri) ||
	    plan->uri.host.len == 0 || !ac_span_is(plan->uri.scheme, "https"))
		return usage("--issuer takes an https URL");
	return AC_CTL_DONE;
}

/* --timeout */
static bool
read_limit(const struct ac_ctl *ctl, unsigned *ret)
{
	const char *text = ac_ctl_option(ctl, "timeout");
	uint64_t number = DEFAULT_LIMIT_S;

	if (text != NULL && (!ac_parse_u64(text, AC_SETUP_MAX_LIMIT_S, &number) || number == 0))
		return false;
	*ret = (unsigned)number;
	return true;
}

enum ac_ctl_exit
ac_setup_plan_read(const struct ac_ctl *ctl, struct ac_setup_plan *ret)
{
	const char *behind = ac_ctl_option(ctl, "behind"), *root = ac_ctl_option(ctl, "root");

	*ret = (struct ac_setup_plan){
		.issuer = ac_ctl_option(ctl, "issuer"),
		.certificate = ac_ctl_option(ctl, "tls-cert"),
		.key = ac_ctl_option(ctl, "tls-key"),
		.listen = ac_ctl_option(ctl, "listen"),
		.email = ac_ctl_option(ctl, "email"),
		.root = root != NULL ? root : "",
		.proxy = find_proxy(behind),
		.force = ac_ctl_option(ctl, "force") != NULL,
		.start = ac_ctl_option(ctl, "no-start") == NULL && root == NULL &&
			 access(SYSTEMD_RUNS, F_OK) == 0,
	};
	if (!ac_text_printable(ret->root, strlen(ret->root)))
		return usage("--root must be printable");
	if (!read_limit(ctl, &ret->limit_s))
		return usage("--timeout takes seconds, 1 to 3600");
	return check_options(ret, behind);
}

/* --- what follows from it ------------------------------------------------------------- */

/* Where it listens when it has TLS of its own. */
static void
put_listen(const struct ac_setup_plan *plan, struct ac_buf *text)
{
	if (plan->listen != NULL)
		ac_buf_puts(text, plan->listen);
	else if (plan->uri.port.len > 0)
		ac_buf_printf(text, "[::]:%.*s", (int)plan->uri.port.len, plan->uri.port.data);
	else
		ac_buf_puts(text, "[::]:443");
}

void
ac_setup_put_config(const struct ac_setup_plan *plan, struct ac_buf *text)
{
	ac_buf_printf(text,
		      "# The configuration of authcoded(8). Every option is in authcode.conf(5); "
		      "clients\n# are in clients.d, or in the database (authcodectl client "
		      "add).\nissuer = '%s'\n",
		      plan->issuer);
	if (plan->proxy != NULL) {
		ac_buf_printf(text, "listen = { 'unix:%s' }\ntrusted_proxies = { 'unix' }\n",
			      plan->proxy->socket);
	} else {
		ac_buf_puts(text, "listen = { '");
		put_listen(plan, text);
		ac_buf_printf(text, "' }\ntls_certificate_file = '%s'\ntls_key_file = '%s'\n",
			      plan->certificate, plan->key);
	}
	if (plan->email != NULL)
		ac_buf_printf(text, "email = '%s'\n", plan->email);
}

/* authcoded.socket opens what the configuration says, and for whom. */
void
ac_setup_put_drop_in(const struct ac_setup_plan *plan, struct ac_buf *text)
{
	ac_buf_puts(text, "# Written by authcodectl setup, as listen of authcode.conf(5) has it.\n"
			  "[Socket]\n");
	if (plan->proxy == NULL) {
		ac_buf_puts(text, "ListenStream=\nListenStream=");
		put_listen(plan, text);
		ac_buf_putc(text, '\n');
		return;
	}
	if (strcmp(plan->proxy->socket, UNIT_SOCKET) != 0)
		ac_buf_printf(text, "ListenStream=\nListenStream=%s\n", plan->proxy->socket);
	ac_buf_printf(text, "SocketGroup=%s\n", plan->proxy->group);
}

static void
put_line(const struct ac_setup_plan *plan, const char *line, struct ac_buf *text)
{
	const char *host;

	for (; (host = strstr(line, EXAMPLE_HOST)) != NULL; line = host + strlen(EXAMPLE_HOST)) {
		ac_buf_put(text, line, (size_t)(host - line));
		ac_buf_put(text, plan->uri.host.data, plan->uri.host.len);
	}
	ac_buf_puts(text, line);
}

void
ac_setup_put_snippet(const struct ac_setup_plan *plan, struct ac_buf *text, json_t *said)
{
	struct ac_buf path;
	char line[1024];
	FILE *file;

	ac_buf_init(&path, PATH_MAX);
	ac_buf_printf(&path, "%s%s/%s", plan->root, AC_CTL_PROXY_DIR, plan->proxy->file);
	file = ac_buf_ok(&path) ? fopen(ac_buf_text(&path), "re") : NULL;
	if (file == NULL)
		(void)ac_said_errno(said, ac_buf_text(&path));
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		put_line(plan, line, text);
	if (file != NULL)
		(void)fclose(file);
	ac_buf_clear(&path);
}
