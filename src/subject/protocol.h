/* SPDX-License-Identifier: GPL-2.0-or-later */
/* protocol.h - what observer and subject say to each other over their two pipes */
#ifndef PT_PROTOCOL_H
#define PT_PROTOCOL_H

#include <stdint.h>

/* What the observer may ask for; each request gets one answer. */
enum subject_order {
	SUBJECT_SCRATCH = 1,	/* map a scratch region and touch its first page */
	SUBJECT_PROBE,		/* touch the next page of the scratch region */
	SUBJECT_MAP,		/* give the scratch region back and map the real one */
	SUBJECT_TOUCH,		/* touch the region up to byte `to` */
};

struct subject_request {
	uint32_t order;		/* enum subject_order */
	uint32_t reserved;
	uint64_t to;		/* SUBJECT_TOUCH: bytes from the region's start */
};

struct subject_answer {
	uint32_t order;		/* the order that was carried out */
	int32_t error;		/* 0, or the negative errno of the step that failed */
};

/* Pages in the scratch region: the first for the warm-up, the others for probes. */
#define SUBJECT_SCRATCH_PAGES 16

#endif
