/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.c - wire plan, subject, observer, verdict and printer together */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

/* For tests: a recorded tree of another machine's /proc and /sys. */
#define ROOT_VARIABLE "PAGETOUCH_ROOT"

static int read_machine(struct session *session, struct trouble *trouble)
{
	const char *prefix = getenv(ROOT_VARIABLE);
	int r;

	prefix = prefix && *prefix ? prefix : "/";
	r = root_open(prefix, &session->root);
	if (r < 0) {
		trouble_set(trouble, "cannot open %s: %s", prefix, strerror(-r));
		return r;
	}
	session->opened = true;
	r = machine_read(&session->root, &session->machine);
	if (r < 0) {
		trouble_set(trouble, "cannot read /proc/meminfo: %s", strerror(-r));
		trouble_remedy(trouble, "is proc mounted on /proc, and without subset=pid?");
		return r;
	}
	/* Without /proc/self/cgroup there is no cgroup to respect. */
	r = cgroup_chain_read(&session->root, "self", &session->chain);
	if (r == 0 || r == -ENOENT)
		return 0;
	trouble_set(trouble, "cannot read which memory cgroups we are in: %s", strerror(-r));
	return r;
}

/* vm.panic_on_oom: an OOM that slips past the guard would be the end of the machine. */
static int respect_panic(const struct session *session, struct trouble *trouble)
{
	if (!session->plan.guard || !session->machine.panic_on_oom)
		return 0;
	trouble_set(trouble, "vm.panic_on_oom is %llu: running out of memory would panic this machine",
		    (unsigned long long)session->machine.panic_on_oom);
	trouble_remedy(trouble, "set it to 0 (sysctl vm.panic_on_oom=0), or use --no-guard if a panic "
		       "is what you want");
	return -EPERM;
}

static int make_plan(struct session *session, const struct request *request,
		     struct trouble *trouble)
{
	struct room_source source = { &session->root, &session->machine, &session->chain };
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	struct room room = { 0 };
	int r = 0;

	if (request_has_share(request))
		r = room_read(&source, false, &room);
	if (r < 0) {
		trouble_set(trouble, "cannot read how much memory is left: %s", strerror(-r));
		return EXIT_FAILED;
	}
	if (plan_make(request, room.bytes, page_size, &session->plan, trouble) < 0)
		return EXIT_USAGE;
	session->guard = (struct guard){ .enabled = session->plan.guard, .source = source };
	return EXIT_DONE;
}

int session_prepare(struct session *session, const struct request *request,
		    struct trouble *trouble)
{
	int status;

	if (read_machine(session, trouble) < 0)
		return EXIT_FAILED;
	status = make_plan(session, request, trouble);
	if (status == EXIT_DONE && respect_panic(session, trouble) < 0)
		status = EXIT_GUARD;
	if (status == EXIT_DONE)
		host_read(&session->host);
	return status;
}

/* Once a signal has come, a reader that still does not read is not waited for any more. */
static int wait_for_reader(struct session *session)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (session->stalled)
		return poll(&output, 1, 0) == 1 ? 0 : -EINTR;
	if (signals_wait_writable(&session->signals, STDOUT_FILENO) == 0)
		return 0;
	session->stalled = true;
	return -EINTR;
}

static int on_sample(void *context, const struct sample *sample)
{
	struct session *session = context;

	progress_wipe(&session->progress);
	/* A reader that has stopped reading must not keep us from being ended. */
	if (session->plan.output.format != OUTPUT_NONE && wait_for_reader(session) < 0)
		return -EINTR;
	return printer_sample(&session->printer, sample);
}

static void on_note(void *context, const char *sentence)
{
	struct session *session = context;

	progress_wipe(&session->progress);
	if (session->plan.output.format != OUTPUT_NONE)
		fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, sentence);
}

static void on_tick(void *context, uint64_t touched, uint64_t elapsed_ns)
{
	struct session *session = context;

	progress_tick(&session->progress, touched, elapsed_ns);
}

static void print_verdict(struct session *session, const struct verdict *verdict)
{
	enum output_format format = session->plan.output.format;

	progress_wipe(&session->progress);
	if (verdict->summary[0] && (format == OUTPUT_TABLE || format == OUTPUT_CSV) &&
	    (verdict->outcome == OUTCOME_COMPLETED || verdict->outcome == OUTCOME_GUARD ||
	     verdict->outcome == OUTCOME_INTERRUPTED) && verdict->exit_status != EXIT_UNMET)
		fprintf(stderr, "%s\n", verdict->summary);
	if (verdict->trouble.what[0])
		trouble_print(&verdict->trouble);
}

/* The signal that this process should die of for SESSION to be seen as it was. */
static int signal_to_die_of(const struct session *session, const struct verdict *verdict)
{
	if (verdict->outcome == OUTCOME_INTERRUPTED)
		return verdict->signal;
	return verdict->quiet_failure && !session->signals.pipe_ignored ? SIGPIPE : 0;
}

static int conclude(struct session *session, const struct ending *ending)
{
	struct verdict_evidence evidence = {
		.region = &session->plan.region,
		.ending = ending,
		.machine = &session->machine,
		.touch = session->plan.observe.touch,
		.pid = (int)session->subject.pid,
		.unit = session->plan.output.unit,
		.verify = session->plan.verify,
	};
	struct verdict verdict;
	int r;

	verdict_decide(&evidence, &verdict);
	print_verdict(session, &verdict);
	session->died_of = signal_to_die_of(session, &verdict);
	r = ending->reason == STOP_OUTPUT || (session->stalled && wait_for_reader(session) < 0)
		? 0 : printer_verdict(&session->printer, &verdict);
	if (r < 0) {
		struct ending failed = { .reason = STOP_OUTPUT, .error = r };

		return conclude(session, &failed);
	}
	return verdict.exit_status;
}

static int print_plan(struct session *session)
{
	struct plan_record record = {
		.host = &session->host,
		.machine = &session->machine,
		.region = &session->plan.region,
		.page_size = session->plan.observe.page_size,
		.interval = session->plan.observe.interval,
		.touch = session->plan.observe.touch,
		.pid = (int)session->subject.pid,
	};

	return printer_plan(&session->printer, &record);
}

/* Starts the subject and everything that watches it. */
static int start(struct session *session, struct trouble *trouble)
{
	int r = signals_take(&session->signals);

	if (r == 0)
		r = printer_open(&session->printer, &session->plan.output);
	if (r < 0) {
		trouble_set(trouble, "cannot prepare the run: %s", strerror(-r));
		return r;
	}
	session->progress = progress_begin(session->plan.observe.touch,
					   session->plan.output.format == OUTPUT_NONE);
	return subject_start(&session->plan.region, session->plan.observe.page_size,
			     &session->subject, trouble);
}

int session_run(struct session *session)
{
	struct observe_sink sink = { session, on_sample, on_note, on_tick };
	struct ending ending = { .reason = STOP_OUTPUT };
	struct trouble trouble;

	if (start(session, &trouble) < 0) {
		trouble_print(&trouble);
		return EXIT_FAILED;
	}
	if (session->plan.note)
		on_note(session, session->plan.note);
	ending.error = print_plan(session);
	if (ending.error == 0)
		observe_run(&session->plan.observe, &session->subject, &session->guard,
			    &session->signals, &sink, &ending);
	return conclude(session, &ending);
}

void session_close(struct session *session)
{
	subject_end(&session->subject);
	printer_close(&session->printer);
	cgroup_chain_free(&session->chain);
	if (session->opened)
		root_close(&session->root);
	if (session->signals.fd > 0)
		close(session->signals.fd);
}
