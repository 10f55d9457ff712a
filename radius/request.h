/*
 * What an Access-Request must hold to be evaluated, as one table of rules, each with the line of
 * the checklist that it stands for: RFC 2865, 2869, 3579, 5080 and what other servers got wrong.
 *
 * Pure.  The packet's Message-Authenticator has been verified before, or been found missing.
 */
#ifndef WF_RADIUS_REQUEST_H
#define WF_RADIUS_REQUEST_H

#include "radius/packet.h"

enum request_answer {
	REQUEST_EVALUATE = 0,
	REQUEST_REJECT, /* an Access-Reject and a line in the log */
	REQUEST_DISCARD /* no reply (C2, C4) */
};

struct request_fault {
	enum request_answer answer;
	const char *name;  /* "user-name-missing", for counters and the record's reason */
	const char *about; /* N_(): what is wrong and what to do about it */
};

/*
 * The first rule that the request breaks; its answer is REQUEST_EVALUATE if it breaks none.  Never
 * NULL, static.
 */
const struct request_fault *request_check(const struct packet *packet);
/* All rules, in their order; for the manual and the statistics. */
const struct request_fault *request_faults(size_t index); /* NULL behind the last */
/*
 * True for a value that may stand in a name: UTF-8 without control characters, NUL included.  A
 * NUL would end the name in one program and not in the other, a line feed would forge a line of a
 * log.
 */
bool request_text_fine(const struct attribute *attribute);

#endif
