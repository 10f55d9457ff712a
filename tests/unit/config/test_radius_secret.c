/* The files of secrets and keys: how they are looked at from outside, and read. */
#include <config.h>

#include "tests/unit/config/fixture.h"

#define DAY_US INT64_C(86400000000)

static struct config_client secret_client;

static void
write_secret(const char *text, mode_t mode)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/secret", folder);
	(void)unlink(path);
	write_file("secret", text, strlen(text));
	ck_assert_int_eq(chmod(path, mode), 0);
	secret_client = (struct config_client){.name = "v1", .secret_changed_day = 20000};
	(void)snprintf(secret_client.secret_file, sizeof(secret_client.secret_file), "%s", path);
}

static enum config_secret_fault
fault_of(int64_t day)
{
	return config_secret_check(&secret_client, (uid_t)-1, day * DAY_US).fault;
}

#define SECRET_32 "0123456789abcdef0123456789abcdef"

START_TEST(secrets_are_looked_at)
{
	char text[512];

	write_secret(SECRET_32 "\n", 0400);
	ck_assert_int_eq(fault_of(20000), SECRET_FINE);
	ck_assert_int_eq(fault_of(20365), SECRET_FINE);
	ck_assert_int_eq(fault_of(20366), SECRET_OLD);
	secret_client.secret_changed_day = -1; /* the file's own day is today */
	ck_assert_int_eq(fault_of(20000), SECRET_FINE);
	ck_assert_int_eq(fault_of(60000), SECRET_OLD);
	write_secret("0123456789abcde\n", 0600);
	ck_assert_int_eq(fault_of(20000), SECRET_SHORT);
	write_secret(SECRET_32, 0440);
	ck_assert_int_eq(fault_of(20000), SECRET_OPEN);
	config_secret_say(&secret_client,
		&(struct config_secret_finding){.fault = SECRET_OPEN}, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "client 'v1'"));
	ck_assert_ptr_nonnull(strstr(text, secret_client.secret_file));
	write_secret("", 0400);
	ck_assert_int_eq(fault_of(20000), SECRET_EMPTY);
	(void)snprintf(secret_client.secret_file, sizeof(secret_client.secret_file), "%s", folder);
	ck_assert_int_eq(fault_of(20000), SECRET_IRREGULAR);
	(void)snprintf(
		secret_client.secret_file, sizeof(secret_client.secret_file), "%s/none", folder);
	ck_assert_int_eq(fault_of(20000), SECRET_MISSING);
	secret_client.secret_file[0] = '\0';
	ck_assert_int_eq(fault_of(20000), SECRET_FINE);
	ck_assert(config_secret_is_warning(SECRET_OLD) && config_secret_is_warning(SECRET_SHORT));
	ck_assert(!config_secret_is_warning(SECRET_OPEN) && !config_secret_is_warning(SECRET_LONG));
}
END_TEST

/* A client may have a secret and a key for TLS: what is worse of the two is told, with its file. */
START_TEST(keys_are_looked_at_like_secrets)
{
	struct config_secret_finding finding;
	char text[512];

	write_secret(SECRET_32, 0400);
	(void)snprintf(secret_client.psk_file, sizeof(secret_client.psk_file), "%s/none", folder);
	finding = config_secret_check(&secret_client, (uid_t)-1, 20000 * DAY_US);
	ck_assert_int_eq(finding.fault, SECRET_MISSING);
	ck_assert(finding.psk);
	config_secret_say(&secret_client, &finding, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "key "));
	ck_assert_ptr_nonnull(strstr(text, secret_client.psk_file));
	ck_assert_ptr_nonnull(strstr(text, "warifu radius secret --psk"));
	write_file("none", SECRET_32, 32);
	ck_assert_int_eq(chmod(secret_client.psk_file, 0440), 0);
	finding = config_secret_check(&secret_client, (uid_t)-1, 60000 * DAY_US);
	ck_assert_int_eq(finding.fault, SECRET_OPEN);
	ck_assert_int_eq(chmod(secret_client.psk_file, 0400), 0);
	secret_client.secret_file[0] = '\0';
	ck_assert_int_eq(fault_of(20000), SECRET_FINE);
	ck_assert_int_eq(unlink(secret_client.psk_file), 0);
}
END_TEST

START_TEST(a_secret_of_somebody_else)
{
	if (geteuid() != 0)
		return;
	write_secret(SECRET_32, 0400);
	ck_assert_int_eq(chown(secret_client.secret_file, 12345, (gid_t)-1), 0);
	ck_assert_int_eq(fault_of(20000), SECRET_OWNER);
	ck_assert_int_eq(
		config_secret_check(&secret_client, 12345, 20000 * DAY_US).fault, SECRET_FINE);
}
END_TEST

START_TEST(secrets_are_read)
{
	static const struct {
		const char *text;
		wf_status status;
		size_t len;
	} table[] = {{SECRET_32 "\n", WF_OK, 32}, {SECRET_32, WF_OK, 32}, {"x\r\n", WF_OK, 1},
		{"two words\n", WF_OK, 9}, {"", WF_INVALID, 0}, {"\n", WF_INVALID, 0},
		{"a\nb\n", WF_INVALID, 0}, {"a\n\n\n", WF_INVALID, 0}};
	char longest[CONFIG_SECRET_MAX + 4];
	struct wf_secret secret = WF_SECRET_EMPTY;

	for (size_t i = 0; i < LENGTH(table); i++) {
		write_secret(table[i].text, 0400);
		ck_assert_int_eq(config_secret_read(secret_client.secret_file, (uid_t)-1, &secret),
			table[i].status);
		ck_assert_uint_eq(secret.len, table[i].len);
		if (table[i].len > 0)
			ck_assert_mem_eq(secret.bytes, table[i].text, table[i].len);
		wf_secret_clear(&secret);
	}
	memset(longest, 'x', sizeof(longest));
	longest[CONFIG_SECRET_MAX] = '\n';
	longest[CONFIG_SECRET_MAX + 1] = '\0';
	write_secret(longest, 0400);
	ck_assert_int_eq(config_secret_read(secret_client.secret_file, (uid_t)-1, &secret), WF_OK);
	wf_secret_clear(&secret);
	longest[CONFIG_SECRET_MAX] = 'x';
	write_secret(longest, 0400);
	ck_assert_int_eq(
		config_secret_read(secret_client.secret_file, (uid_t)-1, &secret), WF_TOO_LONG);
	write_secret(SECRET_32, 0604);
	ck_assert_int_eq(
		config_secret_read(secret_client.secret_file, (uid_t)-1, &secret), WF_DENIED);
	ck_assert_int_eq(unlink(secret_client.secret_file), 0);
	ck_assert_int_eq(
		config_secret_read(secret_client.secret_file, (uid_t)-1, &secret), WF_NOT_FOUND);
	ck_assert_int_eq(mkfifo(secret_client.secret_file, 0400), 0);
	ck_assert_int_eq(
		config_secret_read(secret_client.secret_file, (uid_t)-1, &secret), WF_INVALID);
}
END_TEST

START_TEST(keys_are_read_from_digits)
{
	static const struct {
		const char *text;
		wf_status status;
		size_t len;
	} table[] = {{"00112233445566778899aabbccddeeFF\n", WF_OK, 16},
		{SECRET_32 SECRET_32, WF_OK, 32}, {SECRET_32 "0", WF_INVALID, 0},
		{"0123456789abcdef0123456789abcd", WF_INVALID, 0},
		{"0123456789abcdef0123456789abcdeg", WF_INVALID, 0},
		{"0123456789abcdef0123456789abcd 1", WF_INVALID, 0}, {"", WF_INVALID, 0}};
	static const uint8_t first[16] = {0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
		0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
	struct wf_secret key = WF_SECRET_EMPTY;

	for (size_t i = 0; i < LENGTH(table); i++) {
		write_secret(table[i].text, 0400);
		memcpy(secret_client.psk_file, secret_client.secret_file,
			sizeof(secret_client.psk_file));
		ck_assert_int_eq(config_psk_read(&secret_client, (uid_t)-1, &key), table[i].status);
		ck_assert_uint_eq(key.len, table[i].len);
		if (i == 0)
			ck_assert_mem_eq(key.bytes, first, sizeof(first));
		wf_secret_clear(&key);
	}
	write_secret(SECRET_32, 0440);
	memcpy(secret_client.psk_file, secret_client.secret_file, sizeof(secret_client.psk_file));
	ck_assert_int_eq(config_psk_read(&secret_client, (uid_t)-1, &key), WF_DENIED);
}
END_TEST

static Suite *
secret_suite(void)
{
	Suite *suite = suite_create("config_radius_secret");
	TCase *secrets = tcase_create("secrets");

	tcase_add_checked_fixture(secrets, setup, teardown);
	tcase_add_test(secrets, secrets_are_looked_at);
	tcase_add_test(secrets, keys_are_looked_at_like_secrets);
	tcase_add_test(secrets, a_secret_of_somebody_else);
	tcase_add_test(secrets, secrets_are_read);
	tcase_add_test(secrets, keys_are_read_from_digits);
	suite_add_tcase(suite, secrets);
	return suite;
}

UNIT_MAIN(secret_suite)
