# SCS 評価制度 ★3 (案)
# SCS evaluation scheme, 3 stars, draft
#
# 値ごとに、それを求める基準の番号と強さを記す。書式は warifu.conf(5)。
# Each value names the criterion that asks for it, and how strongly. The form: warifu.conf(5).

title_ja = "SCS 評価制度 ★3 (案)"
title_en = "SCS evaluation scheme, 3 stars, draft"
document = "DRAFT"
edition = "draft as of April 2025, superseded by the final text"
edition_ja = "2025 年 4 月の案 (最終文書により廃止)"
reviewed = "2026-11-21"
criteria = "draft"
levels = {"3"}
draft = true

value {
	of = "mfa.kinds"
	is = {"2"}
	criterion = "DRAFT-3-13e"
	force = "must"
}

value {
	of = "mfa.counts"
	is = {"knowledge", "possession", "biometric"}
	criterion = "DRAFT-3-13e"
	force = "must"
}

value {
	of = "mfa.password"
	is = {"yes"}
	criterion = "DRAFT-3-13e"
	force = "must"
	note_ja = "1 つは必ずパスワード (C-06)。"
	note_en = "One of them is always a password (C-06)."
}

value {
	of = "mfa.required"
	is = {"cloud-important", "cloud-admin"}
	criterion = "DRAFT-3-13b"
	force = "must"
}

value {
	of = "firewall.change"
	is = {"mfa", "trusted-address"}
	criterion = "DRAFT-3-23d"
	force = "must"
}

value {
	of = "password.min"
	guard = {"mfa"}
	is = {"10"}
	criterion = "DRAFT-3-13d"
	force = "must"
}

value {
	of = "password.min"
	is = {"10"}
	criterion = "DRAFT-3-15b"
	force = "must"
}

value {
	of = "password.classes"
	guard = {"mfa"}
	is = {"upper", "lower", "digit", "symbol"}
	criterion = "DRAFT-3-13d"
	force = "must"
}

value {
	of = "password.classes"
	is = {"upper", "lower", "digit", "symbol"}
	criterion = "DRAFT-3-15b"
	force = "must"
}

value {
	of = "password.max_age"
	for = {"general", "privileged"}
	is = {"forbidden"}
	criterion = "DRAFT-3-16b"
	force = "must-not"
}

value {
	of = "password.change_on"
	is = {"default"}
	criterion = "DRAFT-3-15a"
	force = "must"
}

value {
	of = "password.change_on"
	is = {"leak", "suspicion"}
	criterion = "DRAFT-3-16c"
	force = "must"
}

value {
	of = "password.unique"
	is = {"systems", "services"}
	criterion = "DRAFT-3-15c"
	force = "must"
}

value {
	of = "password.keeping"
	is = {"locked-paper", "password-manager"}
	criterion = "DRAFT-3-16a"
	force = "must"
}

value {
	of = "pin.min"
	is = {"6"}
	criterion = "DRAFT-3-14c"
	force = "must"
}

value {
	of = "lock.threshold"
	is = {"10"}
	criterion = "DRAFT-3-14a"
	force = "where-possible"
}

value {
	of = "lock.means"
	is = {"lock", "back-off", "stronger-password"}
	criterion = "DRAFT-3-14a"
	force = "where-possible"
	note_ja = "どちらも設定できない場合に限り、より強いパスワード (DRAFT-3-14b)。"
	note_en = "A stronger password only where neither can be set (DRAFT-3-14b)."
}

value {
	of = "accounts.not_shared"
	is = {"general"}
	criterion = "DRAFT-3-11b"
	force = "must"
}

value {
	of = "accounts.no_developer_admin"
	is = {"yes"}
	criterion = "DRAFT-3-12b"
	force = "must"
}

value {
	of = "accounts.leaver_deadline"
	is = {"undefined"}
	criterion = "DRAFT-3-11c"
	force = "must"
}

value {
	of = "accounts.dormant"
	is = {"undefined"}
	criterion = "DRAFT-3-11c"
	force = "must"
}

value {
	of = "approval.account"
	for = {"general"}
	is = {"1"}
	criterion = "DRAFT-3-11a"
	force = "must"
}

value {
	of = "approval.account"
	for = {"privileged"}
	is = {"1"}
	criterion = "DRAFT-3-12d"
	force = "must"
}

value {
	of = "approval.configuration"
	is = {"1"}
	criterion = "DRAFT-3-20"
	force = "must"
}

value {
	of = "review.accounts"
	is = {"365"}
	criterion = "DRAFT-3-4"
	force = "must"
}

value {
	of = "alert.manner"
	is = {"immediate", "flash-report"}
	criterion = "DRAFT-3-24"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"defined", "offsite", "manual"}
	criterion = "DRAFT-3-19"
	force = "must"
}
