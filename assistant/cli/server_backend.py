"""The backend that calls the running server over the loopback interface."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from assistant.cli.backend import PaperResult
from assistant.cli.command_run import NOT_IN_LIBRARY
from assistant.outcome_messages import describe_outcome
from assistant.qa.answer import Answer, Event, Finished, answer_events, answer_from_json
from assistant.question_request import QuestionRequest
from assistant.reports import Progress
from assistant.service_errors import Conflict, Invalid, NotFound, ServiceFault
from assistant.settings import Settings
from corpus.documents import Document
from corpus.feedback import Feedback
from corpus.meetings import Meeting

if TYPE_CHECKING:
    from assistant.paper_requests import BriefingRequest, PaperRequest

SERVER_FILE = "server.json"
"""File in the library's folder with the server's URL and access token, for this user's command line; it holds a secret."""
JobObserver = Callable[[Mapping[str, Any]], None]


def server_address(folder: Path) -> tuple[str, str] | None:
    """URL and access token of the server that a library's folder names; None where there is none or this user may not read it."""
    try:
        address = json.loads((folder / SERVER_FILE).read_text(encoding="utf-8"))
        return str(address["url"]), str(address["token"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


class ServerBackend:
    """Backend over a server of this user on this machine, with the methods of `LibraryBackend`. Raises `ServiceFault` for what the
    server refuses or cannot do."""

    def __init__(self, url: str, token: str, settings: Settings) -> None:
        self._url = url
        self.settings = settings
        # trust_env=False: no proxy between this machine and itself.
        self._client = httpx.Client(
            base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False,
            timeout=httpx.Timeout(600.0, connect=5.0),
        )  # fmt: skip

    @classmethod
    def find(cls, settings: Settings) -> ServerBackend | None:
        """The server that a library's folder names, if this user may read its address."""
        address = server_address(settings.data_dir)
        return None if address is None else cls(*address, settings)

    def __enter__(self) -> ServerBackend:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, request: QuestionRequest) -> Answer:
        body = {**request.model_dump(), "question": request.question or " "}
        return answer_from_json(self._call("POST", "/ask", json=body))

    def stream(self, request: QuestionRequest) -> Iterator[Event]:
        """Yields the events of an answer, all at once when it is complete."""
        answer = self.ask(request)
        yield from answer_events(answer)
        yield Finished(answer)

    def search(self, text: str, limit: int) -> list[dict[str, Any]]:
        return list(self._call("GET", "/search", params={"q": text, "limit": limit})) if text else []

    def records(self, *, missing: bool) -> list[dict[str, Any]]:
        return list(self._call("GET", "/local/records", params={"missing": missing}))

    def read(self, document_id: str) -> Document:
        return self.document(document_id, None, None)[0]

    def document(self, name: str, language: str | None, edition: str | None) -> tuple[Document, dict[str, Any]]:
        found = self._call("GET", f"/local/documents/{_quoted(name)}", params=_version_params(language, edition))
        return Document.from_json(found["document"]), found["versions"]

    def meetings(self) -> list[tuple[Meeting, str]]:
        return [(Meeting.from_json(each["meeting"]), each["label"]) for each in self._call("GET", "/local/meetings")]

    def status(self) -> dict[str, Any]:
        return dict(self._call("GET", "/status"))

    def remove(self, name: str, language: str | None, edition: str | None) -> list[str]:
        job = self._call("DELETE", f"/documents/{_quoted(name)}", params=_version_params(language, edition))
        outcomes = list(self.outcomes(job))
        if any(each["result"] != "removed" for each in outcomes):
            raise ServiceFault("said", text="\n".join(describe_outcome(each)["line"] for each in outcomes))
        return [each["document"] for each in outcomes]

    def confirm(self, name: str, language: str | None, sha256: str | None) -> list[str]:
        params = _version_params(language, None) | ({} if sha256 is None else {"sha256": sha256})
        confirmed = self._call("POST", f"/documents/{_quoted(name)}/confirm", params=params)
        return [each["id"] for each in confirmed]

    def rate(self, rating: Feedback) -> int:
        body = rating.to_json()
        del body["id"], body["time"]
        return int(self._call("POST", "/feedback", json=body)["id"])

    def ratings(self) -> list[dict[str, Any]]:
        ratings: list[dict[str, Any]] = []
        offset: int | None = 0
        while offset is not None:
            page = self._call("GET", "/feedback", params={"offset": offset, "limit": 200})
            ratings += page["items"]
            offset = page["next"]
        return ratings

    def remove_ratings(self, number: int) -> int:
        return int(self._call("DELETE", "/feedback", params={"to": number})["removed"])

    def cases(self) -> str:
        return self._reply("GET", "/feedback/cases").text

    def verify(self) -> list[str]:
        return [str(outcome["reason"]) for outcome in self.outcomes(self.begin_job("/verify", {}))]

    def agenda(self, meeting: str, languages: Sequence[str]) -> dict[str, Any]:
        return dict(self._call("GET", "/agenda", params={"meeting": meeting, "language": list(languages)}))

    def write(self, request: PaperRequest, progress: Progress) -> PaperResult:
        """Generates a paper; `progress` is called before each part. The server caches papers: a file does not generate it again."""
        options = {name: value for name, value in request.model_dump().items() if value not in (None, "", [])}

        def fetch(form: str) -> httpx.Response:
            params = {**options, "format": form}
            try:
                if request.path == "briefings":  # in the body: its subject must not appear in URL logs
                    return self._reply("POST", "/briefings", json=params)
                return self._reply("GET", f"/{request.path}", params=params)
            except Invalid as fault:  # valid options, but no such paper: not a usage error
                raise ServiceFault(fault.message) from None

        self._follow_paper(request, options, progress)
        return PaperResult(fetch("json").json(), lambda form: fetch(form).content)

    def draft(self, request: BriefingRequest, progress: Progress) -> dict[str, Any]:
        self._follow_paper(request, request.model_dump(), progress)
        return dict(self._call("POST", "/drafts", json=request.model_dump()))

    def drafts(self) -> list[dict[str, Any]]:
        return list(self._call("GET", "/drafts"))

    def reviewed(self, draft: str) -> PaperResult:
        path = f"/drafts/{_quoted(draft)}"

        def file(form: str) -> bytes:
            return self._reply("GET", path, params={"format": form}).content

        return PaperResult(self._call("GET", path), file)

    def comment(self, draft: str, text: str, paragraph: int | None) -> None:
        self._call("POST", f"/drafts/{_quoted(draft)}/comments", json={"text": text, "statement": paragraph})

    def move(self, draft: str, state: str) -> dict[str, Any]:
        return dict(self._call("POST", f"/drafts/{_quoted(draft)}/state", json={"state": state}))

    def plan_fetch(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What `fetch` would do with each document."""
        return list(self._call("POST", "/fetch/plan", json=body))

    def begin_job(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a job; returns its record."""
        return dict(self._call("POST", path, json=body))

    def outcomes(self, job: Mapping[str, Any], observe: JobObserver = lambda _: None) -> Iterator[dict[str, Any]]:
        """Yields the outcome of each part of a job as it occurs; `observe` is called with each record of the job. Closing the
        generator stops the job. Raises `ServiceFault` where the job as a whole fails, not where only parts of it do."""
        record = job
        try:
            for record in self._records(f"/jobs/{job['id']}/stream"):
                observe(record)
                yield from record["outcomes"]
        finally:
            if record["state"] in ("queued", "running"):
                with suppress(Conflict):  # it may have ended in the meantime
                    self._reply("DELETE", f"/jobs/{job['id']}")
        if record["state"] != "done" and record.get("code") != "job-nothing":  # job-nothing: the outcomes say why
            raise ServiceFault("said", text=f"The job was {record['state']}: {record['reason']}.")

    def _follow_paper(self, request: PaperRequest, options: Mapping[str, Any], progress: Progress) -> None:
        """Reports the progress of a paper until it is complete. Errors are ignored: the request for the paper itself raises them."""
        with suppress(ServiceFault):
            if not request.is_immediate:
                for record in self._records(f"/local/papers/{request.path}", "POST", json=options):
                    progress(record["part"], record["done"], record["total"])

    def _records(self, path: str, method: str = "GET", **request: Any) -> Iterator[dict[str, Any]]:
        """Yields the JSON records of a stream of server-sent events as they arrive."""
        name, rest = b"", b""
        try:
            with self._client.stream(method, path, **request) as reply:
                if not reply.is_success:
                    reply.read()
                    raise self._fault_of(reply)
                for piece in reply.iter_bytes():
                    *lines, rest = (rest + piece).split(b"\n")
                    for field, _, value in (line.partition(b": ") for line in lines):
                        if field == b"event":
                            name = value
                        elif field == b"data" and name == b"problem":
                            raise ServiceFault("said", text=json.loads(value)["detail"])
                        elif field == b"data":
                            yield json.loads(value)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None

    def _call(self, method: str, path: str, **request: Any) -> Any:
        return self._reply(method, path, **request).json()

    def _reply(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            reply = self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None
        if reply.is_success:
            return reply
        raise self._fault_of(reply)

    def _unreachable(self, error: httpx.HTTPError) -> ServiceFault:
        where = f"The server at {self._url}, which uses the library"
        return ServiceFault("said", text=f"{where}, is not responding: {error}.")

    def _fault_of(self, reply: httpx.Response) -> ServiceFault:
        kinds: dict[int, type[ServiceFault]] = {fault.status: fault for fault in (Conflict, Invalid)}
        try:
            found = reply.json()
            detail = str(found["detail"])
            if found.get("code") in NOT_IN_LIBRARY:
                kinds[NotFound.status] = NotFound
        except (ValueError, KeyError, TypeError):
            detail = f"The server at {self._url} answers {reply.status_code}."
        return kinds.get(reply.status_code, ServiceFault)("said", text=detail)


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _version_params(language: str | None, edition: str | None) -> dict[str, str]:
    return {name: value for name, value in (("language", language), ("edition", edition)) if value is not None}
