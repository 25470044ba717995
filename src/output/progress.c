/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.c - a line on standard error that is overwritten as the run goes on */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/number.h"
#include "lib/terminal.h"
#include "output/progress.h"

#define FIRST_NS NS_PER_SECOND
#define RENEW_NS (200 * NS_PER_MS)

struct progress progress_begin(uint64_t touch, bool quiet)
{
	return (struct progress){
		.enabled = !quiet && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO),
		.touch = touch,
	};
}

void progress_tick(struct progress *progress, uint64_t touched, uint64_t elapsed_ns)
{
	char done[SIZE_TEXT_MAX], all[SIZE_TEXT_MAX], line[128];
	int width;

	if (!progress->enabled || elapsed_ns < FIRST_NS ||
	    (progress->shown && elapsed_ns - progress->shown_ns < RENEW_NS))
		return;
	snprintf(line, sizeof(line), "%s of %s touched (%u%%), %" PRIu64 " s",
		 size_text(done, touched, SIZE_HUMAN), size_text(all, progress->touch, SIZE_HUMAN),
		 progress->touch ? (unsigned)number_portion(touched, 100, progress->touch)
				 : 100,
		 elapsed_ns / NS_PER_SECOND);
	/* A line that is wrapped could not be wiped. */
	width = terminal_width(STDERR_FILENO);
	fprintf(stderr, "\r%.*s\033[K", (width ? width : 80) - 1, line);
	progress->shown = true;
	progress->shown_ns = elapsed_ns;
}

void progress_wipe(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
