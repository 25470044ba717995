/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prefilter.c - the fast look for text that an OOM report may have, at one place in seven */
#include <config.h>

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernlog/prefilter.h"
#include "lib/macros.h"

/*
 * The GRAM bytes at each STRIDE-th place of the text are looked up in a table of what the needles
 * have at their first STRIDE places. A needle of STRIDE + GRAM - 1 bytes or more cannot lie
 * between two such places. Longer needles would allow longer strides; shorter grams are met too
 * often.
 */
#define GRAM 6
#define STRIDE 7
#define NEEDLE_MIN (STRIDE + GRAM - 1)
#define NEEDLE_MAX 24

/*
 * '#' stands for a digit, behind the first NEEDLE_MIN bytes only. What is cut off is "invoked
 * oom-killer: ", which may be wrapped at its first blank, and "killed as a result of limit of".
 */
static const char needles[][NEEDLE_MAX] = {
	"voked oom-killer", "oom-killer: ", "oom-kill:constraint", "oom-kill:cOnstraint",
	"oom_reaper: ",
	"reaped process #", "oom_score_adj", "oom_adj name", "Killed process #",
	"Kill process #", "kill process #", "ut of memory and no", "ut of memory: OOM vic",
	"ut of memory: syst", "ut of memory: comp", "ult of limit of",
	/* Of a mail whose text has none of these words to be seen */
	"ncoding: base64",
};

_Static_assert(NEEDLE_MAX <= OOM_PREFILTER_OVERLAP, "a torn needle fits into the overlap");

/* Few enough for the nearest cache, and so many that other text seldom meets a full one. */
#define SLOT_BITS 15

/* A gram is read as a word; what is behind it is multiplied away. */
#define WORD sizeof(uint64_t)
#define MULTIPLIER (UINT64_C(0x9e3779b97f4a7c15) << 8 * (WORD - GRAM))

/* So much is looked at before the first question is asked. */
#define BLOCK (4 * STRIDE)

/* A needle has the gram AT bytes behind its beginning. */
struct place {
	unsigned char needle, at;
	unsigned char next;	/* place of the same slot; 0: none */
};

struct index {
	unsigned char first[1 << SLOT_BITS];	/* place; 0: none */
	struct place places[1 + ARRAY_SIZE(needles) * STRIDE];
};

_Static_assert(ARRAY_SIZE(needles) * STRIDE <= UINT8_MAX, "a place is numbered by a byte");

struct haystack {
	const char *data;
	size_t length, from;
};

/* Reads WORD bytes. */
static inline size_t slot(const char *gram)
{
	uint64_t word;

	memcpy(&word, gram, sizeof(word));
	return (size_t)(le64toh(word) * MULTIPLIER >> (64 - SLOT_BITS));
}

static bool begins(const struct haystack *hay, size_t at, const char *needle)
{
	for (; *needle; needle++, at++) {
		char byte = at < hay->length ? hay->data[at] : '\0';

		if (*needle == '#' ? byte < '0' || byte > '9' : byte != *needle)
			return false;
	}
	return true;
}

/* Where the first needle begins that has the gram at AT in its first places, or the length. */
static size_t look_around(const struct index *index, const struct haystack *hay, size_t at)
{
	size_t found = hay->length;

	for (size_t i = index->first[slot(hay->data + at)]; i; i = index->places[i].next) {
		const struct place *place = &index->places[i];
		size_t begin = at - place->at;

		if (at - hay->from >= place->at && begin < found &&
		    begins(hay, begin, needles[place->needle]))
			found = begin;
	}
	return found;
}

size_t oom_prefilter(const char *data, size_t length, size_t from)
{
	const struct haystack hay = { data, length, from };
	static struct index index;
	bool indexed = index.first[slot(needles[0])];
	unsigned char last = 0;
	size_t at = from;

	/* Once, at the first call. */
	for (unsigned char i = 0; !indexed && i < ARRAY_SIZE(needles); i++)
		for (unsigned char j = 0; j < STRIDE; j++) {
			unsigned char *first = &index.first[slot(needles[i] + j)];

			index.places[++last] = (struct place){ i, j, *first };
			*first = last;
		}
	if (from >= length)
		return length;
	while (length - at >= WORD) {
		size_t found;

		/* Nearly all blocks are passed over here. */
		while (length - at >= BLOCK + WORD &&
		       !(index.first[slot(data + at)] | index.first[slot(data + at + STRIDE)] |
			 index.first[slot(data + at + 2 * STRIDE)] |
			 index.first[slot(data + at + 3 * STRIDE)]))
			at += BLOCK;
		found = look_around(&index, &hay, at);
		if (found < length)
			return found;
		at += STRIDE;
	}
	/* Behind the last place too little is left for a gram. */
	for (at = at - from < STRIDE ? from : at - (STRIDE - 1); at < length; at++)
		for (size_t i = 0; i < ARRAY_SIZE(needles); i++)
			if (begins(&hay, at, needles[i]))
				return at;
	return length;
}
