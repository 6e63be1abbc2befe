"""Who works together, where, and in which role."""

from partnership.models.audit import AuditEntry, AuditHead, AuditLink
from partnership.models.heartbeat import Heartbeat
from partnership.models.live import LiveEvent
from partnership.models.partnership import Agency, District, Partnership
from partnership.models.people import (
    Invitation,
    Membership,
    MembershipSchool,
    Role,
    User,
)
from partnership.models.school import BellTime, ClosedDay, School, SchoolYear
from partnership.models.sign_in import PassphraseLock, SignInFailure

__all__ = [
    "Agency",
    "AuditEntry",
    "AuditHead",
    "AuditLink",
    "BellTime",
    "ClosedDay",
    "District",
    "Heartbeat",
    "Invitation",
    "LiveEvent",
    "Membership",
    "MembershipSchool",
    "Partnership",
    "PassphraseLock",
    "Role",
    "School",
    "SchoolYear",
    "SignInFailure",
    "User",
]
