# Software ISAC ガイドライン レベル 2
# Software ISAC guideline, level 2
#
# 値ごとに、それを求める基準の番号と強さを記す。書式は warifu.conf(5)。
# Each value names the criterion that asks for it, and how strongly. The form: warifu.conf(5).

title_ja = "Software ISAC ガイドライン レベル 2"
title_en = "Software ISAC guideline, level 2"
document = "ISAC"
edition = "Ver. 1.0 (2022-05)"
reviewed = "2026-11-21"
criteria = "isac"
levels = {"1", "2"}
includes = {"isac1"}

value {
	of = "mfa.required"
	is = {"all-accounts"}
	criterion = "ISAC-3.2.8a"
	force = "where-possible"
}

value {
	of = "mfa.required"
	is = {"admin"}
	criterion = "ISAC-7.2.11"
	force = "must"
}

value {
	of = "password.min"
	guard = {"lock", "none"}
	is = {"16"}
	criterion = "ISAC-3.2.8b"
	force = "must"
	note_ja = "多要素認証を使えない場合 (C-03)。"
	note_en = "Where multi-factor authentication cannot be used (C-03)."
}

value {
	of = "password.max_age"
	for = {"service"}
	is = {"91"}
	criterion = "ISAC-3.3.3"
	force = "must"
	note_ja = "自動で更新されないサービスアカウント。"
	note_en = "Service accounts whose password does not change by itself."
}

value {
	of = "password.unique"
	is = {"systems", "services"}
	criterion = "ISAC-3.2.8b"
	force = "must"
}

value {
	of = "password.no_cache"
	is = {"yes"}
	criterion = "ISAC-8.1.6"
	force = "must"
}

value {
	of = "pin.min"
	is = {"6"}
	criterion = "ISAC-3.2.8a"
	force = "where-possible"
}

value {
	of = "device.auth"
	is = {"certificate"}
	criterion = "ISAC-7.2.16"
	force = "must"
	note_ja = "802.1X。MAC アドレスだけでは足りない (C-22)。"
	note_en = "802.1X; a MAC address does not do (C-22)."
}

value {
	of = "transport.encrypted"
	is = {"all"}
	criterion = "ISAC-8.1.6"
	force = "must"
	note_ja = "平文の RADIUS も含む (C-26)。"
	note_en = "RADIUS in the clear as well (C-26)."
}

value {
	of = "accounts.ledger"
	is = {"purpose", "rights"}
	criterion = "ISAC-3.3.3"
	force = "must"
}

value {
	of = "log.store"
	is = {"central"}
	criterion = "ISAC-7.3.6"
	force = "where-possible"
}

value {
	of = "alert.manner"
	is = {"second-channel"}
	criterion = "ISAC-10.6"
	force = "must"
}

value {
	of = "incident.levels"
	is = {"numeric"}
	criterion = "ISAC-10.9"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"encrypted"}
	criterion = "ISAC-5.2.5"
	force = "must"
}
