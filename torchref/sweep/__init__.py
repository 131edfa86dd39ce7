"""Sweep: what the learning rate does, at many rates at once, written for TensorBoard."""
