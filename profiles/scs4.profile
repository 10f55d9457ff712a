# SCS 評価制度 ★4
# SCS evaluation scheme, 4 stars
#
# 値ごとに、それを求める基準の番号と強さを記す。書式は warifu.conf(5)。
# Each value names the criterion that asks for it, and how strongly. The form: warifu.conf(5).

title_ja = "SCS 評価制度 ★4"
title_en = "SCS evaluation scheme, 4 stars"
document = "SCS"
edition = "final text; the copy read states no date"
edition_ja = "最終文書 (参照した写しに日付なし)"
reviewed = "2026-11-21"
criteria = "scs"
levels = {"3", "4"}
includes = {"scs3"}

value {
	of = "mfa.required"
	is = {"remote-access", "admin-internet", "user-internet-important", "cloud-important"}
	criterion = "SCS-4-1-3-5"
	force = "must"
}

value {
	of = "mfa.required"
	is = {"log-store"}
	criterion = "SCS-4-4-3-2"
	force = "must"
}

value {
	of = "accounts.default_ids"
	is = {"stop", "mfa"}
	criterion = "SCS-4-4-1-5"
	force = "must"
}

value {
	of = "accounts.partner"
	is = {"contract-end"}
	criterion = "SCS-2-1-5-1"
	force = "must"
}

value {
	of = "review.accounts"
	is = {"365"}
	criterion = "SCS-4-1-7-2"
	force = "must"
}

value {
	of = "review.leavers"
	is = {"365"}
	criterion = "SCS-3-1-4-6"
	force = "must"
}

value {
	of = "review.rules"
	is = {"365"}
	criterion = "SCS-1-1-1-2"
	force = "must"
}

value {
	of = "review.log"
	is = {"30"}
	criterion = "SCS-4-4-3-3"
	force = "must"
}

value {
	of = "log.fields"
	is = {"time", "source", "user", "result"}
	criterion = "SCS-4-4-3-1"
	force = "must"
}

value {
	of = "log.retention_days"
	is = {"184"}
	criterion = "SCS-4-4-3-1"
	force = "must"
	note_ja = "「6 か月」は日数にすると最長 184 日。"
	note_en = "Six months have at most 184 days."
}

value {
	of = "log.store"
	is = {"mfa"}
	criterion = "SCS-4-4-3-2"
	force = "must"
}

value {
	of = "incident.levels"
	is = {"defined"}
	criterion = "SCS-5-2-1-1"
	force = "must"
}

value {
	of = "incident.levels"
	is = {"each-attempt"}
	criterion = "SCS-5-2-1-2"
	force = "must"
}
