/*
 * The break-glass file's rules: who gets in, once, and how often one may try.
 *
 * The order is the security of it. Under the file's lock: count a failure and flush it; evaluate
 * user, PIN and code, always all three; overwrite the code's block and flush it; take the failure
 * back. A crash anywhere leaves a counted failure or a spent code, never a code that works twice.
 *
 * The PIN is verified by yescrypt at its usual cost. A code has 128 random bits, so its hash need
 * not be slow; all codes share one salt, so that one hash finds the slot.
 */
#include "config.h"

#include "common/breakglass.h"

#include <crypt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/breakglass_file.h"
#include "common/fault.h"
#include "common/random.h"

#define SALT_BYTES 16
#define COST_PIN 0 /* yescrypt's default */
#define COST_CODE 1

static bool
text_fits(const char *text, size_t min, size_t max)
{
	size_t len = text == NULL ? 0 : strlen(text);

	return text != NULL && len >= min && len <= max;
}

static bool
pin_fits(const struct wf_secret *pin, size_t min)
{
	return pin->len >= min && pin->len <= WF_BREAKGLASS_PIN_MAX &&
		(pin->len == 0 || memchr(pin->bytes, '\0', pin->len) == NULL);
}

/* A new crypt(3) setting with salt of our own randomness. */
static wf_status
setting_new(unsigned long cost, char *setting_r, size_t size)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	uint8_t salt[SALT_BYTES];
	wf_status status = wf_random_bytes(salt, sizeof(salt));

	if (status != WF_OK)
		return status;
	if (crypt_gensalt_rn("$y$", cost, (const char *)salt, sizeof(salt), setting,
		    (int)sizeof(setting)) == NULL ||
		strlen(setting) >= size)
		return WF_CRYPTO;
	memcpy(setting_r, setting, strlen(setting) + 1);
	return WF_OK;
}

/* crypt_r's scratch memory holds the phrase: pages of their own, out of core dumps, wiped. */
static wf_status
phrase_hash(const char *phrase, const char *setting, char hash_r[BREAKGLASS_HASH_MAX + 1])
{
	struct crypt_data *data;
	const char *hash;
	wf_status status = WF_CRYPTO;

	data = mmap(
		NULL, sizeof(*data), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return WF_NO_MEMORY;
	(void)madvise(data, sizeof(*data), MADV_DONTDUMP);
	(void)mlock(data, sizeof(*data));
	hash = crypt_r(phrase, setting, data);
	if (hash != NULL && hash[0] != '*' && strlen(hash) <= BREAKGLASS_HASH_MAX) {
		memcpy(hash_r, hash, strlen(hash) + 1);
		status = WF_OK;
	}
	wf_wipe(data, sizeof(*data));
	(void)munmap(data, sizeof(*data));
	return status;
}

static wf_status
code_hash(const uint8_t code[WF_BREAKGLASS_CODE_BYTES], const char *setting,
	char hash_r[BREAKGLASS_HASH_MAX + 1])
{
	char text[WF_BREAKGLASS_CODE_TEXT];
	wf_status status;

	wf_breakglass_code_format(code, text);
	status = phrase_hash(text, setting, hash_r);
	wf_wipe(text, sizeof(text));
	return status;
}

/* Lengths of hashes are no secret. */
static bool
hash_equal(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len > 0 && len == strlen(b) && wf_mem_equal(a, b, len);
}

static wf_status
code_new(const char *setting, struct breakglass_slot *slot_r, struct wf_secret *text_r)
{
	uint8_t code[WF_BREAKGLASS_CODE_BYTES];
	char text[WF_BREAKGLASS_CODE_TEXT];
	wf_status status = wf_random_bytes(code, sizeof(code));

	if (status != WF_OK)
		return status;
	wf_breakglass_code_format(code, text);
	status = code_hash(code, setting, slot_r->hash);
	if (status == WF_OK)
		status = wf_secret_set(text_r, text, strlen(text));
	wf_wipe(code, sizeof(code));
	wf_wipe(text, sizeof(text));
	return status;
}

static wf_status
head_new(const char *user, const struct wf_secret *pin, size_t ncodes,
	struct breakglass_head *head_r)
{
	char setting[BREAKGLASS_SETTING_MAX + 1];
	wf_status status;

	head_r->slots = (uint32_t)ncodes;
	memcpy(head_r->user, user, strlen(user) + 1);
	status = setting_new(COST_PIN, setting, sizeof(setting));
	if (status == WF_OK)
		status = phrase_hash((const char *)pin->bytes, setting, head_r->verifier);
	if (status == WF_OK)
		status = setting_new(COST_CODE, head_r->setting, sizeof(head_r->setting));
	return status;
}

/* Makes everything in memory, then the file, then hands out the codes. */
static wf_status
create_all(const char *path, const struct breakglass_head *head, struct breakglass_slot *slots,
	struct wf_secret *codes_r)
{
	struct wf_secret codes[WF_BREAKGLASS_CODES_MAX] = {{NULL, 0}};
	wf_status status = WF_OK;

	for (uint32_t i = 0; i < head->slots && status == WF_OK; i++)
		status = code_new(head->setting, &slots[i], &codes[i]);
	if (status == WF_OK)
		status = breakglass_file_create(path, head, slots);
	for (uint32_t i = 0; i < head->slots; i++) {
		if (status == WF_OK)
			wf_secret_move(&codes_r[i], &codes[i]);
		wf_secret_clear(&codes[i]);
	}
	return status;
}

wf_status
wf_breakglass_create(const char *path, const char *user, const struct wf_secret *pin, size_t ncodes,
	struct wf_secret *codes_r)
{
	struct breakglass_head head = {0};
	struct breakglass_slot *slots;
	wf_status status;

	if (!text_fits(user, 1, WF_NAME_MAX) || !pin_fits(pin, WF_BREAKGLASS_PIN_MIN) ||
		ncodes == 0 || ncodes > WF_BREAKGLASS_CODES_MAX)
		return WF_INVALID;
	slots = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(ncodes, sizeof(*slots));
	if (slots == NULL)
		return WF_NO_MEMORY;
	status = head_new(user, pin, ncodes, &head);
	if (status == WF_OK)
		status = create_all(path, &head, slots, codes_r);
	wf_wipe(&head, sizeof(head));
	free(slots);
	return status;
}

/* Whether every use stands in the audit chain already; also when there is no file. */
static wf_status
uses_check(const char *path)
{
	struct wf_breakglass_use uses[WF_BREAKGLASS_CODES_MAX];
	size_t n = 0;
	wf_status status = wf_breakglass_list(path, uses, &n);

	for (size_t i = 0; i < n && status == WF_OK; i++)
		if (!uses[i].reported)
			status = WF_CONFLICT;
	/* A damaged file tells nothing any more; a new one is the cure. */
	return status == WF_NOT_FOUND || status == WF_CORRUPT ? WF_OK : status;
}

wf_status
wf_breakglass_replace(const char *path, const char *user, const struct wf_secret *pin,
	size_t ncodes, struct wf_secret *codes_r)
{
	struct wf_secret codes[WF_BREAKGLASS_CODES_MAX] = {{NULL, 0}};
	char fresh[PATH_MAX];
	int len = snprintf(fresh, sizeof(fresh), "%s.new", path);
	wf_status status = len < 0 || (size_t)len >= sizeof(fresh) ? WF_INVALID : uses_check(path);

	if (status != WF_OK)
		return status;
	(void)unlink(fresh); /* of one that was interrupted */
	status = wf_breakglass_create(fresh, user, pin, ncodes, codes);
	if (status == WF_OK)
		status = breakglass_file_move(fresh, path);
	for (size_t i = 0; i < ncodes && i < WF_BREAKGLASS_CODES_MAX; i++) {
		if (status == WF_OK)
			wf_secret_move(&codes_r[i], &codes[i]);
		wf_secret_clear(&codes[i]);
	}
	return status;
}

/* Looks at every slot, whichever fits, so that the time does not tell its number. */
static wf_status
slot_find(const struct breakglass_file *file, const char *hash, uint32_t *number_r)
{
	struct breakglass_slot slot;
	wf_status found = WF_NO;

	for (uint32_t i = 0; i < file->head.slots; i++) {
		wf_status status = breakglass_slot_read(file, i, &slot);

		if (status != WF_OK)
			return status;
		if (hash_equal(slot.hash, hash) && !slot.used) {
			*number_r = i;
			found = WF_OK;
		}
	}
	return found;
}

static wf_status
pin_verify(const struct breakglass_file *file, const struct wf_secret *pin)
{
	char hash[BREAKGLASS_HASH_MAX + 1];
	const char *phrase = pin->len == 0 ? "" : (const char *)pin->bytes;
	wf_status status = phrase_hash(phrase, file->head.verifier, hash);

	if (status == WF_OK && !hash_equal(hash, file->head.verifier))
		status = WF_NO;
	wf_wipe(hash, sizeof(hash));
	return status;
}

/* WF_OK only if user, PIN and code are all right; all three are looked at in any case. */
static wf_status
evaluate(const struct breakglass_file *file, const struct wf_breakglass_try *attempt,
	const uint8_t code[WF_BREAKGLASS_CODE_BYTES], uint32_t *number_r)
{
	char hash[BREAKGLASS_HASH_MAX + 1];
	uint32_t number = 0;
	wf_status pin = pin_verify(file, attempt->pin);
	wf_status slot = code_hash(code, file->head.setting, hash);

	if (slot == WF_OK)
		slot = slot_find(file, hash, &number);
	wf_wipe(hash, sizeof(hash));
	if (pin != WF_OK && pin != WF_NO)
		return pin;
	if (slot != WF_OK && slot != WF_NO)
		return slot;
	if (pin == WF_NO || slot == WF_NO || strcmp(attempt->user, file->head.user) != 0)
		return WF_NO;
	*number_r = number;
	return WF_OK;
}

static wf_status
slot_spend(const struct breakglass_file *file, const struct wf_breakglass_try *attempt,
	uint32_t number)
{
	struct breakglass_slot slot = {.used = true};

	slot.use.wall_us = attempt->wall_us;
	memcpy(slot.use.tty, attempt->tty, strlen(attempt->tty) + 1);
	memcpy(slot.use.user, attempt->user, strlen(attempt->user) + 1);
	return breakglass_slot_write(file, number, &slot);
}

/*
 * Once the code is spent and this is on the disk, that decides. A counter that cannot be taken back
 * only leaves fewer tries.
 */
static void
failures_forgive(struct breakglass_file *file)
{
	wf_status status = breakglass_failures_write(file, 0);

	(void)status;
}

static wf_status
consume_locked(struct breakglass_file *file, const struct wf_breakglass_try *attempt,
	const uint8_t code[WF_BREAKGLASS_CODE_BYTES], uint32_t *number_r)
{
	uint32_t before = file->failures;
	uint32_t number = 0;
	wf_status status;

	if (before >= WF_BREAKGLASS_TRIES)
		return WF_LOCKED;
	status = breakglass_failures_write(file, before + 1);
	if (status != WF_OK)
		return status;
	status = evaluate(file, attempt, code, &number);
	if (status == WF_OK)
		status = slot_spend(file, attempt, number);
	if (status != WF_OK)
		return status;
	failures_forgive(file);
	*number_r = number;
	return WF_OK;
}

static bool
attempt_fits(const struct wf_breakglass_try *attempt)
{
	return text_fits(attempt->user, 1, WF_NAME_MAX) &&
		text_fits(attempt->tty, 1, WF_BREAKGLASS_TTY_MAX) && pin_fits(attempt->pin, 0) &&
		attempt->code->len > 0;
}

wf_status
wf_breakglass_consume(const char *path, const struct wf_breakglass_try *attempt, uint32_t *slot_r)
{
	uint8_t code[WF_BREAKGLASS_CODE_BYTES];
	struct breakglass_file file;
	wf_status status;

	if (!attempt_fits(attempt))
		return WF_INVALID;
	status = wf_breakglass_code_parse(
		(const char *)attempt->code->bytes, attempt->code->len, code);
	if (status != WF_OK)
		return status;
	status = breakglass_file_open(path, &file);
	if (status == WF_OK) {
		status = consume_locked(&file, attempt, code, slot_r);
		breakglass_file_close(&file);
	}
	wf_wipe(code, sizeof(code));
	return status;
}

static wf_status
uses_read(const struct breakglass_file *file, struct wf_breakglass_use *uses_r, size_t *count_r)
{
	struct breakglass_slot slot;
	size_t count = 0;

	for (uint32_t i = 0; i < file->head.slots; i++) {
		wf_status status = breakglass_slot_read(file, i, &slot);

		if (status != WF_OK)
			return status;
		if (slot.used)
			uses_r[count++] = slot.use;
	}
	*count_r = count;
	return WF_OK;
}

wf_status
wf_breakglass_list(const char *path, struct wf_breakglass_use *uses_r, size_t *count_r)
{
	struct breakglass_file file;
	wf_status status = breakglass_file_open(path, &file);

	if (status != WF_OK)
		return status;
	status = uses_read(&file, uses_r, count_r);
	breakglass_file_close(&file);
	return status;
}

wf_status
wf_breakglass_inspect(const char *path, struct wf_breakglass_state *state_r)
{
	struct wf_breakglass_use uses[WF_BREAKGLASS_CODES_MAX];
	struct breakglass_file file;
	size_t used = 0;
	wf_status status = breakglass_file_open(path, &file);

	if (status != WF_OK)
		return status;
	status = uses_read(&file, uses, &used);
	if (status == WF_OK) {
		memcpy(state_r->user, file.head.user, sizeof(state_r->user));
		state_r->slots = file.head.slots;
		state_r->unused = file.head.slots - (uint32_t)used;
		state_r->failures = file.failures;
		state_r->locked = file.failures >= WF_BREAKGLASS_TRIES;
	}
	breakglass_file_close(&file);
	return status;
}

wf_status
wf_breakglass_mark_reported(const char *path, uint32_t slot)
{
	struct breakglass_file file;
	struct breakglass_slot content = {0};
	wf_status status = breakglass_file_open(path, &file);

	if (status != WF_OK)
		return status;
	status =
		slot < file.head.slots ? breakglass_slot_read(&file, slot, &content) : WF_NOT_FOUND;
	if (status == WF_OK && !content.used)
		status = WF_NOT_FOUND;
	content.use.reported = true;
	if (status == WF_OK)
		status = breakglass_slot_write(&file, slot, &content);
	breakglass_file_close(&file);
	return status;
}

wf_status
wf_breakglass_unlock(const char *path)
{
	struct breakglass_file file;
	wf_status status = breakglass_file_open(path, &file);

	if (status != WF_OK)
		return status;
	status = breakglass_failures_write(&file, 0);
	breakglass_file_close(&file);
	return status;
}
