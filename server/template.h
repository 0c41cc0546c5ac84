/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Templates without logic, a small part of mustache, parsed once at start:
 *
 *   {{name}}              the value, always escaped for HTML text and quoted
 *                         attributes; there is no way to print one unescaped
 *   {{#name}} … {{/name}} once for each view of a list, or once when the value
 *                         is not empty
 *   {{^name}} … {{/name}} when the list or the value is empty
 *   {{! … }}              nothing
 *   {{>content}}          the inner text given beside the outer one (a layout
 *                         and its page); the only inclusion
 *
 * A section or comment tag alone on its line takes the line with it. Names are
 * looked for from the innermost view outwards; a name that no view has is a
 * failure, so that a misspelt one does not render as nothing.
 */
#ifndef AC_SERVER_TEMPLATE_H
#define AC_SERVER_TEMPLATE_H

#include <stddef.h>

#include <authcode/error.h>

#include "base/attr.h"
#include "base/buf.h"

/* What a template reads: plain text and lists of views. */
struct ac_field {
	const char *name;
	const char *text;           /* NULL: empty */
	const struct ac_view *list; /* list_count views; text is ignored when is not NULL */
	size_t list_count;
};

struct ac_view {
	const struct ac_field *fields;
	size_t count;
};

struct ac_template;

/* outer and inner (NULL: none, and {{>content}} is an error) are borrowed for
 * the life of the template. ERR_SYNTAX: malformed, reason (may be NULL) names
 * the line; ERR_LIMIT: nested too deeply; ERR_MEMORY. New: ac_template_free(). */
AC_MUST_USE enum authcode_err ac_template_parse(const char *outer, const char *inner,
						struct ac_template **ret,
						struct authcode_reason *reason);
void ac_template_free(struct ac_template **tmpl);

/* Appends to out. ERR_LIMIT or ERR_MEMORY when out is full, ERR_NOT_FOUND for a
 * name that view lacks; what out holds then must not be shown. Thread-safe. */
AC_MUST_USE enum authcode_err ac_template_render(const struct ac_template *tmpl,
						 const struct ac_view *view, struct ac_buf *out);

/* The one escaping function. & < > " ' ` become references; a control other
 * than tab and newline, and a byte that is not UTF-8, becomes U+FFFD. */
void ac_html_put(struct ac_buf *out, const char *text);

#endif
