"""RTF, .doc and .odt by LibreOffice, and programs of others in general: bounded, apart, and ended for sure."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest
from conftest import alive
from invoking import python
from waiting import until

from ingest.convert import to_docx
from ingest.external_programs import MAX_OUTPUT, read_output, run_program
from ingest.readers import ReadError, read

RTF = (
    rb"{\rtf1\ansi\ansicpg1252 {\b Harbours}\par 1.\tab Deep\chftn{\footnote\chftn  As measured.} water, caf\'e9.\par}"
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs are only run on Linux and macOS")


def script(folder: Path, text: str, name: str = "soffice") -> str:
    """A shell script in place of a program."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def written(path: Path) -> int:
    """A process number that a script writes, given a while."""
    until(lambda: path.exists() and path.read_text().strip())
    return int(path.read_text())


def ends(process: int) -> None:
    """Asserts that a process ends, given a while."""
    until(lambda: not alive(process))


def test_what_libreoffice_makes_of_the_file_is_handed_back(tmp_path: Path) -> None:
    program = script(
        tmp_path,
        f'echo "$@" > {tmp_path}/said; env > {tmp_path}/env; pwd > {tmp_path}/place; cat "$HOME"/source.rtf > {tmp_path}/given\n'
        'mkdir out; printf made > out/source.docx',
    )  # fmt: skip
    assert to_docx(RTF, "../a b;rm.rtf", "rtf", program=program) == b"made"
    assert (tmp_path / "given").read_bytes() == RTF
    said = (tmp_path / "said").read_text()
    assert "--headless" in said
    assert "a b" not in said
    place = (tmp_path / "place").read_text().strip()
    assert f"-env:UserInstallation=file://{place}/profile" in said
    assert not Path(place).exists()
    environment = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines())
    assert environment["HOME"] == environment["TMPDIR"] == place
    assert "127.0.0.1" in environment["https_proxy"]


def test_the_environment_of_this_process_is_not_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_TEST_SECRET", "secret")
    program = script(tmp_path, f"env > {tmp_path}/env; mkdir out; printf made > out/source.docx")
    to_docx(RTF, "a.rtf", "rtf", program=program)
    assert "secret" not in (tmp_path / "env").read_text()


@pytest.mark.parametrize(
    ("kind", "what"), [("rtf", "an RTF file"), ("doc", "an old Word file"), ("odt", "an OpenDocument text")]
)
def test_without_libreoffice_the_message_says_what_to_install(
    kind: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReadError, match=rf"report\.x is {what}.*libreoffice-writer.*DOCX"):
        to_docx(RTF, "report.x", kind)  # type: ignore[arg-type]


def test_the_program_is_found_on_the_search_path_under_either_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, "mkdir out; printf made > out/source.docx", "libreoffice")
    for tool in ("mkdir", "sh"):
        (tmp_path / tool).symlink_to(which(tool) or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert to_docx(RTF, "a.rtf", "rtf") == b"made"


@pytest.mark.parametrize(
    "text",
    [
        "exit 0",
        "exit 3",
        "mkdir out; printf made > out/source.docx; exit 1",
        "mkdir out; : > out/source.docx",
        "mkdir out; ln -s /etc/hosts out/source.docx",
        "kill -9 $$",
    ],
)
def test_a_program_that_makes_nothing_is_told_by_the_name_of_the_file(text: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"report\.rtf is an RTF file, which LibreOffice could not convert to DOCX"):
        to_docx(RTF, "report.rtf", "rtf", program=script(tmp_path, text))


def test_a_program_that_hangs_is_stopped_with_everything_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Begun(subprocess.Popen[bytes]):
        """A program whose time begins when it does, however long a busy machine takes to start it."""

        def wait(self, timeout: float | None = None) -> int:
            if timeout is not None:
                written(tmp_path / "outer")
            return super().wait(timeout)

    monkeypatch.setattr("ingest.external_programs.subprocess.Popen", Begun)
    program = script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/inner; echo $$ > {tmp_path}/outer; sleep 600")
    with pytest.raises(ReadError, match=r"report\.rtf.*within 1 s"):
        to_docx(RTF, "report.rtf", "rtf", program=program, seconds=1)
    ends(written(tmp_path / "inner"))
    ends(written(tmp_path / "outer"))


def test_what_a_program_leaves_running_is_ended_when_it_has_ended(tmp_path: Path) -> None:
    program = script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/inner; mkdir out; printf made > out/source.docx")
    assert to_docx(RTF, "a.rtf", "rtf", program=program) == b"made"
    ends(written(tmp_path / "inner"))


def test_a_program_ends_when_the_process_that_runs_it_is_killed(tmp_path: Path) -> None:
    program = script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/inner; sleep 600")
    code = f"from pathlib import Path; from ingest.external_programs import run_program; run_program([{program!r}], Path({str(tmp_path)!r}), 300)"
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen([sys.executable, "-c", code], cwd=root) as parent:
        inner = written(tmp_path / "inner")
        assert alive(inner)
        parent.send_signal(signal.SIGKILL)
    ends(inner)


def test_a_program_can_write_no_file_larger_than_its_bound(tmp_path: Path) -> None:
    program = script(tmp_path, "head -c 300000 /dev/zero > big; wc -c < big")
    assert run_program([program], tmp_path, 30, max_file=100_000).output.split()[-1] == "100000"


def test_a_program_is_not_bound_by_the_memory_limit_of_the_process_that_runs_it(tmp_path: Path) -> None:
    code = (
        "import resource; from pathlib import Path; from ingest.external_programs import run_program\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, resource.getrlimit(resource.RLIMIT_AS)[1]))\n"
        f"print(run_program(['/bin/sh', '-c', 'ulimit -S -v; ulimit -H -v'], Path({str(tmp_path)!r}), 30).output)"
    )
    soft, hard = python(code).split()
    assert soft == hard


def test_only_the_end_of_what_a_program_says_is_kept(tmp_path: Path) -> None:
    finished = run_program([script(tmp_path, "yes x | head -c 100000; echo; echo end; exit 7")], tmp_path, 30)
    assert finished.status == 7
    assert finished.output.endswith("end\n")
    assert len(finished.output) <= 20_000


def test_too_large_a_result_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "made").write_bytes(b"12345")
    assert read_output(tmp_path / "made") == b"12345"
    assert read_output(tmp_path / "made", most=4) is None
    assert read_output(tmp_path / "missing") is None
    assert MAX_OUTPUT > 0


needs_libreoffice = pytest.mark.skipif(
    which("soffice") is None and which("libreoffice") is None, reason="LibreOffice is not installed"
)


@needs_libreoffice
def test_a_real_rtf_file_is_read_with_its_footnote() -> None:
    source = read(RTF, "harbours.txt")
    found = [(line.text, line.marks, line.note) for line in source.lines if line.text]
    assert found[0][0] == "Harbours"
    assert any("Deep water, café." in text and marks for text, marks, _ in found)
    assert any(text == "As measured." and note for text, _, note in found)


@needs_libreoffice
def test_a_real_file_that_links_to_the_network_fetches_nothing() -> None:
    import http.server
    import threading

    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            asked.append("asked")
            self.close_connection = True

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert to_docx(_linking(server.server_address[1]), "a.odt", "odt").startswith(b"PK")
        server.shutdown()
    assert asked == []


def _linking(port: int) -> bytes:
    """An OpenDocument text with a linked picture."""
    import io
    import zipfile

    spaces = " ".join(
        f'xmlns:{short}="{full}"'
        for short, full in {
            "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
            "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
            "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
            "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
            "xlink": "http://www.w3.org/1999/xlink",
        }.items()
    )
    content = (
        f'<office:document-content {spaces} office:version="1.2"><office:body><office:text><text:p>Deep '
        '<draw:frame svg:width="2cm" svg:height="2cm" text:anchor-type="as-char"><draw:image '
        f'xlink:href="http://127.0.0.1:{port}/a.png"/></draw:frame></text:p></office:text></office:body>'
        "</office:document-content>"
    )
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="/" '
        'm:media-type="application/vnd.oasis.opendocument.text"/><m:file-entry m:full-path="content.xml" '
        'm:media-type="text/xml"/></m:manifest>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return made.getvalue()


@needs_libreoffice
def test_a_real_file_that_is_damaged_is_refused_by_name() -> None:
    with pytest.raises(ReadError, match=re.escape("broken.rtf is an RTF file")):
        to_docx(b"{\\rtf1 ", "broken.rtf", "rtf")
