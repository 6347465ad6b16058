"""The engine: operations, tensors, one reverse pass, and functions of functions. NumPy only."""
