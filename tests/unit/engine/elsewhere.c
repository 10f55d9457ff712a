/* See the header. */
#include "config.h"

#include "tests/unit/engine/elsewhere.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

/* A ticket points at what was asked. */
struct egress { wf_status refuses; bool down; };
struct egress_ticket { struct asked asked; };

static struct egress elsewhere;
static struct egress_ticket tickets[ELSEWHERE_MAX];
static size_t count;

struct egress *
elsewhere_open(void)
{
	ck_assert_int_eq(elsewhere_open_one(), -1);
	memset(tickets, 0, sizeof(tickets));
	count = 0;
	elsewhere = (struct egress){.refuses = WF_OK};
	return &elsewhere;
}

void
elsewhere_down(bool down)
{
	elsewhere.down = down;
}

bool
egress_is_up(const struct egress *egress)
{
	return !egress->down;
}

void
elsewhere_refuse(wf_status status)
{
	elsewhere.refuses = status;
}

wf_status
egress_ask(struct egress *egress, const struct egress_question *question, egress_done done,
	void *ctx, struct egress_ticket **ticket_r)
{
	struct asked *asked = &tickets[count].asked;

	if (egress->refuses != WF_OK)
		return egress->refuses;
	ck_assert_uint_lt(count, ELSEWHERE_MAX);
	ck_assert_int_eq(question->trade, WF_TRADE_RADIUS);
	*asked =
		(struct asked){.deadline_us = question->deadline_boot_us, .done = done, .ctx = ctx};
	snprintf(asked->server, sizeof(asked->server), "%s", question->server);
	snprintf(asked->user, sizeof(asked->user), "%s", question->user);
	snprintf(asked->source, sizeof(asked->source), "%s", question->source);
	snprintf(asked->nas, sizeof(asked->nas), "%s", question->nas);
	snprintf(asked->answer, sizeof(asked->answer), "%.*s", (int)question->answer->len,
		 question->answer->len > 0 ? (const char *)question->answer->bytes : "");
	asked->state_len = question->state_len;
	if (question->state_len > 0)
		memcpy(asked->state, question->state, question->state_len);
	*ticket_r = &tickets[count++];
	return WF_OK;
}

void
egress_drop(struct egress_ticket **ticket)
{
	if (*ticket != NULL)
		(*ticket)->asked.dropped = true;
	*ticket = NULL;
}

const char *
egress_why_name(enum wf_unreachable why)
{
	return why == WF_WHY_TIMEOUT ? "timeout" : "away";
}

size_t
elsewhere_count(void)
{
	return count;
}

const struct asked *
elsewhere_asked(size_t index)
{
	ck_assert_uint_lt(index, count);
	return &tickets[index].asked;
}

int
elsewhere_open_one(void)
{
	for (size_t i = 0; i < count; i++)
		if (!tickets[i].asked.answered && !tickets[i].asked.dropped)
			return (int)i;
	return -1;
}

static void
say(size_t index, const struct egress_reply *reply)
{
	struct asked *asked = &tickets[index].asked;

	ck_assert_uint_lt(index, count);
	ck_assert(!asked->answered && !asked->dropped);
	asked->answered = true;
	asked->done(asked->ctx, reply);
}

void
elsewhere_silent(size_t index, enum wf_unreachable why)
{
	const struct egress_reply reply = {.outcome = WF_OUTCOME_UNREACHABLE, .why = why};

	say(index, &reply);
}

void
elsewhere_say(size_t index, enum wf_outcome outcome)
{
	const struct egress_reply reply = {
		.outcome = outcome, .text = "No, thank you.", .server = ELSEWHERE_SERVER};

	if (outcome == WF_OUTCOME_UNREACHABLE)
		elsewhere_silent(index, WF_WHY_TIMEOUT);
	else
		say(index, &reply);
}

void
elsewhere_challenge(size_t index, const char *text, bool echo, const char *state)
{
	struct egress_reply reply = {.outcome = WF_OUTCOME_CHALLENGE,
		.echo = echo,
		.server = ELSEWHERE_SERVER,
		.state_len = strlen(state)};

	snprintf(reply.text, sizeof(reply.text), "%s", text);
	memcpy(reply.state, state, reply.state_len);
	say(index, &reply);
}
