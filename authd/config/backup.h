/*
 * What warifu.conf says about copies of the store that the daemon makes by itself, section backup:
 * how often, where to, how long they are kept.  Constant after config_load(); any thread may read.
 */
#ifndef WF_AUTHD_CONFIG_BACKUP_H
#define WF_AUTHD_CONFIG_BACKUP_H

#include <limits.h>
#include <stdint.h>

#define CONFIG_BACKUP_BY_POLICY UINT_MAX /* of every_ms: nothing is written */
#define CONFIG_BACKUP_LEAST_S 600

struct config_backup {
	unsigned every_ms; /* 0 = the daemon makes none */
	unsigned days;     /* the first copy of each day is kept for so many days */
	unsigned weeks;    /* that of each week for so many weeks */
	char to[256];      /* folder; "" = "backups" in the state folder */
	char second[256];  /* folder that each copy is brought to as well; "" = none */
};

struct config;

/*
 * Seconds from one copy to the next: as written, else what documents that are complied with come
 * to (a day where they want backups laid down or automatic; never more than recovery.point); 0 =
 * none are made.
 */
int64_t config_backup_every_s(const struct config *config);
/* The folder that copies are made in. */
#define CONFIG_BACKUP_FOLDER_SIZE 272
const char *config_backup_folder(
	const struct config *config, char text_r[CONFIG_BACKUP_FOLDER_SIZE]);

#endif
