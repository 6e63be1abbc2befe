"""The permission table in words, for the page that shows what a role may do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnership.models import Membership
from partnership.permissions import may

# A right without words here is not shown; the rights of every room stand in permissions.MAY.
WORDS: dict[str, Promise] = {
    "schools.see": _("look up schools"),
    "schools.manage": _("change schools, bells and calendars"),
    "members.see": _("look up people and their roles"),
    "members.manage": _("invite people and change or end their access"),
    "tips.read": _("read tips"),
    "tips.answer": _("answer the person who sent a tip"),
    "tips.close": _("close a tip"),
    "reach.see": _("see who can not be reached"),
    "ladders.manage": _("decide who is told next when nobody answers"),
    "webhooks.manage": _("let other programs be told of notices"),
    "outbox.see": _("see how messages leave the portal"),
    "outbox.operate": _("send messages that failed once more"),
    "audit.see": _("see who did what"),
}


def rights_of(member: Membership) -> tuple[list[Promise], list[Promise]]:
    """What this role may do, and what it may not."""
    can = [words for right, words in WORDS.items() if may(member, right)]
    cannot = [words for right, words in WORDS.items() if not may(member, right)]
    return can, cannot
