/* SPDX-License-Identifier: GPL-2.0-or-later */
/* begin.c - open what a run needs, start its command or find what it follows */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "analysis/explanation.h"
#include "lib/duration.h"
#include "lib/program.h"
#include "pagewatch/begin.h"
#include "pagewatch/messages.h"
#include "proc/place.h"
#include "proc/process.h"
#include "proc/unit.h"
#include "sandbox/enter.h"

void watch_note(void *context, const char *sentence)
{
	struct watch_run *run = context;

	live_wipe(&run->live);
	if (run->request->output.format != OUTPUT_NONE && !watch_has_records_alone(run->request))
		fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, sentence);
}

static bool watch_is_followed(const void *context, pid_t pid)
{
	return tree_sampler_knows(&((const struct watch_run *)context)->driver.tree, pid);
}

/* Of the OOM monitor: whom else than the subject it is to note, and how. */
static void watch_note_victims(struct watch_run *run)
{
	run->oom_monitor.is_followed = watch_is_followed;
	run->oom_monitor.context = run;
	run->oom_monitor.explain = oom_explain_briefly;
}

int watch_open(struct watch_run *run, struct error *err)
{
	const struct watch_request *request = run->request;
	int r = pid_namespace_check(err);

	if (r == 0 && request->plot.file)
		r = plot_check(&request->plot, err);
	if (r < 0)
		return r;
	r = root_open("/", &run->root);
	if (r == 0)
		r = machine_read(&run->root, &run->machine);
	if (r == 0)
		r = request->command ? signals_take_all(&run->signals)
				     : signals_take(&run->signals);
	if (r < 0) {
		error_set_errno(err, r, "cannot prepare the run");
		return r;
	}
	run->log = STDERR_FILENO;
	if (request->log_file)
		run->log = open(request->log_file,
				O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (run->log < 0) {
		char escaped[256];

		r = -errno;
		error_set(err, "cannot open '%s': %s",
			  error_escape(escaped, sizeof(escaped), request->log_file),
			  strerror(-r));
		error_hint_errno(err, r);
		return r;
	}
	run->rows = stdio_open_waiting(&run->log);
	r = run->rows ? printer_open(&run->printer, &request->output, run->rows) : -ENOMEM;
	if (r < 0)
		error_set_errno(err, r, "cannot prepare the run");
	host_read(&run->host);
	if (request->live && live_is_possible())
		run->live.output = &request->output;
	else if (request->live)
		watch_note(run, "standard error is no terminal that can have one line: rows follow");
	return r;
}

static int watch_make_sandbox(struct watch_run *run, struct error *err)
{
	const struct watch_request *request = run->request;
	int r;

	if (!request->has_limit && !request->has_high)
		return 0;
	run->sandbox_spec = (struct sandbox_spec){
		.limit = request->has_limit ? request->limit.bytes : CGROUP_UNLIMITED,
		.swap = request->has_limit || request->has_swap ? request->swap.bytes
								: CGROUP_UNLIMITED,
		.high = request->has_high ? request->high.bytes : CGROUP_UNLIMITED,
	};
	r = sandbox_make(&run->sandbox_spec, &run->sandbox, err);
	if (r < 0)
		return r;
	run->sandboxed = true;
	run->counters.cgroup.fd = run->sandbox.fd;
	run->counters.version = run->sandbox.version;
	if (request->verbose)
		fprintf(stderr, "%s: the sandbox is %s, by way of %s\n",
			program_invocation_short_name, run->sandbox.path,
			sandbox_way_name(run->sandbox.way));
	if (sandbox_end_prepare(&run->sandbox, &run->sandbox_end) < 0)
		watch_note(run, "if pagewatch is killed, only the command itself dies with it");
	return 0;
}

static void watch_set_name(struct watch_run *run, const char *name)
{
	snprintf(run->followed, sizeof(run->followed), "%s", name);
	error_escape(run->name, sizeof(run->name), name);
}

int watch_start_command(struct watch_run *run, struct error *err)
{
	const struct watch_request *request = run->request;
	const char *base = strrchr(request->command[0], '/');
	struct tree_process process;
	struct command_spec spec = {
		.argv = request->command, .cgroup = -1,
		.oom_score_adj = request->oom_score_adj,
		.signals = &run->signals,
	};
	int r;

	watch_set_name(run, base && base[1] ? base + 1 : request->command[0]);
	if (watch_make_sandbox(run, err) < 0)
		return EXIT_FAILED;
	if (run->sandboxed)
		spec.cgroup = run->sandbox.fd;
	oom_monitor_open(&run->oom_monitor);
	kill_tracer_open(&run->root, &run->kill_tracer);
	watch_say_tracer(request, &run->kill_tracer);
	if (command_fork(&spec, &run->command, err) < 0)
		return EXIT_FAILED;
	oom_monitor_begin(&run->oom_monitor, run->command.pid, run->name, run->sandboxed);
	watch_note_victims(run);
	run->driver.command = &run->command;
	follow_prepare_step(&run->driver, &run->root,
			    request->verbose && !request->repeated);
	r = command_execute(&run->command, &run->signals, err);
	run->began_ns = duration_now();
	if (r < 0)
		return r == -ENOENT ? WATCH_NOT_FOUND : WATCH_CANNOT_EXECUTE;
	/* Its end of the pipe is also closed by its death, which has not been waited for. */
	run->unexecuted = tree_read_stat(&run->root, run->command.pid, &process) == 0 &&
			  process.unexecuted;
	run->driver.driver.subject = (struct followed){ run->command.pid, run->command.pidfd };
	run->driver.tree.scope = TREE_BELOW;
	run->driver.tree.top = getpid();
	run->driver.tree.tree.left_out = run->sandbox_end.pid;
	run->driver.tree.resets_peaks = true;
	return EXIT_DONE;
}

int watch_attach(struct watch_run *run, struct error *err)
{
	const struct watch_request *request = run->request;
	struct tree_sampler *tree = &run->driver.tree;
	struct tree_process process;
	uint64_t size;
	int r;

	run->began_ns = duration_now();
	follow_prepare_step(&run->driver, &run->root, request->verbose);
	tree->resets_peaks = request->peak;
	oom_monitor_open(&run->oom_monitor);
	if (!request->pid) {
		r = unit_find_cgroup(&run->root, request->cgroup, request->unit, &run->level, err);
		tree->scope = TREE_CGROUP;
		tree->level = &run->level;
		watch_set_name(run, request->unit ? request->unit : request->cgroup);
		if (r < 0)
			return EXIT_FAILED;
		context_counters_follow(&run->counters, &run->level);
		oom_monitor_begin_cgroup(&run->oom_monitor, &run->level);
		watch_note_victims(run);
		return EXIT_DONE;
	}
	kill_tracer_open(&run->root, &run->kill_tracer);
	watch_say_tracer(request, &run->kill_tracer);
	tree->scope = request->tree ? TREE_DESCENDANTS : TREE_PROCESS;
	tree->top = (pid_t)request->pid;
	run->driver.driver.subject.pid = tree->top;
	run->driver.driver.subject.pidfd = (int)syscall(SYS_pidfd_open, tree->top, 0);
	r = run->driver.driver.subject.pidfd < 0 ? -errno : tree_read_stat(&run->root, tree->top,
									  &process);
	if (r < 0) {
		error_set(err, "cannot follow process %d: %s", (int)tree->top, strerror(-r));
		error_hint(err, r == -ESRCH || r == -ENOENT
			   ? "there is no process with this id here"
			   : r == -EINVAL ? "that is a thread: name its process, the TGID"
					  : "see ps(1) for whose process it is");
		return EXIT_FAILED;
	}
	watch_set_name(run, process.comm);
	if (process.zombie || process_status_field(&run->root, tree->top, "VmSize", &size) < 0) {
		error_set(err, "process %d (%s) has no memory to follow: %s", (int)tree->top,
			  run->name, process.zombie
			  ? "it has ended, and its parent has not yet waited for it"
			  : "it is a thread of the kernel's, or ending");
		return EXIT_FAILED;
	}
	context_counters_follow_process(&run->counters, tree->top);
	run->start = process.start;
	oom_monitor_begin(&run->oom_monitor, tree->top, run->name, false);
	watch_note_victims(run);
	return EXIT_DONE;
}
