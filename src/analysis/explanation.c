/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explanation.c - a list of paragraphs, and their headings */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "analysis/explanation.h"
#include "lib/macros.h"

int oom_explanation_add(struct oom_explanation *explanation,
			const struct oom_paragraph *paragraph)
{
	struct oom_paragraph *list = explanation->list;

	if (explanation->count == explanation->capacity) {
		list = reallocarray(list, explanation->capacity + 16, sizeof(*list));
		if (!list)
			return -ENOMEM;
		explanation->list = list;
		explanation->capacity += 16;
	}
	list[explanation->count++] = *paragraph;
	return 0;
}

void oom_explanation_free(struct oom_explanation *explanation)
{
	for (size_t i = 0; i < explanation->count; i++)
		free(explanation->list[i].text);
	free(explanation->list);
	*explanation = (struct oom_explanation){ 0 };
}

const char *oom_section_name(enum oom_section section)
{
	static const char *const names[] = {
		[OOM_SECTION_SUMMARY] = "In short", [OOM_SECTION_WHEN] = "When",
		[OOM_SECTION_TRIGGER] = "Who asked", [OOM_SECTION_SCOPE] = "What ran out",
		[OOM_SECTION_MEMORY] = "Memory", [OOM_SECTION_KILLED] = "Killed",
		[OOM_SECTION_WHY] = "Why that one", [OOM_SECTION_RECLAIMED] = "What came back",
		[OOM_SECTION_FOLLOW_UP] = "What followed", [OOM_SECTION_ADVICE] = "What to do",
		[OOM_SECTION_GAPS] = "Not in the log",
	};

	return (size_t)section < ARRAY_SIZE(names) ? names[section] : "";
}
