/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.c - the subject's loop: read a request, map or touch, answer */
#include <config.h>

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include "subject/protocol.h"
#include "subject/worker.h"

struct hands {
	struct region scratch;
	struct region region;
	uint64_t probes;	/* pages of the scratch region touched */
};

static void touch_scratch_page(const struct worker *worker, struct hands *hands)
{
	struct touch_board probe = { .touched = hands->probes * worker->page_size };

	if (hands->probes == SUBJECT_SCRATCH_PAGES)
		return;
	hands->probes++;
	touch_write(&hands->scratch, hands->probes * worker->page_size, worker->page_size, &probe);
}

static int map_scratch(const struct worker *worker, struct hands *hands)
{
	struct region_spec spec = worker->region;
	int r;

	spec.bytes = SUBJECT_SCRATCH_PAGES * worker->page_size;
	spec.thp = REGION_THP_NEVER;
	/* The board's page is faulted in now, so that it does not count as growth. */
	atomic_store(&worker->board->touched, 0);
	r = region_map(&spec, &hands->scratch);
	if (r == 0)
		touch_scratch_page(worker, hands);
	return r;
}

static int carry_out(struct worker *worker, struct hands *hands,
		     const struct subject_request *request)
{
	switch (request->order) {
	case SUBJECT_SCRATCH:
		return map_scratch(worker, hands);
	case SUBJECT_PROBE:
		touch_scratch_page(worker, hands);
		return 0;
	case SUBJECT_MAP:
		region_unmap(&hands->scratch);
		return region_map(&worker->region, &hands->region);
	case SUBJECT_TOUCH:
		touch_write(&hands->region, request->to, worker->page_size, worker->board);
		return 0;
	default:
		return -ENOSYS;
	}
}

_Noreturn void worker_run(struct worker *worker)
{
	struct hands hands = { 0 };
	struct subject_request request;
	struct subject_answer answer;

	while (read(worker->requests, &request, sizeof(request)) == (ssize_t)sizeof(request)) {
		answer.order = request.order;
		answer.error = carry_out(worker, &hands, &request);
		if (write(worker->answers, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
			break;
	}
	_exit(0);
}
