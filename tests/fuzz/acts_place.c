/* See acts_place.h. */
#include "config.h"

#include "tests/fuzz/acts_place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/account/internal.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX (1024 * 1024)

struct copy {
	char path[160];
	uint8_t *bytes;
	size_t len;
};

static struct config config;
static struct keyring *keys;
static struct store *store;
static struct act_daemon lent;
static void *scratch;
static struct copy database, key_file;

static struct wf_now
read_clock(void *ctx)
{
	(void)ctx;
	return (struct wf_now){
		.wall_us = INT64_C(1773100800) * US_PER_S, .boot_us = 1000 * US_PER_S};
}

static void
read_figures(void *ctx, struct act_figures *figures_r)
{
	(void)ctx;
	*figures_r = (struct act_figures){.accepted = 1};
}

static wf_status
load_keys(void *ctx)
{
	struct keyring *fresh = NULL;
	char why[256];
	wf_status status = keyring_load(config.key_file, &fresh, why, sizeof(why));

	(void)ctx;
	if (status != WF_OK)
		return status;
	keyring_free(&keys);
	keys = fresh;
	lent.keys = keys;
	return WF_OK;
}

static wf_status
reload(void *ctx, const char *by, char *why_r, size_t size)
{
	(void)ctx;
	(void)by;
	(void)snprintf(why_r, size, "%s", "warifu.conf:3: unknown option 'foo'");
	return WF_INVALID;
}

/* No front end is connected. */
static wf_status
ask_front(void *ctx, const char *order, const char *arg, struct wf_msg *done_r)
{
	(void)ctx;
	(void)order;
	(void)arg;
	(void)done_r;
	return WF_UNAVAILABLE;
}

/* Every way is hard of hearing. */
static wf_status
tell(void *ctx, const struct alert_message *message, char *why_r, size_t size)
{
	(void)ctx;
	(void)message;
	(void)snprintf(why_r, size, "%s", "mail.example: connection refused");
	return WF_UNAVAILABLE;
}

static void
make_config(void)
{
	const struct password_cost cheap = {64, 1, 1};

	FUZZ_CHECK(password_cost_set(&cheap) == WF_OK && factor_scratch_new(&scratch) == WF_OK);
	policy_init(&config.policy);
	(void)snprintf(config.file, sizeof(config.file), "%s/warifu.conf", fuzz_folder());
	(void)snprintf(config.state_dir, sizeof(config.state_dir), "%s", fuzz_folder());
	(void)snprintf(config.key_file, sizeof(config.key_file), "%s", key_file.path);
	(void)snprintf(
		config.breakglass_file, sizeof(config.breakglass_file), "%s/none", fuzz_folder());
	(void)snprintf(config.node, sizeof(config.node), "node-a");
	(void)snprintf(config.issuer, sizeof(config.issuer), "Warifu");
	config.workers = 1;
	config.queue = 256;
	lent = (struct act_daemon){
		.config = &config, .clock = {.read = read_clock}, .figures = read_figures,
		.rekey = load_keys, .reload = reload, .ask_front = ask_front,
		.tell = tell,
	};
}

static void
start(void)
{
	const struct store_options options = {.path = database.path,
		.node = "node-a",
		.clock = {.read = read_clock},
		.create = true};
	char why[256] = "";

	FUZZ_CHECK(load_keys(NULL) == WF_OK);
	FUZZ_CHECK(store_open(&options, &store, why, sizeof(why)) == WF_OK);
	lent.store = store;
}

static void
stop(void)
{
	store_close(&store);
	keyring_free(&keys);
}

static wf_status
drop(struct act_out *out, const char *const *texts, size_t n)
{
	(void)out;
	(void)texts;
	(void)n;
	return WF_OK;
}

/* One act with up to two open arguments and one secret. */
static void
must(const char *id, const char *const args[2][2], const char *secret_key, const char *secret)
{
	struct act_out out = {.head = drop, .row = drop};
	struct act_call *call = calloc(1, sizeof(*call));

	FUZZ_CHECK(call != NULL);
	call->daemon = &lent;
	call->role = ROLE_ADMINISTRATOR;
	call->scratch = scratch;
	call->out = &out;
	for (; call->nargs < 2 && args[call->nargs][0] != NULL; call->nargs++) {
		(void)snprintf(call->args[call->nargs].key, 33, "%s", args[call->nargs][0]);
		(void)snprintf(call->args[call->nargs].value, 1025, "%s", args[call->nargs][1]);
	}
	if (secret != NULL) {
		(void)snprintf(call->secret_keys[0], 33, "%s", secret_key);
		FUZZ_CHECK(wf_secret_set(&call->secrets[0], secret, strlen(secret)) == WF_OK);
		call->nsecrets = 1;
	}
	FUZZ_CHECK(act_run(act_find(id), call) == WF_OK);
	wf_secret_clear(&call->secrets[0]);
	free(call);
}

/* Ids of tokens: 1 and 2 are alice's and rosa's passwords, then come their tokens. */
static void
people(void)
{
	static const char *const alice[2][2] = {{"user", "alice"}, {"uid", "2000001"}};
	static const char *const rosa[2][2] = {{"user", "rosa"}, {"kind", "privileged"}};
	static const char *const totp[2][2] = {{"user", "alice"}, {"type", "totp"}};
	static const char *const hotp[2][2] = {{"user", "rosa"}, {"type", "hotp"}};
	static const char *const iris[2][2] = {{"user", "iris"}, {"uid", "2000002"}};
	static const char *const away[2][2] = {{"user", "iris"}, {"reason", "left"}};

	must("user.add", alice, "password", "correct horse battery");
	must("user.add", rosa, "password", "correct horse battery");
	must("token.add", totp, NULL, NULL);
	must("token.add", hotp, NULL, NULL);
	must("user.import", iris, "hash",
		"$5$rounds=1000$saltsalt$fEOuqCnbXlEDTZQZzTeA6xVhBFF2nPbUmXM1GPpuOc.");
	must("user.disable", away, NULL, NULL);
}

static void
copy_take(struct copy *copy)
{
	int fd = open(copy->path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	copy->bytes = malloc(FILE_MAX);
	FUZZ_CHECK(fd >= 0 && copy->bytes != NULL);
	got = read(fd, copy->bytes, FILE_MAX);
	FUZZ_CHECK(got > 0 && got < FILE_MAX);
	copy->len = (size_t)got;
	(void)close(fd);
}

static void
copy_put(const struct copy *copy)
{
	int fd = open(copy->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	FUZZ_CHECK(fd >= 0 && write(fd, copy->bytes, copy->len) == (ssize_t)copy->len);
	(void)close(fd);
}

static void
make(void)
{
	(void)snprintf(database.path, sizeof(database.path), "%s/warifu.db", fuzz_folder());
	(void)snprintf(key_file.path, sizeof(key_file.path), "%s/key", fuzz_folder());
	FUZZ_CHECK(atexit(stop) == 0);
	make_config();
	FUZZ_CHECK(keyring_create(config.key_file) == WF_OK);
	start();
	people();
	stop();
	copy_take(&database);
	copy_take(&key_file);
	start();
}

const struct act_daemon *
place_open(void)
{
	if (database.bytes == NULL)
		make();
	if (store != NULL)
		return &lent;
	fuzz_folder_empty();
	copy_put(&database);
	copy_put(&key_file);
	start();
	return &lent;
}

void *
place_scratch(void)
{
	return scratch;
}

uint64_t
place_rows(void)
{
	static struct act_call call;
	struct store_counts counts;

	call.daemon = &lent;
	FUZZ_CHECK(act_counts(&call, &counts) == WF_OK);
	return counts.audit_rows;
}

void
place_spoil(void)
{
	stop();
}
