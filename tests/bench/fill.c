/*
 * bench_fill STORE KEYS NODE ACCOUNTS ROWS [HASH]: fills a store that no daemon serves, through the store's own interface:
 * ACCOUNTS people with password and confirmed HOTP token (one hash for all, HASH if given: what it costs to make is not
 * the question), then rows of logins until the log has ROWS more.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/crypto/keyring.h"
#include "authd/factor/factor.h"
#include "tests/bench/filler.h"
#include "tests/bench/people.h"

#define PEOPLE_AT_ONCE 250
#define ROWS_AT_ONCE 1000
#define WHO_LOGS_IN 10
#define LOG_US (INT64_C(3) * 365 * 86400 * 1000000)

struct fill {
	struct store *store;
	struct keyring *keys;
	const char *node;
	char hash[CREDENTIAL_SECRET_MAX];
	struct audit_row *rows;
	struct effect *effects;
	struct account *accounts;
	struct credential *credentials; /* two for each account */
};

static void
fill_open(struct fill *fill, char **arguments)
{
	char why[512] = "";
	struct wf_secret password = WF_SECRET_EMPTY;

	filler_check(keyring_load(arguments[2], &fill->keys, why, sizeof(why)), why);
	fill->store = filler_open(arguments[1], arguments[3], wf_clock_system);
	filler_check(wf_secret_set(&password, PEOPLE_PASSWORD, strlen(PEOPLE_PASSWORD)), "password");
	filler_check(password_hash(&password, NULL, fill->hash, sizeof(fill->hash)), "hash");
	if (arguments[6] != NULL)
		(void)snprintf(fill->hash, sizeof(fill->hash), "%s", arguments[6]);
	wf_secret_clear(&password);
	fill->node = arguments[3];
	fill->rows = calloc(ROWS_AT_ONCE, sizeof(*fill->rows));
	fill->effects = calloc(3 * PEOPLE_AT_ONCE, sizeof(*fill->effects));
	fill->accounts = calloc(PEOPLE_AT_ONCE, sizeof(*fill->accounts));
	fill->credentials = calloc(2 * PEOPLE_AT_ONCE, sizeof(*fill->credentials));
	if (fill->rows == NULL || fill->effects == NULL || fill->accounts == NULL || fill->credentials == NULL)
		filler_check(WF_NO_MEMORY, "memory");
}

static void
account_make(uint32_t number, struct account *account_r)
{
	*account_r = (struct account){.uid = -1, .kind = ACCOUNT_GENERAL, .created_us = 1};
	people_name(number, account_r->name);
}

static void
row_make(const struct fill *fill, enum audit_class class, const char *event, uint32_t number, int64_t at_us,
	struct audit_row *row_r)
{
	audit_row_init(row_r, class, event);
	row_r->time_us = at_us;
	row_r->result = number % 10 == 0 ? AUDIT_FAILURE : AUDIT_SUCCESS;
	people_name(number, row_r->user);
	AUDIT_TEXT(row_r->reason, number % 10 == 0 ? "wrong-code" : "ok");
	AUDIT_TEXT(row_r->node, fill->node);
	AUDIT_TEXT(row_r->host, fill->node);
	AUDIT_TEXT(row_r->service, "sshd");
	AUDIT_TEXT(row_r->action, "authenticate");
	AUDIT_TEXT(row_r->factors, "password+hotp");
	AUDIT_TEXT(row_r->kinds, "knowledge+possession");
	AUDIT_TEXT(row_r->rule, "mfa.kinds SCS-4-1-3-3");
	AUDIT_TEXT(row_r->txn, "00112233445566778899aabbccddeeff");
	AUDIT_TEXT(row_r->detail, "zone internet");
	(void)snprintf(row_r->source, sizeof(row_r->source), "10.%u.%u.%u", (unsigned)(number >> 16 & 255),
		(unsigned)(number >> 8 & 255), (unsigned)(number & 255));
}

static void
people_add(struct fill *fill, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct effect *effects = &fill->effects[3 * i];
		struct credential *credentials = &fill->credentials[2 * i];
		uint8_t secret[PEOPLE_SECRET_LEN];

		/* An account's id is its number in a store that was empty. */
		account_make(first + i, &fill->accounts[i]);
		people_secret(first + i, secret);
		filler_password(first + i, fill->hash, &credentials[0]);
		filler_token(fill->keys, first + i, FACTOR_HOTP, PEOPLE_LABEL, secret, &credentials[1]);
		effects[0] = (struct effect){.kind = EFFECT_ACCOUNT_ADD, .account = &fill->accounts[i]};
		effects[1] = (struct effect){.kind = EFFECT_CREDENTIAL_ADD, .credential = &credentials[0], .account_id = first + i};
		effects[2] = (struct effect){.kind = EFFECT_CREDENTIAL_ADD, .credential = &credentials[1], .account_id = first + i};
	}
	/* Before the first login: the log's time goes forward only, or a span of time would have to be looked for. */
	row_make(fill, AUDIT_ADMIN, "import", first, wf_clock_now(&wf_clock_system).wall_us - LOG_US, &fill->rows[0]);
	filler_run(fill->store, fill->effects, 3 * (size_t)count, fill->rows, 1);
}

/* Three years of logins of ten people, evenly: so a review finds as many rows in a short log as in a long one. */
static void
rows_add(struct fill *fill, uint32_t first, uint32_t count, uint32_t rows)
{
	int64_t now_us = wf_clock_now(&wf_clock_system).wall_us;

	for (uint32_t i = 0; i < count; i++) {
		int64_t ago_us = (int64_t)((double)LOG_US * (double)(rows - first - i) / (double)rows);
		uint32_t number = (first + i) % WHO_LOGS_IN + 1;

		row_make(fill, AUDIT_AUTH, "login", number, now_us - ago_us, &fill->rows[i]);
	}
	filler_run(fill->store, fill->effects, 0, fill->rows, count);
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

int
main(int argc, char **argv)
{
	struct fill fill = {.store = NULL};
	uint32_t people;
	uint32_t rows;

	if (argc != 6 && argc != 7) {
		fprintf(stderr, "bench_fill STORE KEYS NODE ACCOUNTS ROWS [HASH]\n");
		return 2;
	}
	fill_open(&fill, argv);
	people = (uint32_t)strtoul(argv[4], NULL, 10);
	rows = (uint32_t)strtoul(argv[5], NULL, 10);
	for (uint32_t done = 0; done < people; done += PEOPLE_AT_ONCE)
		people_add(&fill, done + 1, smaller(PEOPLE_AT_ONCE, people - done));
	for (uint32_t done = 0; done < rows; done += ROWS_AT_ONCE)
		rows_add(&fill, done, smaller(ROWS_AT_ONCE, rows - done), rows);
	store_close(&fill.store);
	keyring_free(&fill.keys);
	free(fill.rows);
	free(fill.effects);
	free(fill.accounts);
	free(fill.credentials);
	return 0;
}
