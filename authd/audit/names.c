/*
 * The names of classes and results, as people and programs see them in the log.  Stable: views,
 * filters and reports depend on them.
 */
#include "config.h"

#include "authd/audit/audit.h"

#include <stddef.h>

static const char *const class_names[] = {
	[AUDIT_AUTH] = "auth",
	[AUDIT_ADMIN] = "admin",
	[AUDIT_SESSION] = "session",
	[AUDIT_FINDING] = "finding",
	[AUDIT_SYSTEM] = "system",
	[AUDIT_TOMBSTONE] = "tombstone",
};

static const char *const result_names[] = {
	[AUDIT_FAILURE] = "failure",
	[AUDIT_SUCCESS] = "success",
	[AUDIT_NEUTRAL] = "neutral",
	[AUDIT_UNAVAILABLE] = "unavailable",
};

static const char *
name_of(const char *const *names, size_t count, size_t value)
{
	return value < count && names[value] != NULL ? names[value] : "unknown";
}

const char *audit_class_name(enum audit_class class)
{
	return name_of(class_names, sizeof(class_names) / sizeof(class_names[0]), (size_t) class);
}

const char *
audit_result_name(enum audit_result result)
{
	return name_of(
		result_names, sizeof(result_names) / sizeof(result_names[0]), (size_t)result);
}
