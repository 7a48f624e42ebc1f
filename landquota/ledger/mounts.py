"""Where a file is: on a disk of this machine, or on a network share, where WAL does not work.

SQLite's write-ahead log shares memory between the programs that use a file; programs on two
machines cannot share it, and the file is damaged without any error.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/mounts")
_NETWORK: Final = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|ncpfs?|afs|coda|ceph|glusterfs|lustre|gpfs|davfs2?|"
    r"fuse\.(?:sshfs|s3fs|rclone|davfs2?|glusterfs|ceph|smbnetfs|nfs)"
)
_DRIVE_REMOTE: Final = 4


def network_share(path: Path) -> str | None:
    """Return what kind of network share `path` is on, or None on a disk of this machine."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - of use on Windows only

        if is_unc(str(path.absolute())):
            return "UNC"
        remote = ctypes.windll.kernel32.GetDriveTypeW(path.absolute().anchor) == _DRIVE_REMOTE
        return "network drive" if remote else None
    if MOUNTS.is_file():
        return mounted_share(path.resolve(), MOUNTS.read_text("utf-8", "surrogateescape"))
    return None


def is_unc(path: str) -> bool:
    r"""Return whether a Windows path names a server (``\\server\share``), also in its long form."""
    if path.upper().startswith("\\\\?\\UNC\\"):
        return True
    return path.startswith("\\\\") and not path.startswith(("\\\\?\\", "\\\\.\\"))


def mounted_share(path: Path, mounts: str) -> str | None:
    """Return the type of the network file system that holds `path`, by the text of ``/proc/mounts``.

    The innermost mount point decides; of two mounts on one point the later one hides the earlier.
    """
    best, kind = -1, ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:  # noqa: PLR2004 - device, mount point, type
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), parts[1]))
        if len(point.parts) >= best and path.is_relative_to(point):
            best, kind = len(point.parts), parts[2]
    return kind if _NETWORK.fullmatch(kind) else None
