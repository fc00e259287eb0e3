"""Counts survive the process that made them, and are the sum of all that count."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from idp.core.meter import Meter
from idp.core.meter_file import RECORDS, SIZE, kept
from idp.core.metrics import DURATIONS, EVENTS, FAMILIES, HASH_WAITING, REFUSALS, REQUESTS, TOKENS


def a_meter(folder: Path) -> Meter:
    meter = Meter()
    meter.begin(folder / "counts")
    return meter


def test_what_several_processes_count_is_summed(tmp_path: Path) -> None:
    one, other = a_meter(tmp_path), a_meter(tmp_path)
    one.add(TOKENS, "refresh_token")
    other.add(TOKENS, "refresh_token", by=2)
    other.add(TOKENS, "client_credentials")
    sums = {(TOKENS.name, "refresh_token"): 3.0, (TOKENS.name, "client_credentials"): 1.0}
    assert one.sums() == other.sums() == sums


def test_a_process_goes_on_where_one_that_ended_stopped(tmp_path: Path) -> None:
    ended = a_meter(tmp_path)
    ended.add(TOKENS, "refresh_token")
    ended.add(HASH_WAITING)
    del ended
    later = a_meter(tmp_path)
    later.add(TOKENS, "refresh_token")
    assert len(list((tmp_path / "counts").iterdir())) == 1
    assert later.sums() == {(TOKENS.name, "refresh_token"): 2.0, (HASH_WAITING.name,): 0.0}


def test_what_waited_in_a_process_that_ended_waits_no_longer(tmp_path: Path) -> None:
    lives, ends = a_meter(tmp_path), a_meter(tmp_path)
    ends.add(HASH_WAITING, by=3)
    ends.add(TOKENS, "refresh_token")
    assert lives.sums()[HASH_WAITING.name,] == 3.0
    del ends
    assert lives.sums() == {(TOKENS.name, "refresh_token"): 1.0}


def test_what_a_child_counts_in_a_file_of_its_own_is_added(tmp_path: Path) -> None:
    parent = a_meter(tmp_path)
    parent.add(TOKENS, "refresh_token")
    child = os.fork()
    if child == 0:
        a_meter(tmp_path).add(TOKENS, "refresh_token", by=5)
        os._exit(0)
    os.waitpid(child, 0)
    assert parent.sums() == {(TOKENS.name, "refresh_token"): 6.0}


def test_no_count_of_many_threads_is_lost(tmp_path: Path) -> None:
    meter = a_meter(tmp_path)

    def count(number: int) -> None:
        for _ in range(2000):
            meter.add(TOKENS, str(number % 3))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(9)))
    assert set(meter.sums().values()) == {6000.0}


def test_a_full_file_takes_no_further_names_and_goes_on_counting(tmp_path: Path) -> None:
    meter = a_meter(tmp_path)
    for number in range(RECORDS + 10):
        meter.add(REFUSALS, str(number))
    meter.add(REFUSALS, "0")
    meter.add(EVENTS, "x" * 300, "ok", "", "")
    sums = meter.sums()
    assert len(sums) == RECORDS - 1
    assert sums[REFUSALS.name, "0"] == 2.0


def test_where_no_file_can_be_had_it_counts_in_memory(tmp_path: Path) -> None:
    (tmp_path / "counts").write_text("in the way")
    meter = a_meter(tmp_path)
    meter.answered("/token", "2xx", 0.02)
    assert meter.sums() == {
        (REQUESTS.name, "/token", "2xx"): 1.0,
        (DURATIONS.name, "/token", "0.025"): 1.0,
        (DURATIONS.name, "/token", "sum"): 0.02,
    }


def test_a_file_that_is_damaged_is_passed_by(tmp_path: Path) -> None:
    meter = a_meter(tmp_path)
    meter.add(TOKENS, "refresh_token")
    (tmp_path / "counts" / "0009.counts").write_bytes(b"\xff" * SIZE)
    (tmp_path / "counts" / "0010.counts").write_bytes(b"")
    assert [one.value for one in kept(tmp_path / "counts")] == [1.0]
    assert meter.sums() == {(TOKENS.name, "refresh_token"): 1.0}


def test_families_are_told_apart_and_rise() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    assert all(family.name.endswith("_total") == (family.kind == "counter") for family in FAMILIES)
    assert all(list(family.buckets) == sorted(family.buckets) for family in FAMILIES)
