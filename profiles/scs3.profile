# SCS 評価制度 ★3
# SCS evaluation scheme, 3 stars
#
# 値ごとに、それを求める基準の番号と強さを記す。書式は warifu.conf(5)。
# Each value names the criterion that asks for it, and how strongly. The form: warifu.conf(5).

title_ja = "SCS 評価制度 ★3"
title_en = "SCS evaluation scheme, 3 stars"
document = "SCS"
edition = "final text; the copy read states no date"
edition_ja = "最終文書 (参照した写しに日付なし)"
reviewed = "2026-11-21"
criteria = "scs"
levels = {"3"}

value {
	of = "mfa.kinds"
	is = {"2"}
	criterion = "SCS-4-1-3-3"
	force = "must"
}

value {
	of = "mfa.counts"
	is = {"knowledge", "possession", "biometric", "other"}
	criterion = "SCS-4-1-3-3"
	force = "must"
	note_ja = "接続元アドレスも 1 種類に数える (C-05)。"
	note_en = "The source address counts as a kind (C-05)."
}

value {
	of = "mfa.means"
	is = {"sent-code", "push"}
	criterion = "SCS-4-1-3-3"
	force = "must"
}

value {
	of = "password.min"
	guard = {"mfa"}
	is = {"8"}
	criterion = "SCS-4-1-3-4"
	force = "must"
}

value {
	of = "password.min"
	guard = {"mfa", "lock"}
	is = {"8"}
	criterion = "SCS-4-1-5-3"
	force = "must"
}

value {
	of = "password.min"
	guard = {"none"}
	is = {"10"}
	criterion = "SCS-4-1-5-3"
	force = "must"
}

value {
	of = "password.classes"
	guard = {"mfa", "lock"}
	is = {"none"}
	criterion = "SCS-4-1-5-3"
	force = "must"
}

value {
	of = "password.classes"
	guard = {"none"}
	is = {"upper", "lower", "digit"}
	criterion = "SCS-4-1-5-3"
	force = "must"
}

value {
	of = "password.forbidden"
	is = {"guessable"}
	criterion = "SCS-4-1-5-2"
	force = "must"
}

value {
	of = "password.change_on"
	is = {"default"}
	criterion = "SCS-4-1-5-1"
	force = "must"
}

value {
	of = "password.change_on"
	is = {"leak", "suspicion"}
	criterion = "SCS-4-1-6-2"
	force = "must"
}

value {
	of = "password.unique"
	is = {"systems", "services"}
	criterion = "SCS-4-1-5-4"
	force = "must"
}

value {
	of = "password.keeping"
	is = {"locked-paper", "password-manager"}
	criterion = "SCS-4-1-6-1"
	force = "must"
}

value {
	of = "pin.min"
	is = {"6"}
	criterion = "SCS-4-1-4-2"
	force = "must"
	note_ja = "端末だけで使う PIN に限る。ログインのパスワードには password.min が及ぶ (C-09)。"
	note_en = "For PINs that never leave the device; a login's password is ruled by password.min (C-09)."
}

value {
	of = "lock.threshold"
	is = {"10"}
	criterion = "SCS-4-1-4-1"
	force = "must"
	note_ja = "「少なくとも 10 回」は上限と読む: 遅くとも 10 回目の失敗でロックする (C-07)。"
	note_en = "'At least 10' is read as an upper bound: locked by the tenth failure at the latest (C-07)."
}

value {
	of = "lock.means"
	is = {"lock", "back-off", "stronger-password"}
	criterion = "SCS-4-1-4-1"
	force = "must"
	note_ja = "3 つのうちどれでもよい (C-08)。"
	note_en = "Any of the three will do (C-08)."
}

value {
	of = "firewall.change"
	is = {"mfa", "trusted-address"}
	criterion = "SCS-4-5-1-7"
	force = "must"
}

value {
	of = "approval.account"
	is = {"1"}
	criterion = "SCS-4-1-7-1"
	force = "must"
}

value {
	of = "approval.configuration"
	is = {"1"}
	criterion = "SCS-4-4-1-3"
	force = "must"
}

value {
	of = "alert.manner"
	is = {"prompt", "flash-report"}
	criterion = "SCS-5-1-1-3"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"defined"}
	criterion = "SCS-4-3-4-1"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"offsite"}
	criterion = "SCS-4-3-4-2"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"manual"}
	criterion = "SCS-4-3-4-3"
	force = "must"
}
