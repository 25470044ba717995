/* SPDX-License-Identifier: GPL-2.0-or-later */
/* channel.c - do messages arrive, once and in order, whoever sleeps? */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/duration.h"
#include "tests/tap.h"
#include "workload/channel.h"

#define TURNS 5000

struct note {
	uint64_t number, inverse;
};

/* Both directions between two processes, as observer and subject have them. */
struct line {
	struct channel_memory *memory;	/* two */
	int there[2], back[2];
};

static _Noreturn void give_up(const char *what)
{
	perror(what);
	exit(99);
}

static struct line make_line(void)
{
	struct line line = {
		.memory = mmap(NULL, 2 * sizeof(struct channel_memory), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	};

	if (line.memory == MAP_FAILED || pipe(line.there) < 0 ||
	    pipe2(line.back, O_NONBLOCK) < 0 || fcntl(line.there[1], F_SETFL, O_NONBLOCK) < 0)
		give_up("a channel");
	return line;
}

static void end_line(struct line *line)
{
	munmap(line->memory, 2 * sizeof(struct channel_memory));
	close(line->there[0]);
	close(line->there[1]);
	close(line->back[0]);
	close(line->back[1]);
}

/* Now and then a while, so that the other side goes to sleep. */
static void dawdle(uint64_t number, uint64_t every, unsigned us)
{
	struct timespec time = { .tv_nsec = us * 1000 };

	if (every && number % every == 0)
		nanosleep(&time, NULL);
}

/* Sends each number back, with its inverse. */
static _Noreturn void answer(const struct line *line, uint64_t spin_time, uint64_t every)
{
	struct channel in = { .memory = &line->memory[0], .fd = line->there[0],
			      .spin_ns = spin_time };
	struct channel out = { .memory = &line->memory[1], .fd = line->back[1] };
	struct note note;

	close(line->there[1]);
	while (channel_receive(&in, &note, sizeof(note)) == 0) {
		note.inverse = ~note.number;
		dawdle(note.number, every, 30);
		if (channel_send(&out, &note, sizeof(note)) < 0)
			_exit(1);
	}
	_exit(0);
}

/* As the observer does it. Returns whether there was an answer within a minute. */
static bool wait_for_answer(struct channel *in)
{
	struct pollfd pipe = { .fd = in->fd, .events = POLLIN };
	uint64_t end = duration_now() + 60 * NS_PER_SECOND;
	bool there = channel_poll(in);

	while (!there && duration_now() < end) {
		if (!channel_prepare_wait(in))
			poll(&pipe, 1, 1000);
		there = channel_finish_wait(in);
	}
	return there;
}

static uint64_t talk(const struct line *line, uint64_t spin_time, uint64_t every)
{
	struct channel out = { .memory = &line->memory[0], .fd = line->there[1] };
	struct channel in = { .memory = &line->memory[1], .fd = line->back[0],
			      .spin_ns = spin_time };
	uint64_t right = 0;

	for (uint64_t i = 0; i < TURNS; i++) {
		struct note note = { .number = i * 7 }, got = { 0 };

		dawdle(i, every, 30);
		if (channel_send(&out, &note, sizeof(note)) < 0 || !wait_for_answer(&in) ||
		    channel_take(&in, &got, sizeof(got)) < 0)
			break;
		right += got.number == i * 7 && got.inverse == ~got.number &&
			 channel_take(&in, &got, sizeof(got)) == -EPIPE;
	}
	return right;
}

/* Patience of both in ns; each dawdles at every so manyth message. */
static void test_turns(uint64_t ours, uint64_t its, uint64_t we_dawdle, uint64_t it_dawdles)
{
	struct line line = make_line();
	int status = -1;
	uint64_t right;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		answer(&line, its, it_dawdles);
	right = talk(&line, ours, we_dawdle);
	tap_ok(right == TURNS, "patience %u and %u us, dawdling at every %u and %u: "
	       "%u came, once each",
	       (unsigned)(ours / 1000), (unsigned)(its / 1000), (unsigned)we_dawdle,
	       (unsigned)it_dawdles, (unsigned)right);
	close(line.there[1]);
	waitpid(pid, &status, 0);
	tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "and the end of the pipe ends it");
	line.there[1] = dup(line.there[0]);
	end_line(&line);
}

/* The first message wakes in any case; later ones only him who sleeps. */
static void test_wakes(void)
{
	struct line line = make_line();
	struct channel out = { .memory = &line.memory[1], .fd = line.back[1] };
	struct channel in = { .memory = &line.memory[1], .fd = line.back[0] };
	struct note note = { .number = 1 };
	char byte;

	channel_send(&out, &note, sizeof(note));
	tap_is(read(in.fd, &byte, 1), 1, "the first message writes a byte");
	tap_ok(channel_poll(&in) && channel_take(&in, &note, sizeof(note)) == 0, "and is taken");
	channel_send(&out, &note, sizeof(note));
	tap_is(read(in.fd, &byte, 1), -1, "the second writes none to who is awake");
	tap_ok(channel_poll(&in) && channel_take(&in, &note, sizeof(note)) == 0, "and is taken");
	tap_ok(!channel_prepare_wait(&in), "there is no third");
	channel_send(&out, &note, sizeof(note));
	tap_ok(channel_finish_wait(&in), "it comes while its receiver sleeps");
	tap_is(read(in.fd, &byte, 1), -1, "whose byte is gone when it is awake");
	end_line(&line);
}

/* A sender does not wait for a pipe that is full of bytes which nobody needed. */
static void test_full_pipe(void)
{
	struct line line = make_line();
	struct channel out = { .memory = &line.memory[0], .fd = line.there[1] };
	struct channel in = { .memory = &line.memory[0], .fd = line.there[0] };
	struct note note = { .number = 1 };
	char bytes[4096] = { 0 };

	while (write(out.fd, bytes, sizeof(bytes)) > 0)
		;
	channel_prepare_wait(&in);
	tap_is(channel_send(&out, &note, sizeof(note)), 0, "a full pipe keeps no message back");
	tap_is(channel_receive(&in, &note, sizeof(note)), 0, "and hinders nobody who receives it");
	end_line(&line);
}

/* Looking in vain for so long is given up, until a message in between has come in time. */
static void test_spin_time(void)
{
	struct line line = make_line();
	struct channel in = { .memory = &line.memory[1], .fd = line.back[0], .taken = 1,
			      .spin_ns = 2 * NS_PER_MS };
	uint64_t start = duration_now(), spent;

	atomic_store(&line.memory[1].sent, 1);
	for (int i = 0; i < 1000; i++)
		channel_poll(&in);
	spent = duration_now() - start;
	tap_ok(spent >= 8 * in.spin_ns, "patience is had: %u us for eight looks",
	       (unsigned)(spent / 1000));
	tap_ok(in.missed >= 1000, "looks in vain are counted: %u", in.missed);
	/* Eight at first, and one of 64 then: 24 of the 1000. */
	tap_ok(in.missed <= 1024, "of 1000 looks after eight, few take their time");
	atomic_store(&line.memory[1].sent, 2);
	in.missed = 0;
	tap_ok(channel_poll(&in) && in.missed == 0, "what is there is seen");
	end_line(&line);
}

static void test_without_memory(void)
{
	int fds[2];
	struct note note = { .number = 5, .inverse = 6 }, got = { 0 };

	if (pipe(fds) < 0)
		give_up("a pipe");
	struct channel out = { .fd = fds[1] }, in = { .fd = fds[0] };

	tap_is(channel_send(&out, &note, sizeof(note)), 0, "a pipe alone takes whole messages");
	tap_is(channel_receive(&in, &got, sizeof(got)), 0, "and gives them");
	tap_ok(!memcmp(&note, &got, sizeof(got)), "as they were");
	close(fds[1]);
	tap_is(channel_receive(&in, &got, sizeof(got)), -EPIPE, "until its end");
	close(fds[0]);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_wakes();
	test_full_pipe();
	test_spin_time();
	test_without_memory();
	test_turns(100000, 500000, 0, 0);
	test_turns(100000, 500000, 5, 7);
	test_turns(0, 0, 0, 0);
	test_turns(0, 10000, 0, 11);
	test_turns(10000, 0, 11, 0);
	test_turns(20000, 20000, 2, 3);
	return tap_done();
}
