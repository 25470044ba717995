/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layout.c - what the programs for gnuplot(1) have in common, behind the values of a run */
#include <config.h>

#include "plot/script.h"

const char script_layout[] =
	/*
	 * As high as all but VSZ, and as the limits that are known and not far above. Before
	 * this no range is set: stats would leave out what is beyond it.
	 */
	"high = max(high, end_y)\n"
	"near = 2 * max(high, min(vsz_high, 4 * high))\n"
	"shown(limit) = limit > 0 && limit <= near\n"
	"limited = 0\n"
	"if (limits > 0) {\n"
	"	stats $limit using (shown($2) ? $2 : 0) nooutput\n"
	"	limited = STATS_max > 0\n"
	"	high = max(high, STATS_max)\n"
	"}\n"
	/*
	 * VSZ that is far above would press all else to the ground: it is drawn above a break of
	 * the axis. What of it is near is not: it may fall (unmap).
	 */
	"broken = vsz_high > 4 * high\n"
	"if (broken) {\n"
	"	stats $curve1 using ($2 > 4 * high ? $2 : vsz_high) nooutput\n"
	"	far_low = STATS_min\n"
	"	stats $curve1 using ($2 > 4 * high ? 0 : $2) nooutput\n"
	"	broken = far_low > 2 * max(high, STATS_max)\n"
	"	if (broken) { high = max(high, STATS_max) }\n"
	"}\n"
	"if (!broken) { high = max(high, vsz_high) }\n"
	"if (high <= 0) { high = 1 }\n"

	"set encoding utf8\n"
	"set style textbox opaque noborder\n"
	"set style arrow 1 nohead lc rgb '#606060' lw 1 dt 3\n"
	/*
	 * Okabe and Ito's colours, which people who see few colours can tell apart, but for
	 * yellow, which is pale on white; and marks, by which they differ without any colour.
	 */
	"set linetype 1 lc rgb '#D55E00' pt 7 lw 3\n"
	"set linetype 2 lc rgb '#0072B2' pt 5 lw 2.5\n"
	"set linetype 3 lc rgb '#009E73' pt 9 lw 2.5\n"
	"set linetype 4 lc rgb '#CC79A7' pt 11 lw 2.5\n"
	"set linetype 5 lc rgb '#E69F00' pt 13 lw 2.5\n"
	"set linetype 6 lc rgb '#56B4E9' pt 4 lw 2.5\n"
	"set linetype 7 lc rgb '#000000' pt 6 lw 2\n"
	"set pointsize 0.7\n"
	/* The first label is drawn below the others: it is for the break of the axis. */
	"set label 1 ''\n"
	"if (marked) { set style data linespoints } else { set style data lines }\n"

	"cut(text, most) = strlen(text) > most ? text[1:int(most) - 3].'...' : text\n"
	"set title cut(title, title_width).\"\\n\".cut(subtitle, title_width)\n"
	"set key bottom center outside horizontal width 2\n"
	/* The dumb terminal's marks are letters. */
	"mark = killed ? text ? 24 : 2 : text ? 15 : 6\n"
	"set style line 1 lc rgb '#000000' pt mark ps (killed ? 2.2 : 1.4) lw (killed ? 4 : 2)\n"
	"if (!text) {\n"
	"	set title font ',16'\n"
	"	set grid lc rgb '#c8c8c8' lw 1 dt 1\n"
	"	set key height 0.8 width 1 samplen 6\n"
	"}\n"

	/* Units in which the largest is above 1, tics at powers of 2 of them. */
	"power(bytes) = bytes < 1024 ? 0 : int(log(bytes) / log(1024) + 1e-9)\n"
	"name(bytes) = word('bytes KiB MiB GiB TiB PiB EiB', power(bytes) + 1)\n"
	"step(least) = 2.0**ceil(log(least) / log(2) - 1e-9)\n"
	"x_unit = 1\n"
	"x_name = ''\n"
	"if (along eq 'touched') {\n"
	"	x_unit = 1024.0**power(x_end)\n"
	"	x_name = name(x_end)\n"
	"	set xtics 0, step(x_end / x_unit / 9)\n"
	"}\n"
	"if (along eq 'time') {\n"
	"	do for [i = 1:5] {\n"
	"		if (x_end >= 2 * word('0 1.0e6 1.0e9 60.0e9 3600.0e9', i)) {\n"
	"			x_unit = word('1.0e3 1.0e6 1.0e9 60.0e9 3600.0e9', i) + 0\n"
	"			x_name = word('us ms s min h', i)\n"
	"		}\n"
	"	}\n"
	"}\n"
	"x(value) = value / x_unit\n"
	"set xlabel along.(x_name eq '' ? '' : ' ('.x_name.')')\n"
	/* A margin, so that no curve lies on the border. */
	"set xrange [x(-margin):x(x_end + margin)]\n"
	"set xtics nomirror\n"
	/* A line whose ends are beyond the border by an error of rounding is drawn. */
	"set clip two\n"

	"y_unit = 1024.0**power(high)\n"
	"set ylabel 'memory ('.name(high).')'\n"
	"top = 1.05 * high / y_unit\n"
	"bottom = 1.05 * low / y_unit\n"
	"y(value) = value / y_unit\n"
	"if (broken) {\n"
	/* A change of some per cent looks like one. */
	"	middle = (far_low + vsz_high) / 2\n"
	"	spread = max((vsz_high - far_low) / 2, middle / 10)\n"
	"	y(value) = value < far_low ? value / y_unit : "
	"top * (1.16 + 0.04 * (value - middle) / spread)\n"
	"}\n"
	"whole = ((broken ? 1.24 * top : top) - bottom) / (1 - names / height)\n"
	"set yrange [bottom:bottom + whole]\n"
	"y_step = step((top - bottom) / (height < 6 ? 2 : height > 27 ? 9 : height / 3.0))\n"
	"set ytics y_step * ceil(bottom / y_step), y_step, top nomirror\n"
	"if (broken) {\n"
	/* Tics that gnuplot makes itself give way to one that is named. */
	"	vsz = vsz_high / 1024.0**power(vsz_high)\n"
	"	set ytics (sprintf(vsz < 99.95 ? '%.1f %s' : '%.0f %s', vsz, name(vsz_high)) "
	"1.16 * top) nomirror\n"
	"	do for [i = ceil(bottom / y_step):int(top / y_step)] {\n"
	"		set ytics add (sprintf('%g', i * y_step) i * y_step)\n"
	"	}\n"
	"	do for [at in '1.06 1.0725'] {\n"
	"		set arrow from graph 0, first at * top to graph 1, first at * top as 1\n"
	"	}\n"
	/* Out of the way of the end's label, which may be as high. */
	"	set label 1 'the axis is broken here' at graph (end_at_right ? 0.03 : 0.97), "
	"first 1.06625 * top front boxed tc rgb '#606060'\n"
	"	if (end_at_right) { set label 1 left } else { set label 1 right }\n"
	"}\n"
	/* At the right the counts reach as high as the memory at the left, at the most. */
	"if (right > 0) {\n"
	"	set y2range [1.05 * right * bottom / top:1.05 * right * (bottom + whole) / top]\n"
	"	set y2tics\n"
	"	set y2label 'count'\n"
	"}\n"
	"set border (right > 0 ? 11 : 3)\n"
	/* The label of the end is not to lie on the line of the limit. */
	"above = last_limit > end_y && last_limit < end_y + 2 * (high - low) / height ? -1 : 1\n";
