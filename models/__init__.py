"""SQLModel tables, one module per subject, and the connection to them."""

from models.case import Activity, Assignment, Case, CaseCounter, Decision, Incident, Step
from models.document import (
    Attachment,
    DocumentIssue,
    DocumentVersion,
    Publication,
    PublicationChange,
    RegisterEntry,
    RegisterFile,
    RegisterText,
    SecrecyRegisterLine,
)
from models.organisation import AccessToken, AuthSession, Holding, Organ, Person, SignInFailure, Unit
from models.projection import ShownCase, ShownDeployment
from models.trace import ORGAN_CHAIN, LedgerEntry, LedgerHead, LedgerSeal, LedgerSealHead, Notification

__all__ = [
    "ORGAN_CHAIN",
    "AccessToken",
    "Activity",
    "Assignment",
    "Attachment",
    "AuthSession",
    "Case",
    "CaseCounter",
    "Decision",
    "DocumentIssue",
    "DocumentVersion",
    "Holding",
    "Incident",
    "LedgerEntry",
    "LedgerHead",
    "LedgerSeal",
    "LedgerSealHead",
    "Notification",
    "Organ",
    "Person",
    "Publication",
    "PublicationChange",
    "RegisterEntry",
    "RegisterFile",
    "RegisterText",
    "SecrecyRegisterLine",
    "ShownCase",
    "ShownDeployment",
    "SignInFailure",
    "Step",
    "Unit",
]
