/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report-json.h - the parts of the record of a report */
#ifndef PT_REPORT_JSON_H
#define PT_REPORT_JSON_H

#include "oomreport/report.h"
#include "output/json-object.h"
#include "output/report-printer.h"

/* null for OOM_NO_NUMBER. */
void why_add_number(struct json_object *object, const char *key, int64_t number);

/* Each adds the fields that say it; our names win over figures of the log that are called so. */
void why_add_memory(struct json_object *record, const struct oom_report *report);
void why_add_memcg(struct json_object *record, const struct oom_report *report);
void why_add_tasks(struct json_object *record, const struct oom_report *report);
void why_add_victims(struct json_object *record, const struct oom_report *report);
void why_add_ranking(struct json_object *record, const struct oom_ranking *ranking);

#endif
