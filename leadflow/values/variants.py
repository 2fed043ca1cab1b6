"""Variant kanji: old forms, name forms and the common form they are compared as.

The strict table joins spellings of one character: the old forms that the official list of common
kanji replaced, and the forms that occur in family names. The loose table also joins characters
that registers keep apart, such as 斎 and 斉; it finds more and errs more.

References:
    Cabinet notification 2 of 2010, "常用漢字表" (the forms in parentheses).
    Ministry of Justice, "人名用漢字表", 2017.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["LOOSE", "STRICT", "VARIANT"]

_COMMON = (
    "亞亜 惡悪 壓圧 圍囲 爲為 醫医 壹壱 稻稲 飮飲 隱隠 營営 榮栄 衞衛 驛駅 圓円 鹽塩 緣縁 艷艶 應応 歐欧 "
    "毆殴 櫻桜 奧奥 橫横 溫温 穩穏 假仮 價価 畫画 會会 壞壊 懷懐 繪絵 擴拡 殼殻 覺覚 學学 嶽岳 樂楽 渴渇 "
    "鐮鎌 勸勧 卷巻 寬寛 歡歓 罐缶 觀観 關関 陷陥 顏顔 巖巌 歸帰 氣気 龜亀 僞偽 戲戯 犧犠 舊旧 據拠 擧挙 "
    "舉挙 峽峡 挾挟 敎教 狹狭 鄕郷 鄉郷 曉暁 區区 驅駆 勳勲 薰薫 徑径 惠恵 溪渓 經経 繼継 莖茎 螢蛍 輕軽 "
    "鷄鶏 藝芸 缺欠 儉倹 劍剣 劔剣 劒剣 圈圏 檢検 權権 獻献 縣県 險険 顯顕 驗験 嚴厳 效効 廣広 恆恒 鑛鉱 "
    "號号 國国 囯国 圀国 黑黒 濟済 碎砕 齋斎 劑剤 册冊 雜雑 參参 慘惨 棧桟 蠶蚕 贊賛 殘残 絲糸 齒歯 兒児 "
    "辭辞 濕湿 實実 舍舎 寫写 釋釈 壽寿 收収 從従 澁渋 獸獣 縱縦 肅粛 處処 緖緒 敍叙 敘叙 奬奨 將将 燒焼 "
    "稱称 證証 乘乗 剩剰 壤壌 孃嬢 條条 淨浄 疊畳 穰穣 讓譲 釀醸 囑嘱 觸触 寢寝 愼慎 晉晋 眞真 盡尽 圖図 "
    "粹粋 醉酔 隨随 髓髄 數数 樞枢 聲声 靜静 齊斉 攝摂 竊窃 專専 戰戦 淺浅 潛潜 纖繊 踐践 錢銭 禪禅 雙双 "
    "壯壮 搜捜 插挿 爭争 總総 聰聡 莊荘 裝装 騷騒 增増 臟臓 藏蔵 屬属 續続 墮堕 對対 體体 躰体 帶帯 滯滞 "
    "臺台 瀧滝 擇択 澤沢 單単 擔担 膽胆 團団 彈弾 斷断 癡痴 遲遅 晝昼 蟲虫 鑄鋳 廳庁 徵徴 聽聴 敕勅 鎭鎮 "
    "遞逓 鐵鉄 鉃鉄 轉転 點点 傳伝 黨党 盜盗 燈灯 當当 鬪闘 鬭闘 德徳 獨独 讀読 屆届 繩縄 貳弐 惱悩 腦脳 "
    "霸覇 廢廃 拜拝 賣売 麥麦 發発 髮髪 拔抜 蠻蛮 祕秘 彥彦 濱浜 濵浜 甁瓶 拂払 佛仏 倂併 竝並 變変 邊辺 "
    "邉辺 辨弁 瓣弁 辯弁 步歩 寶宝 寳宝 豐豊 襃褒 萬万 滿満 默黙 譯訳 藥薬 與与 豫予 餘余 譽誉 搖揺 樣様 "
    "謠謡 遙遥 來来 賴頼 亂乱 覽覧 畧略 兩両 獵猟 綠緑 壘塁 勵励 禮礼 隸隷 靈霊 齡齢 戀恋 爐炉 勞労 樓楼 "
    "郞郎 祿禄 錄録 灣湾 彌弥 瑤瑶 堯尭 曾曽 槇槙 亙亘 穗穂 黃黄 緜綿 晚晩 每毎 淚涙 淸清 靑青 曆暦 歷歴 "
    "歲歳 戶戸 戾戻 硏研 稅税 說説 閱閲 脫脱 銳鋭 悅悦 內内 吳呉 娛娯 查査 凉涼 强強 產産 絕絶 羣群 蔣蒋 "
    "虛虚 鍊錬 飜翻 驒騨 麵麺 麹麴 顚顛 塡填 頰頬 剝剥 搔掻 嚙噛 噓嘘 啞唖 囊嚢 蟬蝉 蠟蝋 繡繍 鷗鴎 鹼鹸 "
    "瘦痩 禱祷 摑掴 屛屏 幷并 甞嘗 迹跡 礪砺 鷆鷏 贗贋 醬醤 鱉鼈 驎麟 濤涛 壺壷 竈竃 卽即 勻匀 屢屡 萊莱 "
    "禰祢 繫繋 臈臘 艸草 艹草 啟啓 餠餅 俠侠 兔兎 卻却 舖舗 龝秋 "
)
_NAMES = (
    "髙高 﨑崎 嵜崎 㟢崎 𠮷吉 曻昇 冨富 嶋島 嶌島 槗橋 𣘺橋 桒桑 栁柳 桺柳 舘館 峯峰 㐂喜 斈学 瀨瀬 凬風 "
    "仐傘 枩松 柗松 梹檳 筿篠 羗羌 蘓蘇 裵裴 鍜鍛 隝島 隯島 靏鶴 靍鶴 鵼鵺 斊斉 亰京 仭仞 侭儘 凢凡 刄刃 "
    "剱剣 劎剣 圡土 塲場 夘卯 夲本 夛多 姊姉 宻密 寕寧 尅剋 崐崑 嶐隆 巵卮 帋紙 廐厩 廰庁 彜彝 徃往 慙慚 "
    "扵於 抝拗 攷考 旹時 昻昂 晄晃 朖朗 杦杉 枏楠 柹柿 棊碁 樔巣 欵款 毘毗 泪涙 洌冽 濶闊 烱炯 煕熙 熈熙 "
    "牀床 犹猶 珎珍 璢瑠 甼町 畄留 畆畝 皐皋 盖蓋 砿鉱 秌秋 穐秋 竒奇 篭籠 糓穀 糺糾 綉繍 縂総 羮羹 脉脈 "
    "臯皋 舩船 苅刈 莵菟 菴庵 萠萌 葊庵 蕋蕊 薗園 蘂蕊 覔覓 諌諫 讚讃 谿渓 貮弐 軣轟 迯逃 逎遒 遶繞 鄊郷 "
    "釼剣 銕鉄 鎻鎖 鐡鉄 閇閉 閙鬧 闗関 隂陰 靎鶴 頴穎 駈駆 鬬闘 鰺鯵 鳬鳧 鴈雁 鵞鵝 麁麤 鼡鼠 "
)
# The small ケ of place and family names is written in both sizes: 関ヶ原, 関ケ原.
_SMALL_KE = "ヶケ ヵカ "
_REGISTERED_APART = (
    "斎斉 龍竜 檜桧 藪薮 籔薮 淵渕 渊渕 凛凜 埜野 枡桝 晧皓 蘆芦 碕崎 柏栢 寔実 燿耀 煇輝 邨村 礒磯 "
    "鎗槍 盃杯 冱冴 椙杉 惣総 齎斉 "
)


def _table(*pairs: str) -> dict[int, str]:
    return {ord(pair[0]): pair[1] for text in pairs for pair in text.split() if pair[0] != pair[1]}


def _closed(table: dict[int, str]) -> Mapping[int, str]:
    """Follow chains, so that folding twice changes nothing, and break the cycles."""
    closed: dict[int, str] = {}
    for source, first in table.items():
        seen = [chr(source)]
        target = first
        while target not in seen and ord(target) in table:
            seen.append(target)
            target = table[ord(target)]
        if target in seen:
            target = min(seen[seen.index(target) :])
        if chr(source) != target:
            closed[source] = target
    return MappingProxyType(closed)


STRICT: Mapping[int, str] = _closed(_table(_COMMON, _NAMES, _SMALL_KE))
"""Code point to common form: one character in two spellings."""

LOOSE: Mapping[int, str] = _closed(_table(_COMMON, _NAMES, _SMALL_KE, _REGISTERED_APART))
"""Code point to common form: also what name registers keep apart."""

VARIANT = re.compile(f"[{''.join(map(chr, LOOSE))}]")
"""Matches a character that either table replaces."""
