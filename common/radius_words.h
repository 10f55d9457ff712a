/*
 * Words of a RADIUS client's section that the command line takes as well: one list for warifu.conf
 * and for `warifu radius client add`. A list is a macro that hands each of its rows to the macro X.
 */
#ifndef WF_COMMON_RADIUS_WORDS_H
#define WF_COMMON_RADIUS_WORDS_H

/* clang-format off */
/* X(name of the row of its table, word) */
#define WF_RADIUS_PROFILES(X) \
	X(generic, "generic") \
	X(fortigate, "fortigate") \
	X(pan_os, "pan-os") \
	X(cisco_asa, "cisco-asa") \
	X(ocserv, "ocserv") \
	X(openvpn, "openvpn") \
	X(strongswan, "strongswan") \
	X(pam_radius, "pam_radius")

/* X(enum client_mode, word) */
#define WF_RADIUS_MODES(X) \
	X(CLIENT_CHALLENGE, "challenge") \
	X(CLIENT_CODE_LAST, "code-last") \
	X(CLIENT_CODE_FIRST, "code-first") \
	X(CLIENT_SEPARATOR, "separator") \
	X(CLIENT_CODE, "code") \
	X(CLIENT_SCRV1, "scrv1")

/* X(enum client_authenticator, word) */
#define WF_RADIUS_AUTHENTICATORS(X) \
	X(CLIENT_AUTHENTICATOR_REQUIRED, "required") \
	X(CLIENT_AUTHENTICATOR_OPTIONAL, "optional") \
	X(CLIENT_AUTHENTICATOR_AUTO, "auto")
/* clang-format on */

/* The words of a list as one text, "vpn|firewall-admin|..."; a constant. */
#define WF_RADIUS_CHOICES(list) (&("" list(WF_RADIUS_CHOICE))[1])
#define WF_RADIUS_CHOICE(row, word) "|" word

#endif
