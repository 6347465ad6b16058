"""How an operation and its local derivatives are written, with the settings that it was called with.

What an operation declares is written for its usual call. Here an axis, an index or a norm of another order changes the
formula, and of ``einsum`` it is made from its subscripts.
"""
