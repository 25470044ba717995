/* SPDX-License-Identifier: GPL-2.0-or-later */
/* channel.h - messages to another process, through memory of both while both are awake */
#ifndef PT_CHANNEL_H
#define PT_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANNEL_MESSAGE_MAX 64

/*
 * One message at a time, from one sender to one receiver: the sender waits for what the receiver
 * says to it before it sends the next. A receiver that is awake looks at the memory; for one that
 * is about to sleep the sender writes a byte into a pipe. To wake a process up on an idle
 * processor costs tens or hundreds of microseconds, more than what observer and subject do in
 * between (measured: bench/README.md).
 */
struct channel_memory {
	_Alignas(128) _Atomic uint32_t sent;	/* messages so far, modulo 2^32 */
	_Atomic uint32_t asleep;		/* the receiver will look at the pipe only */
	unsigned char message[CHANNEL_MESSAGE_MAX];
};

/*
 * One end; the same struct for either.
 * Without memory in common whole messages go through the pipe.
 */
struct channel {
	struct channel_memory *memory;	/* zero before the first message; NULL: none */
	int fd;				/* of the pipe: the end for writing, which does not block
					 * if there is memory in common, or for reading */
	uint32_t taken;			/* receiver: messages so far */
	uint64_t spin_ns;		/* receiver: how long to look before it sleeps;
					 * 0: not at all */
	unsigned missed;		/* receiver: looks in a row that saw nothing come */
};

/* Sends SIZE bytes, at most CHANNEL_MESSAGE_MAX. Returns 0 or a negative errno. */
int channel_send(struct channel *channel, const void *message, size_t size);

/* Waits for the next message and takes it. Returns 0, or -EPIPE when the sender is gone. */
int channel_receive(struct channel *channel, void *message, size_t size);

/* The functions below are for channels with memory in common. */

/*
 * Looks for a message as long as spin_ns says, or once when looking has been in vain several
 * times in a row. Returns whether there is one.
 */
bool channel_poll(struct channel *channel);

/* The same for NS, if the channel spins at all, for a message that is due. */
bool channel_expect(struct channel *channel, uint64_t ns);

/*
 * From channel_prepare_wait() to channel_finish_wait() the pipe becomes readable when a message
 * comes (which may
 * be before it, and the pipe may be readable although none has come). Both return whether there is
 * one. The read end of the pipe does not block.
 */
bool channel_prepare_wait(struct channel *channel);
bool channel_finish_wait(struct channel *channel);

/* Takes the message that is there. Returns 0, or -EPIPE when there is none. */
int channel_take(struct channel *channel, void *message, size_t size);

#endif
