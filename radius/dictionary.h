/*
 * Names of attributes, vendors and values, read from files in the format of FreeRADIUS, which
 * others ship as well (radcli's in /etc/radcli). Read once at the start; nothing here parses bytes
 * of the network.
 *
 * What this server has no use for (TLVs, tags, encryption, protocols) is read past, not refused:
 * the files of others are full of it. After the load the dictionary is constant; any thread may
 * read.
 */
#ifndef WF_RADIUS_DICTIONARY_H
#define WF_RADIUS_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "radius/packet.h"

struct dictionary;

/* RFC 8044 section 3; what is not listed is read as octets. */
enum attribute_form { FORM_OCTETS, FORM_TEXT, FORM_NUMBER, FORM_IPV4, FORM_IPV6 };

struct dictionary_attribute {
	const char *name; /* the dictionary's */
	uint32_t vendor;  /* 0: none */
	uint8_t type;
	enum attribute_form form;
};

/* An attribute with its value as it goes into a reply. */
struct dictionary_value {
	uint32_t vendor;
	uint8_t type;
	uint8_t len;
	uint8_t bytes[ATTRIBUTE_VALUE_MAX];
};

#define DICTIONARY_WHY_MAX 512

WF_MUST_USE wf_status dictionary_new(struct dictionary **dictionary_r);
void dictionary_free(struct dictionary **dictionary);
/*
 * Reads a file and what it includes ($INCLUDE, relative to its own folder, 16 deep).  A later
 * entry of a name replaces an earlier one.  WF_NOT_FOUND, WF_IO, WF_INVALID, WF_TOO_LONG (over
 * 100,000 entries), WF_NO_MEMORY; why_r has the sentence with file and line, and the dictionary
 * may be freed only.
 */
WF_MUST_USE wf_status dictionary_load(
	struct dictionary *dictionary, const char *path, char why_r[DICTIONARY_WHY_MAX]);
/* By name, capitals or not; NULL: none. */
const struct dictionary_attribute *dictionary_find(
	const struct dictionary *dictionary, const char *name);
/* The number that a value's name stands for, or that is written there; false: neither. */
bool dictionary_number(const struct dictionary *dictionary, const char *attribute,
	const char *value, uint32_t *number_r);
/* A whole number, decimal or 0x...; false for anything else and above 2^32 - 1. */
bool dictionary_read_number(const char *text, uint32_t *number_r);
/*
 * `text` as a value of the attribute: text as it is, a number or the name of a value, an address,
 * octets as "0x...".  WF_INVALID or WF_TOO_LONG with a sentence, WF_NOT_FOUND for an attribute of
 * no name here.
 */
WF_MUST_USE wf_status dictionary_encode(const struct dictionary *dictionary, const char *name,
	const char *text, struct dictionary_value *value_r, char why_r[DICTIONARY_WHY_MAX]);

#endif
