"""Real names of the whole world pass; what no reader could see or a spreadsheet would run does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.rules.judged import GRADUATE, but, judged

if TYPE_CHECKING:
    from pathlib import Path

# Spelt by code point: in \u095b a keyboard gives one letter where NFC has two, in \u0651\u064e two signs in the order
# in which they are typed; \u200c and \u200d are joiners that the script needs; \ufa1b and \ufa19 are variants on
# identity cards.
NAMES: Final = {
    "Western Europe": (
        "Chloé|d’Aubigny|L’Hôpital|de La Tour d’Auvergne|Œuvrard|Anaïs-Zoë|Loïc|Le Goff|Fañch|Marc’h|von der Groeben"
        "|Müller-Lüdenscheidt|Weiß|van 't Hoff|'t Hooft|’s-Gravesande|IJsbrand|García Márquez|María del Carmen|Íñigo"
        "|Ñusta|Col·lell|Gonçalves d’Ávila|João|D’Angelo|Nicolò|O'Brien|O’Connor|Ó Súilleabháin|Ní Mháille|Llŷr"
        "|ap Gwilym|M'Gregor|Għigo Żammit|Ħamrun|Ǣlfric"
    ),
    "Northern Europe": "Þórður|Sigurðardóttir|Ægir|Guðrún Ósk|Åsa Öberg|Søren|Ærø|Väinö|Õnne|Áillohaš|Ŋála|Ķēniņš",
    "Eastern Europe": (
        "Wałęsa|Żółć|Łukasz|Dvořák|Ťapák|Ďuriš|Szabó-Őrsi|Űrhajós|Ștefan|Ţurcan|Đurđica|Džemila|Çelënë|Ĉapek"
        "|Анастасия|Ёлкин|Щербаков-Римский|Їжакевич|Ґонта|Ўладзімер|Ђорђе|Љубица|Ќосе|Нямдорж Цэцэг|Қанат|Әлия|Ңұрлан"
        "|Ελένη|Παπαδόπουλος|Ἀριστοτέλης|Արամ|Խաչատրյան|Հովհաննես|ნინო|ბერიძე|გიორგი|Дюпон Dupont|Иван (Ivan)"
    ),
    "Turkey and the Middle East": (
        "Işık|İbrahim|Yıldız|Gökçe|Çağlar|Şebnem|Əliyev|Gülşən|Şêrko|محمد|عبد الرحمن|فاطمة الزهراء|بن يوسف|آمنة|أحمد"
        "|محمّد|مح\u0645\u0651\u064eد|محـمد|علی\u200cرضا|می\u200cنا|گلشیفته|ٹیپو|شہزادہ|ئابدۇرېھىم|ګل غوټۍ|هێمن"
        "|דוד|בן־גוריון|ז'בוטינסקי|ג׳ורג׳|יִצְחָק|ש\u05b9\u05c1למה|\ufb2aלמה|ܐܦܪܝܡ|މުހައްމަދު"
    ),
    "Africa": (
        "Ọlámídé|Adékúnlé|Ẹ̀bùn|Chị́nwe|Ṅkéchi|Ɓello|Ɗan Ƙasa|Kɔfi|ǃNqate|Gǀkao|ገብረ ክርስቶስ|ሰላማዊት|ⵎⴰⵙⵉⵏⵉⵙⴰ|ߊ߬ߟߌ|𞤀𞤷𞤫𞤧𞤵"
    ),
    "South Asia": (
        "प्रिया|शर्मा|क्\u200dषमा|श्\u200dयाम|राम्\u200cदेव|ज\u093cैनब|\u095bैनब|রবীন্দ্রনাথ|মৌসুমী|র\u200d্যাচেল|ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ"
        "|\u0a36ਰਨ|જીજ્ઞેશ|ଜଗନ୍ନାଥ|தமிழ்ச்செல்வி|கௌதம்|வெங்கட்|వెంకటేశ్వర్లు|ಪುಟ್ಟಪ್ಪ|ರಾಮ್\u200cಕುಮಾರ್|രാജൻ|രാജന്\u200d"
        "|രാജന്\u200d പി|ශ්\u200dරී|ක්\u200dරිෂාන්|བསྟན་འཛིན"
    ),
    "Southeast Asia": (
        "Nguyễn Thị Ánh|Đặng Văn Hữu|Trần Lê Quốc Toàn|Phạm|Lê|Huỳnh|สมชาย|ณัฐวุฒิ|พิมพ์ชนก|ສົມສະຫວັນ|សុភាព|ច័ន្ទ"
        "|အောင်ဆန်းစုကြည်|ꦱꦸꦫꦠ|Ng, Jr|Siti Nurhaliza binti Tarudin|Ma. Teresa"
    ),
    "East Asia": (
        "王|李小龍|欧阳|髙橋|渡邊|﨑山|\ufa19田|福\ufa1b|佐々木|さくら|ヴィクトリア|ローラ|久保田・ルイス|ﾊﾟｲ|𠮷野|葛\U000e0100城|김민준|독고영재"
        "|ꀀꂰ|ᠪᠠᠲᠤ|ᠰᠠᠷ\u180eᠠ"
    ),
    "the Americas and Oceania": (
        "Kaʻahumanu|Kealiʻi|ʻAukai|Fa‘afetai|Tāwhiao|Maʼafu|Nááts'íilid|Hózhǫ́|Tȟašúŋke|Kʼicheʼ|Bꞌatz|Ag̃uyje|ᏎᏉᏯ|ᓄᓇᕗᑦ"
    ),
    "words and signs": (
        "Null|True|No|NaN|None|Undefined|Clear|Test|X|é|J.|D'|Jr.|St. John|Smith-Jones Jr|Mary-Jane|Jean–Luc|O`Neil"
        '|Teller (stage)|Robert “Bob”|Robert "Bob"|‘Abd al-‘Aziz|ʿAlī|Ṭāhā|Louis XIV|Ⅳ'
        "|[red]x|[/red]|[@click=app.quit]x|{name}|%s"
    ),
    "fifty letters": f"{'a' * 50}|{'漢' * 50}|{'é' * 50}",
}
EVERYBODY: Final = [name for names in NAMES.values() for name in names.split("|")]


def named(name: str) -> str:
    """Return a record of that first and last name, quoted as YAML."""
    quoted = json.dumps(name, ensure_ascii=False)
    return but(GRADUATE, ("Chloé", quoted), ("Dupont\n", f"{quoted}\n"))


def test_the_table_is_long_and_names_nobody_twice() -> None:
    assert len(EVERYBODY) == len(set(EVERYBODY)) > 200


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_real_name_passes(tmp_path: Path, name: str) -> None:
    text = named(name).replace("\U000e0100", "\\U000e0100")  # a file holds a selector by its escape

    assert judged(tmp_path, text) == ()


HIDDEN: Final = {
    "right to left": "\\u202e",
    "a left-to-right mark": "\\u200e",
    "an isolate": "\\u2066",
    "an Arabic letter mark": "\\u061c",
    "NUL": "\\0",
    "escape": "\\e",
    "bell": "\\a",
    "a tab": "\\t",
    "carriage return": "\\r",
    "delete": "\\x7f",
    "escape of eight bits": "\\x9b",
    "next line": "\\N",
    "a line separator": "\\L",
    "a paragraph separator": "\\P",
    "zero width": "\\u200b",
    "a joiner where none belongs": "\\u200d",
    "a non-joiner where none belongs": "\\u200c",
    "a word joiner": "\\u2060",
    "a soft hyphen": "\\xad",
    "a byte order mark": "\\ufeff",
    "a grapheme joiner": "\\u034f",
    "a Mongolian vowel separator": "\\u180e",
    "a Hangul filler": "\\u3164",
    "half a Hangul filler": "\\uffa0",
    "a Braille blank": "\\u2800",
    "a variation of a Latin letter": "\\ufe0f",
    "another variation": "\\U000e0101",
    "a tag": "\\U000e0041",
    "a character of one's own": "\\ue000",
    "no character at all": "\\ufdd0",
    "the last code of a plane": "\\U0001fffe",
}


@pytest.mark.parametrize("column", ["first_name", "campus_name", "notes"])
@pytest.mark.parametrize("code", HIDDEN.values(), ids=HIDDEN)
def test_what_nobody_sees_is_named_by_its_code(tmp_path: Path, code: str, column: str) -> None:
    line = f'{column}: "Chlo{code}e"\n'
    text = {
        "first_name": but(GRADUATE, ("first_name: Chloé\n", line)),
        "campus_name": but(GRADUATE, ("primary", f"{line}primary")),
        "notes": f"{GRADUATE}  {line}",
    }[column]
    (found,) = judged(tmp_path, text)

    assert found.rule == "GR114"
    assert "U+" in found.message
    assert found.message.isprintable()


HOSTILE: Final = {
    "a formula": ('"=HYPERLINK(x)"', {"GR116"}, "“=HYPERLINK(x)”"),
    "a formula that looks like one of ours": ('"={value}{0}"', {"GR111", "GR116"}, "“={value}{0}”"),
    "a sum": ('"+SUM"', {"GR116"}, "“+SUM”"),
    "a subtraction": ('"-cmd"', {"GR116"}, "“-cmd”"),
    "a command": ('"@cmd"', {"GR116"}, "“@cmd”"),
    "a terminal sequence": ('"\\e]x"', {"GR114"}, "“<U+001B>]x”"),
    "a joiner between two scripts": ('"Ali\\u200dعلي"', {"GR114"}, "(U+200D)"),
    "a joiner at the beginning": ('"\\u200dعلي"', {"GR114"}, "(U+200D)"),
    "a joiner at the end": ('"علي\\u200d"', {"GR114"}, "(U+200D)"),
    "51 letters": ("a" * 51, {"GR110"}, " 51 "),
    "a figure": ("Chlo3", {"GR111"}, "“Chlo3”"),
    "an Arabic figure": ("Chlo\u0663", {"GR111"}, "“Chlo\u0663”"),
    "a wide figure": ("Chlo\uff13", {"GR111"}, "“Chlo\uff13”"),
    "a raised figure": ("Chlo\u00b3", {"GR111"}, "“Chlo\u00b3”"),
    "a Cyrillic letter": ("Chlo\u0435", {"GR127"}, "“\u0435” is U+0435 CYRILLIC SMALL LETTER IE"),
    "a Latin letter among Cyrillic ones": ("Ив\u0061н", {"GR127"}, "“a” is U+0061 LATIN SMALL LETTER A"),
    "a Greek letter": ("\u039fdile", {"GR127"}, "“\u039f” is U+039F GREEK CAPITAL LETTER OMICRON"),
    "an Armenian letter": ("Chl\u0585e", {"GR127"}, "U+0585"),
    "one Cyrillic letter of two": ("\u0410l", {"GR127"}, "“\u0410” is U+0410"),
    "a no-break blank at the end": ("Chloé\u00a0", {"GR115"}, "(U+00A0)"),
    "a no-break blank inside": ("Jean\u202fPaul", {"GR115"}, "(U+202F)"),
    "a wide blank": ("山田\u3000太郎", {"GR115"}, "“山田<U+3000>太郎”"),
    "a blank at the end": ('"Chloé "', {"GR115"}, "“Chloé ”"),
    "a blank at the beginning": ('" Chloé"', {"GR115"}, "“ Chloé”"),
    "nothing but a blank": ('" "', {"GR115"}, "“ ”"),
    "two lines": ('"Jean\\nPaul"', {"GR120"}, "“Jean⏎Paul”"),
    "an accent apart": ("Chloe\u0301", {"GR118"}, "(U+0301)"),
    "the sign of a length": ("\u212bsa", {"GR118"}, "(U+212B)"),
    "the sign of a temperature": ("\u212aarl", {"GR118"}, "(U+212A)"),
    "nearly the word for wipe": ('"*clear*"', {"GR113"}, "“*clear*”"),
    "the word for wipe": ('"**CLEAR**"', {"GR112"}, "“first_name”"),
}


@pytest.mark.parametrize(("yaml", "rules", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_shown_and_refused(tmp_path: Path, yaml: str, rules: set[str], said: str) -> None:
    found = judged(tmp_path, but(GRADUATE, ("Chloé", yaml)))

    assert {one.rule for one in found} == rules
    assert said in " ".join(one.message for one in found)
    assert {(one.line, one.column, one.field) for one in found} == {(3, 13, "first_name")}


LOOK_ALIKE: Final = {
    "wide figures": ("auth_identifier", "\uff10\uff10412", "GR119", "“\uff10” (U+FF10)"),
    "a Cyrillic letter in a login": ("auth_identifier", "cdup\u043ent", "GR119", "“\u043e” (U+043E)"),
    "an accent in a card": ("card_id", "É12", "GR119", "“É” (U+00C9)"),
    "a blank in a card": ("card_id", "00 12", "GR119", "“ ” (U+0020)"),
    "a long dash in a card": ("card_id", "00–12", "GR119", "(U+2013)"),
    "a Cyrillic letter in an address": ("email_address", "chlo\u0435@mail.example", "GR301", "(U+0435)"),
    "a Greek letter in a domain": ("email_address", "chloe@mail.ex\u03b1mple", "GR301", "(U+03B1)"),
    "a wide dot in a domain": ("email_address", "chloe@mail\uff0eexample", "GR301", "(U+FF0E)"),
    "a blank in an address": ("email_address", "c d@mail.example", "GR301", "“c d@mail.example”"),
    "two addresses": ("email_address", "c@mail.example,d@mail.example", "GR301", " 2 "),
    "an address with its owner": ("email_address", '"Chloé <c@mail.example>"', "GR301", "“é”"),
    "a dot too many": ("email_address", "c..d@mail.example", "GR301", "“c..d@mail.example”"),
    "a host": ("email_address", "root@localhost", "GR301", "“root@localhost”"),
    "a figure for a domain": ("email_address", "c@[127.0.0.1]", "GR301", "“c@[127.0.0.1]”"),
}


@pytest.mark.parametrize(("column", "value", "rule", "said"), LOOK_ALIKE.values(), ids=LOOK_ALIKE)
def test_what_looks_like_a_plain_letter_is_told_by_its_code(
    tmp_path: Path, column: str, value: str, rule: str, said: str
) -> None:
    line = f"{column}: {value}\n"
    old = "email_address: chloe.dupont@valmont.example\n" if column == "email_address" else "primary"
    (found,) = judged(tmp_path, but(GRADUATE, (old, line if old != "primary" else f"{line}primary")))

    assert found.rule == rule
    assert said in found.message


NOTES: Final = (
    "👩\u200d🎓 contente ☎\ufe0f",
    "=1+1",
    "-",
    "@cmd",
    "« d’accord »\u00a0!",
    "x" * 5000,
    "À 100 %",
)


@pytest.mark.parametrize("note", NOTES, ids=range(len(NOTES)))
def test_a_note_is_never_sent_and_may_say_more(tmp_path: Path, note: str) -> None:
    assert judged(tmp_path, f"{GRADUATE}  notes: {json.dumps(note, ensure_ascii=False)}\n") == ()


@pytest.mark.parametrize(
    ("name", "found"),
    [("Null", False), ("Na", False), ("Test", False), ("NULL", True), ("N/A", True), ("na", True), ("Unknown", True)],
)
def test_a_surname_that_is_also_a_placeholder_passes_when_it_is_written_as_a_name(
    tmp_path: Path, name: str, *, found: bool
) -> None:
    rules = {one.rule for one in judged(tmp_path, but(GRADUATE, ("last_name: Dupont", f'last_name: "{name}"')))}

    assert ("GR134" in rules) is found
