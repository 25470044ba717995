/* SPDX-License-Identifier: GPL-2.0-or-later */
/* path-pattern.c - match a path against a pattern with alternatives and captures */
#include <config.h>

#include <string.h>

#include "analysis/path-pattern.h"

/* The next '|' or ')' of the group that PATTERN is in. */
static const char *path_skip_alternative(const char *pattern)
{
	for (int depth = 0; depth || (*pattern != '|' && *pattern != ')'); pattern++)
		depth += (*pattern == '(') - (*pattern == ')');
	return pattern;
}

static bool path_match_rest(const char *pattern, struct strview text, struct path_match *match);

/* LETTER is the class that TEXT has to begin with, REST the pattern of what follows. */
static bool path_match_class(char letter, const char *rest, struct strview text,
			     struct path_match *match)
{
	const struct path_class *class = match->classes;
	struct strview *piece;
	size_t length = 0;

	while (class->letter != letter)
		class++;
	piece = &match->pieces[class - match->classes];
	for (; length < class->most && length < text.length; ) {
		if (!text.at[length] || !strchr(class->bytes, text.at[length]))
			break;
		*piece = strview_head(text, ++length);
		if (length >= class->least && (!class->is || class->is(*piece)) &&
		    path_match_rest(rest, strview_from(text, length), match))
			return true;
	}
	*piece = (struct strview){ "", 0 };
	return false;
}

static bool path_match_rest(const char *pattern, struct strview text, struct path_match *match)
{
	for (;; pattern++) {
		switch (*pattern) {
		case '\0':
			match->rest = text;
			return !text.length || *text.at == '/';
		case '^':
			if (!match->at_start)
				return false;
			break;
		case '/':
			if (!strview_skip(&text, "/"))
				return false;
			while (strview_skip(&text, "/"))
				;
			break;
		case '(':
			for (; *pattern != ')'; pattern = path_skip_alternative(pattern + 1))
				if (path_match_rest(pattern + 1, text, match))
					return true;
			return false;
		case '|':
			while (*pattern == '|')
				pattern = path_skip_alternative(pattern + 1);
			break;
		case ')':
			break;
		case '{':
			match->marked = text;
			break;
		case '}':
			match->marked.length = (size_t)(text.at - match->marked.at);
			break;
		case '%':
			return path_match_class(pattern[1], pattern + 2, text, match);
		default:
			if (strview_byte(text, 0) != *pattern)
				return false;
			text = strview_from(text, 1);
		}
	}
}

bool path_match(const char *pattern, struct strview text, struct path_match *match)
{
	memset(match->pieces, 0, sizeof(match->pieces));
	match->marked = (struct strview){ "", 0 };
	return path_match_rest(pattern, text, match);
}
