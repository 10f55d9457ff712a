/*
 * From a stream of bytes to frames: how much of it is one, and who takes it.  Knows no connection,
 * so whatever comes out of one may be tried.  Pure.
 */
#ifndef WF_COMMON_TLS_FRAMES_H
#define WF_COMMON_TLS_FRAMES_H

#include "common/buf.h"

struct wf_frames {
	size_t max; /* bytes of a frame */
	void *ctx;
	/* Length of the frame that starts here: WF_AGAIN if more bytes are needed to tell. */
	wf_status (*measure)(void *ctx, const uint8_t *bytes, size_t len, size_t *frame_r);
	wf_status (*take)(void *ctx, const uint8_t *frame, size_t len);
	const bool *ended; /* set by whom `take` has told: nothing more is taken */
};

/*
 * Takes all whole frames that `in` begins with, and leaves the rest there.  WF_AGAIN: the next one
 * is not all there; WF_OK: it has ended; anything else but these comes from `measure` or `take`,
 * WF_INVALID also for a frame that is too long or empty.
 */
WF_MUST_USE wf_status wf_frames_take(const struct wf_frames *frames, struct wf_buf *in);

#endif
