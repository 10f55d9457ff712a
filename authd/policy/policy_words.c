/*
 * Our own short list of passwords that are guessed first.  A password is reduced to the word that
 * it was made of: lower case, usual substitutions undone, digits and symbols at both ends taken
 * off.  So one entry stands for all its decorations, while a phrase of several words never matches.
 */
#include "config.h"

#include "authd/policy/policy_words.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX 32
#define RUN_MIN 4

static const char *const words[] = {
	"abc",
	"access",
	"account",
	"admin",
	"administrator",
	"asdf",
	"asdfghjkl",
	"baseball",
	"changeme",
	"charlie",
	"computer",
	"default",
	"demo",
	"dragon",
	"football",
	"freedom",
	"guest",
	"hello",
	"himitsu",
	"iloveyou",
	"internet",
	"letmein",
	"linux",
	"login",
	"manager",
	"master",
	"michael",
	"monkey",
	"nihon",
	"office",
	"operator",
	"oracle",
	"pass",
	"passcode",
	"passwd",
	"password",
	"pasuwado",
	"princess",
	"qazwsx",
	"qwer",
	"qwerty",
	"qwertyuiop",
	"root",
	"sakura",
	"secret",
	"server",
	"shadow",
	"starwars",
	"summer",
	"sunshine",
	"superman",
	"support",
	"system",
	"temp",
	"temporary",
	"test",
	"testing",
	"tokyo",
	"trustno",
	"user",
	"warifu",
	"welcome",
	"whatever",
	"winter",
	"zxcvbnm",
};

/* What stands for which letter; everything else stands for itself. */
static char
letter_of(uint8_t byte)
{
	static const char from[] = "0134578@$!";
	static const char to[] = "oieastbasi";
	const char *at = byte == '\0' ? NULL : strchr(from, (char)byte);

	if (at != NULL)
		return to[at - from];
	return (char)tolower(byte);
}

/* Writes the letters from the first to the last true letter; 0 when it is no single word. */
static size_t
reduce(const struct wf_secret *password, char word_r[WORD_MAX])
{
	size_t first = 0;
	size_t end = password->len;

	while (first < end && !isalpha(password->bytes[first]) && password->bytes[first] != '@' &&
		password->bytes[first] != '$')
		first++;
	while (end > first && !isalpha(password->bytes[end - 1]))
		end--;
	if (end - first >= WORD_MAX)
		return 0;
	for (size_t i = first; i < end; i++)
		word_r[i - first] = letter_of(password->bytes[i]);
	return end - first;
}

static bool
is_word(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && strncmp(words[i], word, len) == 0)
			return true;
	return false;
}

/*
 * aaaaaaaa, 12345678, hgfedcba: each character lies as far from the one before as the first two do.
 */
static bool
is_run(const struct wf_secret *password)
{
	int step;

	if (password->len < RUN_MIN)
		return false;
	step = password->bytes[1] - password->bytes[0];
	if (step < -1 || step > 1)
		return false;
	for (size_t i = 2; i < password->len; i++)
		if (password->bytes[i] - password->bytes[i - 1] != step)
			return false;
	return true;
}

bool
policy_words_listed(const struct wf_secret *password)
{
	char word[WORD_MAX];
	size_t len;
	bool listed;

	if (is_run(password))
		return true;
	len = reduce(password, word);
	listed = len > 0 && is_word(word, len);
	wf_wipe(word, sizeof(word));
	return listed;
}
