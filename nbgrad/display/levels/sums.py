"""What is known of several steps that are seen as one: a check of their sum, and the factor that they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nbgrad.display.attributes import as_numbers
from nbgrad.display.schema import Step

CLOSE = 1e-4  # share by which two sums may differ that are told to agree: so they look the same, too
WORSE = 10.0  # times the share by which the parts differ, for numbers of few digits


def checked_together(parts: Sequence[Step], contribution: Any) -> Any:
    """Return the check of what several steps contribute together, None where one of them cannot be checked.

    contribution: their sum. Of an array the largest element is checked, at which each step is checked once more: its
    own check may be that of another one.

    >>> from nbgrad.display.player import Check
    >>> checks = [Check("", x, x, True, "check_agrees") for x in (2.0, 3.0)]
    >>> parts = [Step(1, 0, (0, 1, key), 1.0, 0.0, 0.0, check=check) for key, check in enumerate(checks)]
    >>> checked_together(parts, 5.0).differences, checked_together(parts[:1], 2.0).differences
    (5.0, 2.0)
    """
    if len(parts) == 1:
        return parts[0].check
    checks = [part.check for part in parts]
    known = as_numbers(contribution)
    if known is not None and known.size > 1 and all(part.check_at is not None for part in parts):
        at = int(np.argmax(np.nan_to_num(np.abs(known), nan=np.inf)))
        checks = [part.check_at(at) for part in parts if part.check_at is not None]
    if any(check is None or not check.agrees for check in checks) or len({check.element for check in checks}) > 1:
        return None
    ours, found = (sum(getattr(check, name) for check in checks) for name in ("ours", "differences"))
    apart = max(abs(check.ours - check.differences) / (abs(check.ours) or 1.0) for check in checks)
    if abs(ours - found) > max(CLOSE, WORSE * apart) * abs(ours):  # the parts cancel, and with them the digits
        return None
    return replace(checks[0], ours=ours, differences=found)


def ratio(product: Any, upstream: Any) -> Any:
    """Return the factor between two single real numbers; None where nobody can tell.

    >>> ratio(6.0, 2.0), ratio(6.0, 0.0), ratio(np.ones(2), 2.0), ratio(0.0, 5e-324)
    (3.0, None, None, None)
    """
    known = [as_numbers(x) for x in (product, upstream)]
    if not all(x is not None and x.shape == () and x.dtype.kind == "f" and np.isfinite(x) for x in known):
        return None
    info = np.finfo(np.asarray(product).dtype)
    if abs(product) < info.tiny and abs(upstream) < info.tiny / info.eps:  # what is left of the digits tells nothing
        return None
    return product / upstream if upstream else None
