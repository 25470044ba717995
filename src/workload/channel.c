/* SPDX-License-Identifier: GPL-2.0-or-later */
/* channel.c - send, look for, sleep for and take messages */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/duration.h"
#include "workload/channel.h"

/*
 * After so many looks in vain the sender is slow, or has no processor of its own at the moment:
 * only one message in RETRY is then looked for longer than once.
 */
#define MISSES 8
#define RETRY 64

/* Looks at the memory between two looks at the clock. */
#define POLLS 16

/* Lets the other half of a processor core go on. */
static void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__) || (defined(__ARM_ARCH) && __ARM_ARCH >= 7)
	__asm__ __volatile__("yield");
#endif
}

static bool channel_is_there(const struct channel *channel)
{
	return atomic_load(&channel->memory->sent) != channel->taken;
}

static int channel_write_all(int fd, const void *bytes, size_t size)
{
	ssize_t length;

	do
		length = write(fd, bytes, size);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return -errno;
	return (size_t)length == size ? 0 : -EPIPE;
}

static int channel_read_all(int fd, void *bytes, size_t size)
{
	ssize_t length;

	do
		length = read(fd, bytes, size);
	while (length < 0 && errno == EINTR);
	return length == (ssize_t)size ? 0 : -EPIPE;
}

/* A pipe that is full of such bytes wakes as well. */
static int wake(int fd)
{
	int r = channel_write_all(fd, "", 1);

	return r == -EAGAIN ? 0 : r;
}

/*
 * The first message always wakes: so the receiver has gone this way
 * before its faults are counted.
 */
int channel_send(struct channel *channel, const void *message, size_t size)
{
	struct channel_memory *memory = channel->memory;
	uint32_t sent;

	if (!memory)
		return channel_write_all(channel->fd, message, size);
	memcpy(memory->message, message, size);
	sent = atomic_fetch_add(&memory->sent, 1);
	if (sent != 0 && !atomic_load(&memory->asleep))
		return 0;
	return wake(channel->fd);
}

static bool look_on(const struct channel *channel, uint64_t ns)
{
	uint64_t end = duration_now() + ns;

	do
		for (int i = 0; i < POLLS; i++) {
			if (channel_is_there(channel))
				return true;
			cpu_relax();
		}
	while (duration_now() < end);
	return false;
}

bool channel_poll(struct channel *channel)
{
	if (!channel->spin_ns || channel->taken == 0 ||
	    (channel->missed >= MISSES && channel->missed++ % RETRY != 0))
		return channel_is_there(channel);
	if (!look_on(channel, channel->spin_ns)) {
		channel->missed++;
		return false;
	}
	channel->missed = 0;
	return true;
}

bool channel_expect(struct channel *channel, uint64_t ns)
{
	return channel->spin_ns ? look_on(channel, ns) : channel_is_there(channel);
}

/* Either the sender sees that the receiver sleeps, or the receiver that something was sent. */
bool channel_prepare_wait(struct channel *channel)
{
	atomic_store(&channel->memory->asleep, 1);
	return channel_is_there(channel);
}

bool channel_finish_wait(struct channel *channel)
{
	char bytes[16];

	atomic_store(&channel->memory->asleep, 0);
	while (read(channel->fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
	return channel_is_there(channel);
}

int channel_take(struct channel *channel, void *message, size_t size)
{
	if (!channel_is_there(channel))
		return -EPIPE;
	channel->taken++;
	memcpy(message, channel->memory->message, size);
	return 0;
}

/* A byte in the pipe may be for a message that was seen before it was read. */
static int sleep_for(struct channel *channel)
{
	bool there = channel_prepare_wait(channel) && channel->taken != 0;
	char byte;
	int r = 0;

	while (r == 0 && !there) {
		r = channel_read_all(channel->fd, &byte, 1);
		there = channel_is_there(channel);
	}
	atomic_store(&channel->memory->asleep, 0);
	return r;
}

int channel_receive(struct channel *channel, void *message, size_t size)
{
	int r = 0;

	if (!channel->memory)
		return channel_read_all(channel->fd, message, size);
	if (channel->taken == 0 || !channel_poll(channel))
		r = sleep_for(channel);
	return r < 0 ? r : channel_take(channel, message, size);
}
