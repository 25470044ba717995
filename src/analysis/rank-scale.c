/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank-scale.c - find the rule and the total by which a report's tasks are to be ranked */
#include <config.h>

#include "analysis/rank-scale.h"
#include "analysis/totalpages.h"

/* Whether the score that was printed of the chosen task comes out with SCALE. */
static bool rank_scale_fits(const struct oom_ranking *ranking, const struct badness_scale *scale,
			    const struct oom_task *chosen)
{
	return badness_task_score(scale, chosen) == ranking->printed_score;
}

/*
 * Root's bonus changed in stable series too, and not every root process has CAP_SYS_ADMIN; before
 * 5.0 nothing says that a node, not the machine, ran out. A printed score tells.
 */
static void fit_to_score(const struct oom_report *report, struct badness_scale scale,
			 const struct oom_task *chosen, struct oom_ranking *ranking)
{
	static const enum oom_bonus bonuses[] = {
		OOM_BONUS_OF_USE, OOM_BONUS_OF_TOTAL, OOM_BONUS_NONE,
	};
	struct badness_scale other = scale;
	struct oom_totalpages totalpages;

	if (rank_scale_fits(ranking, &scale, chosen))
		return;
	for (size_t i = 0; scale.rule == OOM_RULE_ROOT_BONUS && i < 3; i++) {
		other.bonus = bonuses[i];
		if (rank_scale_fits(ranking, &other, chosen)) {
			ranking->bonus = other.bonus;
			return;
		}
	}
	other = scale;
	for (size_t i = 0; oom_totalpages_other(report, i, &totalpages); i++) {
		other.total_pages = totalpages.pages;
		/* All nodes together have more present than is managed. */
		if (totalpages.pages < scale.total_pages &&
		    rank_scale_fits(ranking, &other, chosen)) {
			ranking->total_pages = totalpages.pages;
			ranking->total_from = totalpages.name;
			ranking->total_guessed = true;
			return;
		}
	}
}

/*
 * Where the kernel's version is not known: somebody below 0 was chosen, though another was worse,
 * and nobody was above. So they all counted as 1, as it was before 5.9.
 */
static bool looks_clamped(const struct oom_report *report, const struct badness_scale *scale,
			  const struct oom_task *chosen)
{
	int64_t worst = INT64_MIN;

	if (report->kernel || report->columns.rss_kinds || scale->rule != OOM_RULE_SIGNED)
		return false;
	for (size_t i = 0; i < report->task_count; i++) {
		int64_t raw = badness_raw(scale, &report->tasks[i]);

		if (badness_is_candidate(scale, &report->tasks[i]) && raw > worst)
			worst = raw;
	}
	return worst < 1 && badness_raw(scale, chosen) < worst;
}

struct badness_scale rank_choose_scale(const struct oom_report *report,
				       struct oom_ranking *ranking)
{
	struct oom_totalpages totalpages = oom_totalpages_of(report);
	struct badness_scale scale = badness_scale_of(report, totalpages.pages);

	if (ranking->chosen != OOM_NO_TASK &&
	    looks_clamped(report, &scale, &report->tasks[ranking->chosen]))
		scale.rule = OOM_RULE_CLAMPED;
	/* Then nobody knows what was held. */
	if (!report->page_size_known)
		scale.rule = OOM_RULE_UNKNOWN;
	ranking->rule = scale.rule;
	ranking->page_size = scale.page_size;
	ranking->thousandths = scale.thousandths;
	ranking->approximate = (report->has_table || report->task_count) &&
			       !(report->columns.swap && report->columns.pgtables);
	ranking->total_pages = totalpages.pages;
	ranking->total_guessed = totalpages.guessed;
	ranking->total_from = totalpages.name;
	ranking->bonus = scale.bonus;
	/* With oom_kill_allocating_task nobody was weighed, and 0 is printed. */
	ranking->printed_score = report->choice.present && !report->allocating_task
				 ? report->choice.score : OOM_NO_NUMBER;
	if (ranking->chosen != OOM_NO_TASK && ranking->printed_score != OOM_NO_NUMBER &&
	    scale.rule != OOM_RULE_UNKNOWN && !ranking->approximate)
		fit_to_score(report, scale, &report->tasks[ranking->chosen], ranking);
	return badness_scale_from(ranking);
}
