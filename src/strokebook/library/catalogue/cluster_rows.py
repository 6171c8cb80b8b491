"""Clusters of pages and of drawings, their names, and how names outlive a clustering."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from strokebook.base.errors import StrokebookError, UsageError
from strokebook.library.catalogue.records import Cluster, Clustering, NameSource, Space
from strokebook.library.clock import now
from strokebook.library.edits.log import standing
from strokebook.library.edits.projection import drawing_boxes
from strokebook.library.edits.store import Store
from strokebook.library.identity import mint_numbers
from strokebook.library.kinds import check_label

SPACES: tuple[Space, ...] = ("pages", "drawings")
CARRY_SHARE = 0.6  # least share of a new cluster's members that bring along one hand-given name


class ClusterRows(Store):
    """One clustering a space; members are keys of images (``pages``) or drawings."""

    def new_clustering(
        self,
        space: Space,
        k: int,
        centroids: npt.ArrayLike,
        members: Mapping[str, int],
        key: str,
    ) -> list[Cluster]:
        """Put a clustering in the place of the former one.

        A new cluster takes on a name that the artist gave if at least 60 % of its members were
        in clusters of that name before.

        Args:
            space: ``pages`` or ``drawings``.
            k: How many clusters; their numbers run from 0.
            centroids: ``(k, D)``, kept as float32.
            members: Cluster number by item key.
            key: What the clustering was computed from.
        """
        rows = np.ascontiguousarray(centroids, dtype="<f4")
        if rows.ndim != 2 or len(rows) != k:
            raise StrokebookError(f"{k} clusters need ({k}, D) centroids, not {rows.shape}.")
        if any(not 0 <= number < k for number in members.values()):
            raise StrokebookError(f"A member's cluster number is not in 0 to {k - 1}.")
        with self.hand_edit("run"):
            self.db.run("DELETE FROM clustering WHERE space = ?", (space,))
            self.db.run(
                "INSERT INTO clustering VALUES (?, ?, ?, ?, ?, ?)",
                (space, key, k, rows.shape[1], rows.tobytes(), now()),
            )
            self.db.run_many(
                "INSERT INTO cluster (space, number) VALUES (?, ?)", [(space, n) for n in range(k)]
            )
            self._put_members(space, members)
            for number, name in self._carried(space, members).items():
                self._give_name(space, number, name, "hand")
        return self.clusters(space)

    def clustering(self, space: Space) -> Clustering | None:
        """The present clustering, or None before the first."""
        row = self.db.row("SELECT * FROM clustering WHERE space = ?", (space,))
        if row is None:
            return None
        centroids = np.frombuffer(row["centroids"], "<f4").reshape(row["k"], row["dims"])
        members = self.db.rows("SELECT key, number FROM member WHERE space = ?", (space,))
        return Clustering(
            space=space,
            key=row["key"],
            k=row["k"],
            centroids=centroids.astype(np.float32),
            members={m["key"]: m["number"] for m in members},
        )

    def assign_members(self, space: Space, members: Mapping[str, int]) -> None:
        """Put new items into clusters that exist, ``{key: cluster number}``."""
        self._check_numbers(space, members.values())
        with self.hand_edit("run"):
            self._put_members(space, members)
            for cluster in self.clusters(space):
                if cluster.name_source == "hand" and cluster.name is not None:
                    keys = [key for key, number in members.items() if number == cluster.number]
                    self._log_name(space, keys, cluster.name)

    def name_cluster(
        self, space: Space, numbers: Iterable[int], name: str | None, source: NameSource
    ) -> list[Cluster]:
        """Name clusters, or take their names away with None; a rule leaves the artist's names.

        Raises:
            UsageError: No such cluster, or a name that cannot be a folder's.
        """
        wanted = sorted(set(numbers))
        self._check_numbers(space, wanted)
        text = None if name is None else check_label(name)
        with self.hand_edit() if source == "hand" else self.transaction():
            # Read inside: a rule must not overwrite a name that was given a moment ago.
            sources = {c.number: c.name_source for c in self.clusters(space)}
            for number in wanted:
                if source == "rule":
                    self.db.run(
                        "UPDATE cluster SET rule_name = ? WHERE space = ? AND number = ?",
                        (text, space, number),
                    )
                if source == "hand" or sources[number] != "hand":
                    self._give_name(space, number, text, source)
        return [c for c in self.clusters(space) if c.number in wanted]

    def clusters(self, space: Space) -> list[Cluster]:
        """All clusters by number; empty before the first clustering."""
        rows = self.db.rows(
            "SELECT c.number, c.name, c.name_source, count(m.key) AS size FROM cluster c "
            "LEFT JOIN member m ON m.space = c.space AND m.number = c.number "
            "WHERE c.space = ? GROUP BY c.number ORDER BY c.number",
            (space,),
        )
        return [Cluster(r["number"], r["name"], r["name_source"], r["size"]) for r in rows]

    def names_of(self, space: Space) -> dict[str, str]:
        """The name of the cluster that the artist named with each item in it, by key."""
        rows = self.db.rows("SELECT key, name FROM named_before WHERE space = ?", (space,))
        return {row["key"]: row["name"] for row in rows}

    def _check_numbers(self, space: str, numbers: Iterable[int]) -> None:
        row = self.db.row("SELECT k FROM clustering WHERE space = ?", (space,))
        if row is None:
            raise UsageError(f"There are no clusters of {space} yet.", "Run 'strokebook run'.")
        for number in numbers:
            if not 0 <= number < row["k"]:
                raise UsageError(
                    f"There is no cluster {number} of {space}.",
                    f"Their numbers are 0 to {row['k'] - 1}.",
                )

    def _put_members(self, space: str, members: Mapping[str, int]) -> None:
        self.db.run_many(
            "INSERT OR REPLACE INTO member (space, key, number) VALUES (?, ?, ?)",
            [(space, key, int(number)) for key, number in members.items()],
        )

    def _carried(self, space: Space, members: Mapping[str, int]) -> dict[int, str]:
        before = self.names_of(space)
        sizes = Counter(members.values())
        names = Counter((n, before[key]) for key, n in members.items() if key in before)
        return {
            number: name for (number, name), n in names.items() if n >= CARRY_SHARE * sizes[number]
        }

    def _give_name(self, space: Space, number: int, name: str | None, source: NameSource) -> None:
        self.db.run(
            "UPDATE cluster SET name = ?, name_source = ? WHERE space = ? AND number = ?",
            (name, source if name is not None else None, space, number),
        )
        if source == "hand":
            rows = self.db.rows(
                "SELECT key FROM member WHERE space = ? AND number = ?", (space, number)
            )
            self._log_name(space, [row["key"] for row in rows], name)

    def _log_name(self, space: Space, keys: Sequence[str], name: str | None) -> None:
        """Log the name that the artist gave the cluster of these items, where it is news."""
        before = self.names_of(space)
        news = [key for key in keys if before.get(key) != name]
        if not news:
            return
        body: dict[str, Any] = {"space": space, "name": name}
        if self._by == "run" and (origin := self._naming(space, name)) is not None:
            body["follows"] = origin
        self.record("cluster", {**body, "members": self._members(space, news)})

    def _naming(self, space: str, name: str | None) -> int | None:
        """The artist's command that this name comes from."""
        namings = [e for e in standing(self.db, "cluster", space) if e.body["name"] == name]
        own = [e.command for e in namings if "follows" not in e.body]
        return own[-1] if own else None

    def _members(self, space: str, keys: Sequence[str]) -> list[Any]:
        """Items as the log refers to them: pages' numbers, drawings' places on their pages."""
        if space == "pages":
            mint_numbers(self.db, keys)
            return [self.page_number(key) for key in keys]
        rows = self.db.rows("SELECT key, image FROM drawing")
        images = {row["key"]: row["image"] for row in rows}
        wanted = dict.fromkeys(images[key] for key in keys if key in images)
        boxes = {image: dict(drawing_boxes(self.db, image)) for image in wanted}
        members: list[Any] = []
        for key in keys:
            box = boxes.get(images.get(key, ""), {}).get(key)
            if box is None:
                members.append(key)
            else:
                members.append([self.page_number(images[key]), [round(v, 6) for v in box]])
        return members

    def refresh_cluster_names(self) -> None:
        """Give clusters the names that their members' log comes to, after an undo or redo."""
        for space in SPACES:
            clustering = self.clustering(space)
            if clustering is None:
                continue
            carried = self._carried(space, clustering.members)
            for cluster in self.clusters(space):
                hand = carried.get(cluster.number)
                self.db.run(
                    "UPDATE cluster SET name = coalesce(?, rule_name), name_source = CASE WHEN ? "
                    "IS NOT NULL THEN 'hand' WHEN rule_name IS NOT NULL THEN 'rule' END "
                    "WHERE space = ? AND number = ?",
                    (hand, hand, space, cluster.number),
                )
