/* SPDX-License-Identifier: GPL-2.0-or-later */
/* messages.c - say what was found and not found on the way */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "pagewatch/messages.h"

void watch_say_tracer(const struct watch_request *request, const struct kill_tracer *tracer)
{
	const char *why = tracer->error == -EXDEV
			  ? "this is another pid namespace than the kernel's"
			  : tracer->error == -ENOENT ? "tracefs is not mounted"
						     : strerror(-tracer->error);

	if (!request->verbose || request->repeated)
		return;
	if (tracer->error < 0)
		fprintf(stderr, "%s: who sends a SIGKILL cannot be traced: %s\n",
			program_invocation_short_name, why);
	else
		fprintf(stderr, "%s: who sends a SIGKILL is traced, in /%s\n",
			program_invocation_short_name, tracer->instance);
}

void watch_say_peak(const struct watch_request *request, const struct tree_sampler *tree)
{
	if (request->peak && tree->peak_refused)
		fprintf(stderr, "%s: note: the peak of process %d could not be reset, and PEAK is not known without that: only its owner and root may\n",
			program_invocation_short_name, (int)tree->peak_refused);
}

void watch_say_reading(const struct watch_request *request, const struct where *where,
		       uint64_t elapsed_ns)
{
	uint64_t unreadable = MAX(where->readings[WHERE_PEAK].unreadable,
				  where->readings[WHERE_LAST].unreadable);
	bool notes = !watch_has_records_alone(request);
	char often[32] = "once";

	if (where->read_count != 1)
		snprintf(often, sizeof(often), "%" PRIu64 " times", where->read_count);
	if (notes && unreadable)
		fprintf(stderr, "%s: note: the mappings of %" PRIu64 " process%s could not be read: only their owner and root may\n",
			program_invocation_short_name, unreadable, unreadable == 1 ? "" : "es");
	else if (notes && where->read_count && !where_was_read(where))
		fprintf(stderr, "%s: note: --where has nothing to show: no process was there when it looked\n",
			program_invocation_short_name);
	if (where->read_count && request->verbose)
		fprintf(stderr, "%s: smaps was read %s, which took %.1f ms, %.2f %% of the time\n",
			program_invocation_short_name, often,
			(double)where->cost_ns / NS_PER_MS,
			100.0 * (double)where->cost_ns / (double)MAX(elapsed_ns, 1));
}
