"""What PyTorch's operations are called: by PyTorch, on a badge, and in the table."""

from __future__ import annotations

import re

# What a picture writes on the badge, where that is not simply PyTorch's name of the operation.
SYMBOLS = {
    "add": "+", "sub": "−", "rsub": "−", "mul": "×", "div": "÷", "neg": "−", "pow": "^", "square": "²",
    "reciprocal": "1/·", "sqrt": "√", "log": "ln",
    "mm": "@", "bmm": "@", "mv": "@", "dot": "·", "addmm": "@+", "addmv": "@+", "baddbmm": "@+", "linear": "@+",
    "matmul": "@", "t": "T", "transpose": "⇄", "rearrange": "⇄", "sum": "Σ", "prod": "Π", "abs": "|·|", "sigmoid": "σ",
    "log_softmax": "ln sm", "smooth_l1_loss": "smooth L1",
    "logsumexp": "ln Σ e", "safe_softmax": "softmax", "mse_loss": "MSE", "l1_loss": "MAE",
    "nll_loss": "NLL", "nll_loss2d": "NLL", "binary_cross_entropy": "BCE", "binary_cross_entropy_with_logits": "BCE",
    "huber_loss": "Huber", "convolution": "∗", "native_layer_norm": "lnorm", "native_batch_norm": "bnorm",
    "cudnn_batch_norm": "bnorm", "native_group_norm": "gnorm", "max_pool2d_with_indices": "maxpool",
    "avg_pool2d": "avgpool", "adaptive_avg_pool2d": "avgpool", "leaky_relu": "leaky",
    "not_implemented": "no ∂",
    "index": "[ ]", "select": "[ ]", "slice": "[ ]",
    "embedding": "row", "unsafe_view": "view", "reshape_alias": "view", "view": "view", "cat": "concat",
    "linalg_vector_norm": "‖·‖", "copy_slices": "[ ] =", "clone": "copy", "expand": "copy",
    "as_strided": "[ ]", "unsafe_split": "split", "masked_fill": "mask", "permute": "⇄", "mkldnn_rnn_layer": "LSTM",
    "cudnn_rnn": "RNN", "CompiledFunction": "compiled",
    "scaled_dot_product_flash_attention_for_cpu": "attn", "scaled_dot_product_flash_attention": "attn",
    "scaled_dot_product_efficient_attention": "attn", "scaled_dot_product_cudnn_attention": "attn",
}  # fmt: skip


# What the table calls an operation, where PyTorch's own name says how it is computed, and not what.
READABLE = {
    "rsub": "sub", "safe_softmax": "softmax", "native_layer_norm": "layer_norm", "native_batch_norm": "batch_norm",
    "cudnn_batch_norm": "batch_norm", "native_group_norm": "group_norm", "max_pool2d_with_indices": "max_pool2d",
    "max_pool3d_with_indices": "max_pool3d", "unsafe_view": "view", "reshape_alias": "view", "prelu_kernel": "prelu",
    "linalg_vector_norm": "norm", "native_dropout": "dropout", "nll_loss2d": "nll_loss",
    "binary_cross_entropy": "bce", "binary_cross_entropy_with_logits": "bce_with_logits",
    "linalg_solve_ex": "solve", "linalg_inv_ex": "inv", "linalg_cholesky_ex": "cholesky",
    "rrelu_with_noise": "rrelu", "fft_r2c": "fft", "fft_c2c": "fft", "fft_c2r": "irfft",
    "not_implemented": "not_differentiable",
    "to_copy": "to", "constant_pad_nd": "pad", "CheckpointFunction": "checkpoint",
    "weight_norm_interface": "weight_norm",
    "unsafe_split": "split", "mkldnn_rnn_layer": "lstm", "cudnn_rnn": "rnn", "CompiledFunction": "compiled",
    "scaled_dot_product_flash_attention_for_cpu": "attention", "scaled_dot_product_flash_attention": "attention",
    "scaled_dot_product_efficient_attention": "attention", "scaled_dot_product_cudnn_attention": "attention",
}  # fmt: skip


# What only lays out the same numbers anew; and what the table calls several of them in a row.
REARRANGE = "rearrange"
LAYING_OUT = {"clone", "expand", "permute", "squeeze", "t", "transpose", "unsqueeze", "view", REARRANGE}


def readable(op: str) -> str:
    """What the table calls an operation.

    >>> readable("native_layer_norm"), readable("linalg_svd"), readable("tanh")
    ('layer_norm', 'svd', 'tanh')
    """
    return READABLE.get(op) or op.removeprefix("linalg_")


def symbol_of(op: str) -> str:
    """What a picture writes on the badge of an operation; of a step of a backward pass that was recorded, with "∂".

    >>> symbol_of("mul"), symbol_of("native_layer_norm"), symbol_of("sigmoid_backward")
    ('×', 'lnorm', '∂σ')
    """
    base = op.removesuffix("_data").removesuffix("_backward")
    return SYMBOLS.get(op) or (f"∂{symbol_of(base)}" if base != op else readable(op))


def spelled(name: str) -> str:
    """The name of a record's class as that of a function.

    >>> spelled("AddmmBackward0"), spelled("torch::autograd::CopySlices"), spelled("MaxPool2DWithIndicesBackward0")
    ('addmm', 'copy_slices', 'max_pool2d_with_indices')
    >>> spelled("SmoothL1LossBackward0"), spelled("FftR2CBackward0"), spelled("NotImplemented")
    ('smooth_l1_loss', 'fft_r2c', 'not_implemented')
    """
    name = re.sub(r"Backward\w?\d*$", "", name.rpartition("::")[2]) or name
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", name).lower()
