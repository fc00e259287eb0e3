import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from idp.core.errors import Unavailable
from idp.factors.hash_slots import STEP_BACK, HashSlots, Told, slots_for

BRIEFLY = timedelta(milliseconds=60)


@pytest.mark.parametrize(("cores", "slots"), [(1, 1), (2, 1), (4, 3), (64, 63)])
def test_one_core_stays_free(cores: int, slots: int) -> None:
    assert slots_for(cores) == slots


def test_never_more_than_the_slots_work_at_once(tmp_path: Path) -> None:
    workers = [HashSlots(tmp_path, 2), HashSlots(tmp_path, 2)]
    inside, most, lock = 0, 0, threading.Lock()

    def work(slots: HashSlots) -> None:
        nonlocal inside, most
        with slots.one():
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.01)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work, args=(workers[n % 2],)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_who_waits_too_long_is_told_to_come_back(tmp_path: Path) -> None:
    with HashSlots(tmp_path, 1).one():
        started = time.monotonic()
        with pytest.raises(Unavailable) as refused, HashSlots(tmp_path, 1, patience=BRIEFLY).one():
            pass
        assert 0.05 < time.monotonic() - started < 1
    assert refused.value.retry_after > 0
    with HashSlots(tmp_path, 1, patience=BRIEFLY).one():
        pass


def test_a_full_queue_refuses_at_once(tmp_path: Path) -> None:
    slots = HashSlots(tmp_path, 1, queue=0)
    with slots.one():
        started = time.monotonic()
        with pytest.raises(Unavailable), slots.one():
            pass
        assert time.monotonic() - started < 0.05
    with slots.one():
        pass


def test_a_killed_worker_frees_its_slot(tmp_path: Path) -> None:
    program = (
        "import sys,time,pathlib\nfrom idp.factors.hash_slots import HashSlots\n"
        "with HashSlots(pathlib.Path(sys.argv[1]), 1).one():\n print('in', flush=True)\n time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "in\n"
        with pytest.raises(Unavailable), HashSlots(tmp_path, 1, patience=BRIEFLY).one():
            pass
        worker.kill()
        worker.wait()
        with HashSlots(tmp_path, 1, patience=BRIEFLY).one():
            pass


def test_a_folder_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable), HashSlots(tmp_path / "gone", 1).one():
        pass


@pytest.mark.parametrize("same_worker", [True, False])
def test_busy_callers_do_not_shut_out_another(tmp_path: Path, same_worker: bool) -> None:
    busy = HashSlots(tmp_path, 1)
    other = busy if same_worker else HashSlots(tmp_path, 1)
    stop = threading.Event()

    def keep_busy() -> None:
        while not stop.is_set():
            with busy.one():
                time.sleep(0.005)

    threads = [threading.Thread(target=keep_busy) for _ in range(3)]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    for _ in range(10):
        with other.one():
            pass
    waited = time.monotonic() - started
    stop.set()
    for thread in threads:
        thread.join()
    assert waited < 1


def test_it_tells_how_many_wait_and_whom_it_sent_away(tmp_path: Path) -> None:
    waiting, refused = [0], [0]

    def waits(more: int) -> None:
        waiting.append(waiting[-1] + more)

    def refuse() -> None:
        refused[0] += 1

    slots = HashSlots(tmp_path, 1, queue=0, told=Told(waits, refuse))
    with slots.one():
        assert waiting == [0, 1, 0]
        with pytest.raises(Unavailable), slots.one():
            pass
    assert (waiting, refused) == ([0, 1, 0, 1, 0], [1])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives each thread a priority of its own")
def test_a_hash_steps_back_and_nobody_with_it(tmp_path: Path) -> None:
    before = os.nice(0)
    assert HashSlots(tmp_path, 1).run(lambda: os.nice(0)) == before + STEP_BACK
    assert os.nice(0) == before


def test_what_hashing_raises_frees_the_slot(tmp_path: Path) -> None:
    slots = HashSlots(tmp_path, 1, patience=BRIEFLY)
    with pytest.raises(ZeroDivisionError):
        slots.run(lambda: 1 / 0)
    assert slots.run(lambda: "done") == "done"
