/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See options.h. The file comes first, wherever the command line names it, so
 * that the command line adds to it and overrides it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pam_authcode/option_file.h"
#include "pam_authcode/option_row.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

static void
print_help(void)
{
	const struct ac_option_row *row;

	(void)printf("Usage: authcode-login [OPTION]...\n"
		     "Runs PAM for authcoded, over a SOCK_SEQPACKET socket.\n\n");
	for (size_t i = 0; (row = ac_option_row(i)) != NULL; i++) {
		char left[40];

		(void)snprintf(left, sizeof(left), "--%s%s%s", row->name,
			       row->argument != NULL ? " " : "",
			       row->argument != NULL ? row->argument : "");
		(void)printf("  %-26s %s\n", left, row->help);
	}
}

/* They say what this process is for, which a file that several share cannot. */
static const char *const command_line_only[] = { "config", "inetd",   "listen", "check",  "passwd",
						 "test",   "through", "help",   "version" };

static const struct ac_option_row *
find_row_for_file(const char *name)
{
	const struct ac_option_row *row;

	for (size_t i = 0; i < AC_ARRAY_SIZE(command_line_only); i++) {
		if (strcmp(name, command_line_only[i]) == 0)
			return NULL;
	}
	for (size_t i = 0; (row = ac_option_row(i)) != NULL; i++) {
		if (strcmp(name, row->name) == 0)
			return row;
	}
	return NULL;
}

/* NULL when the line has been applied, else what is wrong with it, and what the
 * option takes if that is it. */
static const char *
apply_line(struct ac_options *options, const struct ac_option_line *line, const char **ret_takes)
{
	const struct ac_option_row *row = find_row_for_file(line->name);

	if (row == NULL)
		return "no such option in a file";
	if (row->argument == NULL && line->value != NULL)
		return "the option takes no value";
	if (row->argument != NULL && line->value == NULL)
		return "the option needs a value";
	if (row->apply(options, line->value))
		return NULL;
	*ret_takes = ac_option_takes(row);
	return "the option does not take this value";
}

static bool
read_file(struct ac_options *options, const char *path)
{
	struct ac_option_reader reader = { 0 };
	enum ac_option_next next;
	struct ac_option_line line;
	const char *problem = NULL, *takes = "";

	options->file_text = ac_option_file_load(path, &reader.len);
	if (options->file_text == NULL)
		return false;
	reader.text = options->file_text;
	while ((next = ac_option_next(&reader, &line)) == AC_OPTION_LINE) {
		problem = apply_line(options, &line, &takes);
		if (problem != NULL)
			break;
	}
	if (next == AC_OPTION_END)
		return true;
	(void)fprintf(stderr, "authcode-login: %s:%u: %s%s\n", path, reader.number,
		      problem != NULL ? problem : "not a name and a value", takes);
	return false;
}

static void
fill_long_options(struct option out[AC_OPTION_MAX_ROWS + 1])
{
	const struct ac_option_row *row;

	for (size_t i = 0; i < AC_OPTION_MAX_ROWS && (row = ac_option_row(i)) != NULL; i++) {
		out[i].name = row->name;
		out[i].has_arg = row->argument != NULL ? required_argument : no_argument;
	}
}

/* Only --config, wherever it stands: what else stands there comes after the file,
 * and is complained about then. */
static bool
take_file(int argc, char **argv, struct ac_options *options, enum ac_options_outcome *ret)
{
	struct option long_options[AC_OPTION_MAX_ROWS + 1] = { 0 };
	const char *path = NULL;
	int index = 0, c;

	fill_long_options(long_options);
	opterr = 0;
	while ((c = getopt_long(argc, argv, "", long_options, &index)) != -1) {
		if (c != 0 || strcmp(long_options[index].name, "config") != 0)
			continue;
		*ret = AC_OPTIONS_BAD;
		if (path != NULL) {
			(void)fprintf(stderr, "authcode-login: more than one --config\n");
			return false;
		}
		path = optarg;
	}
	opterr = 1;
	optind = 0;
	*ret = AC_OPTIONS_BAD_FILE;
	return path == NULL || read_file(options, path);
}

/* --help and --version end the parsing, --config has been done. */
static enum ac_options_outcome
do_without_row(const char *name)
{
	if (strcmp(name, "config") == 0)
		return AC_OPTIONS_RUN;
	if (strcmp(name, "help") == 0)
		print_help();
	else
		(void)printf("authcode-login %s\n", PACKAGE_VERSION);
	return AC_OPTIONS_DONE;
}

static enum ac_options_outcome
take_command_line(int argc, char **argv, struct ac_options *options)
{
	struct option long_options[AC_OPTION_MAX_ROWS + 1] = { 0 };
	enum ac_options_outcome outcome;
	int index = 0, c;

	fill_long_options(long_options);
	while ((c = getopt_long(argc, argv, "", long_options, &index)) == 0) {
		const struct ac_option_row *row = ac_option_row((size_t)index);

		if (row->apply == NULL) {
			outcome = do_without_row(row->name);
			if (outcome != AC_OPTIONS_RUN)
				return outcome;
		} else if (!row->apply(options, optarg)) {
			(void)fprintf(stderr, "authcode-login: --%s does not take \"%s\"%s\n",
				      row->name, optarg != NULL ? optarg : "",
				      ac_option_takes(row));
			return AC_OPTIONS_BAD;
		}
	}
	return c == -1 ? AC_OPTIONS_RUN : AC_OPTIONS_BAD; /* getopt has said it */
}

/* What is left of the command line: the user of --test. */
static bool
take_words(int argc, char **argv, struct ac_options *options)
{
	if (options->test_service != NULL && optind < argc)
		options->test_user = argv[optind++];
	if (options->test_service != NULL && options->test_user == NULL) {
		(void)fprintf(stderr, "authcode-login: --test needs a service and a user\n");
		return false;
	}
	if (optind != argc) {
		(void)fprintf(stderr, "authcode-login: \"%s\" is not an option\n", argv[optind]);
		return false;
	}
	return true;
}

enum ac_options_outcome
ac_options_parse(int argc, char **argv, struct ac_options *ret)
{
	enum ac_options_outcome outcome;
	struct ac_options options;

	ac_options_begin(&options);
	if (take_file(argc, argv, &options, &outcome))
		outcome = take_command_line(argc, argv, &options);
	if (outcome == AC_OPTIONS_RUN &&
	    (!take_words(argc, argv, &options) || !ac_options_settle(&options)))
		outcome = AC_OPTIONS_BAD;
	if (outcome == AC_OPTIONS_RUN)
		*ret = options;
	else
		free(options.file_text);
	return outcome;
}
