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

#include "kernlog/line-timestamp.h"
#include "kernlog/source.h"
#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/strview.h"
#include "lib/timestamp.h"

/* As many entries are read between two looks at signals. */
#define BATCH 1024

/* sd_journal_reliable_fd(3): where changes are not told, one has to look. */
#define UNRELIABLE_WAKE_MS 250

_Static_assert(BOOT_ID_SIZE == SD_ID128_STRING_MAX, "a boot id is an id of systemd's");

const char source_journal_reader[] = "journal through libsystemd";

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

/* Gives SINK the current entry. */
static int journal_give(sd_journal *journal, const struct log_sink *sink)
{
	struct strview monotonic = journal_field(journal, "_SOURCE_MONOTONIC_TIMESTAMP"), name;
	char written[TIMESTAMP_TEXT_MAX], host[256];
	struct oom_time time = { 0 };
	struct strview message;
	uint64_t us;

	if (monotonic.at && strview_take_u64(&monotonic, &us))
		timestamp_set_monotonic(&time, us);
	if (sd_journal_get_realtime_usec(journal, &us) >= 0) {
		timestamp_set_wall(&time, us);
		snprintf(time.raw, sizeof(time.raw), "%s",
			 timestamp_format(written, time.wall_ns, TIMESTAMP_LOCAL_ZONE));
	}
	name = journal_field(journal, "_HOSTNAME");
	if (name.at)
		strview_copy_to(name, host, sizeof(host));
	/* Last, since the next look for a field may take its memory. */
	message = journal_field(journal, "MESSAGE");
	if (!message.at)
		return 0;
	return sink->record(sink->context, message, &time, name.at ? host : NULL);
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
			r = journal_give(journal, sink);
		if (r < 0)
			return oom_source_fail(source, r, err);
	}
	return OOM_SUPPLY_MORE;
}

static void journal_close(struct oom_source *source)
{
	sd_journal_close(source->state);
}

static int compare_boots(const void *left, const void *right)
{
	const struct boot *a = left, *b = right;

	return (a->first_us > b->first_us) - (a->first_us < b->first_us);
}

/* Has the journal show what is of the boot ID alone. */
static int match_boot(sd_journal *journal, const char *id)
{
	char match[sizeof("_BOOT_ID=") + BOOT_ID_SIZE];

	snprintf(match, sizeof(match), "_BOOT_ID=%s", id);
	return sd_journal_add_match(journal, match, 0);
}

/*
 * Lists the boots of the journal, the oldest first. Leaves a match behind. Returns 0 or a negative
 * errno.
 */
static int list_boots(sd_journal *journal, struct boot **ret_boots, size_t *ret_count)
{
	CLEANUP_FREE struct boot *boots = NULL;
	size_t count = 0, kept = 0, length;
	struct strview id;
	const void *data;
	int r = sd_journal_query_unique(journal, "_BOOT_ID");

	if (r < 0)
		return r;
	while ((r = sd_journal_enumerate_unique(journal, &data, &length)) > 0) {
		struct boot *grown = reallocarray(boots, count + 1, sizeof(*boots));

		if (!grown)
			return -ENOMEM;
		boots = grown;
		id = (struct strview){ data, length };
		strview_copy_to(strview_from(id, strlen("_BOOT_ID=")), boots[count].id,
				sizeof(boots[count].id));
		count++;
	}
	for (size_t i = 0; r >= 0 && i < count; i++) {
		struct boot boot = boots[i];

		sd_journal_flush_matches(journal);
		r = match_boot(journal, boot.id);
		if (r >= 0)
			r = sd_journal_seek_head(journal);
		if (r >= 0)
			r = sd_journal_next(journal);
		if (r > 0 && sd_journal_get_realtime_usec(journal, &boot.first_us) < 0)
			boot.first_us = 0;
		if (r > 0)
			boots[kept++] = boot;
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
	char this_id[BOOT_ID_SIZE] = "";
	size_t count = 0, here;
	sd_id128_t id;
	int r;

	if (sd_id128_get_boot(&id) >= 0)
		sd_id128_to_string(id, this_id);
	if (this_id[0] && !choice->id[0] && !choice->offset && !recorded) {
		memcpy(ret_id, this_id, BOOT_ID_SIZE);
		return 0;
	}
	r = list_boots(journal, &boots, &count);
	if (r < 0)
		return r;
	here = recorded && count ? count - 1 : count;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(boots[i].id, this_id))
			here = i;
	r = boot_find(choice, boots, count, here);
	if (r < 0)
		return r;
	memcpy(ret_id, boots[r].id, BOOT_ID_SIZE);
	return 0;
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

/* Why no file could be opened: sd_journal_open(3) passes over unreadable ones. */
static int journal_empty_error(struct error *err)
{
	static const char *const places[] = { "/var/log/journal", "/run/log/journal" };
	char id[SD_ID128_STRING_MAX], path[128];
	sd_id128_t machine;

	if (geteuid() != 0 && sd_id128_get_machine(&machine) >= 0)
		for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
			snprintf(path, sizeof(path), "%s/%s", places[i],
				 sd_id128_to_string(machine, id));
			if (access(path, F_OK) == 0)
				return journal_error(-EACCES, err);
		}
	error_set(err, "there is no journal here");
	error_hint(err,
		   "does systemd-journald run? Without --journal oomwhy reads the kernel's own log");
	return -ENOENT;
}

int source_journal_open(const char *directory, const struct boot_choice *boot, bool follow,
			struct oom_source *ret_source, struct error *err)
{
	struct oom_source source = {
		.name = "journal", .label = "the journal", .follow = follow, .fd = -1,
		.events = POLLIN, .wake_ms = -1, .supply = journal_supply, .close = journal_close,
	};
	CLEANUP_JOURNAL sd_journal *journal = NULL;
	char id[BOOT_ID_SIZE], escaped[128];
	int r = directory ? sd_journal_open_directory(&journal, directory, 0)
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
	/* Of all entries, the kernel's messages of the chosen boot. */
	if (r >= 0 && !boot->all)
		r = choose_boot(journal, boot, directory != NULL, id);
	if (r == -ENOENT) {
		error_set(err, "the journal has no boot '%s'",
			  error_escape(escaped, sizeof(escaped), boot->text ? boot->text : "0"));
		error_hint(err, "journalctl --list-boots shows those that it has");
		return r;
	}
	sd_journal_flush_matches(journal);
	if (r >= 0)
		r = sd_journal_add_match(journal, "_TRANSPORT=kernel", 0);
	if (r >= 0 && !boot->all)
		r = match_boot(journal, id);
	if (r >= 0)
		r = sd_journal_seek_head(journal);
	if (r < 0)
		return journal_error(r, err);
	source.state = journal;
	journal = NULL;
	*ret_source = source;
	return 0;
}
