# SCS 評価制度 ★4 (案)
# SCS evaluation scheme, 4 stars, draft
#
# 値ごとに、それを求める基準の番号と強さを記す。書式は warifu.conf(5)。
# Each value names the criterion that asks for it, and how strongly. The form: warifu.conf(5).

title_ja = "SCS 評価制度 ★4 (案)"
title_en = "SCS evaluation scheme, 4 stars, draft"
document = "DRAFT"
edition = "draft as of April 2025, superseded by the final text"
edition_ja = "2025 年 4 月の案 (最終文書により廃止)"
reviewed = "2026-11-21"
criteria = "draft"
levels = {"3", "4"}
includes = {"scsdraft3"}
draft = true

value {
	of = "mfa.required"
	is = {"admin-internet", "user-internet-important"}
	criterion = "DRAFT-4-20"
	force = "must"
}

value {
	of = "mfa.required"
	is = {"log-store"}
	criterion = "DRAFT-4-35b"
	force = "must"
}

value {
	of = "accounts.default_ids"
	is = {"stop"}
	criterion = "DRAFT-4-33"
	force = "must"
}

value {
	of = "accounts.separate_admin"
	is = {"yes"}
	criterion = "DRAFT-4-24b"
	force = "must"
}

value {
	of = "accounts.partner"
	is = {"contract-end"}
	criterion = "DRAFT-4-12"
	force = "must"
}

value {
	of = "review.accounts"
	is = {"365"}
	criterion = "DRAFT-4-6"
	force = "must"
}

value {
	of = "review.leavers"
	is = {"365"}
	criterion = "DRAFT-4-6"
	force = "must"
}

value {
	of = "review.rules"
	is = {"365"}
	criterion = "DRAFT-4-1"
	force = "must"
}

value {
	of = "review.log"
	is = {"30"}
	criterion = "DRAFT-4-35c"
	force = "must"
}

value {
	of = "log.fields"
	is = {"time", "source", "user", "result"}
	criterion = "DRAFT-4-35a"
	force = "must"
}

value {
	of = "log.retention_days"
	is = {"184"}
	criterion = "DRAFT-4-35a"
	force = "must"
	note_ja = "「6 か月」は日数にすると最長 184 日。"
	note_en = "Six months have at most 184 days."
}

value {
	of = "log.store"
	is = {"mfa"}
	criterion = "DRAFT-4-35b"
	force = "must"
}

value {
	of = "incident.levels"
	is = {"defined", "each-attempt"}
	criterion = "DRAFT-4-42"
	force = "must"
}
