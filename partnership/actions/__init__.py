"""What people do on the ground: invite, join, change, end; found a district, keep its schools."""

from partnership.actions.agencies import add_agency, change_agency
from partnership.actions.invitations import (
    accept_invitation,
    invite_person,
    join_partnership,
    send_way_back,
    take_way_back,
    withdraw_invitation,
)
from partnership.actions.members import Place, Refused, change_member, end_access, release_lock
from partnership.actions.partnerships import found_partnership, invite_first_coordinator
from partnership.actions.schools import (
    add_closed_day,
    change_district,
    change_school,
    open_school,
    remove_closed_day,
    set_bell_times,
    set_school_year,
)

__all__ = [
    "Place",
    "Refused",
    "accept_invitation",
    "add_agency",
    "add_closed_day",
    "change_agency",
    "change_district",
    "change_member",
    "change_school",
    "end_access",
    "found_partnership",
    "invite_first_coordinator",
    "invite_person",
    "join_partnership",
    "open_school",
    "release_lock",
    "remove_closed_day",
    "send_way_back",
    "set_bell_times",
    "set_school_year",
    "take_way_back",
    "withdraw_invitation",
]
