"""One chain makes the same words of whatever is written in two ways, and of nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from indexer.base.number_words import NUMBER_WORDS, ordinal
from indexer.base.text_analysis import analyse, exact_words, query_terms, stem

LETTERS = "abcdefghijklmnopqrstuvwxyz"
UNITS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
plain_words = st.text(LETTERS, min_size=3, max_size=12)
# Of letters that spell no number, title or sign, whatever their order.
coined_words = st.text("bklmz", min_size=3, max_size=10)
han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA0), min_size=1, max_size=12)


def below_hundred(number: int) -> str:
    if number < 20:
        return UNITS[number]
    return TENS[number // 10] + (f"-{UNITS[number % 10]}" if number % 10 else "")


def in_words(number: int, joint: str = " and ") -> str:
    parts = []
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if number >= size:
            parts.append(f"{in_words(number // size, joint)} {name}")
            number %= size
    if number >= 100:
        parts.append(f"{UNITS[number // 100]} hundred")
        number %= 100
    if number or not parts:
        parts = [joint.join([" ".join(parts), below_hundred(number)])] if parts else []
        parts = parts or [below_hundred(number)]
    return " ".join(parts)


@given(coined_words, st.data())
def test_case_accents_and_width_are_folded(word: str, data: st.DataObject) -> None:
    accents = "\u0300\u0301\u0302\u0308\u030c\u0327"
    accented = "".join(
        letter + data.draw(st.sampled_from(["", "", *accents])) for letter in word.upper()
    )
    full_width = "".join(chr(ord(letter) + 0xFEE0) for letter in word)
    for written in (accented, unicodedata.normalize("NFC", accented), full_width, word.title()):
        assert exact_words(written) == [word]


@pytest.mark.parametrize(
    ("written", "plain"),
    [("Łódź", "lodz"), ("Straße", "strasse"), ("Ørsted", "orsted"), ("Æsop", "aesop")],
)
def test_letters_that_are_no_letter_and_accent_are_folded(written: str, plain: str) -> None:
    assert exact_words(written) == exact_words(written.upper()) == [plain]


def test_marks_that_are_no_accents_stay() -> None:
    assert exact_words("が") != exact_words("か")
    assert len(exact_words("हिन्दी में")) == 2
    assert exact_words("й") != exact_words("и")


@given(coined_words, st.sampled_from("’‘ʼ＇"))
def test_quotes_of_all_kinds_are_one(word: str, quote: str) -> None:
    for ending in ("t", "s", "ll"):
        assert exact_words(f"{word}{quote}{ending}") == exact_words(f"{word}'{ending}")


@given(st.integers(0, 10**12 - 1), st.sampled_from([" ", " and "]))
@example(1_000_000, " ")
@example(105, " and ")
@example(2005, " and ")
def test_a_number_is_the_same_in_words_and_digits(number: int, joint: str) -> None:
    assert exact_words(in_words(number, joint)) == exact_words(str(number)) == [str(number)]
    assert exact_words(f"{number:,}") == [str(number)]


@given(st.integers(0, 9999), st.integers(1, 999))
def test_millions_are_the_same_with_decimals(whole: int, thousandths: int) -> None:
    assert exact_words(f"{whole}.{thousandths:03} million") == [f"{whole * 1000 + thousandths}000"]
    assert exact_words(f"{whole}.5 million") == exact_words(f"{whole}.50 million")


@given(st.integers(1010, 2099).filter(lambda year: year % 100))
def test_a_year_is_the_same_as_people_say_it(year: int) -> None:
    century, rest = divmod(year, 100)
    spoken = below_hundred(rest) if rest >= 10 else f"oh {UNITS[rest]}"
    assert exact_words(f"{below_hundred(century)} {spoken}") == [str(year)]


@given(st.integers(1, 99), coined_words)
def test_ordinals_are_the_same_in_words(number: int, word: str) -> None:
    irregular = {"one": "first", "two": "second", "three": "third", "five": "fifth"}
    irregular |= {"eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
    *head, last = below_hundred(number).split("-")
    last = irregular.get(last, last[:-1] + "ieth" if last.endswith("y") else last + "th")
    spoken = "-".join([*head, last])
    assert exact_words(f"the {spoken} {word}") == ["the", ordinal(number), word]


@given(st.lists(st.integers(0, 9), min_size=2, max_size=6))
def test_numbers_in_a_list_stay_apart(digits: list[int]) -> None:
    assert exact_words(", ".join(UNITS[d] for d in digits)) == [str(d) for d in digits]
    assert exact_words(" ".join(UNITS[d] for d in digits)) == [str(d) for d in digits]


@given(coined_words, st.sampled_from(["II", "III", "IV", "VII", "XIV", "XXIII"]))
def test_a_roman_number_counts_after_a_name_alone(name: str, roman: str) -> None:
    value = {"II": "2", "III": "3", "IV": "4", "VII": "7", "XIV": "14", "XXIII": "23"}[roman]
    assert exact_words(f"{name.title()} {roman}") == [name, value]
    assert exact_words(f"{name.title()} {roman}'s") == [name, value]
    assert exact_words(f"{name} {roman}") == [name, roman.lower()]
    assert exact_words(f"{name.title()}. {roman}") == [name, roman.lower()]


@given(st.text("BCDFGHKMNPQSTUWYZ", min_size=3, max_size=6))
def test_an_acronym_is_the_same_with_dots_and_possessives(letters: str) -> None:
    word = exact_words(letters)
    assert word == [letters.lower()]
    dotted = ".".join(letters)
    for written in (dotted, f"{dotted}.", f"{letters}'s", f"{dotted}.’s", " ".join(letters)):
        assert exact_words(written) == word, written
    if len(letters) <= 5:
        assert exact_words(". ".join(letters) + ".") == word


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("Dr. Brandt", "Doctor Brandt"),
        ("Mr Brandt", "Mister Brandt"),
        ("Prof. Brandt", "professor Brandt"),
        ("St. Brandt", "Saint Brandt"),
        ("Capt. Brandt", "Captain Brandt"),
        ("20%", "twenty per cent"),
        ("R&D", "R and D"),
        ("Ph.D.", "PhD"),
        ("C++", "C plus plus"),
        ("F#", "F sharp"),
        ("O(n log n)", "O(n  log n)"),
    ],
)
def test_short_forms_are_the_long_ones(short: str, long: str) -> None:
    assert exact_words(short) == exact_words(long)


def test_an_abbreviation_that_is_a_word_too_needs_its_dot() -> None:
    assert exact_words("Gen. Brandt") == ["general", "brandt"]
    assert exact_words("gen z") == ["gen", "z"]


@given(st.sampled_from(LETTERS), st.sampled_from(["++", "#", "+"]))
def test_signs_that_carry_meaning_stay(letter: str, sign: str) -> None:
    assert exact_words(f"{letter.upper()}{sign}.") == [letter + sign] != exact_words(letter)


def test_a_dot_before_a_word_stays() -> None:
    assert exact_words("in .NET, now") == ["in", ".net", "now"]
    assert exact_words("ended.The next") == ["ended", "the", "next"]


@given(plain_words, st.integers(1, 999), st.sampled_from(["", "-", " "]))
def test_letters_and_digits_are_the_same_together_and_apart(
    word: str, number: int, joint: str
) -> None:
    assume(word not in NUMBER_WORDS and len(exact_words(word)) == 1)
    assume(not f"{number}".endswith("0") or word != "s")
    assert exact_words(f"{word}{joint}{number}") == [*exact_words(word), str(number)]


@given(coined_words, coined_words, st.sampled_from("-\u2010\u2011"))
def test_words_with_a_hyphen_are_both_and_one(first: str, second: str, hyphen: str) -> None:
    one, two = analyse(f"a {first}{hyphen}{second}")[1:]
    assert (one.word, two.word) == (first, second)
    assert two.joined == first + second and two.of_compound == 2


@given(han, han, han)
def test_words_inside_a_run_are_words(before: str, word: str, after: str) -> None:
    run, inside = exact_words(before + word + after), exact_words(word)
    assert any(run[i : i + len(inside)] == inside for i in range(len(run)))


@given(st.sampled_from(["寿司", "マグロ", "지하철", "กาแฟ"]), coined_words)
def test_a_run_ends_where_another_script_begins(run: str, word: str) -> None:
    assert exact_words(f"{word}{run}{word}") == [word, *exact_words(run), word]


def test_stems_are_of_the_language() -> None:
    assert stem("wanderungen", "de") == stem("wanderung", "de") != stem("wanderungen", "en")
    assert stem("educación", "es") == stem("educaciones", "es")
    assert stem("universe", "en") != stem("university", "en")
    assert stem("news", "en") != stem("new", "en")
    assert stem("running", "xx") == "running"


@given(plain_words, st.sampled_from(["s", "ed", "ing"]))
def test_exact_words_are_never_stems(word: str, ending: str) -> None:
    assume(word not in NUMBER_WORDS and word + ending not in NUMBER_WORDS)
    assert exact_words(word) != exact_words(word + ending)


@given(st.text(st.characters(), max_size=200))
@example("\x00 a\x00b ._' ___ ’ '")
@example("½ﬁ…™")
@example("twenty-two-year-old one hundred and twenty-two-year-old")
@example("9" * 5000 + " million")
def test_any_text_has_words_in_order_and_terms_that_are_words(text: str) -> None:
    tokens = analyse(text)
    assert all(0 <= t.start < t.end <= len(text) and t.word for t in tokens)
    starts = [t.start for t in tokens]
    assert starts == sorted(starts)
    assert all(1 <= t.of_compound <= place for place, t in enumerate(tokens, 1))
    known = set(exact_words(text))
    for term in query_terms(text):
        assert '"' not in term and set(exact_words(term)) <= known
