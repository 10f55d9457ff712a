# IPA 中小企業ガイドライン付録 5 規程例
# IPA guideline for small companies, appendix 5, sample rules
#
# 値ごとに、それを求める基準の番号と強さを記す。書式は warifu.conf(5)。
# Each value names the criterion that asks for it, and how strongly. The form: warifu.conf(5).

title_ja = "IPA 中小企業ガイドライン付録 5 規程例"
title_en = "IPA guideline for small companies, appendix 5, sample rules"
document = "IPA"
edition = "later than the final SCS text, which it names"
edition_ja = "SCS の最終文書に言及しており、それより後の版"
reviewed = "2026-11-21"
criteria = "ipa"
levels = {"all", "general", "privileged"}

value {
	of = "mfa.kinds"
	is = {"2"}
	criterion = "IPA-6.2.2b"
	force = "must"
}

value {
	of = "mfa.counts"
	is = {"knowledge", "possession", "biometric", "other"}
	criterion = "IPA-6.2.2b"
	force = "must"
}

value {
	of = "mfa.means"
	is = {"sent-code", "push"}
	criterion = "IPA-6.2.2b"
	force = "must"
}

value {
	of = "mfa.required"
	is = {"privileged-operation"}
	criterion = "IPA-6.1d"
	force = "must"
}

value {
	of = "mfa.required"
	is = {"remote-access", "admin-internet", "user-internet-important", "cloud-important", "cloud-admin", "lan-important"}
	criterion = "IPA-6.2.2a"
	force = "must"
}

value {
	of = "mfa.required"
	is = {"log-store"}
	criterion = "IPA-T3.8.4b"
	force = "must"
}

value {
	of = "firewall.change"
	is = {"mfa", "trusted-address"}
	criterion = "IPA-T3.3d"
	force = "must"
}

value {
	of = "firewall.change"
	is = {"mfa"}
	criterion = "IPA-6.1d"
	force = "must"
	note_ja = "特権操作には多要素認証 (C-11)。"
	note_en = "A privileged operation needs two kinds (C-11)."
}

value {
	of = "accounts.default_ids"
	is = {"stop"}
	criterion = "IPA-T3.6b"
	force = "must"
}

value {
	of = "password.min"
	for = {"privileged"}
	is = {"12"}
	criterion = "IPA-6.10g"
	force = "sample"
}

value {
	of = "password.min"
	for = {"general"}
	guard = {"mfa", "lock"}
	is = {"8"}
	criterion = "IPA-6.10h"
	force = "sample"
}

value {
	of = "password.min"
	for = {"general"}
	guard = {"none"}
	is = {"10"}
	criterion = "IPA-6.10h"
	force = "sample"
}

value {
	of = "password.classes"
	for = {"privileged"}
	is = {"upper", "lower", "digit", "symbol"}
	criterion = "IPA-6.10g"
	force = "sample"
}

value {
	of = "password.classes"
	for = {"general"}
	guard = {"mfa", "lock"}
	is = {"none"}
	criterion = "IPA-6.10h"
	force = "sample"
}

value {
	of = "password.classes"
	for = {"general"}
	guard = {"none"}
	is = {"upper", "lower", "digit"}
	criterion = "IPA-6.10h"
	force = "sample"
}

value {
	of = "password.max_age"
	for = {"general", "privileged"}
	is = {"forbidden"}
	criterion = "IPA-6.10j"
	force = "must-not"
}

value {
	of = "password.forbidden"
	is = {"empty"}
	criterion = "IPA-6.5a"
	force = "must"
}

value {
	of = "password.forbidden"
	is = {"dictionary", "name", "personal"}
	criterion = "IPA-6.10g"
	force = "must"
}

value {
	of = "password.forbidden"
	is = {"dictionary", "name", "personal"}
	criterion = "IPA-6.10h"
	force = "must"
}

value {
	of = "password.change_on"
	is = {"initial"}
	criterion = "IPA-6.5b"
	force = "must"
}

value {
	of = "password.change_on"
	is = {"leak", "suspicion"}
	criterion = "IPA-6.10m"
	force = "must"
}

value {
	of = "password.unique"
	is = {"systems", "services"}
	criterion = "IPA-6.10k"
	force = "must"
}

value {
	of = "password.keeping"
	is = {"locked-paper", "password-manager"}
	criterion = "IPA-6.10j"
	force = "must"
}

value {
	of = "pin.min"
	is = {"6"}
	criterion = "IPA-6.10l"
	force = "sample"
}

value {
	of = "lock.threshold"
	for = {"privileged"}
	is = {"3"}
	criterion = "IPA-6.10e"
	force = "sample"
}

value {
	of = "lock.threshold"
	for = {"general"}
	is = {"10"}
	criterion = "IPA-6.10f"
	force = "sample"
}

value {
	of = "lock.duration"
	for = {"privileged"}
	is = {"21600"}
	criterion = "IPA-6.10e"
	force = "sample"
}

value {
	of = "lock.duration"
	for = {"general"}
	is = {"3600"}
	criterion = "IPA-6.10f"
	force = "sample"
}

value {
	of = "lock.means"
	is = {"lock"}
	criterion = "IPA-6.10e"
	force = "must"
}

value {
	of = "lock.means"
	is = {"lock"}
	criterion = "IPA-6.10f"
	force = "must"
}

value {
	of = "idle.lock"
	is = {"300"}
	criterion = "IPA-P5.2"
	force = "sample"
	note_ja = "いくつかの方法のうちの 1 つ (C-21)。"
	note_en = "One of several ways (C-21)."
}

value {
	of = "session.timeout"
	is = {"undefined"}
	criterion = "IPA-6.9"
	force = "must"
}

value {
	of = "device.known"
	is = {"yes"}
	criterion = "IPA-T2.1.4.4"
	force = "must"
}

value {
	of = "device.auth"
	is = {"mac", "certificate"}
	criterion = "IPA-T1.3"
	force = "sample"
}

value {
	of = "accounts.forbidden_names"
	is = {"administrator", "admin", "root"}
	criterion = "IPA-6.10a"
	force = "must"
}

value {
	of = "accounts.forbidden_names"
	is = {"guest"}
	criterion = "IPA-6.10c"
	force = "must"
}

value {
	of = "accounts.not_shared"
	is = {"privileged"}
	criterion = "IPA-6.10b"
	force = "must"
}

value {
	of = "accounts.not_shared"
	is = {"general"}
	criterion = "IPA-6.2.1b"
	force = "must"
	note_ja = "利用者を特定できる場合だけ例外 (C-13)。"
	note_en = "With an exception where the person can be told (C-13)."
}

value {
	of = "accounts.no_developer_admin"
	is = {"yes"}
	criterion = "IPA-6.7c"
	force = "must"
}

value {
	of = "accounts.partner"
	is = {"approval", "nda"}
	criterion = "IPA-6.6"
	force = "must"
}

value {
	of = "accounts.partner"
	is = {"contract-end"}
	criterion = "IPA-8.7"
	force = "must"
}

value {
	of = "accounts.leaver_deadline"
	for = {"general"}
	is = {"1"}
	criterion = "IPA-6.4"
	force = "sample"
}

value {
	of = "accounts.leaver_deadline"
	for = {"privileged"}
	is = {"undefined"}
	criterion = "IPA-6.7e"
	force = "must"
}

value {
	of = "accounts.dormant"
	for = {"privileged"}
	is = {"undefined"}
	criterion = "IPA-6.7e"
	force = "must"
}

value {
	of = "approval.account"
	for = {"general"}
	is = {"1"}
	criterion = "IPA-6.3"
	force = "must"
}

value {
	of = "approval.account"
	for = {"privileged"}
	is = {"2"}
	criterion = "IPA-6.7d"
	force = "must"
}

value {
	of = "approval.configuration"
	is = {"2"}
	criterion = "IPA-T3.6a"
	force = "must"
}

value {
	of = "review.rules"
	is = {"365"}
	criterion = "IPA-2"
	force = "sample"
}

value {
	of = "review.log"
	is = {"30"}
	criterion = "IPA-T3.8.5"
	force = "sample"
}

value {
	of = "review.log_storage"
	is = {"undefined"}
	criterion = "IPA-T3.8.4a"
	force = "must"
}

value {
	of = "log.fields"
	is = {"time", "source", "user", "result"}
	criterion = "IPA-T3.8.3"
	force = "must"
}

value {
	of = "log.retention_days"
	is = {"1096"}
	criterion = "IPA-T3.8.3"
	force = "sample"
	note_ja = "3 年は最長 1096 日。"
	note_en = "Three years have at most 1096 days."
}

value {
	of = "log.store"
	is = {"mfa"}
	criterion = "IPA-T3.8.4b"
	force = "must"
}

value {
	of = "alert.manner"
	is = {"prompt", "flash-report"}
	criterion = "IPA-T3.3e"
	force = "must"
}

value {
	of = "incident.levels"
	is = {"defined"}
	criterion = "IPA-9.2"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"defined"}
	criterion = "IPA-T4.4"
	force = "sample"
}

value {
	of = "backup.manner"
	is = {"offsite"}
	criterion = "IPA-T4.1"
	force = "must"
}

value {
	of = "backup.manner"
	is = {"manual"}
	criterion = "IPA-T5.1"
	force = "must"
}

value {
	of = "backup.restore_test"
	is = {"182"}
	criterion = "IPA-T5.4"
	force = "sample"
	note_ja = "6 か月。半年の 182 日とする。"
	note_en = "Six months, half a year."
}

value {
	of = "recovery.point"
	is = {"3600"}
	criterion = "IPA-T5.2"
	force = "sample"
}

value {
	of = "recovery.time"
	is = {"7200"}
	criterion = "IPA-T5.2"
	force = "sample"
}
