"""Settings: options before environment before file before defaults; what can't be used is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from invoking import BOATS, TRAINS, Cli, write

from assistant.settings import SettingsError, load_settings, settings_file


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file that `RAPPORTEUR_CONFIG` names, yet to be written."""
    path = tmp_path / "settings.toml"
    monkeypatch.setenv("RAPPORTEUR_CONFIG", str(path))
    return path


def test_without_any_setting_the_defaults_hold(tmp_path: Path) -> None:
    chosen = load_settings()
    assert chosen.data_dir == tmp_path / "data-home" / "rapporteur"
    assert (chosen.embedding, chosen.reader, chosen.chroma_url) == ("minilm", True, None)
    assert (chosen.passages, chosen.max_statements, chosen.max_question) == (12, 3, 2_000)
    assert chosen.ods_url == "https://documents.un.org"
    assert (chosen.fetch_delay, chosen.fetch_timeout, chosen.fetch_max_wait) == (1, 30, 120)


def test_without_xdg_variables_the_folders_are_under_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings().data_dir == tmp_path / ".local" / "share" / "rapporteur"
    assert settings_file() == tmp_path / ".config" / "rapporteur" / "rapporteur.toml"


def test_a_file_overrides_the_default_the_environment_the_file_and_an_option_all(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, "passages = 5\nmax_statements = 6\nmax_question = 700\n")
    monkeypatch.setenv("RAPPORTEUR_MAX_STATEMENTS", "7")
    monkeypatch.setenv("RAPPORTEUR_MAX_QUESTION", "800")
    chosen = load_settings(max_question=900)
    assert (chosen.passages, chosen.max_statements, chosen.max_question) == (5, 7, 900)


def test_a_list_in_the_environment_that_is_none_names_its_variable_and_no_file(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORTEUR_HOSTS", "docs.example.org")
    with pytest.raises(
        SettingsError, match=r'\(RAPPORTEUR_HOSTS\): must be a list.* such as \["docs.example.org"\]'
    ) as told:
        load_settings()
    assert ".toml" not in str(told.value)
    monkeypatch.setenv("RAPPORTEUR_HOSTS", '["docs.example.org"]')
    assert load_settings().hosts == ["docs.example.org"]


def test_a_variable_that_nothing_reads_is_told_by_doctor(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_OPN_READING", "true")
    monkeypatch.setenv("RAPPORTEUR_MODEL_KEY", "x")
    assert "nothing reads RAPPORTEUR_OPN_READING" in " ".join(cli("doctor").out.split())


def test_the_key_of_the_model_in_a_file_is_told_to_be_read_from_the_environment(file: Path) -> None:
    write(file, 'model_key = "x"\n')
    with pytest.raises(SettingsError, match=r"model_key \(RAPPORTEUR_MODEL_KEY\): is read from the environment alone"):
        load_settings()


@pytest.mark.parametrize("name", ["RAPPORTEUR_MAX_UPLOAD", "rapporteur_max_upload"])
def test_a_key_of_the_file_that_is_written_as_the_variable_is_told_its_name(cli: Cli, file: Path, name: str) -> None:
    write(file, f"{name} = 50\n")
    done = cli("list")
    assert done.code == 2
    assert f"Setting {name} is written max_upload in the file" in done.err
    assert "RAPPORTEUR_RAPPORTEUR" not in done.err


def test_an_option_that_was_not_given_overrides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_PASSAGES", "9")
    assert load_settings(passages=None).passages == 9


def test_the_settings_file_of_the_person_is_read(tmp_path: Path) -> None:
    write(tmp_path / "config" / "rapporteur" / "rapporteur.toml", "passages = 4\n")
    assert load_settings().passages == 4


def test_the_named_file_is_read_in_place_of_the_usual_one(tmp_path: Path, file: Path) -> None:
    write(tmp_path / "config" / "rapporteur" / "rapporteur.toml", "passages = 4\nmax_statements = 9\n")
    write(file, "passages = 6\n")
    chosen = load_settings()
    assert (chosen.passages, chosen.max_statements) == (6, 3)


def test_a_tilde_stands_for_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RAPPORTEUR_DATA_DIR", "~/library")
    assert load_settings().data_dir == tmp_path / "library"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("passages", "0"),
        ("passages", "101"),
        ("passages", "many"),
        ("max_statements", "0"),
        ("max_statements", "21"),
        ("max_question", "99"),
        ("max_question", "20001"),
        ("reader", "maybe"),
        ("embedding", ""),
        ("chroma_url", "localhost:8000"),
        ("chroma_url", "ftp://localhost"),
        ("data_dir", ""),
        ("ods_url", "documents.un.org"),
        ("ods_url", "ftp://documents.un.org"),
        ("ods_url", "https://user@documents.un.org"),
        ("ods_url", "https://documents.un.org/?s=A"),
        ("fetch_delay", "-1"),
        ("fetch_delay", "61"),
        ("fetch_timeout", "0"),
        ("fetch_timeout", "601"),
        ("fetch_max_wait", "-1"),
        ("fetch_max_wait", "3601"),
    ],
)
def test_a_value_that_cannot_be_used_is_an_error_that_names_the_setting(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    bad = Cli(cli.folder, {f"RAPPORTEUR_{name.upper()}": value})
    done = bad("list")
    assert (done.code, done.out) == (2, "")
    assert f"RAPPORTEUR_{name.upper()}" in done.err
    assert sorted(tmp_path.iterdir()) == before


def test_the_bounds_themselves_can_be_used() -> None:
    assert load_settings(passages=1, max_statements=1, max_question=100).passages == 1
    assert load_settings(passages=100, max_statements=20, max_question=20_000).passages == 100


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_PASSAGES", "0")
    monkeypatch.setenv("RAPPORTEUR_MAX_STATEMENTS", "0")
    with pytest.raises(SettingsError, match=r"PASSAGES.*MAX_STATEMENTS"):
        load_settings()


def test_an_unknown_name_in_the_file_is_an_error_that_names_it_and_the_file(cli: Cli, file: Path) -> None:
    write(file, 'data_dri = "somewhere"\n')
    done = cli("list")
    assert (done.code, done.out) == (2, "")
    assert "data_dri" in done.err
    assert str(file) in done.err


def test_a_named_file_that_is_absent_is_an_error(cli: Cli, file: Path) -> None:
    for _ in range(2):
        done = cli("status")
        assert (done.code, done.out) == (2, "")
        assert f"RAPPORTEUR_CONFIG names {file}" in done.err
        file.mkdir(exist_ok=True)  # nor is a folder a file


@pytest.mark.parametrize(
    "content", [b"passages = \n", b"passages = 5\npassages = 6\n", b"\xff\xfe\x00", b"[passages\n"]
)
def test_a_broken_file_is_an_error_that_names_it(cli: Cli, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    done = cli("ask", "When?")
    assert (done.code, done.out) == (2, "")
    assert str(file) in done.err


def test_doctor_reports_settings_that_cannot_be_used(cli: Cli, file: Path) -> None:
    write(file, "passages = 0\n")
    done = cli("doctor")
    assert done.code == 1
    assert "settings" in done.out
    assert "error" in done.out


def test_the_option_for_the_folder_comes_before_its_variable(cli: Cli, tmp_path: Path) -> None:
    other = tmp_path / "other"
    boats = write(tmp_path / "boats.md", BOATS)
    for place, options in ((other, ("--data-dir", other)), (cli.folder, ())):
        assert not place.exists()
        cli(*options, "ingest", boats)
        assert cli(*options, "status", "--json").json()["folder"] == str(place)


def test_the_folder_can_be_set_in_the_file(file: Path, tmp_path: Path) -> None:
    write(file, f"data_dir = '{tmp_path / 'set'}'\n")
    assert load_settings().data_dir == tmp_path / "set"


def test_the_longest_question_is_a_setting(cli: Cli, tmp_path: Path) -> None:
    cli("ingest", write(tmp_path / "trains.md", TRAINS))
    question = f"When do boats leave {'the old harbour ' * 10}?"
    assert cli("ask", "--json", question).json()["status"] == "not_found"
    short = Cli(cli.folder, {"RAPPORTEUR_MAX_QUESTION": "100"})("ask", "--json", question)
    assert short.code == 1
    assert '"refused"' in short.out


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A catalogue of one's own, which knows one document."""
    folder = tmp_path / "catalogue"
    write(folder / "documents.yaml", "documents:\n  - {symbol: A/75/1, title: On boats, kind: note}\n")
    write(folder / "meetings.yaml", "meetings: []\n")
    return folder


def test_a_catalogue_of_ones_own_takes_the_place_of_the_shipped_one(cli: Cli, own: Path) -> None:
    chosen = Cli(cli.folder, {"RAPPORTEUR_CATALOGUE_DIR": str(own)})
    rows = chosen("list", "--catalogue", "--json").json()
    assert [(row["symbol"], row["title"], row["held"]) for row in rows] == [("A/75/1", "On boats", False)]
    assert len(cli("list", "--catalogue", "--json").json()) > 1


def test_a_catalogue_that_lacks_a_file_is_an_error_that_names_it(cli: Cli, own: Path) -> None:
    (own / "meetings.yaml").unlink()
    done = Cli(cli.folder, {"RAPPORTEUR_CATALOGUE_DIR": str(own)})("list", "--catalogue")
    assert (done.code, done.out) == (2, "")
    assert str(own / "meetings.yaml") in done.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("documents.yaml", "documents: [\n"),
        ("documents.yaml", "- a list\n"),
        ("documents.yaml", "documents:\n  - {symbol: A/75/1}\n"),
        ("documents.yaml", "documents:\n  - {symbol: no symbol, title: On boats}\n"),
        ("documents.yaml", "documents: 5\n"),
        ("meetings.yaml", "meetings:\n  - {place: Vienna}\n"),
    ],
)
def test_a_catalogue_that_cannot_be_read_is_an_error_that_names_the_file(
    cli: Cli, own: Path, name: str, text: str
) -> None:
    write(own / name, text)
    done = Cli(cli.folder, {"RAPPORTEUR_CATALOGUE_DIR": str(own)})("list", "--catalogue")
    assert (done.code, done.out) == (2, "")
    assert name in done.err
