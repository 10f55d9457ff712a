/*
 * A scripted daemon: a process of its own on a Unix socket, whose behaviour is chosen by the user's
 * name, so that one server serves every row of a table. It writes each message that it receives as
 * one line to a file, and makes one file mark for each connection that ends.
 */
#ifndef WF_TESTS_PAM_MOCK_H
#define WF_TESTS_PAM_MOCK_H

#include <sys/types.h>

#define MOCK_PASSWORD "opensesame"
#define MOCK_CODE "123456"
#define MOCK_NEW_PASSWORD "a-better-one"
#define MOCK_TXN_HEX "000102030405060708090a0b0c0d0e0f"
#define MOCK_RULE "Too easy: use at least 8 characters."

/* Listens at `socket` and appends to `log`. Gives the process to end with mock_stop(). */
pid_t mock_start(const char *socket, const char *log);
void mock_stop(pid_t pid);

#endif
