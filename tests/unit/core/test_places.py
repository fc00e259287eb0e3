"""The operator's file of places: the smallest network counts, and whatever is wrong is told with its line."""

from pathlib import Path

import pytest

from idp.core.places import Places, read_places
from idp.core.yaml_lines import BrokenFile


def places(tmp_path: Path, text: str) -> Places:
    file = tmp_path / "places.csv"
    file.write_text(text, "utf-8")
    return read_places(file)


def test_the_smallest_network_counts(tmp_path: Path) -> None:
    told = places(
        tmp_path,
        'network,place\n198.51.100.0/24,Bristol\n0.0.0.0/0,"Earth, somewhere"\n198.51.100.128/25,Bath\n\n'
        "198.51.100.200/32,Our own office\n2001:db8::/32,Lyon\n",
    )
    for address, place in (
        ("198.51.100.1", "Bristol"),
        ("198.51.100.129", "Bath"),
        ("198.51.100.200", "Our own office"),
        ("::ffff:198.51.100.1", "Bristol"),
        ("203.0.113.1", "Earth, somewhere"),
        ("2001:db8:1::1", "Lyon"),
        ("2001:db9::1", ""),
        ("not an address", ""),
        ("", ""),
        (None, ""),
    ):
        assert told.of(address) == place, address


def test_without_a_file_nothing_is_told() -> None:
    assert read_places(None).of("198.51.100.1") == ""


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("198.51.100.0/24", "needs a network and a place"),
        ("198.51.100.0/24,Bristol,England", "needs a network and a place"),
        ("198.51.100.1/24,Bristol", "has host bits set"),
        ("Bristol,198.51.100.0/24", "does not appear to be"),
        ("198.51.100.0/33,Bristol", "does not appear to be"),
        ("198.51.100.0/24,", "1 to 80 visible characters"),
        (f"198.51.100.0/24,{'x' * 81}", "1 to 80 visible characters"),
        ("198.51.100.0/24,Bris\u202etol", "1 to 80 visible characters"),
        ("192.0.2.0/24,Bath", "has another place above"),
    ],
)
def test_a_line_that_is_wrong_is_told(tmp_path: Path, line: str, because: str) -> None:
    with pytest.raises(BrokenFile) as broken:
        places(tmp_path, f"192.0.2.0/24,Bristol\n{line}\n")
    (problem,) = broken.value.problems
    assert problem.startswith(f"{tmp_path}/places.csv:2: ")
    assert because in problem


def test_every_wrong_line_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile) as broken:
        places(tmp_path, 'x,y\n"never closed,Bath\n192.0.2.0/24,Bristol\n1,2,3\n')
    assert [problem.split(":")[1] for problem in broken.value.problems] == ["1", "2", "4"]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="cannot be read"):
        read_places(tmp_path / "missing.csv")
    (tmp_path / "places.csv").write_bytes(b"192.0.2.0/24,\xff\n")
    with pytest.raises(BrokenFile, match="not UTF-8"):
        read_places(tmp_path / "places.csv")
