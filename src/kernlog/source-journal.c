/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source-journal.c - read the kernel's messages in the journal: sd-journal(3) */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "kernlog/boot.h"
#include "kernlog/source.h"
#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/strview.h"
#include "lib/timestamp.h"

/* As many entries are read between two looks at signals. */
#define BATCH 1024

/* sd_journal_reliable_fd(3): where changes are not told, one has to look. */
#define UNRELIABLE_WAKE_MS 250

#define HOST_MAX 256

_Static_assert(BOOT_ID_SIZE == SD_ID128_STRING_MAX, "a boot id is an id of systemd's");

const char source_journal_reader[] = "journal through libsystemd";

struct boot {
	char id[BOOT_ID_SIZE];
	uint64_t first;		/* microseconds since 1970 */
};

static void close_journal_ptr(sd_journal **journal)
{
	sd_journal_close(*journal);
}

#define CLEANUP_JOURNAL __attribute__((cleanup(close_journal_ptr)))

/* The value of a field of the current entry, good until the next call; at NULL: it has none. */
static struct strview journal_field(sd_journal *journal, const char *name)
{
	const void *data;
	size_t length, skip = strlen(name) + 1;

	if (sd_journal_get_data(journal, name, &data, &length) < 0 || length < skip)
		return (struct strview){ NULL, 0 };
	return (struct strview){ (const char *)data + skip, length - skip };
}

static struct oom_time time_of(sd_journal *journal)
{
	struct strview monotonic = journal_field(journal, "_SOURCE_MONOTONIC_TIMESTAMP");
	struct oom_time time = { 0 };
	char written[TIMESTAMP_TEXT_MAX];
	uint64_t us;

	if (monotonic.at && strview_take_u64(&monotonic, &us) && us <= INT64_MAX / 1000) {
		time.has_monotonic = true;
		time.monotonic_ns = (int64_t)us * 1000;
	}
	if (sd_journal_get_realtime_usec(journal, &us) < 0 || us > INT64_MAX / 1000)
		return time;
	time.has_wall = true;
	time.wall_ns = (int64_t)us * 1000;
	snprintf(time.raw, sizeof(time.raw), "%s",
		 timestamp_format(written, time.wall_ns, TIMESTAMP_LOCAL_ZONE));
	return time;
}

/* Gives SINK the current entry. */
static int give(sd_journal *journal, const struct log_sink *sink)
{
	char host[HOST_MAX];
	struct oom_time time = time_of(journal);
	struct strview value = journal_field(journal, "_HOSTNAME"), message;

	if (value.at)
		strview_copy_to(value, host, sizeof(host));
	/* Last, since the next look for a field may take its memory. */
	message = journal_field(journal, "MESSAGE");
	if (!message.at)
		return 0;
	return sink->record(sink->context, message, &time, value.at ? host : NULL);
}

static int journal_supply(struct oom_source *source, const struct log_sink *sink,
			  struct error *err)
{
	sd_journal *journal = source->state;
	int r = 0;

	for (int i = 0; i < BATCH; i++) {
		r = sd_journal_next(journal);
		/* What has been written since is seen only after a look at the events. */
		if (r == 0 && sd_journal_process(journal) != SD_JOURNAL_NOP)
			r = sd_journal_next(journal);
		if (r == 0)
			return i ? OOM_SUPPLY_MORE :
			       source->follow ? OOM_SUPPLY_IDLE : OOM_SUPPLY_END;
		if (r > 0)
			r = give(journal, sink);
		if (r < 0)
			return oom_source_fail(source, r, err);
	}
	return OOM_SUPPLY_MORE;
}

static void close_journal(struct oom_source *source)
{
	sd_journal_close(source->state);
}

static int compare_boots(const void *left, const void *right)
{
	const struct boot *a = left, *b = right;

	return (a->first > b->first) - (a->first < b->first);
}

/* Finds out when BOOT was first heard of. Leaves its match behind. Returns 1, 0: never, or < 0. */
static int look_up(sd_journal *journal, struct boot *boot)
{
	char journal_match[sizeof("_BOOT_ID=") + BOOT_ID_SIZE];
	int r;

	snprintf(journal_match, sizeof(journal_match), "_BOOT_ID=%s", boot->id);
	sd_journal_flush_matches(journal);
	r = sd_journal_add_match(journal, journal_match, 0);
	if (r >= 0)
		r = sd_journal_seek_head(journal);
	if (r >= 0)
		r = sd_journal_next(journal);
	if (r > 0 && sd_journal_get_realtime_usec(journal, &boot->first) < 0)
		boot->first = 0;
	return r;
}

/* Lists the boots of the journal, the oldest first. Returns 0 or a negative errno. */
static int list_boots(sd_journal *journal, struct boot **ret_boots, size_t *ret_count)
{
	CLEANUP_FREE struct boot *boots = NULL;
	size_t count = 0, kept = 0, room = 0;
	const void *data;
	size_t length;
	int r = sd_journal_query_unique(journal, "_BOOT_ID");

	if (r < 0)
		return r;
	while ((r = sd_journal_enumerate_unique(journal, &data, &length)) > 0) {
		struct strview id =
			strview_from((struct strview){ data, length }, strlen("_BOOT_ID="));

		if (count == room) {
			size_t more = room ? 2 * room : 64;
			struct boot *grown = reallocarray(boots, more, sizeof(*boots));

			if (!grown)
				return -ENOMEM;
			boots = grown;
			room = more;
		}
		strview_copy_to(id, boots[count].id, sizeof(boots[count].id));
		count++;
	}
	for (size_t i = 0; r >= 0 && i < count; i++) {
		r = look_up(journal, &boots[i]);
		if (r > 0)
			boots[kept++] = boots[i];
	}
	if (r < 0)
		return r;
	if (kept)
		qsort(boots, kept, sizeof(*boots), compare_boots);
	*ret_boots = boots;
	*ret_count = kept;
	boots = NULL;
	return 0;
}

/*
 * Finds the id of the boot CHOICE. RECORDED: the journal is not this machine's, so that its last
 * boot stands for this one. Returns 0 or a negative errno (-ENOENT: the journal does not have it).
 */
static int choose_boot(sd_journal *journal, const struct boot_choice *choice, bool recorded,
		       char ret_id[static BOOT_ID_SIZE])
{
	CLEANUP_FREE struct boot *boots = NULL;
	CLEANUP_FREE char (*ids)[BOOT_ID_SIZE] = NULL;
	char this_id[BOOT_ID_SIZE] = "";
	bool this_one = !choice->id[0] && !choice->offset && !recorded;
	size_t count = 0, here;
	sd_id128_t id;
	int r;

	if (sd_id128_get_boot(&id) >= 0)
		sd_id128_to_string(id, this_id);
	if (this_one && this_id[0]) {
		memcpy(ret_id, this_id, BOOT_ID_SIZE);
		return 0;
	}
	r = list_boots(journal, &boots, &count);
	if (r < 0)
		return r;
	ids = calloc(count + 1, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	here = recorded && count ? count - 1 : count;
	for (size_t i = 0; i < count; i++) {
		memcpy(ids[i], boots[i].id, BOOT_ID_SIZE);
		if (!strcmp(ids[i], this_id))
			here = i;
	}
	r = boot_find(choice, (const char (*)[BOOT_ID_SIZE])ids, count, here);
	if (r < 0)
		return r;
	memcpy(ret_id, ids[r], BOOT_ID_SIZE);
	return 0;
}

/* Narrows the journal down to the kernel's messages of the chosen boot. */
static int journal_match(sd_journal *journal, const struct boot_choice *choice, bool recorded)
{
	char boot[sizeof("_BOOT_ID=") + BOOT_ID_SIZE], id[BOOT_ID_SIZE];
	int r = 0;

	if (!choice->all)
		r = choose_boot(journal, choice, recorded, id);
	sd_journal_flush_matches(journal);
	if (r == 0)
		r = sd_journal_add_match(journal, "_TRANSPORT=kernel", 0);
	if (r >= 0 && !choice->all) {
		snprintf(boot, sizeof(boot), "_BOOT_ID=%s", id);
		r = sd_journal_add_match(journal, boot, 0);
	}
	return r < 0 ? r : sd_journal_seek_head(journal);
}

/* Says that ERROR, a negative errno, keeps us from reading. Returns it. */
static int journal_error(int error, struct error *err)
{
	error_set(err, "cannot read the system's journal: %s", strerror(-error));
	if (error == -EACCES)
		error_hint(err, "use sudo, or be in the group adm or systemd-journal");
	else
		error_hint_errno(err, error);
	return error;
}

/* Whether this machine has a journal; sd_journal_open(3) passes over an unreadable one. */
static bool journal_is_there(void)
{
	static const char *const places[] = { "/var/log/journal", "/run/log/journal" };
	char id[SD_ID128_STRING_MAX], path[128];
	sd_id128_t machine;
	bool there = false;

	if (sd_id128_get_machine(&machine) < 0)
		return false;
	sd_id128_to_string(machine, id);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "%s/%s", places[i], id);
		there |= access(path, F_OK) == 0;
	}
	return there;
}

/* Why no file could be opened. */
static int journal_empty_error(struct error *err)
{
	if (geteuid() != 0 && journal_is_there())
		return journal_error(-EACCES, err);
	error_set(err, "there is no journal here");
	error_hint(err,
		   "does systemd-journald run? Without --journal oomwhy reads the kernel's own log");
	return -ENOENT;
}

static int journal_boot_error(const char *boot, struct error *err)
{
	char escaped[128];

	error_set(err, "the journal has no boot '%s'",
		  error_escape(escaped, sizeof(escaped), boot ? boot : "0"));
	error_hint(err, "journalctl --list-boots shows those that it has");
	return -ENOENT;
}

int source_journal_open(const char *directory, const char *boot, bool follow,
			struct oom_source *ret_source, struct error *err)
{
	struct oom_source source = {
		.name = "journal", .label = "the journal", .follow = follow, .fd = -1,
		.events = POLLIN, .wake_ms = -1, .supply = journal_supply, .close = close_journal,
	};
	CLEANUP_JOURNAL sd_journal *journal = NULL;
	struct boot_choice choice = { 0 };
	int r = boot ? boot_parse(boot, &choice) : 0;

	if (r == 0)
		r = directory ? sd_journal_open_directory(&journal, directory, 0)
			: sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
	if (r < 0)
		return journal_error(r, err);
	if (!directory && sd_journal_has_persistent_files(journal) <= 0 &&
	    sd_journal_has_runtime_files(journal) <= 0)
		return journal_empty_error(err);
	sd_journal_set_data_threshold(journal, 0);
	/* Asked for before the first entry is read, so that no later one is missed. */
	if (follow) {
		source.fd = sd_journal_get_fd(journal);
		r = source.fd < 0 ? source.fd : sd_journal_get_events(journal);
		if (r >= 0)
			source.events = (short)r;
		source.wake_ms = sd_journal_reliable_fd(journal) > 0 ? -1 : UNRELIABLE_WAKE_MS;
	}
	if (r >= 0)
		r = journal_match(journal, &choice, directory != NULL);
	if (r < 0)
		return r == -ENOENT ? journal_boot_error(boot, err) : journal_error(r, err);
	source.state = journal;
	journal = NULL;
	*ret_source = source;
	return 0;
}
