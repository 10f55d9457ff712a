/*
 * Draws QR codes (ISO/IEC 18004) with libqrencode. Scanners want dark modules on a light ground:
 * on a terminal with colours both are set, so that it does not matter what the terminal's are.
 * Without colours a dark ground is assumed, and the light modules are drawn.
 */
#include "config.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

#include "common/secret.h"
#include "ctl/qr.h"

#define QUIET 4 /* modules */

struct canvas {
	const QRcode *code;
	FILE *out;
	bool colour;
};

static bool
is_dark(const struct canvas *canvas, int row, int column)
{
	int width = canvas->code->width;

	if (row < 0 || column < 0 || row >= width || column >= width)
		return false;
	return (canvas->code->data[row * width + column] & 1) != 0;
}

/* Upper and lower module in one character; with colours the ground is light and blocks are dark. */
static const char *
half_block(const struct canvas *canvas, int row, int column)
{
	static const char *const blocks[] = {" ", "\u2584", "\u2580", "\u2588"};
	bool upper = is_dark(canvas, row, column) == canvas->colour;
	bool lower = is_dark(canvas, row + 1, column) == canvas->colour;

	return blocks[(upper ? 2 : 0) + (lower ? 1 : 0)];
}

static void
draw_line(const struct canvas *canvas, int row, bool ascii)
{
	int end = canvas->code->width + QUIET;

	fputs(canvas->colour ? "\033[30;107m" : "", canvas->out);
	for (int column = -QUIET; column < end; column++) {
		if (ascii)
			fputs(is_dark(canvas, row, column) == canvas->colour ? "##" : "  ",
				canvas->out);
		else
			fputs(half_block(canvas, row, column), canvas->out);
	}
	fputs(canvas->colour ? "\033[0m\n" : "\n", canvas->out);
}

wf_status
qr_draw(const char *text, bool ascii, bool colour, FILE *out)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	struct canvas canvas = {code, out, colour};

	if (code == NULL)
		return errno == ERANGE ? WF_TOO_LONG : WF_NO_MEMORY;
	for (int row = -QUIET; row < code->width + QUIET; row += ascii ? 1 : 2)
		draw_line(&canvas, row, ascii);
	wf_wipe(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return WF_OK;
}
