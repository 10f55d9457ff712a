/*
 * Passwords that are made of one word.  A password is reduced to the word that
 * it was made of: lower case, usual substitutions undone, digits and symbols at both ends taken
 * off.  So one entry stands for all its decorations, while a phrase of several words never matches.
 */
#include "config.h"

#include "authd/policy/policy_words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/policy/policy_shapes.h"

/* Ways to read one: either of two letters (1), what is in front as letters or as trimming (2). */
#define READINGS 4
#define RUN_MIN 4
#define PIECE_SHORT 3 /* abababab, xyzxyzxyz: nothing but a short piece */

/*
 * What stands for which letter; everything else stands for itself.  A few stand for either of two:
 * `which` chooses.
 */
static char
letter_of(uint8_t byte, unsigned which)
{
	static const char from[] = "0134578@$!|";
	static const char *const to[] = {"oieastbasii", "oleastbasll"};
	const char *at = byte == '\0' ? NULL : strchr(from, (char)byte);

	if (at != NULL)
		return to[which & 1U][at - from];
	return (char)tolower(byte);
}

/* Whether a word may begin with it. */
static bool
begins_word(uint8_t byte, unsigned which)
{
	if (isalpha(byte) || byte == '@' || byte == '$')
		return true;
	return (which & 2U) != 0 && isalpha((uint8_t)letter_of(byte, which));
}

/* Writes the letters from the first to the last true letter; 0 when it is no single word. */
static size_t
reduce(const struct wf_secret *password, unsigned which, char word_r[POLICY_WORD_MAX])
{
	size_t first = 0;
	size_t end = password->len;

	while (first < end && !begins_word(password->bytes[first], which))
		first++;
	while (end > first && !isalpha(password->bytes[end - 1]))
		end--;
	if (end - first >= POLICY_WORD_MAX)
		return 0;
	for (size_t i = first; i < end; i++)
		word_r[i - first] = letter_of(password->bytes[i], which);
	word_r[end - first] = '\0';
	return end - first;
}

static int
compare(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

static bool
is_listed(const char *word)
{
	size_t n;
	const char *const *table = policy_words_table(&n);

	return bsearch(word, table, n, sizeof(*table), compare) != NULL;
}

static bool
ask_each_reading(const struct wf_secret *password, bool (*is_known)(const char *word))
{
	char word[POLICY_WORD_MAX];
	bool known = false;

	for (unsigned which = 0; !known && which < READINGS; which++) {
		size_t len = reduce(password, which, word);

		known = len >= POLICY_WORD_MIN && strlen(word) == len && is_known(word);
	}
	wf_wipe(word, sizeof(word));
	return known;
}

/* One word, or the same one several times: passwordpassword. */
static bool
is_word(const struct wf_secret *password)
{
	size_t piece = policy_shape_piece(password);
	struct wf_secret once = *password;

	if (piece >= POLICY_WORD_MIN)
		once.len = piece;
	return ask_each_reading(&once, is_listed);
}

bool
policy_words_listed(const struct wf_secret *password)
{
	size_t piece = policy_shape_piece(password);

	if (password->len < POLICY_WORD_MIN)
		return false;
	return (password->len >= RUN_MIN && policy_shape_run(password) == password->len) ||
	       (piece > 0 && piece <= PIECE_SHORT) || is_word(password);
}

/* cracklib looks up nothing shorter than six characters, but takes off digits itself. */
static bool
is_in_dictionary(const char *word)
{
	char padded[POLICY_WORD_MAX + 2];
	struct wf_secret secret = WF_SECRET_EMPTY;
	bool known = false;
	int len = snprintf(padded, sizeof(padded), "%s%s", word, strlen(word) < 6 ? "12" : "");

	if (len >= 6 && wf_secret_set(&secret, padded, (size_t)len) == WF_OK)
		known = policy_words_in_dictionary(&secret);
	wf_secret_clear(&secret);
	wf_wipe(padded, sizeof(padded));
	return known;
}

bool
policy_words_trimmed(const struct wf_secret *password)
{
	return policy_words_in_dictionary(password) || ask_each_reading(password, is_in_dictionary);
}
