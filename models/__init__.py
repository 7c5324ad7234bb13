"""SQLModel tables, one module per subject, and the connection to them."""

from models.case import Activity, Assignment, Case, CaseCounter, Decision, Incident, Step
from models.desk import Phrase, SavedDraft
from models.document import (
    DocumentIssue,
    DocumentVersion,
    Publication,
    PublicationChange,
    RegisterEntry,
    RegisterText,
    SecrecyRegisterLine,
)
from models.file import Attachment, AttachmentChunk, RegisterFile, RegisterFileChunk, Upload, UploadChunk
from models.message import Delivery, MessageWish
from models.organisation import AccessToken, AuthSession, Holding, Organ, Person, SignInFailure, Unit
from models.projection import ShownCase, ShownDeployment
from models.trace import (
    ORGAN_CHAIN,
    LedgerEntry,
    LedgerHead,
    LedgerSeal,
    LedgerSealHead,
    Notification,
    TodoLink,
)

__all__ = [
    "ORGAN_CHAIN",
    "AccessToken",
    "Activity",
    "Assignment",
    "Attachment",
    "AttachmentChunk",
    "AuthSession",
    "Case",
    "CaseCounter",
    "Decision",
    "Delivery",
    "DocumentIssue",
    "DocumentVersion",
    "Holding",
    "Incident",
    "LedgerEntry",
    "LedgerHead",
    "LedgerSeal",
    "LedgerSealHead",
    "MessageWish",
    "Notification",
    "Organ",
    "Person",
    "Phrase",
    "Publication",
    "PublicationChange",
    "RegisterEntry",
    "RegisterFile",
    "RegisterFileChunk",
    "RegisterText",
    "SavedDraft",
    "SecrecyRegisterLine",
    "ShownCase",
    "ShownDeployment",
    "SignInFailure",
    "Step",
    "TodoLink",
    "Unit",
    "Upload",
    "UploadChunk",
]
