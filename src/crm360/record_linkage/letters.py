"""Letters of other scripts, and what they are written as in Latin ones; the ways of writing one have '|' between them.

What every table leaves out (Georgian, Armenian, …) is read by the package anyascii.
"""

from __future__ import annotations


def _table(text: str) -> dict[str, list[str]]:
    """'жzh|j юyu' → {'ж': ['zh', 'j'], 'ю': ['yu']}: a letter, then how it is written."""
    return {entry[0]: entry[1:].split("|") for entry in text.split()}


def _pairs(text: str) -> dict[str, list[str]]:
    """'ου:ou μπ:b|mp' → {'ου': ['ou'], …}: letters that are read together."""
    return {entry.split(":")[0]: entry.split(":")[1].split("|") for entry in text.split()}


# Russian, Ukrainian, Bulgarian, Belarusian, Serbian, Macedonian. Soft and hard signs are no letters of their own;
# between consonants the hard one is Bulgarian's vowel.
CYRILLIC = _table(
    "аa бb вv гg|h дd еe ёyo|e жzh|j зz иi йy кk лl мm нn оo пp рr сs тt уu фf хkh|ch цts|c чch шsh щshch|sht "
    "ъa|u ыy ь эe юyu яya іi їyi єye ґg ўw ђdj јj љlj њnj ћch|c џdz ѓg ќk ѕdz"
)
# Marks stand above them no more. First what two letters are together.
GREEK_PAIRS = _pairs(
    "ου:ou αυ:av|af ευ:ev|ef μπ:mp|b|mb ντ:nt|d|nd γκ:gk|g γγ:ng|gg γχ:nch γξ:nx τζ:tz τσ:ts ει:ei|i οι:oi|i "
    "αι:ai|e υι:yi"
)
GREEK_FIRST = {"μπ": ["b", "mp"], "ντ": ["d", "nt"], "γκ": ["g", "gk"]}
GREEK = _table("αa βv γg|y δd εe ζz ηi|e θth ιi κk|c λl μm νn ξx οo πp ρr σs ςs τt υy|u φf χch|h ψps ωo")
# Consonants alone, as record_linkage/sounds.py has them; an alternative may be none.
ARABIC = _table(
    "ا آ أ إ ى ئ ء ؤ ع ي و ی ة هh بb پp تt ثt|s ٹt جj|g چh حh خh دd ذd|z ڈd رr زz ژz سs شs|h صs ضd طt ظz|d غg "
    "فp قk كk کk گg لl مm نn ںn"
)
# At the end of a name these are heard as its vowel.
SILENT_LAST = tuple("הهة")
HEBREW = _table("א ה|h ו|b ע י|j בb גg דd זz|s חh טt כk|h ךk|h לl מm םm נn ןn סs פp ףp צC|z ץC|z קk רr שs תt")
THAI = _table(
    "กk ขh|k ฃh|k คh|k ฅh|k ฆh|k งng จh|j ฉh ชh|s ซs ฌh ญ|n ฎd ฏt ฐt ฑt ฒt ณn ดd ตt ถt ทt ธt นn บb ปp ผp ฝp "
    "พp ฟp ภp มm ย รr ลl ว ศs ษs สs หh ฬl อ ฮh"
)
THAI_LAST = _table("รn ลn ฬn ญn ดt ตt ฎt ฏt จt ชt ซt ศt ษt สt ทt ธt ถt บp ปp พp ฟp ภp กk ขk คk")
DEVANAGARI = _table(
    "कk खkh गg घgh ङn चch छchh जj झjh ञn टt ठth डd ढdh णn तt थth दd धdh नn पp फph|f बb भbh मm यy रr लl वv|w "
    "शsh षsh सs हh ळl"
)
DEVANAGARI_DOTTED = _table("कq खkh गg जz डr|d ढrh|dh फf")
DEVANAGARI_VOWELS = _table(
    "अa आa इi ईi|ee उu ऊu|oo ऋri एe ऐai ओo औau|ou ाa िi ीi|ee ुu ूu|oo ृri ेe ैai ोo ौau|ou ंn|ng ँn ःh ॉo ऑo"
)
HIRAGANA = {
    kana: roman
    for row in (
        "あa いi うu えe おo かka きki くku けke こko さsa しshi すsu せse そso たta ちchi つtsu",
        "てte とto なna にni ぬnu ねne のno はha ひhi ふfu へhe ほho まma みmi むmu めme もmo やya",
        "ゆyu よyo らra りri るru れre ろro わwa ゐi ゑe をo んn がga ぎgi ぐgu げge ごgo ざza",
        "じji ずzu ぜze ぞzo だda ぢji づzu でde どdo ばba びbi ぶbu べbe ぼbo ぱpa ぴpi ぷpu ぺpe",
        "ぽpo ゔvu ぁa ぃi ぅu ぇe ぉo",
    )
    for kana, roman in ((entry[0], entry[1:]) for entry in row.split())
}
KANA_GLIDES = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
# The parts of a Hangul syllable, in the order of Unicode.
HANGUL_FIRST = "g|k kk n d|t tt r|l m b|p pp s ss - j jj ch k t p h".replace("-", "").split(" ")
HANGUL_VOWEL = "a ae ya yae eo|u e yeo|you|yu ye o wa wae oe|oi yo u|oo wo we wi yu eu|u ui|ee i".replace(
    "-", ""
).split(" ")
HANGUL_LAST = "- k k ks n n n t l k m l l l p l m p p t t ng t t k t p t".replace("-", "").split(" ")
# How Koreans with these names write them.
KOREAN_SURNAMES = _table(
    "김kim|gim 이lee|yi|rhee|ri|i 리ri|lee 박park|pak|bak 최choi|choe 정jung|jeong|chung|cheong 강kang|gang "
    "조cho|jo 윤yoon|yun|youn 장jang|chang 임lim|im|yim|rim 림lim 한han 오oh|o 서seo|suh|so 신shin|sin "
    "권kwon|gwon 황hwang|whang 안ahn|an 송song 류ryu|yoo|yu 유yoo|yu|ryu|you 홍hong 전jeon|jun|chun "
    "고ko|go|koh 문moon|mun 손son|sohn 양yang 배bae|pae 백baek|paik|back 허heo|hur|huh 남nam 심shim|sim "
    "노noh|roh|no 하ha 곽kwak|gwak 성sung|seong 차cha 주joo|ju|chu 우woo|wu|u 구koo|gu|ku 민min 나na|ra "
    "진jin|chin 지ji|chi 엄um|eom 채chae 원won 천cheon|chun 방bang|pang 공kong|gong 현hyun|hyeon 함ham "
    "변byun|byeon 염yeom|yum 여yeo|yuh 추choo|chu 도do 소so 석seok|suk 선sun|seon 설seol|sul 마ma 길gil|kil "
    "연yeon|youn 위wi 표pyo 명myung|myeong 기ki|gi 반ban 왕wang 금keum|geum 옥ok 육yook|yuk 인in 맹maeng 제je "
    "모mo"
)
KOREAN_COMPOUND = ("남궁", "황보", "제갈", "선우", "독고", "사공", "서문")
# Chinese ones by pinyin, where a character has several readings, and as they are written in Hong Kong and Taiwan.
CHINESE_SURNAMES = _table(
    "王wang|wong 李li|lee 张zhang|chang|cheung 張zhang|chang|cheung 刘liu|lau 劉liu|lau 陈chen|chan "
    "陳chen|chan 杨yang|yeung 楊yang|yeung 黄huang|wong 黃huang|wong 赵zhao|chao|chiu 趙zhao|chao|chiu "
    "吴wu|ng 吳wu|ng 周zhou|chow|chou 徐xu|hsu|tsui 孙sun|suen 孫sun|suen 马ma 馬ma 朱zhu|chu 郭guo|kuo|kwok "
    "何he|ho 高gao|kao|ko 林lin|lam 罗luo|lo|law 羅luo|lo|law 郑zheng|cheng 鄭zheng|cheng 梁liang|leung "
    "谢xie|hsieh|tse 謝xie|hsieh|tse 宋song|sung 唐tang|tong 许xu|hsu|hui 許xu|hsu|hui 邓deng|teng|tang "
    "鄧deng|teng|tang 冯feng|fung 馮feng|fung 曹cao|tsao 曾zeng|tseng|tsang 萧xiao|hsiao|siu 蕭xiao|hsiao|siu "
    "蔡cai|tsai|choi 潘pan|poon 叶ye|yeh|ip 葉ye|yeh|ip 苏su|so 蘇su|so 吕lu|lyu 呂lu|lyu 卢lu|lo 盧lu|lo "
    "钟zhong|chung 鍾zhong|chung 鐘zhong|chung 姜jiang|chiang 谭tan|tam 譚tan|tam 陆lu|luk 陸lu|luk "
    "石shi|shih 贾jia|chia 賈jia|chia 方fang|fong 邹zou|chow 鄒zou|chow 江jiang|chiang 单shan 單shan 仇qiu "
    "解xie 区ou|au 區ou|au 查zha|cha 任ren 盖ge 乐yue 樂yue"
)
# A syllable of pinyin as Taiwan's passports have it (Wade and Giles's way, without its marks): whole, beginnings, ends.
WADE_GILES = {
    "zhi": "chih", "chi": "chih", "shi": "shih", "ri": "jih", "zi": "tzu", "ci": "tzu", "si": "szu", "er": "erh",
    "you": "yu", "ye": "yeh", "yue": "yueh", "yan": "yen", "yong": "yung", "ge": "ko", "ke": "ko", "he": "ho",
    "guo": "kuo", "kuo": "kuo", "huo": "huo", "shuo": "shuo", "gui": "kuei", "kui": "kuei",
}  # fmt: skip
WADE_GILES_FIRST = {
    "zh": "ch", "ch": "ch", "sh": "sh", "q": "ch", "j": "ch", "x": "hs", "z": "ts", "c": "ts", "b": "p", "d": "t",
    "g": "k", "r": "j",
}  # fmt: skip
WADE_GILES_LAST = {"iong": "iung", "ong": "ung", "ian": "ien", "ie": "ieh", "ue": "ueh", "uo": "o"}
CHINESE_COMPOUND = (
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "司徒", "皇甫", "东方", "東方", "尉迟", "尉遲",
    "公孙", "公孫", "慕容", "夏侯", "端木", "令狐", "宇文", "长孙", "長孫", "独孤", "獨孤",
)  # fmt: skip
