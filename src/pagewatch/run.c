/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c - wire command, sandbox, monitor, verdict and printer together */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/program.h"
#include "output/json-object.h"
#include "output/live.h"
#include "output/printer.h"
#include "pagewatch/begin.h"
#include "pagewatch/follow.h"
#include "pagewatch/messages.h"
#include "pagewatch/print-result.h"
#include "pagewatch/run.h"
#include "pagewatch/sandbox-end.h"

/* The processes of the row SUM. */
static int watch_print_each(struct watch_run *run, const struct sample *sum)
{
	const struct tree_sampler *tree = &run->driver.tree;
	uint64_t number = run->request->number;
	int r = 0;

	for (size_t i = 0; r == 0 && i < tree->each_count && (!number || i < number); i++) {
		tree->each[i].seq = sum->seq;
		tree->each[i].elapsed_ns = sum->elapsed_ns;
		r = printer_process(&run->printer, &tree->each[i]);
	}
	return r;
}

static int watch_sample(void *context, const struct sample *sample)
{
	struct watch_run *run = context;
	const struct watch_request *request = run->request;

	if (run->request->plot.file && !run->unkept)
		run->unkept = recording_add(&run->recording, sample);
	/* A full disk under our rows is not the command's affair. */
	live_show(&run->live, sample);
	if (run->live.output && !request->log_file)
		return 0;
	if (run->unwritten == 0 && (!request->each || request->output.format == OUTPUT_JSON))
		run->unwritten = printer_sample(&run->printer, sample);
	if (run->unwritten == 0 && request->each)
		run->unwritten = watch_print_each(run, sample);
	return 0;
}

static void watch_tick(void *context, uint64_t touched, uint64_t elapsed_ns)
{
	struct watch_run *run = context;

	(void)touched;
	if (run->command.pid)
		oom_monitor_look(&run->oom_monitor, elapsed_ns);
}

/* Adds to the plan record what is followed, and how. */
static void watch_describe(const struct plan_record *record, struct json_object *object)
{
	const struct watch_request *request = record->described;
	struct json_object *command = request->command ? json_object_new_array() : NULL;

	for (size_t i = 0; request->command && request->command[i]; i++)
		json_object_array_add(command, json_new_text(request->command[i]));
	json_add(object, "command", command);
	json_add_size(object, "pid", record->pid ? (uint64_t)record->pid : SAMPLE_MISSING);
	json_add_text(object, "cgroup", request->cgroup);
	json_add_text(object, "unit", request->unit);
	json_add_size(object, "every_ns", request->every);
	json_add_size(object, "limit", record->limit);
}

static int watch_print_plan(struct watch_run *run)
{
	struct plan_record record = {
		.program = "pagewatch",
		.host = &run->host, .machine = &run->machine,
		.pid = (int)run->driver.driver.subject.pid,
		.limit = run->sandboxed ? run->sandbox_spec.limit : SAMPLE_MISSING,
		/* Nothing is known of how large it is going to be. */
		.size = run->machine.mem_total, .touches = UINT32_MAX,
		.describe = watch_describe, .described = run->request,
	};

	return printer_plan(&run->printer, &record);
}

/* A command's are known when it is over; those of others at the last row. */
static void watch_count_faults(struct watch_run *run)
{
	struct watch_peaks *peaks = &run->driver.peaks;
	const struct sample *last = run->result.measured ? &run->result.last : NULL;

	if (run->command.pid)
		command_reap_ended(&run->command);
	peaks->minflt = run->command.pid ? run->command.minflt
		: last ? last->minflt : SAMPLE_MISSING;
	peaks->majflt = run->command.pid ? run->command.majflt
		: last ? last->majflt : SAMPLE_MISSING;
}

/* Process -p may have executed another program: at its end it is called by the name of that. */
static void watch_name_again(struct watch_run *run)
{
	pid_t pid = run->driver.driver.subject.pid;
	const struct tree_process *last = tree_find(&run->driver.tree.tree, pid);
	struct tree_process now;

	if (last)
		error_escape(run->name, sizeof(run->name), last->comm);
	if (tree_read_stat(&run->root, pid, &now) == 0 && now.start == run->start)
		error_escape(run->name, sizeof(run->name), now.comm);
}

static int watch_conclude(struct watch_run *run)
{
	const struct watch_request *request = run->request;
	enum output_format format = request->output.format;
	struct kill_sender *sender = &run->oom_monitor.oom_evidence.sender;
	struct watch_evidence evidence = {
		.result = &run->result, .peaks = &run->driver.peaks, .name = run->name,
		.pid = (int)run->driver.driver.subject.pid, .ours = run->command.pid != 0,
		.unexecuted = run->unexecuted,
		.unit = request->output.unit, .expect = request->expect,
		.max_rss = request->max_rss.bytes, .max_pss = request->max_pss.bytes,
		.oom_evidence = &run->oom_monitor.oom_evidence,
		.sandbox = run->sandboxed ? &run->sandbox_spec : NULL,
		.where = run->driver.where.read_count ? &run->driver.where : NULL,
	};
	struct error err;

	if (request->pid)
		watch_name_again(run);
	if (run->result.reason == STOP_DIED)
		*sender = kill_tracer_find(&run->kill_tracer, run->driver.driver.subject.pid);
	oom_monitor_end(&run->oom_monitor, oom_monitor_counted(&run->oom_monitor) ||
			(run->result.reason == STOP_DIED &&
			 (run->result.wait_status || sender->known)));
	if (!run->result.elapsed_ns)
		run->result.elapsed_ns = run->ended_ns - run->began_ns;
	watch_count_faults(run);
	watch_peaks_take_victims(&run->driver.peaks, &run->oom_monitor.oom_evidence,
				 run->result.elapsed_ns);
	if (run->sandboxed && run->oom_monitor.oom_evidence.count)
		run->driver.peaks.cgroup = run->oom_monitor.oom_evidence.levels[0].peak.peak;
	live_wipe(&run->live);
	watch_decide(&evidence, &run->verdict);
	host_time(run->verdict.time);
	if (run->unwritten == 0 && evidence.where)
		run->unwritten = printer_where(&run->printer, evidence.where);
	if (run->unwritten == 0)
		run->unwritten = printer_verdict(&run->printer, &run->verdict);
	watch_say_peak(request, &run->driver.tree);
	watch_say_reading(request, &run->driver.where, run->result.elapsed_ns);
	errno = 0;
	/* Where records stand on standard error, the verdict among them says all. */
	if (!watch_has_records_alone(request))
		watch_print_result(&run->verdict, format == OUTPUT_JSON ? OUTPUT_TABLE : format,
				   request->verbose);
	/* The summary is among what is not to be lost there. */
	if (run->unwritten == 0 && !request->log_file)
		run->unwritten = stream_flush(stderr);
	/* Whoever closed standard error wants to read nothing. */
	if (run->unwritten == 0 || run->unwritten == -EPIPE ||
	    (run->unwritten == -EBADF && !request->log_file))
		return run->verdict.exit_status;
	error_set_errno(&err, run->unwritten, request->log_file ? "cannot write to --log-file"
								: "cannot write to standard error");
	error_print(&err);
	/* It ends with the command's own status; but lost rows are not to look like success. */
	return run->verdict.exit_status ? run->verdict.exit_status : EXIT_FAILED;
}

/*
 * Draws what was kept, when all else is over and printed. That it fails is the exit status only
 * if the command has not failed itself.
 */
static int watch_draw(struct watch_run *run, int status)
{
	static const struct workload none;
	const struct watch_request *request = run->request;
	const struct oom_evidence *oom_evidence = &run->oom_monitor.oom_evidence;
	struct error err;
	int r = run->unkept;

	for (size_t i = 0; i < oom_evidence->victim_count; i++)
		if (oom_evidence->victims[i].pid != run->driver.driver.subject.pid)
			run->recording.victim = oom_evidence->victims[i].comm;
	run->recording.workload = &none;
	run->recording.followed = run->followed;
	run->recording.host = &run->host;
	run->recording.limit = run->sandboxed ? run->sandbox_spec.limit : SAMPLE_MISSING;
	run->recording.verdict = &run->verdict;
	run->recording.outcome = verdict_outcome_name(run->verdict.outcome);
	/* The sandbox may hold memory that gnuplot needs. */
	if (run->sandboxed)
		sandbox_kill(&run->sandbox);
	if (r < 0)
		error_set_errno(&err, r, "--plot");
	else
		r = draw_followed(&request->plot, &run->recording, &request->output.columns,
				  stderr, &err);
	if (r == 0)
		return status;
	error_print(&err);
	/* That it was too short to be measured is no failure. */
	return status == EXIT_DONE && run->recording.count ? EXIT_FAILED : status;
}

static int watch_follow(struct watch_run *run)
{
	const struct watch_request *request = run->request;
	struct guard guard = { 0 };
	struct monitor_sink sink = { run, watch_sample, watch_note, watch_tick };
	struct monitor monitor = {
		.driver = &run->driver.driver, .guard = &guard, .signals = &run->signals,
		.counters = &run->counters, .sandbox = &run->sandbox,
		.oom_monitor = run->command.pid ? &run->oom_monitor : NULL, .sink = &sink,
		.needs = column_choice_needs(&request->output.columns) |
			 (request->max_pss.bytes ? NEED_ROLLUP : 0),
		.every = request->every,
	};
	int status;

	run->driver.every = request->every;
	run->driver.tree.root = run->driver.where.root = &run->root;
	run->driver.tree.keeps_each = request->each;
	run->driver.wants_where = request->where;
	follow_prepare(&run->driver);
	run->unwritten = watch_print_plan(run);
	monitor_run(&monitor, &run->result);
	run->ended_ns = duration_now();
	if (run->command.pid && run->result.reason != STOP_DIED)
		follow_outlast(&run->driver, &run->signals);
	status = watch_conclude(run);
	return run->request->plot.file ? watch_draw(run, status) : status;
}

/* In a sandbox nothing outlives the command. */
static void watch_close(struct watch_run *run)
{
	if (run->sandboxed && run->command.pid) {
		sandbox_kill(&run->sandbox);
		sandbox_end_release(&run->sandbox_end);
		command_reap_all(&run->command);
	}
	sandbox_end_release(&run->sandbox_end);
	if (run->sandboxed && sandbox_remove(&run->sandbox) < 0)
		watch_note(run, "the sandbox stays: it cannot be removed");
	context_counters_close(&run->counters);
	fault_events_close(&run->driver.faults);
	tree_sampler_free(&run->driver.tree);
	where_free(&run->driver.where);
	oom_monitor_close(&run->oom_monitor);
	kill_tracer_close(&run->kill_tracer);
	printer_close(&run->printer);
	recording_free(&run->recording);
	if (run->rows)
		fclose(run->rows);
	free(run->level.directory);
	free(run->level.name);
	if (run->request->log_file)
		cleanup_close_fd(&run->log);
	if (!run->command.pid)
		cleanup_close_fd(&run->driver.driver.subject.pidfd);
	cleanup_close_fd(&run->command.pidfd);
	cleanup_close_fd(&run->signals.fd);
	root_close(&run->root);
}

/* What a run has shown that is one of several. */
static struct watched_run watch_tell(const struct watch_run *run, int status)
{
	const struct watch_peaks *peaks = &run->driver.peaks;
	struct watched_run watched = {
		.followed = run->result.reason == STOP_DIED,
		.status = status,
		.outcome = run->verdict.outcome,
		.unmet = run->verdict.unmet,
		.ended_by = run->driver.ended_by,
	};
	uint64_t *value = watched.figures.value;

	value[FIGURE_RSS] = peaks->known ? peaks->rss : SAMPLE_MISSING;
	value[FIGURE_PSS] = peaks->known ? peaks->pss : SAMPLE_MISSING;
	value[FIGURE_CGROUP] = peaks->known ? peaks->cgroup : SAMPLE_MISSING;
	value[FIGURE_TIME] = run->ended_ns - run->began_ns;
	value[FIGURE_MINFLT] = peaks->minflt;
	value[FIGURE_MAJFLT] = peaks->majflt;
	return watched;
}

int watch_run_once(const struct watch_request *request, struct watched_run *ret_watched)
{
	/* Too large for the stack that some limit leaves. */
	static struct watch_run run;
	struct error err;
	int status = EXIT_FAILED;

	memset(&run, 0, sizeof(run));
	run.request = request;
	run.sandbox_end = SANDBOX_END_NONE;
	run.driver.step = request->step.bytes;
	run.root.fd = run.signals.fd = run.log = run.command.pidfd = -1;
	run.driver.driver.subject.pidfd = -1;
	run.counters = (struct context_counters){ .machine = &run.root, .cgroup.fd = -1 };
	if (watch_open(&run, &err) == 0)
		status = request->command ? watch_start_command(&run, &err)
					  : watch_attach(&run, &err);
	if (status == EXIT_DONE)
		status = watch_follow(&run);
	else
		error_print(&err);
	if (ret_watched) {
		struct signalfd_siginfo info;

		/* The next run begins as this one. What came too late for the command is ours. */
		while (run.signals.fd >= 0 && signals_read_info(&run.signals, &info))
			if (command_ends_by((int)info.ssi_signo))
				run.driver.ended_by = (int)info.ssi_signo;
		if (run.signals.fd >= 0)
			signals_restore(&run.signals);
		*ret_watched = watch_tell(&run, status);
	}
	watch_close(&run);
	return status;
}
