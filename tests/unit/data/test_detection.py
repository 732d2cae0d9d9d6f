"""What a file is, found from its bytes: encoding, dialect, header."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.delimited.dialect import guess_dialect
from app.data.delimited.encoding import canonical, detect, to_utf8
from app.data.delimited.header import Layout, find_layout
from app.errors import CicloError
from app.text import Words

SPANISH = "Código;Población;Señor\n1;Málaga;José Núñez\n2;Cádiz;Íñigo Peña\n3;Ávila;Ángel Muñoz\n"
FRENCH = "nom,prénom,métier\nLefèvre,Hélène,pâtissière\nGarçon,François,maître d'hôtel\n"


@pytest.mark.parametrize("text", [SPANISH, FRENCH])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850", "mac-roman"])
def test_that_an_encoding_is_found_by_its_letters(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    found = detect(data, complete=True)
    assert found.name == encoding
    assert b"".join(to_utf8([data], found)).decode() == text


@pytest.mark.parametrize(
    ("encoding", "known_as"), [("cp1252", "Windows-1252"), ("cp850", "DOS 850"), ("mac-roman", "Mac Roman")]
)
def test_that_an_encoding_is_called_as_people_know_it(encoding: str, known_as: str) -> None:
    assert f"best as {known_as}." in Words("en").text(detect(SPANISH.encode(encoding), complete=True).reason)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_that_marks_and_wide_letters_are_recognised(encoding: str) -> None:
    data = SPANISH.encode(encoding)
    found = detect(data, complete=True)
    blocks = [data[i : i + 7] for i in range(0, len(data), 7)]
    assert b"".join(to_utf8(blocks, found)).decode() == SPANISH


def test_that_the_euro_sign_of_latin_9_is_kept() -> None:
    found = detect("precio;nota\n12 €;año\n15 €;mañana\n".encode("iso-8859-15"), complete=True)
    assert found.name == "iso-8859-15"


def test_that_a_few_broken_bytes_do_not_make_utf_8_something_else() -> None:
    found = detect((SPANISH * 5).encode() + b"4;\xff;x\n", complete=True)
    assert (found.name, found.sure) == ("utf-8", False)


@pytest.mark.parametrize("name", ["klingon", "rot13", "base64", "idna", "utf-32"])
def test_that_an_unknown_encoding_is_refused_by_name(name: str) -> None:
    with pytest.raises(CicloError) as refused:
        canonical(name)
    assert refused.value.code == "data.unknown_encoding"


words = st.sampled_from(["Madrid", "Toledo, centro", 'el "bueno"', "uno; dos", "x | y", "", "12", "a b c"])
records = st.lists(
    st.tuples(st.integers(0, 9999).map(str), words, st.floats(0, 100).map(lambda x: f"{x:.2f}"), words),
    min_size=4,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(table=records, delimiter=st.sampled_from([",", ";", "\t", "|"]))
def test_that_the_delimiter_of_a_written_table_is_found(table: list[tuple[str, ...]], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["id", "town", "price", "remark"])
    writer.writerows(table)
    guess = guess_dialect(text.getvalue().encode(), complete=True)
    assert (guess.grammar.delimiter.decode(), guess.width) == (delimiter, 4)


def test_that_quotes_and_escapes_are_found() -> None:
    single = guess_dialect(b"1;'a;b';3\n2;'c';4\n3;'d;e';5\n", complete=True).grammar
    assert (single.delimiter, single.quote) == (b";", b"'")
    escaped = guess_dialect(b'"a","b \\" c"\n"d","e \\"f\\", g"\n"h","i"\n', complete=True).grammar
    assert (escaped.delimiter, escaped.escape) == (b",", b"\\")


def test_that_comment_marks_are_no_delimiter() -> None:
    data = b"# made by hand\n# on a Monday\nid,v\n1,2\n3,4\n5,6\n"
    assert guess_dialect(data, complete=True).grammar.delimiter == b","


def layout(data: bytes, *, header: bool | None = None) -> Layout:
    guess = guess_dialect(data, complete=True)
    return find_layout(data, guess.grammar, complete=True, header=header)


def test_that_a_header_is_found_and_a_missing_one_too() -> None:
    assert layout(b"id,name,v\n1,a,2.5\n2,b,3.5\n").names == ("id", "name", "v")
    assert layout(b"1,a,2.5\n2,b,3.5\n3,c,4.5\n").header_lines == 0
    assert layout(b"Ana;(53,71)\nEva;319,96\nLuz;12,00-\n").header_lines == 0
    assert layout(b"Ana;USD 3\nEva;USD 4\nLuz;USD 5\n").header_lines == 0
    assert layout(b"1,a,2.5\n2,b,3.5\n", header=True).names == ("1", "a", "2.5")


def test_that_titles_and_blank_lines_before_the_header_are_skipped_and_said() -> None:
    found = layout(b"Report 2026\nBy: x\n\nid,name,v\n1,a,2\n2,b,3\n3,c,4\n")
    assert (found.skip_lines, found.line, found.names) == (3, 5, ("id", "name", "v"))
    assert found.problems[0].code == "data.problem.preamble"
    spreadsheet = layout(b"Expenses,,\n,,\nDate,Place,Cost\n2024-01-02,Rome,12\n2024-01-03,Oslo,15\n")
    assert spreadsheet.names == ("Date", "Place", "Cost")


def test_that_names_of_two_header_rows_are_joined() -> None:
    data = b"Date,Travel,,Total\n,Air,Rail,\n2024-01-02,10,20,30\n2024-01-03,11,21,32\n"
    assert layout(data).names == ("Date", "Travel Air", "Travel Rail", "Total")


def test_that_double_and_empty_names_become_unique_and_are_said() -> None:
    found = layout(b"v,v,,v_2\n1,2,3,4\n5,6,7,8\n")
    assert found.names == ("v", "v_3", "column_3", "v_2")
    assert {p.code for p in found.problems} == {"data.problem.empty_names", "data.problem.duplicate_names"}


def test_that_a_header_of_years_is_a_header() -> None:
    assert layout(b"region;2019;2020\nA;10,5;11,5\nB;9,1;9,9\n").header_lines == 1


def test_that_what_speaks_against_an_encoding_chosen_by_hand_is_said() -> None:
    assert detect(SPANISH.encode("cp1252"), complete=True, wanted="cp1252").sure
    assert detect(b"a,b\n1,2\n", complete=True, wanted="cp1252").sure
    moji = detect(SPANISH.encode(), complete=True, wanted="cp1252")
    assert (moji.sure, moji.reason.id) == (False, "data.encoding.chosen_against_utf8")
    faulty = detect(SPANISH.encode("cp1252"), complete=True, wanted="utf-8")
    assert (faulty.sure, faulty.reason.id) == (False, "data.encoding.chosen_with_faults")


@pytest.mark.parametrize(
    ("written", "chosen"), [("utf-8", "utf-16"), ("ascii", "utf-16-be"), ("utf-16", "utf-8"), ("utf-16-le", "cp1252")]
)
def test_that_a_chosen_encoding_with_letters_of_another_width_is_refused(written: str, chosen: str) -> None:
    text = SPANISH if written != "ascii" else "id,name\n1,ann\n2,bob\n"
    with pytest.raises(CicloError) as refused:
        detect(text.encode(written), complete=True, wanted=chosen)
    assert refused.value.code == "data.wrong_encoding"
    assert str(refused.value.params["likely"]).startswith("utf-16" if written.startswith("utf-16") else "utf-8")


def test_that_a_chosen_wide_encoding_is_taken_with_and_without_its_mark() -> None:
    for name in ("utf-16", "utf-16-le", "utf-16-be"):
        data = SPANISH.encode(name)
        found = detect(data, complete=True, wanted="utf-16" if name == "utf-16" else name)
        assert b"".join(to_utf8([data], found)).decode() == SPANISH


def test_that_an_acute_accent_for_an_apostrophe_is_no_letter_of_latin_9() -> None:
    text = "calle;año\n" + "Peñón;2020\n" * 50 + "O´DONNELL;2021\n"
    found = detect(text.encode("cp1252"), complete=True)
    assert b"".join(to_utf8([text.encode("cp1252")], found)).decode() == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("名前,都市\nやまだ たろう,とうきょう\nさとう ハナコ,オオサカ\n", "cp932"),
        ("名前,都市\nやまだ たろう,とうきょう\nさとう ハナコ,オオサカ\n", "euc_jp"),
        ("이름,도시\n김철수,서울특별시\n박영희,부산광역시\n", "euc_kr"),
        ("姓名,城市\n王小明,北京市\n李大海,上海市\n张国东,南京市\n", "gb18030"),
    ],
)
def test_that_east_asian_letters_are_told_from_western_ones(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    found = detect(data, complete=True)
    assert found.name == encoding
    assert b"".join(to_utf8([data[i : i + 1] for i in range(len(data))], found)).decode() == text


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_that_signs_that_became_control_characters_are_read_as_what_they_were(size: int) -> None:
    data = "name,note\nAna,\x93D\x92Este\x94 \x96 nº 5 \x80\nEva,plain\n".encode()
    counted: list[int] = []
    found = detect(data, complete=True)
    blocks = [data[i : i + size] for i in range(0, len(data), size)]
    assert b"".join(to_utf8(blocks, found, mended=counted.append)).decode() == (
        "name,note\nAna,“D’Este” – nº 5 €\nEva,plain\n"
    )
    assert sum(counted) == 5
    assert b"".join(to_utf8(blocks, found)) == data


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("имя;город;сумма\nИван Петров;Москва;12\nАнна Сидорова;Казань;15\nПётр;Санкт-Петербург;3\n", "cp1251"),
        ("имя;город;сумма\nИван Петров;Москва;12\nАнна Сидорова;Казань;15\n", "koi8_r"),
        ("όνομα;πόλη;ποσό\nΓιώργος;Αθήνα;12\nΜαρία;Θεσσαλονίκη;4\n", "cp1253"),
        ("imię;miasto;wartość\nŁukasz Żółć;Łódź;12\nJoanna Świątek;Kraków;14\nZażółć gęślą jaźń;Gdańsk;5\n", "cp1250"),
    ],
)
def test_that_the_letters_of_further_languages_are_told_by_how_they_follow_each_other(text: str, encoding: str) -> None:
    data = (text * 3).encode(encoding)
    found = detect(data, complete=True)
    assert not found.sure
    assert b"".join(to_utf8([data], found)).decode() == text * 3


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
def test_that_western_letters_are_not_taken_for_those_of_further_languages(encoding: str) -> None:
    text = "nombre;ciudad\nJosé Núñez;Cádiz\nMÜLLER GMBH;KÖLN\nPEÑA;ÁVILA\nFrançois Lefèvre;Orléans\n"
    found = detect(text.encode(encoding), complete=True)
    assert b"".join(to_utf8([text.encode(encoding)], found)).decode() == text


def test_that_a_few_letters_of_utf8_outweigh_one_faulty_byte() -> None:
    data = "nombre;n\nJosé Núñez;1\nCádiz;2\nÁvila;3\n".encode() + b"mal\xff;4\n"
    found = detect(data, complete=True)
    assert (found.name, found.sure) == ("utf-8", False)
