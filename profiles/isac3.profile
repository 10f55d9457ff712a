# Software ISAC ガイドライン レベル 3
# Software ISAC guideline, level 3
#
# 値ごとに、それを求める基準の番号と強さを記す。書式は warifu.conf(5)。
# Each value names the criterion that asks for it, and how strongly. The form: warifu.conf(5).

title_ja = "Software ISAC ガイドライン レベル 3"
title_en = "Software ISAC guideline, level 3"
document = "ISAC"
edition = "Ver. 1.0 (2022-05)"
reviewed = "2026-11-21"
criteria = "isac"
levels = {"1", "2", "3"}
includes = {"isac2"}

value {
	of = "alert.manner"
	is = {"round-the-clock"}
	criterion = "ISAC-7.3.10"
	force = "where-possible"
}
