"""Personal data: e-mail addresses, telephone numbers, identity numbers, bank accounts, cards and names of people.

Numbers with check digits are told by these (ISO 13616 for IBAN, ISO/IEC 7812 for cards, the Spanish rules for DNI and
NIE), telephone numbers by the numbering plans that libphonenumber holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from app.data.quality.looked import Looked, finding, left_out, pseudonymised
from app.data.records import ColumnType, Finding

_SAMPLE = 400
_SHARE = 0.6
"""Of the words looked at: the column holds that kind."""
_BARE_SHARE = 0.95
_LEAST = 3
_INSIDE, _INSIDE_LEAST = 0.01, 3
_LONGEST = 4_000
"""Signs of a text that are looked at: a cell may hold a million."""
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,10}[^\W\d_]{2,63}")
"""Of the lengths that RFC 5321 and 1035 allow, so that looking for it in a text takes time in line with its length."""
_DNI = re.compile(r"[XYZKLM]?[\s.-]?\d{1,2}\.?\d{3}\.?\d{2,3}[\s.-]?[A-Z]", re.IGNORECASE)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9 -]{10,40}", re.IGNORECASE)
_CARD = re.compile(r"\d(?:[ -]?\d){11,18}")
_CARD_BEGINS = re.compile(r"(?:4|5[0-8]|2[2-7]|3[0-9]|6|1800|2131)")
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,28}(?:(?:x|ext\.?)\s?\d{1,6})?", re.IGNORECASE)
_NOT_PHONE = re.compile(
    r"-.*|\d+[.,]\d+|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*|\d{1,3}(?:\.\d{1,3}){3}"
)
"""Amounts, dates and addresses of computers."""
_MARKS = re.compile(r"[+()\s\-./x]")
_REGIONS = ("ES", "US", "GB", "FR", "DE", "MX", "AR", "IT", "PT", "CH", "AT", "CO", "CL")
_PHONE_NAMES = re.compile(r"tel|phone|m[oó]vil|mobile|handy|fax|whatsapp|celular|portable|rufnummer", re.IGNORECASE)
_NAME_NAMES = re.compile(
    r"(?:^|[\s_.-])(?:(?:first|last|full|given|family|middle|customer|client|employee|person|patient|contact)[\s_.-]?)?"
    r"(?:name|surname|nombres?|apellidos?|pr[eé]nom|nom|vorname|nachname|familienname)(?:$|[\s_.-])",
    re.IGNORECASE,
)
_PERSON = re.compile(r"[^\W\d_]['’\w.-]*(?:[ ,]+[^\W\d_]['’\w.-]*){0,5}")
_NAME_SHARE, _NAME_DISTINCT, _NAME_LEAST = 0.9, 0.2, 20


def check_personal(column: Looked) -> Iterator[Finding]:
    """Whether it holds something by which a person can be found."""
    if column.type in (ColumnType.DATE, ColumnType.DATETIME, ColumnType.BOOLEAN, ColumnType.NUMBER):
        return
    texts = _sample(column)
    if len(texts) < _LEAST:
        return
    for kind, told in KINDS.items():
        share = sum(map(told, texts)) / len(texts)
        if share >= _SHARE:
            yield _said(column, kind)
            return
    if _is_phone_column(column.name, texts):
        yield _said(column, "phone")
    elif column.type is not ColumnType.INTEGER:
        if _is_names(column, texts):
            yield _said(column, "name")
        else:
            yield from _inside(column, texts)


def _said(column: Looked, kind: str) -> Finding:
    """What tells people apart may join tables, as a pseudonym too; a name only says who it is."""
    steps = (pseudonymised(column), left_out(column))
    return finding(f"personal_{kind}", column.name, "warning", *(steps if kind in _KEYS else reversed(steps)))


def _sample(column: Looked) -> list[str]:
    """Some of its distinct values, evenly over them."""
    if column.type is ColumnType.INTEGER:
        values = [f"{value:.0f}" for value in column.distinct[0]]
    else:
        values = list(column.words)
    step = max(1, len(values) // _SAMPLE)
    return [text for value in values[::step][:_SAMPLE] if (text := value[:_LONGEST].strip())]


def is_email(text: str) -> bool:
    """An address of e-mail."""
    return _EMAIL.fullmatch(text) is not None


def is_dni(text: str) -> bool:
    """A Spanish DNI, NIE or NIF of a person with the letter that belongs to its number."""
    from stdnum.es import dni, nie, nif

    if not _DNI.fullmatch(text):
        return False
    plain = re.sub(r"[\s.-]", "", text).upper()
    plain = plain if plain[0].isalpha() else plain.zfill(9)
    return bool(dni.is_valid(plain) or nie.is_valid(plain) or (plain[0] in "KLM" and nif.is_valid(plain)))


def is_iban(text: str) -> bool:
    """A bank account with the two check digits of ISO 13616."""
    from stdnum import iban

    return _IBAN.fullmatch(text) is not None and bool(iban.is_valid(text, check_country=False))


def is_card(text: str) -> bool:
    """The number of a payment card: the beginnings in use, and Luhn's check digit."""
    from stdnum import luhn

    if not _CARD.fullmatch(text):
        return False
    plain = re.sub(r"[ -]", "", text)
    return _CARD_BEGINS.match(plain) is not None and bool(luhn.is_valid(plain))


def is_phone(text: str, regions: tuple[str, ...] = _REGIONS) -> bool:
    """A telephone number of a numbering plan; without a country's code, of one of ``regions``."""
    import phonenumbers

    if not _PHONE.fullmatch(text) or _NOT_PHONE.fullmatch(text) or not 7 <= sum(sign.isdigit() for sign in text) <= 22:
        return False
    for region in (None,) if text.lstrip().startswith("+") else regions:
        try:
            if phonenumbers.is_possible_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


KINDS: dict[str, Callable[[str], bool]] = {"email": is_email, "iban": is_iban, "dni": is_dni, "card": is_card}
"""Told by each value alone."""
_KEYS = (*KINDS, "phone")


def _is_phone_column(name: str, texts: list[str]) -> bool:
    """Bare digits may be anything: there the column's name must say so."""
    named = _PHONE_NAMES.search(name) is not None
    marked = sum(1 for text in texts if _MARKS.search(text) is not None) / len(texts)
    if not named and marked < _SHARE:
        return False
    return sum(map(is_phone, texts)) / len(texts) >= (_SHARE if named else _BARE_SHARE)


def _is_names(column: Looked, texts: list[str]) -> bool:
    """Called so, and made of words that begin with a capital and seldom repeat."""
    if not _NAME_NAMES.search(column.name) or column.filled < _NAME_LEAST:
        return False
    fits = sum(1 for text in texts if _PERSON.fullmatch(text) is not None and text[:1].isupper())
    various = column.profile.distinct >= _NAME_DISTINCT * (column.profile.rows - column.profile.missing)
    return various and fits >= _NAME_SHARE * len(texts)


def _inside(column: Looked, texts: list[str]) -> Iterator[Finding]:
    """Addresses of e-mail in the middle of texts."""
    held = sum(1 for text in texts if _EMAIL.search(text) is not None)
    if held >= max(_INSIDE_LEAST, _INSIDE * len(texts)):
        yield finding("personal_inside", column.name, "warning", left_out(column))
