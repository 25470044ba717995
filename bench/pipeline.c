/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pipeline.c - take N samples of this process the old way: ps and awk, started by system(3) */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long samples = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	char command[128];

	if (samples < 1) {
		fprintf(stderr, "usage: pipeline SAMPLES\n");
		return 2;
	}
	snprintf(command, sizeof(command),
		 "ps -o pid,vsz,rss | awk '{ if (NR == 1 || $1 == \"%ld\") print }'",
		 (long)getpid());
	for (long i = 0; i < samples; i++)
		if (system(command) != 0) {
			fprintf(stderr, "pipeline: this failed: %s\n", command);
			return 1;
		}
	return 0;
}
