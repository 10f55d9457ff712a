/* See rig.h. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/fault.h"

struct rig rig;

static struct wf_now
read_clock(void *ctx)
{
	(void)ctx;
	return rig.now;
}

static void
read_figures(void *ctx, struct act_figures *figures_r)
{
	(void)ctx;
	*figures_r = rig.figures;
}

static wf_status
load_keys(void)
{
	struct keyring *keys = NULL;
	char why[256];
	wf_status status = keyring_load(rig.config.key_file, &keys, why, sizeof(why));

	if (status != WF_OK)
		return status;
	keyring_free(&rig.keys);
	rig.keys = keys;
	rig.daemon.keys = rig.keys;
	return WF_OK;
}

static wf_status
rekey(void *ctx)
{
	(void)ctx;
	rig.rekeys++;
	return rig.rekey_status == WF_OK ? load_keys() : rig.rekey_status;
}

static wf_status
reload(void *ctx, const char *by, char *why_r, size_t size)
{
	(void)ctx;
	(void)by;
	rig.reloads++;
	if (rig.reload_status != WF_OK)
		(void)snprintf(why_r, size, "warifu.conf:3: unknown option 'foo'");
	return rig.reload_status;
}

void
rig_load_keys(void)
{
	ck_assert_int_eq(load_keys(), WF_OK);
}

static void
open_store(void)
{
	const struct store_options options = {
		.path = rig.db, .node = "node-a", .clock = {.read = read_clock}, .create = true
	};
	char why[256] = "";
	wf_status status = store_open(&options, &rig.store, why, sizeof(why));

	ck_assert_msg(status == WF_OK, "%s: %s", wf_status_name(status), why);
	rig.daemon.store = rig.store;
}

void
rig_reopen(void)
{
	store_close(&rig.store);
	open_store();
}

static void
make_config(void)
{
	struct config *config = &rig.config;

	policy_init(&config->policy);
	(void)snprintf(config->file, sizeof(config->file), "%s/warifu.conf", rig.dir);
	(void)snprintf(config->state_dir, sizeof(config->state_dir), "%s", rig.dir);
	(void)snprintf(config->key_file, sizeof(config->key_file), "%s/key", rig.dir);
	(void)snprintf(
		config->breakglass_file, sizeof(config->breakglass_file), "%s/breakglass", rig.dir);
	(void)snprintf(config->node, sizeof(config->node), "node-a");
	(void)snprintf(config->issuer, sizeof(config->issuer), "Warifu");
	config->workers = 1;
	config->queue = 256;
	for (size_t i = 0; i < COUNT_OF(config->role_groups); i++)
		config->role_groups[i] = (gid_t)-1;
}

void
rig_setup(void)
{
	const struct password_cost cheap = {64, 1, 1};

	memset(&rig, 0, sizeof(rig));
	ck_assert_int_eq(setenv("TZ", "UTC0", 1), 0);
	tzset();
	rig.now = (struct wf_now){.wall_us = RIG_START, .boot_us = 1000 * US_PER_S};
	/* In memory where there is such a folder: thousands of commits need no disk. */
	(void)snprintf(rig.dir, sizeof(rig.dir), "%s/warifu-acts-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(rig.dir));
	(void)snprintf(rig.db, sizeof(rig.db), "%s/warifu.db", rig.dir);
	make_config();
	ck_assert_int_eq(keyring_create(rig.config.key_file), WF_OK);
	rig_load_keys();
	ck_assert_int_eq(password_cost_set(&cheap), WF_OK);
	ck_assert_int_eq(factor_scratch_new(&rig.scratch), WF_OK);
	open_store();
	rig.daemon.config = &rig.config;
	rig.daemon.clock = (struct wf_clock){.read = read_clock};
	rig.daemon.figures = read_figures;
	rig.daemon.rekey = rekey;
	rig.daemon.reload = reload;
	rig.role = ROLE_ADMINISTRATOR;
	rig.figures.started_us = RIG_START - 3600 * US_PER_S;
}

static void
forget_reply(void)
{
	for (size_t i = 0; i < RIG_COLUMNS; i++) {
		free(rig.columns[i]);
		rig.columns[i] = NULL;
		for (size_t row = 0; row < rig.nrows; row++) {
			free(rig.cells[row][i]);
			rig.cells[row][i] = NULL;
		}
	}
	rig.ncolumns = 0;
	rig.nrows = 0;
}

static void
remove_folder(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	char name[512];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		(void)unlink(name);
	}
	if (dir != NULL)
		closedir(dir);
	(void)rmdir(path);
}

void
rig_teardown(void)
{
	char backups[160];

	forget_reply();
	config_free(&rig.taken);
	store_close(&rig.store);
	keyring_free(&rig.keys);
	factor_scratch_free(&rig.scratch);
	(void)snprintf(backups, sizeof(backups), "%s/backups", rig.dir);
	(void)chmod(backups, 0700);
	remove_folder(backups);
	remove_folder(rig.dir);
}

const struct config *
rig_take(const char *name, const char *text)
{
	struct config_error error = {""};
	char path[256];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", rig.dir, name);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(chmod(path, 0600), 0);
	config_free(&rig.taken);
	ck_assert_msg(config_load(path, &rig.taken, &error) == WF_OK, "%s", error.text);
	return rig.taken;
}

void
rig_advance(int64_t seconds)
{
	rig.now.wall_us += seconds * US_PER_S;
	rig.now.boot_us += seconds * US_PER_S;
}

/* --- the reply --- */

static wf_status
output(void)
{
	return rig.out_nth > 0 && --rig.out_nth == 0 ? rig.out_status : WF_OK;
}

static wf_status
take_head(struct act_out *out, const char *const *columns, size_t n)
{
	(void)out;
	if (output() != WF_OK)
		return rig.out_status;
	ck_assert_uint_eq(rig.ncolumns, 0);
	ck_assert_uint_le(n, RIG_COLUMNS);
	for (size_t i = 0; i < n; i++)
		rig.columns[i] = strdup(columns[i]);
	rig.ncolumns = n;
	return WF_OK;
}

static wf_status
take_row(struct act_out *out, const char *const *cells, size_t n)
{
	(void)out;
	if (output() != WF_OK)
		return rig.out_status;
	ck_assert_uint_eq(n, rig.ncolumns);
	ck_assert_uint_lt(rig.nrows, RIG_ROWS);
	for (size_t i = 0; i < n; i++) {
		ck_assert_ptr_nonnull(cells[i]);
		rig.cells[rig.nrows][i] = strdup(cells[i]);
	}
	rig.nrows++;
	return WF_OK;
}

const char *
rig_cell(size_t row, const char *column)
{
	ck_assert_msg(row < rig.nrows, "row %zu of %zu", row, rig.nrows);
	for (size_t i = 0; i < rig.ncolumns; i++) {
		size_t len = strcspn(rig.columns[i], ":");

		if (strlen(column) == len && strncmp(rig.columns[i], column, len) == 0)
			return rig.cells[row][i];
	}
	ck_abort_msg("no column %s", column);
	return NULL;
}

long long
rig_number(size_t row, const char *column)
{
	return strtoll(rig_cell(row, column), NULL, 10);
}

static void
put_argument(struct act_call *call, const char *text)
{
	const bool secret = text[0] == '!';
	const char *sign = strchr(text, '=');
	const int len = (int)(sign - text) - (secret ? 1 : 0);

	if (!secret) {
		(void)snprintf(call->args[call->nargs].key, 33, "%.*s", len, text);
		(void)snprintf(call->args[call->nargs].value, 1025, "%s", sign + 1);
		call->nargs++;
		return;
	}
	(void)snprintf(call->secret_keys[call->nsecrets], 33, "%.*s", len, text + 1);
	ck_assert_int_eq(
		wf_secret_set(&call->secrets[call->nsecrets], sign + 1, strlen(sign + 1)), WF_OK);
	call->nsecrets++;
}

#ifdef WF_FAULT
static void
arm(void)
{
	wf_fault_arm(rig.fault_nth, rig.fault_on);
}

static void
disarm(void)
{
	rig.fault_calls = wf_fault_count();
	wf_fault_arm(0, false);
}
#else
static void
arm(void)
{
}

static void
disarm(void)
{
}
#endif

wf_status
rig_act(const char *id, ...)
{
	struct act_out out = {.head = take_head, .row = take_row};
	struct act_call *call = calloc(1, sizeof(*call));
	const struct act *act = act_find(id);
	const char *text;
	wf_status status;
	va_list list;

	ck_assert_msg(act != NULL, "no act %s", id);
	forget_reply();
	call->daemon = &rig.daemon;
	call->peer.uid = rig.uid;
	call->peer.pid = rig.pid;
	call->role = rig.role;
	call->language = rig.language;
	call->scratch = rig.scratch;
	call->out = &out;
	va_start(list, id);
	while ((text = va_arg(list, const char *)) != NULL)
		put_argument(call, text);
	va_end(list);
	arm();
	status = act_run(act, call);
	disarm();
	(void)snprintf(rig.text, sizeof(rig.text), "%s", call->text);
	ck_assert_msg(rig.text[0] != '\0', "%s leaves no sentence", id);
	for (size_t i = 0; i < call->nsecrets; i++)
		wf_secret_clear(&call->secrets[i]);
	free(call);
	return status;
}

/* --- looking into the store --- */

static struct act_call *
plain_call(void)
{
	static struct act_call call;

	memset(&call, 0, sizeof(call));
	call.daemon = &rig.daemon;
	return &call;
}

uint64_t
rig_rows(void)
{
	struct store_counts counts;

	ck_assert_int_eq(act_counts(plain_call(), &counts), WF_OK);
	return counts.audit_rows;
}

static wf_status
take_last(void *ctx, const struct store_audit_entry *entry)
{
	ck_assert_int_eq(audit_row_decode(entry->encoded, entry->encoded_len, ctx), WF_OK);
	return WF_NO;
}

void
rig_last_row(struct audit_row *row_r)
{
	const struct store_view view = {.result = -1, .newest_first = true};

	ck_assert_int_eq(act_each_row(plain_call(), &view, take_last, row_r), WF_OK);
}

void
rig_subject(const char *user, struct act_subject *subject_r)
{
	ck_assert_int_eq(act_subject_read(plain_call(), user, subject_r), WF_OK);
}

/* --- people --- */

static int
base32_value(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c - '2' + 26;
}

void
rig_code(const char *base32, enum factor_id factor, int64_t steps, char code_r[9])
{
	const struct otp_spec spec = {
		.factor = factor, .algorithm = OTP_SHA1, .digits = 6, .step_s = 30};
	struct wf_secret secret = WF_SECRET_EMPTY;
	uint8_t bytes[64];
	size_t n = 0;
	unsigned bits = 0, value = 0;

	for (; *base32 != '\0' && *base32 != '='; base32++) {
		value = (value << 5 | (unsigned)base32_value(*base32)) & 0xffffu;
		bits += 5;
		if (bits < 8)
			continue;
		bits -= 8;
		bytes[n++] = (uint8_t)(value >> bits);
	}
	ck_assert_int_eq(wf_secret_set(&secret, bytes, n), WF_OK);
	if (factor == FACTOR_TOTP)
		steps += rig.now.wall_us / US_PER_S / 30;
	ck_assert_int_eq(otp_code(&secret, &spec, (uint64_t)steps, code_r), WF_OK);
	wf_secret_clear(&secret);
}

static void
give_token(const char *user)
{
	char who[300], code[9], secret[32];

	(void)snprintf(who, sizeof(who), "user=%s", user);
	rig_ok("token.add", who, "type=totp");
	rig_code(rig_cell(0, "secret"), FACTOR_TOTP, 0, code);
	(void)snprintf(secret, sizeof(secret), "!code=%s", code);
	rig_ok("token.confirm", who, secret);
	rig_advance(60);
}

void
rig_user(const char *user)
{
	char who[300];

	(void)snprintf(who, sizeof(who), "user=%s", user);
	rig_ok("user.add", who, "!password=correct horse battery");
	give_token(user);
}

void
rig_ruler(const char *user)
{
	char who[300];

	(void)snprintf(who, sizeof(who), "user=%s", user);
	rig_ok("user.add", who, "kind=privileged", "!password=correct horse battery");
	give_token(user);
}

/* --- logins --- */

static void
fill_lanes(const char *user, const char *source, struct store_lanes *lanes)
{
	*lanes = (struct store_lanes){.n = LANE_COUNT};
	for (size_t i = 0; i < LANE_COUNT; i++) {
		const enum throttle_lane lane = (enum throttle_lane)i;

		ck_assert_int_eq(account_lane_key(rig.keys, lane,
					 lane == LANE_SOURCE ? source : user, lanes->states[i].key),
			WF_OK);
		lanes->states[i].lane = lane;
		account_lane_limit(&rig.config.policy, lane, ACCOUNT_GENERAL, &lanes->limits[i]);
	}
}

static void
login_row(struct audit_row *row, const char *user, const char *source, enum audit_result result,
	const char *reason)
{
	audit_row_init(row, AUDIT_AUTH, "login");
	row->time_us = rig.now.wall_us;
	row->first_us = row->time_us;
	row->last_us = row->time_us;
	row->result = result;
	AUDIT_TEXT(row->user, user);
	AUDIT_TEXT(row->source, source);
	AUDIT_TEXT(row->node, "node-a");
	AUDIT_TEXT(row->service, "sshd");
	AUDIT_TEXT(row->reason, reason);
}

static struct store_job job;

static void
reserve(const char *user, const char *source, uint8_t number)
{
	memset(&job, 0, sizeof(job));
	job.kind = STORE_RESERVE;
	memset(job.u.reserve.txn, number, WF_TXN_LEN);
	job.u.reserve.admission.name = user;
	job.u.reserve.known = true;
	job.u.reserve.lease_ms = 120000;
	fill_lanes(user, source, &job.u.reserve.admission.lanes);
	login_row(&job.u.reserve.interrupted, user, source, AUDIT_FAILURE, "interrupted");
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	ck_assert_int_eq(job.u.reserve.admission.answer, THROTTLE_ADMIT);
}

void
rig_fail(const char *user, unsigned times, bool possession, const char *source)
{
	for (unsigned i = 0; i < times; i++) {
		struct store_settle *settle = &job.u.settle;

		rig_advance(120); /* behind every back-off */
		reserve(user, source, (uint8_t)(i + 1));
		memset(&job, 0, sizeof(job));
		job.kind = STORE_SETTLE;
		memset(settle->txn, (int)(i + 1), WF_TXN_LEN);
		settle->outcome = SETTLE_FAILURE;
		fill_lanes(user, source, &settle->lanes);
		settle->count[LANE_ACCOUNT] = !possession;
		settle->count[LANE_POSSESSION] = possession;
		login_row(&settle->applied, user, source, AUDIT_FAILURE,
			possession ? "wrong-code" : "wrong-password");
		login_row(&settle->locked, user, source, AUDIT_NEUTRAL, "threshold");
		settle->locked.class = AUDIT_FINDING;
		AUDIT_TEXT(settle->locked.event, "lock");
		ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	}
}

void
rig_transaction(const char *user, const char *service, unsigned kinds, enum wf_purpose purpose,
	char hex_r[33])
{
	static uint8_t number = 100;
	struct store_settle *settle = &job.u.settle;
	struct act_subject subject;

	rig_subject(user, &subject);
	number++;
	reserve(user, "192.0.2.7", number);
	memset(&job, 0, sizeof(job));
	job.kind = STORE_SETTLE;
	memset(settle->txn, number, WF_TXN_LEN);
	settle->outcome = SETTLE_SUCCESS;
	fill_lanes(user, "192.0.2.7", &settle->lanes);
	settle->account = subject.account.id;
	settle->kinds = kinds;
	settle->purpose = purpose;
	(void)snprintf(settle->service, sizeof(settle->service), "%s", service);
	login_row(&settle->applied, user, "192.0.2.7", AUDIT_SUCCESS, "ok");
	login_row(&settle->conflict, user, "192.0.2.7", AUDIT_FAILURE, "replayed");
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	ck_assert(settle->was_applied);
	for (size_t i = 0; i < WF_TXN_LEN; i++)
		(void)snprintf(hex_r + 2 * i, 3, "%02x", number);
}
