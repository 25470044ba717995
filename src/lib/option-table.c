/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option-table.c - read a command line by a table of options, and say what is wrong with it */
#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/ascii.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/option-table.h"
#include "lib/size.h"
#include "lib/strview.h"

/* What getopt_long() returns for the first row, in its long form. */
#define FIRST_LONG (CHAR_MAX + 1)

/* "--name", for messages. */
#define OPTION_NAME_MAX 40

static const char *option_dashed(const struct option_row *row, char name[static OPTION_NAME_MAX])
{
	snprintf(name, OPTION_NAME_MAX, "--%s", row->name);
	return name;
}

int option_seen_only(const struct option_row *row, const char *text, void *filled,
		     struct error *err)
{
	(void)row, (void)text, (void)filled, (void)err;
	return 0;
}

int option_end(const struct option_row *row, const char *text, void *filled, struct error *err)
{
	(void)text, (void)filled, (void)err;
	return (int)row->value;
}

int option_on(const struct option_row *row, const char *text, void *filled, struct error *err)
{
	(void)text, (void)err;
	*(bool *)option_field(filled, row) = true;
	return 0;
}

int option_off(const struct option_row *row, const char *text, void *filled, struct error *err)
{
	(void)text, (void)err;
	*(bool *)option_field(filled, row) = false;
	return 0;
}

int option_value(const struct option_row *row, const char *text, void *filled, struct error *err)
{
	(void)text, (void)err;
	*(unsigned *)option_field(filled, row) = (unsigned)row->value;
	return 0;
}

int option_size(const struct option_row *row, const char *text, void *filled, struct error *err)
{
	char name[OPTION_NAME_MAX];

	return size_parse(option_dashed(row, name), text, option_field(filled, row), err);
}

int option_size_above_zero(const struct option_row *row, const char *text, void *filled,
			   struct error *err)
{
	char name[OPTION_NAME_MAX];

	return size_parse_above_zero(option_dashed(row, name), text, option_field(filled, row),
				     err);
}

int option_duration(const struct option_row *row, const char *text, void *filled,
		    struct error *err)
{
	uint64_t *ns = option_field(filled, row);
	char name[OPTION_NAME_MAX];
	int r = duration_parse(option_dashed(row, name), text, ns, err);

	if (r < 0 || *ns)
		return r;
	error_set(err, "%s '%s' is no time at all", name, text);
	error_hint(err, "%s must be above 0", name);
	return -EINVAL;
}

int option_number(const struct option_row *row, const char *text, void *filled, struct error *err)
{
	uint64_t number;
	char escaped[64];

	if (number_parse_u64(text, &number) == 0 && number >= 1 && number <= row->value &&
	    !strchr(text, '\n')) {
		*(uint64_t *)option_field(filled, row) = number;
		return 0;
	}
	return error_return(err, -EINVAL,
			    "--%s '%s' is not a number from 1 to %llu\n"
			    "write digits alone, as in --%s=2", row->name,
			    error_escape(escaped, sizeof(escaped), text),
			    (unsigned long long)row->value, row->name);
}

int option_find_name(const char *option, const char *const *names, const char *text,
		     struct error *err)
{
	char escaped[64], known[128] = "";
	size_t used = 0;

	for (int i = 0; names[i]; i++)
		if (*names[i] && !strcmp(text, names[i]))
			return i;
	for (int i = 0; names[i] && used < sizeof(known); i++)
		if (*names[i])
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s--%s=%s",
						 !used ? "" : names[i + 1] ? ", " : " or ", option,
						 names[i]);
	error_set(err, "--%s '%s' is not known", option,
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write %s", known);
	return -EINVAL;
}

int option_choice(const struct option_row *row, const char *text, void *filled, struct error *err)
{
	int found = text ? option_find_name(row->name, row->names, text, err) : (int)row->value;

	if (found < 0)
		return found;
	*(unsigned *)option_field(filled, row) = (unsigned)found;
	return 0;
}

/* no_argument, required_argument or optional_argument: as many colons as in short options. */
static int argument_kind(const struct option_row *row)
{
	if (!row->argument)
		return no_argument;
	return row->argument[0] == '[' ? optional_argument : required_argument;
}

/* What getopt_long() needs. */
struct getopt_tables {
	struct option longopts[OPTION_TABLE_MAX + 1];
	char shortopts[3 * OPTION_TABLE_MAX + 3];
};

static void make_getopt_tables(const struct option_table *table, struct getopt_tables *ret_tables)
{
	char *letter = ret_tables->shortopts;

	if (table->first_operand_ends)
		*letter++ = '+';
	*letter++ = ':';
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];
		int colons = argument_kind(row);

		ret_tables->longopts[i] = (struct option){ row->name, colons, NULL,
							   FIRST_LONG + (int)i };
		if (!row->letter)
			continue;
		*letter++ = row->letter;
		while (colons--)
			*letter++ = ':';
	}
	*letter = '\0';
	ret_tables->longopts[table->count] = (struct option){ 0 };
}

void option_help_hint(const struct option_table *table, struct error *err)
{
	error_hint(err, "Try '%s --help' for more information.", table->program);
}

/*
 * RESULT is what getopt_long() returned: '?', or ':' for a missing argument. BEFORE is what optind
 * was when it was called, which may not be done with the word in which it has found a fault.
 */
static void option_table_set_error(const struct option_table *table, int result, char *argv[],
				   int before, struct error *err)
{
	const char *word = argv[optind - 1];
	bool is_long, matches = false;
	size_t length = strlen(word);
	char escaped[128];

	if (argv[optind] && (optind == before || (strncmp(word, "--", 2) != 0 &&
	    !(word[0] == '-' && length > 1 && word[length - 1] == optopt))))
		word = argv[optind];
	is_long = !strncmp(word, "--", 2);
	/* A long option that fits more than one is ambiguous. */
	for (size_t i = 0; is_long && i < table->count; i++)
		matches = matches || !strncmp(table->rows[i].name, word + 2,
					      strcspn(word + 2, "="));
	error_escape(escaped, sizeof(escaped), word);
	if (result == ':')
		error_set(err, "option '%s' needs an argument", escaped);
	else if (table->operand && word[0] == '-' && word[1] >= '0' && word[1] <= '9')
		error_set(err, "%s '%s' is negative", table->operand, escaped);
	else if (is_long && optopt)
		error_set(err, "option '%s' takes no argument", escaped);
	else if (is_long)
		error_set(err, "option '%s' is %s", escaped, matches ? "ambiguous" : "unknown");
	else
		error_set(err, "option '-%c' in '%s' is unknown",
			  optopt >= ' ' && optopt < 127 ? optopt : '?', escaped);
	option_help_hint(table, err);
}

bool option_is_seen(const struct options_seen *seen, const char *name)
{
	size_t i = 0;

	while (strcmp(seen->table->rows[i].name, name))
		i++;
	return seen->row[i];
}

enum options_result option_table_parse(const struct option_table *table, int argc, char *argv[],
				       void *filled, struct options_seen *ret_seen,
				       struct error *err)
{
	const struct option_row *rows = table->rows;
	struct getopt_tables tables;
	int before = 1, key, r;

	make_getopt_tables(table, &tables);
	*ret_seen = (struct options_seen){ .table = table };
	opterr = 0;
	while ((key = getopt_long(argc, argv, tables.shortopts, tables.longopts, NULL)) != -1) {
		size_t i = key < FIRST_LONG ? 0 : (size_t)(key - FIRST_LONG);

		if (key == '?' || key == ':') {
			option_table_set_error(table, key, argv, before, err);
			return OPTIONS_WRONG;
		}
		while (key < FIRST_LONG && rows[i].letter != key)
			i++;
		ret_seen->row[i] = true;
		if (rows[i].given)
			*(bool *)((char *)filled + rows[i].given) = true;
		r = rows[i].parse(&rows[i], optarg, filled, err);
		if (r)
			return r < 0 ? OPTIONS_WRONG : (enum options_result)r;
		before = optind;
	}
	for (size_t i = 0; i < table->count; i++) {
		for (size_t j = 0; ret_seen->row[i] && rows[i].excludes && j < table->count; j++) {
			if (!ret_seen->row[j] ||
			    !strview_is_among(strview_of(rows[j].name), rows[i].excludes))
				continue;
			error_set(err, "--%s and --%s contradict each other", rows[i].name,
				  rows[j].name);
			error_hint(err, "leave one of them out");
			return OPTIONS_WRONG;
		}
	}
	return OPTIONS_RUN;
}

void option_table_print(const struct option_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];
		char left[64], letter[8] = "    ";

		if (row->letter)
			snprintf(letter, sizeof(letter), "-%c, ", row->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, row->name,
			 argument_kind(row) == required_argument ? " " : "",
			 row->argument ? row->argument : "");
		if (row->section)
			printf("\n%s:\n", row->section);
		printf("  %-24s %s\n", left, row->help);
	}
}

int name_list_append(const struct name_table *table, const char *list, unsigned char *index,
		     size_t max, size_t *count, struct error *err)
{
	if (!*list) {
		error_set(err, "--output: LIST '' is empty");
		error_hint(err, "write column names with commas between them, as in -o %s",
			   table->example);
		return -EINVAL;
	}
	for (const char *name = list;; name++) {
		char word[64], escaped[128], known[768] = "";
		size_t length = strcspn(name, ","), found = 0, used = 0;

		while (found < table->count &&
		       (!length || strlen(table->name(found)) != length ||
			!ascii_same_head(table->name(found), name, length)))
			found++;
		if (found == table->count) {
			snprintf(word, sizeof(word), "%.*s", (int)MIN(length, 60), name);
			error_set(err, "--output: unknown column '%s'",
				  error_escape(escaped, sizeof(escaped), word));
			for (size_t i = 0; i < table->count && used < sizeof(known); i++)
				if (*table->name(i))
					used += (size_t)snprintf(
						known + used, sizeof(known) - used, "%s%s",
						used ? ", " : "", table->name(i));
			error_hint(err, "the columns are %s", known);
			return -EINVAL;
		}
		if (*count == max) {
			error_set(err, "--output: more than %zu columns", max);
			error_hint(err, "leave some of them out");
			return -EINVAL;
		}
		index[(*count)++] = (unsigned char)found;
		name += length;
		if (!*name)
			return 0;
	}
}
