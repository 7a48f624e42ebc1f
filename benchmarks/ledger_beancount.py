"""What beancount takes to load a journal, and every balance in it; a part of ``benchmarks/ledger.py``.

It stands alone, so that its process holds nothing but beancount.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from decimal import Decimal

from beancount import loader
from beancount.core.data import Transaction


def main(journal: str) -> None:
    """Print CPU and wall seconds of loading, which parses, books and validates, and the balances, as JSON."""
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    entries, errors, _ = loader.load_file(journal)
    cost = (time.process_time() - cpu_s, time.perf_counter() - wall_s)
    if errors:
        sys.exit(str(errors[0]))
    balances: Counter[str] = Counter()
    for leg in (leg for entry in entries if isinstance(entry, Transaction) for leg in entry.postings):
        balances[leg.account] += leg.units.number  # type: ignore[assignment]
    print(json.dumps([*cost, {name: f"{Decimal(number):f}" for name, number in balances.items()}]))


if __name__ == "__main__":
    main(sys.argv[1])
