"""Dask: a cluster of two workers, one of which is killed in the middle: every submission has its mark, once."""

import os
import signal

import pytest

from tests.grade.made_up import write_class
from tests.grade.test_grading import request_of
from torchref.errors import InputError, NotJudgedError
from torchref.grade.engines import engine
from torchref.grade.grading import Grading
from torchref.grade.sandbox.layers import is_supported

distributed = pytest.importorskip("distributed", reason="needs Dask distributed: pip install 'torchref[dask]'")
pytestmark = [
    pytest.mark.skipif(not is_supported(), reason="the sandbox needs Linux on x86_64 or aarch64"),
    pytest.mark.filterwarnings("ignore"),  # a cluster that loses a worker on purpose warns of it
]


@pytest.fixture
def cluster():
    """Two workers, processes of their own, on loopback."""
    made = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    )
    with made:
        yield made


def test_a_worker_killed_in_the_middle_costs_nobody_a_mark(tmp_path, cluster):
    write_class(tmp_path / "class", 40, rare=1000)
    with distributed.Client(cluster) as client:
        pids = sorted(client.run(os.getpid).values())
    seen = []
    with Grading(request_of(tmp_path, scheduler=cluster.scheduler_address)) as grading:
        for record in grading.run():
            seen.append(record)
            if len(seen) == 5:
                os.kill(pids[0], signal.SIGKILL)
        kept = list(grading.store.records("mlp-gradient"))
    assert sorted(record.student for record in seen) == [f"student{k:05d}" for k in range(40)]
    assert kept == sorted(seen, key=lambda record: record.student)
    assert all(record.is_complete for record in kept)
    assert sum(record.points == 8 for record in kept) >= 20


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setattr("torchref.grade.engines.PATIENCE", 1)
    with pytest.raises((NotJudgedError, InputError), match="no scheduler answers"), engine(1, "tcp://127.0.0.1:9"):
        pass
