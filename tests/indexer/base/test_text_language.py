"""The language of a text is known by its function words or its script, or left open."""

from __future__ import annotations

import pytest

from indexer.base.text_language import language_of_text

SAID = {
    "en": "I think that we should go there before it gets dark, because nobody knows the way.",
    "de": "Ich glaube, dass wir da sein sollten, bevor es dunkel wird, weil keiner den Weg kennt.",
    "fr": "Je crois que nous devrions y aller avant la nuit, parce que personne ne sait où c'est.",
    "es": "Creo que deberíamos ir antes de que se haga de noche, porque nadie sabe cómo es eso.",
    "it": "Credo che dovremmo andare prima che faccia buio, perché nessuno sa come si arriva.",
    "pt": "Acho que nós devíamos ir antes que fique escuro, porque ninguém sabe como é o caminho.",
    "nl": "Ik denk dat we er heen moeten gaan voor het donker wordt, want niemand weet de weg.",
    "ru": "Я думаю, что нам надо быть там, пока ещё не темно, потому что никто не знает дороги.",
    "ja": "暗くなる前にそこに行くべきだと思います。",
    "zh": "我认为我们应该在天黑之前到那里",
    "he": "הירח מקיף את הארץ בכל חודש והים עולה איתו",
    "el": "Η θάλασσα ανεβαίνει δύο φορές την ημέρα",
    "ka": "მთვარე დედამიწის გარშემო ბრუნავს",
    "ta": "நிலா பூமியைச் சுற்றி வருகிறது",
}


@pytest.mark.parametrize("language", SAID)
def test_a_sentence_tells_its_language(language: str) -> None:
    assert language_of_text(SAID[language]) == language


@pytest.mark.parametrize(
    "text", ["", "Hamburg.", "Anna Ben Carl Dora Emil Fritz Gustav Hans Ida Karl Ludwig Max Otto"]
)
def test_a_text_that_leaves_doubt_has_none(text: str) -> None:
    assert language_of_text(text) is None
