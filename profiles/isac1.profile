# Software ISAC ガイドライン レベル 1
# Software ISAC guideline, level 1
#
# 値ごとに、それを求める基準の番号と強さを記す。書式は warifu.conf(5)。
# Each value names the criterion that asks for it, and how strongly. The form: warifu.conf(5).

title_ja = "Software ISAC ガイドライン レベル 1"
title_en = "Software ISAC guideline, level 1"
document = "ISAC"
edition = "Ver. 1.0 (2022-05)"
reviewed = "2026-11-21"
criteria = "isac"
levels = {"1"}

value {
	of = "mfa.counts"
	is = {"knowledge", "possession", "biometric"}
	criterion = "ISAC-4.4.2"
	force = "must"
	note_ja = "アドレスの制限は多要素認証と並べて挙げられ、要素ではない (C-05)。"
	note_en = "Limits by address stand beside the factors and are none of them (C-05)."
}

value {
	of = "mfa.required"
	is = {"entry-point-admin"}
	criterion = "ISAC-2.1.4"
	force = "must"
}

value {
	of = "mfa.required"
	is = {"admin"}
	criterion = "ISAC-3.2.2a"
	force = "where-possible"
}

value {
	of = "mfa.required"
	is = {"published-application", "cloud-important"}
	criterion = "ISAC-4.3.14"
	force = "where-possible"
}

value {
	of = "mfa.required"
	is = {"cloud-admin"}
	criterion = "ISAC-4.4.2"
	force = "must"
}

value {
	of = "mfa.required"
	is = {"remote-access"}
	criterion = "ISAC-6.2.9"
	force = "must"
}

value {
	of = "accounts.default_ids"
	is = {"stop"}
	criterion = "ISAC-3.1.3"
	force = "where-possible"
}

value {
	of = "password.min"
	is = {"16"}
	criterion = "ISAC-3.2.7c"
	force = "recommended"
	note_ja = "3 語以上のパスフレーズ。推奨なので値は決めない (C-03)。"
	note_en = "A passphrase of three words or more; being a recommendation it sets no value (C-03)."
}

value {
	of = "password.classes"
	is = {"forbidden"}
	criterion = "ISAC-3.2.7b"
	force = "must-not"
}

value {
	of = "password.max_age"
	for = {"general", "privileged"}
	is = {"forbidden"}
	criterion = "ISAC-3.2.7b"
	force = "must-not"
	note_ja = "漏えいしたときを除き、定期的な変更を求めない (C-01)。"
	note_en = "No change by age, but after a leak (C-01)."
}

value {
	of = "password.leak_check"
	is = {"91"}
	criterion = "ISAC-3.2.7a"
	force = "must"
	note_ja = "3 か月。四半期の 91 日とする。"
	note_en = "Three months, a quarter of a year."
}

value {
	of = "password.change_on"
	is = {"leak"}
	criterion = "ISAC-3.2.7a"
	force = "must"
}

value {
	of = "password.change_on"
	is = {"default"}
	criterion = "ISAC-4.1.4"
	force = "must"
}

value {
	of = "lock.threshold"
	is = {"5"}
	criterion = "ISAC-6.2.3"
	force = "must"
}

value {
	of = "lock.window"
	is = {"900"}
	criterion = "ISAC-6.2.3"
	force = "must"
	note_ja = "成功するまで数え続ける (0) のが最も厳しく、15 分の窓も満たす (C-07)。"
	note_en = "Counting until a success (0) is strictest, and holds for a window of 15 minutes as well (C-07)."
}

value {
	of = "lock.duration"
	is = {"900"}
	criterion = "ISAC-6.2.3"
	force = "must"
}

value {
	of = "lock.means"
	is = {"lock"}
	criterion = "ISAC-6.2.3"
	force = "must"
}

value {
	of = "idle.lock"
	is = {"900"}
	criterion = "ISAC-6.2.5"
	force = "must"
}

value {
	of = "idle.lock_phone"
	is = {"120"}
	criterion = "ISAC-6.2.5"
	force = "must"
}

value {
	of = "time.sources"
	is = {"3"}
	criterion = "ISAC-4.1.6"
	force = "where-possible"
}

value {
	of = "device.known"
	is = {"yes"}
	criterion = "ISAC-6.4.1"
	force = "must"
}

value {
	of = "eap.methods"
	is = {"eap-tls", "peap"}
	criterion = "ISAC-7.2.2"
	force = "where-possible"
}

value {
	of = "transport.encrypted"
	is = {"management"}
	criterion = "ISAC-7.1.4"
	force = "must"
}

value {
	of = "review.crypto"
	is = {"182"}
	criterion = "ISAC-5.2.2"
	force = "must"
	note_ja = "6 か月。半年の 182 日とする。"
	note_en = "Six months, half a year."
}

value {
	of = "accounts.not_shared"
	is = {"privileged"}
	criterion = "ISAC-3.2.2b"
	force = "must"
}

value {
	of = "accounts.separate_admin"
	is = {"yes"}
	criterion = "ISAC-3.1.4"
	force = "must"
}

value {
	of = "accounts.no_general_admin"
	is = {"yes"}
	criterion = "ISAC-3.2.4"
	force = "must"
}

value {
	of = "accounts.privilege_ends"
	is = {"yes"}
	criterion = "ISAC-3.2.3"
	force = "must"
}

value {
	of = "accounts.ledger"
	is = {"account", "person", "mail", "department", "system", "valid-from", "valid-until", "enabled", "reason", "last-access", "dormant", "log-requirement"}
	criterion = "ISAC-3a"
	force = "must"
}

value {
	of = "accounts.ledger"
	is = {"requester"}
	criterion = "ISAC-3a"
	force = "where-possible"
}

value {
	of = "accounts.partner"
	is = {"approval"}
	criterion = "ISAC-3c"
	force = "must"
}

value {
	of = "accounts.leave"
	is = {"14"}
	criterion = "ISAC-3.2.5"
	force = "must"
}

value {
	of = "accounts.leaver_deadline"
	is = {"0"}
	criterion = "ISAC-3.2.5"
	force = "must"
	note_ja = "実際の業務を終えた日 (C-15)。"
	note_en = "The day on which the work really ends (C-15)."
}

value {
	of = "accounts.dormant"
	is = {"30"}
	criterion = "ISAC-3.2.6"
	force = "must"
}

value {
	of = "accounts.delete_after"
	is = {"180"}
	criterion = "ISAC-3.2.6"
	force = "must"
	note_ja = "目安の日数 (C-16)。"
	note_en = "A number to go by (C-16)."
}

value {
	of = "approval.account"
	is = {"1"}
	criterion = "ISAC-3.1.1"
	force = "must"
}

value {
	of = "review.accounts"
	is = {"182"}
	criterion = "ISAC-3.2.1"
	force = "must"
	note_ja = "6 か月。半年の 182 日とする。"
	note_en = "Six months, half a year."
}

value {
	of = "review.log"
	is = {"30"}
	criterion = "ISAC-5.4.1"
	force = "must"
	note_ja = "重要度により日、週、月ごと。ここでは最も長い月ごとを上限とする。"
	note_en = "By day, week or month as importance has it; the longest is the bound here."
}

value {
	of = "review.log_storage"
	is = {"30"}
	criterion = "ISAC-7.3.1"
	force = "must"
}

value {
	of = "log.fields"
	is = {"time", "destination", "source", "user", "machine", "service", "action"}
	criterion = "ISAC-5.2.4"
	force = "where-possible"
}

value {
	of = "log.retention_days"
	is = {"366"}
	criterion = "ISAC-6.1.4"
	force = "must"
	note_ja = "1 年は最長 366 日。"
	note_en = "A year has at most 366 days."
}

value {
	of = "log.store"
	is = {"access-control"}
	criterion = "ISAC-4.3.4"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"automated"}
	criterion = "ISAC-5.3.2"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"isolated"}
	criterion = "ISAC-5.3.3"
	force = "must"
}

value {
	of = "backup.restore_test"
	is = {"182"}
	criterion = "ISAC-5.3.4"
	force = "must"
	note_ja = "6 か月。半年の 182 日とする。"
	note_en = "Six months, half a year."
}
