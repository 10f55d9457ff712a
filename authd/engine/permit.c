/* The permit table (DESIGN section 2, step 2). */
#include "config.h"

#include "authd/engine/internal.h"
#include "authd/engine/permit.h"

#define ANY (1u << PERMIT_NONE | 1u << PERMIT_CHALLENGED | 1u << PERMIT_BUSY)

struct permit {
	enum wf_msg_type type;
	unsigned roles;  /* enum front_role */
	unsigned states; /* bits of enum permit_state */
};

static const struct permit permits[] = {
	{ WF_MSG_BEGIN, FRONT_PAM | FRONT_RADIUS, 1u << PERMIT_NONE },
	{ WF_MSG_ANSWER, FRONT_PAM | FRONT_RADIUS, 1u << PERMIT_CHALLENGED },
	{ WF_MSG_ABORT, FRONT_PAM | FRONT_RADIUS, ANY },
	{ WF_MSG_ACCOUNT, FRONT_PAM, ANY },
	{ WF_MSG_SESSION, FRONT_PAM | FRONT_RADIUS, ANY },
	{ WF_MSG_CHANGE, FRONT_PAM, ANY },
	{ WF_MSG_ATTEMPT, FRONT_RADIUS, 1u << PERMIT_NONE },
	{ WF_MSG_RECORD, FRONT_RADIUS, ANY },
	{ WF_MSG_WORK, FRONT_RADIUS, 1u << PERMIT_NONE },
	{ WF_MSG_DONE, FRONT_RADIUS, 1u << PERMIT_NONE },
	{ WF_MSG_ACT, FRONT_CONTROL, 1u << PERMIT_NONE },
};

bool
permit_message(enum front_role role, enum wf_msg_type type, enum permit_state state)
{
	for (size_t i = 0; i < sizeof(permits) / sizeof(permits[0]); i++)
		if (permits[i].type == type && (permits[i].roles & (unsigned)role) &&
			(permits[i].states & 1u << state))
			return true;
	return false;
}

enum permit_state
permit_state(const struct engine_peer *peer, const struct wf_msg *msg)
{
	const uint8_t *id;
	size_t len;

	if (wf_msg_get_bytes(msg, WF_F_TXN, 0, &id, &len) != WF_OK || len != WF_TXN_LEN)
		return PERMIT_NONE;
	for (const struct transaction *txn = peer->transactions; txn != NULL;
		txn = txn->next_of_peer)
		if (wf_mem_equal(txn->id, id, WF_TXN_LEN))
			return txn_may_answer(txn) ? PERMIT_CHALLENGED : PERMIT_BUSY;
	return PERMIT_NONE;
}
