"""The looks of the HTML report: one style sheet for screen, phone, dark rooms and print, and one small script."""

from typing import Final

__all__ = ["SCRIPT", "STYLE"]

STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--wash:#f5f7fa;--ink:#1c2433;--soft:#5a6576;--line:#dde2ea;--actual:#2f6fb5;
--behind:#b34a12;--near:#8a6700;--ahead:#1f6f4a;--behind-wash:#fdf0e8;--near-wash:#fbf4dc;--ahead-wash:#e8f5ee;--do-wash:#eaf1fa}
@media (prefers-color-scheme:dark){:root{--paper:#12161e;--wash:#1a2029;--ink:#e8ecf3;--soft:#a3aec0;--line:#313a49;
--actual:#6ea8e6;--behind:#f0925c;--near:#dcb94a;--ahead:#6fce9c;--behind-wash:#33231a;--near-wash:#2e2916;--ahead-wash:#17301f;--do-wash:#1a2940}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);
font:15px/1.65 system-ui,-apple-system,"Hiragino Sans","Hiragino Kaku Gothic ProN","Yu Gothic UI",Meiryo,"Noto Sans CJK JP","Noto Sans JP",sans-serif}
html[data-lang=ja] [lang=en],html[data-lang=en] [lang=ja]{display:none!important}
.page{max-width:1120px;margin:0 auto;padding:0 20px 48px}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 20px;padding:22px 0 10px;border-bottom:2px solid var(--ink)}
h1{font-size:1.35rem;margin:0;line-height:1.3}
header p{margin:0;color:var(--soft)}
.switch{margin-left:auto;display:flex;gap:6px}
button{font:inherit;color:var(--ink);background:var(--wash);border:1px solid var(--line);border-radius:6px;padding:4px 12px;cursor:pointer;min-height:34px}
button[aria-pressed=true]{background:var(--ink);color:var(--paper);border-color:var(--ink)}
button:focus-visible,a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--actual);outline-offset:2px}
nav{display:flex;flex-wrap:wrap;gap:2px 16px;padding:8px 0;font-size:.9rem}
a{color:var(--actual)}
nav a{text-decoration:none;padding:3px 0}
nav a:hover{text-decoration:underline}
h2{font-size:1.15rem;margin:38px 0 10px;padding-top:10px;border-top:1px solid var(--line);line-height:1.4}
h3,h2.small{font-size:1rem;margin:22px 0 6px;padding:0;border:0}
.lead{font-size:1.3rem;font-weight:700;line-height:1.5;margin:18px 0 14px;text-wrap:balance}
.split{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:12px 32px;align-items:start}
.findings{list-style:none;margin:0;padding:0;display:grid;gap:6px}
.findings li{display:grid;grid-template-columns:6.2em 1fr;gap:8px;padding:7px 10px;border-radius:6px;background:var(--wash);border-left:4px solid var(--line)}
.findings .tag{font-weight:700;font-size:.86rem;line-height:1.85;white-space:nowrap}
.s-behind{color:var(--behind)}.s-near{color:var(--near)}.s-ahead{color:var(--ahead)}.s-do{color:var(--actual)}.s-none{color:var(--soft)}
.findings li.is-behind{background:var(--behind-wash);border-color:var(--behind)}
.findings li.is-near{background:var(--near-wash);border-color:var(--near)}
.findings li.is-ahead{background:var(--ahead-wash);border-color:var(--ahead)}
.findings li.is-do{background:var(--do-wash);border-color:var(--actual)}
.scroll{overflow-x:auto;margin:6px 0 4px;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:700;padding:4px 0;font-size:.95rem}
th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th,td{overflow-wrap:normal}th,td:not(.n){overflow-wrap:break-word;max-width:24em}
thead th{font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--soft);white-space:nowrap;vertical-align:bottom;font-size:.84rem}
tbody th{font-weight:600;min-width:7.5em}
.scroll th:first-child{position:sticky;left:0;background:var(--paper)}
.scroll td:not(.n){min-width:4.6em}.scroll td.t{min-width:8.5em}
.scroll thead th.n{white-space:normal;word-break:keep-all}
.n{text-align:right;white-space:nowrap}
tbody tr:hover{background:var(--wash)}
tr.total th,tr.total td{font-weight:700;border-top:1.5px solid var(--soft)}
.d1{padding-left:26px}.d2{padding-left:42px;font-weight:400}.d3{padding-left:58px;font-weight:400}
.figure{font-weight:700;font-size:1.02rem}
.of{color:var(--soft);font-size:.82rem;display:block}
.mark{font-size:.84rem;white-space:nowrap;font-weight:600}
.bar{display:block;position:relative;height:5px;border-radius:3px;background:var(--line);margin:3px 0 1px;min-width:64px}
.bar i{position:absolute;left:0;top:0;bottom:0;border-radius:3px;background:var(--actual)}
.bar b{position:absolute;top:-3px;bottom:-3px;width:2px;background:var(--ink)}
.bar.b-behind i{background:var(--behind)}.bar.b-near i{background:var(--near)}.bar.b-ahead i{background:var(--ahead)}
figure{margin:8px 0}
figure svg{display:block;overflow:visible;max-width:100%;height:auto;font-family:inherit}
figure svg text{fill:var(--ink);font-family:inherit}
figure svg .role-axis-grid line{stroke:var(--line)}
figure svg .mark-rect.role-mark path[fill="#33415c"]{fill:var(--ink)}
figcaption{font-weight:700;font-size:.95rem;margin-bottom:4px}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(230px,44%),1fr));gap:6px 18px}
.panels figcaption{font-size:.9rem;margin:0}
.note{color:var(--soft);font-size:.84rem;margin:4px 0}
details{margin:8px 0}
summary{cursor:pointer;padding:6px 0;font-weight:600}
.ids{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:.86rem;margin:4px 0}
.more{color:var(--soft);font-size:.86rem}
footer{margin-top:40px;padding-top:10px;border-top:1px solid var(--line);color:var(--soft);font-size:.84rem}
@media (max-width:760px){.split{grid-template-columns:minmax(0,1fr)}.page{padding:0 14px 32px}.lead{font-size:1.12rem}
figure .scroll svg{max-width:none}
.findings li{grid-template-columns:1fr;gap:0}th,td{padding:6px 7px}.scroll tbody th{max-width:54vw}.d1{padding-left:14px}.d2,.d3{padding-left:22px}.switch{margin-left:0}}
@media print{:root{--paper:#fff;--wash:#fff;--ink:#000;--soft:#444;--line:#bbb;--actual:#2f6fb5;--behind:#b34a12;--near:#8a6700;--ahead:#1f6f4a;
--behind-wash:#fff;--near-wash:#fff;--ahead-wash:#fff;--do-wash:#fff}
nav,.switch{display:none}.page{max-width:none;padding:0}body{font-size:10.5pt}.scroll{overflow:visible}
table{font-size:7.5pt}th,td{padding:3px 4px}.n{padding:3px 2px}.of,.mark,.figure{font-size:inherit}thead th{font-size:6.5pt}thead th,tbody th,.scroll thead th.n{white-space:normal;word-break:normal}
.scroll th:first-child{position:static}tbody th,td:not(.n){overflow-wrap:anywhere}tbody th{min-width:6.5em}.scroll td:not(.n),.scroll td.t{min-width:6.5em}.bar{min-width:0}
h2,h3,caption,figcaption{break-after:avoid}tr,figure,.findings li{break-inside:avoid}thead{display:table-header-group}@page{margin:14mm}}
"""

SCRIPT: Final = """
(function(){var d=document,r=d.documentElement,b=d.querySelectorAll('[data-set-lang]');
function set(l){r.lang=l;r.setAttribute('data-lang',l);d.title=r.getAttribute('data-title-'+l);
b.forEach(function(e){e.setAttribute('aria-pressed',e.getAttribute('data-set-lang')===l)})}
b.forEach(function(e){e.addEventListener('click',function(){set(e.getAttribute('data-set-lang'))})});
var shut=[];addEventListener('beforeprint',function(){shut=[].slice.call(d.querySelectorAll('details:not([open])'));
shut.forEach(function(e){e.open=true})});
addEventListener('afterprint',function(){shut.forEach(function(e){e.open=false});shut=[]})})();
"""
