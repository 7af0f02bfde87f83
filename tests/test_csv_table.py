"""Tables out of CSVs, in all the forms that they come in; how long it takes."""
import csv
import gc
import io
import random
import sys
import time

import pytest

from purenn import PurennError
from purenn.data import csv_table as room
from purenn.data.columns import disguised, find_column, numbers
from purenn.data.csv_table import read_table

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
def test_the_delimiter_is_the_one_that_fits_every_row(tmp_path, text, delimiter):
    path = tmp_path / "a.csv"
    path.write_text(text)
    try:
        assert read_table(str(path), header=True).delimiter == delimiter
    except PurennError as error:
        assert "line 2: found 3 fields, expected 2" in str(error) and delimiter == ","


@pytest.mark.parametrize("said", ["|", "semicolon", "comma", "tab", "\\t", "\t"])
def test_the_delimiter_can_be_said(tmp_path, said):
    mark = {"semicolon": ";", "comma": ",", "tab": "\t", "\\t": "\t"}.get(said, said)
    table = made(tmp_path, "a%sb\n1%s2\n" % (mark, mark), delimiter=said)
    assert (table.names, table.delimiter) == (["a", "b"], mark)


@pytest.mark.parametrize("said", ["", '"', "\n", "commas", ";;", 3, "\ud800"])
def test_what_is_no_delimiter_is_refused(tmp_path, said):
    with pytest.raises(PurennError, match="delimiter is .*comma, semicolon, tab"):
        made(tmp_path, "a,b\n1,2\n", delimiter=said)


@pytest.mark.parametrize("text, header", [
    ("a,b\n1,x\n2,y\n", True),                             # a text above numbers
    ("a,1\nx,y\nz,2\n", False),                            # a number above texts
    ("x,1\ny,2\nx,3\n", False), ("x,y\ny,x\nx,y\n", False),       # a text that recurs below
    ("red,big\nblue,small\ngreen,big\n", False),
    ("size,color\nbig,red\nbig,blue\nsmall,red\n", True),   # texts that recur, and these do not
    ("3,7\n2,8\n5,1\n", False),
    ("year,1990,1991\n5,1,2\n6,3,4\n", True),              # years, and numbers one after the other
    ("age,0,1,2\n3,5.5,2,7\n4,1,2,3\n", True),
    ("a,inf\n1,2\n3,4\n", True), ("nan,b\n1,2\n3,4\n", True),
])
def test_whether_the_first_row_is_a_header_is_seen_from_what_stands_below_it(tmp_path, text, header):
    table = made(tmp_path, text)
    first = text.split("\n")[0].split(",")
    assert table.header is header
    assert table.names == (first if header else [str(k + 1) for k in range(len(first))])
    assert table.lines == list(range(2 if header else 1, text.count("\n") + 1))
    assert [column[0] for column in table.columns] == (text.split("\n")[1].split(",") if header else first)


def test_a_header_can_be_said(tmp_path):
    assert made(tmp_path, "1,2\n3,4\n", header=True).names == ["1", "2"]
    table = made(tmp_path, "a,b\nc,4\n", header=False)
    assert (table.columns, table.numbers) == ([["a", "c"], ["b", "4"]], [None, None])
    assert made(tmp_path, "1,2\n3,4\n", header=False).numbers == [[1.0, 3.0], [2.0, 4.0]]


@pytest.mark.parametrize("text", ["0,1,2\n5.1,3.5,a\n4.9,3,b\n", "1,2\n3,4\n", "a,a\n1,2\n3,4\n", "a,b\nx,y\nz,w\n",
                                  "a,5.5\n1,2\n3,4\n", "x,a\nx,1\ny,2\n", "country,1990,1991\nx,1,2\ny,3,4\n"])
def test_a_first_row_that_may_be_a_header_is_asked_about(tmp_path, text):
    with pytest.raises(PurennError, match="line 1: is .* a header or a row[?] Set header to yes or to no"):
        made(tmp_path, text)
    assert made(tmp_path, text, header=False).lines == list(range(1, text.count("\n") + 1))


def test_a_first_row_with_a_number_of_more_digits_than_python_reads_is_asked_about(tmp_path):
    text = "a,%s\n1,2\n3,4\n" % ("9" * 5000)
    with pytest.raises(PurennError, match="line 1: is .* a header or a row[?]"):
        made(tmp_path, text)
    assert made(tmp_path, text, header=True).numbers == [[1.0, 3.0], [2.0, 4.0]]


@pytest.mark.parametrize("content, match, how", [
    (b"", "is empty", {}),
    (b"\xef\xbb\xbf\r\n \n", "is empty", {}),
    (b"a,b\n", r"has a header, \['a', 'b'\], and no rows", {}),
    (b"a,b\n1,2\n\n1,2,3\n", "line 4: found 3 fields, expected 2", {}),
    (b'a,b\n1,2\n\n1,"x\n2,y\n3,z\n', "line 4: .*quote", {}),
    (b'a,b\n1,"x"y\n', "line 2: .*quote", {}),
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
    for mark in ", ":
        with pytest.raises(PurennError, match="more than 50 fields"):
            made(tmp_path, "a,b\n1,2\n".replace(",", mark) * 30)


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


@pytest.mark.parametrize("code", [*range(33), ord("_"), 127])
def test_no_white_space_and_no_control_character_is_part_of_a_number(code):
    for text in (chr(code) + "1", "1" + chr(code), "1" + chr(code) + "2"):
        assert numbers(["3", text]) is None and numbers([text, "3"]) is None


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


def test_quotes_that_hold_a_delimiter_do_not_make_it_one(tmp_path):
    rows = "".join('%d,"v%d;w%d",%s\n' % (i, i, i, "ab"[i % 2]) for i in range(20))
    table = made(tmp_path, "x,note,y\n" + rows)
    assert (table.delimiter, table.names, table.columns[1][3]) == (",", ["x", "note", "y"], "v3;w3")


def test_two_delimiters_that_fit_equally_well_are_asked_about(tmp_path):
    with pytest.raises(PurennError, match="separated by comma or by tab; set delimiter to one of them"):
        made(tmp_path, "a,b\tc\nx,y\tz\n")


@pytest.mark.parametrize("text, delimiter", [
    ("a b c\n1 2 3\n4 5 6\n", " "), ("a  b   c\n1  2 3 \n4 5 6\n", " "),
    ("a,b,c,\n1,2,3,\n4,5,6,\n", ","), ("a,b,c\n1,2,3,\n4,5,6,\n", ","),       # one at the end of each row
    ("sep=;\na;b;c\n1;2;3\n4;5;6\n", ";"), ("\ufeffSEP=|\r\na|b|c\r\n1|2|3\r\n4|5|6\r\n", "|")])
def test_spaces_delimiters_at_the_end_and_the_delimiter_as_excel_says_it(tmp_path, text, delimiter):
    table = made(tmp_path, text)
    assert (table.delimiter, table.names, table.numbers) == (delimiter, ["a", "b", "c"],
                                                             [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]])
    assert table.lines == ([3, 4] if "=" in text else [2, 3])


def test_texts_with_spaces_are_not_taken_apart(tmp_path):
    assert made(tmp_path, "my name\nx y\nx z\nx y\n").names == ["my name"]


@pytest.mark.parametrize("first", [0, 1])
def test_an_unnamed_column_that_counts_the_rows_is_left_out_and_another_is_refused(tmp_path, first):
    rows = ["%d,%g,%s\n" % (i + first, i / 2, "ab"[i % 2]) for i in range(12)]
    table = made(tmp_path, ",x,y\n" + "".join(rows))
    assert table.names == ["x", "y"] and table.numbers[0][:2] == [0.0, 0.5]
    assert table.notes == ("column 1 has no name and counts the rows; it is left out",)
    with pytest.raises(PurennError, match="column 1 has no name"):
        made(tmp_path, ",x,y\n" + "".join(reversed(rows)))


def test_a_delimiter_too_many_in_one_row_is_called_that(tmp_path):
    with pytest.raises(PurennError, match="line 3: found 3 fields, expected 2 .*quote missing, or is there a "
                                          "delimiter too many"):
        made(tmp_path, "a,b\n1,2\n1,2,3\n")
    with pytest.raises(PurennError, match="line 3: found 1 fields, expected 2 .*is a delimiter or a quote "
                                          "missing"):
        made(tmp_path, "a,b\n1,2\n1\n")


def test_a_long_field_is_read(tmp_path):
    limit = csv.field_size_limit()
    assert len(made(tmp_path, "a,b\n1,%s\n2,y\n" % ("x" * 200000)).columns[1][0]) == 200000
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize("texts, values, written", [
    (["$6,032.94", "$900", "-$1"], [6032.94, 900.0, -1.0], "thousands separators, the sign $"),
    (["4%", "12.5%", "NA"], [4.0, 12.5, None], "the sign %"),
    (["5049.37 €", "1 €"], [5049.37, 1.0], "the sign €"),
    (["3,644.62", "12"], [3644.62, 12.0], "thousands separators"),
    (["1,020", "2,000,000"], [1020.0, 2e6], "thousands separators"),
    (["\u22121.5", "2"], [-1.5, 2.0], "the minus \u2212"),
])
def test_numbers_in_disguise_are_read_where_the_whole_column_agrees(tmp_path, texts, values, written):
    text = "x;y\n" + "".join("%s;a\n" % text for text in texts)
    table = made(tmp_path, text, delimiter=";", header=True)
    assert [value if value == value else None for value in table.numbers[0]] == values
    assert table.notes == ("column 'x' is read as numbers with " + written,)
    assert made(tmp_path, text + "odd;a\n", delimiter=";", header=True).numbers[0] is None


@pytest.mark.parametrize("texts, values", [
    (["0,5", "1,5", "2"], [0.5, 1.5, 2.0]), (["6.273,89", "1,0"], [6273.89, 1.0]), (["1.020", "7"], [1020.0, 7.0]),
    (["0.5", "1,5"], None), (["-,5", "1,5e3"], [-0.5, 1500.0])])
def test_a_decimal_comma_can_be_said(tmp_path, texts, values):
    text = "x;y\n" + "".join("%s;a\n" % text for text in texts)
    table = made(tmp_path, text, delimiter=";", header=True, decimal="comma")
    assert (table.numbers[0], table.decimal) == (values, "comma")


@pytest.mark.parametrize("texts", [["0.5", "1,5"], ["$1", "€2"], ["1,5", "2,25"], ["10,20", "1"], ["$", "1"],
                                   ["%", "%"], ["1-2", "3"], ["$1$", "$2"], ["$NA", "$1"], ["1,02,000", "1"]])
def test_what_may_mean_two_things_stays_a_text(tmp_path, texts):
    assert disguised(texts) == (None, "")
    with pytest.raises(PurennError, match="decimal is 'dot'; it must be point or comma"):
        made(tmp_path, "a\n1\n", decimal="dot")
