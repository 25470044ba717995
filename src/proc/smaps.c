/* SPDX-License-Identifier: GPL-2.0-or-later */
/* smaps.c - read /proc/PID/smaps, and tell what kind of memory a mapping is */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "proc/smaps.h"

/* HEAP_MAX_SIZE of glibc's malloc/arena.c, where a long has 64 bits. */
#define ARENA_SIZE (UINT64_C(64) << 20)

/* Guards are a page (glibc, musl), or up to a few hundred KiB (Java). */
#define GUARD_MOST (UINT64_C(1) << 20)

#define SMAPS_BUFFER ((size_t)1 << 16)

/* What the name says; the first row that fits. Without a row it is private and anonymous. */
static const struct {
	const char *prefix;
	bool deleted;		/* and " (deleted)" at its end */
	enum mapping_kind kind;
} mapping_names[] = {
	{ "[heap]", false, MAPPING_HEAP },
	{ "[stack", false, MAPPING_STACK },
	/* PR_SET_VMA_ANON_NAME: glibc 2.39 with glibc.mem.decorate_maps, bionic. */
	{ "[anon: glibc: malloc arena", false, MAPPING_ARENA },
	{ "[anon: glibc: pthread", false, MAPPING_STACK },
	{ "[anon:stack_and_tls", false, MAPPING_STACK },
	{ "[anon_shmem:", false, MAPPING_SHMEM },
	{ "[anon", false, MAPPING_ANON },
	{ "[", false, MAPPING_KERNEL },
	{ "/memfd:", true, MAPPING_SHMEM },
	{ "/SYSV", true, MAPPING_SHMEM },
	{ "/dev/zero", true, MAPPING_SHMEM },
	{ "/dev/shm/", false, MAPPING_SHMEM },
	{ "", false, MAPPING_FILE },
};

static const struct { const char *key; size_t offset; } mapping_keys[] = {
	{ "Rss", offsetof(struct mapping_figures, rss) },
	{ "Pss", offsetof(struct mapping_figures, pss) },
	{ "Anonymous", offsetof(struct mapping_figures, anon) },
	{ "AnonHugePages", offsetof(struct mapping_figures, huge) },
	{ "ShmemPmdMapped", offsetof(struct mapping_figures, huge) },
	{ "Shared_Hugetlb", offsetof(struct mapping_figures, hugetlb) },
	{ "Private_Hugetlb", offsetof(struct mapping_figures, hugetlb) },
	{ "Swap", offsetof(struct mapping_figures, swap) },
};

static bool mapping_has_access(const struct mapping *mapping)
{
	return mapping->readable || mapping->writable || mapping->executable;
}

static enum mapping_kind mapping_kind_by_name(const char *name)
{
	static const char deleted[] = " (deleted)";
	size_t length = strlen(name), tail = sizeof(deleted) - 1;
	bool gone = length >= tail && !strcmp(name + length - tail, deleted);

	for (size_t i = 0; i < ARRAY_SIZE(mapping_names); i++)
		if (!strncmp(name, mapping_names[i].prefix, strlen(mapping_names[i].prefix)) &&
		    (gone || !mapping_names[i].deleted))
			return mapping_names[i].kind;
	return MAPPING_FILE;
}

/*
 * Arenas begin at a multiple of their size, are mapped without a reservation, and what they do not
 * use yet has no access and ends where they end; one that is full and the next are one mapping.
 * Go's heap looks alike, but has a reservation. NEXT: the mapping behind it; NULL: none.
 */
static bool mapping_is_arena(const struct mapping *mapping, const struct mapping *next)
{
	uint64_t size = mapping->end - mapping->start;
	uint64_t end = mapping->start + (size + ARENA_SIZE - 1) / ARENA_SIZE * ARENA_SIZE;

	if (mapping->start % ARENA_SIZE || !mapping->noreserve || !mapping->writable)
		return false;
	return size == ARENA_SIZE ||
	       (next && next->start == mapping->end && next->end >= end &&
		next->end - end <= GUARD_MOST && !next->name[0] && !mapping_has_access(next));
}

static enum mapping_kind smaps_find_kind(const struct smaps_parser *parser,
					 const struct mapping *next)
{
	const struct mapping *mapping = &parser->mapping;
	uint64_t guard = parser->guard_end - MAX(parser->guard_start,
						 MIN(parser->arena_end, parser->guard_end));

	if (mapping->uses_hugetlb)
		return MAPPING_HUGETLB;
	if (mapping->name[0])
		return mapping_kind_by_name(mapping->name);
	if (mapping_is_arena(mapping, next))
		return MAPPING_ARENA;
	if (parser->guard_end == mapping->start && guard && guard <= GUARD_MOST &&
	    mapping->writable)
		return MAPPING_STACK;
	return MAPPING_ANON;
}

/* Hands the mapping out that was read last, now that the NEXT one is known. */
static int smaps_finish_mapping(struct smaps_parser *parser, const struct mapping *next)
{
	const struct mapping *mapping = &parser->mapping;
	enum mapping_kind kind;

	if (!parser->pending)
		return 0;
	kind = smaps_find_kind(parser, next);
	if (kind == MAPPING_ARENA)
		parser->arena_end = (mapping->end + ARENA_SIZE - 1) / ARENA_SIZE * ARENA_SIZE;
	if (!mapping_has_access(mapping) && !mapping->name[0]) {
		/* Guards of different kinds may lie side by side. */
		if (parser->guard_end != mapping->start)
			parser->guard_start = mapping->start;
		parser->guard_end = mapping->end;
	}
	parser->pending = false;
	parser->done_end = mapping->end;
	return parser->sink(parser->context, mapping, kind);
}

/* "7f12345000-7f12346000 rw-p 00000000 fe:00 1234   /a name", with its newline or without. */
static bool smaps_parse_head(const char *line, struct mapping *ret_mapping)
{
	struct mapping *mapping = ret_mapping;
	char access[5];
	int name = 0;

	/* The keys of what follows begin with capitals. */
	if (*line >= 'A' && *line <= 'Z')
		return false;
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %*s %*u %n", &mapping->start,
		   &mapping->end, access, &name) != 3 || !name)
		return false;
	mapping->readable = access[0] == 'r';
	mapping->writable = access[1] == 'w';
	mapping->executable = access[2] == 'x';
	snprintf(mapping->name, sizeof(mapping->name), "%.*s",
		 (int)strcspn(line + name, "\n"), line + name);
	mapping->uses_hugetlb = mapping->noreserve = false;
	mapping->figures = (struct mapping_figures){ 0 };
	return true;
}

/*
 * NEXT begins below the end of the pending mapping. If all of that is in it, it is what is there
 * now, and is taken instead; else a part of it was handed out already or is pending, and to take
 * both would be to count that twice.
 */
static bool smaps_is_replaced(const struct smaps_parser *parser, const struct mapping *next)
{
	return next->start >= parser->done_end && next->start <= parser->mapping.start;
}

int smaps_parser_line(struct smaps_parser *parser, const char *line)
{
	struct mapping *mapping = &parser->mapping;
	struct mapping next;
	const char *flags;
	int r;

	if (smaps_parse_head(line, &next)) {
		bool again = parser->pending && next.start < mapping->end;

		parser->repeated = again && !smaps_is_replaced(parser, &next);
		if (parser->repeated)
			return 0;
		r = again ? 0 : smaps_finish_mapping(parser, &next);
		*mapping = next;
		parser->pending = true;
		return r;
	}
	if (parser->repeated)
		return 0;
	flags = keyed_find(line, "VmFlags");
	if (flags) {
		mapping->uses_hugetlb = strstr(flags, "ht") != NULL;
		mapping->noreserve = strstr(flags, "nr") != NULL;
	}
	for (size_t i = 0; !flags && i < ARRAY_SIZE(mapping_keys); i++) {
		uint64_t *figure = (uint64_t *)(void *)((char *)&mapping->figures +
							mapping_keys[i].offset), bytes;

		if (keyed_u64(line, mapping_keys[i].key, &bytes) == 0)
			*figure += bytes;
	}
	return 0;
}

int smaps_parser_end(struct smaps_parser *parser)
{
	return smaps_finish_mapping(parser, NULL);
}

/*
 * A process may have a million mappings: the file is not read whole, but in pieces that are not
 * smaller than the kernel's, a page: the fewer they are, the less changes between them.
 */
int smaps_read(const struct root *root, pid_t pid, mapping_sink *sink, void *context)
{
	struct smaps_parser parser = { .sink = sink, .context = context };
	CLEANUP_FREE char *line = NULL, *buffer = malloc(SMAPS_BUFFER);
	CLEANUP_FILE FILE *file = NULL;
	char path[32];
	size_t room = 0;
	int fd, r = 0;

	snprintf(path, sizeof(path), "proc/%d/smaps", (int)pid);
	fd = openat(root->fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	file = fdopen(fd, "r");
	if (!file) {
		cleanup_close_fd(&fd);
		return -ENOMEM;
	}
	if (buffer)
		setvbuf(file, buffer, _IOFBF, SMAPS_BUFFER);
	errno = 0;
	while (r == 0 && getline(&line, &room, file) >= 0)
		r = smaps_parser_line(&parser, line);
	if (r == 0 && ferror(file))
		return errno ? -errno : -EIO;
	return r < 0 ? r : smaps_parser_end(&parser);
}

const char *mapping_kind_name(enum mapping_kind kind)
{
	static const char *const names[] = {
		[MAPPING_HEAP] = "heap",   [MAPPING_ARENA] = "arena",
		[MAPPING_STACK] = "stack", [MAPPING_ANON] = "anon",
		[MAPPING_SHMEM] = "shmem", [MAPPING_FILE] = "file",
		[MAPPING_HUGETLB] = "hugetlb", [MAPPING_KERNEL] = "kernel",
	};

	return names[kind];
}
