/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See template.h. The parser turns the source into a flat program; a section
 * knows where it ends, so rendering is one loop that recurses per section and
 * never looks at the source's syntax again. Text and names point into the
 * source, nothing is copied.
 */
#include "server/template.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MAX_DEPTH 8

enum op_kind {
	OP_TEXT,
	OP_VALUE,
	OP_SECTION,
	OP_INVERTED,
};

struct op {
	enum op_kind kind;
	const char *data; /* text, or the name */
	size_t len;
	size_t end; /* sections: index of the first op behind them */
};

struct ac_template {
	struct op *ops;
	size_t count;
	size_t capacity;
};

/* --- parsing -------------------------------------------------------------- */

struct parser {
	struct ac_template *tmpl;
	const char *inner;
	size_t open[MAX_DEPTH]; /* sections not closed yet */
	size_t depth;
	const char *source; /* the text being read, for the line in a complaint */
	const char *at;
	const char *complaint;
};

struct tag {
	char sigil; /* one of # ^ / ! >, or 0 for a value */
	const char *name;
	size_t len;
	const char *end; /* behind the closing braces */
};

static enum authcode_err
complain(struct parser *p, const char *at, const char *complaint)
{
	p->at = at;
	p->complaint = complaint;
	return AUTHCODE_ERR_SYNTAX;
}

static struct op *
add(struct ac_template *tmpl, enum op_kind kind, const char *data, size_t len)
{
	struct op *op;

	if (tmpl->count == tmpl->capacity) {
		size_t capacity = tmpl->capacity == 0 ? 32 : tmpl->capacity * 2;
		struct op *ops = reallocarray(tmpl->ops, capacity, sizeof(*ops));

		if (ops == NULL)
			return NULL;
		tmpl->ops = ops;
		tmpl->capacity = capacity;
	}
	op = &tmpl->ops[tmpl->count++];
	*op = (struct op){ .kind = kind, .data = data, .len = len };
	return op;
}

static bool
is_name(const char *text, size_t len)
{
	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= '0' && text[i] <= '9') &&
		    text[i] != '_')
			return false;
	}
	return true;
}

/* Reads the tag whose opening braces are at text. */
static enum authcode_err
read_tag(struct parser *p, const char *text, struct tag *ret)
{
	const char *name = text + 2, *close = strstr(name, "}}");
	struct tag tag = { 0 };

	if (close == NULL)
		return complain(p, text, "a tag is not closed");
	tag.end = close + 2;
	if (*name != '\0' && strchr("#^/!>", *name) != NULL)
		tag.sigil = *name++;
	while (name < close && *name == ' ')
		name++;
	while (close > name && close[-1] == ' ')
		close--;
	tag.name = name;
	tag.len = (size_t)(close - name);
	if (tag.sigil != '!' && !is_name(tag.name, tag.len))
		return complain(p, text, "a tag does not hold a name");
	*ret = tag;
	return AUTHCODE_OK;
}

/* Does the tag stand alone on its line? Then *line is where the line begins
 * and *next where the following one does. */
static bool
stands_alone(const char *source, const char *open, const char *end, const char **line,
	     const char **next)
{
	while (open > source && (open[-1] == ' ' || open[-1] == '\t'))
		open--;
	if (open > source && open[-1] != '\n')
		return false;
	end += strspn(end, " \t");
	if (*end != '\n' && *end != '\0')
		return false;
	*line = open;
	*next = *end == '\n' ? end + 1 : end;
	return true;
}

static enum authcode_err parse(struct parser *p, const char *source);

static enum authcode_err
open_section(struct parser *p, const char *at, const struct tag *tag)
{
	if (p->depth == MAX_DEPTH) {
		(void)complain(p, at, "sections are nested too deeply");
		return AUTHCODE_ERR_LIMIT;
	}
	p->open[p->depth++] = p->tmpl->count;
	if (add(p->tmpl, tag->sigil == '#' ? OP_SECTION : OP_INVERTED, tag->name, tag->len) == NULL)
		return AUTHCODE_ERR_MEMORY;
	return AUTHCODE_OK;
}

static enum authcode_err
close_section(struct parser *p, const char *at, const struct tag *tag, size_t floor)
{
	struct op *op;

	if (p->depth == floor)
		return complain(p, at, "a section is closed that is not open");
	op = &p->tmpl->ops[p->open[p->depth - 1]];
	if (op->len != tag->len || memcmp(op->data, tag->name, tag->len) != 0)
		return complain(p, at, "a section is closed by another name");
	op->end = p->tmpl->count;
	p->depth--;
	return AUTHCODE_OK;
}

static enum authcode_err
include(struct parser *p, const char *at, const struct tag *tag)
{
	const char *inner = p->inner, *outer = p->source;
	enum authcode_err err;

	if (inner == NULL || tag->len != strlen("content") ||
	    memcmp(tag->name, "content", tag->len) != 0)
		return complain(p, at, "there is nothing to include under this name");
	p->inner = NULL; /* once, and not from inside itself */
	err = parse(p, inner);
	if (err == AUTHCODE_OK)
		p->source = outer;
	return err;
}

static enum authcode_err
apply(struct parser *p, const char *at, const struct tag *tag, size_t floor)
{
	switch (tag->sigil) {
	case '#':
	case '^':
		return open_section(p, at, tag);
	case '/':
		return close_section(p, at, tag, floor);
	case '>':
		return include(p, at, tag);
	case '!':
		return AUTHCODE_OK;
	default:
		return add(p->tmpl, OP_VALUE, tag->name, tag->len) != NULL ? AUTHCODE_OK
									   : AUTHCODE_ERR_MEMORY;
	}
}

static enum authcode_err
add_text(struct parser *p, const char *text, const char *end)
{
	const char *stray = end > text ? memmem(text, (size_t)(end - text), "}}", 2) : NULL;

	if (stray != NULL)
		return complain(p, stray, "closing braces without a tag");
	if (end > text && add(p->tmpl, OP_TEXT, text, (size_t)(end - text)) == NULL)
		return AUTHCODE_ERR_MEMORY;
	return AUTHCODE_OK;
}

static enum authcode_err
parse(struct parser *p, const char *source)
{
	const char *text = source, *open;
	size_t floor = p->depth; /* an inner text closes only what it opened */

	p->source = source;
	while ((open = strstr(text, "{{")) != NULL) {
		const char *line = open, *next;
		struct tag tag;
		enum authcode_err err = read_tag(p, open, &tag);

		if (err != AUTHCODE_OK)
			return err;
		next = tag.end;
		if (tag.sigil != 0)
			(void)stands_alone(source, open, tag.end, &line, &next);
		err = add_text(p, text, line > text ? line : text);
		if (err == AUTHCODE_OK)
			err = apply(p, open, &tag, floor);
		if (err != AUTHCODE_OK)
			return err;
		text = next;
	}
	if (p->depth != floor) {
		const struct op *op = &p->tmpl->ops[p->open[p->depth - 1]];

		return complain(p, op->data, "a section is not closed");
	}
	return add_text(p, text, text + strlen(text));
}

static void
explain(const struct parser *p, struct authcode_reason *reason)
{
	unsigned line = 1;

	if (reason == NULL || p->complaint == NULL)
		return;
	for (const char *c = p->source; c < p->at; c++)
		line += *c == '\n';
	snprintf(reason->text, sizeof(reason->text), "line %u: %s", line, p->complaint);
}

enum authcode_err
ac_template_parse(const char *outer, const char *inner, struct ac_template **ret,
		  struct authcode_reason *reason)
{
	struct parser p = { .inner = inner };
	enum authcode_err err;

	p.tmpl = calloc(1, sizeof(*p.tmpl));
	if (p.tmpl == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = parse(&p, outer);
	if (err == AUTHCODE_OK && p.inner != NULL)
		err = complain(&p, outer, "the outer text does not include the inner one");
	if (err != AUTHCODE_OK) {
		explain(&p, reason);
		ac_template_free(&p.tmpl);
		return err;
	}
	*ret = p.tmpl;
	return AUTHCODE_OK;
}

void
ac_template_free(struct ac_template **tmpl)
{
	if (tmpl == NULL || *tmpl == NULL)
		return;
	free((*tmpl)->ops);
	free(*tmpl);
	*tmpl = NULL;
}

/* --- rendering ------------------------------------------------------------ */

/* The views on the way to the innermost one. */
struct scope {
	const struct ac_view *view;
	const struct scope *outer;
};

static const struct ac_field *
find(const struct scope *scope, const struct op *op)
{
	for (; scope != NULL; scope = scope->outer) {
		for (size_t i = 0; i < scope->view->count; i++) {
			const struct ac_field *field = &scope->view->fields[i];

			if (strlen(field->name) == op->len &&
			    memcmp(field->name, op->data, op->len) == 0)
				return field;
		}
	}
	return NULL;
}

static bool
is_empty(const struct ac_field *field)
{
	if (field->list != NULL)
		return field->list_count == 0;
	return field->text == NULL || *field->text == '\0';
}

static enum authcode_err
render(const struct ac_template *tmpl, size_t from, size_t to, const struct scope *scope,
       struct ac_buf *out)
{
	enum authcode_err err = AUTHCODE_OK;

	for (size_t i = from; i < to && err == AUTHCODE_OK;) {
		const struct op *op = &tmpl->ops[i];
		const struct ac_field *field = NULL;

		if (op->kind == OP_TEXT) {
			ac_buf_put(out, op->data, op->len);
			i++;
			continue;
		}
		field = find(scope, op);
		if (field == NULL)
			return AUTHCODE_ERR_NOT_FOUND;
		if (op->kind == OP_VALUE) {
			ac_html_put(out, field->text != NULL ? field->text : "");
			i++;
			continue;
		}
		if (op->kind == OP_SECTION && field->list != NULL) {
			for (size_t n = 0; n < field->list_count && err == AUTHCODE_OK; n++) {
				const struct scope item = { &field->list[n], scope };

				err = render(tmpl, i + 1, op->end, &item, out);
			}
		} else if (is_empty(field) == (op->kind == OP_INVERTED)) {
			err = render(tmpl, i + 1, op->end, scope, out);
		}
		i = op->end;
	}
	return err;
}

enum authcode_err
ac_template_render(const struct ac_template *tmpl, const struct ac_view *view, struct ac_buf *out)
{
	const struct scope scope = { view, NULL };
	enum authcode_err err = render(tmpl, 0, tmpl->count, &scope, out);

	if (err == AUTHCODE_OK && !ac_buf_ok(out))
		err = AUTHCODE_ERR_LIMIT;
	return err;
}

/* The length of the character at text, 0 when it is not UTF-8. */
static size_t
character(const char *text)
{
	for (size_t n = 1; n <= 4; n++) {
		if (ac_utf8_valid(text, n))
			return n;
		if (text[n] == '\0')
			break;
	}
	return 0;
}

void
ac_html_put(struct ac_buf *out, const char *text)
{
	static const struct {
		char c;
		const char *reference;
	} references[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" }, { '`', "&#96;" },
	};
	static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

	while (*text != '\0') {
		size_t len = character(text), i = 0;

		while (i < AC_ARRAY_SIZE(references) && references[i].c != *text)
			i++;
		if (i < AC_ARRAY_SIZE(references))
			ac_buf_puts(out, references[i].reference);
		else if (len > 0 &&
			 (*text == '\n' || *text == '\t' || ac_text_printable(text, len)))
			ac_buf_put(out, text, len);
		else
			ac_buf_puts(out, replacement);
		text += len > 0 ? len : 1;
	}
}
