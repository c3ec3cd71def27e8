"""The store: one DuckDB file that this process owns, written a batch at a time."""

import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from duckdb import DuckDBPyConnection

from llmsec_tui.detect.campaigns.campaigns import Variant
from llmsec_tui.detect.suppress import Shown
from llmsec_tui.errors import StoreError
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.store import acts, campaign_queries, memory, rule_writer, shown, silences, writer
from llmsec_tui.store.access_store import AccessStore
from llmsec_tui.store.audit_store import AuditStore
from llmsec_tui.store.behaviour_store import BehaviourStore
from llmsec_tui.store.commit import Commit, Committed
from llmsec_tui.store.connect import connect, cursor
from llmsec_tui.store.incident_store import IncidentStore
from llmsec_tui.store.origins import Origins
from llmsec_tui.store.outward_store import OutwardStore
from llmsec_tui.store.pseudonyms import Pseudonyms
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.retention_store import RetentionStore
from llmsec_tui.store.rule_writer import Off
from llmsec_tui.store.seen import SeenKeys
from llmsec_tui.store.silences import StoredSilence
from llmsec_tui.store.trouble import told
from llmsec_tui.store.writer import Highest

_READ_KEY = "SELECT history FROM secret"
_KEEP_KEY = "INSERT INTO secret VALUES (?)"
_SECRET_BYTES = 32
_CHECKPOINTS = "SELECT checkpoint FROM checkpoints ORDER BY source_id"


class Store(AuditStore, BehaviourStore, IncidentStore, OutwardStore, AccessStore, RetentionStore):
    """The writing side. Any thread may call it; one at a time is served. Readers do not wait for it."""

    def __init__(self, path: Path, connection: DuckDBPyConnection) -> None:
        super().__init__(path, connection)
        self._readers: list[Reader] = []
        self._seen = SeenKeys(connection)
        self.origins = Origins(path, cursor(connection))
        """What alerts copy from events that are stored."""
        self._highest = writer.highest(connection)
        self.secret = _secret(connection)
        """What the keys given to :meth:`known` and :meth:`commit` must be made under."""
        self.pseudonyms = Pseudonyms(self.secret)
        """What users are called before people who do not see their names."""

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open the store, or make it.

        Raises :class:`StoreLocked` when another process has it, :class:`StoreError` when it is damaged, of another
        version or no store.
        """
        connection = connect(path)
        try:
            with told(path, "be read"):
                return cls(path, connection)
        except BaseException:
            connection.close()
            raise

    def commit(
        self,
        commit: Commit,
        also: Callable[[Committed], None] = lambda _: None,
        give_way: Callable[[], None] = lambda: None,
    ) -> Committed:
        """Put one batch on disk, in one transaction; ``also`` is called at the end of it, ``give_way`` before steps.

        Raises :class:`StoreError` when that fails, and what the two raise; then nothing of the batch is stored and it
        can be sent again. Must not be called inside another transaction.
        """
        with self._lock:
            with self.transaction():
                connection, last = self._connection, self._highest
                events = writer.write_events(connection, commit, last.events)
                give_way()
                writer.write_contents(connection, commit)
                dead_letters = writer.write_dead_letters(connection, commit, last.dead_letters)
                give_way()
                new_alerts, again = writer.write_alerts(connection, commit, last.alerts)
                give_way()
                self._seen.write(commit.keys)
                writer.write_checkpoints(connection, commit.checkpoints, commit.at)
                writer.write_stats(connection, commit.stats)
                give_way()
                again += writer.write_over_time(connection, commit, new_alerts)
                done = Committed(events, last.alerts + len(new_alerts), new_alerts, again)
                give_way()
                also(done)
            self._seen.remember(commit.keys)
            self._highest = Highest(events, done.alerts_seq, dead_letters)
            return done

    def known(self, keys: list[int]) -> dict[int, str]:
        """Those of ``keys`` that were committed before, with the conversation of each."""
        with told(self.path, "be searched for what was seen before"):
            return self._seen.known(keys)

    def checkpoints(self) -> Sequence[Checkpoint]:
        """How far each source was read when its last batch was committed."""
        with self._lock, told(self.path, "give its checkpoints"):
            rows = self._connection.execute(_CHECKPOINTS).fetchall()
        try:
            return [msgspec.msgpack.decode(row, type=Checkpoint) for (row,) in rows]
        except msgspec.MsgspecError as error:
            raise StoreError(
                f"The store {self.path} holds a checkpoint that this version cannot read: {error}.",
                hint="Use the version that wrote it, or name another directory with --home.",
            ) from error

    def memory(self) -> tuple[bytes | None, list[bytes]]:
        """What rules over time remembered with the last batch: a snapshot, and the records to fold into it."""
        with self._lock, told(self.path, "give what rules remember"):
            return memory.read_memory(self._connection)

    def remember(self, snapshot: bytes) -> None:
        """Put a snapshot of what rules over time remember in the place of all before, once every batch is stored."""
        with self.transaction():
            memory.write_memory(self._connection, b"", snapshot)

    def rules_off(self) -> Mapping[str, Off]:
        """The rules that somebody turned off, by id."""
        with self._lock, told(self.path, "say which rules are off"):
            return rule_writer.rules_off(self._connection)

    def turn_rule(self, rule_id: str, off: Off | None) -> None:
        """Keep a rule off from now on, also after a restart; None turns it on."""
        with self.transaction():
            if off is None:
                rule_writer.turn_on(self._connection, rule_id)
            else:
                rule_writer.turn_off(self._connection, rule_id, off)

    def silences(self) -> list[StoredSilence]:
        """Every silence that there ever was, newest first."""
        with self._lock, told(self.path, "say what is silenced"):
            return silences.all_silences(self._connection)

    def add_silence(self, stored: StoredSilence) -> None:
        """Keep a new silence."""
        with self.transaction():
            silences.add_silence(self._connection, stored)

    def end_silence(self, silence_id: str, *, at: int, by: str, reason: str) -> None:
        """Note that a silence was ended before its time."""
        with self.transaction():
            silences.end_silence(self._connection, silence_id, at=at, by=by, reason=reason)

    def variants(self) -> list[Variant]:
        """The payloads of earlier alerts by which campaigns are told, that seen longest ago first."""
        with self._lock, told(self.path, "say what campaigns there are"):
            return campaign_queries.known_variants(self._connection)

    def shown(self, now: int) -> list[Shown]:
        """What was put before people within the last hour before ``now`` (µs), in order."""
        with self._lock, told(self.path, "say what was shown"):
            return shown.shown(self._connection, now)

    def act_on_alert(
        self,
        command_id: str,
        alert_id: str,
        expected_version: int,
        new_state: str,
        owner: str,
        actor: str,
        act: str,
        note: str,
        at: int,
    ) -> int:
        """Change an alert's state and owner, and add the act to its history; its new version.

        A ``command_id`` that was carried out before changes nothing and gives the version of then.
        Raises :class:`NotFound`, or :class:`StaleVersion` when the alert is not at ``expected_version`` any more.
        """
        with self.transaction():
            return acts.act_on_alert(
                self._connection,
                command_id=command_id,
                alert_id=alert_id,
                expected_version=expected_version,
                new_state=new_state,
                owner=owner,
                actor=actor,
                act=act,
                note=note,
                at=at,
            )

    def recorded_reply(self, command_id: str) -> bytes | None:
        """What was answered to this command when it was carried out, if it was."""
        with self._lock, told(self.path, "be searched for a command"):
            return acts.recorded_reply(self._connection, command_id)

    def record_reply(self, command_id: str, reply: bytes, at: int) -> None:
        """Keep the answer to a command. Inside :meth:`transaction` it is kept with the act, or not at all."""
        with self.transaction():
            acts.record_reply(self._connection, command_id, reply, at)

    def reader(self) -> Reader:
        """A reader for one thread; the store closes it, if nobody else did."""
        with self._lock, told(self.path, "be read"):
            self._readers = [reader for reader in self._readers if not reader.closed]
            reader = Reader(self.path, cursor(self._connection), pseudonyms=self.pseudonyms)
            self._readers.append(reader)
            return reader

    def checkpoint_wal(self) -> None:
        """Write the WAL into the file, when idle. Raises :class:`StoreError` when the disk has no room for it."""
        with self._lock, told(self.path, "write its log into its file"):
            wal = self.path.with_name(self.path.name + ".wal")
            size = wal.stat().st_size if wal.exists() else 0
            # A checkpoint that runs out of disk makes DuckDB give up on the whole file until it is opened again.
            if shutil.disk_usage(self.path.parent).free < 2 * size:
                raise StoreError(
                    f"The disk of the store {self.path} has less than {2 * size} bytes left; its log was not written "
                    "into its file. Nothing is lost.",
                    hint="Free space on that disk.",
                )
            self._connection.execute("CHECKPOINT")

    def close(self) -> None:
        """Close the readers and the file. Does no harm when done twice."""
        with self._lock:
            for reader in self._readers:
                reader.close()
            self._readers.clear()
            self._seen.close()
            self.origins.close()
            self._connection.close()


def _secret(connection: DuckDBPyConnection) -> bytes:
    kept = connection.execute(_READ_KEY).fetchall()
    if kept:
        return bytes(kept[0][0])
    made = secrets.token_bytes(_SECRET_BYTES)
    connection.execute(_KEEP_KEY, [made])
    return made
