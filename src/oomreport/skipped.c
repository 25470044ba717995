/* SPDX-License-Identifier: GPL-2.0-or-later */
/* skipped.c - look for the words of a report, and keep what may belong to it in front of them */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "kernlog/prefilter.h"
#include "oomreport/skipped.h"

/* So many bytes in front of a word are read. */
#define LOOK_BACK (128 * 1024)

int skipped_init(struct skipped *skipped)
{
	skipped->bytes = malloc(LOOK_BACK);
	return skipped->bytes ? 0 : -ENOMEM;
}

void skipped_free(struct skipped *skipped)
{
	free(skipped->bytes);
}

static void skipped_keep(struct skipped *skipped, struct strview data)
{
	size_t kept = skipped->length;

	if (data.length >= LOOK_BACK) {
		data = strview_from(data, data.length - LOOK_BACK);
		kept = 0;
	} else if (kept + data.length > LOOK_BACK) {
		kept = LOOK_BACK - data.length;
		memmove(skipped->bytes, skipped->bytes + skipped->length - kept, kept);
	}
	if (data.length)
		memcpy(skipped->bytes + kept, data.at, data.length);
	skipped->length = kept + data.length;
}

/* Whether a word is torn between what was skipped last and DATA. */
static bool skipped_tears_word(const struct skipped *skipped, struct strview data)
{
	char seam[2 * OOM_PREFILTER_OVERLAP];
	size_t behind = strview_head(data, OOM_PREFILTER_OVERLAP).length;
	size_t before = skipped->length;

	if (before > OOM_PREFILTER_OVERLAP)
		before = OOM_PREFILTER_OVERLAP;
	memcpy(seam, skipped->bytes + skipped->length - before, before);
	memcpy(seam + before, data.at, behind);
	return oom_prefilter(seam, before + behind, 0) < before + behind;
}

/* The lines in the last WANTED bytes of TEXT; the first, which is CUT or may be, is left out. */
static struct strview last_lines(struct strview text, size_t wanted, bool cut)
{
	size_t from = wanted < text.length ? text.length - wanted : 0;

	text = strview_from(text, from);
	if (from || cut)
		strview_skip_past(&text, "\n");
	return text;
}

size_t skipped_look(struct skipped *skipped, struct strview data, struct strview ret_before[2])
{
	struct strview back = { skipped->bytes, skipped->length };
	size_t where = 0;

	if (!back.length || !skipped_tears_word(skipped, data))
		where = oom_prefilter(data.at, data.length, 0);
	if (where >= data.length) {
		skipped_keep(skipped, data);
		return data.length;
	}
	ret_before[0] = where < LOOK_BACK
		? last_lines(back, LOOK_BACK - where, back.length == LOOK_BACK)
		: strview_head(back, 0);
	ret_before[1] = last_lines(strview_head(data, where), LOOK_BACK, false);
	return where;
}
