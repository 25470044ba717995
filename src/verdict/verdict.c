/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict.c - names of outcomes, what --expect takes, lines of evidence */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "verdict/verdict.h"

static const char *const outcome_names[] = {
	[OUTCOME_COMPLETED] = "completed",
	[OUTCOME_GUARD] = "guard",
	[OUTCOME_INTERRUPTED] = "interrupted",
	[OUTCOME_OOM_SANDBOX] = "oom-sandbox",
	[OUTCOME_OOM_ANCESTOR] = "oom-ancestor",
	[OUTCOME_OOM_GLOBAL] = "oom-global",
	[OUTCOME_OOMD] = "oomd",
	[OUTCOME_SIGTERM] = "sigterm",
	[OUTCOME_SIGBUS] = "sigbus",
	[OUTCOME_SIGSEGV] = "sigsegv",
	[OUTCOME_KILLED] = "killed",
	[OUTCOME_MAP_REFUSED] = "map-refused",
	[OUTCOME_EXITED] = "exited",
	[OUTCOME_FAILED] = "failed",
};

const char *verdict_outcome_name(enum outcome outcome)
{
	return outcome_names[outcome];
}

void verdict_add_evidence(struct verdict *verdict, const char *format, ...)
{
	va_list arguments;

	if (verdict->evidence_count == VERDICT_EVIDENCE_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(verdict->evidence_line[verdict->evidence_count++], VERDICT_EVIDENCE_TEXT_MAX,
		  format, arguments);
	va_end(arguments);
}

static const struct {
	const char *name;
	unsigned outcomes;
} expectations[] = {
	{ "ok", 1U << OUTCOME_COMPLETED },
	{ "oom", 1U << OUTCOME_OOM_SANDBOX | 1U << OUTCOME_OOM_ANCESTOR |
		 1U << OUTCOME_OOM_GLOBAL },
	{ "enomem", 1U << OUTCOME_MAP_REFUSED },
};

/* What may be expected, of a command also that it ends with another status than 0. */
static void expectation_hint(struct error *err, bool command)
{
	if (command)
		error_hint(err,
			   "the outcomes are ok (completed), exited, oom, oom-sandbox, oom-ancestor, oom-global, oomd, sigterm, sigbus, sigsegv, killed and interrupted");
	else
		error_hint(err,
			   "the outcomes are ok (completed), oom, enomem (map-refused), guard, oom-sandbox, oom-ancestor, oom-global, oomd, sigterm, sigbus, sigsegv, killed and interrupted");
}

int expectation_parse(const char *name, struct expectation *ret_expectation,
		      struct error *err)
{
	char escaped[64];

	for (size_t i = 0; i < ARRAY_SIZE(expectations); i++) {
		if (!strcmp(name, expectations[i].name)) {
			*ret_expectation = (struct expectation){ name, expectations[i].outcomes };
			return 0;
		}
	}
	for (int i = 0; i < OUTCOME_FAILED; i++) {
		if (!strcmp(name, outcome_names[i])) {
			*ret_expectation = (struct expectation){ name, 1U << i };
			return 0;
		}
	}
	error_set(err, "--expect '%s' is no outcome",
		  error_escape(escaped, sizeof(escaped), name));
	expectation_hint(err, false);
	return -EINVAL;
}

int option_expect(const struct option_row *row, const char *text, void *filled,
		  struct error *err)
{
	int r = expectation_parse(text, option_field(filled, row), err);

	if (r < 0)
		expectation_hint(err, row->value);
	return r;
}

void verdict_judge_expectation(const struct expectation *expect, struct verdict *verdict)
{
	const char *name = outcome_names[verdict->outcome];

	if (!expect->name || verdict->outcome == OUTCOME_FAILED)
		return;
	if (expect->outcomes >> verdict->outcome & 1) {
		/* A command's own status may be 1, too. */
		if (!verdict->unmet)
			verdict->exit_status = EXIT_DONE;
		return;
	}
	verdict->exit_status = EXIT_UNMET;
	verdict->unmet = true;
	if (!verdict->err.message[0])
		error_set(&verdict->err, "expected %s, but the run ended as %s", expect->name,
			  name);
	else
		error_hint(&verdict->err, "expected %s, but the run ended as %s", expect->name,
			   name);
}
