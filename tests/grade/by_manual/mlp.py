"""The mlp assignment solved with manual's own functions."""

import manual

SIGMOID, LOSS, SGD = manual.Sigmoid(), manual.HalfSquaredError("mean"), manual.SGD()


def forward(x, W1, b1, W2, b2):
    z1 = manual.Linear(*W1.shape).forward(x, W1.T, b1)
    a1 = SIGMOID.forward(z1)
    return {"z1": z1, "a1": a1, "z2": manual.Linear(*W2.shape).forward(a1, W2.T, b2)}


def loss(z2, target):
    return LOSS.reduce(LOSS.elements(z2, target).ravel(), LOSS.scale(z2.shape))


def backward(x, target, W1, b1, W2, b2, z1, a1, z2):
    first, second = manual.Linear(*W1.shape), manual.Linear(*W2.shape)
    dz2 = LOSS.backward(z2, target, LOSS.scale(z2.shape))
    da1 = second.backward(dz2, W2.T)
    dz1 = SIGMOID.backward(da1, a1)
    return {
        "dz2": dz2,
        "dW2": second.grad_weight(dz2, a1).T,
        "db2": second.grad_bias(dz2),
        "da1": da1,
        "dz1": dz1,
        "dW1": first.grad_weight(dz1, x).T,
        "db1": first.grad_bias(dz1),
    }


def update(W1, b1, W2, b2, dW1, db1, dW2, db2, learning_rate):
    pairs = {"W1": (W1, dW1), "b1": (b1, db1), "W2": (W2, dW2), "b2": (b2, db2)}
    return {name: SGD.update(old, gradient, learning_rate) for name, (old, gradient) in pairs.items()}


def train(x, target, W1, b1, W2, b2, learning_rate, steps):
    losses = []
    for _ in range(steps + 1):
        values = forward(x, W1, b1, W2, b2)
        losses.append(float(loss(values["z2"], target)))
        if len(losses) > steps:
            break
        gradients = backward(x, target, W1, b1, W2, b2, **values)
        named = {name: gradients[name] for name in ("dW1", "db1", "dW2", "db2")}
        W1, b1, W2, b2 = update(W1, b1, W2, b2, **named, learning_rate=learning_rate).values()
    return {"losses": losses, "W1": W1, "b1": b1, "W2": W2, "b2": b2}
