/*
 * What the store says of the configuration: which one is in effect, which one somebody has
 * approved, and what differs.  VIEW_CONFIGURATION and VIEW_DRIFT give these.
 */
#ifndef WF_AUTHD_STORE_CONFIGURATION_H
#define WF_AUTHD_STORE_CONFIGURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "authd/types.h"

#define STORE_BY_SIZE 257 /* of who has done something, with its NUL */

/* The configuration in effect, and the one that somebody has approved. */
struct store_configuration {
	char sha256[SETTINGS_HASH_SIZE];
	uint64_t seq; /* the row of its load */
	int64_t loaded_us;
	char loaded_by[STORE_BY_SIZE]; /* "" = not known */
	char baseline[SETTINGS_HASH_SIZE]; /* "" = none is approved, and nothing below is set */
	uint64_t baseline_seq;
	int64_t baseline_us;
	char baseline_by[STORE_BY_SIZE];
	char note[257];
	bool told;       /* the log says of the one in effect that it is not as approved */
	uint64_t differ; /* settings that are not as approved */
};

/* A setting that is not as approved; "" = it is not there, or was not. */
struct store_setting {
	char name[SETTING_NAME_SIZE];
	char value[SETTING_VALUE_SIZE], baseline[SETTING_VALUE_SIZE];
	uint64_t since_seq; /* the row since which it has this value */
	int64_t since_us;
};

#endif
