/* A list of leaked passwords with one of them. */
#ifndef WF_TESTS_UNIT_LEAKED_H
#define WF_TESTS_UNIT_LEAKED_H

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "common/leak_list.h"
#include "tests/unit/unit.h"

/* Writes the file; the caller closes the list. */
static inline void
leaked_open(const char *path, const char *password, struct wf_leak_list **list_r)
{
	struct wf_leak_finding finding;
	uint8_t key[WF_LEAK_KEY];
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(EVP_Digest(password, strlen(password), key, NULL, EVP_sha1(), NULL), 1);
	for (size_t i = 0; i < sizeof(key); i++)
		ck_assert_int_eq(fprintf(file, "%02X", key[i]), 2);
	ck_assert_int_gt(fprintf(file, ":9\r\n"), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(wf_leak_list_open(path, list_r, &finding), WF_OK);
}

#endif
