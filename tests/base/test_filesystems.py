from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from strokebook.base import filesystems
from strokebook.base.filesystems import NETWORK, is_network, kind_at, linux_mounts, mac_mounts

LINUX = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /mnt/my\040art rw,relatime shared:20 - cifs //nas/art rw,vers=3.0
41 22 0:36 / /home/me/remote rw,nosuid master:1 shared:3 - fuse.sshfs me@host: rw
42 41 8:2 / /home/me/remote/local rw - xfs /dev/sdb1 rw
43 22 8:3 / /over rw - ext4 /dev/sdc1 rw
44 43 0:40 / /over rw - nfs4 nas:/over rw
"""
MAC = """
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//me@nas._smb._tcp.local/art on /Volumes/my art (smbfs, nodev, nosuid, mounted by me)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/project", "ext4"),
        ("/mnt/my art/project", "cifs"),
        ("/mnt/my art", "cifs"),
        ("/mnt/my arts", "ext4"),
        ("/home/me/remote/deep/down", "sshfs"),
        ("/home/me/remote/local/project", "xfs"),
        ("/over/project", "nfs4"),  # mounted over the other
    ],
)
def test_the_deepest_and_latest_mount_counts(path: str, kind: str) -> None:
    assert kind_at(Path(path), linux_mounts(LINUX)) == kind
    assert (kind in NETWORK) == (kind in {"cifs", "sshfs", "nfs4"})


def test_the_table_of_macos() -> None:
    mounts = mac_mounts(MAC)
    assert kind_at(Path("/Volumes/my art/project"), mounts) == "smbfs"
    assert kind_at(Path("/Users/me/project"), mounts) == "apfs"
    assert len(mounts) == 4


def test_a_local_folder_is_local_made_or_not(tmp_path: Path) -> None:
    assert not is_network(tmp_path / "not" / "yet")


def test_where_the_system_does_not_tell_the_disk_is_taken_for_local(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(text: str) -> list[tuple[PurePosixPath, str]]:
        raise PermissionError(13, "hidden")

    monkeypatch.setattr(filesystems, "linux_mounts", refuse)
    monkeypatch.setattr(filesystems, "mac_mounts", refuse)
    assert not is_network(tmp_path)
