/*
 * libconfuse's part: it knows the grammar, the table knows the options.  Every option is declared
 * to it as text, so that one callback sees each value with its line and the table's own functions
 * judge it.
 *
 * libconfuse gives its callbacks no context, and its lexer is one for the whole process:
 * config_load() holds a lock, and the load at hand stands in a variable of the thread.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/config_load.h"
#include "authd/config/config_scan.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "common/utf8.h"

#define SECTIONS_MAX 40
#define ROOT "root" /* libconfuse's name for the outermost */

static _Thread_local struct config_load *current;

static const char *
section_name(const cfg_t *cfg)
{
	return strcmp(cfg->name, ROOT) == 0 && cfg->title == NULL ? "" : cfg->name;
}

/* --- libconfuse's own complaints, in our words --- */

static void
complain_unknown(cfg_t *cfg, const char *word)
{
	char text[640];

	config_unknown(current->rows, current->nrows, section_name(cfg), word, text, sizeof(text));
	config_fail(current, cfg->line, "%s", text);
}

static void
complain_token(cfg_t *cfg, const char *word)
{
	char shown[72];

	(void)wf_utf8_escape(word, strlen(word), NULL, shown, sizeof(shown));
	config_fail(current, cfg->line, _("'%s' is not expected here"), shown);
}

static void
complain_equal(cfg_t *cfg, const char *word)
{
	config_fail(current, cfg->line, _("an equal sign is missing behind '%s'"), word);
}

static void
complain_closing(cfg_t *cfg, const char *word)
{
	(void)word;
	config_fail(current, cfg->line, "%s", _("this '}' closes nothing"));
}

static void
complain_opening(cfg_t *cfg, const char *word)
{
	config_fail(current, cfg->line,
		_("'%s' is a section: write its options between '{' and '}'"), word);
}

static void
complain_title(cfg_t *cfg, const char *word)
{
	config_fail(
		current, cfg->line, _("'%s' needs a name, as in service \"sshd\" { ... }"), word);
}

static void
complain_escape(cfg_t *cfg, const char *word)
{
	config_fail(current, cfg->line, _("'%s' stands for no character; write a backslash twice"),
		word);
}

static void
complain_end(cfg_t *cfg, const char *word)
{
	(void)word;
	config_fail(current, cfg->line, "%s", _("the file ends in the middle of an option"));
}

/* libconfuse's formats; with a word or without one. It translates them, so we ask for the same. */
static const struct complaint {
	const char *format;
	bool has_word;
	void (*complain)(cfg_t *cfg, const char *word);
} complaints[] = {
	{"no such option '%s'", true, complain_unknown},
	/* A quoted name with '=' or '|' in it is libconfuse's path to an option elsewhere. */
	{"no sub-section title/index for '%s'", true, complain_unknown},
	{"no sub-section '%s' in '%s'", true, complain_unknown},
	{"unexpected token '%s'", true, complain_token},
	{"missing equal sign after option '%s'", true, complain_equal},
	{"unexpected closing brace", false, complain_closing},
	{"missing opening brace for section '%s'", true, complain_opening},
	{"missing title for section '%s'", true, complain_title},
	{"premature end of file", false, complain_end},
	{"invalid octal number '%s'", true, complain_escape},
	{"bad escape sequence '%s'", true, complain_escape},
};

static void on_error(cfg_t *cfg, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void
on_error(cfg_t *cfg, const char *format, va_list ap)
{
	char text[256];
	char shown[640];

	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++) {
		const char *word;

		if (strcmp(format, dgettext("confuse", complaints[i].format)) != 0)
			continue;
		/* An empty comment where a value should be: there is no text of it. */
		word = complaints[i].has_word ? va_arg(ap, const char *) : "";
		complaints[i].complain(cfg, word != NULL ? word : "#, // or /*");
		return;
	}
	(void)vsnprintf(text, sizeof(text), format, ap);
	(void)wf_utf8_escape(text, strlen(text), NULL, shown, sizeof(shown));
	config_fail(current, cfg->line, "%s", shown);
}

/* --- values and titles --- */

static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	const struct config_row *row =
		config_row_find(current->rows, current->nrows, section_name(cfg), opt->name);
	size_t index = opt->nvalues > 0 ? opt->nvalues - 1 : 0;

	if (row == NULL) {
		complain_unknown(cfg, opt->name);
		return -1;
	}
	if (cfg->title != NULL)
		config_title(current, cfg->name, cfg->title, cfg->line);
	if (current->status == WF_OK)
		config_apply(current, row, cfg->title, value, index, cfg->line);
	*(const char **)result = value; /* libconfuse copies it */
	return current->status == WF_OK ? 0 : -1;
}

/*
 * Behind a section's closing brace: a title is looked at even where nothing stands in the section.
 */
static int
on_section(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);

	config_title_end(current, section->name, section->title, cfg->line);
	return current->status == WF_OK ? 0 : -1;
}

/* --- the declaration --- */

/* The options of one section, each list ended by an empty one; `root` also has the sections. */
struct grammar {
	cfg_opt_t root[CONFIG_ROWS_MAX + SECTIONS_MAX + 1];
	cfg_opt_t options[SECTIONS_MAX][CONFIG_ROWS_MAX + 1];
};

static size_t
declare_options(const struct config_load *load, const char *section, cfg_opt_t *options)
{
	size_t n = 0;

	for (size_t i = 0; i < load->nrows; i++) {
		const struct config_row *row = &load->rows[i];

		if (strcmp(row->section, section) != 0)
			continue;
		options[n++] = (cfg_opt_t){
			.name = row->name,
			.type = CFGT_STR,
			.flags = CFGF_NODEFAULT | (config_type_is_list(row->type) ? CFGF_LIST : 0),
			.parsecb = on_value,
		};
	}
	options[n] = (cfg_opt_t)CFG_END();
	return n;
}

static void
declare(const struct config_load *load, struct grammar *grammar)
{
	const char *sections[SECTIONS_MAX];
	size_t count = config_sections(load->rows, load->nrows, sections, SECTIONS_MAX);
	size_t n = declare_options(load, "", grammar->root);

	for (size_t i = 0; i < count; i++) {
		bool titled = config_section_titled(sections[i]);

		(void)declare_options(load, sections[i], grammar->options[i]);
		grammar->root[n++] = (cfg_opt_t){
			.name = sections[i],
			.type = CFGT_SEC,
			.flags = titled ? CFGF_MULTI | CFGF_TITLE : CFGF_NONE,
			.subopts = grammar->options[i],
			.validcb = titled ? on_section : NULL,
		};
	}
	grammar->root[n] = (cfg_opt_t)CFG_END();
}

/* --- one text --- */

static bool
scan(struct config_load *load, const char *text, size_t len)
{
	int line;
	enum config_fault fault = config_scan(text, len, &line);

	if (fault != CONFIG_FINE)
		config_fail(load, line, "%s", _(config_scan_sentence(fault)));
	return fault == CONFIG_FINE;
}

static void
parse(struct config_load *load, cfg_t *cfg, const char *text)
{
	cfg_set_error_function(cfg, on_error);
	current = load;
	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS && load->status == WF_OK)
		config_fail(load, 0, "%s", _("cannot be understood"));
	current = NULL;
}

void
config_parse(struct config_load *load, char *text, size_t len)
{
	struct grammar *grammar;
	cfg_t *cfg = NULL;

	if (!scan(load, text, len))
		return;
	config_scan_blank(text, len);
	grammar = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*grammar));
	wf_fault_shelter(true); /* libconfuse 3.3 frees what it never got */
	if (grammar != NULL) {
		declare(load, grammar);
		cfg = cfg_init(grammar->root, CFGF_NONE);
	}
	if (cfg != NULL)
		parse(load, cfg, text);
	else
		load->status = WF_NO_MEMORY;
	if (cfg != NULL)
		cfg_free(cfg);
	wf_fault_shelter(false);
	free(grammar);
}
