"""The reader in training: rows keep the place of the answer, what ships is what was trained, losses fall where they should, and a
run goes on where it was."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordLevel, WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel

from assistant.qa.passage_states import States, marks
from assistant.qa.reader_input import Kind, Pairing
from assistant.qa.reader_weights import packed, tokenizer_of, unpacked
from corpus.embedding.graph import quantise_linear, reader_graph, states_graph
from corpus.embedding.runtime import open_session
from eval.training import network
from eval.training.bridge import fit_bridge
from eval.training.distillation import distil, learn
from eval.training.export import export_weights, npz
from eval.training.groups import Group, Judgement, Read, save_groups
from eval.training.network import PADDING_STEP, BridgedReader, Reader, Shape, pad_rows
from eval.training.train import PLANS, Plan, encode_group, load_weights, losses, pad_batch, train

SCRIPTS = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "fr": "aàâçéèêëîïôùûüÿœ",
    "es": "añóíúáéü¿¡",
    "ru": "абвгдежзиклмнопрстуфхцчшщыэюя",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "zh": "联合国大会决议草案安全理事会人权海上移民走私",
}
SHAPE = Shape(width=32, layers=2, heads=4)


def tokenizer() -> Tokenizer:
    """A tokenizer that takes letters for word pieces, in all six scripts, as BERT's takes words."""
    letters = sorted({*"".join(SCRIPTS.values()), *"aeiounc0123456789.,?:"})
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "<s>", "</s>", *letters, *(f"##{letter}" for letter in letters)]
    made = Tokenizer(WordPiece({name: n for n, name in enumerate(names)}, unk_token="[UNK]"))
    made.normalizer = BertNormalizer(lowercase=True)
    made.pre_tokenizer = BertPreTokenizer()
    return made


TINY = tokenizer()


def tiny(kind: Kind, pieces: int = 64) -> tuple[Reader, Pairing]:
    """A reader small enough to train here."""
    torch.manual_seed(7)
    made = Reader(TINY.get_vocab_size(), SHAPE) if kind == "bert" else BridgedReader(STATES, SHAPE)
    return made, Pairing(TINY, kind, pieces)


def encoder() -> BertModel:
    """What a bridged reader is given the states of: small, and other than the reader."""
    torch.manual_seed(11)
    config = BertConfig(
        vocab_size=TINY.get_vocab_size(), hidden_size=32, num_hidden_layers=3, num_attention_heads=4,
        intermediate_size=128, initializer_range=0.2,
    )  # fmt: skip
    return BertModel(config, add_pooling_layer=False).eval()


ENCODER = encoder()
WEIGHTS = {name: value.numpy() for name, value in ENCODER.state_dict().items()}
VECTORS = WEIGHTS.pop("embeddings.word_embeddings.weight")
STATES = States(states_graph(WEIGHTS, heads=4, epsilon=1e-12, layers=2), lambda pieces: VECTORS[np.array(pieces)])


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    """Training sets the threads of the process."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


# Rows

WORDS = st.sampled_from(list(SCRIPTS)).flatmap(lambda name: st.text(SCRIPTS[name], min_size=1, max_size=6))
PASSAGES = st.lists(WORDS, min_size=1, max_size=20)


@given(PASSAGES, st.data(), st.sampled_from(["bert", "e5"]), st.integers(40, 90))
def test_a_span_of_a_row_is_the_same_words_of_the_text_or_was_cut_off(
    words: list[str], data: st.DataObject, kind: Kind, most: int
) -> None:
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start = len(" ".join(words[:first])) + (first > 0)
    end = len(" ".join(words[: last + 1]))
    row = Pairing(TINY, kind, most).row("ab cd?", "abc", text)
    assert len(row.pieces) == len(row.segments) <= most
    assert row.first + len(row.offsets) + 1 == len(row.pieces)
    found = row.pieces_of(start, end)
    whole = Pairing(TINY, kind, 1_000).row("ab cd?", "abc", text)
    if found is None:
        assert len(row.offsets) < len(whole.offsets)
        assert row.offsets[-1][1] < end - 1
        return
    begin, stop = (row.offsets[each - row.first] for each in found)
    assert begin[0] == start
    assert end - 1 <= stop[1] <= end
    assert len(row.offsets) < len(whole.offsets) or stop[1] == end


def test_rows_of_the_packaged_base_keep_the_place_of_the_answer_in_every_script() -> None:
    pairing = Pairing(tokenizer_of("bert"), "bert")
    for text, answer in (
        ("Yachts pay forty crowns a night.", "forty crowns"),
        ("Les yachts paient quarante écus la nuit.", "quarante écus"),
        ("Los yates pagan cuarenta coronas por noche.", "cuarenta coronas"),
        ("Яхты платят сорок крон за ночь.", "сорок крон"),
        ("تدفع اليخوت أربعين كرونة في الليلة.", "أربعين كرونة"),
        ("游艇每晚支付四十克朗。", "四十克朗"),
    ):
        row = pairing.row("How much?", "Rules", text)
        start = text.index(answer)
        found = row.pieces_of(start, start + len(answer))
        assert found is not None
        begin, stop = (row.offsets[each - row.first] for each in found)
        assert text[begin[0] : stop[1]] == answer


def test_a_plan_says_how_long_rows_are() -> None:
    long = Group("s", "en", "ab?", False, (Read("", "abc " * 300),))
    _, pairing = tiny("bert", 40)
    made = encode_group(long, pairing, PLANS["en"])
    assert made is not None
    assert [len(row) for row in made.rows] == [40]


def test_a_group_whose_answer_was_cut_off_is_left_out() -> None:
    _, pairing = tiny("bert", 24)
    text = "abc " * 30 + "xyz"
    group = Group("s", "en", "ab?", True, (Read("", text, (len(text) - 3, len(text))),))
    assert encode_group(group, pairing, PLANS["en"]) is None


# What ships

MATRICES = arrays_of.arrays(
    np.float32, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.floats(-8, 8, width=32)
)


@given(MATRICES)
def test_weights_that_ship_are_quantised_to_the_same_codes_again(values: NDArray[np.float32]) -> None:
    name = "encoder.layer.0.output.dense.weight"
    shipped = packed({f"bert.{name}": values, "bert.embeddings.word_embeddings.weight": values, "span.weight": values})
    again = unpacked(shipped)
    assert set(again) == {name, "span.weight"}
    assert np.array_equal(again["span.weight"], values)
    codes, scales = quantise_linear(again[name])
    assert np.array_equal(codes, shipped[f"{name}#codes"])
    assert np.allclose(scales, shipped[f"{name}#scales"])
    assert np.abs(again[name] - values).max() <= shipped[f"{name}#scales"].max() / 2 + 1e-6


def test_an_exported_file_has_the_same_bytes_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {"a": np.arange(6, dtype=np.int8).reshape(2, 3), "b#scales": np.ones(2, np.float32)}
    first = npz(held)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2030, 1, 1, 0, 0, 0, 0, 1, 0))
    assert npz(held) == first
    with np.load(io.BytesIO(first), allow_pickle=False) as read:
        assert {name: read[name].tolist() for name in read.files} == {
            name: value.tolist() for name, value in held.items()
        }


@pytest.mark.parametrize("kind", ["bert", "e5"])
def test_the_graph_in_8_bits_says_what_the_trained_module_says(kind: Kind) -> None:
    reader, pairing = tiny(kind)
    for name, value in reader.named_parameters():
        if "LayerNorm" not in name:
            torch.nn.init.normal_(value, std=0.15)
    row = pairing.row("how much?", "rules", "boats pay 40 coins a night. the bell is rung in fog.")
    weights = {name.removeprefix("bert."): each.float().numpy() for name, each in reader.state_dict().items()}
    shipped = {**weights, **unpacked(packed(weights))}
    reader.load_state_dict({
        name: torch.from_numpy(np.array(shipped[name.removeprefix("bert.")])) for name in reader.state_dict()
    })  # fmt: skip
    with torch.no_grad():
        said = reader.eval()(*(torch.tensor([each]) for each in (row.pieces, row.segments, [1] * len(row.pieces))))
    graph = reader_graph(shipped, heads=SHAPE.heads, epsilon=1e-12)
    given = {"input_ids": np.array([row.pieces]), "segments": np.array([row.segments])}
    if kind == "e5":
        given = {**given, "input_ids": np.array([marks(len(row.pieces), row.cut)])}
        given["states"] = STATES.of(row.pieces, row.cut)[None]
    told = open_session(graph).run(None, given)
    for exact, rounded in zip(said, told, strict=True):
        assert exact.shape == rounded.shape
        assert np.abs(exact.numpy() - rounded).max() < 0.1
    assert np.std(said.start.numpy()) > 0.3  # there is something to agree on


# States and the bridge


def test_states_are_those_of_a_lower_layer_of_question_and_passage_read_apart() -> None:
    row = Pairing(TINY, "e5").row("how much?", "rules", "boats pay 40 coins.")
    found = STATES.of(row.pieces, row.cut)
    assert found.shape == (len(row.pieces), SHAPE.width)
    assert [n for n, state in enumerate(found) if not state.any()] == [0, row.cut - 1, len(found) - 1]
    with torch.no_grad():
        for text, places in (
            (row.pieces[: row.cut], range(1, row.cut - 1)),
            ([row.pieces[0], *row.pieces[row.cut :]], range(row.cut, len(found) - 1)),
        ):
            exact = ENCODER(torch.tensor([text]), output_hidden_states=True).hidden_states[2][0].numpy()
            for place, state in zip(places, exact[1:-1], strict=True):
                assert np.dot(found[place], state) > 0.995 * np.linalg.norm(found[place]) * np.linalg.norm(state)
    other = Pairing(TINY, "e5").row("how much?", "", "the bell is rung in fog.")
    assert other.cut == row.cut
    np.testing.assert_array_equal(STATES.of(other.pieces, other.cut)[: row.cut], found[: row.cut])


def test_a_bridged_reader_tells_the_same_of_a_row_however_far_it_is_filled_up() -> None:
    reader, pairing = tiny("e5")
    rows = [pairing.row("how?", "", "boats pay."), pairing.row("how much?", "rules", "boats pay 40 coins a night.")]
    given = ([row.pieces for row in rows], [row.segments for row in rows], [[1] * len(row.pieces) for row in rows])
    with torch.no_grad():
        both = reader.eval()(*(pad_rows(each, 0) for each in given))
        alone = reader(*(torch.tensor(each[:1]) for each in given))
    assert float(both.answerable[0]) == pytest.approx(float(alone.answerable[0]), abs=1e-5)
    assert float(both.answerable[0]) != pytest.approx(float(both.answerable[1]), abs=1e-5)


@pytest.fixture(scope="module")
def wholes() -> Tokenizer:
    """A tokenizer that takes whole words for pieces, where `TINY` takes letters."""
    made = Tokenizer(WordLevel({"<s>": 4, "</s>": 5, "?": 1, "ab": 10, "cd": 20, "abcd": 30, ".": 40}, unk_token="?"))
    made.pre_tokenizer = BertPreTokenizer()
    made.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 4), ("</s>", 5)])
    return made


def test_the_bridge_leads_from_states_to_the_word_vectors_of_the_same_characters(wholes: Tokenizer) -> None:
    words = np.random.default_rng(3).normal(size=(TINY.get_vocab_size(), SHAPE.width)).astype(np.float32)
    texts = ["ab cd.", "abcd ab.", "cd cd abcd", "ab", "cd."]
    bridge = fit_bridge(texts, STATES, wholes, TINY, words)
    assert bridge.shape == (SHAPE.width, SHAPE.width)
    pieces = wholes.encode("ab cd.").ids
    reached = STATES.of(pieces, len(pieces))[1:-1] @ bridge.T
    for state, spelt in zip(reached, ("ab", "cd", "."), strict=True):
        wanted = words[TINY.encode(spelt).ids].mean(0)
        near = [np.corrcoef(state, words[TINY.encode(each).ids].mean(0))[0, 1] for each in ("ab", "cd", ".")]
        assert np.corrcoef(state, wanted)[0, 1] == max(near) > 0.9


def test_without_english_texts_there_is_nothing_to_fit_a_bridge_on(wholes: Tokenizer) -> None:
    with pytest.raises(ValueError, match="no English texts"):
        fit_bridge([""], STATES, wholes, TINY, np.ones((TINY.get_vocab_size(), SHAPE.width), np.float32))


# Losses

PAIRING = Pairing(TINY, "bert")

ANSWERED = Group("s", "en", "ab?", True, (Read("", "boats pay 40 coins.", (10, 12)), Read("", "the bell is rung.")))
UNANSWERED = Group("s", "en", "cd?", False, (Read("", "the bell is rung."), Read("", "nets are dry.")))


class Says(Reader):
    """A reader that says what it is told to say."""

    def __init__(self, answerable: list[float], start: int, end: int, sure: float) -> None:
        torch.nn.Module.__init__(self)
        self.said, self.at, self.sure = torch.tensor(answerable), (start, end), sure

    def forward(self, pieces: torch.Tensor, *_: torch.Tensor) -> tuple[torch.Tensor, ...]:  # type: ignore[override]
        """The same logits, whatever is read."""
        ends = [torch.zeros(pieces.shape), torch.zeros(pieces.shape)]
        for logits, place in zip(ends, self.at, strict=True):
            logits[:, place] = self.sure
        return self.said, *ends


def losses_of(answerable: list[float], group: Group = ANSWERED, sure: float = 0.0) -> list[float]:
    """The losses where the two passages of a group get these logits, and the answer's pieces such a one."""
    made = encode_group(group, PAIRING, PLANS["en"])
    assert made is not None
    start, end = made.spans[0] or (0, 0)
    return [float(each) for each in losses(Says(answerable, start, end, sure), [made])]


def test_what_is_told_right_costs_less_than_what_is_told_wrong() -> None:
    right, unsure, wrong = (losses_of(said, sure=sure) for said, sure in
                            (([9.0, -9.0], 9.0), ([0.0, 0.0], 0.0), ([-9.0, 9.0], -9.0)))  # fmt: skip
    for good, middling, bad in zip(right, unsure, wrong, strict=True):
        assert 0 <= good < 0.05 < middling < bad


@given(st.floats(-8, 8), st.floats(-8, 8), st.floats(0.1, 5))
def test_where_nothing_answers_the_loss_falls_as_logits_fall(first: float, second: float, less: float) -> None:
    assert losses_of([first - less, second], UNANSWERED)[1] < losses_of([first, second], UNANSWERED)[1]
    assert losses_of([first, second], UNANSWERED)[2] == 0


def test_where_it_is_not_known_which_passage_answers_any_may() -> None:
    unknown = Group("s", "en", "ab?", True, ANSWERED.reads[1:] + UNANSWERED.reads[:1])
    assert losses_of([9.0, -9.0], unknown)[1] < 0.01
    assert losses_of([-9.0, 9.0], unknown)[1] < 0.01
    assert losses_of([-9.0, -9.0], unknown)[1] > 5
    assert losses_of([-9.0, -9.0], unknown)[0] == 0


def test_rows_are_filled_up_to_one_length() -> None:
    made = pad_rows([[5, 6], [7]], 1, least=3)
    assert made.shape == (3, PADDING_STEP)
    assert made[:, :2].tolist() == [[5, 6], [7, 1], [1, 1]]


# Training

PLAN = Plan(kind="bert", minutes=0.03, rows=4, pieces=48, warm=2, frozen=1, rate=1e-3)


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of a few groups. A run has as many steps on a busy machine as on an idle one: each takes 0.05 s."""
    ticks = count()
    monkeypatch.setattr(network, "time", SimpleNamespace(monotonic=lambda: next(ticks) / 20))
    save_groups([ANSWERED, UNANSWERED] * 4, tmp_path / "rows.jsonl.gz")
    return tmp_path / "rows.jsonl.gz"


def held(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of a checkpoint."""
    weights: dict[str, torch.Tensor] = torch.load(folder / "reader.pt", weights_only=True)["weights"]
    return weights


def test_a_run_that_ended_goes_on_from_its_checkpoint_and_leaves_frozen_layers_alone(
    tmp_path: Path, rows: Path
) -> None:
    out = tmp_path / "run"
    said: list[str] = []
    train([rows], PLAN, out, report=said.append, make_reader=tiny)
    first, told = held(out), json.loads((out / "run.json").read_text())
    assert told["steps"] > 0
    assert told["sets"] == {"s": 8}
    assert told["plan"]["minutes"] == PLAN.minutes
    begun = {name: value.float() for name, value in tiny("bert")[0].state_dict().items()}
    changed = {name for name in first if not torch.equal(first[name], begun[name])}
    assert {"answerable.weight", "span.weight", "bert.encoder.layer.1.output.dense.weight"} <= changed
    assert not any(name.startswith("bert.encoder.layer.0.") for name in changed)
    for name in first:  # of what does not ship a rounded copy is kept
        assert not name.startswith("bert.embeddings.") or torch.allclose(first[name], begun[name], rtol=0.01)

    # Its time is over: asked again it does nothing.
    train([rows], PLAN, out, report=said.append, make_reader=tiny)
    assert json.loads((out / "run.json").read_text())["steps"] == told["steps"]
    assert all(torch.equal(value, first[name]) for name, value in held(out).items())

    # With more time it goes on.
    longer = Plan(**{**told["plan"], "minutes": told["seconds"] / 60 + PLAN.minutes})
    train([rows], longer, out, report=said.append, make_reader=tiny)
    assert json.loads((out / "run.json").read_text())["steps"] > told["steps"]
    assert any(f"Going on from {out / 'reader.pt'}: step {told['steps']}" in line for line in said)
    assert set(np.load(io.BytesIO(export_weights(out / "reader.pt"))).files) >= {"answerable.weight", "span.bias"}


def test_a_training_may_begin_from_another_checkpoint_but_of_the_same_reader(tmp_path: Path, rows: Path) -> None:
    nothing = Plan(**{**PLAN.__dict__, "minutes": 1e-9})
    train([rows], PLAN, tmp_path / "first", make_reader=tiny)
    train([rows], nothing, tmp_path / "second", tmp_path / "first" / "reader.pt", make_reader=tiny)
    first, second = held(tmp_path / "first"), held(tmp_path / "second")
    assert all(torch.allclose(first[name], second[name], atol=0.01) for name in first)
    assert json.loads((tmp_path / "second" / "run.json").read_text())["begun"]
    torch.save({"weights": {"other": torch.zeros(1)}}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match=r"other\.pt is no checkpoint of this reader"):
        train([rows], nothing, tmp_path / "third", tmp_path / "other.pt", make_reader=tiny)


def test_a_training_may_begin_from_weights_as_they_ship_but_of_the_same_reader(tmp_path: Path, rows: Path) -> None:
    train([rows], PLAN, tmp_path / "first", make_reader=tiny)
    shipped = tmp_path / "reader-en.npz"
    shipped.write_bytes(export_weights(tmp_path / "first" / "reader.pt"))
    train([rows], Plan(**{**PLAN.__dict__, "minutes": 1e-9}), tmp_path / "second", shipped, make_reader=tiny)
    first, second = held(tmp_path / "first"), held(tmp_path / "second")
    assert all(torch.allclose(first[name], second[name], atol=0.05) for name in first)
    assert any(not torch.equal(first[name], second[name]) for name in first)
    np.savez_compressed(shipped, other=np.zeros(1))
    with pytest.raises(ValueError, match=r"reader-en\.npz are not the weights of this reader"):
        train([rows], PLAN, tmp_path / "third", shipped, make_reader=tiny)


def test_the_mean_of_two_trainings_ships(tmp_path: Path, rows: Path) -> None:
    for n, name in enumerate(("first", "second")):
        train([rows], Plan(**{**PLAN.__dict__, "seed": n}), tmp_path / name, make_reader=tiny)
    first, second = (tmp_path / name / "reader.pt" for name in ("first", "second"))
    with np.load(io.BytesIO(export_weights(first, second))) as shipped:
        wanted = (held(tmp_path / "first")["span.weight"] + held(tmp_path / "second")["span.weight"]) / 2
        np.testing.assert_allclose(shipped["span.weight"], wanted.numpy(), atol=1e-6)
    torch.save({"weights": {"other": torch.zeros(1)}}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="are checkpoints of different readers"):
        export_weights(first, tmp_path / "other.pt")


def test_a_distilled_reader_has_fewer_layers_and_learns_what_the_whole_one_says(tmp_path: Path, rows: Path) -> None:
    train([rows], replace(PLAN, head_rate=1e-2), tmp_path / "whole", make_reader=tiny)
    plan = replace(PLAN, frozen=0, head_rate=1e-3)
    whole = tmp_path / "whole" / "reader.pt"
    distil([rows], replace(plan, minutes=1e-9), [1], tmp_path / "begun", whole, make_reader=tiny)
    distil([rows], plan, [1], tmp_path / "taught", whole, make_reader=tiny)
    assert {name.split(".")[3] for name in held(tmp_path / "taught") if ".layer." in name} == {"0"}

    def logits(path: Path) -> NDArray[np.float32]:
        reader, pairing = tiny("bert")
        load_weights(reader, path)
        encoded = filter(None, (encode_group(group, pairing, PLAN) for group in (ANSWERED, UNANSWERED)))
        with torch.no_grad():
            values: NDArray[np.float32] = reader(*pad_batch(list(encoded), 0)).answerable.numpy()
            return values

    exported = tmp_path / "reader-en.npz"
    exported.write_bytes(export_weights(tmp_path / "taught" / "reader.pt"))
    wanted = logits(whole)
    begun, taught = (np.abs(logits(path) - wanted).mean() for path in (tmp_path / "begun" / "reader.pt", exported))
    assert taught < begun
    # A further training goes on with the layers that there are.
    train([rows], replace(PLAN, minutes=1e-9), tmp_path / "further", exported, make_reader=tiny)
    assert held(tmp_path / "further").keys() == held(tmp_path / "taught").keys()


JUDGED = Group("asked", "en", "how much?", False, (
    Read("rules", "boats pay 40 coins.", None, Judgement(4.0, ((10, 0.75), (0, 0.25)), ((17, 1.0),))),
    Read("rules", "the bell is rung in fog.", None, Judgement(-4.0, ((4, 1.0),), ((7, 1.0),))),
))  # fmt: skip


def test_what_others_judged_together_is_learnt_whether_and_where(tmp_path: Path) -> None:
    rows = tmp_path / "judged.jsonl.gz"
    save_groups([JUDGED], rows)
    train_nothing, plan = replace(PLAN, minutes=1e-9), replace(PLAN, frozen=0, rate=1e-2, head_rate=1e-2)
    train([rows], train_nothing, tmp_path / "begin", make_reader=tiny)
    begin = tmp_path / "begin" / "reader.pt"
    learn([rows], plan, tmp_path / "taught", begin, make_reader=tiny)

    def output(folder: str) -> tuple[float, float]:
        """How far the logits are from those that were judged, and how likely the judged beginning is."""
        reader, pairing = tiny("bert")
        load_weights(reader, tmp_path / folder / "reader.pt")
        encoded = encode_group(JUDGED, pairing, PLAN)
        assert encoded is not None
        with torch.no_grad():
            told = reader.eval()(*pad_batch([encoded], 0))
        goal = encoded.goals[0]
        assert goal is not None
        chances = told.start[0, : len(goal.start)].softmax(-1)
        return float((told.answerable - torch.tensor([4.0, -4.0])).abs().mean()), float((chances * goal.start).sum())

    before, after = output("begin"), output("taught")
    assert after[0] < before[0]
    assert after[1] > before[1]


def test_rows_that_were_not_judged_cannot_be_learnt_from(tmp_path: Path, rows: Path) -> None:
    train([rows], replace(PLAN, minutes=1e-9), tmp_path / "begin", make_reader=tiny)
    with pytest.raises(ValueError, match="only the rows of `judge`"):
        learn([rows], PLAN, tmp_path / "taught", tmp_path / "begin" / "reader.pt", make_reader=tiny)


def test_a_bridged_reader_learns_its_bridge_and_ships_it_in_the_place_of_word_vectors(
    tmp_path: Path, rows: Path
) -> None:
    train([rows], Plan(**{**PLAN.__dict__, "kind": "e5"}), tmp_path / "run", make_reader=tiny)
    learnt, begun = held(tmp_path / "run"), tiny("e5")[0].state_dict()
    assert not torch.equal(learnt["bridge.weight"], begun["bridge.weight"])
    with np.load(io.BytesIO(export_weights(tmp_path / "run" / "reader.pt"))) as shipped:
        np.testing.assert_array_equal(shipped["bridge.weight"], learnt["bridge.weight"].numpy())
        assert not any("embeddings" in name for name in shipped.files)


def test_a_training_without_rows_is_refused(tmp_path: Path) -> None:
    save_groups([], tmp_path / "rows.jsonl")
    with pytest.raises(ValueError, match="no training rows in"):
        train([tmp_path / "rows.jsonl"], PLAN, tmp_path / "run", make_reader=tiny)
