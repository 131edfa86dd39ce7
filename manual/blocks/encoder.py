"""Encoder: one block of a transformer's encoder, a chain of the layers that it consists of.

    post-norm   x ← norm(x + attention(x)),  x ← norm(x + W2 f(W1 x))     (Vaswani et al., arXiv 1706.03762)
    pre-norm    x ← x + attention(norm(x)),  x ← x + W2 f(W1 norm(x))     (Xiong et al., arXiv 2002.04745)

There is nothing to derive: it is a network of residual blocks, and the way back through each part is that part's own.
"""

from manual.blocks.skip import Skip
from manual.layers import LAYERS
from manual.layers.layer_norm import LayerNorm
from manual.layers.multi_head_attention import MultiHeadAttention
from manual.layers.positionwise_linear import PositionwiseLinear
from manual.network import Chain


def encoder(
    embed: int,
    heads: int,
    feedforward: int,
    *,
    norm_first: bool = False,
    activation: str = "relu",
    causal: bool = False,
    padding: bool = False,
    eps: float = 1e-5,
) -> Chain:
    """The chain of torch.nn.TransformerEncoderLayer without dropout."""
    attention: Chain = (MultiHeadAttention(embed, heads, causal, padding),)
    wide, narrow = PositionwiseLinear(embed, feedforward), PositionwiseLinear(feedforward, embed)
    fully_connected: Chain = (wide, LAYERS[activation](), narrow)
    norm = LayerNorm((embed,), eps)
    if norm_first:
        return (Skip((norm, *attention)), Skip((norm, *fully_connected)))
    return (Skip(attention), norm, Skip(fully_connected), norm)
