/* Rotation of the key: all secrets sealed anew, at whatever point the one before was cut short. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKENS 70 /* more than a batch and a page */

static char secrets[3][64]; /* of the first token of the first users */

static void
setup(void)
{
	char user[32];

	rig_setup();
	for (int i = 0; i < 10; i++) {
		(void)snprintf(user, sizeof(user), "user=u%d", i);
		rig_ok("user.add", user);
		for (int n = 0; n < TOKENS / 10; n++) {
			rig_ok("token.add", user, "type=hotp");
			if (i < 3 && n == 0)
				(void)snprintf(secrets[i], sizeof(secrets[i]), "%s",
					rig_cell(0, "secret"));
		}
	}
	rig_ok("token.add", "user=u0", "type=recovery");
}

struct tally {
	size_t current, older;
};

static wf_status
count(void *ctx, const struct credential *credential)
{
	struct tally *tally = ctx;
	struct wf_secret secret = WF_SECRET_EMPTY;

	if (credential->factor != FACTOR_HOTP || credential->state == CREDENTIAL_VOID)
		return WF_OK;
	ck_assert_int_eq(act_otp_open(rig.keys, credential, &secret), WF_OK);
	wf_secret_clear(&secret);
	if (credential->key_id == keyring_current(rig.keys))
		tally->current++;
	else
		tally->older++;
	return WF_OK;
}

/* Every secret opens with the keys that the daemon has. */
static struct tally
tally(void)
{
	struct act_call call = {.daemon = &rig.daemon};
	struct tally result = {0, 0};

	ck_assert_int_eq(act_each_credential(&call, 0, count, &result), WF_OK);
	return result;
}

START_TEST(rotation_seals_everything_anew)
{
	struct audit_row row;
	struct tally after;

	rig_ok("key.rotate", "reason=yearly");
	ck_assert_str_eq(rig_cell(0, "key-id"), "2");
	ck_assert_str_eq(rig_cell(0, "resealed"), "70");
	ck_assert_uint_eq(strlen(rig_cell(0, "fingerprint")), 16);
	ck_assert_str_eq(rig.text, "Key 2 is in use; secrets sealed with it: 70. Copy the key file "
				   "anew to where its copy is kept.");
	ck_assert_uint_eq(rig.rekeys, 1);
	after = tally();
	ck_assert_uint_eq(after.current, TOKENS);
	ck_assert_uint_eq(after.older, 0);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "key.rotate");
	ck_assert_str_eq(row.detail, "secrets sealed with key 2: 6; reason: yearly");
	rig_ok("log", "class=admin", "order=newest", "limit=3");
	ck_assert_int_eq(strncmp(rig_cell(2, "detail"), "key 2 (", 7), 0);
}
END_TEST

START_TEST(codes_are_right_as_before)
{
	struct act_subject subject;
	char code[9], argument[32], id[32];

	rig_ok("key.rotate");
	for (int i = 0; i < 3; i++) {
		char name[8], user[32];

		(void)snprintf(name, sizeof(name), "u%d", i);
		(void)snprintf(user, sizeof(user), "user=u%d", i);
		rig_subject(name, &subject);
		(void)snprintf(id, sizeof(id), "id=%lld", (long long)subject.credentials[0].id);
		rig_code(secrets[i], FACTOR_HOTP, 0, code);
		(void)snprintf(argument, sizeof(argument), "!code=%s", code);
		rig_ok("token.confirm", user, id, argument);
	}
}
END_TEST

/* Crash after the key was added, before anything was sealed with it. */
START_TEST(a_cut_rotation_goes_on)
{
	uint32_t id;
	struct tally after;

	ck_assert_int_eq(keyring_add(rig.config.key_file, &id), WF_OK);
	rig_load_keys();
	rig_reopen();
	rig_ok("doctor");
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "name"), "keys") == 0)
			ck_assert_str_eq(
				rig_cell(i, "text"), "Tokens sealed with an older key: 70. Run "
						     "'warifu key rotate' to finish.");
	rig_ok("key.rotate");
	ck_assert_str_eq(rig_cell(0, "key-id"), "2"); /* no third one */
	ck_assert_str_eq(rig.text, "A rotation that was cut short is finished; secrets sealed with "
				   "key 2: 70. Rotate again for "
				   "a new key.");
	after = tally();
	ck_assert_uint_eq(after.current, TOKENS);
	rig_ok("key.rotate");
	ck_assert_str_eq(rig_cell(0, "key-id"), "3");
}
END_TEST

/* Crash in the middle of the sealing. */
START_TEST(a_half_done_rotation_goes_on)
{
	struct act_subject subject;
	struct store_job job = {.kind = STORE_ADMIN};
	struct effect effect = {.kind = EFFECT_RESEAL};
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct credential sealed;
	struct audit_row row;
	uint32_t id;
	struct tally before, after;

	ck_assert_int_eq(keyring_add(rig.config.key_file, &id), WF_OK);
	rig_load_keys();
	rig_subject("u5", &subject);
	sealed = subject.credentials[0];
	ck_assert_int_eq(act_otp_open(rig.keys, &sealed, &secret), WF_OK);
	ck_assert_int_eq(act_otp_seal(rig.keys, &secret, &sealed), WF_OK);
	wf_secret_clear(&secret);
	effect.credential_id = sealed.id;
	effect.value = sealed.key_id;
	memcpy(effect.blob, sealed.secret, sealed.secret_len);
	effect.blob_len = sealed.secret_len;
	memcpy(effect.old, subject.credentials[0].secret, subject.credentials[0].secret_len);
	effect.old_len = subject.credentials[0].secret_len;
	audit_row_init(&row, AUDIT_ADMIN, "key.rotate");
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	before = tally();
	ck_assert_uint_eq(before.current, 1);
	ck_assert_uint_eq(before.older, TOKENS - 1);
	rig_ok("key.rotate");
	ck_assert_str_eq(rig_cell(0, "resealed"), "69");
	after = tally();
	ck_assert_uint_eq(after.current, TOKENS);
}
END_TEST

/* The daemon does not take the new key: no secret may be sealed with it. */
START_TEST(nothing_is_sealed_with_a_key_that_the_daemon_lacks)
{
	struct tally after;

	rig.rekey_status = WF_IO;
	ck_assert_int_eq(rig_act("key.rotate", NULL), WF_IO);
	ck_assert_ptr_nonnull(strstr(rig.text, "The daemon could not load the new key"));
	after = tally();
	ck_assert_uint_eq(after.current, TOKENS);
	rig.rekey_status = WF_OK;
	rig_ok("key.rotate");
	ck_assert_str_eq(rig_cell(0, "key-id"), "2");
	ck_assert_str_eq(rig_cell(0, "resealed"), "70");
}
END_TEST

START_TEST(a_key_file_that_cannot_be_written)
{
	ck_assert_int_eq(chmod(rig.config.key_file, 0644), 0);
	ck_assert_int_eq(rig_act("key.rotate", NULL), WF_DENIED);
	ck_assert_uint_eq(rig.rekeys, 0);
	ck_assert_int_eq(chmod(rig.config.key_file, 0600), 0);
	ck_assert_int_eq(unlink(rig.config.key_file), 0);
	ck_assert_int_eq(rig_act("key.rotate", NULL), WF_NOT_FOUND);
}
END_TEST

/* The file has room for 16; the first one, for look-ups, stays for ever. */
START_TEST(many_rotations)
{
	uint8_t before[32], after[32];
	struct tally result;

	ck_assert_int_eq(keyring_mac(rig.keys, "name", "x", "y", 1, before), WF_OK);
	for (int i = 2; i <= 20; i++) {
		rig_ok("key.rotate");
		ck_assert_int_eq(rig_number(0, "key-id"), i);
	}
	result = tally();
	ck_assert_uint_eq(result.current, TOKENS);
	ck_assert_int_eq(keyring_mac(rig.keys, "name", "x", "y", 1, after), WF_OK);
	ck_assert_mem_eq(before, after, 32);
}
END_TEST

/* A secret whose key is gone must not stop all others, nor every rotation from now on. */
START_TEST(a_lost_secret_is_told)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct effect effect = {.kind = EFFECT_RESEAL};
	struct act_subject subject;
	struct audit_row row;

	rig_subject("u5", &subject);
	effect.credential_id = subject.credentials[0].id;
	effect.value = 77;
	effect.blob_len = 40;
	memcpy(effect.old, subject.credentials[0].secret, subject.credentials[0].secret_len);
	effect.old_len = subject.credentials[0].secret_len;
	audit_row_init(&row, AUDIT_ADMIN, "test");
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	for (int id = 2; id <= 3; id++) {
		ck_assert_int_eq(rig_act("key.rotate", NULL), WF_CORRUPT);
		ck_assert_str_eq(rig.text, "Secrets sealed anew: 69; secrets that do not open: 1. "
					   "Remove those tokens and give new "
					   "ones.");
		ck_assert_int_eq(rig_number(0, "key-id"), id);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/keys");
	TCase *tcase = tcase_create("keys");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, rig_teardown);
	tcase_add_test(tcase, rotation_seals_everything_anew);
	tcase_add_test(tcase, codes_are_right_as_before);
	tcase_add_test(tcase, a_cut_rotation_goes_on);
	tcase_add_test(tcase, a_half_done_rotation_goes_on);
	tcase_add_test(tcase, nothing_is_sealed_with_a_key_that_the_daemon_lacks);
	tcase_add_test(tcase, a_key_file_that_cannot_be_written);
	tcase_add_test(tcase, many_rotations);
	tcase_add_test(tcase, a_lost_secret_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
