"""Some weeks of fictional tips, told through the same actions as real ones and then moved back in
time."""

import datetime as dt
from collections.abc import Iterator

from django.db.models.functions import Coalesce, Now

from outbox import actions as outbox
from outbox.models import Channel, Delivery, Notification
from partnership.models import Membership, Partnership, Role, School
from tips import actions
from tips.demo.stories import CLOSED, HELD, NEW, STORIES, Story
from tips.models import Tip, TipMessage, TipRecipient

# Who takes a tip in the demo, if they may read it at all.
TAKERS = (Role.PRINCIPAL, Role.SRO, Role.COUNSELOR, Role.COORDINATOR, Role.ANALYST)
# Notices of tips older than this were carried long ago; the mailbox need not fill at first start.
STALE_NOTICES = dt.timedelta(hours=12)


def load(partnership: Partnership, *, now: dt.datetime) -> None:
    """Tell every story once in this partnership."""
    home, others = schools_of(partnership)
    stale: list[Tip] = []
    for story in STORIES:
        tip = actions.submit_tip(
            school=school_of(story, home, others),
            text=story.words,
            kind=story.kind,
            details=story.details,
        )
        if story.state > NEW:
            handle(tip, story)
        moment = now - dt.timedelta(hours=story.hours)
        move_back(tip, moment, now=now)
        if now - moment > STALE_NOTICES:
            stale.append(tip)
    forget_notices(stale)


def schools_of(partnership: Partnership) -> tuple[School, list[School]]:
    """Where the demo's principal works, and all the other schools."""
    schools = list(School.objects.all())
    mine = Membership.objects.filter(user__email=f"principal@{partnership.slug}.example")
    home = next((school for school in schools if mine.at(school).exists()), schools[0])
    return home, [school for school in schools if school != home] or [home]


def school_of(story: Story, home: School, others: list[School]) -> School | None:
    if story.elsewhere is None:
        return None
    return others[story.elsewhere % len(others)] if story.elsewhere else home


def handle(tip: Tip, story: Story) -> None:
    """The team reads, takes, talks and closes, as far as the story goes."""
    taker = next(takers(tip))
    actions.read_tip(tip, by=taker)
    if story.state >= HELD:
        actions.acknowledge_tip(tip, by=taker)
    for number, words in enumerate(story.talk):
        if number % 2:
            actions.reply_to_tip(tip, words)
        else:
            actions.answer_tip(tip, words, by=taker)
    if story.state == CLOSED:
        actions.close_tip(tip, by=taker)


def takers(tip: Tip) -> Iterator[Membership]:
    """Those who may read it, in the order in which they would take it."""
    readers = list(Membership.objects.filter(tip_recipients__tip=tip).select_related("user"))
    for role in TAKERS:
        yield from (reader for reader in readers if reader.role == role)


def move_back(tip: Tip, moment: dt.datetime, *, now: dt.datetime) -> None:
    """Let all of it have happened then."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    Tip.objects.filter(pk=tip.pk).update(received_hour=hour)
    for message in TipMessage.objects.filter(tip=tip).only("sequence"):
        later = min(hour + dt.timedelta(hours=message.sequence), now)
        TipMessage.objects.filter(pk=message.pk).update(hour=later)
    mine = TipRecipient.objects.filter(tip=tip)
    mine.exclude(first_read_at=None).update(first_read_at=moment + dt.timedelta(minutes=9))
    mine.exclude(acknowledged_at=None).update(acknowledged_at=moment + dt.timedelta(minutes=12))


def forget_notices(tips: list[Tip]) -> None:
    """The notices of these were sent and seen at the time."""
    for tip in tips:
        outbox.call_off(tip)
    about = {tip.pk for tip in tips}
    notices = Notification.objects.filter(subject_id__in=about).values_list("pk", flat=True)
    shown = Delivery.objects.filter(notification__in=list(notices), channel=Channel.IN_APP)
    shown.update(status=Delivery.Status.SEEN, seen_at=Coalesce("seen_at", Now()))
