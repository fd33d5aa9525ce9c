"""Holds the table of tests/scenarios/README.md to the tests."""
import collections
import pathlib
import re

import pytest

FOLDER = pathlib.Path(__file__).resolve().parent
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|(.*)\|$", re.MULTILINE)
Row = collections.namedtuple("Row", "number scenario files reason")


def table():
    text = (FOLDER / "README.md").read_text()
    return [Row(int(number), scenario, set(re.findall(r"test_\w+\.py", test)), reason.strip())
            for number, scenario, test, reason in ROW.findall(text)]


def written():
    """{number: the files that have a test of this scenario}."""
    found = collections.defaultdict(set)
    for file in sorted(FOLDER.glob("test_*.py")):
        for number in re.findall(r"^def test_(\d\d)_\w+\(", file.read_text(), re.MULTILINE):
            found[int(number)].add(file.name)
    return found


@pytest.mark.parametrize("row", table(), ids=lambda row: str(row.number))
def test_a_row_names_the_files_of_its_tests_or_why_there_is_none(row):
    assert row.files == written().get(row.number, set())
    assert row.files or row.reason


def test_every_number_has_one_row_and_every_test_is_of_a_number():
    assert sorted(row.number for row in table()) == list(range(1, 94))
    assert set(written()) <= set(range(1, 94))
