"""What people do with people: invite, join, change, end, release, and find the way back in."""

from partnership.actions.invitations import (
    accept_invitation,
    invite_person,
    join_partnership,
    send_way_back,
    take_way_back,
    withdraw_invitation,
)
from partnership.actions.members import Place, Refused, change_member, end_access, release_lock

__all__ = [
    "Place",
    "Refused",
    "accept_invitation",
    "change_member",
    "end_access",
    "invite_person",
    "join_partnership",
    "release_lock",
    "send_way_back",
    "take_way_back",
    "withdraw_invitation",
]
