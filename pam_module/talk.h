/*
 * Talking with the daemon: connect, one question and its RESULT, and what to write when it fails.
 */
#ifndef WF_PAM_TALK_H
#define WF_PAM_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/client.h"
#include "common/status.h"
#include "common/wire.h"
#include "pam_module/call.h"

#define RESULT_TEXT_MAX 1024

/* What RESULT said. All zero is a refusal without words. */
struct result {
	enum wf_verdict verdict;
	bool has_txn;
	uint8_t txn[WF_TXN_LEN];
	/* how long the opened session may last, and a shell of it be idle; 0 = not said */
	uint32_t session_s, idle_s;
	char text[RESULT_TEXT_MAX + 1];
};

/* WF_UNAVAILABLE: nobody there. Others as wf_client_open. */
WF_MUST_USE wf_status talk_open(
	const struct call *call, int64_t deadline_us, struct wf_client **client_r);

/* WF_INVALID when the message is no well-formed RESULT. */
WF_MUST_USE wf_status talk_result(
	const struct call *call, const struct wf_msg *msg, struct result *result_r);

/* Connects, sends `request`, waits for RESULT, closes. */
WF_MUST_USE wf_status talk_once(const struct call *call, const struct wf_msg *request,
	int64_t deadline_us, struct result *result_r);

/*
 * Writes to syslog why there is no verdict: what was being done, through which socket, what is
 * wrong and what to do. Silent for WF_OK and for WF_NO, whose cause has been written where it
 * arose.
 */
void talk_log_trouble(const struct call *call, const char *doing, wf_status status);

#endif
