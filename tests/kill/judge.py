"""The judge: knows the client's log, SQL, the website's log and the mailbox; the ledger it recomputes itself.

The doctor is asked besides. It is part of what stands trial, so its word can only add to the charges.
Every function says what is wrong, in words; an empty list is an acquittal.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.doctor import examine
from engine.invariants import Severity
from engine.service import Service
from notifications.rendering import message_id
from tests.kill.durable_log import read_log
from tests.kill.evidence import Asked, read_client_log
from tests.kill.installation import Installation

EXPECTED_REFUSALS = {"decision-already-recorded", "assignment-closed", "case-closed"}
"""What the slower of two windows is told."""

_DECISIONS = (
    "SELECT d.id, d.idempotency_key, d.assignment_id, d.action, p.username, c.number FROM decision d"
    " JOIN person p ON p.id = d.person_id JOIN cases c ON c.id = d.case_id"
)
_CASES = "SELECT number, launch_key, closed_at, outcome FROM cases"
_PUBLISHED = (
    "SELECT c.number, y.idempotency_key, p.url, p.content_hash, p.published_at, y.settled_at"
    " FROM activity y JOIN cases c ON c.id = y.case_id"
    " LEFT JOIN publication p ON p.idempotency_key = y.idempotency_key WHERE y.name = 'publish'"
)
_ENTRIES = (
    "SELECT chain, seq, at, actor, channel, action, basis, step, data, prev_hash, hash FROM ledger_entry"
    " ORDER BY chain, seq"
)
_HEADS = "SELECT id, ledger_seq, ledger_head FROM cases UNION ALL SELECT chain, seq, hash FROM ledger_head"
_MAILED = (
    "SELECT n.key, d.sent_at FROM notification n LEFT JOIN delivery d"
    " ON d.notification_id = n.id AND d.channel = 'mail'"
)
_STUCK = (
    "SELECT 'lease on step ' || step_id FROM activity WHERE leased_by IS NOT NULL OR leased_until IS NOT NULL"
    " UNION ALL SELECT 'activity of step ' || step_id FROM activity WHERE settled_at IS NULL"
    " UNION ALL SELECT 'not routed: ' || key FROM notification WHERE routed_at IS NULL"
    " UNION ALL SELECT d.channel || ' ' || n.key FROM delivery d"
    " JOIN notification n ON n.id = d.notification_id WHERE d.sent_at IS NULL AND d.dropped_at IS NULL"
    " UNION ALL SELECT 'incident ' || kind FROM incident"
    " UNION ALL SELECT 'not shown as ended: case ' || case_id FROM shown_case WHERE NOT finished"
    " UNION ALL SELECT 'shown in several runs: case ' || case_id FROM shown_case WHERE generation > 1"
    " UNION ALL SELECT 'transaction since ' || xact_start FROM pg_stat_activity"
    "  WHERE usename LIKE 'gongkai%%' AND xact_start < now() - interval '20 seconds'"
)


def judge(installation: Installation, service: Service, *, client_log: Path, website_log: Path) -> list[str]:
    """Everything that was promised and did not hold."""
    acts = read_client_log(client_log)
    return [
        *_acknowledged(acts, installation.rows(_DECISIONS)),
        *_launched(acts, installation.rows(_CASES)),
        *_refused(acts),
        *_published(installation.rows(_PUBLISHED), read_log(website_log)),
        *_mailed(installation, service),
        *chained(installation.rows(_ENTRIES), installation.rows(_HEADS)),
        *(f"left over: {row[0]}" for row in installation.rows(_STUCK)),
        *_examined(service),
    ]


def _acknowledged(acts: dict[str, Asked], rows: list[Any]) -> Iterator[str]:
    """No acknowledged decision is lost, none is doubled, none is invented."""
    by_key: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        by_key[row[4], row[1]].append(row)
        if row[1] not in acts:
            yield f"decision {row[0]}: nobody asked for it (key {row[1]})"
    for todo, times in Counter(row[2] for row in rows).items():
        if times > 1:
            yield f"to-do {todo}: {times} decisions"
    for act in acts.values():
        if act.kind != "decide":
            continue
        stored = by_key.get((act.by, act.key), [])
        if len(stored) != (1 if act.acks else min(len(stored), 1)):
            yield f"{act.key}: acknowledged {len(act.acks)} times, stored {len(stored)} times"
        for attempt in act.acks if stored else ():
            told = (
                attempt.said["decision_id"],
                act.todo,
                attempt.said["action"],
                attempt.said["case_number"],
            )
            if told != (stored[0][0], stored[0][2], stored[0][3], stored[0][5]):
                yield f"{act.key}: told {told}, stored {stored[0]}"
        if act.refusals and not act.acks and stored:
            yield f"{act.key}: refused ({act.refusals[0].code}), yet stored"
        if sum(not attempt.said["repeated"] for attempt in act.acks) > 1:
            yield f"{act.key}: acknowledged as new more than once"


def _launched(acts: dict[str, Asked], rows: list[Any]) -> Iterator[str]:
    """Every acknowledged launch is one case; every case was asked for, and ended."""
    stored: dict[str, list[str]] = defaultdict(list)
    for number, key, closed_at, outcome in rows:
        stored[key].append(number)
        if key not in acts:
            yield f"{number}: nobody launched it (key {key})"
        if closed_at is None or outcome != "办结":
            yield f"{number}: has not ended (closed {closed_at}, {outcome!r})"
    for act in acts.values():
        told = {attempt.said["number"] for attempt in act.acks if act.kind == "launch"}
        if told and stored.get(act.key) != list(told):
            yield f"{act.key}: told {told}, stored {stored.get(act.key)}"


def _refused(acts: dict[str, Asked]) -> Iterator[str]:
    """Kills make people wait; they turn nobody away, and nothing unforeseen is said."""
    for act in acts.values():
        for attempt in act.attempts:
            if attempt.end == "refused" and attempt.code not in EXPECTED_REFUSALS:
                yield f"{act.key}: refused with {attempt.status} {attempt.code}"
            if attempt.end == "unavailable" and attempt.status != 503:
                yield f"{act.key}: answered {attempt.status} {attempt.code}"


def _published(rows: list[Any], events: list[dict[str, Any]]) -> Iterator[str]:
    """One effective publication per case, the same on the website and in our record."""
    asked: dict[str, set[str]] = defaultdict(set)
    stored: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        if event["event"] == "asked":
            asked[event["key"]].add(event["sha256"])
        elif event["event"] == "stored":
            stored[event["key"]].append(event)
    for number, times in Counter(row[0] for row in rows).items():
        if times > 1:
            yield f"{number}: {times} publications asked for"
    for key, contents in asked.items():
        if len(contents) > 1:
            yield f"{key}: the website was given {len(contents)} different contents"
    for key in stored.keys() - {row[1] for row in rows}:
        yield f"{key}: on the website, but not in our records"
    for number, key, url, content_hash, published_at, settled_at in rows:
        on_site = stored.get(key, [])
        if len(on_site) != 1 or url is None or settled_at is None:
            yield f"{number}: {len(on_site)} times on the website, recorded {url}, settled {settled_at}"
            continue
        told = (on_site[0]["url"], on_site[0]["content_hash"], on_site[0]["published_at"])
        if told[:2] != (url, content_hash) or not _same_instant(told[2], published_at):
            yield f"{number}: the website says {told}, our record {(url, content_hash, published_at)}"


def chained(entries: list[Any], heads: list[Any]) -> Iterator[str]:
    """Every entry hashes its content and the hash before it; every chain ends where its case says."""
    names = ("chain", "seq", "at", "actor", "channel", "action", "basis", "step", "data", "prev_hash")
    tails: dict[int, tuple[int, str]] = {}
    for *values, told in entries:
        content = dict(zip(names, values, strict=True))
        content["at"] = content["at"].astimezone(UTC).isoformat(timespec="microseconds")
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        seq, before = tails.get(content["chain"], (0, ""))
        place = f"ledger {content['chain']}:{content['seq']}"
        if (content["seq"], content["prev_hash"]) != (seq + 1, before):
            yield f"{place}: does not follow {seq}"
        if sha256(text.encode()).hexdigest() != told:
            yield f"{place}: the hash does not fit the content"
        tails[content["chain"]] = (content["seq"], told)
    for chain, seq, told in heads:
        if tails.pop(chain, (0, "")) != (seq, told):
            yield f"ledger {chain}: does not end at {seq}"
    yield from (f"ledger {chain}: a chain of nothing" for chain in tails)


def _same_instant(said: str, stored: Any) -> bool:
    return bool(datetime.fromisoformat(said) == stored)


def _mailed(installation: Installation, service: Service) -> Iterator[str]:
    """Every message that counts as sent is one file, and every file is a message of ours."""
    sender = service.settings.mail_from
    known = {message_id(key, sender): sent_at for key, sent_at in installation.rows(_MAILED)}
    files = Counter(
        str(message_from_bytes(path.read_bytes())["Message-ID"])
        for path in installation.instance.mailbox.glob("*.eml")
    )
    for identity, times in files.items():
        if identity not in known or times > 1:
            yield f"mail {identity}: {times} files, {'ours' if identity in known else 'not ours'}"
    for identity, sent_at in known.items():
        if sent_at is not None and identity not in files:
            yield f"mail {identity}: sent at {sent_at}, but no file"


def _examined(service: Service) -> Iterator[str]:
    service.database.dispose()  # its connections are of a server that was killed
    for finding in examine(service):
        if finding.severity is Severity.BROKEN or finding.check in ("cases-stopped", "mail-does-not-leave"):
            yield f"doctor: {finding.check} at {finding.where}: {finding.en}"
