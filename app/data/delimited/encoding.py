"""In which encoding a text file is written: byte order mark, strict UTF-8, UTF-16 by its zeros, then evidence.

A single-byte encoding can't be proven; each candidate is read and its letters judged by their neighbours: in real text
a lower-case accented letter stands among lower-case letters, and signs don't stand inside words.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import msgspec
import numpy as np

from app.data.records import Evidence
from app.errors import CicloError
from app.text.message import Text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SINGLE = ("cp1252", "iso8859-15", "cp850", "mac_roman")
_NAMES = {"iso8859-15": "iso-8859-15", "mac_roman": "mac-roman", "iso8859-1": "iso-8859-1", "ascii": "utf-8"}
_KNOWN_AS = {
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp850": "DOS 850",
    "iso-8859-15": "ISO 8859-15",
    "mac-roman": "Mac Roman",
}
_NO_TABLES = {
    "utf-32",
    "utf-32-le",
    "utf-32-be",
    "utf-7",
    "idna",
    "punycode",
    "undefined",
    "unicode_escape",
    "raw_unicode_escape",
}
"""Encodings of Python in which nobody sends a table, and which the scanner of bytes can't follow."""
_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HANZI = re.compile(
    "[的一是不了人在有我他这中大来上国个到说们为子和地出道也时年得就那要下以生会自着去之过家学对可小多然于心"
    "们発市省区号名日月元京海北南东西这車車東區號國]"
)
_DOUBLE = (
    ("cp932", _KANA, 0.15),
    ("euc_jp", _KANA, 0.15),
    ("euc_kr", _HANGUL, 0.8),
    ("gb18030", _HANZI, 0.15),
    ("big5", _HANZI, 0.15),
)
_FEWEST_SIGNS = 6
_PROOF = 4
"""So many letters of valid UTF-8 for each faulty byte are no accident: few pairs of Western signs look like one."""
_OTHERS = (
    *("cp1250", "iso8859_2", "cp852", "cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic"),
    *("cp1253", "iso8859_7", "cp1255", "cp1256", "cp1257"),
)
_TWO_BEYOND = re.compile(rb"[\x80-\xff]{2}")
_OF_OTHER_SCRIPTS = 0.3
"""Where so many pairs of letters beyond ASCII come for each such letter, whole words are written with them."""
_WITHIN = re.compile(rb"(?<=[A-Za-z\x80-\xff])[\x80-\xff](?=[A-Za-z\x80-\xff])")
_WITHIN_WORDS = 0.3
"""So many of the letters beyond ASCII must stand within words before a language is looked for in them."""
_COHERENT = 0.3
_SAMPLE_OF_LETTERS = 32 << 10
_LETTERS = 20_000
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_CONTROL = re.compile(rb"\xc2[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f]")
_SIGNS = {b"\xc2" + bytes([n]): bytes([n]).decode("cp1252", "ignore").encode() for n in range(0x80, 0xA0)}
"""Control characters that nobody writes, and what cp1252 has in their place: a text in cp1252 was taken for Latin-1
when it was turned into UTF-8."""
_USUAL = set("áéíóúñüçàèìòùâêîôûäöëïãõåøæßœšžÁÉÍÓÚÑÜÇÀÈÖÄÅØ")
_USUAL_SIGNS = set("ºª°€£¿¡«»·–—‘’“”…®©²³½ \u00a0™•±µ×§¼¾´")


class Encoding(msgspec.Struct, frozen=True, kw_only=True):
    """An encoding with the reason why it was chosen; ``mark`` is the length of the byte order mark."""

    name: str
    mark: int = 0
    reason: Text
    sure: bool = True

    @property
    def evidence(self) -> Evidence:
        return Evidence(aspect="encoding", choice=self.name, reason=self.reason, sure=self.sure)


def canonical(name: str) -> str:
    """The name of an encoding as Ciclo writes it.

    Raises
    ------
    CicloError
        ``data.unknown_encoding``.
    """
    try:
        known = codecs.lookup(name.strip() or "?")
        found = known.name
        if found in _NO_TABLES or not getattr(known, "_is_text_encoding", True):
            raise LookupError(name)
    except (LookupError, ValueError) as error:
        raise CicloError("data.unknown_encoding", encoding=name) from error
    if found in ("utf-8-sig", "utf-8"):
        return "utf-8"
    if found == "utf-16":
        return "utf-16-le"
    return _NAMES.get(found, found)


def detect(data: bytes, *, complete: bool, wanted: str | None = None) -> Encoding:
    """Decide on the encoding of ``data``, the beginning of a file or (``complete``) all of it."""
    for mark, name in _MARKS:
        if data.startswith(mark) and wanted is None:
            return Encoding(name=name, mark=len(mark), reason=Text("data.encoding.mark", {"encoding": name}))
    if wanted is not None:
        return _as_wanted(data, canonical(wanted), complete=complete)
    wide = _wide(data)
    if wide:
        return Encoding(name=wide, reason=Text("data.encoding.zeros", {"encoding": wide}), sure=False)
    if data.isascii():
        return Encoding(name="utf-8", reason=Text("data.encoding.ascii"))
    good, bad = _utf8_letters(data, complete=complete)
    if not bad:
        return Encoding(name="utf-8", reason=Text("data.encoding.utf8", {"n": good}))
    if good > _PROOF * bad:
        return Encoding(name="utf-8", reason=Text("data.encoding.mostly_utf8", {"n": bad}), sure=False)
    return _double_byte(data, complete=complete) or _single_byte(data)


def _as_wanted(data: bytes, name: str, *, complete: bool) -> Encoding:
    """The encoding that was chosen by hand, with what speaks against it.

    Raises
    ------
    CicloError
        ``data.wrong_encoding`` where one letter would take two bytes in the one and one byte in the other: then there
        is nothing to be read.
    """
    mark = next((len(m) for m, n in _MARKS if n == name and data.startswith(m)), 0)
    if name == "utf-16-le" and data.startswith(codecs.BOM_UTF16_BE):
        name, mark = "utf-16-be", 2
    found = detect(data, complete=complete)
    wide = found.name.startswith("utf-16")
    good, bad = _utf8_letters(data, complete=complete)
    if wide != name.startswith("utf-16") and (wide or not bad):
        raise CicloError("data.wrong_encoding", encoding=name, likely=found.name)
    if name not in ("utf-8", "ascii") and not wide and good and not bad:
        reason = Text("data.encoding.chosen_against_utf8", {"n": good})
        return Encoding(name=name, mark=mark, reason=reason, sure=False)
    faults = codecs.getincrementaldecoder(name)("replace").decode(data[mark:], final=complete).count("\ufffd")
    if faults:
        reason = Text("data.encoding.chosen_with_faults", {"n": faults})
        return Encoding(name=name, mark=mark, reason=reason, sure=False)
    return Encoding(name=name, mark=mark, reason=Text("data.encoding.chosen"))


def _wide(data: bytes) -> str:
    sample = data[:4096]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if half >= 4 and odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if half >= 4 and even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _utf8_letters(data: bytes, *, complete: bool) -> tuple[int, int]:
    """Letters beyond ASCII that are valid UTF-8, and faults (a letter cut off at the end of a part isn't one)."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=complete)
    except UnicodeDecodeError:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
        beyond = _BEYOND_ASCII.findall(decoder.decode(data, final=complete))
        bad = sum("\udc80" <= letter <= "\udcff" for letter in beyond)
        return len(beyond) - bad, bad
    return len(data.translate(None, bytes(range(0x80)) + bytes(range(0x80, 0xC0)))), 0


def _double_byte(data: bytes, *, complete: bool) -> Encoding | None:
    """An East Asian encoding, if all letters are valid in it and enough of them are the most usual of their language:
    kana, Hangul, or the commonest Chinese signs. Western letters read so give rare signs."""
    count = _beyond_ascii(data)
    for name, usual, share in _DOUBLE:
        try:
            text = codecs.getincrementaldecoder(name)().decode(data, final=complete)
        except UnicodeDecodeError:
            continue
        beyond = _BEYOND_ASCII.findall(text)
        if len(beyond) >= _FEWEST_SIGNS and len(usual.findall(text)) >= share * len(beyond):
            return _guessed(name, count)
    return None


def _single_byte(data: bytes) -> Encoding:
    scores = {name: _plausibility(data, name) for name in _SINGLE}
    count = _beyond_ascii(data)
    best = max(_SINGLE, key=lambda name: (scores[name], -_SINGLE.index(name)))
    strange = scores[best] < 0 and len(_WITHIN.findall(data)) > _WITHIN_WORDS * count
    if strange or len(_TWO_BEYOND.findall(data)) > _OF_OTHER_SCRIPTS * count:
        best = _of_other_language(data) or best
    return _guessed(_NAMES.get(best, best), count)


def _guessed(name: str, letters: int) -> Encoding:
    """An encoding by its letters, in the sentence called as people know it."""
    reason = Text("data.encoding.guessed", {"n": letters, "encoding": _KNOWN_AS.get(name, name.upper())})
    return Encoding(name=name, reason=reason, sure=False)


def _beyond_ascii(data: bytes) -> int:
    """How many bytes no ASCII letter has."""
    return len(data.translate(None, bytes(range(128))))


def _of_other_language(data: bytes) -> str:
    """The encoding that gives the letters of a language from further away (Polish, Russian, Greek), if one does well.
    They are told by how often they follow each other (charset-normalizer)."""
    from charset_normalizer import from_bytes

    lines = [line for line in data.splitlines() if not line.isascii()]
    found = from_bytes(b"\n".join(lines)[:_SAMPLE_OF_LETTERS], cp_isolation=list(_OTHERS)).best()
    return found.encoding if found is not None and found.coherence >= _COHERENT else ""


def _plausibility(data: bytes, name: str) -> float:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        text, penalty = data.decode(name, errors="replace"), -50.0
    else:
        penalty = 0.0
    score = penalty
    for match in islice(_BEYOND_ASCII.finditer(text), _LETTERS):
        place = match.start()
        after = text[place + 1] if place + 1 < len(text) else " "
        score += _fits(match[0], text[place - 1] if place else " ", after)
    # The Euro sign is what Latin-9 is used for; the currency sign of cp1252 at its place is hardly ever meant.
    return score + (2.0 * text.count("€") if name == "iso8859-15" else -2.0 * text.count("¤"))


def _fits(letter: str, before: str, after: str) -> float:
    category = unicodedata.category(letter)
    inside = before.isalpha() or after.isalpha()
    if category[0] == "L":
        usual = 2.0 if letter in _USUAL else -1.0
        lower_around = before.islower() or after.islower()
        upper_around = before.isupper() and (after.isupper() or not after.isalpha())
        if letter.islower():
            return usual - (2.0 if upper_around else 0.0) if inside else usual / 4
        return usual - (3.0 if lower_around and before.isalpha() else 0.0) if inside else usual / 10
    if letter in _USUAL_SIGNS:
        within = before.isalpha() and after.isalpha()
        return 0.5 if not within or letter in "’·´" else -2.0
    return -3.0 if category in ("Cc", "Cn", "So", "Sm", "Sk") else -1.5


def to_utf8(
    blocks: Iterable[bytes], encoding: Encoding, *, mended: Callable[[int], None] | None = None
) -> Iterator[bytes]:
    """The blocks in UTF-8, without the mark. What can't be decoded becomes the byte FF, which no text holds, so that
    the record around it is found and rejected: a replacement character is never written silently.

    With ``mended``, signs that UTF-8 has as control characters (’ as U+0092) are read as what they were, and it is told
    how many.
    """
    skip = encoding.mark
    if encoding.name == "utf-8":
        yield from _mended(_without_mark(blocks, skip), mended) if mended else _without_mark(blocks, skip)
        return
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    for block in blocks:
        part, skip = block[skip:], 0
        if not encoding.name.startswith("utf-") and part.isascii() and not decoder.getstate()[0]:
            yield part
        elif encoding.name == "cp1252" and not _between(part):
            yield part.decode("latin-1").encode()
        else:
            yield _encoded(decoder.decode(part))
    rest = decoder.decode(b"", final=True)
    if rest:
        yield _encoded(rest)


def uncounted(_signs: int) -> None:
    """Mend the signs of a sample: they are counted when the whole file is read."""


def _without_mark(blocks: Iterable[bytes], skip: int) -> Iterator[bytes]:
    for block in blocks:
        yield block[skip:] if skip else block
        skip = 0


def _mended(blocks: Iterable[bytes], tell: Callable[[int], None]) -> Iterator[bytes]:
    """The blocks with signs instead of control characters; a character cut in two goes to the next block."""
    held = b""
    for block in blocks:
        whole = held + block if held else block
        held = whole[-1:] if whole.endswith(b"\xc2") else b""
        whole = whole[:-1] if held else whole
        if b"\xc2" in whole:
            whole, count = _CONTROL.subn(lambda match: _SIGNS[match[0]], whole)
            tell(count)
        yield whole
    if held:
        yield held


def _between(data: bytes) -> bool:
    """Whether there are bytes from 80 to 9F, where cp1252 and Latin-1 differ."""
    return bool(((np.frombuffer(data, np.uint8) ^ 0x80) < 0x20).any())


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="replace").replace(b"\xef\xbf\xbd", b"\xff")
