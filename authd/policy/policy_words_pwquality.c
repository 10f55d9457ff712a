/*
 * The dictionary of cracklib, asked through libpwquality.  Its other tests (length, classes, user
 * data) are switched off: those rules are the policy's, with a criterion each.
 *
 * cracklib also finds fault with passwords that stand in no dictionary (too few different
 * characters, neighbouring ones: which, byte by byte, condemns much that is written in kana).
 * Those are no rule of ours; only its two sentences about a dictionary count.  It translates them,
 * so we ask for the same.
 *
 * cracklib keeps the dictionary in static variables, so one thread asks at a time.  Where the
 * dictionary is missing it calls every password bad; hence the look before.  It is opened on every
 * call, so a dictionary installed later is used at once.
 *
 * It also turns the password round in static variables and on the stack, and leaves it there.
 * Nothing of it is needed from one call to the next, so its variables are put back to what they
 * were before, and the stack that it has used is wiped.
 */
#include "config.h"

#include "authd/policy/policy_words.h"

#include <libintl.h>
#include <link.h>
#include <pthread.h>
#include <pwquality.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"

#define STACK_USED 32768 /* more than cracklib's and libpwquality's frames together */

static const char *const dictionaries[] = {
	"/var/cache/cracklib/cracklib_dict",
	"/usr/share/cracklib/pw_dict",
};
static pthread_mutex_t cracklib = PTHREAD_MUTEX_INITIALIZER;

const char *
policy_words_source(void)
{
	char file[128];

	for (size_t i = 0; i < sizeof(dictionaries) / sizeof(dictionaries[0]); i++) {
		(void)snprintf(file, sizeof(file), "%s.pwd", dictionaries[i]);
		if (access(file, R_OK) == 0)
			return dictionaries[i];
	}
	return NULL;
}

static pwquality_settings_t *
dictionary_only(const char *path)
{
	static const struct {
		int setting, value;
	} off[] = {
		{PWQ_SETTING_DIFF_OK, 0},
		{PWQ_SETTING_DIG_CREDIT, 0},
		{PWQ_SETTING_UP_CREDIT, 0},
		{PWQ_SETTING_LOW_CREDIT, 0},
		{PWQ_SETTING_OTH_CREDIT, 0},
		{PWQ_SETTING_MIN_LENGTH, 6}, /* its least; the default hides shorter words */
		{PWQ_SETTING_MIN_CLASS, 0},
		{PWQ_SETTING_MAX_REPEAT, 0},
		{PWQ_SETTING_GECOS_CHECK, 0},
		{PWQ_SETTING_USER_CHECK, 0},
		{PWQ_SETTING_DICT_CHECK, 1},
	};
	pwquality_settings_t *settings = pwquality_default_settings();

	if (settings == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		(void)pwquality_set_int_value(settings, off[i].setting, off[i].value);
	(void)pwquality_set_str_value(settings, PWQ_SETTING_DICT_PATH, path);
	return settings;
}

static bool
is_about_dictionary(const char *text)
{
	return strstr(text, dgettext("cracklib", "it is based on a dictionary word")) != NULL ||
	       strstr(text, dgettext("cracklib", "it is based on a (reversed) dictionary word")) !=
		       NULL;
}

static bool
is_known(pwquality_settings_t *settings, const struct wf_secret *password)
{
	void *detail = NULL;
	char text[PWQ_MAX_ERROR_MESSAGE_LEN];
	int score = pwquality_check(settings, (const char *)password->bytes, NULL, NULL, &detail);
	const char *said;

	if (score >= 0)
		return false;
	/* frees `detail`; never NULL */
	said = pwquality_strerror(text, sizeof(text), score, detail);
	return score == PWQ_ERROR_CRACKLIB_CHECK && is_about_dictionary(said);
}

/* cracklib's variables (.bss), and a copy of what was in them. */
struct statics {
	uint8_t *at, *copy;
	size_t len;
};

static int
find_statics(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct statics *statics = arg;

	(void)size;
	if (strstr(info->dlpi_name, "/libcrack.so") == NULL)
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) == 0)
			continue;
		statics->at = (uint8_t *)(info->dlpi_addr + segment->p_vaddr + segment->p_filesz);
		statics->len = segment->p_memsz - segment->p_filesz;
	}
	return 1;
}

/*
 * False where they cannot be kept: then nothing is asked. No libcrack of its own: nothing is kept.
 */
static bool
statics_keep(struct statics *statics)
{
	static uint8_t none;

	*statics = (struct statics){.at = &none};
	(void)dl_iterate_phdr(find_statics, statics);
	statics->copy = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(statics->len + 1);
	if (statics->copy != NULL)
		memcpy(statics->copy, statics->at, statics->len);
	return statics->copy != NULL;
}

static void
statics_put_back(struct statics *statics)
{
	memcpy(statics->at, statics->copy, statics->len);
	free(statics->copy);
}

/* What lies below the caller's frame. */
static void __attribute__((noinline))
stack_wipe(void)
{
	uint8_t used[STACK_USED];

	wf_wipe(used, sizeof(used));
}

static bool
ask(pwquality_settings_t *settings, const struct wf_secret *password)
{
	struct statics statics;
	bool known;

	if (!statics_keep(&statics))
		return false;
	known = is_known(settings, password);
	stack_wipe();
	statics_put_back(&statics);
	return known;
}

bool
policy_words_in_dictionary(const struct wf_secret *password)
{
	const char *path = policy_words_source();
	pwquality_settings_t *settings = path == NULL ? NULL : dictionary_only(path);
	bool known;

	if (settings == NULL)
		return false;
	(void)pthread_mutex_lock(&cracklib);
	known = ask(settings, password);
	(void)pthread_mutex_unlock(&cracklib);
	pwquality_free_settings(settings);
	return known;
}
