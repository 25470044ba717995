/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.c - wire plan, subject, observer, verdict and printer together */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/secure.h"
#include "base/stdio-guard.h"
#include "memory/zero-page.h"
#include "session-draw.h"
#include "session.h"
#include "subject/child.h"
#include "system/backing-file.h"
#include "system/hugetlb.h"
#include "system/pid-namespace.h"
#include "system/tasks.h"
#include "tell.h"
#include "verdict/growth.h"

/* For tests: a recorded tree of another machine's /proc and /sys. */
#define ROOT_VARIABLE "PAGETOUCH_ROOT"

/* Growth of less than so much between two looks, while memory.high counts, is throttling. */
#define THROTTLE_LOOK_NS NS_PER_SECOND
#define THROTTLE_SLOW_BYTES (UINT64_C(16) << 20)

/* How often it is looked whether the subject is frozen, stopped, or waits for memory. */
#define STANDSTILL_LOOK_NS NS_PER_SECOND

/* How many of the highest oom_scores -v shows. */
#define TOP_SCORES 3

/* What takes the limits of our cgroups into account. */
static bool heeds_cgroups(const struct request *request)
{
	return request->guard || request->has_limit || request->has_high ||
	       request_has_share(request);
}

static int read_cgroups(struct session *session, const struct request *request,
			struct trouble *trouble)
{
	int r = cgroup_chain_read(&session->root, "self", &session->chain);

	/* Without /proc/self/cgroup there is no cgroup to respect. */
	if (r == 0 || r == -ENOENT || (r == -EXDEV && !heeds_cgroups(request)))
		return 0;
	if (r != -EXDEV) {
		trouble_set_errno(trouble, r, "cannot read which memory cgroups we are in");
		return r;
	}
	trouble_set(trouble, "cannot find out which memory cgroups we are in: the cgroup file "
		    "system that is mounted does not show ours");
	trouble_remedy(trouble, "mount that of this cgroup namespace, or use --no-guard, without "
		       "--limit, --high and N%%");
	return r;
}

static int read_machine(struct session *session, const struct request *request,
			struct trouble *trouble)
{
	const char *prefix = getenv(ROOT_VARIABLE);
	int r = pid_namespace_check(trouble);

	if (r < 0)
		return r;
	/* The tree is somebody else's choice. */
	if (prefix && *prefix && secure_execution()) {
		trouble_set(trouble, ROOT_VARIABLE " is not taken from who has less privilege");
		trouble_remedy(trouble, "unset it");
		return -EPERM;
	}
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
		if (!trouble_remedy_errno(trouble, r))
			trouble_remedy(trouble,
					"is proc mounted on /proc, and without subset=pid?");
		return r;
	}
	return read_cgroups(session, request, trouble);
}

/* vm.panic_on_oom: an OOM that slips past the guard would be the end of the machine. */
static int respect_panic(const struct session *session, struct trouble *trouble)
{
	uint64_t panic = session->machine.panic_on_oom;

	/* 1 panics for the whole machine's OOM, 2 for a memory cgroup's too (vm.rst). */
	if (!session->plan.guard || !panic || (panic == 1 && session->plan.sandboxed))
		return 0;
	trouble_set(trouble, "vm.panic_on_oom is %llu: running out of memory would panic "
		    "this machine", (unsigned long long)session->machine.panic_on_oom);
	trouble_remedy(trouble, "set it to 0 (sysctl vm.panic_on_oom=0), or use --no-guard "
		       "if a panic is what you want");
	return -EPERM;
}

static int check_adj(const struct session *session, struct trouble *trouble)
{
	int r = subject_try_adj(session->plan.oom_score_adj);

	if (r == 0 || session->plan.oom_score_adj == 1000)
		return 0;
	trouble_set(trouble, "cannot set oom_score_adj to %d: %s", session->plan.oom_score_adj,
		    strerror(-r));
	trouble_remedy(trouble, "lowering it needs CAP_SYS_RESOURCE; "
		       "--oom-score-adj=keep leaves it");
	return r;
}

/* The picture comes last, and is not to be refused then. */
static int check_plot(const struct session *session, struct trouble *trouble)
{
	return session->plan.plot.file ? plot_check(&session->plan.plot, trouble) : 0;
}

/* What the command line leaves to the machine, or to chance. */
static void resolve(const struct session *session, struct request *request)
{
	uint32_t seed = 0;

	if (!request->huge_page)
		request->huge_page = session->machine.huge_page;
	if (request->order != ORDER_RANDOM || request->has_seed)
		return;
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint32_t)duration_now();
	request->seed = seed;
}

static int take_signals(struct session *session, struct trouble *trouble)
{
	int r = signals_take(&session->signals);

	if (r < 0)
		trouble_set_errno(trouble, r, "cannot prepare the run");
	return r;
}

static int open_file(struct session *session, struct trouble *trouble)
{
	struct plan *plan = &session->plan;
	struct backing_file_wish wish = {
		.path = plan->file,
		.bytes = plan->region.bytes,
		.page_size = plan->observe.page_size,
		.writes = plan->observe.access == TOUCH_PWRITE ||
			  (plan->region.backing == REGION_FILE_SHARED && !plan->region.read_only),
	};
	struct backing_file file = { .fd = -1 };
	int r;

	if (!plan->file)
		return EXIT_DONE;
	r = backing_file_open(&wish, &file, trouble);
	if (r < 0)
		return r == -EDOM ? EXIT_USAGE : EXIT_FAILED;
	session->file = plan->region.fd = file.fd;
	plan->region.on_tmpfs = file.on_tmpfs;
	return EXIT_DONE;
}

static int make_plan(struct session *session, struct request *request, struct trouble *trouble)
{
	struct room_source source = { &session->root, &session->machine, &session->chain };
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	struct room room = { 0 };
	int r = 0;

	resolve(session, request);
	if (request_has_share(request))
		r = room_read(&source, false, &room);
	if (r < 0) {
		room_complain(&room, r, trouble);
		return EXIT_FAILED;
	}
	if (plan_make(request, room.bytes, page_size, &session->plan, trouble) < 0)
		return EXIT_USAGE;
	session->plan.region.own_zeros =
		region_is_anonymous(session->plan.region.backing) && !zero_page_shared();
	if (session->plan.huge)
		session->plan.region.alignment = session->machine.thp_size;
	session->guard = (struct guard){ .enabled = session->plan.guard, .source = source };
	return EXIT_DONE;
}

int session_prepare(struct session *session, struct request *request, struct trouble *trouble)
{
	int status;

	if (read_machine(session, request, trouble) < 0)
		return EXIT_FAILED;
	status = make_plan(session, request, trouble);
	if (status == EXIT_DONE && respect_panic(session, trouble) < 0)
		status = EXIT_GUARD;
	if (status == EXIT_DONE && check_adj(session, trouble) < 0)
		status = EXIT_FAILED;
	/* From here on a signal must not end us half-way: something might be left behind. */
	if (status == EXIT_DONE && take_signals(session, trouble) < 0)
		status = EXIT_FAILED;
	if (status == EXIT_DONE && check_plot(session, trouble) < 0)
		status = EXIT_FAILED;
	if (status == EXIT_DONE)
		status = open_file(session, trouble);
	if (status == EXIT_DONE)
		host_read(&session->host);
	return status;
}

/* Asked right before a row is printed: the answer is good for that row. */
static bool on_ready(void *context)
{
	struct session *session = context;
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	session->ready = session->plan.output.format == OUTPUT_NONE || poll(&output, 1, 0) == 1;
	return session->ready;
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
	bool ready = session->ready;

	session->ready = false;
	if (stdio_is_writable(STDERR_FILENO))
		progress_wipe(&session->progress);
	session_keep(session, sample);
	/* A reader that has stopped reading must not keep us from being ended. */
	if (session->plan.output.format != OUTPUT_NONE && !ready && wait_for_reader(session) < 0)
		return -EINTR;
	return printer_sample(&session->printer, sample);
}

/*
 * A note that cannot be written at once is not: nobody would look at guard and signals
 * meanwhile.
 */
static void on_note(void *context, const char *sentence)
{
	struct session *session = context;

	if (!stdio_is_writable(STDERR_FILENO))
		return;
	progress_wipe(&session->progress);
	if (session->plan.output.format != OUTPUT_NONE)
		fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, sentence);
}

/* Says once, while it happens, that memory.high makes the run slow. */
static void note_throttling(struct session *session, uint64_t touched, uint64_t elapsed_ns)
{
	uint64_t times;

	if (!session->plan.sandboxed || session->plan.sandbox.high == CGROUP_UNLIMITED ||
	    session->throttled || elapsed_ns - session->throttled_ns < THROTTLE_LOOK_NS)
		return;
	session->throttled_ns = elapsed_ns;
	times = witness_throttled(&session->witness);
	if (times && touched > 0 && touched - session->throttled_at < THROTTLE_SLOW_BYTES) {
		session->throttled = times;
		on_note(session, "throttled at memory.high: slow, not hung");
	}
	session->throttled_at = touched;
}

/* Says when it is found that the subject is kept from running, again if it goes on meanwhile. */
static void note_standstill(struct session *session, uint64_t elapsed_ns)
{
	char text[STANDSTILL_MAX];
	enum standstill found;

	if (elapsed_ns - session->standstill_ns < STANDSTILL_LOOK_NS)
		return;
	session->standstill_ns = elapsed_ns;
	found = standstill_find(&session->witness.live, session->subject.pid,
				&session->witness.chain, text);
	if (found != STANDSTILL_NONE && found != session->standstill)
		on_note(session, text);
	session->standstill = found;
}

static void on_tick(void *context, uint64_t touched, uint64_t elapsed_ns)
{
	struct session *session = context;

	if (stdio_is_writable(STDERR_FILENO))
		progress_tick(&session->progress, touched, elapsed_ns);
	note_throttling(session, touched, elapsed_ns);
	note_standstill(session, elapsed_ns);
	if (!session->subject.child_count)
		witness_look(&session->witness, elapsed_ns);
}

/* The signal that this process should die of for SESSION to be seen as it was. */
static int signal_to_die_of(const struct session *session, const struct verdict *verdict)
{
	if (verdict->outcome == OUTCOME_INTERRUPTED &&
	    verdict->exit_status == EXIT_SIGNAL_BASE + verdict->signal)
		return verdict->signal;
	return verdict->quiet_failure && !session->signals.pipe_ignored ? SIGPIPE : 0;
}

/* The last word waits for a stopped terminal, but not after a signal. */
static bool wait_for_terminal(const struct session *session, const struct ending *ending)
{
	if (stdio_is_writable(STDERR_FILENO))
		return true;
	return !ending->signal && !session->stalled &&
	       signals_wait_writable(&session->signals, STDERR_FILENO) == 0;
}

static void end_witness(struct session *session, const struct ending *ending)
{
	enum region_backing backing = session->plan.region.backing;
	struct witness *witness = &session->witness;

	if (ending->child) {
		witness->pid = ending->child;
		witness->comm = CHILD_NAME;
	} else if (ending->measured && !ending->stepped && backing != REGION_HEAP &&
		   backing != REGION_STACK) {
		witness->vsz = ending->last.vsz;
	}
	witness_end(witness, ending->reason == STOP_DIED);
}

static int conclude(struct session *session)
{
	struct ending *ending = &session->ending;
	struct hugetlb_pool pool = { 0 };
	struct verdict_evidence evidence = {
		.region = &session->plan.region,
		.plan = &session->plan.observe,
		.pool = &pool,
		.ending = ending,
		.machine = &session->machine,
		.touch = session->plan.observe.touch,
		.pid = (int)session->subject.pid,
		.unit = session->plan.output.unit,
		.verify = session->plan.verify,
		.expect = session->plan.expect,
		.testimony = session->witnessed ? &session->witness.testimony : NULL,
		.sandbox = session->plan.sandboxed ? &session->plan.sandbox : NULL,
	};
	struct verdict *verdict = &session->verdict;
	int r;

	if (ending->reason == STOP_MAP)
		hugetlb_pool_read(&session->root, session->plan.region.huge_page, &pool);
	if (session->witnessed)
		end_witness(session, ending);
	verdict_decide(&evidence, verdict);
	host_time(verdict->time);
	if (wait_for_terminal(session, ending)) {
		progress_wipe(&session->progress);
		tell_verdict(verdict, session->plan.output.format);
	}
	session->recording.end = recorded_end_of(verdict);
	session->died_of = signal_to_die_of(session, verdict);
	r = ending->reason == STOP_OUTPUT || (session->stalled && wait_for_reader(session) < 0)
		? 0 : printer_verdict(&session->printer, verdict);
	if (r < 0) {
		*ending = (struct ending){ .reason = STOP_OUTPUT, .error = r };
		return conclude(session);
	}
	return verdict->exit_status;
}

static int print_plan(struct session *session)
{
	struct plan_record record = {
		.host = &session->host,
		.machine = &session->machine,
		.region = &session->plan.region,
		.manner = &session->plan.manner,
		.observe = &session->plan.observe,
		.file = session->plan.file,
		.page_size = session->plan.observe.page_size,
		.interval = session->plan.observe.interval,
		.touch = session->plan.observe.touch,
		.limit = session->plan.sandboxed ? session->plan.sandbox.limit : SAMPLE_MISSING,
		.pid = (int)session->subject.pid,
	};

	session->recording.plan = record;
	return printer_plan(&session->printer, &record);
}

/* Who would be killed if the machine ran out now: for -v, where there is no sandbox. */
static void show_top_scores(const struct session *session)
{
	struct task_score scores[TOP_SCORES];
	int found = tasks_by_oom_score(&session->root, scores, TOP_SCORES);

	for (int i = 0; i < found; i++)
		fprintf(stderr, "%s: oom_score %llu: pid %ld (%s)\n",
			program_invocation_short_name, (unsigned long long)scores[i].score,
			scores[i].pid, scores[i].comm);
}

static void show_start(const struct session *session)
{
	if (!session->plan.verbose)
		return;
	fprintf(stderr, "%s: the subject is pid %d\n", program_invocation_short_name,
		(int)session->subject.pid);
	if (session->plan.sandboxed)
		fprintf(stderr, "%s: its sandbox is %s, by way of %s\n",
			program_invocation_short_name, session->sandbox.path,
			sandbox_way_name(session->sandbox.way));
	if (session->sandbox.stale)
		fprintf(stderr, "%s: %u cgroups that earlier runs left beside it stay: processes "
			"are in them\n", program_invocation_short_name, session->sandbox.stale);
}

/* An OOM in a group of processes that die together takes the observer along (memory.oom.group). */
static void warn_of_group(struct session *session)
{
	char group[8];

	for (size_t i = 0; i < session->chain.count; i++) {
		if (cgroup_level_read(&session->root, &session->chain.levels[i],
				      "memory.oom.group", group, sizeof(group)) <= 0 ||
		    group[0] != '1')
			continue;
		on_note(session, "memory.oom.group is set on our own cgroup or above: an OOM kill "
				 "there takes this observer too, and then there is no verdict");
		return;
	}
}

/* Version 1 lets all wait at the limit instead of killing one: the observer stands still, too. */
static void warn_of_disabled_kills(struct session *session)
{
	char text[STANDSTILL_MAX];

	if (session->plan.sandboxed || session->plan.guard ||
	    !standstill_threatens(&session->root, &session->chain, text))
		return;
	on_note(session, text);
}

/* A scope takes us along: what limits us is read again. */
static int make_sandbox(struct session *session, struct trouble *trouble)
{
	int r = sandbox_make(&session->plan.sandbox, &session->sandbox, trouble);

	if (r < 0 || session->sandbox.way != SANDBOX_SCOPE)
		return r;
	cgroup_chain_free(&session->chain);
	r = cgroup_chain_read(&session->root, "self", &session->chain);
	if (r < 0)
		trouble_set_errno(trouble, r, "cannot read which memory cgroups we are in");
	return r;
}

static int start_subject(struct session *session, struct trouble *trouble)
{
	struct subject_spec spec = {
		.region = session->plan.region,
		.manner = session->plan.manner,
		.lock = session->plan.lock,
		.threads = session->plan.threads,
		.page_size = session->plan.observe.page_size,
		.cgroup = -1,
		.oom_score_adj = session->plan.oom_score_adj,
	};
	int r = 0;

	if (session->plan.sandboxed) {
		r = make_sandbox(session, trouble);
		spec.cgroup = session->around.cgroup = session->sandbox.fd;
		session->around.version = session->sandbox.version;
	}
	if (r < 0)
		return r;
	witness_open(&session->witness);
	session->witnessed = true;
	r = subject_start(&spec, &session->subject, trouble);
	if (r == 0)
		witness_begin(&session->witness, session->subject.pid, SUBJECT_NAME,
			      session->plan.sandboxed);
	return r;
}

/* Starts the subject and everything that watches it. */
static int start(struct session *session, struct trouble *trouble)
{
	int r = printer_open(&session->printer, &session->plan.output);

	if (r < 0) {
		trouble_set_errno(trouble, r, "cannot prepare the run");
		return r;
	}
	session->progress = progress_begin(session->plan.observe.touch,
					   session->plan.output.format == OUTPUT_NONE);
	warn_of_group(session);
	warn_of_disabled_kills(session);
	if (session->plan.verbose && !session->plan.sandboxed)
		show_top_scores(session);
	r = start_subject(session, trouble);
	if (r == 0)
		show_start(session);
	return r;
}

static bool reads(const struct observe_plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++)
		if (step_reads(&plan->steps[i]))
			return true;
	return !touch_writes(plan->access) && (plan->touch > 0 || plan->lock == REGION_LOCKED);
}

/* What the plan makes resident of the memory that the guard watches, at the least. */
static uint64_t memory_needed(const struct plan *plan, bool locked)
{
	struct growth_deeds deeds = {
		.region = &plan->region,
		.access = plan->observe.access,
		.covered = plan->observe.touch,
		.locked = locked ? plan->region.bytes : 0,
		.threads = plan->threads,
	};
	struct growth_rule rule = growth_expect(&deeds);

	/* A file's pages can be dropped, and hugetlb pages have been set apart. */
	if (rule.kind != GROWTH_ANON && rule.kind != GROWTH_SHMEM)
		return 0;
	return plan->sandboxed && plan->sandbox.limit < rule.least ? plan->sandbox.limit
								   : rule.least;
}

/* What the guard is going to stop is said beforehand, with what may be used. */
static void note_scarcity(struct session *session)
{
	bool locked = region_lock_fills(session->plan.region.backing, session->plan.lock);
	uint64_t needed = memory_needed(&session->plan, locked);
	char text[ROOM_NAME_MAX + 256], needs[SIZE_TEXT_MAX], has[SIZE_TEXT_MAX];
	struct room room;

	if (!session->guard.enabled || !needed ||
	    room_read(&session->guard.source, true, &room) < 0 || needed <= room_headroom(&room))
		return;
	snprintf(text, sizeof(text),
		 "%s are to become resident, but the guard lets only %s be used now (%s%s)%s",
		 size_say(needs, needed, SIZE_HUMAN),
		 size_say(has, room_headroom(&room), SIZE_HUMAN),
		 room.cgroup ? "memory cgroup " : "MemAvailable", room.cgroup ? room.name : "",
		 locked ? "" : "; --touch 0 shows VSZ alone");
	on_note(session, text);
}

static void give_notes(struct session *session)
{
	char seed[96];

	if (session->plan.note)
		on_note(session, session->plan.note);
	note_scarcity(session);
	if (session->plan.region.own_zeros && reads(&session->plan.observe))
		on_note(session, "this kernel has no page of zeros for what is only read: "
				 "reading makes memory resident, as writing does");
	if (session->plan.manner.order != ORDER_RANDOM || session->plan.seeded)
		return;
	snprintf(seed, sizeof(seed),
		 "the order is random:%" PRIu64 ", with which it can be had again",
		 session->plan.manner.seed);
	on_note(session, seed);
}

int session_run(struct session *session)
{
	struct observe_sink sink = { session, on_ready, on_sample, on_note, on_tick };
	struct observe_tools tools = {
		.subject = &session->subject,
		.guard = &session->guard,
		.signals = &session->signals,
		.around = &session->around,
		.sandbox = &session->sandbox,
		.witness = &session->witness,
		.sink = &sink,
	};
	struct ending *ending = &session->ending;
	struct trouble trouble;

	session->around = (struct around){ .machine = &session->root, .cgroup = -1 };
	if (start(session, &trouble) < 0) {
		trouble_print(&trouble);
		return EXIT_FAILED;
	}
	give_notes(session);
	ending->reason = STOP_OUTPUT;
	ending->error = print_plan(session);
	if (ending->error == 0)
		observe_run(&session->plan.observe, &tools, ending);
	return session_draw(session, conclude(session));
}

static void remove_sandbox(struct session *session)
{
	int r = sandbox_remove(&session->sandbox);

	if (r < 0)
		fprintf(stderr, "%s: note: the sandbox stays: %s\n", program_invocation_short_name,
			r == -EBUSY ? "a process that is not ours is in it" : strerror(-r));
}

void session_close(struct session *session)
{
	subject_end(&session->subject);
	remove_sandbox(session);
	if (session->file > 0)
		close(session->file);
	if (session->witnessed)
		witness_close(&session->witness);
	printer_close(&session->printer);
	recording_free(&session->recording);
	cgroup_chain_free(&session->chain);
	if (session->opened)
		root_close(&session->root);
	if (session->signals.fd > 0)
		close(session->signals.fd);
}
