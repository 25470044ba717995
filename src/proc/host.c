/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.c - name, kernel, time and scheduler variables */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "proc/host.h"

static const char *const job_variables[] = {
	"SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_PROCID",
	"SLURM_NODEID", "POD_NAME", "POD_NAMESPACE", "NODE_NAME", "PARALLEL_SEQ",
	"OMPI_COMM_WORLD_RANK",
};

_Static_assert(ARRAY_SIZE(job_variables) <= HOST_JOB_MAX,
	       "every job variable has a place in struct host");

void host_time(char text[static HOST_TIME_MAX])
{
	timestamp_format(text, (int64_t)time(NULL) * (int64_t)NS_PER_SECOND, TIMESTAMP_UTC);
}

void host_read(struct host *ret_host)
{
	struct utsname names;
	uint64_t bits[2];

	memset(ret_host, 0, sizeof(*ret_host));
	/* Early in a boot there may be no random numbers yet: time and pid differ as well. */
	if (getrandom(bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits)) {
		bits[0] = (uint64_t)time(NULL) << 32 | (uint64_t)getpid();
		bits[1] = duration_now();
	}
	snprintf(ret_host->run, HOST_RUN_MAX, "%016" PRIx64 "%016" PRIx64, bits[0], bits[1]);
	host_time(ret_host->time);
	if (gethostname(ret_host->name, sizeof(ret_host->name) - 1) < 0)
		ret_host->name[0] = '\0';
	if (uname(&names) == 0)
		snprintf(ret_host->kernel, sizeof(ret_host->kernel), "%s", names.release);
	for (size_t i = 0; i < ARRAY_SIZE(job_variables); i++) {
		const char *value = getenv(job_variables[i]);

		if (value)
			ret_host->job[ret_host->jobs++] =
				(struct host_variable){ job_variables[i], value };
	}
}
