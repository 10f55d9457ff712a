/*
 * Profiles and catalogues as libconfuse reads them.  Each option is a row of a table; what a
 * row's text must be like is checked here, what files mean together in book.c.
 */
#include "config.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/rules/rules.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "common/utf8.h"

/* One text being read; libconfuse gives its callbacks no context. */
struct reading {
	const char *path;
	char *why;
	size_t size;
	wf_status status;
};
static _Thread_local struct reading *current;

static void fail(int line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The file's own words are shown as they can be: they may hold anything. */
static void
fail(int line, const char *format, ...)
{
	char text[512];
	va_list ap;
	int n;

	if (current->status != WF_OK)
		return;
	current->status = WF_INVALID;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	n = snprintf(current->why, current->size, "%.300s:%d: ", current->path, line);
	if (n > 0 && (size_t)n < current->size)
		(void)wf_utf8_escape(text, strlen(text), NULL, current->why + n,
			current->size - (size_t)n);
}

static void on_error(cfg_t *cfg, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void
on_error(cfg_t *cfg, const char *format, va_list ap)
{
	char text[256];

	(void)vsnprintf(text, sizeof(text), format, ap);
	fail(cfg->line, "%s", text);
}

/* A section is named by the line of its first option. */
static int
on_first(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	(void)opt;
	cfg_setint(cfg, "line", cfg->line);
	*(const char **)result = value;
	return 0;
}

static int
line_of(cfg_t *cfg)
{
	return cfg_size(cfg, "line") > 0 ? (int)cfg_getint(cfg, "line") : cfg->line;
}

/* --- texts --- */

static const char *
text_of(cfg_t *cfg, const char *name)
{
	return cfg_size(cfg, name) > 0 ? cfg_getstr(cfg, name) : NULL;
}

/* What a file says is shown to people; also on terminals. */
static bool
can_be_shown(cfg_t *cfg, const char *name, const char *text)
{
	if (wf_utf8_valid(text, strlen(text), false))
		return true;
	fail(line_of(cfg), _("'%s' has characters that cannot be shown on one line"), name);
	return false;
}

static bool
copy(cfg_t *cfg, const char *name, const char *text, char *text_r, size_t size)
{
	if (!can_be_shown(cfg, name, text))
		return false;
	if (strlen(text) < size) {
		(void)snprintf(text_r, size, "%s", text);
		return true;
	}
	fail(line_of(cfg), _("'%s' is longer than %zu bytes"), name, size - 1);
	return false;
}

/* A text that must be there. */
static bool
take(cfg_t *cfg, const char *name, char *text_r, size_t size)
{
	const char *text = text_of(cfg, name);

	if (text != NULL && text[0] != '\0')
		return copy(cfg, name, text, text_r, size);
	fail(line_of(cfg), _("'%s' is missing"), name);
	return false;
}

/* A list of at most `max` texts of `size` bytes each. */
static bool
take_list(cfg_t *cfg, const char *name, char *texts, size_t size, size_t max, size_t *n_r)
{
	size_t n = cfg_size(cfg, name);

	if (n > max) {
		fail(line_of(cfg), _("'%s' has more than %zu entries"), name, max);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (!copy(cfg, name, cfg_getnstr(cfg, name, (unsigned)i), texts + i * size, size))
			return false;
	*n_r = n;
	return true;
}

/* One of some words. */
static bool
take_word(cfg_t *cfg, const char *name, const char *const *words, size_t n, size_t *index_r)
{
	const char *text = text_of(cfg, name);
	size_t i = 0;

	while (text != NULL && i < n && strcmp(words[i], text) != 0)
		i++;
	if (text == NULL || i == n) {
		fail(line_of(cfg), _("'%s' cannot be '%s'"), name, text == NULL ? "" : text);
		return false;
	}
	*index_r = i;
	return true;
}

static const char *const forces[] = {
	"must", "must-not", "where-possible", "recommended", "optional", "sample"};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
take_force(cfg_t *cfg, char *force_r, size_t size)
{
	size_t i;

	if (!take_word(cfg, "force", forces, COUNT(forces), &i))
		return false;
	(void)snprintf(force_r, size, "%s", forces[i]);
	return true;
}

/* --- a profile --- */

static bool
take_bits(cfg_t *cfg, const char *name, unsigned (*bit_of)(const char *), unsigned *bits_r)
{
	size_t n = cfg_size(cfg, name);
	unsigned bits = n == 0 ? RULE_ALL : 0;

	for (size_t i = 0; i < n; i++) {
		const char *word = cfg_getnstr(cfg, name, (unsigned)i);
		unsigned bit = bit_of(word);

		if (bit == 0) {
			fail(line_of(cfg), _("'%s' cannot be '%s'"), name, word);
			return false;
		}
		bits |= bit;
	}
	*bits_r = bits;
	return true;
}

static bool
take_cells(cfg_t *cfg, struct compose_claim *claim)
{
	if (!take_bits(cfg, "for", rule_kind_bit, &claim->kinds) ||
		!take_bits(cfg, "guard", rule_guard_bit, &claim->guards))
		return false;
	if ((claim->kinds == RULE_ALL || (claim->spec->splits & RULE_BY_KIND) != 0) &&
		(claim->guards == RULE_ALL || (claim->spec->splits & RULE_BY_GUARD) != 0))
		return true;
	fail(line_of(cfg), _("'%s' is not told apart like this"), claim->spec->name);
	return false;
}

/* Members of a set, or a number; what is said in one word for both comes first. */
static bool
is_valued(const struct rule_spec *spec, cfg_t *cfg, struct compose_claim *claim)
{
	size_t n = cfg_size(cfg, "is");
	const char *first = n == 0 ? "" : cfg_getnstr(cfg, "is", 0);

	if (n == 1 && strcmp(first, "undefined") == 0) {
		claim->sort = CLAIM_UNDEFINED;
		return true;
	}
	if (n == 1 && strcmp(first, "forbidden") == 0) {
		claim->sort = CLAIM_FORBIDDEN;
		return true;
	}
	if (spec->members == NULL)
		return n == 1 && rule_number(spec, first, &claim->value);
	if (n == 1 && strcmp(first, "none") == 0)
		return spec->stricter == POLICY_UNION;
	for (size_t i = 0; i < n; i++) {
		int64_t bit = rule_member_bit(spec, cfg_getnstr(cfg, "is", (unsigned)i));

		if (bit == 0)
			return false;
		claim->value |= bit;
	}
	return n > 0;
}

static bool
take_parameter(cfg_t *cfg, struct compose_claim *claim)
{
	const char *name = text_of(cfg, "of");

	claim->spec = name == NULL ? NULL : rule_find(name);
	if (claim->spec == NULL) {
		fail(line_of(cfg), _("there is no parameter '%s'"), name == NULL ? "" : name);
		return false;
	}
	if (is_valued(claim->spec, cfg, claim))
		return true;
	fail(line_of(cfg), _("that is no value of '%s'"), name);
	return false;
}

static bool
take_notes(cfg_t *cfg, struct compose_claim *claim)
{
	const char *ja = text_of(cfg, "note_ja"), *en = text_of(cfg, "note_en");

	if ((ja == NULL) != (en == NULL)) {
		fail(line_of(cfg), "%s", _("a note stands in both languages or in none"));
		return false;
	}
	return ja == NULL ||
	       (copy(cfg, "note_ja", ja, claim->note_ja, sizeof(claim->note_ja)) &&
		       copy(cfg, "note_en", en, claim->note_en, sizeof(claim->note_en)));
}

static bool
take_claim(cfg_t *cfg, const struct rules_profile *profile, struct compose_claim *claim)
{
	(void)snprintf(claim->profile, sizeof(claim->profile), "%s", profile->name);
	(void)snprintf(claim->origin.file, sizeof(claim->origin.file), "%s", current->path);
	claim->origin.line = line_of(cfg);
	return take_parameter(cfg, claim) && take_cells(cfg, claim) &&
	       take(cfg, "criterion", claim->origin.criterion, sizeof(claim->origin.criterion)) &&
	       take_force(cfg, claim->origin.force, sizeof(claim->origin.force)) &&
	       take_notes(cfg, claim);
}

static bool
take_claims(cfg_t *cfg, struct rules_profile *profile)
{
	size_t n = cfg_size(cfg, "value");

	profile->claims = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(n + 1, sizeof(*profile->claims));
	if (profile->claims == NULL) {
		current->status = WF_NO_MEMORY;
		return false;
	}
	for (profile->nclaims = 0; profile->nclaims < n; profile->nclaims++)
		if (!take_claim(cfg_getnsec(cfg, "value", (unsigned)profile->nclaims), profile,
			    &profile->claims[profile->nclaims]))
			return false;
	return true;
}

/* That may be left out. */
static bool
take_if(cfg_t *cfg, const char *name, char *text_r, size_t size)
{
	const char *text = text_of(cfg, name);

	return text == NULL || copy(cfg, name, text, text_r, size);
}

static bool
take_profile(cfg_t *cfg, void *record)
{
	struct rules_profile *profile = record;

	profile->draft = cfg_getbool(cfg, "draft");
	return take(cfg, "title_ja", profile->title_ja, sizeof(profile->title_ja)) &&
	       take(cfg, "title_en", profile->title_en, sizeof(profile->title_en)) &&
	       take(cfg, "document", profile->document, sizeof(profile->document)) &&
	       take(cfg, "edition", profile->edition, sizeof(profile->edition)) &&
	       take_if(cfg, "edition_ja", profile->edition_ja, sizeof(profile->edition_ja)) &&
	       take(cfg, "reviewed", profile->reviewed, sizeof(profile->reviewed)) &&
	       take(cfg, "criteria", profile->criteria, sizeof(profile->criteria)) &&
	       take_list(cfg, "levels", profile->levels[0], sizeof(profile->levels[0]),
		       RULES_LEVELS_MAX, &profile->nlevels) &&
	       take_list(cfg, "includes", profile->includes[0], sizeof(profile->includes[0]),
		       RULES_INCLUDES_MAX, &profile->nincludes) &&
	       take_claims(cfg, profile);
}

/* --- a catalogue --- */

/* A copy for the book; NULL stays NULL. */
static bool
keep(cfg_t *cfg, const char *name, bool needed, char **text_r)
{
	const char *text = text_of(cfg, name);

	if (text == NULL && needed)
		fail(cfg->line, _("'%s' is missing"), name);
	if (text == NULL)
		return !needed;
	if (!can_be_shown(cfg, name, text))
		return false;
	*text_r = wf_fault(WF_FAULT_ALLOC) ? NULL : strdup(text);
	if (*text_r == NULL)
		current->status = WF_NO_MEMORY;
	return *text_r != NULL;
}

static bool
by_is_known(cfg_t *cfg, const struct rules_criterion *criterion)
{
	for (size_t i = 0; i < criterion->nby; i++) {
		const char *name = criterion->by[i];

		if (rule_find(name) != NULL || policy_param_find(name) != NULL ||
			rule_is_act(name))
			continue;
		fail(cfg->line, _("there is no parameter '%s'"), name);
		return false;
	}
	return true;
}

static bool
take_criterion(cfg_t *cfg, struct rules_criterion *criterion)
{
	static const char *const aims[] = {"enforced", "evidenced", "reported", "outside"};
	size_t aim;

	if (!copy(cfg, "criterion", cfg_title(cfg), criterion->id, sizeof(criterion->id)) ||
		!take_word(cfg, "aim", aims, COUNT(aims), &aim))
		return false;
	criterion->aim = (enum rules_aim)aim;
	return take(cfg, "level", criterion->level, sizeof(criterion->level)) &&
	       take_force(cfg, criterion->force, sizeof(criterion->force)) &&
	       take_list(cfg, "by", criterion->by[0], sizeof(criterion->by[0]), RULES_BY_MAX,
		       &criterion->nby) &&
	       by_is_known(cfg, criterion) &&
	       take_list(cfg, "shown", criterion->shown[0], sizeof(criterion->shown[0]),
		       RULES_SHOWN_MAX, &criterion->nshown) &&
	       keep(cfg, "ja", true, &criterion->ja) &&
	       keep(cfg, "en", true, &criterion->en) &&
	       keep(cfg, "why_ja", criterion->aim == AIM_OUTSIDE, &criterion->why_ja) &&
	       keep(cfg, "why_en", criterion->aim == AIM_OUTSIDE, &criterion->why_en);
}

static bool
take_catalogue(cfg_t *cfg, void *record)
{
	struct rules_catalogue *catalogue = record;
	size_t n = cfg_size(cfg, "criterion");

	catalogue->criteria =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(n + 1, sizeof(*catalogue->criteria));
	if (catalogue->criteria == NULL) {
		current->status = WF_NO_MEMORY;
		return false;
	}
	catalogue->n = n; /* those not reached are zeros, and clear as such */
	for (size_t i = 0; i < n; i++)
		if (!take_criterion(
			    cfg_getnsec(cfg, "criterion", (unsigned)i), &catalogue->criteria[i]))
			return false;
	return true;
}

/* --- one text --- */

static wf_status
parse(cfg_opt_t *options, const char *text, bool (*take_all)(cfg_t *, void *), void *record)
{
	cfg_t *cfg;

	wf_fault_shelter(true); /* libconfuse 3.3 frees what it never got */
	cfg = cfg_init(options, CFGF_NONE);
	if (cfg == NULL) {
		wf_fault_shelter(false);
		return WF_NO_MEMORY;
	}
	cfg_set_error_function(cfg, on_error);
	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS && current->status == WF_OK)
		fail(cfg->line, "%s", _("cannot be understood"));
	wf_fault_shelter(false);
	if (current->status == WF_OK)
		(void)take_all(cfg, record);
	cfg_free(cfg);
	return current->status;
}

/* A zeroed record behind the others; NULL without memory. */
static void *
grow(void *list, size_t *n, size_t size)
{
	char *grown;
	char **place = list;

	grown = wf_fault(WF_FAULT_ALLOC) ? NULL : reallocarray(*place, *n + 1, size);
	if (grown == NULL)
		return NULL;
	*place = grown;
	return memset(grown + (*n)++ * size, 0, size);
}

#define TEXT(name) CFG_STR(name, NULL, CFGF_NODEFAULT)
#define TEXTS(name) CFG_STR_LIST(name, NULL, CFGF_NODEFAULT)

static wf_status
parse_profile(struct rules_profile *profile, const char *text)
{
	cfg_opt_t value[] = {CFG_STR_CB("of", NULL, CFGF_NODEFAULT, on_first),
		CFG_INT("line", 0, CFGF_NODEFAULT), TEXTS("for"), TEXTS("guard"), TEXTS("is"),
		TEXT("criterion"), TEXT("force"), TEXT("note_ja"), TEXT("note_en"), CFG_END()};
	cfg_opt_t options[] = {TEXT("title_ja"), TEXT("title_en"), TEXT("document"),
		TEXT("edition"), TEXT("edition_ja"), TEXT("reviewed"), TEXT("criteria"),
		TEXTS("levels"), TEXTS("includes"), CFG_BOOL("draft", cfg_false, CFGF_NONE),
		CFG_INT("line", 0, CFGF_NODEFAULT), CFG_SEC("value", value, CFGF_MULTI), CFG_END()};

	return parse(options, text, take_profile, profile);
}

static wf_status
parse_catalogue(struct rules_catalogue *catalogue, const char *text)
{
	cfg_opt_t criterion[] = {TEXT("level"), TEXT("force"), TEXT("aim"), TEXTS("by"),
		TEXTS("shown"), TEXT("ja"),
		TEXT("en"), TEXT("why_ja"), TEXT("why_en"), CFG_INT("line", 0, CFGF_NODEFAULT),
		CFG_END()};
	cfg_opt_t options[] = {
		CFG_SEC("criterion", criterion, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_END()};

	return parse(options, text, take_catalogue, catalogue);
}

wf_status
rules_add_profile(struct rules_book *book, const char *name, const char *path, const char *text,
	char *why_r, size_t size)
{
	struct reading reading = {.path = path, .why = why_r, .size = size};
	struct rules_profile *profile = grow(&book->profiles, &book->nprofiles, sizeof(*profile));
	wf_status status;

	if (profile == NULL)
		return WF_NO_MEMORY;
	(void)snprintf(profile->name, sizeof(profile->name), "%s", name);
	current = &reading;
	status = parse_profile(profile, text);
	current = NULL;
	return status;
}

wf_status
rules_add_catalogue(struct rules_book *book, const char *name, const char *path, const char *text,
	char *why_r, size_t size)
{
	struct reading reading = {.path = path, .why = why_r, .size = size};
	struct rules_catalogue *catalogue =
		grow(&book->catalogues, &book->ncatalogues, sizeof(*catalogue));
	wf_status status;

	if (catalogue == NULL)
		return WF_NO_MEMORY;
	(void)snprintf(catalogue->name, sizeof(catalogue->name), "%s", name);
	current = &reading;
	status = parse_catalogue(catalogue, text);
	current = NULL;
	return status;
}
