/* The rules and their values, as tables.  Defaults are those in use elsewhere. */
#include "config.h"

#include <string.h>

#include "authd/detect/rules.h"
#include "authd/detect/trail.h"
#include "common/i18n.h"

#define HOUR 3600
#define DAY (24 * HOUR)
#define BIT(param) (1U << (param))

/* Windows of tries are bounded, so that rows need not be read back for longer at a start. */
static const struct detect_param_spec params[DETECT_PARAMS] = {
	[DETECT_LEVEL] = {"level", 0, DETECT_LEVELS - 1},
	[DETECT_TRIES] = {"tries", 1, TRAIL_SHORT},
	[DETECT_ACCOUNTS] = {"accounts", 2, TRAIL_SHORT},
	[DETECT_SOURCES] = {"sources", 2, TRAIL_SHORT},
	[DETECT_WINDOW] = {"window", 60, DAY},
	[DETECT_DAYS] = {"days", 1, 3650},
	[DETECT_LEARN] = {"learn", 1, 365},
	[DETECT_FROM] = {"from", 0, 23},
	[DETECT_UNTIL] = {"until", 0, 24},
};

#define HAS2(a, b) (BIT(DETECT_LEVEL) | BIT(a) | BIT(b))
/* What goes on until somebody does something about it, and is told once a day. */
#define STATE(name, words, preset)                                                                 \
	{name, words, BIT(DETECT_LEVEL), 2 * DAY, {[DETECT_LEVEL] = (preset)}}

static const struct detect_rule_spec rules[DETECT_RULES] = {
	[DETECT_ACCOUNT_FAILURES] = {"account-failures", N_("Many failures on one account"),
		HAS2(DETECT_TRIES, DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 1, [DETECT_TRIES] = 10, [DETECT_WINDOW] = HOUR}},
	[DETECT_SOURCE_SPRAY] = {"source-spray", N_("One source tried many accounts"),
		HAS2(DETECT_ACCOUNTS, DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 2, [DETECT_ACCOUNTS] = 5, [DETECT_WINDOW] = 20 * 60}},
	[DETECT_MANY_SOURCES] = {"many-sources", N_("Many sources tried many accounts"),
		HAS2(DETECT_ACCOUNTS, DETECT_WINDOW) | BIT(DETECT_SOURCES) | BIT(DETECT_TRIES), 0,
		{[DETECT_LEVEL] = 2, [DETECT_ACCOUNTS] = 8, [DETECT_SOURCES] = 5,
			[DETECT_TRIES] = 25, [DETECT_WINDOW] = 15 * 60}},
	[DETECT_SUCCESS_AFTER_FAILURES] = {"success-after-failures",
		N_("A login after many failures"), HAS2(DETECT_TRIES, DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 2, [DETECT_TRIES] = 6, [DETECT_WINDOW] = HOUR}},
	[DETECT_SPRAY_WORKED] = {"spray-worked", N_("A login from a source that failed for others"),
		HAS2(DETECT_ACCOUNTS, DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 3, [DETECT_ACCOUNTS] = 3, [DETECT_WINDOW] = DAY}},
	[DETECT_CODE_FATIGUE] = {"code-fatigue",
		N_("The password was right and the second factor refused, again and again"),
		HAS2(DETECT_TRIES, DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 2, [DETECT_TRIES] = 5, [DETECT_WINDOW] = 10 * 60}},
	[DETECT_CODE_REPLAY] = {"code-replay",
		N_("A code that was used already came again, from another network"),
		BIT(DETECT_LEVEL) | BIT(DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 2, [DETECT_WINDOW] = 10 * 60}},
	[DETECT_DORMANT] = {"dormant-account",
		N_("A login of an account that was not used for long"),
		HAS2(DETECT_DAYS, DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 2, [DETECT_DAYS] = 45, [DETECT_WINDOW] = DAY}},
	[DETECT_DISABLED] = {"disabled-account", N_("Tries of an account that is not in force"),
		HAS2(DETECT_TRIES, DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 1, [DETECT_TRIES] = 5, [DETECT_WINDOW] = HOUR}},
	[DETECT_DEFAULT_ACCOUNT] = {"default-account",
		N_("A login of an account that products bring along"),
		BIT(DETECT_LEVEL) | BIT(DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 1, [DETECT_WINDOW] = DAY}},
	[DETECT_RESET_NEW_PLACE] = {"reset-new-place",
		N_("A login from a new place after somebody reset the account"),
		HAS2(DETECT_DAYS, DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 2, [DETECT_DAYS] = 90, [DETECT_WINDOW] = 12 * HOUR}},
	[DETECT_NEW_NETWORK] = {"new-network", N_("A login from a new network"),
		HAS2(DETECT_DAYS, DETECT_LEARN) | BIT(DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 1, [DETECT_DAYS] = 90, [DETECT_LEARN] = 5,
			[DETECT_WINDOW] = DAY}},
	[DETECT_NEW_COUNTRY] = {"new-country", N_("A login from a new country"),
		HAS2(DETECT_DAYS, DETECT_LEARN) | BIT(DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 2, [DETECT_DAYS] = 90, [DETECT_LEARN] = 5,
			[DETECT_WINDOW] = DAY}},
	[DETECT_ODD_HOURS] = {"odd-hours", N_("A login outside of the usual hours"),
		HAS2(DETECT_LEARN, DETECT_WINDOW) | BIT(DETECT_FROM) | BIT(DETECT_UNTIL), 0,
		{[DETECT_LEVEL] = 1, [DETECT_LEARN] = 14, [DETECT_WINDOW] = DAY}},
	[DETECT_BREAK_GLASS] = {"break-glass", N_("An emergency code was used"),
		BIT(DETECT_LEVEL) | BIT(DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 3, [DETECT_WINDOW] = HOUR}},
	[DETECT_LOG_FAULT] = {"log-fault", N_("Trouble of the log itself"),
		HAS2(DETECT_TRIES, DETECT_WINDOW), 0,
		{[DETECT_LEVEL] = 2, [DETECT_TRIES] = 10, [DETECT_WINDOW] = HOUR}},
	[DETECT_BACKUP_FAULT] = STATE("backup-fault", N_("No backup could be made in its time"), 2),
	[DETECT_DUTY_OVERDUE] = STATE("duty-overdue", N_("A duty is overdue"), 1),
	[DETECT_CONFIG_DRIFT] = STATE("config-drift",
		N_("The configuration is not the one that was approved"), 1),
	[DETECT_ALERT_FAULT] = STATE(
		"alert-fault", N_("A way of telling people of findings fails"), 2),
};

const struct detect_param_spec *
detect_params(void)
{
	return params;
}

const struct detect_rule_spec *
detect_rules(void)
{
	return rules;
}

int
detect_rule_find(const char *id)
{
	for (int i = 0; i < DETECT_RULES; i++)
		if (strcmp(rules[i].id, id) == 0)
			return i;
	return -1;
}

void
detect_settings_init(struct detect_settings *settings_r)
{
	*settings_r = (struct detect_settings){.level = 1};
	for (size_t i = 0; i < DETECT_RULES; i++)
		memcpy(settings_r->rules[i].values, rules[i].presets, sizeof(rules[i].presets));
}
