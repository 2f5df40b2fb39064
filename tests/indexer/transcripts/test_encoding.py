"""Old encodings become the letters that were written, or a warning says that it is a guess."""

from __future__ import annotations

import pytest

from indexer.transcripts.encoding import decode

GREEK = "Η βάρκα έφυγε νωρίς το πρωί από το λιμάνι. Κανείς δεν την είδε."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. Loď přijela v úterý večer."
UKRAINIAN = "Човен прибув у гавань увечері, і ніхто його не чекав. Їжа була готова."
TURKISH = "Gemi akşam limana geldi, kimse onu beklemiyordu. Işıklar söndü, şehir uyudu."
JAPANESE = "船は夕方に港に着きました。誰も待っていませんでした。"
CHINESE = "船在傍晚到达港口，没有人在等它。"
GERMAN = "Das Schiff kam abends in den Hafen, für große Überraschung sorgte das Öl."


@pytest.mark.parametrize(
    ("text", "encoding", "language"),
    [
        (GREEK, "cp1253", "el"),
        (CZECH, "cp1250", "cs"),
        (CZECH, "iso8859_2", "cs"),
        (UKRAINIAN, "cp1251", "uk"),
        (UKRAINIAN, "koi8_u", "uk"),
        (TURKISH, "cp1254", "tr"),
        (JAPANESE, "cp932", "ja"),
        (JAPANESE, "euc_jp", "ja"),
        (CHINESE, "gb18030", "zh"),
        (GERMAN, "cp1252", "de"),
    ],
)
def test_an_old_encoding_is_found_by_the_language(text, encoding, language):
    assert decode(f"1\n{text}\n".encode(encoding), language, True).text == f"1\n{text}\n"


@pytest.mark.parametrize(
    ("text", "encoding"), [(GREEK, "cp1253"), (UKRAINIAN, "cp1251"), (JAPANESE, "cp932")]
)
def test_another_script_is_found_against_the_setting_and_warned_of(text, encoding):
    decoded = decode(text.encode(encoding), "en")
    assert decoded.text == text
    assert "its encoding is a guess" in decoded.warnings[0]


POLISH = "Rano wyszliśmy w góry, a wieczorem śnieg leżał już na całej łące."
HUNGARIAN = "Délelőtt a tóhoz mentünk, délután pedig hűvös szél fújt az erdőből."
ROMANIAN = "Bună ziua, astăzi vorbim despre râuri și despre munți.".translate(
    {0x219: 0x15F, 0x21B: 0x163}  # with a cedilla, as encodings of eight bits have them
)
FRENCH = "Où étiez-vous hier ? Nous avons mangé des crêpes près de la forêt."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (text, encoding)
        for text in (CZECH, POLISH, HUNGARIAN, ROMANIAN)
        for encoding in ("cp1250", "iso8859_2")
    ]
    + [(FRENCH, "cp1252"), (FRENCH, "mac_roman"), (GERMAN, "cp850"), (TURKISH, "cp1254")],
)
def test_letters_say_the_language_of_latin_text_where_nothing_else_does(text, encoding):
    decoded = decode(f"1\n{text}\n".encode(encoding), "en")
    assert decoded.text == f"1\n{text}\n"
    assert "guess" in decoded.warnings[0]


def test_a_few_accents_among_english_words_are_those_of_the_usual_encoding():
    text = "Zoë and Chloë met at the Café Métropole, and all of them had a very good time there."
    assert decode(text.encode("cp1252"), "en").text == text


def test_bad_bytes_in_utf8_cost_only_themselves():
    data = "Où est l'été ? ".encode() + b"\xc3 caf\xe9 " + "Là, près du chêne.".encode()
    decoded = decode(data, "fr")
    assert decoded.text == "Où est l'été ?  caf\ufffd Là, près du chêne."
    assert decoded.warnings == ("2 bytes are not valid UTF-8; the rest is read as UTF-8",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides_over_bad_bytes(encoding):
    data = "naïve façade ".encode(encoding) + b"\xff\xdc"
    decoded = decode(data, "en")
    assert decoded.text.startswith("naïve façade")
    assert "not valid" in decoded.warnings[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["1\n00:00:01 --> 00:00:02\nДобрый вечер всем.\n", "Good evening, all."]
)
def test_utf16_without_a_mark_is_found_in_any_script(text, encoding):
    decoded = decode(text.encode(encoding), "en")
    assert decoded.text == text
    assert not decoded.warnings


@pytest.mark.parametrize(
    ("text", "encoding", "language"),
    [
        ("Dziś jest bardzo ładnie, mówią wszyscy, a jabłka są świeże.", "iso8859-2", "pl"),
        ("Heute sprechen wir über München, und das Wetter ist schön.", "mac-roman", "de"),
    ],
)
def test_letters_that_no_word_has_tell_encodings_of_a_language_apart(text, encoding, language):
    assert decode(text.encode(encoding), language, language_is_named=True).text == text


def test_an_old_encoding_of_another_latin_language_is_warned_of():
    text = "Bugün işçi ağladı, şişman portakallar gemiyle geldi, çünkü yağmur çoktu." * 3
    assert "guess" in decode(text.encode("cp1254"), "en").warnings[0]
    few = "The café in the old town was open all day long, and nobody went there but me."
    assert decode(few.encode("cp1252"), "en").warnings == ()


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859_2"])
def test_letters_of_the_named_language_tell_its_encodings_apart(encoding):
    said = "Latarnik napisał pierwsze zamówienie, źle."
    assert decode(said.encode(encoding), "pl", language_is_named=True).text == said
