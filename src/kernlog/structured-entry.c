/* SPDX-License-Identifier: GPL-2.0-or-later */
/* structured-entry.c - put the fields of an entry where they belong */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "kernlog/known-prefix.h"
#include "kernlog/line-timestamp.h"
#include "kernlog/structured-entry.h"
#include "lib/macros.h"

enum structured_key structured_key_of(struct strview name)
{
	static const struct {
		const char *name;
		enum structured_key key;
	} names[] = {
		{ "MESSAGE", STRUCTURED_RECORD },	/* the journal */
		{ "msg", STRUCTURED_RECORD },		/* dmesg -J */
		{ "message", STRUCTURED_MESSAGE },
		{ "log", STRUCTURED_MESSAGE },		/* docker's json-file */
		{ "MSG", STRUCTURED_MESSAGE },
		{ "textPayload", STRUCTURED_MESSAGE },	/* Google Cloud */
		{ "Message", STRUCTURED_MESSAGE },
		{ "text", STRUCTURED_MESSAGE },
		{ "line", STRUCTURED_MESSAGE },		/* Loki */
		{ "body", STRUCTURED_MESSAGE },		/* OpenTelemetry */
		{ "@message", STRUCTURED_MESSAGE },	/* CloudWatch */
		{ "_raw", STRUCTURED_MESSAGE },		/* Splunk */
		{ "short_message", STRUCTURED_MESSAGE },	/* GELF */
		{ "full_message", STRUCTURED_MESSAGE },
		{ "_TRANSPORT", STRUCTURED_PROGRAM },	/* the journal's own: "kernel" */
		{ "SYSLOG_IDENTIFIER", STRUCTURED_PROGRAM },	/* whoever's who logs */
		{ "ident", STRUCTURED_PROGRAM },
		{ "program", STRUCTURED_PROGRAM },
		{ "appname", STRUCTURED_PROGRAM },
		{ "caller", STRUCTURED_CALLER },
		{ "_HOSTNAME", STRUCTURED_HOST },
		{ "host", STRUCTURED_HOST },
		{ "hostname", STRUCTURED_HOST },
		{ "Hostname", STRUCTURED_HOST },
		{ "HOSTNAME", STRUCTURED_HOST },
		{ "time", STRUCTURED_TIME },
		{ "timestamp", STRUCTURED_TIME },
		{ "@timestamp", STRUCTURED_TIME },	/* Elastic */
		{ "ts", STRUCTURED_TIME },
		{ "Timestamp", STRUCTURED_TIME },
		{ "date", STRUCTURED_TIME },
		{ "_time", STRUCTURED_TIME },
		{ "__REALTIME_TIMESTAMP", STRUCTURED_WALL_US },
		{ "_SOURCE_MONOTONIC_TIMESTAMP", STRUCTURED_MONOTONIC_US },
		{ "__MONOTONIC_TIMESTAMP", STRUCTURED_ARRIVAL_US },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strview_is(name, names[i].name))
			return names[i].key;
	return STRUCTURED_OTHER;
}

int structured_add(struct structured *structured, const char *bytes, size_t length)
{
	struct structured_entry *entry = &structured->entry;

	if (!entry->message)
		entry->message = malloc(STRUCTURED_MESSAGE_MAX);
	if (!entry->message)
		return -ENOMEM;
	length = MIN(length, STRUCTURED_MESSAGE_MAX - entry->length);
	if (length)
		memcpy(entry->message + entry->length, bytes, length);
	entry->length += length;
	structured->has_message = true;
	return 0;
}

void structured_take_value(const struct structured_reading *reading, struct strview name,
			   struct strview value)
{
	struct structured_entry *entry = &reading->structured->entry;
	struct oom_time *time = &entry->time;
	struct strview rest = value;
	uint64_t number;

	switch (structured_key_of(name)) {
	case STRUCTURED_WALL_US:
		if (!strview_take_u64(&rest, &number))
			break;
		timestamp_set_wall(time, number);
		strview_copy_to(value, time->raw, sizeof(time->raw));
		break;
	case STRUCTURED_MONOTONIC_US:
		if (strview_take_u64(&rest, &number))
			timestamp_set_monotonic(time, number);
		break;
	case STRUCTURED_ARRIVAL_US:
		/* Where the kernel's own is missing. */
		if (!time->has_monotonic && strview_take_u64(&rest, &number))
			timestamp_set_monotonic(time, number);
		break;
	case STRUCTURED_TIME:
		timestamp_read_value(value, reading->now_ns, time);
		break;
	case STRUCTURED_HOST:
		strview_copy_to(value, entry->host, sizeof(entry->host));
		break;
	case STRUCTURED_PROGRAM:
		reading->structured->foreign |= !strview_is(value, "kernel");
		break;
	case STRUCTURED_CALLER:
		if (value.length < sizeof(entry->caller) && log_prefix_is_caller(value))
			strview_copy_to(value, entry->caller, sizeof(entry->caller));
		break;
	case STRUCTURED_RECORD:
	case STRUCTURED_MESSAGE:
	case STRUCTURED_OTHER:
		break;
	}
}

int structured_flush(const struct structured_reading *reading)
{
	struct structured *structured = reading->structured;
	struct structured_entry *entry = &structured->entry;
	int r = 0;

	while (entry->length && (entry->message[entry->length - 1] == '\n' ||
				 entry->message[entry->length - 1] == '\r'))
		entry->length--;
	if (structured->has_message && !structured->foreign)
		r = reading->sink(reading->context, entry);
	*structured = (struct structured){ .entry.message = entry->message };
	return r;
}
