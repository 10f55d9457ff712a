/*
 * QR codes for the terminal. The text (a token's key) is wiped from what this allocates. One
 * thread.
 */
#ifndef WF_CTL_QR_H
#define WF_CTL_QR_H

#include <stdbool.h>
#include <stdio.h>

#include "common/status.h"

/*
 * Draws `text`, two rows of modules in one line with UTF-8 half blocks, or "##" for a module if
 * `ascii`. Always dark on light with a quiet zone of four modules; with `colour` the terminal's own
 * colours are set, else light modules are drawn as blocks, as dark terminals want it.
 * WF_UNSUPPORTED in a build without libqrencode; WF_TOO_LONG; WF_NO_MEMORY.
 */
WF_MUST_USE wf_status qr_draw(const char *text, bool ascii, bool colour, FILE *out);

#endif
