/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mail.c - quoted-printable and base64 are decoded where a mail has them, and nothing else is */
#include <config.h>

#include "../tap.h"
#include "kernlog/mail.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define QUOTED "Content-Transfer-Encoding: quoted-printable\n\n"
#define BASE64 "content-transfer-encoding:  BASE64\r\nX: y\r\n\r\n"

/* Decoded lines in brackets, others as they are with a '|'. */
static const struct {
	const char *log, *wanted;
} logs[] = {
	{ "", "" }, { "a=3Db\n", "a=3Db|" }, { "YWJj\n", "YWJj|" },
	{ QUOTED "a=3Db=0\n", "Content-Transfer-Encoding: quoted-printable||a=3Db=0|" },
	{ QUOTED "a=3Db\nx=3d=\ny\n=C2=A0\n", "Content-Transfer-Encoding: quoted-printable||"
	  "[a=b][x=y][\xc2\xa0]" },
	{ QUOTED "a=3D\r\nb=\r\nc\r\n", "Content-Transfer-Encoding: quoted-printable||[a=][bc]" },
	/* The end of a part, of a mail, of what is quoted-printable at all */
	{ QUOTED "a=3D=\n--x-y\nb=3D\n", "Content-Transfer-Encoding: quoted-printable||"
	  "[a=]--x-y|b=3D|" },
	{ QUOTED "--\n-- \n=41\n", "Content-Transfer-Encoding: quoted-printable||[--][-- ][A]" },
	{ QUOTED "order=0, uid=27\nuid=27\n", "Content-Transfer-Encoding: quoted-printable||"
	  "order=0, uid=27|uid=27|" },
	{ QUOTED "a=", "Content-Transfer-Encoding: quoted-printable||[a]" },
	/* By what it says */
	{ "a invoked oom-killer: gfp_mask=3D0xd0, order=3D0\nb=3D\n",
	  "[a invoked oom-killer: gfp_mask=0xd0, order=0][b=]" },
	{ "gfp_mask=3D0x, order=0\n", "gfp_mask=3D0x, order=0|" },
	{ "gfp_mask=0x3D, order=0\n", "gfp_mask=0x3D, order=0|" },
	/* Lines of base64 have nothing to do with those of the text. */
	{ BASE64 "YQ\nph\r\nYgpj\n\nYw==\n", "content-transfer-encoding:  BASE64|X: y||"
	  "[a][ab][cc]" },
	{ BASE64 "Yg==\nYwo=\n", "content-transfer-encoding:  BASE64|X: y||[bc]" },
	{ BASE64 "YWJj\n--x\nYWJj\n", "content-transfer-encoding:  BASE64|X: y||[abc]--x|YWJj|" },
	{ BASE64 "some text\nYWJj\n",
	  "content-transfer-encoding:  BASE64|X: y||some text|YWJj|" },
	{ "Content-Transfer-Encoding: 8bit\n\na=3Db\n",
	  "Content-Transfer-Encoding: 8bit||a=3Db|" },
};

static char got[4096];

static void add(const char *front, struct strview line, const char *behind)
{
	size_t length = strlen(got);

	snprintf(got + length, sizeof(got) - length, "%s%.*s%s", front, (int)line.length, line.at,
		 behind);
}

static int take(void *context, struct strview line)
{
	add("[", line, "]");
	return *(int *)context;
}

static int read_log(const char *log, int fail)
{
	struct mail mail = { .text = NULL };
	struct strview rest = strview_of(log);
	int r = 0;

	got[0] = '\0';
	while (r >= 0 && rest.length) {
		struct strview line = strview_head(rest, strview_find(rest, "\n"));

		r = mail_take(&mail, line, take, &fail);
		if (r == 0)
			add("", strview_trim(line), "|");
		rest = strview_from(rest, line.length + 1);
	}
	if (r >= 0)
		r = mail_end(&mail, take, &fail);
	mail_free(&mail);
	return r;
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		tap_is(read_log(logs[i].log, 0), 0, "read");
		tap_is_text(got, logs[i].wanted, logs[i].log[0] ? logs[i].log : "nothing");
	}
	tap_is(read_log(QUOTED "a\n", -5), -5, "an error of the sink: quoted-printable");
	tap_is(read_log(BASE64 "YQpi\n", -5), -5, "base64");
	tap_is(read_log(BASE64 "YWJj", -5), -5, "at the end");
	return tap_done();
}
