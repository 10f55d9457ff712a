/* Which message may come from which role in which state of its transaction: one constant table. */
#ifndef WF_AUTHD_ENGINE_PERMIT_H
#define WF_AUTHD_ENGINE_PERMIT_H

#include "authd/engine/engine.h"

enum permit_state {
	PERMIT_NONE = 0,       /* the message names no transaction of this peer */
	PERMIT_CHALLENGED = 1, /* it has been asked and has not answered */
	PERMIT_BUSY = 2,       /* being looked up, evaluated or committed, or just ended */
	PERMIT_STATES
};

/* False unless a row of the table says so. */
bool permit_message(enum front_role role, enum wf_msg_type type, enum permit_state state);
/* The state that the table means for this message of this peer. */
enum permit_state permit_state(const struct engine_peer *peer, const struct wf_msg *msg);

#endif
