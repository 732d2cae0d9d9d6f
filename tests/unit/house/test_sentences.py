"""Guards of the texts: every sentence that the program asks for exists, in every language, with the same blanks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from app.text.words import LANGUAGES

ROOT = Path(__file__).resolve().parents[3]
CATALOGUES = ROOT / "resources" / "translations"
DOMAINS = sorted({path.stem for path in CATALOGUES.glob("*/LC_MESSAGES/*.po")})
ID = re.compile(rf"({'|'.join(DOMAINS)})(\.[a-z0-9_]+)+\Z", re.IGNORECASE)
PREFIX = re.compile(rf"({'|'.join(DOMAINS)})(\.[a-z0-9_]+)*\.\Z", re.IGNORECASE)
FILES = re.compile(r".*\.(csv|html|json|log|mo|parquet|po|py|svg|zip|tmp|skops|sock|png|pdf|md|txt)\Z")
# What takes a word with dots that isn't a sentence: kinds of job, topics of live results, names of objects in Qt.
OTHER_NAMES = {"Step", "JobKind", "publish", "setObjectName", "getLogger", "import_module", "resource"}


def catalogue(language: str, domain: str) -> Catalog:
    path = CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def message_id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def sentences(language: str) -> dict[str, tuple[str, ...]]:
    """Every id of a language with its forms (one, or two where it has a plural)."""
    found = {}
    for domain in DOMAINS:
        for message in catalogue(language, domain):
            if message.id:
                forms = message.string
                found[message_id(message)] = (forms,) if isinstance(forms, str) else tuple(forms)
    return found


def blanks(form: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(form) if name is not None}


ENGLISH, SPANISH = sentences("en"), sentences("es")


class Literals(ast.NodeVisitor):
    """The texts of a module that look like the id of a sentence, or like the beginning of one."""

    def __init__(self) -> None:
        self.ids: list[tuple[int, str]] = []
        self.prefixes: list[tuple[int, str]] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if called(node) not in OTHER_NAMES:
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        first = node.values[0]
        if isinstance(first, ast.Constant) and PREFIX.match(str(first.value)):
            self.prefixes.append((node.lineno, str(first.value)))
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and not FILES.match(node.value):
            if ID.match(node.value):
                self.ids.append((node.lineno, node.value))
            elif PREFIX.match(node.value):
                self.prefixes.append((node.lineno, node.value))


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "app").rglob("*.py")):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def given_blanks(node: ast.Call) -> tuple[str, set[str]] | None:
    """The literal id and the parameters of a call that says a sentence; None where either is computed."""
    if not node.args or not isinstance(node.args[0], ast.Constant) or not isinstance(node.args[0].value, str):
        return None
    id = node.args[0].value
    if not ID.match(id) or called(node) in OTHER_NAMES:
        return None
    if called(node) == "Text":
        params = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg), ast.Dict([]))
        keys = params.keys if isinstance(params, ast.Dict) else [None]
        known = all(isinstance(key, ast.Constant) for key in keys)
        return (id, {str(key.value) for key in keys if isinstance(key, ast.Constant)}) if known else None
    if called(node) != "CicloError" and "words" not in called(node).lower():
        return None
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    return id, {str(keyword.arg) for keyword in node.keywords}


def test_that_every_language_has_the_same_catalogues() -> None:
    for language in LANGUAGES:
        assert [p.stem for p in sorted((CATALOGUES / language / "LC_MESSAGES").glob("*.po"))] == DOMAINS


def test_that_english_and_spanish_have_the_same_sentences() -> None:
    assert sorted(ENGLISH.keys() - SPANISH.keys()) == []
    assert sorted(SPANISH.keys() - ENGLISH.keys()) == []


def test_that_a_sentence_has_the_same_blanks_in_both_languages() -> None:
    differing = []
    for id in ENGLISH.keys() & SPANISH.keys():
        english, spanish = (set().union(*map(blanks, forms[id])) for forms in (ENGLISH, SPANISH))
        if english != spanish:
            differing.append((id, sorted(english ^ spanish)))
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_that_a_catalogue_is_complete_and_keeps_to_its_domain(language: str, domain: str) -> None:
    for message in catalogue(language, domain):
        if not message.id:
            continue
        id = message_id(message)
        assert not message.fuzzy, f"{id} is marked as fuzzy"
        assert id.split(".")[0] == domain
        forms = (message.string,) if isinstance(message.string, str) else message.string
        assert all(form.strip() for form in forms), f"{id} has no words"
        if not isinstance(message.id, str):
            assert set(message.id) == {id}, f"the plural of {id} has another id"
            assert len(forms) == 2, f"{id} lacks a plural form"


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_a_sentence_is_in_a_catalogue_once(language: str) -> None:
    for domain in DOMAINS:
        text = (CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po").read_text(encoding="utf-8")
        ids = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
        assert sorted({id for id in ids if ids.count(id) > 1}) == []


def test_that_every_sentence_asked_for_exists() -> None:
    unknown = []
    for name, tree in modules():
        literals = Literals()
        literals.visit(tree)
        unknown += [f"{name}:{line} {id}" for line, id in literals.ids if id not in ENGLISH]
        for line, prefix in literals.prefixes:
            if not any(id.startswith(prefix) for id in ENGLISH):
                unknown.append(f"{name}:{line} {prefix}…")
    assert not unknown, "\n".join(unknown)


def test_that_every_blank_of_a_sentence_is_filled_where_it_is_said() -> None:
    unfilled = []
    for name, tree in modules():
        for node in ast.walk(tree):
            said = given_blanks(node) if isinstance(node, ast.Call) else None
            if said is None or said[0] not in ENGLISH:
                continue
            needed = set().union(*map(blanks, ENGLISH[said[0]]))
            if needed - said[1]:
                unfilled.append(f"{name}:{node.lineno} {said[0]} lacks {sorted(needed - said[1])}")
    assert not unfilled, "\n".join(unfilled)
