/*
 * A login through libradcli: CONFIGURATION USER PASSWORD CODE. Says "challenge" when it is asked
 * for the code; exits with 0 if it was let in.
 */
#include <radcli/radcli.h>
#include <stdio.h>
#include <string.h>

static int
ask(rc_handle *handle, const char *user, const char *password, const char *state,
	VALUE_PAIR **reply_r)
{
	VALUE_PAIR *request = NULL;
	char message[PW_MAX_MSG_SIZE] = "";
	int result;

	rc_avpair_add(handle, &request, PW_USER_NAME, user, -1, 0);
	rc_avpair_add(handle, &request, PW_USER_PASSWORD, password, -1, 0);
	if (state != NULL)
		rc_avpair_add(handle, &request, PW_STATE, state, (int)strlen(state), 0);
	result = rc_auth(handle, 0, request, reply_r, message);
	rc_avpair_free(request);
	return result;
}

int
main(int argc, char **argv)
{
	rc_handle *handle = argc == 5 ? rc_read_config(argv[1]) : NULL;
	VALUE_PAIR *reply = NULL, *state;
	int result;

	if (handle == NULL || rc_read_dictionary(handle, rc_conf_str(handle, "dictionary")) != 0)
		return 2;
	result = ask(handle, argv[2], argv[3], NULL, &reply);
	state = rc_avpair_get(reply, PW_STATE, 0);
	if (result == CHALLENGE_RC && state != NULL) {
		puts("challenge");
		result = ask(handle, argv[2], argv[4], state->strvalue, &reply);
	}
	rc_destroy(handle);
	return result == OK_RC ? 0 : 1;
}
