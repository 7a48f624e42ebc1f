"""``python -m landquota``, for machines where the program is not on the path."""

from landquota.cli import main

main()
