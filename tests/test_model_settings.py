"""The model by setting: what the command line, doctor and the settings say of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import add, untimed
from invoking import Cli, python, write
from model_server import the, writing
from running_servers import Answer as Reply
from running_servers import free_port

from assistant.engine_factory import make_model
from assistant.model.transport import direct_or_by_proxy
from assistant.settings import SettingsError, load_settings, model_key
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import starter_sources

ASKED = "What does article 5 of the Protocol say about smuggled migrants?"
CLAIM = "A migrant cannot be prosecuted under the Protocol merely because he or she was smuggled."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, models_in: Callable[[Path], Path]) -> Path:
    """A library of the starter corpus."""
    path = models_in(tmp_path_factory.mktemp("model") / "library")
    with Library(path, HashEmbedder(), SEGMENTER_VERSION) as library:
        add(library, catalogue, *starter_sources())
    return path


def cli(folder: Path, url: str = "", **settings: str) -> Cli:
    """The command line with a model."""
    env = {f"RAPPORTEUR_{name.upper()}": value for name, value in settings.items()}
    model = {"RAPPORTEUR_MODEL": "scripted", "RAPPORTEUR_MODEL_URL": f"{url}/v1", "RAPPORTEUR_MODEL_RETRIES": "0"}
    return Cli(folder, {**(model if url else {}), **env})


def test_ask_writes_with_the_model_of_the_settings_and_the_option_comes_first(folder: Path) -> None:
    with writing(lambda e, _: f"{CLAIM} [{the(e, 'Article 5 shields')}]") as served:
        written = cli(folder, served.url)("ask", "--json", "--mode", "write", ASKED).json()
        quoted = cli(folder, served.url)("ask", "--json", "--mode", "quote", ASKED).json()
        by_setting = cli(folder, served.url, mode="quote")("ask", "--json", ASKED).json()
    assert [each["verdict"] for each in written["statements"]] == ["supported"]
    assert (written["model"], written["dropped"]) == ("scripted", [])
    assert written["raw"] == [f"{CLAIM} [{written['raw'][0][-7:-1]}]"]
    assert {each["verdict"] for each in quoted["statements"]} == {"quoted"}
    assert (quoted["model"], quoted["raw"]) == (None, [])
    assert untimed(by_setting) == untimed(quoted)
    assert len(served.asked) == 1


def test_chat_prints_what_is_written_with_its_citations(folder: Path) -> None:
    with writing(lambda e, _: f"{CLAIM} [{the(e, 'Article 5 shields')}]") as served:
        done = cli(folder, served.url)("chat", "--mode", "write", stdin=f"{ASKED}\n\n")
    assert done.code == 0
    assert f"{CLAIM} [1]" in done.out
    assert "[1] Smuggling of Migrants Protocol (digest), art. 5" in done.out


def test_a_batch_may_name_the_mode_of_each_question(folder: Path, tmp_path: Path) -> None:
    rows = [{"id": "1", "question": ASKED, "mode": "write"}, {"id": "2", "question": ASKED, "mode": "quote"}]
    batch = tmp_path / "batch.jsonl"
    write(batch, "\n".join(map(json.dumps, rows)))
    with writing(lambda e, _: "NO ANSWER") as served:
        done = cli(folder, served.url)("ask", "--batch", batch)
    assert [row["model"] for row in done.rows()] == ["scripted", None]
    write(batch, json.dumps({"id": "1", "question": ASKED, "mode": "sing"}))
    assert cli(folder, served.url)("ask", "--batch", batch).code == 1


def test_a_mode_that_cannot_be_is_named(folder: Path) -> None:
    done = cli(folder)("ask", "--mode", "write", ASKED)
    assert (done.code, done.out) == (2, "")
    assert "RAPPORTEUR_MODEL" in done.err
    done = cli(folder)("ask", "--mode", "sing", ASKED)
    assert done.code == 2
    assert "quote, write, auto" in done.err


def test_without_a_model_no_client_of_one_is_imported(folder: Path) -> None:
    code = (
        "import sys; from assistant.cli import main\n"
        f"sys.argv = ['rapporteur', 'ask', '--json', {ASKED!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "loaded = {'openai', 'llama_index', 'assistant.model', 'assistant.generation.writer'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    python(code, {**cli(folder).settings(), "PATH": ""})


# doctor


def test_doctor_tries_the_model(folder: Path) -> None:
    with writing(lambda e, _: "ready") as served:
        done = cli(folder, served.url, model_key="k3y")("doctor")
    assert done.code == 0
    assert "scripted replies at" in done.out
    assert "with a key" in done.out
    assert "k3y" not in done.out
    assert served.asked[0][1]["Authorization"] == "Bearer k3y"


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(401, b'{"error": {"message": "no such key k3y"}}'), "RAPPORTEUR_MODEL_KEY"),
        (Reply(404, b"{}"), "RAPPORTEUR_MODEL_URL"),
        (Reply(500, b"{}"), "log of the server"),
        (Reply(429, b"{}"), "later"),
        (Reply(body=b"<html></html>"), "OpenAI-compatible"),
    ],
)
def test_doctor_says_what_is_wrong_with_the_model_and_how_to_mend_it(folder: Path, reply: Reply, told: str) -> None:
    with writing(lambda e, _: reply) as served:
        done = cli(folder, served.url, model_key="k3y")("doctor")
    assert done.code == 1
    assert told in " ".join(done.out.split())
    assert "k3y" not in done.out


def test_doctor_names_a_server_that_is_not_there_and_a_mode_without_a_model(folder: Path) -> None:
    done = cli(folder, f"http://127.0.0.1:{free_port()}")("doctor")
    assert done.code == 1
    assert "Start the server" in " ".join(done.out.split())
    done = cli(folder, mode="write")("doctor")
    assert done.code == 1
    assert "Set RAPPORTEUR_MODEL" in " ".join(done.out.split())
    assert "none set" in cli(folder)("doctor").out


# Settings


def test_the_key_is_read_from_the_environment_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    monkeypatch.setenv("RAPPORTEUR_CONFIG", str(file))
    write(file, 'model = "m"\n')
    assert model_key() is None
    monkeypatch.setenv("RAPPORTEUR_MODEL_KEY", " k3y ")
    assert model_key() == "k3y"
    assert "k3y" not in repr(load_settings())
    write(file, 'model_key = "k3y"\n')
    with pytest.raises(SettingsError, match="MODEL_KEY"):
        load_settings()


def test_the_settings_of_the_model_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of another service")
    chosen = load_settings(model="m", model_url="https://host/v1/", model_context=4_000, model_output=300)
    model = make_model(chosen)
    assert (model.url, model.name, model.window, model.output) == ("https://host/v1", "m", 4_000, 300)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "sing"),
        ("model", ""),
        ("model_url", "localhost:8080"),
        ("model_url", "https://user:secret@host/v1"),
        ("model_url", "https://host/v1?key=secret"),
        ("model_timeout", "0"),
        ("model_seconds", "0"),
        ("model_retries", "-1"),
        ("model_context", "100"),
        ("model_output", "10"),
        ("model_output", "8000"),
        ("model_temperature", "3"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"RAPPORTEUR_{name.upper()}", value)
    with pytest.raises(SettingsError, match=r"RAPPORTEUR_MODE"):
        load_settings()


def test_another_services_key_in_the_environment_is_not_sent(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of another service")
    with writing(lambda e, _: "ready") as served:
        assert cli(folder, served.url)("doctor").code == 0
    assert "another" not in json.dumps(served.asked[0][1])


def test_a_proxy_is_used_for_other_machines_and_never_for_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("httpx.HTTPTransport", lambda proxy=None: asked.append(proxy))
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    for url in (
        "https://host.example/v1",
        "http://127.0.0.1:8080/v1",
        "http://localhost/v1",
        "https://inside.example/v1",
    ):
        direct_or_by_proxy(url)
    assert asked == ["http://proxy:3128", None, None, None]
