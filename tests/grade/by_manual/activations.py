"""The activations assignment solved with manual's own functions."""

import manual


def _activation(kind):
    layer = manual.LAYERS[kind]()
    saved = "x" if kind == "relu" else "output"

    def backward(grad_output, x):
        return layer.backward(grad_output, **{saved: x if saved == "x" else layer.forward(x)})

    return layer.forward, backward


sigmoid, sigmoid_backward = _activation("sigmoid")
tanh, tanh_backward = _activation("tanh")
relu, relu_backward = _activation("relu")
softmax, softmax_backward = _activation("softmax")


def _loss(name):
    loss = manual.parse_loss(name)

    def value(output, target):
        return loss.reduce(loss.elements(output, target).ravel(), loss.scale(output.shape))

    def gradient(output, target):
        return loss.backward(output, target, loss.scale(output.shape))

    return value, gradient


absolute_error_sum, absolute_error_sum_gradient = _loss("absolute_error_sum")
squared_error_mean, squared_error_mean_gradient = _loss("squared_error_mean")
half_squared_error_sum, half_squared_error_sum_gradient = _loss("half_squared_error_sum")
binary_cross_entropy_mean, binary_cross_entropy_mean_gradient = _loss("binary_cross_entropy_mean")
_value, _gradient = _loss("softmax_cross_entropy_mean")


def softmax_cross_entropy_mean(scores, target):
    return _value(scores, target)


def softmax_cross_entropy_mean_gradient(scores, target):
    return _gradient(scores, target)
