"""Results of PyTorch as graphs: ``ng.draw(torch_tensor)`` walks the records that its backward pass would follow.

PyTorch is never imported here: who has a result of it has imported it. What its records keep is read, what they do
not keep is said to be not kept, and its many small steps become the operations that a reader thinks in.
"""

from .graph import NO_STEPS, TorchGraph, check_no_network, is_network, is_tensor, is_torch, key_of

__all__ = ["NO_STEPS", "TorchGraph", "check_no_network", "is_network", "is_tensor", "is_torch", "key_of"]
