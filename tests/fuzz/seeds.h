/*
 * The seeds and dictionaries of the fuzz targets, made from the tables that the product works by.
 */
#ifndef WF_TESTS_FUZZ_SEEDS_H
#define WF_TESTS_FUZZ_SEEDS_H

#include <stddef.h>

#include "common/buf.h"

/* Writes one seed; ends the program if that fails. */
void seed_put(const char *target, const char *name, const void *bytes, size_t len);
/* Ends the program for anything but WF_OK. */
void seed_need(wf_status status);

/* Of each kind, by file. */
void seeds_frames(void);  /* wire, dialog, and the dictionary of both */
void seeds_records(void); /* audit, backup */
void seeds_words(void);	  /* config and its dictionary, args */
void seeds_texts(void);	  /* hash, code, keys, source, sshd */
void seeds_packets(void); /* radius */
void seeds_exchanges(void); /* radsec, exchange, dictionary */
void seeds_sheets(void);  /* breakglass */
void seeds_rules(void);	  /* rules and its dictionary */
void seeds_acts(void);	  /* acts and its dictionary */

#endif
