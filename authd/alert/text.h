/*
 * What people, and programs, are told: one incident, many at once, or that this is a test.  A
 * letter in the languages that the configuration names, one line of JSON, one line for the log of
 * the machine.  Names in it come from whoever tried to log in; none of them can end a line.
 *
 * Reads no store and no clock; texts of people are made in the language of the thread meanwhile.
 */
#ifndef WF_AUTHD_ALERT_TEXT_H
#define WF_AUTHD_ALERT_TEXT_H

#include "authd/alert/channel.h"
#include "authd/alert/letter.h"

#define ALERT_SHOWN 20		/* incidents that one message describes; others it counts */
#define ALERT_BODY_MAX 14000	/* bytes, with recipients and subject below WF_LOAD_MAX */
#define ALERT_LINE_SIZE 900

struct alert_note {
	const struct incident *list; /* those that are described, borrowed */
	size_t n;		     /* 0: it is a test; of many, fewer where they are too long */
	uint64_t total;		     /* those that are told by this message: n or more */
	unsigned worst;		     /* level */
	uint32_t bits;		     /* whom it is for */
	const char *node;	     /* this host */
	bool bare; /* a receiver refused the words: how many, number and level, and no names */
	const char *rows; /* of one incident: numbers of its rows, "3 5 40"; "" = not known */
	int64_t now_us;
};

/*
 * The body is written into `body`, whose owner keeps it as long as the letter.  WF_NO_MEMORY;
 * WF_INVALID: nobody of these classes has an address.
 */
WF_MUST_USE wf_status alert_letter(const struct alert_note *note, const struct config_alert *alert,
	struct wf_buf *body, struct letter *letter_r);
/* One object and the end of its line.  WF_NO_MEMORY. */
WF_MUST_USE wf_status alert_json(const struct alert_note *note, struct wf_buf *out);
/* In English. */
void alert_line(const struct alert_note *note, char text_r[ALERT_LINE_SIZE]);

#endif
