"""The numbers that tell what was made before what: of tensors, and of the groups that they are made in."""

from collections.abc import Callable
from itertools import count

new_serial: Callable[[], int] = count().__next__
