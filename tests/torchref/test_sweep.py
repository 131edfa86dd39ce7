"""torchref sweep: verdicts that hold where the answer is known, and logs in the layout that TensorBoard reads well."""

import itertools

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import manual
from manual.schedules import CosineDecay, Fixed
from manual.surfaces import SURFACES, descend
from tests.closeness import SINGLE, assert_close
from torchref.sweep import twin_training
from torchref.sweep.curves import Curves
from torchref.sweep.experiments import (
    cnn_experiment,
    document_experiment,
    mlp_experiment,
    rnn_experiment,
    surface_experiment,
    thin,
)
from torchref.sweep.figures import HEIGHT, WIDTH
from torchref.sweep.rate_verdict import Rating, judge_rates
from torchref.sweep.rates import parse_rates


def ratings(experiment, rates=None, steps=None):
    curves = experiment.run(rates or list(experiment.rates), steps or experiment.steps, Fixed())
    return dict(zip(curves.rates, (v.rating for v in judge_rates(curves)), strict=True))


def test_the_bowl_s_rates_are_what_algebra_says():
    """Each step multiplies by 1 − 2η: below 1/2 it approaches, up to 1 it turns back, beyond it grows."""
    got = ratings(surface_experiment("bowl"), [0.001, 0.3, 0.5, 0.7, 0.95, 1.0, 1.01, 1.5], 300)
    assert got == {
        0.001: Rating.TOO_SMALL,
        0.3: Rating.GOOD,
        0.5: Rating.GOOD,
        0.7: Rating.GOOD,
        0.95: Rating.OSCILLATING,
        1.0: Rating.OSCILLATING,
        1.01: Rating.DIVERGED,
        1.5: Rating.DIVERGED,
    }


def test_the_document_s_network_saturates_and_never_diverges():
    got = ratings(document_experiment(), [0.01, 0.05, 0.1, 1.0, 10.0, 1e3, 1e4, 1e6])
    assert got[0.01] is Rating.TOO_SMALL
    assert got[0.05] is Rating.SLOW
    assert {got[0.1], got[1.0], got[10.0]} == {Rating.GOOD}
    assert {got[1e3], got[1e4], got[1e6]} == {Rating.SATURATED}


def test_two_valleys_have_a_local_minimum():
    got = ratings(surface_experiment("two-valleys"), [0.001, 0.05, 0.1, 0.15, 0.4], 200)
    assert got == {
        0.001: Rating.TOO_SMALL,
        0.05: Rating.LOCAL_MINIMUM,
        0.1: Rating.LOCAL_MINIMUM,
        0.15: Rating.GOOD,
        0.4: Rating.DIVERGED,
    }


def test_a_loss_that_is_learned_is_good_though_another_rate_goes_further():
    loss = np.array([np.geomspace(1, 1e-4, 101), np.geomspace(1, 1e-20, 101)])
    still = np.zeros((2, 100), bool)
    curves = Curves([0.1, 1.0], loss, loss, np.ones_like(loss), still)
    assert [v.rating for v in judge_rates(curves)] == [Rating.GOOD, Rating.GOOD]


@pytest.mark.parametrize("data", ["spirals", "circles", "xor"])
def test_an_mlp_learns_each_data_set_at_some_rate(data):
    got = ratings(mlp_experiment(data, [8, 8], "tanh", 60, 0), [1e-4, 1.0], 200)
    assert got == {1e-4: Rating.TOO_SMALL, 1.0: Rating.GOOD}


@pytest.mark.parametrize("schedule", [Fixed(), CosineDecay(50)])
def test_torch_s_curves_are_ours(schedule):
    case, rates = manual.document.example(), [0.01, 1.0, 50.0]
    ours, theirs = manual.train(case, rates, 50, schedule=schedule).loss, twin_training.train(case, rates, 50, schedule)
    assert_close(ours, theirs)
    for surface in (SURFACES[kind]() for kind in SURFACES):
        ours = descend(surface, [0.01, 0.05], 50, schedule).values
        assert_close(ours, twin_training.descend(surface, [0.01, 0.05], 50, schedule))


@pytest.mark.parametrize(("make", "rate"), [(cnn_experiment, 0.1), (rnn_experiment, 0.02)])
def test_a_cnn_and_an_rnn_learn_and_diverge_and_torch_s_curves_are_ours(make, rate):
    experiment = make(60, 0)
    curves = experiment.run([0.001, rate, 100.0], 60, Fixed())
    slow, learning, wild = judge_rates(curves)
    assert slow.rating in (Rating.TOO_SMALL, Rating.SLOW)
    assert curves.loss[1, -1] < 0.8 * curves.loss[1, 0]
    assert wild.rating not in (Rating.GOOD, Rating.SLOW, Rating.TOO_SMALL)
    assert_close(curves.twin_loss[:2], curves.loss[:2])
    assert learning.reason


def test_thinning_keeps_first_and_last():
    assert thin(10, 20).tolist() == list(range(11))
    for steps, most in itertools.product((100, 1000, 12345), (11, 120, 360)):
        kept = thin(steps, most)
        assert len(kept) == len(set(kept.tolist())) <= most
        assert (kept[0], kept[1], kept[-1]) == (0, 1, steps)


def test_rates_are_a_list_or_a_range():
    assert parse_rates("1,0.1,10,1") == [0.1, 1.0, 10.0]
    assert parse_rates("0.01:100:5") == [0.01, 0.1, 1.0, 10.0, 100.0]


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """The document's sweep, a bowl and an MLP, written once."""
    folder = tmp_path_factory.mktemp("runs")
    from torchref.sweep.sweep import sweep

    sweep(document_experiment(), folder / "document", [0.01, 1.0, 1000.0], 1500, None)
    sweep(surface_experiment("bowl"), folder / "bowl", [0.1, 1.1], 900, None)
    sweep(mlp_experiment("xor", [4], "relu", 40, 0), folder / "mlp", [0.1, 1.0], 30, None)
    return folder


def read(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    return accumulator.Reload()


def test_runs_are_in_order_of_rate_with_their_verdicts(logs):
    names = sorted(p.name for p in (logs / "document").iterdir())
    assert names == ["00_summary", "01_lr=0.01_too-small", "02_lr=1_good", "03_lr=1000_too-large-saturated"]
    starts = [read(logs / "document" / name).FirstEventTimestamp() for name in names]
    assert starts == sorted(starts)


def test_every_run_has_the_same_tags_and_its_curves_are_the_training_s(logs):
    runs = [read(p) for p in sorted((logs / "document").iterdir())[1:]]
    tags = [set(log.Tags()["scalars"]) for log in runs]
    assert tags[0] == tags[1] == tags[2]
    assert {"1_loss/log10", "1_loss/loss", "2_gradient/log10_norm", "3_outputs/out_o1", "4_weights/w8"} <= tags[0]
    loss = manual.train(manual.document.example(), [0.01, 1.0, 1000.0], 1500).loss
    for log, curve in zip(runs, loss, strict=True):
        events = log.Scalars("1_loss/loss")
        assert (events[0].step, events[-1].step) == (0, 1500)
        assert len(events) <= 1000
        assert_close([e.value for e in events], [curve[e.step] for e in events], SINGLE)
    difference = [abs(e.value) for e in runs[1].Scalars("5_torch/difference")]
    assert max(difference) < 1e-13


def test_a_diverged_run_ends_with_one_nan(logs):
    values = [e.value for e in read(logs / "bowl" / "02_lr=1.1_too-large-diverged").Scalars("1_loss/loss")]
    assert np.isfinite(values[:-1]).all()
    assert not np.isfinite(values[-1])


def test_pictures_are_of_the_size_that_is_shown_one_to_one(logs):
    import io

    from PIL import Image

    for experiment, wanted in (
        ("document", {"1_rates/final_loss", "2_activations/all", "3_descent/landscape", "4_network/1_before"}),
        ("bowl", {"3_descent/00_mountain", "3_descent/01_lr=0.1", "1_rates/figure_11", "1_rates/figure_12"}),
        ("mlp", {"1_rates/numpy_and_torch"}),
    ):
        summary = read(logs / experiment / "00_summary")
        assert wanted <= set(summary.Tags()["images"])
        for tag in summary.Tags()["images"]:
            for event in summary.Images(tag):
                assert Image.open(io.BytesIO(event.encoded_image_string)).size == (WIDTH, HEIGHT)


def test_the_text_cards_name_every_verdict_and_the_document_s_numbers(logs):
    summary = read(logs / "document" / "00_summary")
    cards = {tag: summary.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in summary.Tags()["tensors"]}
    assert "| 1000 | too-large-saturated |" in cards["1_rates/text"]
    assert "| w5+ | 0.268375021 | 0.26837502154 | 0.26837502154 | truncated |" in cards["1_rates/first_step"]
    assert "| ∂E_total/∂w1 | ∂E_total/∂out_h1 · ∂out_h1/∂l_h1 · ∂l_h1/∂w1 |" in cards["1_rates/derivation"]
    assert "| 0.000425236591 |" in cards["1_rates/derivation"]


def test_an_mlp_has_histograms(logs):
    log = read(next((logs / "mlp").glob("01_*")))
    assert "5_weights/linear0.weight" in log.Tags()["histograms"]


def test_a_sweep_replaces_its_own_folder_and_nothing_else(torchref, tmp_path):
    arguments = ("sweep", "bowl", "--rates", "0.1", "--steps", 5, "--logdir", tmp_path)
    assert torchref(*arguments).code == 0
    assert torchref(*arguments[:3], "0.3", *arguments[4:]).code == 0
    assert sorted(p.name for p in (tmp_path / "bowl").iterdir()) == ["00_summary", "01_lr=0.3_good"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("")
    outcome = torchref(*arguments, "--name", "mine")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "must be a sweep's folder or not be there" in outcome.err
    assert (tmp_path / "mine" / "thesis.tex").exists()


def test_an_interrupted_sweep_leaves_the_old_one(torchref, tmp_path, monkeypatch):
    arguments = ("sweep", "bowl", "--rates", "0.1", "--steps", 5, "--logdir", tmp_path)
    assert torchref(*arguments).code == 0

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("torchref.sweep.logs._write_rate", interrupt)
    assert torchref(*arguments[:3], "0.3", *arguments[4:]).code == 130
    assert sorted(p.name for p in (tmp_path / "bowl").iterdir()) == ["00_summary", "01_lr=0.1_good"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bowls",), "did you mean 'bowl'"),
        (("--rates", "0,1"), "--rates must be"),
        (("--rates", "a:b:c"), "--rates must be"),
        (("--rates", "inf"), "--rates must be"),
        (("--rates", "1:2:100000"), "--rates must be"),
        (("--steps", "1"), "--steps must be from 2"),
        (("--schedule", "cosin"), "did you mean 'cosine'"),
        (("mlp", "--hidden", "16,x"), "--hidden must be widths"),
        (("mlp", "--hidden", "0"), "--hidden must be"),
        (("mlp", "--data", "spiral"), "did you mean 'spirals'"),
        (("mlp", "--activation", "tan"), "did you mean 'tanh'"),
        (("mlp", "--examples", "1"), "--examples must be at least 2"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_2(torchref, tmp_path, arguments, message):
    outcome = torchref("sweep", *arguments, "--logdir", tmp_path)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert message in outcome.err
    assert not list(tmp_path.iterdir())
