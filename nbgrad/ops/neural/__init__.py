"""Operations of neural networks: fused, so that the graph shows layers rather than their arithmetic."""

from ...core.memory import keep_freed_memory
from .attention import scaled_dot_product_attention
from .convolution import conv1d, conv2d, conv2d_weight, conv_transpose2d
from .dropping import dropout
from .layers import embedding, linear, one_hot
from .likelihood import binary_cross_entropy_with_logits, cross_entropy
from .losses import huber_loss, l1_loss, mse_loss
from .normalisation import batch_norm, layer_norm
from .pooling import avg_pool2d, avg_unpool2d, max_pool2d, max_unpool2d
from .softmax import log_softmax, softmax

__all__ = [
    "avg_pool2d", "avg_unpool2d", "batch_norm", "binary_cross_entropy_with_logits", "conv1d", "conv2d",
    "conv2d_weight", "conv_transpose2d", "cross_entropy", "dropout", "embedding", "huber_loss", "l1_loss", "layer_norm",
    "linear", "log_softmax", "max_pool2d", "max_unpool2d", "mse_loss", "one_hot", "scaled_dot_product_attention",
    "softmax",
]  # fmt: skip

keep_freed_memory()  # networks make and free the same large arrays in every step
