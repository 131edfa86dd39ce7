"""Page words: the buttons and headings of the page, in English and Chinese."""

WORDS = {
    "choose": ("Choose a weight, and see the error flow to it:", "选择一个权重，看误差如何流向它："),
    "walk": ("Walk through the step", "逐步走一遍"),
    "previous": ("Previous step", "上一步"),
    "next": ("Next step", "下一步"),
    "start": ("Start", "开始"),
    "clear": ("Show everything", "显示全部"),
    "hint": ("← → walk · Esc shows everything", "← → 逐步 · Esc 显示全部"),
    "all": ("The whole derivation", "完整推导"),
    "factors": ("Factor by factor", "逐个因子"),
    "chain": ("The error at {at}", "{at} 的误差"),
    "frozen": ("stays as it is", "保持不变"),
    "drawing": ("The network with its values", "网络及其数值"),
    "source": ("Source", "出处"),
    "welcome": (
        "Choose a weight in the picture, or walk through forward, loss, backward and update.",
        "在图中选择一个权重，或者按前向传播、损失、反向传播、更新逐步走一遍。",
    ),
}

STEP_WORDS = {
    "forward neuron": ("Forward: what comes in at {at}, and what goes out", "前向：{at} 的输入与输出"),
    "loss neuron": ("Loss: how far the outputs are off", "损失：输出差了多少"),
    "backward neuron": ("Backward: the error at {at}", "反向：{at} 处的误差"),
    "backward input": ("Backward: the error at the input {at}", "反向：输入 {at} 处的误差"),
    "gradient into": ("Gradients of the weights into {at}", "进入 {at} 的权重的梯度"),
    "gradient bias": ("Gradient of the bias {at}", "偏置 {at} 的梯度"),
    "update neuron": ("Update: every weight takes a step against its gradient", "更新：每个权重沿梯度的反方向走一步"),
}
