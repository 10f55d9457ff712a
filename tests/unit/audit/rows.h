/* Rows for the tests of the record. */
#ifndef WF_TESTS_UNIT_AUDIT_ROWS_H
#define WF_TESTS_UNIT_AUDIT_ROWS_H

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

#endif
