"""torchref board: the logs load, the landing page stores the settings and passes on to the pinned view."""

import json
import threading
import time
import urllib.request

import pytest

from tests.torchref.command import run
from torchref.board import PAGE, PINNED, SETTINGS, experiment_folder, start
from torchref.sweep.experiments import document_experiment
from torchref.sweep.sweep import sweep


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """A board on the document's sweep; its address."""
    folder = tmp_path_factory.mktemp("runs") / "document"
    sweep(document_experiment(), folder, [0.01, 1.0, 1000.0], 200, None)
    server = start(folder, None)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.get_url().rstrip("/")
    server.shutdown()
    server.server_close()
    thread.join()


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


def test_the_logs_load_in_order(board):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and len(json.loads(get(f"{board}/data/runs"))) < 4:
        time.sleep(0.2)
    runs = json.loads(get(f"{board}/data/runs"))
    assert runs == ["00_summary", "01_lr=0.01_too-small", "02_lr=1_good", "03_lr=1000_too-large-saturated"]
    tags = json.loads(get(f"{board}/data/plugin/scalars/tags"))
    assert "1_loss/log10" in tags["02_lr=1_good"]
    points = json.loads(get(f"{board}/data/plugin/scalars/scalars?run=02_lr%3D1_good&tag=1_loss%2Flog10"))
    assert (points[0][1], points[-1][1]) == (0, 200)


def test_the_landing_page_stores_the_settings_and_passes_on(board):
    page = get(board + PAGE)
    assert json.dumps(SETTINGS) in page
    assert "_tb_global_settings" in page
    assert "smoothing=0" in page
    assert "#timeseries" in page


@pytest.mark.browser
def test_the_page_shows_every_rate_unsmoothed_from_the_start(board, browser):
    browser.get(board + PAGE)
    deadline = time.monotonic() + 30
    runs = ["01_lr=0.01_too-small", "02_lr=1_good", "03_lr=1000_too-large-saturated"]
    wanted = ["Pinned", *runs, *(card["tag"] for card in PINNED)]
    text = ""
    while time.monotonic() < deadline and not all(name in text for name in wanted):
        time.sleep(0.5)
        text = browser.execute_script("return document.body.innerText").replace("\n/", "/")
    assert [name for name in wanted if name not in text] == []
    places = [text.index(name) for name in runs]
    assert places == sorted(places)
    settings = json.loads(browser.execute_script("return localStorage.getItem('_tb_global_settings')"))
    assert settings["scalarSmoothing"] == 0
    assert settings["ignoreOutliers"] is False
    # With smoothing the data table would have a column of smoothed values beside the values.
    assert "Smoothed" not in text


def test_the_latest_experiment_is_shown_unless_one_is_named(tmp_path):
    for k, name in enumerate(("bowl", "document")):
        (tmp_path / name / "00_summary").mkdir(parents=True)
        import os

        os.utime(tmp_path / name, (k, k))
    assert experiment_folder(tmp_path, None).name == "document"
    assert experiment_folder(tmp_path, "bowl").name == "bowl"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "must hold a sweep (got none); run torchref sweep first"),
        (("--port", "0"), "--port"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_2(capsys, monkeypatch, tmp_path, arguments, message):
    outcome = run(capsys, monkeypatch, "board", "--no-browser", "--logdir", tmp_path, *arguments)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert message in outcome.err


def test_an_experiment_that_is_not_there_gets_a_suggestion(capsys, monkeypatch, tmp_path):
    (tmp_path / "document" / "00_summary").mkdir(parents=True)
    outcome = run(capsys, monkeypatch, "board", "documnet", "--no-browser", "--logdir", tmp_path)
    assert outcome.code == 2
    assert "did you mean 'document'" in outcome.err


def test_a_port_that_is_taken_is_said_so(capsys, monkeypatch, tmp_path, board):
    (tmp_path / "document" / "00_summary").mkdir(parents=True)
    port = board.rpartition(":")[2]
    outcome = run(capsys, monkeypatch, "board", "--no-browser", "--logdir", tmp_path, "--port", port)
    assert outcome.code == 2
    assert f"--port must be a free port (got {port})" in outcome.err
