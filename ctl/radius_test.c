/*
 * radius test: a login through the RADIUS server as a gateway would do it, so that one can see
 * where it gets stuck. The daemon says as which client, and where that client's secret lies; the
 * secret is read here, so the caller must be able to read it. Nothing but the login is changed.
 *
 * A daemon that somebody else has taken over must not get at secrets and passwords by it: what is
 * typed goes to a listener of this machine alone that root, the caller or the user of
 * warifu-radiusd holds, and a secret is read only from a file of theirs; who that user is, the
 * machine says.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/radius.h"
#include "common/i18n.h"
#include "common/random.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/prompt.h"
#include "ctl/radius_answer.h"
#include "ctl/radius_causes.h"
#include "ctl/radius_place.h"
#include "ctl/radius_probe.h"
#include "ctl/radius_secret.h"
#include "ctl/radius_steps.h"
#include "ctl/text.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define DICTIONARY WF_RADIUSDIR "/dictionary"
#define NAS "warifu-radius-test"
#define ROUNDS_MAX 8 /* a forced change takes four */

struct test {
	struct ctl *ctl;
	const char *user;
	const char *server; /* of --server; NULL: the daemon's */
	uid_t owner;	    /* the user of warifu-radiusd */
	struct answer target;
	struct wf_secret secret; /* of the client */
	struct digest *digest;
	struct probe probe;
	struct steps steps;
	/* of the challenge that is to be answered; none: 0 */
	uint8_t state[ATTRIBUTE_VALUE_MAX];
	size_t state_len;
	char prompt[ATTRIBUTE_VALUE_MAX + 1];
};

static const char *
target(const struct test *test, const char *option)
{
	const struct table *table = &test->target.table;

	for (size_t row = 0; row < table->nrows; row++)
		if (strcmp(table_cell(table, row, "option"), option) == 0)
			return table_cell(table, row, "value");
	return "";
}

static const char *
server_of(const struct test *test)
{
	return test->server != NULL ? test->server : target(test, "server");
}

/* --- before the first request --- */

static void
advise_client(struct ctl *ctl)
{
	fprintf(ctl->err, "%s\n\n%s\n%s\n\n%s", _("For tests, as root:"),
		"    warifu radius client add local --network 127.0.0.1\n"
		"    warifu reload\n"
		"    systemctl reload warifu-radiusd\n",
		_("That makes a secret, and this section in conf.d/radius-local.conf:"),
		"    client \"local\" {\n"
		"        network = {\"127.0.0.1\"}\n"
		"        secret_file = \"/etc/warifu/radius/local.secret\"\n"
		"    }\n");
}

static int
ask_target(struct test *test, const struct parsed *parsed)
{
	struct ask ask;
	int code;

	ask_init(&ask, parsed->command->act);
	code = ask_parsed(test->ctl, &ask, parsed);
	if (code != CTL_OK)
		return code;
	ask_daemon(test->ctl, &ask, &test->target);
	code = answer_complain(test->ctl, &test->target);
	if (test->target.status == WF_NOT_FOUND && args_option(parsed, "client") == NULL)
		advise_client(test->ctl);
	return code;
}

/* By the same rules as the server: what it would not read is not read here either. */
static int
read_secret(struct test *test)
{
	const char *file = target(test, "secret-file");
	wf_status status = config_secret_read(file, test->owner, &test->secret);

	if (status == WF_OK)
		return CTL_OK;
	if (status == WF_DENIED && test->ctl->uid != 0)
		ctl_error(test->ctl,
			_("the secret of the client is for root alone (%s): test as root"), file);
	else if (status == WF_DENIED)
		ctl_error(test->ctl,
			_("the secret of the client, %s, is not read: it must belong to root or to "
			  "the user of warifu-radiusd (--owner) and be closed to everybody else"),
			file);
	else
		ctl_error(test->ctl, _("the secret of the client, %s, cannot be used: %s"), file,
			_(wf_status_text(status)));
	return status == WF_DENIED ? CTL_DENIED : CTL_NO;
}

static int
tell_place(const struct test *test, enum place_fault fault, const struct port_holder *holder)
{
	const char *server = server_of(test);
	char shown[PORTHOLD_NAME_MAX];

	if (fault == PLACE_FINE)
		return CTL_OK;
	table_clean(holder->name, shown, sizeof(shown));
	if (fault == PLACE_FOREIGN)
		ctl_error(test->ctl,
			_("%s is no address of this machine, so nothing is sent there: password "
			  "and code would leave it; test on the machine where the server runs"),
			server);
	else if (fault == PLACE_HELD)
		ctl_error(test->ctl,
			_("at %s listens a program of uid %lu (%s), which is not the user of "
			  "warifu-radiusd (--owner), so nothing is sent there"),
			server, (unsigned long)holder->uid, shown);
	else
		ctl_error(test->ctl, _("who listens at %s cannot be told: %s"), server,
			strerror(errno));
	return CTL_DENIED;
}

static int
tell_no_address(const struct test *test)
{
	ctl_error(test->ctl,
		_("'%s' is no address such as 127.0.0.1, 127.0.0.1:1812 or [::1]:1812"),
		server_of(test));
	return CTL_USAGE;
}

/* Before anything secret is read. */
static int
check_place(const struct test *test)
{
	struct port_holder holder = {.uid = 0};
	struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
	enum place_fault fault;

	if (probe_address(server_of(test), &address) != WF_OK)
		return tell_no_address(test);
	fault = place_check((const struct sockaddr *)&address, test->owner, &holder);
	return tell_place(test, fault, &holder);
}

/* To a server that was named, out of the address that the way there gives. */
static int
open_probe(struct test *test)
{
	const char *source = test->server == NULL ? target(test, "address") : NULL;
	wf_status status = probe_open(&test->probe, server_of(test), source);

	test->probe.clock = &test->ctl->clock;
	test->probe.patience_us = strtoll(target(test, "timeout-ms"), NULL, 10) * 1000;
	if (status == WF_OK)
		return CTL_OK;
	if (status == WF_INVALID)
		return tell_no_address(test);
	ctl_error(test->ctl, _("nothing can be sent to %s: %s"), server_of(test), strerror(errno));
	return CTL_AWAY;
}

static void
load_dictionaries(struct test *test)
{
	const struct table *table = &test->target.table;

	steps_dictionary(&test->steps, DICTIONARY);
	for (size_t row = 0; row < table->nrows; row++)
		if (strcmp(table_cell(table, row, "option"), "dictionary") == 0)
			steps_dictionary(&test->steps, table_cell(table, row, "value"));
}

static int
make_digest(struct test *test)
{
	wf_status status = digest_new(&test->digest);

	if (status == WF_OK)
		return CTL_OK;
	ctl_error(test->ctl, "%s", _(wf_status_text(status)));
	return CTL_NO;
}

/* --- one round --- */

static wf_status
make_request(const struct test *test, const struct wf_secret *answer,
	struct access_request *request_r)
{
	*request_r = (struct access_request){
		.user = test->user,
		.password = answer,
		.nas = NAS,
		.state = test->state_len > 0 ? test->state : NULL,
		.state_len = test->state_len,
	};
	if (wf_random_bytes(&request_r->id, 1) != WF_OK)
		return WF_CRYPTO;
	return wf_random_bytes(request_r->authenticator, sizeof(request_r->authenticator));
}

/* Silence, in words. */
static int
tell_silence(struct test *test, struct causes *causes, enum probe_end end,
	const struct probe_answer *answer)
{
	static const char *const faults[] = {
		[ACCESS_FORM] = N_("a datagram came that is no answer to an Access-Request"),
		[ACCESS_ID] = N_("an answer to another request came"),
		[ACCESS_AUTHENTICATOR] = N_("an answer came whose Response Authenticator is wrong"),
		[ACCESS_UNSIGNED] = N_("an answer came without Message-Authenticator"),
		[ACCESS_SIGNATURE] = N_("an answer came whose Message-Authenticator is wrong"),
	};
	static const char *const names[] = {"", "form", "id", "authenticator", "unsigned",
		"signature"};
	char text[256];

	if (end == PROBE_FORGED)
		steps_add(&test->steps, STEP_DISCARDED, names[answer->fault],
			_(faults[answer->fault]));
	snprintf(text, sizeof(text), _("No answer from %s. Likely causes:"), server_of(test));
	steps_add(&test->steps, STEP_RESULT, "silence", text);
	causes_tell(causes, end, answer->fault, &test->steps);
	return CTL_AWAY;
}

static const char *
name_of(uint8_t code)
{
	static const struct {
		enum packet_code code;
		const char *name;
	} names[] = {
		{CODE_ACCESS_ACCEPT, "Access-Accept"},
		{CODE_ACCESS_REJECT, "Access-Reject"},
		{CODE_ACCESS_CHALLENGE, "Access-Challenge"},
	};

	for (size_t i = 0; i < ENTRIES(names); i++)
		if ((uint8_t)names[i].code == code)
			return names[i].name;
	return ""; /* coverage: access_check() lets no other code through */
}

static void
tell_reply(struct test *test, const struct probe_answer *answer)
{
	char took[48];

	snprintf(took, sizeof(took), "%lld ms", (long long)(answer->took_us / 1000));
	steps_add(&test->steps, STEP_RECEIVED, name_of(answer->packet.code), took);
	steps_add(&test->steps, STEP_CHECK, "Response Authenticator", N_("right"));
	steps_add(&test->steps, STEP_CHECK, "Message-Authenticator", N_("right"));
	steps_attributes(&test->steps, &answer->packet);
}

/* Sends the answer; the reply, or silence explained. */
static int
send_answer(struct test *test, const struct wf_secret *answer, struct probe_answer *answer_r)
{
	const struct binding binding = {.digest = test->digest, .secret = &test->secret};
	struct access_request request;
	struct causes causes;
	struct wf_buf frame;
	enum probe_end end;
	wf_status status;
	int code = CTL_OK;

	wf_buf_init(&frame, PACKET_MAX);
	status = make_request(test, answer, &request);
	if (status == WF_OK)
		status = access_encode(&binding, &request, &frame);
	if (status != WF_OK) {
		ctl_error(test->ctl, _("this cannot be sent: %s"), _(wf_status_text(status)));
		wf_buf_clear(&frame);
		return CTL_NO;
	}
	causes_init(&causes, test->ctl, test->server == NULL ? target(test, "client") : NULL);
	steps_add(&test->steps, STEP_SENT, "Access-Request", server_of(test));
	end = probe_ask(&test->probe, &binding, &request, &frame, answer_r);
	if (end == PROBE_ANSWERED)
		tell_reply(test, answer_r);
	else
		code = tell_silence(test, &causes, end, answer_r);
	causes_clear(&causes);
	wf_buf_clear(&frame);
	return code;
}

/* --- rounds --- */

static void
keep_challenge(struct test *test, const struct packet *packet)
{
	const struct attribute *state = packet_next(packet, ATTR_STATE, NULL);
	const struct attribute *text = packet_next(packet, ATTR_REPLY_MESSAGE, NULL);

	test->state_len = state != NULL ? state->len : 0;
	if (test->state_len > 0)
		memcpy(test->state, state->value, test->state_len);
	snprintf(test->prompt, sizeof(test->prompt), "%.*s", text != NULL ? (int)text->len : 0,
		text != NULL ? (const char *)text->value : "");
	if (test->prompt[0] == '\0')
		text_copy(test->prompt, sizeof(test->prompt), _("Answer:"));
}

static int
tell_end(struct test *test, uint8_t code)
{
	bool accepted = code == CODE_ACCESS_ACCEPT;
	char text[WF_NAME_MAX + 128];

	if (accepted)
		snprintf(text, sizeof(text), _("%s gets in."), test->user);
	else
		snprintf(text, sizeof(text), _("%s is refused; 'warifu why %s' says why."),
			test->user, test->user);
	steps_add(&test->steps, STEP_RESULT, accepted ? "accept" : "reject", text);
	return accepted ? CTL_OK : CTL_NO;
}

/* One answer after the other, until the server has decided. */
static int
converse(struct test *test, struct wf_secret *answer)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		struct probe_answer reply;
		int code = send_answer(test, answer, &reply);

		wf_secret_clear(answer);
		if (code != CTL_OK)
			return code;
		if (reply.packet.code != CODE_ACCESS_CHALLENGE)
			return tell_end(test, reply.packet.code);
		keep_challenge(test, &reply.packet);
		if (prompt_text(test->ctl, test->prompt, answer) != WF_OK)
			return CTL_NO;
	}
	ctl_error(test->ctl, _("the server goes on asking; given up after %d answers"), ROUNDS_MAX);
	return CTL_NO;
}

/* As whom it is sent, and how the answers are joined. */
static void
tell_client(struct test *test)
{
	char text[512];

	snprintf(text, sizeof(text), "mode %s, secret_file %s", target(test, "client-mode"),
		target(test, "secret-file"));
	steps_add(&test->steps, STEP_CLIENT, target(test, "client"), text);
}

static int
log_in(struct test *test)
{
	struct wf_secret answer = WF_SECRET_EMPTY;
	wf_status status = radius_answer_first(
		test->ctl, target(test, "client-mode"), target(test, "separator"), &answer);
	int code = status == WF_OK ? converse(test, &answer) : CTL_NO;

	wf_secret_clear(&answer);
	steps_print(&test->steps);
	return code;
}

int
ctl_radius_test(struct ctl *ctl, const struct parsed *parsed)
{
	struct test test = {.ctl = ctl,
		.user = args_operand(parsed, 0),
		.server = args_option(parsed, "server"),
		.owner = radius_user(parsed),
		.probe = {.fd = -1}};
	int code = ask_target(&test, parsed);

	steps_init(&test.steps, ctl);
	if (code == CTL_OK)
		code = check_place(&test);
	if (code == CTL_OK)
		code = read_secret(&test);
	if (code == CTL_OK)
		code = make_digest(&test);
	if (code == CTL_OK)
		code = open_probe(&test);
	if (code == CTL_OK) {
		load_dictionaries(&test);
		tell_client(&test);
		code = log_in(&test);
	}
	probe_close(&test.probe);
	digest_free(&test.digest);
	steps_clear(&test.steps);
	wf_secret_clear(&test.secret);
	answer_clear(&test.target);
	return code;
}
