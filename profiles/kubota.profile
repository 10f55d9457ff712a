# クボタグループ取引先向け情報セキュリティ対策基準
# Kubota group, information security standard for suppliers
#
# 値ごとに、それを求める基準の番号と強さを記す。書式は warifu.conf(5)。
# Each value names the criterion that asks for it, and how strongly. The form: warifu.conf(5).

title_ja = "クボタグループ取引先向け情報セキュリティ対策基準"
title_en = "Kubota group, information security standard for suppliers"
document = "KUBOTA"
edition = "2.0 (2022-10)"
reviewed = "2026-11-21"
criteria = "kubota"
levels = {"required", "voluntary"}

value {
	of = "mfa.kinds"
	is = {"2"}
	criterion = "KUBOTA-120"
	force = "must"
}

value {
	of = "mfa.counts"
	is = {"knowledge", "possession", "biometric"}
	criterion = "KUBOTA-120"
	force = "must"
	note_ja = "アドレスは挙がっていない (C-05)。"
	note_en = "An address is not among them (C-05)."
}

value {
	of = "mfa.required"
	is = {"remote-access", "admin-internet", "user-internet-important", "cloud-important", "cloud-admin"}
	criterion = "KUBOTA-120"
	force = "must"
}

value {
	of = "firewall.change"
	is = {"mfa"}
	criterion = "KUBOTA-120"
	force = "must"
	note_ja = "インターネット経由の特権アカウントには常に多要素認証 (C-11)。"
	note_en = "Privileged accounts coming through the internet always need two kinds (C-11)."
}

value {
	of = "accounts.default_ids"
	is = {"stop"}
	criterion = "KUBOTA-101"
	force = "must"
}

value {
	of = "password.min"
	is = {"undefined"}
	criterion = "KUBOTA-115a"
	force = "must"
}

value {
	of = "password.classes"
	is = {"undefined"}
	criterion = "KUBOTA-115a"
	force = "must"
	note_ja = "「どの文字でもよい」と明記すれば足りる (C-02)。"
	note_en = "To state that any characters will do is enough (C-02)."
}

value {
	of = "password.max_age"
	is = {"undefined"}
	criterion = "KUBOTA-115a"
	force = "must"
}

value {
	of = "password.forbidden"
	is = {"guessable", "sequence"}
	criterion = "KUBOTA-115b"
	force = "must"
}

value {
	of = "password.change_on"
	is = {"default"}
	criterion = "KUBOTA-101"
	force = "must"
}

value {
	of = "password.change_on"
	is = {"leak"}
	criterion = "KUBOTA-115c"
	force = "must"
}

value {
	of = "password.unique"
	is = {"external-web"}
	criterion = "KUBOTA-116"
	force = "must"
}

value {
	of = "session.timeout"
	is = {"undefined"}
	criterion = "KUBOTA-121"
	force = "must"
}

value {
	of = "device.known"
	is = {"yes"}
	criterion = "KUBOTA-80"
	force = "optional"
}

value {
	of = "transport.encrypted"
	is = {"remote", "published"}
	criterion = "KUBOTA-111"
	force = "must"
}

value {
	of = "accounts.not_shared"
	is = {"general", "privileged"}
	criterion = "KUBOTA-113"
	force = "must"
	note_ja = "利用者を特定できる場合だけ例外 (C-13)。"
	note_en = "With an exception where the person can be told (C-13)."
}

value {
	of = "accounts.separate_admin"
	is = {"yes"}
	criterion = "KUBOTA-50b"
	force = "must"
}

value {
	of = "accounts.no_developer_admin"
	is = {"yes"}
	criterion = "KUBOTA-114b"
	force = "must"
}

value {
	of = "accounts.partner"
	is = {"contract-end"}
	criterion = "KUBOTA-43"
	force = "must"
}

value {
	of = "approval.account"
	for = {"general"}
	is = {"1"}
	criterion = "KUBOTA-118"
	force = "must"
}

value {
	of = "approval.account"
	for = {"privileged"}
	is = {"1"}
	criterion = "KUBOTA-119"
	force = "must"
}

value {
	of = "approval.configuration"
	is = {"1"}
	criterion = "KUBOTA-119"
	force = "must"
}

value {
	of = "review.accounts"
	is = {"365"}
	criterion = "KUBOTA-105"
	force = "must"
}

value {
	of = "review.leavers"
	is = {"365"}
	criterion = "KUBOTA-7"
	force = "must"
}

value {
	of = "review.rules"
	is = {"365"}
	criterion = "KUBOTA-11"
	force = "must"
}

value {
	of = "review.log"
	is = {"30"}
	criterion = "KUBOTA-122"
	force = "optional"
}

value {
	of = "log.fields"
	is = {"time", "source", "user", "result"}
	criterion = "KUBOTA-143a"
	force = "must"
}

value {
	of = "log.retention_days"
	is = {"184"}
	criterion = "KUBOTA-143a"
	force = "must"
	note_ja = "「6 か月」は日数にすると最長 184 日。"
	note_en = "Six months have at most 184 days."
}

value {
	of = "log.store"
	is = {"access-control"}
	criterion = "KUBOTA-53"
	force = "must"
}

value {
	of = "alert.manner"
	is = {"immediate", "flash-report", "round-the-clock"}
	criterion = "KUBOTA-145"
	force = "must"
}

value {
	of = "incident.levels"
	is = {"defined"}
	criterion = "KUBOTA-23"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"defined", "isolated"}
	criterion = "KUBOTA-148"
	force = "must"
	note_ja = "ランサムウェアの手が届かない場所に保管する。"
	note_en = "Kept where ransomware does not reach."
}

value {
	of = "backup.manner"
	is = {"manual"}
	criterion = "KUBOTA-149"
	force = "must"
}
