"""Clusters of pages and of drawings, their names, and how names outlive a clustering."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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
        members: Mapping[str, int | None],
        key: str,
        *,
        backbone: str = "",
        reach: Sequence[float] | None = None,
    ) -> list[Cluster]:
        """Put a clustering in the place of the former one.

        A new cluster takes on a name that the artist gave if at least 60 % of its members were
        in clusters of that name before; or more than half of them, and it has the number and more
        than half of the members of a cluster of that name. What the artist merged or split holds,
        whatever ``members`` says.

        Args:
            space: ``pages`` or ``drawings``.
            k: How many clusters; their numbers run from 0.
            centroids: ``(k, D)``, kept as float32.
            members: Cluster number by item key; None: in no cluster.
            key: What the clustering was computed from.
            backbone: Fingerprint of the network whose vectors were clustered.
            reach: ``(k,)``: how far from its centroid a cluster's farthest member is, where items
                further away belong to none.
        """
        rows = np.ascontiguousarray(centroids, dtype="<f4")
        if rows.ndim != 2 or len(rows) != k:
            raise StrokebookError(f"{k} clusters need ({k}, D) centroids, not {rows.shape}.")
        if any(n is not None and not 0 <= n < k for n in members.values()):
            raise StrokebookError(f"A member's cluster number is not in 0 to {k - 1}.")
        with self.hand_edit("run"):
            before = self._hand_named(space)
            self.db.run("DELETE FROM clustering WHERE space = ?", (space,))
            self.db.run(
                "INSERT INTO clustering (space, key, k, dims, centroids, at, backbone) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (space, key, k, rows.shape[1], rows.tobytes(), now(), backbone),
            )
            self.db.run_many(
                "INSERT INTO cluster (space, number, reach) VALUES (?, ?, ?)",
                [(space, n, None if reach is None else float(reach[n])) for n in range(k)],
            )
            self._put_members(space, members)
            for number, name in self._carried(space, before).items():
                self._give_name(space, number, name, "hand")
        return self.clusters(space)

    def clustering(self, space: Space) -> Clustering | None:
        """The present clustering, or None before the first."""
        row = self.db.row("SELECT * FROM clustering WHERE space = ?", (space,))
        if row is None:
            return None
        centroids = np.frombuffer(row["centroids"], "<f4").reshape(row["k"], row["dims"])
        members = self.db.rows("SELECT key, number FROM member WHERE space = ?", (space,))
        reach = {
            r["number"]: float(r["reach"])
            for r in self.db.rows("SELECT number, reach FROM cluster WHERE space = ?", (space,))
            if r["reach"] is not None
        }
        return Clustering(
            space=space,
            key=row["key"],
            k=row["k"],
            centroids=centroids.astype(np.float32),
            members={m["key"]: m["number"] for m in members if m["number"] is not None},
            outside=frozenset(m["key"] for m in members if m["number"] is None),
            reach=reach,
        )

    def assign_members(self, space: Space, members: Mapping[str, int | None]) -> None:
        """Put new items into clusters that exist, ``{key: cluster number}``; None: into none."""
        self.check_cluster_numbers(space, {n for n in members.values() if n is not None})
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
        self.check_cluster_numbers(space, wanted)
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

    def group_items(self, space: Space, groups: Mapping[int, Sequence[str]]) -> list[Cluster]:
        """Put items into clusters by hand, ``{cluster number: keys}``: merging and splitting.

        They stay together, whatever is clustered anew, until that is undone. A number that is new
        begins a cluster.
        """
        with self.hand_edit():
            for number, keys in groups.items():
                body = {"space": space, "number": number, "members": self._members(space, keys)}
                self.record("group", body)
            self._regroup(space)
        return [c for c in self.clusters(space) if c.number in groups]

    def grouped(self, space: Space) -> dict[str, int]:
        """The cluster that the artist put items into by merging or splitting, by key."""
        return dict(self.db.tuples("SELECT key, number FROM hand_group WHERE space = ?", (space,)))

    def clusters(self, space: Space) -> list[Cluster]:
        """The clusters with members, by number; none before the first clustering."""
        rows = self.db.rows(
            "SELECT c.number, c.name, c.name_source, count(m.key) AS size FROM cluster c "
            "LEFT JOIN member m ON m.space = c.space AND m.number = c.number "
            "WHERE c.space = ? GROUP BY c.number HAVING count(m.key) > 0 ORDER BY c.number",
            (space,),
        )
        return [Cluster(r["number"], r["name"], r["name_source"], r["size"]) for r in rows]

    def names_of(self, space: Space) -> dict[str, str]:
        """The name of the cluster that the artist named with each item in it, by key."""
        rows = self.db.rows("SELECT key, name FROM named_before WHERE space = ?", (space,))
        return {row["key"]: row["name"] for row in rows}

    def check_cluster_numbers(self, space: str, numbers: Iterable[int]) -> None:
        """Make sure that there are clusters of these numbers.

        Raises:
            UsageError: There is one that is not; those there are are named.
        """
        wanted = sorted(set(numbers))
        there = [c.number for c in self.clusters(space)]  # type: ignore[arg-type]
        if not there and wanted:
            raise UsageError(f"There are no clusters of {space} yet.", "Run 'strokebook run'.")
        for number in wanted:
            if number not in there:
                raise UsageError(
                    f"There is no cluster {number} of {space}.",
                    f"Their numbers are {_spans(there)}.",
                )

    def _put_members(self, space: str, members: Mapping[str, int | None]) -> None:
        """Keep what the clustering says; where the artist has grouped an item, that holds."""
        fitted = [(space, key, number, number) for key, number in members.items()]
        self.db.run_many(
            "INSERT OR REPLACE INTO member (space, key, number, fitted) VALUES (?, ?, ?, ?)", fitted
        )
        self._regroup(space)

    def _regroup(self, space: str) -> None:
        """Let the artist's groups hold over what the clustering says, and no others."""
        none = self.db.row("SELECT 1 FROM clustering WHERE space = ?", (space,)) is None
        untouched = self.db.row(
            "SELECT 1 FROM hand_group WHERE space = ? UNION ALL "
            "SELECT 1 FROM member WHERE space = ? AND number IS NOT fitted LIMIT 1",
            (space, space),
        )
        if none or untouched is None:
            return
        members = "SELECT key, number FROM member WHERE space = ?"
        before = dict(self.db.tuples(members, (space,)))
        self.db.run(
            "INSERT OR IGNORE INTO cluster (space, number) SELECT DISTINCT g.space, g.number FROM "
            "hand_group g JOIN member m USING (space, key) WHERE g.space = ?",
            (space,),
        )
        self.db.run(
            "UPDATE member SET number = coalesce((SELECT g.number FROM hand_group g WHERE "
            "g.space = member.space AND g.key = member.key), fitted) WHERE space = ?",
            (space,),
        )
        after = dict(self.db.tuples(members, (space,)))
        moved = {n for key in after if before[key] != after[key] for n in (before[key], after[key])}
        self._renew_centroids(space, {n for n in moved if n is not None})

    def _renew_centroids(self, space: str, numbers: Collection[int]) -> None:
        """Make the centroids of clusters anew that gained or lost items by hand."""
        row = self.db.row("SELECT * FROM clustering WHERE space = ?", (space,))
        if row is None or not numbers:
            return
        k = max(row["k"], max(numbers) + 1)
        centroids = np.zeros((k, row["dims"]), np.float32)
        centroids[: row["k"]] = np.frombuffer(row["centroids"], "<f4").reshape(row["k"], -1)
        for number in numbers:
            vectors = self.db.tuples(
                "SELECT v.data FROM member m JOIN vector v ON v.space = m.space AND v.key = m.key "
                "WHERE m.space = ? AND m.number = ? AND length(v.data) = ? "
                "AND (? = '' OR v.backbone = ?)",
                (space, number, 4 * row["dims"], row["backbone"], row["backbone"]),
            )
            if vectors:
                rows = np.frombuffer(b"".join(data for (data,) in vectors), "<f4")
                centroids[number] = rows.reshape(len(vectors), -1).mean(axis=0)
        self.db.run(
            "UPDATE clustering SET k = ?, centroids = ? WHERE space = ?",
            (k, centroids.astype("<f4").tobytes(), space),
        )

    def _hand_named(self, space: str) -> dict[int, tuple[str, int]]:
        """Name and size of the clusters that the artist named, by number."""
        clusters = self.clusters(space)  # type: ignore[arg-type]
        return {c.number: (c.name, c.size) for c in clusters if c.name and c.name_source == "hand"}

    def _carried(
        self, space: Space, former: Mapping[int, tuple[str, int]] | None = None
    ) -> dict[int, str]:
        """The artist's names that clusters take on, by number.

        Args:
            space: Whose clusters.
            former: Name and size of the clusters before a new fit, by number.
        """
        before, former = self.names_of(space), former or {}
        query = "SELECT key, number FROM member WHERE space = ? AND number IS NOT NULL"
        members = dict(self.db.tuples(query, (space,)))
        sizes = Counter(members.values())
        names = Counter((n, before[key]) for key, n in members.items() if key in before)
        carried = {}
        for (number, name), n in names.items():
            own, size = former.get(number, ("", 0))
            goes_on = own == name and 2 * n > size and 2 * n > sizes[number]
            if n >= CARRY_SHARE * sizes[number] or goes_on:
                carried[number] = name
        return carried

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
        """Give clusters the members and names that the log comes to, after an undo or redo."""
        for space in SPACES:
            self._regroup(space)
            carried = self._carried(space)
            for cluster in self.clusters(space):
                hand = carried.get(cluster.number)
                self.db.run(
                    "UPDATE cluster SET name = coalesce(?, rule_name), name_source = CASE WHEN ? "
                    "IS NOT NULL THEN 'hand' WHEN rule_name IS NOT NULL THEN 'rule' END "
                    "WHERE space = ? AND number = ?",
                    (hand, hand, space, cluster.number),
                )


def _spans(numbers: Sequence[int]) -> str:
    """``0 to 6, 8 and 10 to 15`` of rising numbers."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][-1] == number - 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    told = [" to ".join(map(str, span)) for span in spans]
    return " and ".join([*([", ".join(told[:-1])] if told[:-1] else []), told[-1]])
