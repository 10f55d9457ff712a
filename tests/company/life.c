/* The company's life in a store: rows gathered into commits, in the order of their time. */
#include "config.h"

#include "tests/company/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/policy/values.h"
#include "tests/bench/filler.h"
#include "tests/bench/tool.h"
#include "tests/unit/dice.h"

#define BATCH 1000
#define NEWCOMERS 10	  /* at the list's end: they come in the first two months */
#define LEAVER 120	  /* and downwards: one a month */
#define LEAVES_ON 17	  /* day of the month */
#define LOCKED_EACH_MONTH 3
#define THRESHOLD 10
#define OPERATOR "root (via person000)"
/* Nobody logs in with it. */
#define HASH "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" \
	     "b3V0cHV0b3V0cHV0b3V0cHV0b3V0cHV0b3V0cHV0b3U"

struct life {
	struct life_options options;
	struct life_counts counts;
	struct company *company;
	uint32_t dice;
	int month;
	struct person {
		struct account account; /* id 0: not there yet */
		int64_t last_us;
	} people[COMPANY_PEOPLE + 1]; /* the last one is the service */
	struct audit_row rows[BATCH];
	size_t n;
};

/* --- what is written --- */

static int64_t
moved(const struct life *life, int64_t time_us)
{
	return time_us - MONDAY + life->options.begins_us;
}

static void
write_rows(struct life *life, struct effect *effects, size_t neffects)
{
	if (life->n == 0 && neffects == 0)
		return;
	filler_run(life->options.store, effects, neffects, life->rows, life->n);
	life->counts.rows += life->n;
	life->n = 0;
}

static struct audit_row *
row_new(struct life *life, int64_t time_us, enum audit_class class, const char *event)
{
	struct audit_row *row;

	if (life->n == BATCH)
		write_rows(life, NULL, 0);
	life->options.turn(life->options.ctx, moved(life, time_us));
	row = &life->rows[life->n++];
	audit_row_init(row, class, event);
	row->time_us = moved(life, time_us);
	row->first_us = row->time_us;
	row->last_us = row->time_us;
	row->offset_min = TOKYO;
	AUDIT_TEXT(row->node, life->options.node);
	AUDIT_TEXT(row->host, life->options.node);
	return row;
}

/* --- people --- */

static struct person *
person_of(struct life *life, const char *name)
{
	unsigned number = COMPANY_PEOPLE;

	if (strcmp(name, COMPANY_SERVICE) != 0 && sscanf(name, "person%3u", &number) != 1)
		return NULL;
	return number <= COMPANY_PEOPLE ? &life->people[number] : NULL;
}

static void
account_make(struct life *life, unsigned number, int64_t time_us, struct account *account_r)
{
	struct account account = {.uid = -1, .created_us = moved(life, time_us)};

	account.id = (int64_t)++life->counts.accounts; /* of a store that had none */
	if (number == COMPANY_PEOPLE) {
		account.kind = ACCOUNT_SERVICE;
		(void)snprintf(account.name, sizeof(account.name), "%s", COMPANY_SERVICE);
		(void)snprintf(account.sources, sizeof(account.sources), "10.0.0.0/8");
	} else {
		company_name(number, account.name);
		(void)snprintf(account.person, sizeof(account.person), "employee %u", number);
		account.kind = number < COMPANY_ON_CALL ? ACCOUNT_PRIVILEGED : ACCOUNT_GENERAL;
	}
	if (number % LIFE_PARTNER_OF == LIFE_PARTNER_OF - 1) {
		account.ngroups = 1;
		(void)snprintf(account.groups[0], sizeof(account.groups[0]), LIFE_PARTNERS);
		account.valid_until_us = account.created_us + 365 * DAY;
	}
	*account_r = account;
}

/* With a password, and everybody but the service with a token. */
static void
account_add(struct life *life, unsigned number, int64_t time_us)
{
	struct account *account = &life->people[number].account;
	struct credential credentials[2];
	struct effect effects[3] = {{.kind = EFFECT_ACCOUNT_ADD, .account = account},
		{.kind = EFFECT_CREDENTIAL_ADD, .credential = &credentials[0]},
		{.kind = EFFECT_CREDENTIAL_ADD, .credential = &credentials[1]}};
	const uint8_t secret[20] = {(uint8_t)number, 1};

	account_make(life, number, time_us, account);
	filler_password(account->id, HASH, &credentials[0]);
	credentials[0].note = (struct password_note){
		.length = PASSWORD_LENGTH_NOTED, .classes = CHARACTER_LOWER | CHARACTER_DIGIT};
	filler_token(life->options.keys, account->id, FACTOR_TOTP, "phone", secret,
		&credentials[1]);
	credentials[0].created_us = account->created_us;
	credentials[1].created_us = account->created_us;
	effects[1].account_id = account->id;
	effects[2].account_id = account->id;
	write_rows(life, effects, account->kind == ACCOUNT_SERVICE ? 2 : 3);
}

static void
account_disable(struct life *life, struct person *person)
{
	struct effect effect = {.kind = EFFECT_ACCOUNT_SET, .account_id = person->account.id};

	person->account.state = ACCOUNT_DISABLED;
	person->account.disabled_us = life->rows[life->n - 1].time_us;
	effect.account = &person->account;
	write_rows(life, &effect, 1);
	life->counts.disabled++;
}

/* --- acts: what has no source --- */

static void
act(struct life *life, int64_t time_us, const char *event, const char *user, const char *detail)
{
	struct audit_row *row = row_new(life, time_us, AUDIT_ADMIN, event);

	row->result = AUDIT_SUCCESS;
	AUDIT_TEXT(row->source, "local:0");
	AUDIT_TEXT(row->service, "warifu");
	AUDIT_TEXT(row->action, event);
	AUDIT_TEXT(row->user, user);
	AUDIT_TEXT(row->operator_name, OPERATOR);
	AUDIT_TEXT(row->detail, detail);
	(void)snprintf(row->ticket, sizeof(row->ticket), "T-%u", dice_pick(&life->dice, 10000));
}

static void
user_add(struct life *life, const struct company_event *event, const char *detail)
{
	struct person *person = person_of(life, event->user);

	if (person->account.id != 0)
		return;
	act(life, event->time_us, "user.add", event->user, detail);
	account_add(life, (unsigned)(person - life->people), event->time_us);
}

static void
user_disable(struct life *life, const struct company_event *event, const char *detail)
{
	act(life, event->time_us, "user.disable", event->user, detail);
	account_disable(life, person_of(life, event->user));
}

static void
unlock(struct life *life, const struct company_event *event, const char *detail)
{
	act(life, event->time_us, "unlock", event->user, detail);
	life->counts.unlocks++;
}

static void
plain(struct life *life, const struct company_event *event, const char *detail)
{
	act(life, event->time_us, event->reason, event->user, detail);
}

/* The act on which this row was, and the duty that is done by it. */
static void
duty_done(struct life *life, const struct company_event *event, const char *act_id,
	const char *name, const char *detail)
{
	struct effect effect = {.kind = EFFECT_DUTY, .value = moved(life, event->time_us)};

	act(life, event->time_us, act_id, "", detail);
	(void)snprintf(effect.text, sizeof(effect.text), "%s", name);
	(void)snprintf(effect.text2, sizeof(effect.text2), OPERATOR);
	write_rows(life, &effect, 1);
}

/* Done by somebody, and said so. */
static void
duty(struct life *life, const struct company_event *event, const char *name)
{
	duty_done(life, event, "duty.done", name, name);
}

static void
drill(struct life *life, const struct company_event *event, const char *detail)
{
	duty_done(life, event, "restore.drill", "restore-test", detail);
}

static void
review(struct life *life, const struct company_event *event, const char *detail)
{
	duty_done(life, event, "review.sign", "log-review", detail);
}

static void
copy(struct life *life, const struct company_event *event, const char *detail)
{
	struct audit_row *row = row_new(life, event->time_us, AUDIT_SYSTEM, "backup.copy");

	row->result = AUDIT_SUCCESS;
	AUDIT_TEXT(row->source, "local:warifud");
	AUDIT_TEXT(row->service, "warifud");
	AUDIT_TEXT(row->detail, detail);
}

/* The words of events without source, and what is done then; `every` so many days, 0: by chance. */
static const struct deed {
	const char *word;
	int every, first, minute;
	void (*done)(struct life *life, const struct company_event *event, const char *detail);
	const char *detail;
} deeds[] = {
	{"user.add", 0, 0, 0, user_add, ""},
	{"user.disable", 0, 0, 0, user_disable, "left the company"},
	{"user.passwd", 0, 0, 0, plain, "must change"},
	{"token.add", 0, 0, 0, plain, "totp phone"},
	{"unlock", 0, 0, 0, unlock, "identity checked by telephone"},
	{"backup.copy", 1, 0, 130, copy,
		"warifu-company.backup, 1048576 bytes, sha256 00, rows 1, last row 1"},
	{"restore.drill", 84, 10, 600, drill,
		"warifu-company.backup, version 0.1.0, ready after 4s, as of 7h ago, rows 1"},
	{"review.sign", 28, 4, 840, review, "month before; findings 0, highest level 0"},
	{"log.storage", 7, 2, 615, duty, "log-storage"},
	{"accounts", 84, 20, 900, duty, "accounts"},
	{"leavers", 28, 21, 930, duty, "leavers"},
	{"rules", 84, 6, 700, duty, "rules"},
	{"ciphers", 84, 7, 710, duty, "ciphers"},
};
#define DEEDS (sizeof(deeds) / sizeof(deeds[0]))

static void
do_deed(struct life *life, const struct company_event *event)
{
	for (size_t i = 0; i < DEEDS; i++)
		if (strcmp(deeds[i].word, event->reason) == 0)
			deeds[i].done(life, event, deeds[i].detail);
}

/* --- logins --- */

static void
put_success(struct life *life, const struct company_event *event, struct audit_row *row)
{
	const bool one = strcmp(event->reason, "ok-one") == 0;

	row->result = AUDIT_SUCCESS;
	AUDIT_TEXT(row->reason, "ok");
	AUDIT_TEXT(row->factors, one ? "password" : "password+totp");
	AUDIT_TEXT(row->kinds, one ? "knowledge" : "knowledge+possession");
	person_of(life, event->user)->last_us = row->time_us;
	life->counts.internet_logins += !one;
}

static void
login(struct life *life, const struct company_event *event)
{
	const bool internal = strncmp(event->source, "10.", 3) == 0;
	const bool office = strcmp(event->source, COMPANY_OFFICE) == 0;
	struct audit_row *row = row_new(life, event->time_us, AUDIT_AUTH, "login");

	AUDIT_TEXT(row->user, event->user);
	AUDIT_TEXT(row->source, event->source);
	AUDIT_TEXT(row->service, internal || office ? "sshd" : "vpn");
	AUDIT_TEXT(row->action, "authenticate");
	AUDIT_TEXT(row->reason, event->reason);
	AUDIT_TEXT(row->rule, "mfa.kinds SCS-4-1-3-3");
	AUDIT_TEXT(row->detail, internal ? "zone internal" : "zone internet");
	(void)snprintf(row->txn, sizeof(row->txn), "%08x%08x%08x%08x",
		dice_pick(&life->dice, UINT32_MAX), dice_pick(&life->dice, UINT32_MAX),
		dice_pick(&life->dice, UINT32_MAX), dice_pick(&life->dice, UINT32_MAX));
	row->result = AUDIT_FAILURE;
	if (strncmp(event->reason, "ok", 2) == 0)
		put_success(life, event, row);
	else
		life->counts.failures++;
}

static void
lock(struct life *life, const struct company_event *event)
{
	struct audit_row *row = row_new(life, event->time_us, AUDIT_FINDING, "lock");

	AUDIT_TEXT(row->user, event->user);
	AUDIT_TEXT(row->source, event->source);
	AUDIT_TEXT(row->service, "vpn");
	AUDIT_TEXT(row->reason, "threshold");
	AUDIT_TEXT(row->rule, "lock.threshold SCS-4-1-4-1");
	life->counts.locks++;
}

/* Of people who are there; guesses at names that nobody has are written as they are. */
static void
happen(void *ctx, const struct company_event *event)
{
	struct life *life = ctx;
	const struct person *person = person_of(life, event->user);
	const bool newcomer = strcmp(event->reason, "user.add") == 0;

	if (person != NULL && !newcomer &&
		(person->account.id == 0 || person->account.state == ACCOUNT_DISABLED))
		return;
	if (event->source[0] == '\0')
		do_deed(life, event);
	else if (strcmp(event->reason, "lock") == 0)
		lock(life, event);
	else
		login(life, event);
}

/* --- a month --- */

/* Ten wrong passwords, locked, and a call to the helpdesk. */
static void
plan_lock(struct life *life, unsigned number, int64_t time_us)
{
	char name[16];

	company_name(number, name);
	for (unsigned i = 0; i < THRESHOLD; i++)
		company_add(life->company, time_us + i * MINUTE, name, COMPANY_OFFICE,
			"wrong-password");
	time_us += THRESHOLD * MINUTE;
	company_add(life->company, time_us, name, COMPANY_OFFICE, "lock");
	company_add(life->company, time_us + 7 * MINUTE, name, "", "unlock");
}

static void
plan_deeds(struct life *life, int day)
{
	for (size_t i = 0; i < DEEDS; i++)
		if (deeds[i].every > 0 && day % deeds[i].every == deeds[i].first % deeds[i].every)
			company_add(life->company, MONDAY + day * DAY + deeds[i].minute * MINUTE,
				"", "", deeds[i].word);
}

static void
plan(struct life *life)
{
	const int64_t begin_us = company_begin(life->company);
	char leaver[16];

	for (int day = 0; day < COMPANY_MONTH; day++)
		plan_deeds(life, life->month * COMPANY_MONTH + day);
	for (unsigned i = 0; i < LOCKED_EACH_MONTH; i++)
		plan_lock(life, 30 + dice_pick(&life->dice, 80),
			begin_us + (int64_t)(3 + 8 * i) * DAY + 11 * HOUR);
	company_name(LEAVER - (unsigned)life->month, leaver);
	company_add(life->company, begin_us + LEAVES_ON * DAY + 18 * HOUR, leaver, "",
		"user.disable");
}

/* When each of them was last here. */
static void
note_last(struct life *life)
{
	struct effect *effects = memory(COMPANY_PEOPLE + 1, sizeof(*effects));
	size_t n = 0;

	for (unsigned i = 0; i <= COMPANY_PEOPLE; i++)
		if (life->people[i].last_us != 0 &&
			life->people[i].account.state == ACCOUNT_ENABLED)
			effects[n++] = (struct effect){.kind = EFFECT_LAST_LOGIN,
				.account_id = life->people[i].account.id,
				.value = life->people[i].last_us};
	write_rows(life, effects, n);
	free(effects);
}

void
life_month(struct life *life)
{
	company_month(life->company);
	plan(life);
	company_each(life->company, happen, life);
	note_last(life);
	life->month++;
}

struct life *
life_new(const struct life_options *options, uint32_t seed)
{
	struct life *life = memory(1, sizeof(*life));
	struct company_event event = {.time_us = MONDAY};

	life->options = *options;
	life->dice = seed;
	life->company = company_new(seed);
	for (unsigned i = 0; i <= COMPANY_PEOPLE; i++) {
		if (i >= COMPANY_PEOPLE - NEWCOMERS && i < COMPANY_PEOPLE)
			continue;
		(void)snprintf(event.user, sizeof(event.user), COMPANY_SERVICE);
		if (i < COMPANY_PEOPLE)
			company_name(i, event.user);
		user_add(life, &event, "");
	}
	return life;
}

const struct life_counts *
life_counts(const struct life *life)
{
	return &life->counts;
}

void
life_free(struct life **life)
{
	company_free(&(*life)->company);
	free(*life);
	*life = NULL;
}
