/*
 * What warifu.conf says of mail (section mail: the servers that take it) and of alerts (section
 * alert: who is told of what was found, in which languages, and by which command).  warifu-egress
 * sends mail and runs the command; warifud says what is to be told.
 *
 * Constant after config_load(); any thread may read.  The password is named as a file and not read
 * here.
 */
#ifndef WF_AUTHD_CONFIG_ALERT_H
#define WF_AUTHD_CONFIG_ALERT_H

#include <stdbool.h>
#include <stddef.h>

#include "authd/types.h"

#define CONFIG_MAIL "mail"   /* the names of the sections, which warifu-egress is asked by */
#define CONFIG_ALERT "alert"
#define CONFIG_MAIL_SERVERS_MAX 4
#define CONFIG_PEOPLE_MAX 8
#define CONFIG_ADDRESS_SIZE 255 /* RFC 5321: a path has 256 octets, its brackets among them */

enum mail_way {
	MAIL_STARTTLS, /* smtp:// */
	MAIL_TLS,      /* smtps:// */
	MAIL_PLAIN     /* plain://, to this machine alone */
};

struct config_mail {
	struct config_mail_server {
		enum mail_way way;
		char to[280];		 /* as written */
		char host[256], port[6]; /* name or address, which its certificate must be for */
	} servers[CONFIG_MAIL_SERVERS_MAX]; /* tried in this order */
	size_t nservers; /* 0: no mail is sent */
	char from[CONFIG_ADDRESS_SIZE];
	char user[129], password_file[256]; /* both or neither */
	char ca_file[256]; /* PEM; "" = those that the system believes */
	unsigned timeout_ms; /* of one server, then the next one is tried */
};

#define ALERT_JA 1U
#define ALERT_EN 2U

/* People who are told, those who look after it and those who answer for it. */
enum alert_class { ALERT_OPERATORS, ALERT_OFFICERS };

struct config_people {
	char to[CONFIG_PEOPLE_MAX][CONFIG_ADDRESS_SIZE];
	size_t n;
};

struct config_alert {
	struct config_people people[INCIDENT_CLASSES];
	unsigned least[INCIDENT_CLASSES]; /* the level from which on a class is told */
	unsigned languages; /* bits */
	char hook[256];	    /* command; "" = none */
	unsigned hook_timeout_ms;
	unsigned hourly; /* mails, or runs of the command, in an hour */
};

struct config;

/*
 * Looks at the file of the password from outside; false: nothing is wrong with it.  Else what, and
 * what to do, in the language of the locale.
 */
bool config_mail_password_say(const struct config *config, char *text_r, size_t size);
/* Whether it is asked for by warifu-egress at all: mail, or a command. */
bool config_alert_leaves(const struct config *config);
/* Whether somebody is told by mail. */
bool config_alert_mails(const struct config_alert *alert);

#endif
