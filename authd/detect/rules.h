/*
 * The rules of detection and their values, as tables: what the configuration may say of them, and
 * what people are told.  Constant; any thread.
 */
#ifndef WF_AUTHD_DETECT_RULES_H
#define WF_AUTHD_DETECT_RULES_H

#include <stdint.h>

enum detect_rule {
	DETECT_ACCOUNT_FAILURES,
	DETECT_SOURCE_SPRAY,
	DETECT_MANY_SOURCES,
	DETECT_SUCCESS_AFTER_FAILURES,
	DETECT_SPRAY_WORKED,
	DETECT_CODE_FATIGUE,
	DETECT_CODE_REPLAY,
	DETECT_DORMANT,
	DETECT_DISABLED,
	DETECT_DEFAULT_ACCOUNT,
	DETECT_RESET_NEW_PLACE,
	DETECT_NEW_NETWORK,
	DETECT_NEW_COUNTRY,
	DETECT_ODD_HOURS,
	DETECT_BREAK_GLASS,
	DETECT_LOG_FAULT,
	DETECT_BACKUP_FAULT,
	DETECT_DUTY_OVERDUE,
	DETECT_CONFIG_DRIFT,
	DETECT_ALERT_FAULT,
	DETECT_RULES
};

/* What a rule may have a value for; units in the names of the table (detect_params()). */
enum detect_param {
	DETECT_LEVEL,	 /* 0..3 of what it finds, as a rule */
	DETECT_TRIES,	 /* wrong answers, or whatever it counts */
	DETECT_ACCOUNTS, /* different ones */
	DETECT_SOURCES,	 /* different ones */
	DETECT_WINDOW,	 /* seconds */
	DETECT_DAYS,
	DETECT_LEARN, /* days with logins before habits count */
	DETECT_FROM,  /* usual hours, if they are not to be learned: from this hour... */
	DETECT_UNTIL, /* ... until this one; both 0: learned */
	DETECT_PARAMS
};

#define DETECT_LEVELS 4
#define DETECT_OFF_SIZE 129

struct detect_param_spec {
	const char *name; /* "window" */
	uint32_t min, max;
};
struct detect_rule_spec {
	const char *id;	   /* "source-spray" */
	const char *words; /* N_(): what it finds */
	uint32_t has;	   /* bits of enum detect_param */
	uint32_t hold;	   /* seconds for which an incident goes on without rows; 0: the window */
	uint32_t presets[DETECT_PARAMS];
};
const struct detect_param_spec *detect_params(void); /* DETECT_PARAMS of them */
const struct detect_rule_spec *detect_rules(void);   /* DETECT_RULES of them */
/* -1: there is none of that id. */
int detect_rule_find(const char *id);

/* Constant while a detect uses it. */
struct detect_settings {
	unsigned level; /* what is found below it is not told */
	struct detect_rule_settings {
		uint32_t values[DETECT_PARAMS];
		char off[DETECT_OFF_SIZE]; /* why it is switched off; "" = it is not */
	} rules[DETECT_RULES];
};
void detect_settings_init(struct detect_settings *settings_r);

#endif
