"""The query encoder: what ships is what was trained, a run goes on where it was, and a question lies where its like in English does."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import EnglishOnly, add
from invoking import write_lines
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel

from assistant.qa.reader_weights import EPSILON, HEADS
from corpus.catalogue import Catalogue
from corpus.embedding import EmbeddingError, HashEmbedder, PackagedE5
from corpus.embedding.e5 import E5Encoder
from corpus.embedding.graph import bert_graph
from corpus.embedding.query_encoder import DOWN, UP, merge_updates, read_updates
from corpus.embedding.runtime import open_session
from corpus.library import Library
from corpus.models import EmbeddingModels
from eval.training.export import npz
from eval.training.query_training import Plan, QueryEncoder, TrainingQuestion, TrainingSet, library_questions, train
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import Input

needs_e5 = pytest.mark.skipif(not PackagedE5.available(), reason="the extra 'multilingual' is not installed")

WIDTH, LAYERS = 24, 2
WORDS = ["query", ":", "where", "boats", "nets", "crews", "où", "bateaux", "filets", "équipages"]
torch.set_num_threads(1)  # threads that wait for each other spin, which takes most of the time of so small a model
PLAN = Plan(minutes=1, rank=4, batch=4, rate=1e-2, warm=5)


def tokenizer() -> Tokenizer:
    names = ["<s>", "<pad>", "</s>", "<unk>", *WORDS]
    made = Tokenizer(WordLevel({name: n for n, name in enumerate(names)}, unk_token="<unk>"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return made


def weights() -> dict[str, NDArray[np.float32]]:
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=4 + len(WORDS), hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        intermediate_size=4 * WIDTH, initializer_range=0.2, layer_norm_eps=EPSILON,
    )  # fmt: skip
    made = BertModel(config, add_pooling_layer=False)
    return {name: values.numpy() for name, values in made.state_dict().items()}


def encoder() -> QueryEncoder:
    return QueryEncoder(tokenizer(), weights(), PLAN)


def harbour() -> TrainingSet:
    """A passage on each of three things, asked about in two languages; passages lie where the English questions do."""
    made = encoder()
    with torch.no_grad():
        english = made([f"where {thing}" for thing in WORDS[3:6]]).numpy()
    asked = [
        TrainingQuestion(f"{how} {thing}", (n,), english=vector)
        for how, things in (("where", WORDS[3:6]), ("où", WORDS[7:]))
        for n, (thing, vector) in enumerate(zip(things, english, strict=True))
    ]
    return TrainingSet(asked, english)


def nearest(made: QueryEncoder, shelf: TrainingSet) -> list[int]:
    with torch.no_grad():
        vectors = made([asked.text for asked in shelf.questions]).numpy()
    return [int(n) for n in np.argmax(vectors @ shelf.passages.T, axis=1)]


def run(made: QueryEncoder, shelf: TrainingSet, folder: Path, minutes: float) -> list[str]:
    told: list[str] = []
    plan = Plan(minutes=minutes, rank=4, batch=4, rate=1e-2, warm=5)
    train(made, [shelf], plan, folder, told.append)
    return told


def test_questions_are_put_where_the_same_ones_in_english_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count(step=0.02)  # as many steps on whatever machine
    monkeypatch.setattr("eval.training.network.time.monotonic", lambda: next(ticks))
    shelf, made = harbour(), encoder()
    assert nearest(made, shelf)[3:] != [0, 1, 2]
    run(made, shelf, tmp_path, 0.1)
    assert nearest(made, shelf) == [0, 1, 2, 0, 1, 2]


def test_a_run_that_was_ended_goes_on_from_its_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count(step=0.02)
    monkeypatch.setattr("eval.training.network.time.monotonic", lambda: next(ticks))
    shelf = harbour()
    run(encoder(), shelf, tmp_path, 0.01)
    first = json.loads((tmp_path / "run.json").read_text())
    again = encoder()
    told = run(again, shelf, tmp_path, 0.02)
    second = json.loads((tmp_path / "run.json").read_text())
    assert second["steps"] > first["steps"] > 0
    assert told[0].endswith(f"{first['seconds']:.0f} s are done.")
    assert second["questions"] == 6


def test_what_ships_gives_the_vectors_that_were_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count(step=0.02)
    monkeypatch.setattr("eval.training.network.time.monotonic", lambda: next(ticks))
    made = encoder()
    run(made, harbour(), tmp_path, 0.02)
    (tmp_path / "queries.npz").write_bytes(npz(made.factors()))
    shipped = merge_updates(weights(), read_updates(tmp_path / "queries.npz"))
    session = open_session(bert_graph(shipped, heads=HEADS, epsilon=EPSILON, precision="fp32"))
    text = "où bateaux"
    pieces = np.array([tokenizer().encode(f"query: {text}").ids], np.int64)
    with torch.no_grad():
        wanted = made([text]).numpy()[0]
    np.testing.assert_allclose(session.run(None, {"input_ids": pieces})[0][0], wanted, atol=5e-3)


@pytest.mark.parametrize("data", [None, b"", b"no archive", npz({"w#up": np.ones((2, 1))})[:-30]])
def test_a_file_that_is_absent_or_damaged_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "queries.npz"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(EmbeddingError, match=r"queries\.npz cannot be read .*Install Rapporteur again"):
        read_updates(path)


@pytest.mark.parametrize("shape", [(2, 1), (3, 2)])
def test_updates_of_another_model_are_refused(shape: tuple[int, int]) -> None:
    name = "encoder.layer.0.output.dense.weight"
    factors = {f"{name}{UP}": np.ones(shape, np.float16), f"{name}{DOWN}": np.ones((2, 3), np.float16)}
    held = {name: np.zeros((2, 3), np.float32)} if shape == (2, 1) else {}
    with pytest.raises(EmbeddingError, match="does not fit"):
        merge_updates(held, factors)


def test_a_question_is_trained_on_with_its_translations_and_the_passages_that_answer_it(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    text = b"# Rules\n\n1. Boats enter the harbour at six.\n\n2. Crews sleep on board.\n"
    asked = {"id": "a", "document": "rules", "language": "en", "kind": "time", "facts": [], "question": "boats when"}
    gold = {"gold": [{"locator": "para. 1", "span": "at six"}]}
    rows = [{**asked, **gold}, {**asked, "id": "b", "question": "who sings", "gold": []}]
    told = {"of": "a", "language": "fr", "question": "bateaux quand", "history": ["Et le port ?"]}
    files = write_lines(tmp_path / "q.jsonl", *rows), write_lines(tmp_path / "t.jsonl", told)
    base = HashEmbedder()
    with Library(tmp_path / "library", EmbeddingModels(EnglishOnly(), base), SEGMENTER_VERSION) as library:
        add(library, catalogue, Input("rules.md", text), Input("other.md", b"# Other\n\n1. Nets are dried.\n"))
        shelf = library_questions(library, *files, base, scoped=True)
    assert [each.text for each in shelf.questions] == ["boats when", "Et le port ? bateaux quand"]
    assert len(shelf.passages) == 2
    for each in shelf.questions:
        assert (each.right, each.scope) == ((1,), (1, 2))
        assert each.english is not None
        np.testing.assert_allclose(each.english, base.embed_query("boats when"))


# The packaged model


@needs_e5
def test_a_question_in_any_of_the_six_languages_lies_where_the_english_one_does(converted: Path) -> None:
    model, base = PackagedE5(converted), E5Encoder(converted)
    english = "Who chairs the working group on the smuggling of migrants?"
    others = [
        "Qui préside le groupe de travail sur le trafic illicite de migrants ?",
        "¿Quién preside el grupo de trabajo sobre el tráfico ilícito de migrantes?",
        "Кто председательствует в рабочей группе по незаконному ввозу мигрантов?",
        "من يرأس الفريق العامل المعني بتهريب المهاجرين؟",
        "谁主持偷运移民问题工作组？",
    ]
    wanted = base.embed_query(english)
    for other in others:
        assert model.embed_query(other) @ wanted > base.embed_query(other) @ wanted


@needs_e5
def test_passages_are_embedded_as_the_model_was_published(converted: Path) -> None:
    said = ["Boats leave at noon.", "船只中午出发。"]
    np.testing.assert_array_equal(PackagedE5(converted).embed_passages(said), E5Encoder(converted).embed_passages(said))
