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
/* By number; of several names the last one that was read. NULL: none. */
const struct dictionary_attribute *dictionary_by_number(
	const struct dictionary *dictionary, uint32_t vendor, uint8_t type);
/* The name that an attribute's value has; NULL: none. */
const char *dictionary_value_name(
	const struct dictionary *dictionary, const char *attribute, uint32_t number);
/* A whole number, decimal or 0x...; false for anything else and above 2^32 - 1. */
bool dictionary_read_number(const char *text, uint32_t *number_r);
/*
 * `text` as a value of the attribute: text as it is, a number or the name of a value, an address,
 * octets as "0x...".  WF_INVALID or WF_TOO_LONG with a sentence, WF_NOT_FOUND for an attribute of
 * no name here.
 */
WF_MUST_USE wf_status dictionary_encode(const struct dictionary *dictionary, const char *name,
	const char *text, struct dictionary_value *value_r, char why_r[DICTIONARY_WHY_MAX]);


/*
 * The other way round, for people. An attribute of a packet as the values in it: the only one, or
 * those within a Vendor-Specific of the usual form.  How many; the rest beyond `max` is left out.
 */
size_t dictionary_values(
	const struct attribute *attribute, struct dictionary_value *values_r, size_t max);
#define DICTIONARY_NAME_MAX 128
#define DICTIONARY_TEXT_MAX (2 * ATTRIBUTE_VALUE_MAX + 3)
/*
 * Name and text of a value, as dictionary_encode() takes them; "Attr-26.9.1" and octets for what
 * the dictionary does not have. Text may hold whatever its sender wrote.
 */
void dictionary_show(const struct dictionary *dictionary, const struct dictionary_value *value,
	char name_r[DICTIONARY_NAME_MAX], char text_r[DICTIONARY_TEXT_MAX]);

#endif
