"""Many networks: workers give what one process gives, and a failing network says how to see it again."""

from torchref.agreement import WORTH_WORKERS, check_network, check_networks
from torchref.verdict import Verdict


def test_workers_give_the_same_results_as_one_process():
    together = sorted(check_networks(3, range(WORTH_WORKERS)), key=lambda r: r.number)
    assert [r.number for r in together] == list(range(WORTH_WORKERS))
    assert together[11] == check_network(3, 11, "cpu")
    assert {r.verdict for r in together} == {Verdict.AGREES}
    assert all(r.share <= 1 for r in together)


def test_a_wrong_implementation_is_found_and_says_how_to_see_it_again(monkeypatch):
    from manual.layers.linear import Linear

    backward = Linear.backward
    monkeypatch.setattr(
        Linear, "backward", lambda self, grad_output, weight, out=None: backward(self, -grad_output, weight, out)
    )
    result = check_network(3, 12, "cpu")
    assert result.verdict is Verdict.DIFFERS
    assert set(result.wrong) == {"linear.backward"}
    assert result.command == "torchref check --seed 3 --only 12"
    assert any("linear" in sentence and "allowed" in sentence for sentence in result.sentences)
