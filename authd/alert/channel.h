/*
 * Who is told of incidents, and by which way: ways times classes of people, a bit of an incident's
 * `told` each; and how many messages of a way leave in an hour.  Pure.
 */
#ifndef WF_AUTHD_ALERT_CHANNEL_H
#define WF_AUTHD_ALERT_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "authd/config/alert.h"

enum alert_way {
	ALERT_LOG, /* a line of the log of the machine */
	ALERT_MAIL_OPERATORS, /* a mail of their own each, since each class is told by itself */
	ALERT_MAIL_OFFICERS,
	ALERT_HOOK, /* a command */
	ALERT_WAYS
};

#define ALERT_CURSOR "alert." /* before a way's name: what the store keeps of it */

/* "log", "mail.operators", "mail.officers", "hook". */
const char *alert_way_name(enum alert_way way);
/* Whether the configuration has it. */
bool alert_way_used(const struct config_alert *alert, enum alert_way way);
/* "operators", "officers". */
const char *alert_class_name(enum alert_class class);

/* The bit of each class by that way; 0: nobody of it is told so. */
void alert_bits(const struct config_alert *alert, enum alert_way way,
	uint32_t bits_r[INCIDENT_CLASSES]);
/* Those of the bits that an incident lacks: each class whose level it has reached. */
uint32_t alert_due(const struct config_alert *alert, const uint32_t bits[INCIDENT_CLASSES],
	const struct incident *incident);
/* Whether one of the bits is this class's, whatever the way. */
bool alert_concerns(uint32_t bits, enum alert_class class);

/*
 * Single messages as long as there is room for one that holds many behind them; then that one; then
 * nothing until the hour is over.  What is worse than all that was told in the hour waits for
 * nothing.
 */
enum alert_plan { ALERT_NOTHING, ALERT_EACH, ALERT_TOGETHER, ALERT_WAIT };

struct alert_budget {
	int64_t since_us; /* boot clock: its hour's beginning */
	unsigned sent;	  /* in it */
	unsigned worst;	  /* level that was told in it */
};

/*
 * What is to become of `n` incidents, the worst of that level; begins a new hour where it is time.
 */
enum alert_plan alert_plan(struct alert_budget *budget, unsigned hourly, uint64_t n, unsigned worst,
	int64_t now_boot_us);
/* A message has left. */
void alert_spend(struct alert_budget *budget, unsigned worst);

#endif
