"""The running server as a desk: the same commands over the loopback interface."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from assistant.cli.backend import Written
from assistant.qa.answer import Answer, Event, Finished, answer_events, answer_of
from assistant.question_request import QuestionRequest
from assistant.reports import Progress
from assistant.service_errors import Conflict, Invalid, ServiceFault
from assistant.settings import Settings
from corpus.documents import Document
from corpus.feedback import Feedback
from corpus.meetings import Meeting

if TYPE_CHECKING:
    from assistant.paper_requests import BriefingRequest, PaperRequest

SERVER = "server.json"
"""File in the library's folder that tells this user's command line where the server is; it holds a secret."""
Told = Callable[[Mapping[str, Any]], None]


def address_of(folder: Path) -> tuple[str, str] | None:
    """Where the server is that a library's folder names, and the token that opens it, if this user may read that."""
    try:
        told = json.loads((folder / SERVER).read_text(encoding="utf-8"))
        return str(told["url"]), str(told["token"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


class ServerDesk:
    """A server of this user's on this machine. Raises `ServiceFault` for what it refuses or can't do."""

    def __init__(self, url: str, token: str, chosen: Settings) -> None:
        self._url = url
        self.settings = chosen
        # No proxy lies between this machine and itself.
        self._client = httpx.Client(
            base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False,
            timeout=httpx.Timeout(600.0, connect=5.0),
        )  # fmt: skip

    @classmethod
    def found(cls, chosen: Settings) -> ServerDesk | None:
        """The server that a library's folder names, if this user may read that."""
        address = address_of(chosen.data_dir)
        return None if address is None else cls(*address, chosen)

    def __enter__(self) -> ServerDesk:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, asked: QuestionRequest) -> Answer:
        """Answers a question."""
        return answer_of(self._call("POST", "/ask", json={**asked.model_dump(), "question": asked.question or " "}))

    def stream(self, asked: QuestionRequest) -> Iterator[Event]:
        """An answer as a stream, all of it at once."""
        answer = self.ask(asked)
        yield from answer_events(answer)
        yield Finished(answer)

    def search(self, text: str, limit: int) -> list[dict[str, Any]]:
        """Passages as `search --json` prints them."""
        return list(self._call("GET", "/search", params={"q": text, "limit": limit})) if text else []

    def records(self, *, missing: bool) -> list[dict[str, Any]]:
        """Documents as `list --json` prints them."""
        return list(self._call("GET", "/local/records", params={"missing": missing}))

    def read(self, document_id: str) -> Document:
        """A document by its id."""
        return self.document(document_id, None, None)[0]

    def document(self, name: str, language: str | None, edition: str | None) -> tuple[Document, dict[str, Any]]:
        """A document, and how it stands to others."""
        told = self._call("GET", f"/local/documents/{_part(name)}", params=_given(language, edition))
        return Document.from_json(told["document"]), told["versions"]

    def meetings(self) -> list[tuple[Meeting, str]]:
        """The meetings, each with how its agenda is called."""
        return [(Meeting.from_json(each["meeting"]), each["label"]) for each in self._call("GET", "/local/meetings")]

    def status(self) -> dict[str, Any]:
        """What the library holds."""
        return dict(self._call("GET", "/status"))

    def remove(self, name: str, language: str | None, edition: str | None) -> list[str]:
        """Removes a document's versions; returns their ids."""
        job = self._call("DELETE", f"/documents/{_part(name)}", params=_given(language, edition))
        return [outcome["document"] for outcome in self.outcomes(job)]

    def confirm(self, name: str, language: str | None) -> list[str]:
        """Confirms that a document's unverified texts are what they say they are; returns their ids."""
        told = self._call("POST", f"/documents/{_part(name)}/confirm", params=_given(language, None))
        return [each["id"] for each in told]

    def rate(self, rating: Feedback) -> int:
        """Keeps a rating; returns its number."""
        body = rating.to_json()
        del body["id"], body["time"]
        return int(self._call("POST", "/feedback", json=body)["id"])

    def ratings(self) -> list[dict[str, Any]]:
        """The ratings that are kept."""
        kept: list[dict[str, Any]] = []
        at: int | None = 0
        while at is not None:
            page = self._call("GET", "/feedback", params={"offset": at, "limit": 200})
            kept += page["items"]
            at = page["next"]
        return kept

    def remove_ratings(self, number: int) -> int:
        """Removes the ratings up to a number; returns how many there were."""
        return int(self._call("DELETE", "/feedback", params={"to": number})["removed"])

    def cases(self) -> str:
        """The ratings as YAML cases."""
        return self._reply("GET", "/feedback/cases").text

    def verify(self) -> list[str]:
        """What is wrong with the library."""
        return [str(outcome["reason"]) for outcome in self.outcomes(self.begin("/verify", {}))]

    def agenda(self, meeting: str, languages: Sequence[str]) -> dict[str, Any]:
        """An agenda against what is held, as `agenda check --json` prints it."""
        return dict(self._call("GET", "/agenda", params={"meeting": meeting, "language": list(languages)}))

    def write(self, request: PaperRequest, told: Progress) -> Written:
        """A paper. The server keeps what it has made: a file of it is not made anew."""
        asked = {name: value for name, value in request.model_dump().items() if value not in (None, "", [])}

        def ask(form: str) -> httpx.Response:
            given = {**asked, "format": form}
            try:
                if request.path == "briefings":  # whose subjects are to stand in no log of addresses
                    return self._reply("POST", "/briefings", json=given)
                return self._reply("GET", f"/{request.path}", params=given)
            except Invalid as fault:  # the options were understood; what they ask for can't be made
                raise ServiceFault(fault.message) from None

        self._follow(request, asked, told)
        return Written(ask("json").json(), lambda form: ask(form).content)

    def draft(self, request: BriefingRequest, told: Progress) -> dict[str, Any]:
        """A briefing, kept as a draft for review: its JSON form."""
        self._follow(request, request.model_dump(), told)
        return dict(self._call("POST", "/drafts", json=request.model_dump()))

    def drafts(self) -> list[dict[str, Any]]:
        """The drafts without their briefings, the latest first: their JSON forms."""
        return list(self._call("GET", "/drafts"))

    def reviewed(self, draft: str) -> Written:
        """A draft with what was done to it, as a file with its state on the cover."""
        path = f"/drafts/{_part(draft)}"
        return Written(self._call("GET", path), lambda form: self._reply("GET", path, params={"format": form}).content)

    def comment(self, draft: str, text: str, paragraph: int | None) -> None:
        """Comments on a draft, or on one paragraph of it."""
        self._call("POST", f"/drafts/{_part(draft)}/comments", json={"text": text, "statement": paragraph})

    def move(self, draft: str, state: str) -> dict[str, Any]:
        """Gives a draft another state; returns its JSON form."""
        return dict(self._call("POST", f"/drafts/{_part(draft)}/state", json={"state": state}))

    def foresee(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What `fetch` would do."""
        return list(self._call("POST", "/fetch/plan", json=body))

    def begin(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Begins a job."""
        return dict(self._call("POST", path, json=body))

    def outcomes(self, job: Mapping[str, Any], told: Told = lambda _: None) -> Generator[dict[str, Any], None, None]:
        """What becomes of each part of a job, as it comes; `told` sees the job itself. Whoever stops listening stops
        the job. Raises `ServiceFault` where it fails as a whole, for another reason than its parts."""
        now = job
        try:
            for now in self._changes(f"/jobs/{job['id']}/stream", params={"since": 0}):
                told(now)
                yield from now["outcomes"]
        finally:
            if now["state"] in ("queued", "running"):
                # One that has ended in the meantime needs no stopping.
                with suppress(Conflict):
                    self._reply("DELETE", f"/jobs/{job['id']}")
        if now["state"] != "done" and now.get("code") != "job-nothing":  # of which the outcomes tell
            raise ServiceFault("said", text=f"The job was {now['state']}: {now['reason']}.")

    def _follow(self, request: PaperRequest, asked: Mapping[str, Any], told: Progress) -> None:
        """Tells how far a paper is until it has ended. Whatever is refused here is refused to who asks for the paper then."""
        with suppress(ServiceFault):
            if not request.is_immediate:
                for now in self._changes(f"/local/papers/{request.path}", "POST", json=asked):
                    told(now["part"], now["done"], now["total"])

    def _changes(self, path: str, method: str = "GET", **given: Any) -> Iterator[dict[str, Any]]:
        """The records of what is followed as they come."""
        name, rest = b"", b""
        try:
            with self._client.stream(method, path, **given) as reply:
                if not reply.is_success:
                    reply.read()
                    raise self._refused(reply)
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
            raise self._silent(error) from None

    def _call(self, method: str, path: str, **given: Any) -> Any:
        return self._reply(method, path, **given).json()

    def _reply(self, method: str, path: str, **given: Any) -> httpx.Response:
        try:
            reply = self._client.request(method, path, **given)
        except httpx.HTTPError as error:
            raise self._silent(error) from None
        if reply.is_success:
            return reply
        raise self._refused(reply)

    def _silent(self, error: httpx.HTTPError) -> ServiceFault:
        return ServiceFault(
            "said", text=f"The server at {self._url}, which uses the library, does not answer: {error}."
        )

    def _refused(self, reply: httpx.Response) -> ServiceFault:
        try:
            detail = str(reply.json()["detail"])
        except (ValueError, KeyError, TypeError):
            detail = f"The server at {self._url} answers {reply.status_code}."
        known = {fault.status: fault for fault in (Conflict, Invalid)}
        return known.get(reply.status_code, ServiceFault)("said", text=detail)


def _part(name: str) -> str:
    return quote(name, safe="")


def _given(language: str | None, edition: str | None) -> dict[str, str]:
    return {name: value for name, value in (("language", language), ("edition", edition)) if value is not None}
