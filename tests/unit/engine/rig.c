/* The engine's test rig. */
#include "config.h"

#include "tests/unit/engine/rig.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/account/lane_key.h"
#include "authd/engine/internal.h"
#include "tests/unit/engine/elsewhere.h"
#include "tests/unit/unit.h"

static struct wf_now
read_clock(void *ctx)
{
	struct rig *rig = ctx;
	struct wf_now now;

	pthread_mutex_lock(&rig->lock);
	if (rig->step_us != 0) {
		rig->now.wall_us += rig->step_us;
		rig->now.boot_us += rig->step_us;
	}
	now = rig->now;
	pthread_mutex_unlock(&rig->lock);
	return now;
}

static void
mail(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	mailbox_run(((struct rig *)arg)->mailbox);
}

static void
set_policy(struct policy *policy)
{
	const struct origin origin = {.criterion = ""};

	policy_init(policy);
	ck_assert_int_eq(policy_set(policy, P_BACKOFF_CAP_S, 0, &origin), WF_OK);
	ck_assert_int_eq(policy_set(policy, P_REPLY_GRID_MS,
				 policy_params(&(size_t){0})[P_REPLY_GRID_MS].min, &origin),
		WF_OK);
	ck_assert_int_eq(wf_network_parse("192.0.2.0/24", &policy->internal[0]), WF_OK);
	policy->ninternal = 1;
	snprintf(policy->helpdesk, sizeof(policy->helpdesk), "helpdesk 1234");
}

static void
open_store(struct rig *rig)
{
	char path[128], why[512] = "";
	struct store_options options = {
		.path = path, .node = "rig", .clock = rig->clock, .create = true};

	snprintf(path, sizeof(path), "%s/warifu.db", rig->folder);
	ck_assert_msg(store_open(&options, &rig->store, why, sizeof(why)) == WF_OK, "%s", why);
}

static void
make_keys(struct rig *rig)
{
	char path[128], why[512] = "";

	snprintf(path, sizeof(path), "%s/key", rig->folder);
	ck_assert_int_eq(keyring_create(path), WF_OK);
	ck_assert_int_eq(keyring_load(path, &rig->keys, why, sizeof(why)), WF_OK);
}

/* Everything that a daemon makes anew at each start. */
static void
start(struct rig *rig)
{
	struct worker_options workers = {.threads = 2,
		.queue_max = 256,
		.name = "rig",
		.scratch_new = factor_scratch_new,
		.scratch_free = factor_scratch_free};
	struct engine_options options;

	open_store(rig);
	workers.clock = rig->clock;
	ck_assert_int_eq(mailbox_new(&rig->mailbox), WF_OK);
	ck_assert_int_eq(worker_pool_new(&workers, &rig->workers), WF_OK);
	workers.threads = 1;
	ck_assert_int_eq(worker_pool_new(&workers, &rig->quick), WF_OK);
	rig->base = event_base_new();
	rig->mail = event_new(rig->base, mailbox_fd(rig->mailbox), EV_READ | EV_PERSIST, mail, rig);
	event_add(rig->mail, NULL);
	options = (struct engine_options){.base = rig->base,
		.store = rig->store,
		.mailbox = rig->mailbox,
		.workers = rig->workers,
		.quick = rig->quick,
		.clock = rig->clock};
	ck_assert_int_eq(engine_new(&options, &rig->config, rig->keys, &rig->engine), WF_OK);
	engine_use_egress(rig->engine, elsewhere_open());
}

static void
stop(struct rig *rig)
{
	engine_stop(rig->engine);
	worker_pool_free(&rig->workers);
	worker_pool_free(&rig->quick);
	store_close(&rig->store);
	mailbox_run(rig->mailbox);
	engine_free(&rig->engine);
	event_free(rig->mail);
	event_base_free(rig->base);
	mailbox_free(&rig->mailbox);
}

void
rig_open(struct rig *rig)
{
	const struct password_cost cheap = {64, 1, 1};

	memset(rig, 0, sizeof(*rig));
	pthread_mutex_init(&rig->lock, NULL);
	rig->now = (struct wf_now){.wall_us = RIG_WALL_US, .boot_us = 1000000000};
	rig->clock = (struct wf_clock){.read = read_clock, .ctx = rig};
	snprintf(rig->folder, sizeof(rig->folder), "/tmp/wf-engine-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(rig->folder));
	snprintf(rig->config.node, sizeof(rig->config.node), "rig");
	rig->config.queue = 256;
	rig->config.radius.clients = rig->clients;
	rig->config.upstreams.list = rig->upstreams;
	set_policy(&rig->config.policy);
	ck_assert_int_eq(password_cost_set(&cheap), WF_OK);
	make_keys(rig);
	start(rig);
	/* until the store knows who is exempt, anybody may be, and waits for it */
	for (int i = 0; i < 10000 && store_may_be_exempt(rig->store, "alice"); i++)
		usleep(1000);
	rig_account(rig, "alice", 1000);
}

void
rig_restart(struct rig *rig)
{
	stop(rig);
	start(rig);
}

struct config_client *
rig_client(struct rig *rig, const char *name)
{
	struct policy_service *service;
	struct config_client *client = &rig->clients[rig->config.radius.nclients++];

	ck_assert_uint_le(rig->config.radius.nclients, RIG_CLIENTS_MAX);
	snprintf(client->name, sizeof(client->name), "%s", name);
	ck_assert_int_eq(policy_service_add(&rig->config.policy, name, &service), WF_OK);
	return client;
}

struct config_upstream *
rig_upstream(struct rig *rig, const char *name, enum upstream_factor factor)
{
	struct config_upstream *upstream = &rig->upstreams[rig->config.upstreams.n++];

	ck_assert_uint_le(rig->config.upstreams.n, RIG_UPSTREAMS_MAX);
	*upstream = (struct config_upstream){.nservers = 1,
		.factor = factor,
		.groups = {.names = {"old"}, .n = 1},
		.timeout_ms = 5000,
		.tries = 1};
	snprintf(upstream->name, sizeof(upstream->name), "%s", name);
	return upstream;
}

void
rig_close(struct rig *rig)
{
	char command[128];

	stop(rig);
	keyring_free(&rig->keys);
	for (size_t i = 0; i < 5; i++) {
		static const char *const names[] = {
			"key", "warifu.db", "warifu.db-wal", "warifu.db-shm", "warifu.db.lock"};

		snprintf(command, sizeof(command), "%s/%s", rig->folder, names[i]);
		unlink(command);
	}
	rmdir(rig->folder);
}

static void
fill_password(struct credential *credential)
{
	struct wf_secret password = WF_SECRET_EMPTY;
	void *scratch = NULL;

	ck_assert_int_eq(factor_scratch_new(&scratch), WF_OK);
	ck_assert_int_eq(wf_secret_set(&password, "correct horse", 13), WF_OK);
	credential->factor = FACTOR_PASSWORD;
	credential->state = CREDENTIAL_ACTIVE;
	snprintf(credential->label, sizeof(credential->label), "password");
	ck_assert_int_eq(password_hash(&password, scratch, (char *)credential->secret,
				 sizeof(credential->secret)),
		WF_OK);
	credential->secret_len = strlen((char *)credential->secret);
	wf_secret_clear(&password);
	factor_scratch_free(&scratch);
}

static void
token_secret(struct wf_secret *secret)
{
	ck_assert_int_eq(wf_secret_set(secret, "kkkkkkkkkkkkkkkkkkkk", 20), WF_OK);
}

static void
fill_totp(struct rig *rig, int64_t account, struct credential *credential)
{
	struct keyring_aad aad = {.table = "credential", .account_id = account, .label = "totp-1"};
	struct wf_secret secret = WF_SECRET_EMPTY;

	token_secret(&secret);
	*credential = (struct credential){
		.account_id = account,
		.factor = FACTOR_TOTP,
		.state = CREDENTIAL_ACTIVE,
		.label = "totp-1",
		.algorithm = OTP_SHA1,
		.digits = 6,
		.step_s = 30,
		.counter = -1,
	};
	ck_assert_int_eq(
		keyring_seal(rig->keys, &aad, &secret, credential->secret,
			sizeof(credential->secret), &credential->secret_len, &credential->key_id),
		WF_OK);
	wf_secret_clear(&secret);
}

static int64_t
run_admin(struct rig *rig, struct effect *effects, size_t n)
{
	struct audit_row row;
	struct store_job job = {.kind = STORE_ADMIN};

	audit_row_init(&row, AUDIT_ADMIN, "rig");
	AUDIT_TEXT(row.source, "local:rig");
	row.time_us = rig->now.wall_us;
	job.u.admin.effects = effects;
	job.u.admin.neffects = n;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_msg(store_run(rig->store, &job) == WF_OK, "%s", job.cause);
	return job.u.admin.account_id;
}

int64_t
rig_bare_account(struct rig *rig, const char *name, int64_t uid)
{
	struct account account = {.uid = uid, .kind = ACCOUNT_GENERAL};
	struct credential password = {0};
	struct effect effects[2] = {{.kind = EFFECT_ACCOUNT_ADD, .account = &account},
		{.kind = EFFECT_CREDENTIAL_ADD, .credential = &password}};

	snprintf(account.name, sizeof(account.name), "%s", name);
	fill_password(&password);
	return run_admin(rig, effects, 2);
}

void
rig_token(struct rig *rig, int64_t account, enum credential_state state)
{
	struct credential totp;
	struct effect effect = {
		.kind = EFFECT_CREDENTIAL_ADD, .account_id = account, .credential = &totp};

	fill_totp(rig, account, &totp);
	totp.state = state;
	run_admin(rig, &effect, 1);
}

int64_t
rig_account(struct rig *rig, const char *name, int64_t uid)
{
	int64_t id = rig_bare_account(rig, name, uid);

	rig_token(rig, id, CREDENTIAL_ACTIVE);
	return id;
}

static struct account
read_account(struct rig *rig, const char *name)
{
	struct store_job job = {.kind = STORE_READ};

	job.u.read.name = name;
	job.u.read.uid = -1;
	ck_assert_int_eq(store_run(rig->store, &job), WF_OK);
	ck_assert(job.u.read.found);
	return job.u.read.account;
}

void
rig_account_edit(struct rig *rig, const char *name, void (*change)(struct account *account))
{
	struct account account = read_account(rig, name);
	struct effect effect = {.kind = EFFECT_ACCOUNT_SET, .account = &account};

	change(&account);
	effect.account_id = account.id;
	run_admin(rig, &effect, 1);
}

static void
join_old(struct account *account)
{
	snprintf(account->groups[account->ngroups], sizeof(account->groups[0]), "old");
	account->ngroups++;
}

void
rig_join(struct rig *rig, const char *name)
{
	rig_account_edit(rig, name, join_old);
}

void
rig_void(struct rig *rig, const char *name, enum factor_id factor)
{
	struct effect effect = {.kind = EFFECT_CREDENTIAL_VOID, .factor = factor};

	effect.account_id = read_account(rig, name).id;
	run_admin(rig, &effect, 1);
}

void
rig_recovery(struct rig *rig, const char *name, char *code_r, size_t size)
{
	struct wf_secret code = WF_SECRET_EMPTY;
	struct credential set = {
		.factor = FACTOR_RECOVERY, .state = CREDENTIAL_ACTIVE, .label = "recovery-1"};
	uint8_t hashes[1][32];
	struct effect effect = {
		.kind = EFFECT_CREDENTIAL_ADD, .credential = &set, .codes = hashes, .ncodes = 1};

	set.account_id = read_account(rig, name).id;
	effect.account_id = set.account_id;
	ck_assert_int_eq(recovery_code_new(rig->keys, set.account_id, &code, hashes[0]), WF_OK);
	snprintf(code_r, size, "%s", (const char *)code.bytes);
	wf_secret_clear(&code);
	run_admin(rig, &effect, 1);
}

void
rig_code(const struct rig *rig, int offset, char code_r[9])
{
	const struct otp_spec spec = {
		.factor = FACTOR_TOTP, .algorithm = OTP_SHA1, .digits = 6, .step_s = 30};
	struct wf_secret secret = WF_SECRET_EMPTY;

	token_secret(&secret);
	ck_assert_int_eq(
		otp_code(&secret, &spec, (uint64_t)(rig->now.wall_us / 30000000 + offset), code_r),
		WF_OK);
	wf_secret_clear(&secret);
}

void
rig_advance(struct rig *rig, int64_t seconds)
{
	pthread_mutex_lock(&rig->lock);
	rig->now.wall_us += seconds * 1000000;
	rig->now.boot_us += seconds * 1000000;
	pthread_mutex_unlock(&rig->lock);
}

static bool
keep_reply(struct engine_peer *engine_peer, const struct wf_msg *msg)
{
	struct rig_peer *peer = (struct rig_peer *)engine_peer;
	struct wf_buf frame;

	if (peer->dead)
		return false;
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(msg, &frame), WF_OK);
	if (peer->replies > 0)
		wf_msg_clear(&peer->last);
	ck_assert_int_eq(wf_msg_decode(frame.data, frame.len, &peer->last), WF_OK);
	wf_buf_clear(&frame);
	peer->replies++;
	return true;
}

void
rig_peer_open(struct rig_peer *peer, enum front_role role, uid_t uid)
{
	memset(peer, 0, sizeof(*peer));
	peer->peer.role = role;
	peer->peer.cred.uid = uid;
	peer->peer.cred.pid = 0;
	peer->peer.send = keep_reply;
}

void
rig_peer_close(struct rig *rig, struct rig_peer *peer)
{
	engine_peer_gone(rig->engine, &peer->peer);
	if (peer->replies > 0)
		wf_msg_clear(&peer->last);
	peer->replies = 0;
}

void
rig_turn(struct rig *rig)
{
	ck_assert_int_ge(event_base_loop(rig->base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
}

void
rig_wait(struct rig *rig, struct rig_peer *peer, unsigned since)
{
	for (int i = 0; i < 10000 && peer->replies <= since; i++) {
		rig_turn(rig);
		usleep(1000);
	}
	ck_assert_msg(peer->replies > since, "no reply within 10 s");
}

void
rig_challenged(struct rig *rig, struct rig_peer *peer)
{
	rig_wait(rig, peer, 0);
	for (int i = 0; i < 10000 && peer->peer.transactions->state != TXN_CHALLENGED; i++) {
		rig_turn(rig);
		usleep(1000);
	}
	ck_assert_int_eq(peer->peer.transactions->state, TXN_CHALLENGED);
}

void
rig_asked(struct rig *rig, size_t n)
{
	for (int i = 0; i < 10000 && elsewhere_count() < n; i++) {
		rig_turn(rig);
		usleep(1000);
	}
	ck_assert_uint_eq(elsewhere_count(), n);
}

void
rig_settle(struct rig *rig)
{
	for (int i = 0; i < 10000 && !engine_idle(rig->engine); i++) {
		rig_turn(rig);
		usleep(1000);
	}
	ck_assert(engine_idle(rig->engine));
}

void
rig_fill_begin(struct wf_msg *msg, const struct rig_login *login)
{
	uint64_t purpose = login->purpose == 0 ? WF_PURPOSE_LOGIN : login->purpose;
	const char *service = login->service == NULL ? "sshd" : login->service;

	wf_msg_init(msg, WF_MSG_BEGIN, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_PURPOSE, purpose), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(msg, WF_F_USER, login->user, strlen(login->user)), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_SERVICE, service), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_RHOST, login->rhost), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_TTY, login->tty), WF_OK);
}

void
rig_begin(struct rig *rig, struct rig_peer *peer, const struct rig_login *login)
{
	struct wf_msg msg;

	rig_fill_begin(&msg, login);
	ck_assert_int_eq(engine_handle(rig->engine, &peer->peer, &msg), WF_OK);
	wf_msg_clear(&msg);
}

void
rig_fill_answer(
	struct wf_msg *msg, const struct rig_peer *peer, const char *password, const char *code)
{
	const uint8_t *txn;
	size_t len;

	ck_assert_int_eq(peer->last.type, WF_MSG_PROMPTS);
	wf_msg_init(msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_get_bytes(&peer->last, WF_F_TXN, 0, &txn, &len), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(msg, WF_F_TXN, txn, len), WF_OK);
	for (size_t i = 0; i < wf_msg_count(&peer->last, WF_F_PROMPT); i++) {
		struct wf_prompt prompt;
		const char *answer;
		wf_status status;

		ck_assert_int_eq(wf_msg_get_prompt(&peer->last, i, &prompt), WF_OK);
		answer = prompt.text == WF_TEXT_CODE ? code : password;
		status = wf_msg_add_tagged(msg, WF_F_ANSWER, prompt.id, answer, strlen(answer));
		ck_assert_int_eq(status, WF_OK);
	}
}

void
rig_answer(struct rig *rig, struct rig_peer *peer, const char *password, const char *code)
{
	struct wf_msg msg;

	rig_fill_answer(&msg, peer, password, code);
	ck_assert_int_eq(engine_handle(rig->engine, &peer->peer, &msg), WF_OK);
	wf_msg_clear(&msg);
}

enum wf_verdict
rig_verdict(const struct rig_peer *peer)
{
	uint64_t verdict = WF_VERDICT_COUNT;

	ck_assert_int_eq(peer->last.type, WF_MSG_RESULT);
	ck_assert_int_eq(wf_msg_get_uint(&peer->last, WF_F_VERDICT, &verdict), WF_OK);
	return (enum wf_verdict)verdict;
}

enum wf_verdict
rig_login_as(struct rig *rig, struct rig_peer *peer, const struct rig_login *login,
	uint8_t txn_r[WF_TXN_LEN])
{
	unsigned since = peer->replies;
	const uint8_t *txn;
	size_t len;

	rig_begin(rig, peer, login);
	rig_wait(rig, peer, since);
	if (peer->last.type == WF_MSG_RESULT)
		return rig_verdict(peer);
	since = peer->replies;
	rig_answer(rig, peer, login->password, login->code);
	rig_wait(rig, peer, since);
	if (txn_r != NULL && wf_msg_get_bytes(&peer->last, WF_F_TXN, 0, &txn, &len) == WF_OK)
		memcpy(txn_r, txn, WF_TXN_LEN);
	return rig_verdict(peer);
}

enum wf_verdict
rig_ssh(struct rig *rig, const char *user, const char *password, const char *code)
{
	struct rig_peer peer;
	const struct rig_login login = {.user = user,
		.rhost = "198.51.100.7",
		.tty = "ssh",
		.password = password,
		.code = code};
	enum wf_verdict verdict;

	rig_peer_open(&peer, FRONT_PAM, 0);
	verdict = rig_login_as(rig, &peer, &login, NULL);
	rig_peer_close(rig, &peer);
	rig_settle(rig);
	return verdict;
}

static size_t
scan(struct rig *rig, const char *event, const char *reason, struct audit_row *newest_r)
{
	static struct store_audit_entry page[VIEW_PAGE];
	struct store_job job = {.kind = STORE_VIEW};
	size_t found = 0;

	job.u.view = (struct store_view){
		.kind = VIEW_AUDIT, .result = -1, .limit = VIEW_PAGE, .audit = page};
	do {
		ck_assert_int_eq(store_run(rig->store, &job), WF_OK);
		for (size_t i = 0; i < job.u.view.n; i++) {
			struct audit_row row;

			ck_assert_int_eq(
				audit_row_decode(page[i].encoded, page[i].encoded_len, &row),
				WF_OK);
			if (strcmp(row.event, event) != 0 ||
				(reason != NULL && strcmp(row.reason, reason) != 0))
				continue;
			found++;
			if (newest_r != NULL)
				*newest_r = row;
		}
		if (job.u.view.n > 0)
			job.u.view.after = page[job.u.view.n - 1].seq;
	} while (job.u.view.n == VIEW_PAGE);
	return found;
}

size_t
rig_rows(struct rig *rig, const char *event, const char *reason)
{
	return scan(rig, event, reason, NULL);
}

struct audit_row
rig_row(struct rig *rig, const char *event)
{
	struct audit_row row;

	ck_assert_uint_gt(scan(rig, event, NULL, &row), 0);
	return row;
}

uint32_t
rig_failures(struct rig *rig, enum throttle_lane lane, const char *name)
{
	struct store_job job = {.kind = STORE_READ};

	job.u.read.uid = -1;
	job.u.read.lanes.n = 1;
	job.u.read.lanes.states[0].lane = lane;
	job.u.read.lanes.limits[0] = (struct throttle_limit){.lane = lane, .threshold = 1000000};
	ck_assert_int_eq(
		account_lane_key(rig->keys, lane, name, job.u.read.lanes.states[0].key), WF_OK);
	ck_assert_int_eq(store_run(rig->store, &job), WF_OK);
	return job.u.read.lanes.states[0].failures;
}

static sem_t gate;
static size_t nheld;

static void
hold(struct worker_job *job, void *scratch)
{
	(void)job;
	(void)scratch;
	sem_wait(&gate);
}

static void
held(struct worker_job *job, wf_status status)
{
	(void)job;
	(void)status;
}

void
rig_hold(struct worker_pool *pool, size_t n)
{
	static struct worker_job blockers[RIG_HELD_MAX];

	ck_assert_uint_le(n, RIG_HELD_MAX);
	sem_init(&gate, 0, 0);
	for (nheld = 0; nheld < n; nheld++) {
		blockers[nheld] = (struct worker_job){
			.run = hold, .done = held, .deadline_boot_us = INT64_MAX};
		ck_assert_int_eq(worker_submit(pool, &blockers[nheld]), WF_OK);
	}
	while (worker_queued(pool) > 0)
		usleep(1000);
}

void
rig_release(void)
{
	for (; nheld > 0; nheld--)
		sem_post(&gate);
}
