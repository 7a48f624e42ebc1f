"""Land quotas and spatial planning for a county natural-resources bureau.

Files become checked layers, documents become ledger entries, and the two meet in
:mod:`landquota.reconcile`.  ``README.md`` shows the commands; ``DECISIONS.md`` says why.
"""

__version__ = "0.1.0"
