/* Enforced criteria that are one value of the policy: how often, how long, how many. */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include "tests/unit/rules/enforced.h"

#define VALUE .show = enforced_shows_value

static const struct enforced_row rows[] = {
	{"SCS-4-1-4-1", "locked after ten failures", VALUE, .conf = "comply = {\"scs3\"}\n",
		.about = "lock.threshold", .expected = "10 SCS-4-1-4-1"},
	{"SCS-4-1-5-3", "eight characters behind a lock", VALUE, .conf = "comply = {\"scs3\"}\n",
		.about = "password.min", .guard = GUARD_LOCK, .expected = "8 SCS-4-1-5-3"},
	{"SCS-4-1-5-3", "ten behind nothing", VALUE, .conf = "comply = {\"scs3\"}\n",
		.about = "password.min", .guard = GUARD_NONE, .expected = "10 SCS-4-1-5-3"},
	{"SCS-4-1-3-4", "eight as one of the factors", VALUE, .conf = "comply = {\"scs3\"}\n",
		.about = "password.min", .guard = GUARD_MFA, .expected = "8 SCS-4-1-3-4"},
	{"IPA-6.10e", "three failures lock a privileged account", VALUE, .conf = ENFORCED_IPA,
		.about = "lock.threshold", .kind = ACCOUNT_PRIVILEGED, .expected = "3 IPA-6.10e"},
	{"IPA-6.10e", "for six hours", VALUE, .conf = ENFORCED_IPA, .about = "lock.duration",
		.kind = ACCOUNT_PRIVILEGED, .expected = "6h IPA-6.10e"},
	{"IPA-6.10f", "ten failures lock a general account", VALUE, .conf = ENFORCED_IPA,
		.about = "lock.threshold", .expected = "10 IPA-6.10f"},
	{"IPA-6.10f", "for an hour", VALUE, .conf = ENFORCED_IPA, .about = "lock.duration",
		.expected = "1h IPA-6.10f"},
	{"ISAC-6.2.3", "five failures", VALUE, .conf = "comply = {\"isac1\"}\n",
		.about = "lock.threshold", .kind = ACCOUNT_PRIVILEGED,
		.expected = "5 ISAC-6.2.3"},
	{"IPA-6.10h", "eight characters behind a lock", VALUE, .conf = ENFORCED_IPA,
		.about = "password.min", .guard = GUARD_LOCK, .expected = "8 IPA-6.10h"},
	{"IPA-6.10h", "ten behind nothing", VALUE, .conf = ENFORCED_IPA,
		.about = "password.min", .guard = GUARD_NONE, .expected = "10 IPA-6.10h"},
	{"DRAFT-3-14a", "locked after ten failures", VALUE, .conf = ENFORCED_DRAFT,
		.about = "lock.threshold", .expected = "10 DRAFT-3-14a"},
	{"IPA-T3.8.3", "three years of log", VALUE, .conf = ENFORCED_IPA,
		.about = "log.retention_days", .expected = "1096d IPA-T3.8.3"},
	{"ISAC-6.1.4", "not less than a year of log", enforced_shows_refusal,
		.conf = "comply = {\"isac1\"}\nlog { retention_days = 364 }\n",
		.expected = "ISAC-6.1.4"},
	{"SCS-4-4-3-1", "not less than half a year of log", enforced_shows_refusal,
		.conf = "comply = {\"scs4\"}\nlog { retention_days = 183 }\n",
		.expected = "SCS-4-4-3-1"},
	{"KUBOTA-143a", "not less than half a year of log", enforced_shows_refusal,
		.conf = ENFORCED_KUBOTA "log { retention_days = 183 }\n",
		.expected = "KUBOTA-143"},
	{"DRAFT-4-35a", "not less than half a year of log", enforced_shows_refusal,
		.conf = ENFORCED_DRAFT "log { retention_days = 183 }\n",
		.expected = "DRAFT-4-35a"},
	{"KUBOTA-143b", "the log is kept for longer", VALUE, .conf = ENFORCED_KUBOTA,
		.about = "log.retention_days", .expected = "1096d "}, /* as it is built in */
	{"SCS-4-3-4-1", "copies are made", enforced_shows_refusal,
		.conf = "comply = {\"scs4\"}\nbackup { every = 0 }\n",
		.expected = "SCS-4-3-4-1"},
	{"ISAC-5.3.2", "by themselves", enforced_shows_refusal,
		.conf = "comply = {\"isac1\"}\nbackup { every = 0 }\n", .expected = "ISAC-5.3.2"},
	{"IPA-T5.2", "an hour of work at most may be lost", enforced_shows_refusal,
		.conf = ENFORCED_IPA "backup { every = 2h }\n", .expected = "IPA-T5.2"},
	{"ISAC-3.2.7b", "nobody may ask for classes", enforced_shows_refusal,
		.conf = "comply = {\"isac1\"}\npassword { classes = 3 }\n",
		.expected = "ISAC-3.2.7b"},
};

const struct enforced_table enforced_values = {rows, sizeof(rows) / sizeof(rows[0])};
