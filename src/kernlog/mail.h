/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mail.h - the lines of mails whose text is in quoted-printable or base64 (RFC 2045) */
#ifndef PT_MAIL_H
#define PT_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/strview.h"

/* A decoded line that is longer is cut. */
#define MAIL_LINE_MAX 65536

enum mail_encoding {
	MAIL_PLAIN,
	MAIL_QUOTED,
	MAIL_BASE64,
};

/* Where in a mail the reading is. Zero is outside of any. */
struct mail {
	enum mail_encoding encoding;	/* of the lines that come */
	enum mail_encoding announced;	/* by the header that is being read */
	bool in_header;
	uint32_t bits;			/* of base64 that make no byte yet */
	unsigned bit_count;
	char *text;			/* owned; MAIL_LINE_MAX bytes, made at the first need */
	size_t length;			/* of a line whose end has not come */
};

/* Called with each decoded line, without its newline, in memory that it may not keep. */
typedef int mail_fn(void *context, struct strview line);

/*
 * Takes LINE if it is encoded: a header has said so and no line since has been none of this
 * encoding, or it is a line of a report that only quoted-printable writes so. Returns 1 when it
 * was taken, 0 when it was not, or a negative errno, of SINK or -ENOMEM.
 */
int mail_take(struct mail *mail, struct strview line, mail_fn *sink, void *context);

/*
 * The log has ended: gives out a line without an end. Returns 0 or a negative errno. *mail is
 * outside of any mail.
 */
int mail_end(struct mail *mail, mail_fn *sink, void *context);

void mail_free(struct mail *mail);

#endif
