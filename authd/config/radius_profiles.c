/*
 * The profiles, a table.  `timeout` is the time after which the gateway gives up or asks its next
 * server, its resends included: an answer that comes later is of no use to anybody.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/radius_profiles.h"

#include <string.h>

#include "common/i18n.h"
#include "common/radius_words.h"

/* Each word of the list has a row, and each row a word: the compiler misses it otherwise. */
#define NAME(row, word) static const char row[] = word;
WF_RADIUS_PROFILES(NAME)

/* clang-format off */
static const struct config_profile profiles[] = {
	{generic, "RFC 2865", {
		{"mode", "challenge", N_("Access-Challenge is part of the standard")},
		{"timeout", "5", N_("most gateways wait for 3 to 5 seconds")},
	}, NULL},
	{fortigate, "Fortinet FortiGate", {
		{"mode", "challenge",
			N_("asks for the code in a prompt of its own, for 60 seconds")},
		{"timeout", "5",
			N_("remoteauthtimeout is 5 seconds; then it asks its secondary server")},
		{"group_attribute", "Fortinet-Group-Name = %group",
			N_("matched by the user groups of the gateway")},
	}, N_("Set the authentication method to PAP: 'auto' begins with others after a refusal.")},
	{pan_os, "Palo Alto Networks PAN-OS, GlobalProtect", {
		{"mode", "challenge", N_("shows the text of the challenge and asks for the code")},
		{"timeout", "9", N_("3 seconds, sent 3 times")},
		{"group_attribute", "PaloAlto-User-Group = %group",
			N_("matched by the allow list of the authentication profile")},
	}, N_("Set the protocol to PAP: CHAP is tried first otherwise. Roles of administrators are "
	      "written in lower case.")},
	{cisco_asa, "Cisco ASA, AnyConnect", {
		{"mode", "challenge", N_("shows the text of the challenge and asks for the code")},
		{"timeout", "12", N_("older AnyConnect clients end a login after 12 seconds")},
		{"group_attribute", "Class = OU=%group;", N_("names the group policy")},
	}, N_("Leave password-management off: it changes to MS-CHAPv2, for which no stored "
	      "password is fit.")},
	{ocserv, "OpenConnect server", {
		{"mode", "challenge",
			N_("up to 16 rounds; wants a State and a text, and both are sent")},
		{"timeout", "30", N_("radcli waits for 10 seconds, 3 times")},
		{"group_attribute", "Class = OU=%groups",
			N_("takes all groups from one attribute")},
	}, N_("Send no Service-Type in a reply: any but Framed ends the login. radcli before 1.5 "
	      "sends no Message-Authenticator: update it, or write message_authenticator = auto.")},
	{openvpn, "OpenVPN", {
		{"mode", "scrv1",
			N_("its RADIUS plug-ins know no challenge, and static-challenge asks for "
			   "both at once")},
		{"timeout", "5", N_("as the plug-in's file says; make both the same")},
	}, N_("Write static-challenge \"Code\" 1 in the clients' files; where they cannot be "
	      "changed, mode = code-last and the code typed behind the password. The plug-in sends "
	      "no Message-Authenticator: write message_authenticator = auto.")},
	{strongswan, "strongSwan (XAuth)", {
		{"mode", "code-last",
			N_("puts all answers into one field and takes a challenge for a refusal")},
		{"timeout", "20", N_("2 seconds, then 4 resends, each 1.4 times as long")},
		{"group_attribute", "Class = %group",
			N_("compared with rightgroups where class_group is on")},
	}, N_("Its connections need version = 1 and auth = xauth-radius: EAP, by which those of "
	      "version 2 ask, is refused. With trust_calling_station write station_id_with_port "
	      "= no in its section eap-radius.")},
	{pam_radius, "pam_radius_auth", {
		{"mode", "challenge", N_("shows the text of the challenge and asks for the code")},
		{"timeout", "3",
			N_("the third word of a line of its file, 3 seconds unless written")},
	}, N_("Version 2.0 sends no Message-Authenticator: update it, or write "
	      "message_authenticator = auto. A host does better with pam_warifu.")},
};
/* clang-format on */

const struct config_profile *
config_profiles(size_t *n_r)
{
	*n_r = sizeof(profiles) / sizeof(profiles[0]);
	return profiles;
}

const struct config_profile *
config_profile_find(const char *name)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}
