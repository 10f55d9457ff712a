/* The options of the section backup: rows, built-in values, and what documents make of them. */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/comply_parts.h"
#include "authd/config/config_load.h"
#include "common/i18n.h"

#define DAY_S INT64_C(86400)
#define BACKUP(field)                                                                              \
	.section = "backup", .offset = offsetof(struct config, backup.field),                      \
	.size = sizeof(((struct config *)NULL)->backup.field)

static const struct config_row rows[] = {
	{BACKUP(every_ms), .name = "every", .type = CONFIG_SECONDS, .min = 0, .max = 31 * DAY_S},
	{BACKUP(days), .name = "keep_days", .type = CONFIG_UNSIGNED, .min = 1, .max = 3653},
	{BACKUP(weeks), .name = "keep_weeks", .type = CONFIG_UNSIGNED, .min = 1, .max = 522},
	{BACKUP(to), .name = "to", .type = CONFIG_PATH},
	{BACKUP(second), .name = "second", .type = CONFIG_PATH},
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) <= BACKUP_ROWS_MAX, "room in the table of all rows");

const struct config_row *
config_backup_rows(size_t *n_r)
{
	*n_r = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

/* IPA-T4.4 (a sample): daily copies for 14 days, weekly ones for 8 weeks. */
void
config_backup_defaults(struct config_backup *backup)
{
	backup->every_ms = CONFIG_BACKUP_BY_POLICY;
	backup->days = 14;
	backup->weeks = 8;
}

const char *
config_backup_folder(const struct config *config, char text_r[CONFIG_BACKUP_FOLDER_SIZE])
{
	if (config->backup.to[0] != '\0')
		(void)snprintf(text_r, CONFIG_BACKUP_FOLDER_SIZE, "%s", config->backup.to);
	else
		(void)snprintf(
			text_r, CONFIG_BACKUP_FOLDER_SIZE, "%s/backups", config->state_dir);
	return text_r;
}

/* What documents want; 0: they do not speak of it. */
static int64_t
wanted_s(const struct policy *policy)
{
	const int64_t manner =
		policy_members_of(policy, R_BACKUP_MANNER, ACCOUNT_GENERAL, GUARD_MFA);
	const int64_t point =
		policy_number_of(policy, R_RECOVERY_POINT, ACCOUNT_GENERAL, GUARD_MFA);
	int64_t every = (manner & (BACKUP_DEFINED | BACKUP_AUTOMATED)) != 0 ? DAY_S : 0;

	if (point > 0 && (every == 0 || point < every))
		every = point < CONFIG_BACKUP_LEAST_S ? CONFIG_BACKUP_LEAST_S : point;
	return every;
}

int64_t
config_backup_every_s(const struct config *config)
{
	return config->backup.every_ms == CONFIG_BACKUP_BY_POLICY
		       ? wanted_s(&config->policy)
		       : (int64_t)config->backup.every_ms / 1000;
}

/* A schedule that somebody has written holds, whoever asks for it. */
void
config_backup_hold(struct config_load *load)
{
	const struct config_backup *backup = &load->config->backup;
	struct policy_held *cells = load->config->policy.values.held[R_BACKUP_MANNER];

	if (backup->every_ms == CONFIG_BACKUP_BY_POLICY || backup->every_ms == 0)
		return;
	for (size_t i = 0; i < RULE_CELLS; i++) {
		cells[i].set = true;
		cells[i].value |= BACKUP_DEFINED | BACKUP_AUTOMATED;
	}
}

/* Who asks for the schedule that the file stays behind. */
static const struct origin *
asked_by(const struct policy *policy, int64_t every)
{
	const struct policy_held *point = policy_held_strictest(policy, R_RECOVERY_POINT);

	return point->set && (every == 0 || every > point->value)
		       ? &point->origin
		       : &policy_held_strictest(policy, R_BACKUP_MANNER)->origin;
}

static void
check_every(struct config_load *load)
{
	const struct config *config = load->config;
	const int64_t every = config_backup_every_s(config);
	const struct policy_held *point = policy_held_strictest(&config->policy, R_RECOVERY_POINT);
	int line;

	if (config->backup.every_ms == CONFIG_BACKUP_BY_POLICY)
		return;
	line = config_line_of(load, "backup", "every");
	if (every > 0 && every < CONFIG_BACKUP_LEAST_S)
		config_fail(load, line,
			_("'backup.every' cannot be less than %d seconds; 0 makes no backups"),
			CONFIG_BACKUP_LEAST_S);
	else if ((every == 0 && wanted_s(&config->policy) > 0) ||
		 (point->set && every > point->value))
		config_fail(load, line,
			_("'backup.every' is weaker than what is complied with (%s): backups are "
			  "wanted every %lld seconds. Take it out, make it as strict, or write a "
			  "section 'deviate \"%s\"'"),
			asked_by(&config->policy, every)->criterion,
			(long long)wanted_s(&config->policy),
			point->set ? "recovery.point" : "backup.manner");
}

void
config_backup_check(struct config_load *load)
{
	const struct config_backup *backup = &load->config->backup;
	char folder[CONFIG_BACKUP_FOLDER_SIZE];

	check_every(load);
	if (strcmp(config_backup_folder(load->config, folder), backup->second) == 0)
		config_fail(load, config_line_of(load, "backup", "second"), "%s",
			_("'backup.second' is the folder that backups are made in already; "
			  "name one on another disk or machine"));
}
