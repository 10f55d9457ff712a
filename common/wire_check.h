/* What the files of the codec share and nobody else needs. */
#ifndef WF_COMMON_WIRE_CHECK_H
#define WF_COMMON_WIRE_CHECK_H

#include "common/wire.h"

/* The row that says how often a message may have a field; NULL when it may not. */
const struct wf_msg_field *wf_wire_msg_field(enum wf_msg_type type, enum wf_field_id id);

/* Adds a value of any type, checked for size, form and repetition; the message as it was on failure. */
WF_MUST_USE wf_status wf_wire_msg_append(
	struct wf_msg *msg, enum wf_field_id id, const void *bytes, size_t len);

#endif
