/* Rows for the tests of the record. */
#ifndef WF_TESTS_UNIT_AUDIT_ROWS_H
#define WF_TESTS_UNIT_AUDIT_ROWS_H

#include <stdio.h>

#include "authd/audit/audit.h"

/* A refused login with something in every field. */
static inline void
full_row(struct audit_row *row)
{
	audit_row_init(row, AUDIT_AUTH, "login");
	row->time_us = INT64_C(1772323200123456); /* 2026-03-01T00:00:00.123456Z */
	row->offset_min = 540;
	row->result = AUDIT_FAILURE;
	AUDIT_TEXT(row->reason, "wrong-password");
	AUDIT_TEXT(row->source, "192.0.2.7");
	AUDIT_TEXT(row->host, "host1");
	AUDIT_TEXT(row->user, "花子");
	AUDIT_TEXT(row->machine, "ssh");
	AUDIT_TEXT(row->service, "sshd");
	AUDIT_TEXT(row->action, "authenticate");
	AUDIT_TEXT(row->factors, "password+totp");
	AUDIT_TEXT(row->kinds, "knowledge+possession");
	AUDIT_TEXT(row->rule, "lock.threshold SCS-4-1-4-1");
	AUDIT_TEXT(row->txn, "00112233445566778899aabbccddeeff");
	AUDIT_TEXT(row->operator_name, "root");
	AUDIT_TEXT(row->ticket, "T-1");
	AUDIT_TEXT(row->approver, "officer");
	AUDIT_TEXT(row->detail, "try 3");
	AUDIT_TEXT(row->node, "node1");
	row->count = 2;
	row->first_us = INT64_C(1772323100000000);
	row->last_us = row->time_us;
}

/*
 * Names that want to be more than a name, as they may come from outside, and what is left of them
 * in a row.
 */
static const struct nasty_name {
	const char *name, *clean;
} nasty_names[] = {
	{"bob\n<14>1 - - - - - - forged", "bob?<14>1 - - - - - - forged"},
	{"bob\r\nx", "bob??x"},
	{"\x1b[2Jbob\x07\x7f", "?[2Jbob??"},
	{"a\"b", "a\"b"},
	{"a]b", "a]b"},
	{"a\\b", "a\\b"},
	{"a|b", "a|b"},
	{"a=b", "a=b"},
	{"\\\"]|=", "\\\"]|="},
	{"\" result=\"success", "\" result=\"success"},
	{"x\"][warifu@1 user=\"root", "x\"][warifu@1 user=\"root"},
	{"abc\xe2\x80\xae" "cba", "abc?cba"}, /* turns the direction of writing */
	{"\xe2\x80\xa8line", "?line"},
	{"\xc2\x85next", "?next"}, /* C1 */
	{"\xf0\xa0\xae\xb7", "\xf0\xa0\xae\xb7"}, /* four bytes */
	{"\xff\xfe\xc0\xaf", "????"},	   /* no UTF-8 */
	{"\xe5\xb1", "??"},		   /* cut off */
	{" ", " "},
	{"", ""},
};
#define NASTY_NAMES ((int)(sizeof(nasty_names) / sizeof(nasty_names[0])))

/* With the name in every text that comes from outside, as it came. */
static inline void
nasty_row(struct audit_row *row, const char *name)
{
	full_row(row);
	(void)snprintf(row->user, sizeof(row->user), "%s", name);
	(void)snprintf(row->source, sizeof(row->source), "%s", name);
	(void)snprintf(row->operator_name, sizeof(row->operator_name), "%s", name);
	(void)snprintf(row->detail, sizeof(row->detail), "%s", name);
	(void)snprintf(row->node, sizeof(row->node), "%s", name);
	(void)snprintf(row->event, sizeof(row->event), "%s", name);
	(void)snprintf(row->reason, sizeof(row->reason), "%s", name);
}

#endif
