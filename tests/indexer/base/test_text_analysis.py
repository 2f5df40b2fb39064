"""One chain makes the same words of whatever is written in two ways, and of nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from indexer.base import units
from indexer.base.number_words import NUMBER_WORDS, ordinal
from indexer.base.spellings import american_spellings, simplified_characters
from indexer.base.text_analysis import analyse, exact_words, query_terms, stem
from indexer.base.writings import groups, other_writings

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


@given(st.integers(0, 10**6), st.sampled_from("٠۰०০๐០"))
def test_digits_of_all_scripts_are_one(number: int, zero: str) -> None:
    digits = "".join(chr(ord(zero) + int(digit)) for digit in str(number))
    assert exact_words(digits) == [str(number)]


@given(st.integers(0, 99), st.integers(1, 99))
def test_decimals_are_the_same_as_people_say_them(whole: int, decimals: int) -> None:
    said = below_hundred(decimals)
    assert exact_words(f"{below_hundred(whole)} point {said}") == [f"{whole}.{decimals}"]
    digits = " ".join(UNITS[int(digit)] for digit in str(decimals))
    assert exact_words(f"{below_hundred(whole)} point {digits} million") == exact_words(
        f"{whole}.{decimals} million"
    )
    assert exact_words(f"version {below_hundred(whole)} point oh") == ["version", f"{whole}.0"]


@given(st.integers(1, 99))
def test_halves_are_decimals(whole: int) -> None:
    for written in (f"{whole}½", f"{whole} and a half", f"{below_hundred(whole)} and a half"):
        assert exact_words(f"{written} hours") == [f"{whole}.5", "hours"]
    assert exact_words(f"{below_hundred(whole)} and a half million") == [f"{whole}500000"]
    assert exact_words(f"{whole}¾") == [f"{whole}.75"] and exact_words("½") == ["1", "2"]
    assert exact_words(f"{whole} and a half-eaten pear")[-1] == "pear"
    assert exact_words(f"{whole}⅓ cups") == [str(whole), "1", "3", "cups"]


@given(st.integers(1, 99), st.sampled_from(["thousand", "million", "billion"]))
def test_halves_of_large_numbers_are_numbers(whole: int, size: str) -> None:
    (one,) = exact_words(f"one {size}")
    assert exact_words(f"half a {size} people") == [str(int(one) // 2), "people"]
    assert exact_words(f"half {size}") == [str(int(one) // 2)]
    said = f"{below_hundred(whole)} {size} and a half"
    assert exact_words(said) == [str(whole * int(one) + int(one) // 2)]
    assert exact_words("half a day, half past two")[:3] == ["half", "a", "day"]


@given(st.integers(2, 10**6), st.sampled_from(sorted(units.CURRENCIES)))
def test_money_is_the_same_in_signs_and_words(amount: int, sign: str) -> None:
    said = [str(amount), units.CURRENCIES[sign][1]]
    for written in (f"{sign}{amount:,}", f"{sign} {amount}", f"{amount} {said[1]}"):
        assert exact_words(f"cost {written} then") == ["cost", *said, "then"]
    assert exact_words(f"{amount}{sign}") == exact_words(f"{amount} {sign}.") == said


@given(st.integers(1, 999), st.sampled_from(["k thousand", "m million", "bn billion"]))
def test_amounts_of_money_may_be_shortened(amount: int, scale: str) -> None:
    short, long = scale.split()
    assert exact_words(f"${amount}{short}") == exact_words(f"{in_words(amount)} {long} dollars")
    assert exact_words(f"${amount}.5{short}") == exact_words(f"${amount}.5 {long}")
    assert exact_words(f"the {amount}{short} race") != exact_words(f"the {amount} {long} race")


@given(
    st.integers(2, 999), st.sampled_from(sorted({**units.UNITS, **units.UNITS_OF_NUMBERS}.items()))
)
def test_units_behind_a_number_are_what_they_are_called(number: int, unit: tuple[str, str]) -> None:
    sign, name = unit
    for written in (f"{number}{sign}", f"{number} {sign}.", f"{in_words(number)} {name}"):
        assert exact_words(written) == [str(number), *name.split()]
    alone = exact_words(sign)
    assert (alone == name.split()) == (sign in units.UNITS)


def test_degrees_and_one_of_a_unit() -> None:
    assert exact_words("20°C") == exact_words("twenty degrees celsius")
    assert exact_words("a 90 ° angle") == ["a", "90", "degrees", "angle"]
    assert exact_words("1 km, 1ft, $1") == [*("1", "kilometer", "1", "foot"), "1", "dollar"]
    assert exact_words("16 GB and 80 KM") == exact_words("16 gigabytes and eighty kilometers")
    assert exact_words("12 ML, 2010 SEC, 2020 sec") == ["12", "ml", "2010", "sec", "2020", "sec"]
    assert exact_words("Micro$oft; ft. Worth") == ["micro", "oft", "fort", "worth"]


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


@given(st.sampled_from(["chapter", "Chapter", "part", "act"]), st.integers(2, 39))
def test_a_roman_number_behind_a_word_for_one_of_many_needs_no_capitals(
    word: str, number: int
) -> None:
    tens, ones = divmod(number, 10)
    roman = "X" * tens + ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][ones]
    assume(len(roman) > 1)
    for written in (roman, roman.lower(), str(number), below_hundred(number)):
        assert exact_words(f"in {word} {written}") == ["in", word.lower(), str(number)]


@pytest.mark.parametrize(
    ("written", "last"),
    [
        ("World War I was", "1"),
        ("the end of Part I.", "1"),
        ("In Chapter X he", "10"),
        ("Part I: the beginning", "1"),
        ("In this part I was", "i"),
        ("Part I wrote", "i"),
        ("The war I saw", "i"),
        ("Malcolm X was", "x"),
        ("Super Bowl LVII was", "57"),
        ("Size XL was", "xl"),
    ],
)
def test_one_letter_is_a_number_where_it_can_be_no_word(written: str, last: str) -> None:
    assert last in exact_words(written)


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
        ("Sgt Brandt", "Sergeant Brandt"),
        ("Mt Brandt", "Mount Brandt"),
        ("Chanel No. 5", "Chanel number five"),
        ("Chanel No.5", "Chanel № 5"),
        ("80 km/h", "eighty kilometers per hour"),
        ("the seventeen hundreds", "the 1700s"),
        ("1'000'000", "1,000,000"),
        ("rock'n'roll", "rock n roll"),
        ("İstanbul'da", "istanbul"),
        ("צה״ל", 'צה"ל'),
        ("בן־גוריון", "בן גוריון"),
        ("ג׳ורג׳", "ג'ורג'"),
        ("مكتبة على کتاب", "مكتبه علي كتاب"),
        ("हिन्दी फ़िल्म", "हिंदी फिल्म"),
        ("コンピューター", "ｺﾝﾋﾟｭｰﾀ"),
        ("Hawaiʻi", "Hawai’i"),
        ("R'n'B", "R&B"),
        ("RnB", "R and B"),
        ("Fig. 3", "figure three"),
        ("fig.3", "figure 3"),
        ("Ch. 4", "chapter four"),
        ("vol 2", "volume two"),
        ("Vol. II", "volume 2"),
        ("Op. 27, No. 2", "opus 27 number 2"),
        ("Maj. Brandt", "Major Brandt"),
        ("Brandt Bros. Inc.", "Brandt Brothers Incorporated"),
        ("Feb. 2020", "February 2020"),
        ("Dec 25th", "December 25th"),
        ("25 Dec", "25 December"),
        ("Sept. eleventh", "September 11th"),
        ("10 000 metres", "10,000 meters"),
        ("7 250 000", "7,250,000"),
        ("the 1,000,000th visitor", "the 1000000th visitor"),
        ("3×3", "3x3"),
        ("120 kilometres an hour", "120 km/h"),
        ("sixty miles an hour", "60 mph"),
        ("$20 an hour", "20 dollars per hour"),
        ("二零二三年", "2023年"),
        ("in '79.", "in 1979"),
        ("1.234,50 €", "1,234.50 euros"),
        ("1.234.567,8", "1234567,8"),
        ("the class of ’05", "the class of 2005"),
        ("21st-century art", "twenty-first century art"),
        ("the mid-1990s", "the mid 1990s"),
    ],
)
def test_short_forms_are_the_long_ones(short: str, long: str) -> None:
    assert exact_words(short) == exact_words(long)


@pytest.mark.parametrize(
    "written",
    [
        *("No two talks", "MT and QUR'AN", "We're", "Qur'an", "no. Two came", "L'été"),
        *("No I did not", "a fig tree", "the vol is", "met Jan.", "on channel Ch 4", "ep I saw"),
        *("a day an hour", "it has a minute", "RNB", "then 200 000x", "said '79' to"),
    ],
)
def test_what_only_looks_like_a_short_form_stays(written: str) -> None:
    kept = {"number", "mount", "we", "qur", "lete", "figure", "volume", "january", "chapter"}
    kept |= {"episode", "per", "and", "200000", "1979"}
    assert not kept & {t.joined or t.word for t in analyse(written)} - set(written.split())


@given(st.lists(coined_words.filter(lambda word: len(word) > 2), min_size=2, max_size=5))
def test_words_written_together_with_capitals_are_both_and_one(words: list[str]) -> None:
    first, *rest = words
    run = first + "".join(word.title() for word in rest)
    tags = f"#{run}", f"#{first.title()}{run[len(first) :]}"
    for written in (run, *tags, *([run.title()] if len(words) < 2 else [])):
        tokens = analyse(f"a {written}")[1:]
        assert [token.word for token in tokens] == words
        assert tokens[-1].joined == run.lower() and tokens[-1].of_compound == len(words)


@pytest.mark.parametrize("name", ["YouTube", "iPhone", "McDonald", "JavaScript", "PhD", "eBay"])
def test_a_name_of_two_capitals_is_one_word(name: str) -> None:
    assert exact_words(name) == [name.lower()]


def test_a_name_with_an_article_is_also_one_word() -> None:
    assert analyse("by L'Oréal")[-1].joined == "loréal"
    assert analyse("à l'été, L'été, L'ÉTÉ")[-1].joined is None


def test_british_and_american_spellings_have_one_stem_and_are_two_words() -> None:
    for british, american in american_spellings().items():
        assert stem(british, "en") == stem(british, None) == stem(american, "en")
        assert exact_words(british) != exact_words(american)
    assert stem("colour", "fr") != stem("color", "fr")


@given(st.lists(st.sampled_from(sorted(simplified_characters())), min_size=1, max_size=9))
def test_traditional_characters_are_found_by_simplified_ones(characters: list[int]) -> None:
    traditional = "".join(map(chr, characters))
    assert exact_words(traditional) == exact_words(traditional.translate(simplified_characters()))


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


def ways(text: str) -> set[tuple[str, ...]]:
    """All ways to write a text that is one group, as exact words."""
    tokens = analyse(text)
    assert list(groups(tokens, text)) in ([(0, len(tokens))], [])
    return {tuple(exact_words(each)) for each in (text, *other_writings(tokens, text))}


@given(st.integers(1, 31), st.sampled_from(["May", "July", "September", "October"]))
def test_a_day_is_looked_for_in_every_writing(day: int, month: str) -> None:
    nth = ordinal(day)
    forms = [f"{month} {day}", f"{month} {nth}", f"{month} the {nth}", f"{nth} of {month}"]
    forms += [f"{day} {month}", f"{nth} {month}", f"{month} {below_hundred(day)}"]
    found = [ways(form) for form in forms]
    assert all(
        set(map(tuple, map(exact_words, forms))) - {(nth, month.lower())} <= w for w in found
    )


@given(coined_words, st.integers(2, 39))
def test_a_king_is_looked_for_by_both_kinds_of_number(name: str, number: int) -> None:
    assert ways(f"{name} {number}") == ways(f"{name} the {ordinal(number)}")
    assert ways(f"{name} {number}") == {(name, str(number)), (name, "the", ordinal(number))}


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("does the 1st", set()),  # amendment
        ("under the 42nd", set()),
        ("been the 3rd", set()),
        ("chapter 13", set()),  # nobody says "chapter the thirteenth"
        ("war 2", set()),
        ("henry 8", {("henry", "the", "8th")}),
    ],
)
def test_only_a_name_has_a_number_as_kings_have(text: str, other: set[tuple[str, ...]]) -> None:
    assert ways(text) == {tuple(text.split())} | other


@given(st.integers(111, 999).filter(lambda number: number % 100 > 9))
def test_a_number_of_a_line_or_a_plane_is_looked_for_as_it_is_said(number: int) -> None:
    first, rest = divmod(number, 100)
    digits = " ".join(UNITS[int(digit)] for digit in str(number))
    for said in (str(number), digits, f"{UNITS[first]} {below_hundred(rest)}"):
        with_oh = tuple("oh" if digit == "0" else digit for digit in str(number))
        written = {(str(number),), tuple(str(number)), (str(first), str(rest)), with_oh}
        assert ways(said) == written


@given(st.integers(2, 9), st.sampled_from(["19", "20"]))
def test_a_decade_is_looked_for_with_and_without_its_century(tens: int, century: str) -> None:
    said = f"{tens}0s"
    assert ways(f"{century}{said}") == {(f"{century}{said}",), (said,)}
    assert (f"{century}{said}",) in ways(TENS[tens].removesuffix("y") + "ies")


@given(st.integers(2, 99), st.integers(2, 99))
def test_ranges_and_sizes_are_looked_for_as_they_are_said(one: int, other: int) -> None:
    for dash in "-–":
        assert (str(one), "to", str(other)) in ways(f"{one}{dash}{other}")
    assert (str(one), str(other)) in ways(f"{below_hundred(one)} to {below_hundred(other)}")
    assert (str(one), "by", str(other)) in ways(f"{one}x{other}")
    assert (str(one), "x", str(other)) in ways(f"{one} by {other}")
    assert (str(one), str(other)) not in ways(f"{one}, {other}") - {(str(one), str(other))}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("007", "double oh seven"),
        ("405", "four oh five"),
        ("5551234", "five five five one two three four"),
        ("60000", "60k"),
        ("60k", "sixty thousand"),
    ],
)
def test_codes_and_thousands_are_looked_for_as_they_are_said(number: str, said: str) -> None:
    assert tuple(exact_words(said)) in ways(number)


def test_a_number_that_is_said_in_parts_is_no_number_of_a_name() -> None:
    assert ("405",) in ways("four oh five")
    assert query_terms("Fahrenheit four fifty-one")[-1] == "4 51"
    assert query_terms("war two") == ["war", "two", "war 2"]


@pytest.mark.parametrize(("kana", "other"), [("スシ", "すし"), ("らーめん", "ラーメン")])
def test_kana_are_looked_for_in_both_forms(kana: str, other: str) -> None:
    assert ways(kana) == ways(other) == {tuple(exact_words(kana)), tuple(exact_words(other))}


def test_years_lists_of_digits_and_hosts_stay_what_they_are() -> None:
    assert ways("1984") == {("1984",)} and ways("1 2") == {("1", "2")}
    assert ("example", "dot", "com") in ways("example.com")
    assert ("example", "com") in ways("example dot com")
    assert ways("red dot fish") == {("red", "dot", "fish")}


@given(st.text(st.characters(), max_size=200))
@example("$ 5 km $5k€ #5 °C 3 °F")
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
