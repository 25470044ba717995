/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mail.c - decode the lines of mails in quoted-printable and base64 */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "kernlog/mail.h"
#include "lib/ascii.h"
#include "lib/number.h"

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add_byte(struct mail *mail, char byte)
{
	if (!mail->text)
		mail->text = malloc(MAIL_LINE_MAX);
	if (mail->length == MAIL_LINE_MAX)
		return;
	if (mail->text)
		mail->text[mail->length] = byte;
	mail->length++;
}

/* Gives out the line so far. */
static int end_line(struct mail *mail, mail_fn *sink, void *context)
{
	struct strview line = { mail->text ? mail->text : "", mail->length };

	mail->length = 0;
	return line.length && !mail->text ? -ENOMEM : sink(context, line);
}

int mail_end(struct mail *mail, mail_fn *sink, void *context)
{
	mail->encoding = MAIL_PLAIN;
	mail->in_header = false;
	mail->bit_count = 0;
	return mail->length ? end_line(mail, sink, context) : 0;
}

void mail_free(struct mail *mail)
{
	free(mail->text);
	*mail = (struct mail){ .text = NULL };
}

static bool skip_name(struct strview *line, const char *name)
{
	size_t length = strlen(name);

	if (line->length < length || !ascii_same_head(line->at, name, length))
		return false;
	*line = strview_from(*line, length);
	return true;
}

/* The byte that "=3D" at the front of TEXT stands for; -1: it is none. */
static int quoted_byte(struct strview text)
{
	int high = number_hex_digit(strview_byte(text, 1));
	int low = number_hex_digit(strview_byte(text, 2));

	return strview_byte(text, 0) == '=' && high >= 0 && low >= 0 ? high << 4 | low : -1;
}

/* Whether each '=' of LINE stands for a byte, or is its last one: the line goes on. */
static bool is_quoted(struct strview line)
{
	for (; line.length > 1; line = strview_from(line, 1))
		if (line.at[0] == '=' && quoted_byte(line) < 0)
			return false;
	return true;
}

static int take_quoted(struct mail *mail, struct strview line, mail_fn *sink, void *context)
{
	while (line.length) {
		int byte = quoted_byte(line);

		if (byte < 0 && line.at[0] == '=')
			return 0;
		add_byte(mail, byte < 0 ? line.at[0] : (char)byte);
		line = strview_from(line, byte < 0 ? 1 : 3);
	}
	return end_line(mail, sink, context);
}

static int take_base64(struct mail *mail, struct strview text, mail_fn *sink, void *context)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < text.length; i++) {
		const char *digit = strchr(base64_digits, text.at[i]);
		char byte;

		mail->bits = mail->bits << 6 | (uint32_t)(digit - base64_digits);
		mail->bit_count += 6;
		if (mail->bit_count < 8)
			continue;
		mail->bit_count -= 8;
		byte = (char)(mail->bits >> mail->bit_count & 0xff);
		if (byte == '\n')
			r = end_line(mail, sink, context);
		else
			add_byte(mail, byte);
	}
	return r;
}

int mail_take(struct mail *mail, struct strview line, mail_fn *sink, void *context)
{
	struct strview value = line, digits;
	int r;

	if (strview_last(line) == '\r')
		line.length--;
	if (skip_name(&value, "Content-Transfer-Encoding:")) {
		value = strview_trim(value);
		mail->in_header = true;
		mail->announced = skip_name(&value, "quoted-printable") ? MAIL_QUOTED
				: skip_name(&value, "base64") ? MAIL_BASE64 : MAIL_PLAIN;
	}
	if (mail->in_header) {
		if (line.length)
			return 0;
		mail->in_header = false;
		mail->encoding = mail->announced;
		mail->bit_count = 0;
		return 0;
	}
	/* A line of a report in which the '=' is written as no other program does. */
	if (mail->encoding == MAIL_PLAIN && (strview_has(line, "gfp_mask=3D0x") ||
	    strview_has(line, "constraint=3DCONSTRAINT_")) && is_quoted(line))
		mail->encoding = MAIL_QUOTED;
	digits = line;
	while (strview_last(digits) == '=')
		digits.length--;
	/* Not the line between the parts of a mail. grep(1) has two dashes alone. */
	if (mail->encoding == MAIL_QUOTED && is_quoted(line) &&
	    !(strview_starts(line, "--") && line.length > 4 && !strview_is_blank(line.at[2]))) {
		r = take_quoted(mail, line, sink, context);
	} else if (mail->encoding == MAIL_BASE64 && (digits.length || !line.length) &&
		   strview_has_only(digits, base64_digits)) {
		r = take_base64(mail, digits, sink, context);
		/* Padding ends a text. */
		if (digits.length < line.length)
			mail->bit_count = 0;
	} else {
		return mail_end(mail, sink, context);
	}
	return r < 0 ? r : 1;
}
