"""The batch-norm assignment solved with manual's own functions."""

from manual.layers.batch_norm import BatchNorm


def layer_of(x, training=True):
    return BatchNorm(x.shape[1], 2, 1e-3, 0.2, training)


def forward(x, gamma, beta, running_mean, running_var):
    layer = layer_of(x)
    mean = layer.forward_mean(x)
    var = layer.forward_var(x, mean)
    normalised = layer.forward_normalised(x, running_mean, running_var, mean, var)
    return {
        "mean": mean,
        "var": var,
        "normalised": normalised,
        "y": layer.forward(normalised, gamma, beta),
        "running_mean": layer.next_running_mean(running_mean, mean),
        "running_var": layer.next_running_var(running_var, var, x),
    }


def backward(x, gamma, beta, running_mean, running_var, mean, var, normalised, dy):
    layer = layer_of(x)
    dnormalised = layer.backward_normalised(dy, gamma)
    dvar = layer.backward_var(dnormalised, x, mean, var)
    dmean = layer.backward_mean(dnormalised, dvar, x, mean, var)
    return {
        "dnormalised": dnormalised,
        "dvar": dvar,
        "dmean": dmean,
        "dx": layer.backward(dnormalised, x, running_var, dvar, dmean, mean, var),
        "dgamma": layer.grad_weight(dy, normalised),
        "dbeta": layer.grad_bias(dy),
    }


def evaluate(x, gamma, beta, running_mean, running_var):
    layer = layer_of(x, training=False)
    return layer.forward(layer.forward_normalised(x, running_mean, running_var), gamma, beta)
