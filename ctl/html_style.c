/*
 * The style sheet. Colours are chosen so that their greys differ (success light, failure dark) and
 * that no two that must be told apart differ in red and green alone. On the screen each sheet of
 * paper is a white card.
 */
#include "config.h"

#include "ctl/html_style.h"

#define FONTS                                                                                      \
	"\"Noto Sans CJK JP\",\"Noto Sans JP\",\"Hiragino Sans\",\"Yu Gothic\",\"Meiryo\","        \
	"\"IPAexGothic\",\"IPAPGothic\",sans-serif"
#define MONO "\"Noto Sans Mono CJK JP\",\"DejaVu Sans Mono\",Consolas,Menlo,monospace"

/* clang-format off */
const char html_style[] =
	/* The page as a whole. */
	"@page{size:A4;margin:15mm 15mm 17mm;@bottom-right{"
	"content:counter(page) \" / \" counter(pages);font:8pt " FONTS ";color:#444}}\n"
	"*{box-sizing:border-box}\n"
	"html{font:10pt/1.5 " FONTS ";color:#1a1a1a;background:#e9ebee;"
	"-webkit-print-color-adjust:exact;print-color-adjust:exact}\n"
	"body{margin:0 auto;max-width:210mm;padding:6mm 0}\n"
	".sheet{background:#fff;padding:15mm;margin:0 0 6mm;box-shadow:0 0 2mm #0003}\n"
	"h1{font-size:18pt;line-height:1.3;margin:0 0 1mm;padding-bottom:2mm;"
	"border-bottom:.6mm solid #16324f;color:#16324f}\n"
	"h2{font-size:14pt;line-height:1.3;margin:0 0 3mm;color:#16324f}\n"
	"h3{font-size:11pt;line-height:1.3;margin:5mm 0 1.5mm;color:#16324f}\n"
	"p{margin:0 0 2mm}\n"
	".lead{font-size:11pt}\n"
	".small{font-size:8.5pt;color:#444}\n"
	".note{border-left:1mm solid #8a94a0;padding:1mm 3mm;background:#f4f5f7}\n"
	".warn{border-left-color:#9c3106;background:#fdf1ea}\n"
	/* Tables. */
	"table{border-collapse:collapse;width:100%;margin:0 0 3mm;font-size:9pt;line-height:1.4}\n"
	"caption{text-align:left;font-weight:bold;padding:0 0 1mm}\n"
	"th,td{border:.2mm solid #b5bcc4;padding:.8mm 1.6mm;text-align:left;vertical-align:top;"
	"overflow-wrap:anywhere}\n"
	"th{background:#e6ebf0;font-weight:bold;white-space:nowrap}\n"
	"thead{display:table-header-group}\n"
	"tfoot{display:table-row-group;font-weight:bold;background:#f4f5f7}\n"
	"tr{break-inside:avoid}\n"
	".num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\n"
	".time{white-space:nowrap;font-variant-numeric:tabular-nums}\n"
	".code{font-family:" MONO ";font-size:8.5pt}\n"
	".wide{width:45%}.most{width:66%}.name{min-width:24.5mm}.flag{width:15mm;min-width:12mm}"
	"th.flag{white-space:normal}"
	".detail{width:28%}\n"
	".facts th{width:42mm;white-space:normal}\n"
	/* States. */
	".mark{white-space:nowrap;font-weight:bold}\n"
	".mark i{display:inline-block;width:1.4em;font-style:normal;text-align:center}\n"
	".good{color:#0b5394}.part{color:#7a4b00}.bad{color:#9c1c06}.none{color:#555}\n"
	/* Signatures. */
	".sign{display:flex;gap:4mm;margin:5mm 0 0;break-inside:avoid}\n"
	".sign div{flex:1;border:.2mm solid #555}\n"
	".sign b{display:block;background:#e6ebf0;padding:.8mm 1.6mm;font-size:9pt;"
	"border-bottom:.2mm solid #555}\n"
	".sign p{margin:0;padding:1mm 1.6mm 8mm;font-size:8pt;color:#444}\n"
	".sign p+p{border-top:.2mm dotted #888;padding-bottom:1mm}\n"
	/* Plots. */
	"figure{margin:0 0 4mm;break-inside:avoid}\n"
	"figcaption{font-weight:bold;font-size:9pt;padding:0 0 1mm}\n"
	"svg{display:block;width:100%;height:auto}\n"
	"svg text{font-size:25px;fill:#333}\n"
	"svg .end{text-anchor:end}svg .mid{text-anchor:middle}svg .inverse{fill:#fff}\n"
	"svg rect{vector-effect:non-scaling-stroke}\n"
	"svg .axis{stroke:#555;stroke-width:2}svg .grid{stroke:#999;stroke-width:1;"
	"stroke-dasharray:4 6}svg .shade{fill:#eef0f3}\n"
	".s0{fill:#bcd9ee;background:#bcd9ee}.s1{fill:#d9932b;background:#d9932b}"
	".s2{fill:#77629c;background:#77629c}.s3{fill:#8a1f06;background:#8a1f06}"
	"svg .s0,svg .s1,svg .s2{stroke:#3a4a5a;stroke-width:.6}\n"
	".key{font-weight:normal;font-size:8.5pt;margin-left:5mm;white-space:nowrap}"
	".key i{display:inline-block;width:3mm;height:3mm;margin-right:1mm;border:.2mm solid #555;"
	"vertical-align:-.3mm}\n"
	"figure table{table-layout:fixed}figure th.num{white-space:normal;font-size:8.5pt;"
	"padding:.8mm 1mm;overflow-wrap:normal}figure td.num{padding:.8mm 1mm}"
	"figure th:first-child{width:23%}.bar{width:25%}td.bar{vertical-align:middle}"
	".bar svg{height:3mm}"
	"svg.lying rect{stroke:none}\n"
	"svg .cell{stroke:#c3c9d0;stroke-width:1}.h0{fill:#fff}.h1{fill:#e3eef7}.h2{fill:#bdd7ec}"
	".h3{fill:#86b4d8}.h4{fill:#3d78ab}.h5{fill:#16416b}\n"
	/* On paper. */
	"@media print{html{background:none}body{max-width:none;padding:0}"
	".sheet{padding:0 .4mm;margin:0;box-shadow:none;break-before:page}"
	".sheet:first-of-type{break-before:auto}"
	"h2,h3,.held,caption,figcaption{break-after:avoid}.whole{break-inside:avoid}}\n";
/* clang-format on */
