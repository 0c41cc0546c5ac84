/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/template.h
 */
#include "server/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct ac_field inner_fields[][2] = {
	{ { .name = "n", .text = "1" }, { .name = "x", .text = "inner" } },
	{ { .name = "n", .text = "2" }, { .name = "x", .text = NULL } },
};
static const struct ac_view inner_views[] = {
	{ inner_fields[0], 2 },
	{ inner_fields[1], 2 },
};
static const struct ac_field fields[] = {
	{ .name = "x", .text = "outer" },
	{ .name = "empty", .text = "" },
	{ .name = "absent", .text = NULL },
	{ .name = "hostile", .text = "&<>\"'`" },
	{ .name = "list", .list = inner_views, .list_count = 2 },
	{ .name = "none", .list = inner_views, .list_count = 0 },
};
static const struct ac_view view = { fields, AC_ARRAY_SIZE(fields) };

static enum authcode_err
render(const char *outer, const char *inner, struct ac_buf *out)
{
	struct ac_template *tmpl = NULL;
	enum authcode_err err = ac_template_parse(outer, inner, &tmpl, NULL);

	if (err == AUTHCODE_OK)
		err = ac_template_render(tmpl, &view, out);
	ac_template_free(&tmpl);
	return err;
}

static void
renders_what_the_table_says(void **state)
{
	static const struct {
		const char *source, *expected;
	} rows[] = {
		{ "", "" },
		{ "plain } { text", "plain } { text" },
		{ "{{x}}", "outer" },
		{ "{{ x }}", "outer" },
		{ "a{{x}}b{{x}}c", "aouterbouterc" },
		{ "[{{empty}}{{absent}}]", "[]" },
		{ "{{#x}}yes{{/x}}{{^x}}no{{/x}}", "yes" },
		{ "{{#empty}}yes{{/empty}}{{^empty}}no{{/empty}}", "no" },
		{ "{{#absent}}yes{{/absent}}{{^absent}}no{{/absent}}", "no" },
		{ "{{#none}}yes{{/none}}{{^none}}no{{/none}}", "no" },
		{ "{{#list}}({{n}}){{/list}}{{^list}}no{{/list}}", "(1)(2)" },
		{ "{{#list}}{{x}},{{/list}}{{x}}", "inner,,outer" },
		{ "{{#list}}{{n}}{{#list}}{{n}}{{/list}};{{/list}}", "112;212;" },
		{ "{{#list}}{{#x}}{{n}}{{/x}}{{^x}}-{{/x}}{{/list}}", "1-" },
		{ "a{{! ignored <b> {x} }}b", "ab" },
		{ "a\n{{! alone }}\nb\n", "a\nb\n" },
		{ "a\n  {{#x}}  \nb\n\t{{/x}}\nc", "a\nb\nc" },
		{ "a {{#x}}\nb{{/x}}\nc", "a \nb\nc" },
		{ "{{#x}}\n{{/x}}\n", "" },
		{ "{{x}}\n{{x}}\n", "outer\nouter\n" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_buf out;

		ac_buf_init(&out, 1000);
		if (render(rows[i].source, NULL, &out) != AUTHCODE_OK ||
		    strcmp(ac_buf_text(&out), rows[i].expected) != 0)
			fail_msg("%s gave %s", rows[i].source, ac_buf_text(&out));
		ac_buf_clear(&out);
	}
}

/* LS-06: in text and in every kind of attribute. */
static void
escapes_every_dangerous_character_in_every_position(void **state)
{
	static const char escaped[] = "&amp;&lt;&gt;&quot;&#39;&#96;";
	static const char *const around[][2] = {
		{ "", "" },
		{ "<p>", "</p>" },
		{ "<a b=\"", "\">" },
		{ "<a b='", "'>" },
		{ "{{#list}}", "{{/list}}" },
		{ "{{^none}}", "{{/none}}" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(around); i++) {
		struct ac_buf source, out;

		ac_buf_init(&source, 1000);
		ac_buf_init(&out, 1000);
		ac_buf_printf(&source, "%s{{hostile}}%s", around[i][0], around[i][1]);
		assert_int_equal(render(ac_buf_text(&source), NULL, &out), AUTHCODE_OK);
		assert_non_null(strstr(ac_buf_text(&out), escaped));
		assert_null(strstr(ac_buf_text(&out), "&<"));
		ac_buf_clear(&source);
		ac_buf_clear(&out);
	}
}

static void
replaces_controls_and_bytes_that_are_not_text(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "a\tb\nc", "a\tb\nc" },
		{ "\x01\x1b[31m", "\xef\xbf\xbd\xef\xbf\xbd[31m" },
		{ "a\rb", "a\xef\xbf\xbd"
			  "b" },
		{ "\x7f", "\xef\xbf\xbd" },
		{ "\xc2\x85", "\xef\xbf\xbd" },
		{ "\xff<", "\xef\xbf\xbd&lt;" },
		{ "\xc3<", "\xef\xbf\xbd&lt;" },
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_buf out;

		ac_buf_init(&out, 1000);
		ac_html_put(&out, rows[i].text);
		if (strcmp(ac_buf_text(&out), rows[i].expected) != 0)
			fail_msg("row %zu gave %s", i, ac_buf_text(&out));
		ac_buf_clear(&out);
	}
}

static void
puts_the_inner_text_where_the_outer_one_says(void **state)
{
	struct ac_buf out;

	(void)state;
	ac_buf_init(&out, 1000);
	assert_int_equal(render("<\n{{>content}}\n>{{x}}", "{{#x}}({{hostile}}){{/x}}\n", &out),
			 AUTHCODE_OK);
	assert_string_equal(ac_buf_text(&out), "<\n(&amp;&lt;&gt;&quot;&#39;&#96;)\n>outer");
	ac_buf_clear(&out);
}

static void
refuses_malformed_templates_and_names_the_line(void **state)
{
	static const struct {
		const char *outer, *inner, *line;
	} rows[] = {
		{ "{{x", NULL, "line 1: " },
		{ "a\nb{{x}", NULL, "line 2: " },
		{ "{{}}", NULL, "line 1: " },
		{ "{{  }}", NULL, "line 1: " },
		{ "{{{x}}}", NULL, "line 1: " },
		{ "{{&x}}", NULL, "line 1: " },
		{ "{{=<% %>=}}", NULL, "line 1: " },
		{ "{{X}}", NULL, "line 1: " },
		{ "{{x y}}", NULL, "line 1: " },
		{ "{{x.y}}", NULL, "line 1: " },
		{ "{{#}}{{/}}", NULL, "line 1: " },
		{ "\n\n{{#x}}", NULL, "line 3: " },
		{ "{{^x}}", NULL, "line 1: " },
		{ "{{/x}}", NULL, "line 1: " },
		{ "{{#x}}\n{{/y}}", NULL, "line 2: " },
		{ "{{#x}}{{^y}}{{/x}}{{/y}}", NULL, "line 1: " },
		{ "a }} b", NULL, "line 1: " },
		{ "{{x}}}}", NULL, "line 1: " },
		{ "{{>content}}", NULL, "line 1: " },
		{ "{{>other}}", "x", "line 1: " },
		{ "no place for it", "x", "line 1: " },
		{ "{{>content}}{{>content}}", "x", "line 1: " },
		{ "{{>content}}", "{{>content}}", "line 1: " },
		{ "{{>content}}", "a\n{{#x}}", "line 2: " },
		{ "{{#x}}{{>content}}{{/x}}", "{{/x}}", "line 1: " },
		{ "{{>content}}{{/x}}", "{{#x}}", "line 1: " },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_template *tmpl = NULL;
		struct authcode_reason reason = { "" };

		if (ac_template_parse(rows[i].outer, rows[i].inner, &tmpl, &reason) !=
			    AUTHCODE_ERR_SYNTAX ||
		    tmpl != NULL || strncmp(reason.text, rows[i].line, strlen(rows[i].line)) != 0)
			fail_msg("%s: %s", rows[i].outer, reason.text);
	}
}

static void
nests_eight_sections_and_no_more(void **state)
{
	struct ac_template *tmpl = NULL;

	(void)state;
	for (unsigned depth = 8; depth <= 9; depth++) {
		struct ac_buf source;

		ac_buf_init(&source, 1000);
		for (unsigned i = 0; i < depth; i++)
			ac_buf_puts(&source, "{{#x}}");
		for (unsigned i = 0; i < depth; i++)
			ac_buf_puts(&source, "{{/x}}");
		assert_int_equal(ac_template_parse(ac_buf_text(&source), NULL, &tmpl, NULL),
				 depth == 8 ? AUTHCODE_OK : AUTHCODE_ERR_LIMIT);
		ac_template_free(&tmpl);
		ac_buf_clear(&source);
	}
	ac_template_free(&tmpl);
}

static void
refuses_a_name_that_the_view_lacks(void **state)
{
	static const char *const sources[] = { "{{missing}}", "{{#missing}}{{/missing}}",
					       "{{^missing}}{{/missing}}", "{{n}}",
					       "{{#list}}{{missing}}{{/list}}" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(sources); i++) {
		struct ac_buf out;

		ac_buf_init(&out, 1000);
		assert_int_equal(render(sources[i], NULL, &out), AUTHCODE_ERR_NOT_FOUND);
		ac_buf_clear(&out);
	}
}

static void
stops_at_the_bound_of_its_output(void **state)
{
	struct ac_buf out;

	(void)state;
	ac_buf_init(&out, 9);
	assert_int_equal(render("{{x}}{{x}}", NULL, &out), AUTHCODE_ERR_LIMIT);
	assert_true(out.len <= 9);
	ac_buf_clear(&out);
	ac_buf_init(&out, 10);
	assert_int_equal(render("{{x}}{{x}}", NULL, &out), AUTHCODE_OK);
	ac_buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders_what_the_table_says),
		cmocka_unit_test(escapes_every_dangerous_character_in_every_position),
		cmocka_unit_test(replaces_controls_and_bytes_that_are_not_text),
		cmocka_unit_test(puts_the_inner_text_where_the_outer_one_says),
		cmocka_unit_test(refuses_malformed_templates_and_names_the_line),
		cmocka_unit_test(nests_eight_sections_and_no_more),
		cmocka_unit_test(refuses_a_name_that_the_view_lacks),
		cmocka_unit_test(stops_at_the_bound_of_its_output),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
