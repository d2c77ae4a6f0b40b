"""Publications as one self-contained HTML page: anchors at headings, paragraphs and footnotes, no script, no request."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from assistant.export.publication import (
    Block,
    Content,
    Figure,
    Heading,
    Listing,
    Note,
    Paragraph,
    Publication,
    Span,
    Table,
)

_TAGS = {"strong": "strong", "emphasis": "em", "inserted": "ins", "deleted": "del"}


def to_html(publication: Publication, *, page: bool = True) -> str:
    """The publication as a page, or as an article to stand in one; all that comes from documents is escaped."""
    writer = _Writer()
    direction = "rtl" if publication.language == "ar" else "ltr"
    body = [f'<article class="publication" lang="{publication.language}" dir="{direction}">', "<header>"]
    body.append('<div class="masthead"><div>')
    body += [f"<p>{escape(line)}</p>" for line in publication.masthead]
    body.append("</div><div>")
    body += [f"<p>{escape(line)}</p>" for line in publication.label]
    body += ["</div></div>", f"<h1>{escape(publication.title)}</h1>"]
    if publication.notice:
        body.append(f'<p class="notice">{escape(publication.notice)}</p>')
    body.append("</header>")
    body += [writer.block(block) for block in publication.blocks]
    if writer.notes:
        body.append('<section class="notes" role="doc-endnotes"><ol>')
        body += [
            f'<li id="fn-{n}">{note} <a href="#ref-{n}" aria-label="{n}" role="doc-backlink">↑</a></li>'
            for n, note in enumerate(writer.notes, 1)
        ]
        body.append("</ol></section>")
    body.append("</article>")
    article = "\n".join(body)
    if not page:
        return article
    style = (files("assistant") / "export" / "note.css").read_text(encoding="utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="{publication.language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(publication.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{article}\n</body>\n</html>\n"
    )


class _Writer:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def block(self, block: Block) -> str:
        match block:
            case Heading():
                level = min(6, block.level + 1)
                return f'<h{level} id="{escape(block.anchor)}">{escape(block.text)}</h{level}>'
            case Paragraph():
                if block.number is None:
                    return f"<p>{self.line(block.content)}</p>"
                link = f'<a class="number" href="#p-{block.number}">{block.number}.</a>'
                return f'<p id="p-{block.number}" class="numbered">{link} {self.line(block.content)}</p>'
            case Listing():
                return "<ul>" + "".join(f"<li>{self.line(item)}</li>" for item in block.items) + "</ul>"
            case Table():
                return self._table(block)
            case Figure():
                return f'<figure tabindex="0">{block.svg}<figcaption>{escape(block.caption)}</figcaption></figure>'

    def line(self, content: Content) -> str:
        return "".join(self._note(each) if isinstance(each, Note) else _span(each) for each in content)

    def _note(self, note: Note) -> str:
        self.notes.append("".join(_span(span) for span in note.spans))
        n = len(self.notes)
        return f'<sup><a id="ref-{n}" href="#fn-{n}" role="doc-noteref">{n}</a></sup>'

    def _table(self, table: Table) -> str:
        head = "".join(f'<th scope="col">{escape(cell)}</th>' if cell else "<td></td>" for cell in table.header)
        rows = "".join("<tr>" + "".join(f"<td>{self.line(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
        # What scrolls can be reached by the keyboard.
        return (
            f'<div class="table" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        )


def _span(span: Span) -> str:
    text = f"<bdi>{escape(span.text)}</bdi>" if span.mode == "plain" and span.url else escape(span.text)
    if span.url and span.url.startswith("/documents/"):
        return f'<a href="{escape(span.url)}">{text}</a>'
    if span.url and span.url.startswith(("https://", "http://")):
        return f'<a href="{escape(span.url)}" rel="noopener noreferrer">{text}</a>'
    tag = _TAGS.get(span.mode)
    return f"<{tag}>{text}</{tag}>" if tag else text
