/*
 * One-time codes by liboath (RFC 4226, RFC 6238), and the comparison with a window of them.
 *
 * liboath's own validation stops at the first match and knows nothing of codes already used; here
 * every code of the window is computed and compared, and what matched is gathered without branches.
 */
#include "config.h"

#include "authd/factor/otp.h"

#include <liboath/oath.h>
#include <string.h>

#include "common/fault.h"
#include "common/random.h"

#define STEP_MAX_S 86400

static const struct {
	enum otp_algorithm algorithm;
	int flags;
	size_t secret_len; /* of new secrets */
} algorithms[] = {
	{OTP_SHA1, 0, 20},
	{OTP_SHA256, OATH_TOTP_HMAC_SHA256, 32},
	{OTP_SHA512, OATH_TOTP_HMAC_SHA512, 64},
};

#define ALGORITHM_COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

/* ALGORITHM_COUNT when there is no such algorithm. */
static size_t
algorithm_index(enum otp_algorithm algorithm)
{
	size_t i = 0;

	while (i < ALGORITHM_COUNT && algorithms[i].algorithm != algorithm)
		i++;
	return i;
}

wf_status
otp_spec_check(const struct otp_spec *spec)
{
	bool has_step = spec->step_s >= 1 && spec->step_s <= STEP_MAX_S;

	if (spec->factor != FACTOR_HOTP && (spec->factor != FACTOR_TOTP || !has_step))
		return WF_INVALID;
	if (spec->digits < OTP_DIGITS_MIN || spec->digits > OTP_DIGITS_MAX)
		return WF_INVALID;
	return algorithm_index(spec->algorithm) < ALGORITHM_COUNT ? WF_OK : WF_INVALID;
}

/*
 * The spec has been checked.  A "time" of `counter` in steps of one second is any counter of any
 * hash.
 */
static wf_status
code_of(const struct wf_secret *secret, const struct otp_spec *spec, uint64_t counter,
	char code_r[OTP_CODE_SIZE])
{
	int flags = algorithms[algorithm_index(spec->algorithm)].flags;

	if (secret->len == 0 || counter > INT64_MAX)
		return WF_INVALID;
	/* liboath fails for want of memory alone, as the fault. */
	if (wf_fault(WF_FAULT_ALLOC) || /* coverage: as it says above */
		oath_totp_generate2((const char *)secret->bytes, secret->len, (time_t)counter, 1, 0,
			spec->digits, flags, code_r) != OATH_OK)
		return WF_CRYPTO;
	return WF_OK;
}

wf_status
otp_code(const struct wf_secret *secret, const struct otp_spec *spec, uint64_t counter,
	char code_r[OTP_CODE_SIZE])
{
	char code[OTP_CODE_SIZE] = "";
	wf_status status = otp_spec_check(spec);

	if (status == WF_OK)
		status = code_of(secret, spec, counter, code);
	if (status == WF_OK)
		memcpy(code_r, code, sizeof(code));
	wf_wipe(code, sizeof(code));
	return status;
}

bool
otp_code_text(const void *answer, size_t len, uint32_t digits, char code_r[OTP_CODE_SIZE])
{
	const uint8_t *bytes = answer;
	size_t found = 0;
	bool good = true;

	memset(code_r, 0, OTP_CODE_SIZE);
	memset(code_r, '-', digits);
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == ' ' || bytes[i] == '\t')
			continue;
		if (bytes[i] < '0' || bytes[i] > '9' || found >= digits)
			good = false;
		else
			code_r[found++] = (char)bytes[i];
	}
	if (good && found == digits)
		return true;
	memset(code_r, '-', digits);
	return false;
}

/* `if_true` for 1, `if_false` for 0. */
static uint64_t
choose(uint64_t condition, uint64_t if_true, uint64_t if_false)
{
	uint64_t mask = (uint64_t)0 - condition;

	return (if_true & mask) | (if_false & ~mask);
}

static void
scan_add(struct otp_scan *scan, uint64_t counter, uint64_t match)
{
	uint64_t fresh = counter >= scan->fresh; /* the window's place is no secret */
	uint64_t first = match & fresh & (uint64_t)(scan->unused == 0);

	scan->lowest = choose(first, counter, scan->lowest);
	scan->highest = choose(match & fresh, counter, scan->highest);
	scan->used += match & ~fresh & 1;
	scan->unused += match & fresh;
}

wf_status
otp_scan(const struct wf_secret *secret, const struct otp_spec *spec, const char *code,
	struct otp_scan *scan)
{
	char computed[OTP_CODE_SIZE] = "";
	wf_status status = otp_spec_check(spec);

	if (scan->count > OTP_SCAN_MAX)
		return WF_INVALID;
	scan->used = scan->unused = scan->lowest = scan->highest = 0;
	for (uint64_t i = 0; i < scan->count && status == WF_OK; i++) {
		status = code_of(secret, spec, scan->first + i, computed);
		if (status == WF_OK)
			scan_add(scan, scan->first + i, wf_mem_equal(computed, code, spec->digits));
	}
	wf_wipe(computed, sizeof(computed));
	return status;
}

wf_status
otp_secret_new(const struct otp_spec *spec, struct wf_secret *secret_r)
{
	uint8_t bytes[64];
	wf_status status = otp_spec_check(spec);
	size_t len;

	if (status != WF_OK)
		return status;
	len = algorithms[algorithm_index(spec->algorithm)].secret_len;
	status = wf_random_bytes(bytes, len);
	if (status == WF_OK)
		status = wf_secret_set(secret_r, bytes, len);
	wf_wipe(bytes, sizeof(bytes));
	return status;
}
