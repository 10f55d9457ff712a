/* In place of qr.c in a build without libqrencode. */
#include "config.h"

#include "ctl/qr.h"

wf_status
qr_draw(const char *text, bool ascii, bool colour, FILE *out)
{
	(void)text;
	(void)ascii;
	(void)colour;
	(void)out;
	return WF_UNSUPPORTED;
}
