"""Tables out of CSVs, in all the forms that they come in; how long it takes."""
import csv
import gc
import io
import random
import sys
import time

import pytest

from purenn import PurennError
from purenn.data import table as room
from purenn.data.columns import find_column, numbers
from purenn.data.table import read_table

from .helpers import assert_unreadable, close
from .test_speed import holds_in_one_of


def made(tmp_path, text, encoding="utf-8", **how):
    path = tmp_path / "a.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_table(str(path), **how)


def test_a_table_has_names_columns_numbers_and_the_lines_that_rows_begin_on(tmp_path):
    table = made(tmp_path, 'age,color\n 1 ,red\n\n2.5,"dark\nblue"\n-3e2,NA\n')
    assert table.names == ["age", "color"]
    assert table.columns == [["1", "2.5", "-3e2"], ["red", "dark\nblue", "NA"]]
    assert table.numbers == [[1.0, 2.5, -300.0], None]
    assert table.lines == [2, 4, 6]
    assert table.delimiter == "," and table.path == str(tmp_path / "a.csv")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_marks_line_ends_and_delimiters_are_found_out(tmp_path, end, encoding, mark):
    lines = ["größe|y", "1|a", '"2"| "b|b"', "", "   ", "3|c"]
    table = made(tmp_path, end.join(lines).replace("|", mark), encoding)
    assert (table.names, table.delimiter, table.lines) == (["größe", "y"], mark, [2, 3, 6])
    assert table.columns == [["1", "2", "3"], ["a", "b%sb" % mark.strip() if mark != "\t" else "b\tb", "c"]]


@pytest.mark.parametrize("text, delimiter", [
    ("a;b;c\n1,5;2,5;3\n", ";"),                            # commas, but not as many in each row
    ('"a,1";"b,1"\n"c,1";"d,1"\n', ";"),                    # those that are quoted do not count
    ("a\tb,c\td\n1\t2,3\t4\n", "\t"),                       # most fields
    ("a,b\n1,2,3\n", ","),                                  # none is even: the error is told of the likeliest
    ("y\n1\n", ","),
])
def test_the_delimiter_is_the_one_that_gives_most_fields_in_every_row(tmp_path, text, delimiter):
    path = tmp_path / "a.csv"
    path.write_text(text)
    try:
        assert read_table(str(path)).delimiter == delimiter
    except PurennError as error:
        assert "line 2: found 3 fields, expected 2" in str(error) and delimiter == ","


@pytest.mark.parametrize("said", ["|", "semicolon", "comma", "tab", "\\t", "\t"])
def test_the_delimiter_can_be_said(tmp_path, said):
    mark = {"semicolon": ";", "comma": ",", "tab": "\t", "\\t": "\t"}.get(said, said)
    table = made(tmp_path, "a%sb\n1%s2\n" % (mark, mark), delimiter=said)
    assert (table.names, table.delimiter) == (["a", "b"], mark)


@pytest.mark.parametrize("said", ["", '"', "\n", " ", "commas", ";;", 3, "\ud800"])
def test_what_is_no_delimiter_is_refused(tmp_path, said):
    with pytest.raises(PurennError, match="delimiter is .*comma, semicolon, tab"):
        made(tmp_path, "a,b\n1,2\n", delimiter=said)


@pytest.mark.parametrize("first, header", [
    ("a,b", True), ("a,1", False), ("a,1e5", False), ("a,", False), ("a,NA", False), ("a,inf", False), ("a,a", False)])
def test_a_header_has_no_number_no_empty_field_and_none_twice(tmp_path, first, header):
    table = made(tmp_path, first + "\nx,y\nz,2\n")
    assert table.names == (["a", "b"] if header else ["1", "2"])
    assert table.lines == ([2, 3] if header else [1, 2, 3])
    assert table.columns[0] == (["x", "z"] if header else ["a", "x", "z"])


def test_a_header_can_be_said(tmp_path):
    assert made(tmp_path, "1,2\n3,4\n", header=True).names == ["1", "2"]
    table = made(tmp_path, "a,b\nc,4\n", header=False)
    assert (table.columns, table.numbers) == ([["a", "c"], ["b", "4"]], [None, None])
    assert made(tmp_path, "1,2\n3,4\n").numbers == [[1.0, 3.0], [2.0, 4.0]]


@pytest.mark.parametrize("text", [",a\n1,2\n3,4\n", "a,a\n1,2\n3,4\n", "year,2020\n1,2\n3,4\n"])
def test_a_first_row_that_may_be_a_header_is_asked_about(tmp_path, text):
    with pytest.raises(PurennError, match="line 1: found .* which has numbers below it; is it a header"):
        made(tmp_path, text)
    assert made(tmp_path, text, header=False).lines == [1, 2, 3]


@pytest.mark.parametrize("content, match, how", [
    (b"", "is empty", {}),
    (b"\xef\xbb\xbf\r\n \n", "is empty", {}),
    (b"a,b\n", r"has a header, \['a', 'b'\], and no rows", {}),
    (b"a,b\n1,2\n\n1,2,3\n", "line 4: found 3 fields, expected 2", {}),
    (b'a,b\n1,2\n\n1,"x\n2,y\n3,z\n', "line 4: .*quote", {}),
    (b'a,b\n1,"x"y\n', "line 2: .*quote", {}),
    (b"a,b\n1,%s\n" % (b"x" * 140000), "csv: line 2: field larger than field limit", {}),
    (b"a,b\r\n1,\xe9\r\n", "line 2 is not text in UTF-8: it holds the byte 0xe9; save it as UTF-8", {}),
    (b"a\rb\r\xe9\r", "line 3 is not text in UTF-8", {}),
    ("a,b\n1,2\n".encode("utf-16"), "UTF-16 .*save it as UTF-8", {}),
    ("a,b\n1,2\n".encode("utf-16-le"), "line 1 holds a NUL byte", {}),
    (b"a,b\n1,2\n3,\0\n", "line 3 holds a NUL byte", {}),
    (b"PK\x03\x04\0\0", "a zip or npz file", {}),
    (b"a,\n1,2\n", "line 1: column 2 has no name", {"header": True}),
    (b"a, a \n1,2\n", "line 1: the header has 2 columns called 'a'", {"header": True}),
])
def test_what_is_no_table_is_refused_in_one_line(tmp_path, content, match, how):
    assert_unreadable(lambda path: read_table(str(path), **how), tmp_path / "a.csv", content, match)


def test_a_file_of_more_than_the_limits_is_refused_before_it_is_taken_apart(tmp_path, monkeypatch):
    monkeypatch.setattr("purenn.data.arrays.LIMIT", 100)
    with pytest.raises(PurennError, match="at most 100"):
        made(tmp_path, "a,b\n" + "1,2\n" * 30)
    monkeypatch.undo()
    monkeypatch.setattr(room, "MOST_FIELDS", 50)
    monkeypatch.setattr(room, "_evenness", None)
    with pytest.raises(PurennError, match="more than 50 fields"):
        made(tmp_path, "a,b\n" + "1,2\n" * 30)


def test_no_file_a_folder_and_closed_input_are_refused(tmp_path, monkeypatch):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(PurennError, match="a folder|No such file"):
            read_table(str(path))
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(PurennError, match="stdin: there is none"):
        read_table("-")


def test_stdin_is_read_as_a_file_is(tmp_path, monkeypatch):
    text = "a;b\r\n1;é\r\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-8")), "ascii"))
    told = []
    table = read_table("-", tell=lambda *counts: told.append(counts))
    assert table == made(tmp_path, text)._replace(path="stdin")
    assert told == [(11, None), (11, 11)]


def test_how_far_it_is_is_told_in_bytes(tmp_path):
    told = []
    table = made(tmp_path, "a,b\n" + "1,2\n" * 9000, tell=lambda *counts: told.append(counts))
    assert len(table.lines) == 9000 and table.lines[-1] == 9001
    assert told == sorted(told) and len(told) == 9000 // room.TOLD + 1
    assert {total for _, total in told} == {36004} and told[-1][0] == 36004


def test_rows_of_several_chunks_are_as_the_csv_module_reads_them(tmp_path):
    rng = random.Random(1)
    texts = ["1", "-2.5", "", "a,b", 'say "x"', "two\nlines", "two\r\nlines", "ä"]
    rows = [["x", "y", "z"]] + [[str(i), rng.choice(texts), str(rng.gauss(0, 1))] for i in range(2 * room.ROWS + 7)]
    with open(tmp_path / "b.csv", "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows(rows)
    table = read_table(str(tmp_path / "b.csv"))
    assert table.columns == [list(column) for column in zip(*rows[1:])]
    assert table.numbers[1] is None
    assert table.numbers[2] == [float(row[2]) for row in rows[1:]]
    lines = (tmp_path / "b.csv").read_bytes().replace(b"\r\n", b"\n").split(b"\n")
    assert all(lines[line - 1].startswith(b"%d," % i) for i, line in enumerate(table.lines))


@pytest.mark.parametrize("text", ["1_000", " 1", "1 ", "\t1", "١", "1\u00a0", "0x10", "1,5", "one", "--1"])
def test_what_only_python_or_nobody_takes_for_a_number_is_a_text(text):
    assert numbers(["1", text]) is None


@pytest.mark.parametrize("text", ["1", "-1.5", "+.5", "1e-3", "1E5", "007", "", "NA", "N/A", "nan", "NaN", "null", "?"])
def test_numbers_and_what_is_missing(text):
    assert numbers(["1", text]) is not None
    assert len(numbers([text, "2"])) == 2


def test_a_column_is_found_by_its_name_before_its_number(tmp_path):
    table = made(tmp_path, "sepal,2,last,petal\n1,2,3,4\n5,6,7,8\n", header=True)
    assert [find_column(table, name) for name in ("petal", "2", 2, "1", "4", "last")] == [3, 1, 1, 0, 3, 2]
    with pytest.raises(PurennError, match="no column 'petl'; did you mean 'petal'[?] it has 'sepal', '2', 'last'"):
        find_column(table, "petl")
    for name in ("0", "5", "-1", "", "9" * 5000):
        with pytest.raises(PurennError, match="there is no column"):
            find_column(table, name)


def big(tmp_path, digits="%.4f"):
    rng = random.Random(1)
    path = tmp_path / "big.csv"
    with open(path, "w") as handle:
        handle.write(",".join("c%d" % k for k in range(20)) + "\n")
        for _ in range(100000):
            handle.write(",".join([digits % rng.gauss(0.0, 1.0) for _ in range(19)] + [rng.choice("ab")]) + "\n")
    return str(path)


def csv_alone(path):
    with open(path, newline="", encoding="utf-8") as handle:
        return list(csv.reader(handle))


def seconds(read, path):
    gc.collect()
    start = time.process_time()
    read(path)
    return time.process_time() - start


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="PyPy compiles the csv module along with its caller")
@pytest.mark.parametrize("digits", ["%.4f", "%.17g"])
def test_a_table_is_read_in_three_times_what_the_csv_module_alone_takes(tmp_path, digits):
    path = big(tmp_path, digits)
    table = read_table(path)
    assert len(table.lines) == 100000 and [values is None for values in table.numbers] == [False] * 19 + [True]
    assert close(table.numbers[3][:50], [float(row[3]) for row in csv_alone(path)[1:51]], 0.0, 0.0)
    del table

    def measured():
        turns = [(seconds(read_table, path), seconds(csv_alone, path)) for _ in range(4)]
        ours, least = (min(turn) for turn in zip(*turns))
        return "%.2f s, %.2f times the csv module alone" % (ours, ours / least), ours <= 3.0 * least
    assert holds_in_one_of(3, measured)


def test_where_comma_and_semicolon_fit_as_well_the_comma_stands_for_decimal_points(tmp_path):
    (tmp_path / "t.csv").write_text("1,5;2,5;3\n1,0;2,0;4\n")
    table = read_table(tmp_path / "t.csv", header=False)
    assert (table.delimiter, table.columns) == (";", [["1,5", "1,0"], ["2,5", "2,0"], ["3", "4"]])
