"""Passages and tables as Markdown: what comes from the data or from people shows as it is and does nothing."""

from __future__ import annotations

from functools import singledispatch

from app.verification.report.blocks import Block, Grid, Passage, Proofs, Section, Sentence

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>#|~!&"})


def plain(text: str) -> str:
    """Text without markup and without line breaks."""
    return " ".join(text.split()).translate(_SPECIAL)


def markdown(section: Section, *, level: int) -> list[str]:
    """A section under a heading of that level, with its blocks; nothing where it holds none."""
    lines = [f"{'#' * level} {plain(section.title)}", ""] if section.title else []
    for block in section.blocks:
        lines += [*_lines(block), ""]
    return lines


@singledispatch
def _lines(block: Block) -> list[str]:
    raise TypeError(block)


@_lines.register
def _passage(block: Passage) -> list[str]:
    return [f"- {_sentence(sentence)}" for sentence in block.sentences]


def _sentence(sentence: Sentence) -> str:
    text = plain(sentence.text)
    if sentence.missing:
        return f"**{text}**"
    return text + "".join(f"[^{number}]" for number in sentence.proofs)


@_lines.register
def _grid(block: Grid) -> list[str]:
    ruler = "|" + "|".join("---:" if n in block.right else "---" for n in range(len(block.head))) + "|"
    return [_row(block.head), ruler, *(_row([cell.text for cell in row]) for row in block.rows)]


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(map(plain, cells)) + " |"


@_lines.register
def _proofs(block: Proofs) -> list[str]:
    return [f"[^{one.number}]: {plain(one.what)}: `{one.place}`, SHA-256 `{one.sha256}`" for one in block.proofs]
