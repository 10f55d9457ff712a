/* Names of the counters. */
#include "config.h"

#include "radius/stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const names[STATS_COUNTERS] = {
	[STATS_REQUESTS] = "requests",
	[STATS_RECORDS] = "records",
	[STATS_STATUS] = "status",
	[STATS_DUPLICATES_BUSY] = "duplicates.busy",
	[STATS_DUPLICATES_KNOWN] = "duplicates.known",
	[STATS_ACCEPTS] = "accepts",
	[STATS_REJECTS] = "rejects",
	[STATS_CHALLENGES] = "challenges",
	[STATS_RECORDED] = "recorded",
	[STATS_STATUS_REPLIES] = "status-replies",
	[STATS_UNKNOWN_CLIENT] = "dropped.unknown-client",
	[STATS_CLEAR] = "dropped.clear",
	[STATS_CODE] = "dropped.code",
	[STATS_AUTHENTICATOR] = "dropped.authenticator",
	[STATS_RULE] = "dropped.rule",
	[STATS_ACCOUNTING_RULE] = "dropped.accounting-rule",
	[STATS_RATE] = "dropped.rate",
	[STATS_CACHE_FULL] = "dropped.cache-full",
	[STATS_QUEUE_FULL] = "dropped.queue-full",
	[STATS_LATE] = "dropped.late",
	[STATS_LOST] = "dropped.lost",
	[STATS_UNAVAILABLE] = "dropped.unavailable",
	[STATS_REPLACED] = "dropped.replaced",
	[STATS_INTERNAL] = "dropped.internal",
	[STATS_SEND] = "dropped.send",
	[STATS_HUNG_UP] = "dropped.hung-up",
	[STATS_CONNECTIONS] = "connections",
	[STATS_CONNECTIONS_V11] = "connections.radius-1.1",
	[STATS_CONNECTIONS_REFUSED] = "connections.refused",
	[STATS_CONNECTIONS_CROWDED] = "connections.crowded",
	[STATS_CONNECTIONS_IDLE] = "connections.idle",
	[STATS_CONNECTIONS_BROKEN] = "connections.broken",
	[STATS_FORM + PACKET_SHORT] = "dropped.form.short",
	[STATS_FORM + PACKET_LENGTH] = "dropped.form.length",
	[STATS_FORM + PACKET_CUT] = "dropped.form.cut",
	[STATS_FORM + PACKET_ATTRIBUTE] = "dropped.form.attribute",
	[STATS_FORM + PACKET_TYPE] = "dropped.form.type",
	[STATS_FORM + PACKET_TOO_MANY] = "dropped.form.too-many",
	[STATS_FORM + PACKET_MA_LENGTH] = "dropped.form.ma-length",
	[STATS_FORM + PACKET_MA_REPEATED] = "dropped.form.ma-repeated",
	[STATS_PROTECTION + PROTECTION_UNSIGNED] = "requests.unsigned",
	[STATS_PROTECTION + PROTECTION_WRONG] = "dropped.authenticator-wrong",
	[STATS_PROTECTION + PROTECTION_MISSING] = "dropped.authenticator-missing",
	[STATS_PROTECTION + PROTECTION_PROXY_STATE] = "dropped.proxy-state",
	[STATS_PROTECTION + PROTECTION_BROKEN] = "dropped.authenticator-broken",
};

const char *
stats_name(size_t counter)
{
	return counter < STATS_COUNTERS ? names[counter] : NULL;
}

size_t
stats_print(const struct stats *stats, char *text_r, size_t size)
{
	size_t len = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < STATS_COUNTERS; i++) {
		char pair[80];
		size_t need;

		if (stats->counters[i] == 0 || names[i] == NULL)
			continue;
		need = (size_t)snprintf(pair, sizeof(pair), "%s%s=%" PRIu64, len > 0 ? " " : "",
			names[i], stats->counters[i]);
		if (need >= size - len)
			break;
		memcpy(text_r + len, pair, need + 1);
		len += need;
	}
	return len;
}
