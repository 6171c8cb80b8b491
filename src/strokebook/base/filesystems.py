"""Whether a path lies on another machine.

Over a network some of the means of SQLite and of locks fail silently, so it has to be known before
they are used.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

# Types as Linux and macOS name them; a FUSE type is judged by what follows "fuse.".
NETWORK = {
    *("nfs", "nfs3", "nfs4", "cifs", "smb2", "smb3", "smbfs", "smb", "afpfs", "webdav", "davfs"),
    *("9p", "afs", "ncpfs", "ceph", "lustre", "glusterfs", "beegfs", "gpfs", "ocfs2", "vboxsf"),
    *("sshfs", "rclone", "s3fs", "davfs2", "gcsfuse", "gvfsd-fuse", "curlftpfs", "osxfuse"),
    *("macfuse", "vmhgfs", "vmhgfs-fuse", "prl_fs", "virtiofs", "drvfs"),
}
_DRIVE_REMOTE = 4  # what Windows' GetDriveType answers for a network drive
_MAC_LINE = re.compile(r" on (/.*?) \((\w+)[,)]")


def is_network(path: Path) -> bool:
    """Whether ``path`` (or the nearest folder above it that exists) lies on another machine.

    Where the system does not tell, the answer is False: a local disk is by far the likeliest.
    """
    try:
        place = _nearest(path.resolve())
        if sys.platform == "win32":
            return _is_network_drive(place)
        if sys.platform == "darwin":
            return kind_at(place, mac_mounts(_mount_table())) in NETWORK
        return kind_at(place, linux_mounts(Path("/proc/self/mountinfo").read_text())) in NETWORK
    except (OSError, subprocess.SubprocessError):
        return False


def kind_at(path: Path, mounts: Iterable[tuple[Path, str]]) -> str:
    """The type of the file system that ``path`` lies on: that of the deepest mount above it.

    Of two mounts on one folder the later hides the earlier.

    Args:
        path: Absolute, without links.
        mounts: Folders and types, as :func:`linux_mounts` and :func:`mac_mounts` read them.
    """
    deepest, kind = -1, ""
    for folder, name in mounts:
        if path.is_relative_to(folder) and len(folder.parts) >= deepest:
            deepest, kind = len(folder.parts), name
    return kind.removeprefix("fuse.").lower()


def linux_mounts(text: str) -> list[tuple[Path, str]]:
    """Folders and types in ``/proc/self/mountinfo`` (man 5 proc); the type follows `` - ``."""
    mounts = []
    for line in text.splitlines():
        before, hyphen, after = line.partition(" - ")
        fields, kind = before.split(), after.split()
        if hyphen and len(fields) > 4 and kind:
            mounts.append((Path(_unescaped(fields[4])), kind[0]))
    return mounts


def mac_mounts(text: str) -> list[tuple[Path, str]]:
    """Folders and types as ``mount`` prints them: ``//me@nas/art on /Volumes/art (smbfs, …)``."""
    return [(Path(m[1]), m[2]) for m in map(_MAC_LINE.search, text.splitlines()) if m]


def _unescaped(name: str) -> str:
    """Spaces, tabs and backslashes stand in the table as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), name)


def _nearest(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _mount_table() -> str:
    return subprocess.run(
        ["/sbin/mount"], capture_output=True, text=True, timeout=5, check=True
    ).stdout


def _is_network_drive(path: Path) -> bool:
    if path.drive.startswith("\\\\"):  # \\server\share
        return True
    if sys.platform == "win32":
        import ctypes

        kind = ctypes.windll.kernel32.GetDriveTypeW(f"{path.drive}\\")
        return bool(kind == _DRIVE_REMOTE)
    return False
