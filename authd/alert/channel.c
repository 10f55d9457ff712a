/* Ways, classes and the hour's messages, as tables and a little arithmetic. */
#include "config.h"

#include "authd/alert/channel.h"

#define HOUR_US INT64_C(3600000000)

_Static_assert(ALERT_WAYS * INCIDENT_CLASSES <= 32, "a bit for each");

static uint32_t
bit_of(enum alert_way way, unsigned class)
{
	return 1U << ((unsigned)way * INCIDENT_CLASSES + class);
}

static const struct {
	const char *name;
	unsigned classes; /* bits */
	bool mails;
} ways[ALERT_WAYS] = {
	[ALERT_LOG] = {"log", 1U << ALERT_OPERATORS | 1U << ALERT_OFFICERS, false},
	[ALERT_MAIL_OPERATORS] = {"mail.operators", 1U << ALERT_OPERATORS, true},
	[ALERT_MAIL_OFFICERS] = {"mail.officers", 1U << ALERT_OFFICERS, true},
	[ALERT_HOOK] = {"hook", 1U << ALERT_OPERATORS | 1U << ALERT_OFFICERS, false},
};

const char *
alert_way_name(enum alert_way way)
{
	return ways[way].name;
}

const char *
alert_class_name(enum alert_class class)
{
	static const char *const names[INCIDENT_CLASSES] = {"operators", "officers"};

	return names[class];
}

/* The machine's log and the command are everybody's; mail is of those who have an address. */
static bool
has_place(const struct config_alert *alert, enum alert_way way, unsigned class)
{
	if ((ways[way].classes & 1U << class) == 0)
		return false;
	if (ways[way].mails)
		return alert->people[class].n > 0;
	return way == ALERT_LOG || alert->hook[0] != '\0';
}

void
alert_bits(const struct config_alert *alert, enum alert_way way, uint32_t bits_r[INCIDENT_CLASSES])
{
	for (unsigned i = 0; i < INCIDENT_CLASSES; i++)
		bits_r[i] = has_place(alert, way, i) ? bit_of(way, i) : 0;
}

bool
alert_way_used(const struct config_alert *alert, enum alert_way way)
{
	return has_place(alert, way, ALERT_OPERATORS) || has_place(alert, way, ALERT_OFFICERS);
}

uint32_t
alert_due(const struct config_alert *alert, const uint32_t bits[INCIDENT_CLASSES],
	const struct incident *incident)
{
	uint32_t due = 0;

	for (size_t i = 0; i < INCIDENT_CLASSES; i++)
		if (incident->level >= alert->least[i])
			due |= bits[i] & ~incident->told;
	return due;
}

bool
alert_concerns(uint32_t bits, enum alert_class class)
{
	uint32_t all = 0;

	for (unsigned way = 0; way < ALERT_WAYS; way++)
		all |= bit_of((enum alert_way)way, class);
	return (bits & all) != 0;
}

enum alert_plan
alert_plan(struct alert_budget *budget, unsigned hourly, uint64_t n, unsigned worst,
	int64_t now_boot_us)
{
	if (n == 0)
		return ALERT_NOTHING;
	if (budget->sent == 0 || now_boot_us - budget->since_us >= HOUR_US)
		*budget = (struct alert_budget){.since_us = now_boot_us};
	if (n < hourly && budget->sent < hourly - n)
		return ALERT_EACH;
	return budget->sent < hourly || worst > budget->worst ? ALERT_TOGETHER : ALERT_WAIT;
}

void
alert_spend(struct alert_budget *budget, unsigned worst)
{
	budget->sent++;
	if (worst > budget->worst)
		budget->worst = worst;
}
