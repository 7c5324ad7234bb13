"""What must not be, as statements: every invariant of the design, one check each.

Over 200 lines because every promise stands here once, in order.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """``broken``: a promise of the program does not hold. ``warning``: something a person should see to."""

    BROKEN = "broken"
    WARNING = "warning"


@dataclass(frozen=True)
class Check:
    """A statement whose every row is a finding; its first column, ``place``, says where."""

    name: str
    zh: str
    en: str
    sql: str
    severity: Severity = Severity.BROKEN

    @property
    def statement(self) -> str:
        """The statement with its recurring parts filled in."""
        return self.sql.format_map(_PARTS)


_PARTS = {
    "step": "c.number || ' ' || s.key || ':' || s.round AS place",
    "case": "JOIN cases c ON c.id = s.case_id",
    "clock": "c.number || ' ' || k.key || ':' || k.round AS place",
    "clock_case": "JOIN cases c ON c.id = k.case_id",
    # A step's clock starts and ends under the step's own name in the ledger.
    "of_clock": "e.chain = k.case_id AND e.step IN (k.key || ':' || k.round,"
    " regexp_replace(k.key, '^step:', '') || ':' || k.round)",
    "stopped": "EXISTS (SELECT 1 FROM incident i WHERE i.case_id = s.case_id"
    " AND i.resolved_at IS NULL AND i.blocking)",
}

CHECKS = (
    # 1. An assignment has at most one effective decision.
    Check(
        "one-decision-per-todo",
        "同一待办有两份意见",
        "a to-do has two decisions",
        "SELECT assignment_id::text AS place FROM decision GROUP BY assignment_id HAVING count(*) > 1",
    ),
    Check(
        "decided-todo-is-closed",
        "待办已有意见却仍未关闭",
        "a to-do was decided and is still open",
        "SELECT a.id::text AS place FROM decision d JOIN assignment a ON a.id = d.assignment_id"
        " WHERE a.closed_at IS NULL",
    ),
    Check(
        "closed-as-decided-has-decision",
        "待办标为已办，却没有意见：可能丢失",
        "a to-do is closed as decided, but there is no decision: it may have been lost",
        "SELECT a.id::text AS place FROM assignment a LEFT JOIN decision d ON d.assignment_id = a.id"
        " WHERE a.closed_because = 'decided' AND d.id IS NULL",
    ),
    # 2. Every open step has what moves it, and what moves has an open step.
    Check(
        "open-review-has-todo",
        "环节未结束，却没有待办，也没有异常",
        "a review is open without a to-do or an incident",
        "SELECT {step} FROM step s {case} WHERE s.settled_at IS NULL AND c.closed_at IS NULL"
        " AND s.kind = 'review' AND NOT EXISTS (SELECT 1 FROM assignment a"
        " WHERE a.step_id = s.id AND a.closed_at IS NULL) AND NOT {stopped}",
    ),
    Check(
        "open-activity-is-queued",
        "自动环节未结束，却没有排队或执行，也没有异常",
        "an automated step is open, but neither queued, claimed, nor an incident",
        "SELECT {step} FROM step s {case} LEFT JOIN activity y ON y.step_id = s.id"
        " AND y.settled_at IS NULL WHERE s.settled_at IS NULL AND c.closed_at IS NULL"
        " AND s.kind = 'activity' AND y.next_try_at IS NULL AND NOT {stopped}",
    ),
    Check(
        "open-hold-has-incident",
        "暂停环节没有对应的异常",
        "a hold is open without its incident",
        "SELECT {step} FROM step s {case} WHERE s.settled_at IS NULL AND c.closed_at IS NULL"
        " AND s.kind = 'hold' AND NOT {stopped}",
    ),
    Check(
        "record-settles-at-once",
        "登记环节未即时完成",
        "a record was not settled with the change it belongs to",
        "SELECT {step} FROM step s {case} WHERE s.settled_at IS NULL AND s.kind = 'record'",
    ),
    Check(
        "open-todo-has-open-step",
        "待办未关闭，但环节或事项已结束",
        "a to-do is open, but its step or case has ended",
        "SELECT a.id::text AS place FROM assignment a JOIN step s ON s.id = a.step_id"
        " {case} WHERE a.closed_at IS NULL AND (s.settled_at IS NOT NULL OR c.closed_at IS NOT NULL)",
    ),
    Check(
        "open-activity-has-open-step",
        "排队的自动环节已结束",
        "an activity is queued for a step that has ended",
        "SELECT {step} FROM activity y JOIN step s ON s.id = y.step_id {case}"
        " WHERE y.settled_at IS NULL AND s.settled_at IS NOT NULL",
    ),
    Check(
        "open-incident-has-todo",
        "异常没有对应的管理员待办",
        "an incident is open without a to-do for the administrator",
        "SELECT c.number || ' ' || i.kind AS place FROM incident i JOIN cases c ON c.id = i.case_id"
        " WHERE i.resolved_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM assignment a WHERE a.incident_id = i.id AND a.closed_at IS NULL)",
    ),
    Check(
        "incident-todo-has-open-incident",
        "管理员待办对应的异常已处理",
        "an administrator's to-do is open for an incident that was resolved",
        "SELECT a.id::text AS place FROM assignment a JOIN incident i ON i.id = a.incident_id"
        " WHERE a.closed_at IS NULL AND i.resolved_at IS NOT NULL",
    ),
    Check(
        "closed-case-has-no-open-step",
        "事项已办结，环节却未结束",
        "a case has ended with an open step",
        "SELECT {step} FROM step s {case} WHERE s.settled_at IS NULL AND c.closed_at IS NOT NULL",
    ),
    Check(
        "open-case-waits-for-something",
        "事项未办结，却没有任何环节或异常在等待",
        "a case is open, but nothing is: no step, no blocking incident",
        "SELECT c.number AS place FROM cases c WHERE c.closed_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM step s WHERE s.case_id = c.id AND s.settled_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.case_id = c.id AND i.blocking"
        " AND i.resolved_at IS NULL)",
    ),
    # 3. Every open clock has one armed rung and every armed rung an open clock; what waits for time has one.
    Check(
        "open-clock-has-one-armed-rung",
        "时限仍在计算，却没有待触发的提醒",
        "a time limit runs without exactly one armed rung: it would be missed unseen",
        "SELECT {clock} FROM clock k {clock_case} WHERE k.closed_at IS NULL"
        " AND (SELECT count(*) FROM rung r WHERE r.clock_id = k.id AND r.fired_at IS NULL) <> 1",
    ),
    Check(
        "armed-rung-has-open-clock",
        "时限已结束，却还有待触发的提醒",
        "a rung is armed, but its time limit has ended",
        "SELECT {clock} FROM rung r JOIN clock k ON k.id = r.clock_id {clock_case}"
        " WHERE r.fired_at IS NULL AND k.closed_at IS NOT NULL",
    ),
    Check(
        "ended-step-has-no-open-clock",
        "环节或事项已结束，其时限却仍在计算",
        "a step or a case has ended, but its time limit runs on",
        "SELECT {clock} FROM clock k {clock_case} LEFT JOIN step s ON s.id = k.step_id"
        " WHERE k.closed_at IS NULL AND (s.settled_at IS NOT NULL OR c.closed_at IS NOT NULL)",
    ),
    Check(
        "step-with-target-has-clock",
        "环节规定有办理时限，却没有计时",
        "a step has a time to be done in, but no time limit was armed for it",
        "SELECT {step} FROM step s {case} WHERE s.call->>'target' <> ''"
        " AND NOT EXISTS (SELECT 1 FROM clock k WHERE k.step_id = s.id)",
    ),
    Check(
        "open-wait-has-clock",
        "事项在等待期限届满，却没有相应的时限",
        "a case waits for a time to come, but no such clock runs",
        "SELECT {step} FROM step s {case} WHERE s.settled_at IS NULL AND c.closed_at IS NULL"
        " AND s.kind = 'wait' AND NOT {stopped} AND NOT EXISTS (SELECT 1 FROM clock k"
        " WHERE k.case_id = s.case_id AND k.key = s.call->>'clock' AND k.closed_at IS NULL)",
    ),
    Check(
        "open-await-names-cases",
        "事项在等待其他事项，但没有所等待的编号",
        "a case waits for others, but for none that exists: it would wait for ever",
        "SELECT {step} FROM step s {case} WHERE s.settled_at IS NULL AND c.closed_at IS NULL"
        " AND s.kind = 'await' AND NOT {stopped} AND (jsonb_array_length(s.call->'cases') = 0 OR EXISTS"
        " (SELECT 1 FROM jsonb_array_elements_text(s.call->'cases') AS n(number)"
        " WHERE NOT EXISTS (SELECT 1 FROM cases o WHERE o.number = n.number)))",
    ),
    Check(
        "escalation-todo-has-open-clock",
        "督办待办未关闭，但时限已结束",
        "an escalation is open, but its time limit has ended",
        "SELECT a.id::text AS place FROM assignment a JOIN rung r ON r.id = a.rung_id"
        " JOIN clock k ON k.id = r.clock_id WHERE a.closed_at IS NULL AND k.closed_at IS NOT NULL",
    ),
    Check(
        "request-of-clock-has-todo",
        "时限申请与答复待办不一致",
        "what was asked of a time limit and the to-do to answer it differ: one is open, one is not",
        "SELECT c.number || ' ' || x.id AS place FROM clock_act x JOIN clock k ON k.id = x.clock_id"
        " {clock_case} WHERE (x.answered_at IS NULL) <> EXISTS (SELECT 1 FROM assignment a"
        " WHERE a.clock_act_id = x.id AND a.closed_at IS NULL)"
        " OR x.answered_at IS NULL AND k.closed_at IS NOT NULL",
    ),
    Check(
        "only-silence-with-a-meaning-lapses",
        "没有法定逾期后果的环节因超时而结束",
        "a step ended by time alone although no provision gives its silence a meaning",
        "SELECT {step} FROM step s {case} WHERE s.outcome->>'type' = 'lapse'"
        " AND (COALESCE(s.call->>'silence', '') = '' OR s.outcome->>'article' <> s.call->>'silence')",
    ),
    # 4. Every state change has a ledger entry.
    Check(
        "decision-has-entry",
        "意见与留痕的条数不一致",
        "decisions and their ledger entries differ in number",
        "SELECT {step} FROM step s {case} WHERE"
        " (SELECT count(*) FROM decision d WHERE d.step_id = s.id) <>"
        " (SELECT count(*) FROM ledger_entry e WHERE e.chain = s.case_id AND e.action = 'decision-recorded'"
        " AND e.step = s.key || ':' || s.round)",
    ),
    Check(
        "issue-is-what-the-ledger-says",
        "文号或日期与留痕不一致",
        "a document's number or dates differ from the ledger",
        "SELECT c.number AS place FROM document_issue i JOIN cases c ON c.id = i.case_id"
        " WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.chain = i.case_id"
        " AND e.action = 'step-recorded' AND e.data->>'doc_no' = i.doc_no"
        " AND e.data->>'formed_on' = i.formed_on::text AND e.data->>'issued_on' = i.issued_on::text)"
        " OR i.marking <> '' AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.chain = i.case_id"
        " AND e.action = 'step-recorded' AND e.data->>'marking' = i.marking)",
    ),
    Check(
        "step-has-entry",
        "环节没有留痕",
        "a step was opened without a ledger entry",
        "SELECT {step} FROM step s {case} WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e"
        " WHERE e.chain = s.case_id AND e.action IN ('step-opened', 'step-recorded')"
        " AND e.step = s.key || ':' || s.round)",
    ),
    Check(
        "clock-has-entry",
        "时限的起算或结束没有留痕",
        "a time limit started or ended without a ledger entry",
        "SELECT {clock} FROM clock k {clock_case} WHERE NOT EXISTS"
        " (SELECT 1 FROM ledger_entry e WHERE {of_clock} AND e.action = 'clock-armed')"
        " OR k.closed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry e"
        " WHERE {of_clock} AND e.action = 'clock-' || k.closed_because)",
    ),
    Check(
        "granted-act-has-entry",
        "时限变更的准许与留痕不一致",
        "what was granted of a time limit differs from the ledger",
        "SELECT c.number || ' ' || x.id AS place FROM clock_act x JOIN cases c ON c.id = x.case_id"
        " WHERE x.granted AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.chain = x.case_id"
        " AND e.action = 'clock-granted' AND e.data->>'act' = x.id::text AND e.data->>'kind' = x.kind"
        " AND (e.data->>'number')::int IS NOT DISTINCT FROM x.number"
        " AND (e.data->>'since')::timestamptz IS NOT DISTINCT FROM x.since)",
    ),
    Check(
        "activity-has-entry",
        "自动环节已完成，却没有留痕",
        "an automated step was settled without a ledger entry",
        "SELECT {step} FROM step s {case} WHERE s.kind = 'activity' AND s.settled_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.chain = s.case_id"
        " AND e.action = 'activity-settled' AND e.step = s.key || ':' || s.round)",
    ),
    Check(
        "version-has-entry",
        "文稿版本与留痕的条数不一致",
        "document versions and their ledger entries differ in number",
        "SELECT c.number AS place FROM cases c WHERE"
        " (SELECT count(*) FROM document_version v WHERE v.case_id = c.id) <>"
        " (SELECT count(*) FROM ledger_entry e WHERE e.chain = c.id AND e.action = 'version-stored')",
    ),
    Check(
        "case-has-entries",
        "事项的发起或办结没有留痕",
        "a case was launched or closed without a ledger entry",
        "SELECT c.number AS place FROM cases c WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e"
        " WHERE e.chain = c.id AND e.action = 'case-launched') OR (c.closed_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM ledger_entry e WHERE e.chain = c.id AND e.action = 'case-closed'))",
    ),
    # 6. Prefect shows what happened, never more.
    Check(
        "nothing-shown-ahead",
        "Prefect 显示的内容超前于事项",
        "Prefect was shown more than has happened",
        "SELECT c.number AS place FROM shown_case x JOIN cases c ON c.id = x.case_id"
        " WHERE x.shown_seq > c.seq",
    ),
    # 7. What is published is what was approved, once.
    Check(
        "publication-settled-has-record",
        "网站公开环节已完成，却没有公开记录",
        "a publication was settled without its record",
        "SELECT {step} FROM step s {case} JOIN activity y ON y.step_id = s.id"
        " WHERE y.name = 'publish' AND y.settled_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM publication p WHERE p.idempotency_key = y.idempotency_key)",
    ),
    Check(
        "published-once",
        "同一文稿有两次公开",
        "a version was published twice",
        "SELECT c.number AS place FROM publication p JOIN cases c ON c.id = p.case_id"
        " GROUP BY c.number, p.document_version_id, p.adapter HAVING count(*) > 1",
    ),
    Check(
        "register-holds-what-was-published",
        "公开记录在公开目录中没有相同内容的条目",
        "a publication has no entry of the same content in the public register",
        "SELECT p.idempotency_key AS place FROM publication p LEFT JOIN register_entry r"
        " ON r.idempotency_key = p.idempotency_key AND r.content_hash = p.content_hash"
        " WHERE r.id IS NULL",
    ),
    Check(
        "register-holds-nothing-else",
        "公开目录中有未经公开环节的条目",
        "the public register holds an entry that no publication put there",
        "SELECT r.slug AS place FROM register_entry r"
        " LEFT JOIN publication p ON p.idempotency_key = r.idempotency_key"
        " LEFT JOIN activity y ON y.settled_at IS NULL"
        " AND y.idempotency_key = regexp_replace(r.idempotency_key, '\\:interpretation$', '')"
        " WHERE p.id IS NULL AND y.step_id IS NULL",
    ),
    Check(
        "register-shows-the-signed-version",
        "公开目录条目与签发文稿不一致",
        "a register entry differs from the version that was signed",
        "SELECT r.slug AS place FROM register_entry r"
        " JOIN publication p ON p.idempotency_key = r.idempotency_key"
        " JOIN document_version v ON v.id = p.document_version_id"
        # A copy without withheld parts is issued as its original is; an interpretation goes by its document.
        " LEFT JOIN case_link l ON l.case_id = p.case_id AND l.relation = 'interprets'"
        " LEFT JOIN document_issue i ON i.case_id = COALESCE(l.other_id, p.case_id)"
        " AND (l.id IS NOT NULL OR i.document_version_id = COALESCE(v.redacts, v.id))"
        " WHERE (r.title, r.body, r.content_hash) IS DISTINCT FROM (v.title, v.body, v.content_hash)"
        " OR (r.doc_no, r.formed_on, r.issued_on) IS DISTINCT FROM (i.doc_no, i.formed_on, i.issued_on)"
        " OR r.marking IS DISTINCT FROM CASE WHEN l.id IS NULL THEN i.marking ELSE '' END"
        " OR (r.interprets <> '') <> (l.id IS NOT NULL) OR v.attribute <> '主动公开'"
        " OR r.attachments <> v.attachments",
    ),
    Check(
        "withheld-parts-are-told",
        "公开目录没有注明不予公开的部分，或所注依据与批准的不同",
        "a register entry does not say that parts are withheld, or by other grounds than approved",
        "SELECT r.slug AS place FROM register_entry r"
        " JOIN publication p ON p.idempotency_key = r.idempotency_key"
        " JOIN document_version v ON v.id = p.document_version_id"
        " WHERE ARRAY(SELECT DISTINCT jsonb_array_elements_text(r.withheld) ORDER BY 1)"
        " <> ARRAY(SELECT DISTINCT f->>'ground' FROM jsonb_array_elements(v.redactions) f ORDER BY 1)",
    ),
    Check(
        "pair-published-together",
        "文件与同步审签的解读材料没有同时公开",
        "a document and the interpretation signed with it did not become public together",
        # Either half stands in the register without the other, or at another moment.
        "SELECT c.number AS place FROM step s {case} CROSS JOIN jsonb_array_elements_text(s.call->'beside') b"
        " JOIN document_issue i ON i.case_id = c.id AND i.document_version_id = s.document_version_id"
        " WHERE s.call->>'signs' = 'true' AND s.outcome->>'action' = 'approve'"
        " AND EXISTS (SELECT 1 FROM publication p WHERE p.case_id = c.id)"
        " <> EXISTS (SELECT 1 FROM publication p JOIN register_entry r"
        " ON r.idempotency_key = p.idempotency_key WHERE p.document_version_id = b::bigint"
        " AND r.published_at IN (SELECT q.published_at FROM publication q WHERE q.case_id = c.id)"
        " OR p.document_version_id = b::bigint AND NOT EXISTS"
        " (SELECT 1 FROM publication q WHERE q.case_id = c.id))",
    ),
    Check(
        "files-of-versions-are-stored",
        "文稿列出的文件没有完整保存",
        "a version lists a file that is not stored whole",
        "SELECT c.number || ' ' || v.version AS place FROM document_version v"
        " JOIN cases c ON c.id = v.case_id CROSS JOIN jsonb_array_elements(v.attachments) f"
        " LEFT JOIN attachment a ON a.case_id = v.case_id AND a.sha256 = f->>'sha256'"
        " WHERE a.size IS DISTINCT FROM (f->>'size')::int OR a.size IS DISTINCT FROM"
        " (SELECT sum(octet_length(content)) FROM attachment_chunk WHERE attachment_id = a.id)",
    ),
    Check(
        "register-files-are-whole",
        "公开目录列出的文件没有完整保存",
        "the register lists a file that is not stored whole",
        "SELECT r.slug AS place FROM register_entry r CROSS JOIN jsonb_array_elements(r.attachments) f"
        " LEFT JOIN register_file a ON a.slug = r.slug AND a.sha256 = f->>'sha256'"
        " WHERE a.size IS DISTINCT FROM (f->>'size')::int OR a.size IS DISTINCT FROM"
        " (SELECT sum(octet_length(content)) FROM register_file_chunk WHERE file_id = a.id)",
    ),
    # 8. Nothing public is withdrawn or moved without a decision, and what was withdrawn is found no more.
    Check(
        "change-was-decided",
        "撤下或网址变更没有相应的审批或留痕",
        "a take-down or a change of address lacks its signed case or its ledger entry",
        "SELECT x.slug AS place FROM publication_change x WHERE NOT EXISTS"
        " (SELECT 1 FROM cases c JOIN step s ON s.case_id = c.id JOIN decision d ON d.step_id = s.id"
        " WHERE c.id = x.case_id AND c.procedure = 'publication-change' AND s.settled_at IS NOT NULL"
        " AND s.call->>'signs' = 'true' AND d.action = 'approve')"
        " OR NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.chain = x.case_id"
        " AND e.action = 'step-recorded' AND (e.data->>'kind', e.data->>'reason', e.data->>'new_url')"
        " = (x.kind, x.reason, x.new_url) AND ((e.data->>'slug', e.data->>'old_url') = (x.slug, x.old_url)"
        " OR e.data->'with' @> jsonb_build_array(jsonb_build_object('slug', x.slug, 'old_url', x.old_url))))",
    ),
    Check(
        "decided-change-is-recorded",
        "撤下或网址变更已办结，却没有登记",
        "a decided take-down or change of address was not recorded",
        "SELECT c.number AS place FROM cases c WHERE c.procedure = 'publication-change'"
        " AND c.outcome IN ('已撤下', '已变更网址')"
        " AND NOT EXISTS (SELECT 1 FROM publication_change x WHERE x.case_id = c.id)",
    ),
    Check(
        "register-finds-what-stands",
        "公开目录检索与在目录中的文件不一致",
        "the register's search lacks a document that stands, or holds one that was taken down",
        "SELECT r.slug AS place FROM register_entry r WHERE EXISTS"
        " (SELECT 1 FROM publication_change x WHERE x.slug = r.slug AND x.kind = 'take_down')"
        " = EXISTS (SELECT 1 FROM register_text t WHERE t.slug = r.slug AND t.source = 'title'"
        " AND t.said = r.title)",
    ),
    # 9. Comments of the public: none outside its window, none without its answer.
    Check(
        "comment-came-within-its-window",
        "有意见在征求意见期限之外被接收",
        "a comment was accepted that came outside its window",
        "SELECT c.number || ' ' || p.serial AS place FROM public_comment p JOIN cases c ON c.id = p.case_id"
        " JOIN comment_window w ON w.case_id = p.case_id"
        " WHERE p.received_at < w.opens_at OR p.received_at >= w.closes_at",
    ),
    Check(
        "settled-comment-has-disposition",
        "意见已处理完毕或采纳情况已公布，却有意见没有处理结果",
        "comments were settled, or their outcome published, while one has no disposition",
        "SELECT c.number || ' ' || p.serial AS place FROM public_comment p JOIN cases c ON c.id = p.case_id"
        " JOIN comment_window w ON w.case_id = p.case_id"
        " WHERE (w.settled_at IS NOT NULL OR w.outcome_at IS NOT NULL) AND NOT EXISTS"
        " (SELECT 1 FROM comment_disposition d WHERE d.comment_id = p.id)",
    ),
    Check(
        "comment-by-hand-has-entry",
        "登记的意见与留痕的条数不一致",
        "comments registered by hand and their ledger entries differ in number",
        "SELECT c.number AS place FROM cases c WHERE c.procedure = 'public-participation' AND"
        " (SELECT count(*) FROM public_comment p WHERE p.case_id = c.id AND p.registered_by IS NOT NULL) <>"
        " (SELECT count(*) FROM ledger_entry e WHERE e.chain = c.id AND e.action = 'comment-registered')",
    ),
    # Every message has a way to its person.
    Check(
        "message-has-a-channel",
        "通知没有任何发送渠道",
        "a message was given no channel to leave by",
        "SELECT n.key AS place FROM notification n WHERE n.routed_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.notification_id = n.id)",
    ),
    # The catalogue says what its history says last.
    Check(
        "catalogue-is-what-its-history-says",
        "标准目录的内容与其修改记录不符",
        "a row of the catalogue does not say what its history says last",
        "SELECT i.domain || ' / ' || i.level1 || ' / ' || i.level2 AS place FROM catalogue_item i"
        " LEFT JOIN LATERAL (SELECT after FROM catalogue_change WHERE item_id = i.id"
        " ORDER BY id DESC LIMIT 1) h ON true"
        " WHERE h.after IS DISTINCT FROM to_jsonb(i) - '{{id,position,imported}}'::text[]",
    ),
    # What a person should see to.
    Check(
        "await-is-over",
        "所等待的事项均已办结，本事项尚未继续：工作进程可能未运行",
        "what a case waits for has ended, and it has not gone on: a worker may not be running",
        "SELECT {step} FROM step s {case} WHERE s.settled_at IS NULL AND c.closed_at IS NULL"
        " AND s.kind = 'await' AND NOT {stopped} AND NOT EXISTS"
        " (SELECT 1 FROM jsonb_array_elements_text(s.call->'cases') AS n(number)"
        " JOIN cases o ON o.number = n.number WHERE o.closed_at IS NULL)",
        Severity.WARNING,
    ),
    Check(
        "participation-has-response-plan",
        "重大决策公开征求意见，尚未附解读回应预案",
        "a major decision is put before the public without a plan to interpret and respond",
        "SELECT c.number AS place FROM cases c JOIN LATERAL (SELECT s.outcome->'answers' AS said FROM step s"
        " WHERE s.case_id = c.id AND s.key = 'plan' AND s.settled_at IS NOT NULL"
        " ORDER BY s.round DESC LIMIT 1) p ON true"
        " WHERE c.procedure = 'public-participation' AND c.closed_at IS NULL"
        " AND COALESCE(p.said->>'response_plan', '') = ''"
        " AND COALESCE(p.said->>'emergency_reason', '') = ''",
        Severity.WARNING,
    ),
    Check(
        "cases-stopped",
        "事项因异常暂停，等待系统管理员",
        "a case is stopped by an incident and waits for the administrator",
        "SELECT DISTINCT c.number AS place FROM incident i JOIN cases c ON c.id = i.case_id"
        " WHERE i.resolved_at IS NULL AND i.blocking",
        Severity.WARNING,
    ),
    Check(
        "published-page-is-there",
        "已公开文件的网页多日打不开，或已撤下仍可见（见网址巡查）",
        "the page of a published document fails, or shows what was taken down (see the patrol)",
        "SELECT DISTINCT k.slug AS place FROM notification n JOIN link_check k"
        " ON n.template = 'link-broken' AND k.id = split_part(n.key, ':', 2)::bigint"
        " WHERE NOT EXISTS (SELECT 1 FROM link_check g WHERE g.slug = k.slug AND g.url = k.url"
        " AND g.id > k.id AND g.state IN ('ok', 'gone'))"
        " AND NOT EXISTS (SELECT 1 FROM publication_change c WHERE c.slug = k.slug"
        " AND c.changed_at > k.checked_at)",
        Severity.WARNING,
    ),
    Check(
        "mail-does-not-leave",
        "通知多次发送失败",
        "a message could not be sent several times",
        "SELECT concat_ws(' ', n.key, d.channel, d.last_error) AS place"
        " FROM delivery d JOIN notification n ON n.id = d.notification_id"
        " WHERE d.sent_at IS NULL AND d.dropped_at IS NULL AND d.attempts >= 5 LIMIT 5",
        Severity.WARNING,
    ),
    Check(
        "time-is-real",
        "本系统是虚拟时间的演示系统：文件、日期和留痕时间都不是真实的",
        "this is a demonstration in virtual time: its documents, dates and ledger instants are not real",
        "SELECT 'virtual_time' AS place FROM virtual_time",
        Severity.WARNING,
    ),
    Check(
        "ledger-is-sealed",
        "留痕超过两天未封存",
        "the ledger has not been sealed for more than two days",
        "SELECT min(e.at)::date::text AS place FROM ledger_entry e"
        " WHERE e.at < :now - interval '2 days' AND NOT EXISTS"
        " (SELECT 1 FROM ledger_seal_head h WHERE h.chain = e.chain AND h.seq >= e.seq)"
        " HAVING count(*) > 0",
        Severity.WARNING,
    ),
)
