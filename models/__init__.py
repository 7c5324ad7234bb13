"""SQLModel tables, one module per subject, and the connection to them."""

from models.bulk import BulkLaunch, BulkRow
from models.case import (
    Activity,
    Assignment,
    Case,
    CaseCounter,
    CaseLink,
    Decision,
    Incident,
    Milestone,
    Step,
)
from models.catalogue import CatalogueChange, CatalogueItem, LinkCheck, PublicationCatalogue
from models.clock import Clock, ClockAct, Rung
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
from models.law import LawChange, LawKind
from models.message import Delivery, MessageWish
from models.opinion import OpinionRelease, OpinionSighting, WatchLogEntry
from models.organisation import AccessToken, AuthSession, Holding, Organ, Person, SignInFailure, Unit
from models.participation import (
    CommentAuthor,
    CommentDay,
    CommentDisposition,
    CommentModeration,
    CommentTheme,
    CommentUse,
    CommentWindow,
    ConsultationEvent,
    PublicComment,
)
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
from models.virtual_time import VirtualTime

__all__ = [
    "ORGAN_CHAIN",
    "AccessToken",
    "Activity",
    "Assignment",
    "Attachment",
    "AttachmentChunk",
    "AuthSession",
    "BulkLaunch",
    "BulkRow",
    "Case",
    "CaseCounter",
    "CaseLink",
    "CatalogueChange",
    "CatalogueItem",
    "Clock",
    "ClockAct",
    "CommentAuthor",
    "CommentDay",
    "CommentDisposition",
    "CommentModeration",
    "CommentTheme",
    "CommentUse",
    "CommentWindow",
    "ConsultationEvent",
    "Decision",
    "Delivery",
    "DocumentIssue",
    "DocumentVersion",
    "Holding",
    "Incident",
    "LawChange",
    "LawKind",
    "LedgerEntry",
    "LedgerHead",
    "LedgerSeal",
    "LedgerSealHead",
    "LinkCheck",
    "MessageWish",
    "Milestone",
    "Notification",
    "OpinionRelease",
    "OpinionSighting",
    "Organ",
    "Person",
    "Phrase",
    "PublicComment",
    "Publication",
    "PublicationCatalogue",
    "PublicationChange",
    "RegisterEntry",
    "RegisterFile",
    "RegisterFileChunk",
    "RegisterText",
    "Rung",
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
    "VirtualTime",
    "WatchLogEntry",
]
