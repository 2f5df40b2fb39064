"""What is said in one language is near to what it means in another, and English stays English."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from hilbert.encoders import EncoderError, load_text_encoder
from hilbert.encoders.multilingual_text import MultilingualTextEncoder, projection_file
from hilbert.encoders.protocols import TextEncoder, space_of
from hilbert.encoders.resolve import resolve

ENGLISH = [
    "At low tide one can walk across to the island.",
    "The plane had to land on a river.",
    "The tenant may leave the flat with three months' notice.",
    "The dough has to rest overnight.",
    "Bees dance to tell each other where the flowers are.",
    "The old lighthouse is for sale.",
    "She won the chess championship at the age of twelve.",
]
TRANSLATED = {
    "de": [
        "Bei Ebbe kann man zur Insel hinüberlaufen.",
        "Das Flugzeug musste auf einem Fluss landen.",
        "Der Mieter kann die Wohnung mit einer Frist von drei Monaten verlassen.",
        "Der Teig muss über Nacht ruhen.",
        "Bienen tanzen, um einander zu sagen, wo die Blumen sind.",
        "Der alte Leuchtturm steht zum Verkauf.",
        "Mit zwölf Jahren gewann sie die Meisterschaft im Schach.",
    ],
    "es": [
        "Con la marea baja se puede caminar hasta la isla.",
        "El avión tuvo que aterrizar en un río.",
        "El inquilino puede dejar el piso avisando con tres meses.",
        "La masa tiene que reposar toda la noche.",
        "Las abejas bailan para decirse dónde están las flores.",
        "El viejo faro está en venta.",
        "Ganó el campeonato de ajedrez con doce años.",
    ],
    "ja": [
        "干潮のときは島まで歩いて渡れる。",
        "飛行機は川に着陸しなければならなかった。",
        "借り手は三か月前に知らせればアパートを出られる。",
        "生地は一晩寝かせなければならない。",
        "ミツバチは花の場所を伝えるために踊る。",
        "古い灯台が売りに出ている。",
        "彼女は十二歳でチェスの大会に優勝した。",
    ],
    "ru": [
        "Во время отлива до острова можно дойти пешком.",
        "Самолёту пришлось сесть на реку.",
        "Жилец может уйти из квартиры, предупредив за три месяца.",
        "Тесто должно отдохнуть ночь.",
        "Пчёлы танцуют, чтобы сообщить друг другу, где цветы.",
        "Старый маяк продаётся.",
        "Она выиграла чемпионат по шахматам в двенадцать лет.",
    ],
}

pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture(scope="module")
def multilingual() -> MultilingualTextEncoder:
    encoder = load_text_encoder("bundled:multilingual")
    assert isinstance(encoder, MultilingualTextEncoder)
    return encoder


@pytest.fixture(scope="module")
def english() -> TextEncoder:
    return load_text_encoder("bundled:minilm")


def found(encoder: TextEncoder, language: str) -> int:
    """How many sentences are nearer to their own translation than to any other."""
    said, asked = encoder.encode(ENGLISH), encoder.encode(TRANSLATED[language], "query")
    return int((np.argmax(asked @ said.T, axis=1) == np.arange(len(ENGLISH))).sum())


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_is_nearest_to_its_translation(multilingual, english, language):
    assert found(multilingual, language) == len(ENGLISH)
    assert found(english, language) < len(ENGLISH)


def test_english_sentences_stay_near_to_where_the_english_encoder_has_them(multilingual, english):
    cosines = np.einsum("nd,nd->n", multilingual.encode(ENGLISH), english.encode(ENGLISH))
    assert cosines.min() > 0.7 and cosines.mean() > 0.88
    assert space_of(multilingual) == english.fingerprint != multilingual.fingerprint
    assert space_of(english) == english.fingerprint


def test_a_copy_of_the_weights_is_refused_as_the_package_reads_its_own(tmp_path):
    copy = shutil.copytree(resolve("bundled:multilingual").path, tmp_path / "copy")
    with pytest.raises(EncoderError, match="name bundled:multilingual"):
        load_text_encoder(str(copy))


def test_another_projection_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "text-projection"
    folder.mkdir()
    tensors = load_file(projection_file())
    save_file(tensors | {"offset": tensors["offset"] + 1}, folder / "projection.safetensors")
    monkeypatch.setattr("hilbert.encoders.multilingual_text.assets_folder", lambda: tmp_path)
    with pytest.raises(EncoderError, match="differs from its pinned sha256; reinstall it"):
        projection_file()
    Path(folder / "projection.safetensors").unlink()
    with pytest.raises(EncoderError, match="is missing"):
        projection_file()
