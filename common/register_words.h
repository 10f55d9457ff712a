/*
 * Words of the register of services and hosts that the command line takes as well: one list for
 * warifu.conf and for `warifu radius client add`.  A list is a macro that hands each of its rows to
 * the macro X.
 */
#ifndef WF_COMMON_REGISTER_WORDS_H
#define WF_COMMON_REGISTER_WORDS_H

/* clang-format off */
/* X(enum service_class, word) */
#define WF_REGISTER_CLASSES(X) \
	X(CLASS_SERVER, "server") \
	X(CLASS_VPN, "vpn") \
	X(CLASS_FIREWALL_ADMIN, "firewall-admin") \
	X(CLASS_ENTRY_POINT_ADMIN, "entry-point-admin") \
	X(CLASS_WLAN, "wlan") \
	X(CLASS_REMOTE_ACCESS, "remote-access") \
	X(CLASS_CLOUD, "cloud") \
	X(CLASS_CLOUD_ADMIN, "cloud-admin") \
	X(CLASS_PUBLISHED, "published-application") \
	X(CLASS_LOG_STORE, "log-store") \
	X(CLASS_NETWORK_DEVICE, "network-device")

/* X(enum data_class, word); the first word of a class is the one that is shown */
#define WF_REGISTER_DATA(X) \
	X(DATA_1, "1") \
	X(DATA_2, "2") \
	X(DATA_3, "3") \
	X(DATA_1, "general") \
	X(DATA_3, "important") \
	X(DATA_UNCLASSIFIED, "unclassified")
/* clang-format on */

#endif
