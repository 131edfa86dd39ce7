"""Document: the worked example of the document that this project starts from, and every result that it prints.

The network of figures 6 and 7: two inputs, two hidden and two output neurons, sigmoid throughout, one bias a layer,
which stays as it is. The numbers are kept as they are printed, digit for digit, for a printed digit is a claim.
"""

from dataclasses import dataclass

import numpy as np

from manual.case import Case
from manual.layers.linear import Linear
from manual.layers.sigmoid import Sigmoid
from manual.losses.half_squared_error import HalfSquaredError
from manual.network import Network
from manual.optimisers.sgd import SGD


@dataclass(frozen=True)
class Printed:
    """One number of the document: its name, its digits, and the place where it stands.

    `restates` is set where the document only repeats a number that it has already given.
    """

    name: str
    digits: str
    place: str
    restates: bool = False


RESULTS = (
    Printed("l_h1", "0.385", "2.2, figure 7, hidden layer, linear part, line 1"),
    Printed("l_h2", "0.400", "2.2, figure 7, hidden layer, linear part, line 2"),
    Printed("out_h1", "0.595078474", "2.2, hidden layer, output, line 1"),
    Printed("out_h2", "0.598687660", "2.2, hidden layer, output, line 2"),
    Printed("l_o1", "0.8583102995", "2.2, output layer, linear part, line 1"),
    Printed("l_o2", "0.9179986062", "2.2, output layer, linear part, line 2"),
    Printed("out_o1", "0.702307507", "2.2, output layer, output, line 1"),
    Printed("out_o2", "0.714634132", "2.2, output layer, output, line 2"),
    Printed("E_o1", "0.010906536", "2.2, loss, line 1"),
    Printed("E_o2", "0.085960731", "2.2, loss, line 2"),
    Printed("E_total", "0.096867268", "2.2, loss, line 3"),
    Printed("∂E_total/∂out_o1", "-0.147692493", "2.2, figure 8, first factor of ∂E_total/∂w5"),
    Printed("∂out_o1/∂l_o1", "0.209071672", "2.2, figure 8, second factor of ∂E_total/∂w5"),
    Printed("∂l_o1/∂w5", "0.595078474", "2.2, figure 8, third factor of ∂E_total/∂w5", restates=True),
    Printed("∂E_total/∂w5", "-0.018375021", "2.2, figure 8, product"),
    Printed("w5+", "0.268375021", "2.2, update of w5"),
    Printed("∂E_o1/∂l_o1", "-0.030878316", "2.2, figure 9, error of o1 at its linear part"),
    Printed("∂l_o1/∂out_h1", "0.25", "2.2, figure 9, weight from h1 to o1", restates=True),
    Printed("∂E_o1/∂out_h1", "-0.007719579", "2.2, figure 9, error of o1 at h1"),
    Printed("∂E_o2/∂out_h1", "0.025367174", "2.2, figure 9, error of o2 at h1"),
    Printed("∂E_total/∂out_h1", "0.017647595", "2.2, figure 9, first factor of ∂E_total/∂w1"),
    Printed("∂out_h1/∂l_h1", "0.240960084", "2.2, figure 9, second factor of ∂E_total/∂w1"),
    Printed("∂l_h1/∂w1", "0.1", "2.2, figure 9, third factor of ∂E_total/∂w1", restates=True),
    Printed("∂E_total/∂w1", "0.000425237", "2.2, figure 9, product"),
    Printed("w1+", "0.049574763", "2.2, update of w1"),
)

# Section 1.1's neuron, f(x) = 0.1·1 + 0.03·180 + 0.06·70 + 0.
NEURON = Printed("f(x)", "9.7", "1.1, figure 3, the example")

# What the document leaves to the reader ("同理", likewise), in the order of its own results.
LEFT_TO_THE_READER = ("w2+", "w3+", "w4+", "w6+", "w7+", "w8+", "∂E_total/∂b1", "∂E_total/∂b2")


def example() -> Case:
    """The document's example: figure 7's numbers, half squared error, one step of learning rate 1."""
    network = Network((Linear(2, 2, "shared"), Sigmoid(), Linear(2, 2, "shared"), Sigmoid()))
    parameters = {
        "linear0.weight": np.array([[0.05, 0.15], [0.10, 0.20]]),
        "linear0.bias": np.array([0.35]),
        "linear2.weight": np.array([[0.25, 0.35], [0.30, 0.40]]),
        "linear2.bias": np.array([0.50]),
    }
    return Case(
        network,
        parameters,
        np.array([[0.10, 0.20]]),
        np.array([[0.85, 0.30]]),
        HalfSquaredError("sum"),
        SGD(learning_rate=1.0),
        frozen=frozenset({"linear0.bias", "linear2.bias"}),
    )
