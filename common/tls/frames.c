/* Frames; see the header. */
#include "config.h"

#include "common/tls/frames.h"

#include <string.h>

static wf_status
measure(const struct wf_frames *frames, const struct wf_buf *in, size_t *len_r)
{
	size_t len = 0;
	wf_status status = frames->measure(frames->ctx, in->data, in->len, &len);

	if (status == WF_OK && (len == 0 || len > frames->max))
		return WF_INVALID;
	if (status == WF_OK && in->len < len)
		return WF_AGAIN;
	if (status == WF_OK)
		*len_r = len;
	return status;
}

wf_status
wf_frames_take(const struct wf_frames *frames, struct wf_buf *in)
{
	size_t len = 0, done = 0;
	wf_status status = WF_OK;

	while (!*frames->ended) {
		status = measure(frames, in, &len);
		if (status == WF_OK)
			status = frames->take(frames->ctx, in->data, len);
		if (status != WF_OK)
			break;
		memmove(in->data, in->data + len, in->len - len);
		wf_buf_cut(in, in->len - len);
		done += len;
	}
	if (done > 0 && in->len == 0)
		wf_buf_clear(in); /* what was secret in it is wiped */
	return status;
}
