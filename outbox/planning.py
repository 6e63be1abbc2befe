"""Writes down who is told by which way: one INSERT … SELECT in the deed's own transaction.

Whom, where and in which language is frozen here. Nothing is sent from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from outbox.channels.providers import served_channels
from outbox.models import Channel, Notification, Urgency
from outbox.models.contact import usual_routine, usual_urgent

# Notices of these urgencies may be gathered into one (sending.WINDOWS); alarms never are.
GATHERED = frozenset({Urgency.URGENT, Urgency.ROUTINE, Urgency.BULK})
KIND_OF: Mapping[str, str] = {Channel.PUSH: "device", Channel.SMS: "phone", Channel.VOICE: "phone"}
# What the sweepers listen to (PostgreSQL's LISTEN); rung when the transaction commits, and not
# at all when it is rolled back. The word is the key of a partnership with work to do.
BELL = "outbox"
EVERY_WAY = (Channel.EMAIL, Channel.PUSH, Channel.SMS, Channel.VOICE)

# Whose access runs now, as Membership.objects.current() says it; who is away and has a stand-in
# among those told gets it in the portal only. In an emergency nobody is away and nothing is quiet.
PEOPLE = """
SELECT m.id AS membership_id, way.contact_id, NULL::uuid AS endpoint_id, way.channel,
       CASE way.channel WHEN 'email' THEN u.email ELSE '' END AS address,
       COALESCE(NULLIF(u.language, ''), %(language)s) AS language,
       CASE WHEN way.channel = 'in_app' OR quiet.until IS NULL THEN now() ELSE quiet.until END
           AS due_at
FROM partnership_membership m
JOIN partnership_user u ON u.id = m.user_id
LEFT JOIN outbox_preference p ON p.membership_id = m.id AND p.partnership_id = m.partnership_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN NOT %(is_calm)s OR p.quiet_from IS NULL THEN NULL
        WHEN p.quiet_from <= p.quiet_until
             AND local.at::time >= p.quiet_from AND local.at::time < p.quiet_until
            THEN (local.at::date + p.quiet_until) AT TIME ZONE %(zone)s
        WHEN p.quiet_from > p.quiet_until AND local.at::time < p.quiet_until
            THEN (local.at::date + p.quiet_until) AT TIME ZONE %(zone)s
        WHEN p.quiet_from > p.quiet_until AND local.at::time >= p.quiet_from
            THEN (local.at::date + 1 + p.quiet_until) AT TIME ZONE %(zone)s
        END AS until
    FROM (SELECT now() AT TIME ZONE %(zone)s AS at) local
) quiet
CROSS JOIN LATERAL (
    SELECT 'in_app' AS channel, NULL::uuid AS contact_id WHERE %(in_app)s
    UNION ALL
    SELECT wanted.channel, c.id
    FROM unnest(COALESCE(
        %(channels)s::text[],
        CASE %(urgency)s WHEN 'panic' THEN %(every_way)s::text[]
            WHEN 'urgent' THEN COALESCE(p.urgent::text[], %(usual_urgent)s::text[])
            ELSE COALESCE(p.routine::text[], %(usual_routine)s::text[]) END
    )) AS wanted(channel)
    LEFT JOIN outbox_contactpoint c
        ON c.membership_id = m.id AND c.partnership_id = m.partnership_id
        AND c.status = 'verified'
        AND c.kind = CASE wanted.channel WHEN 'push' THEN 'device'
            WHEN 'sms' THEN 'phone' WHEN 'voice' THEN 'phone' ELSE '' END
    WHERE wanted.channel = ANY(%(served)s::text[])
        AND (wanted.channel = 'email' OR c.id IS NOT NULL)
        AND (%(urgency)s = 'panic' OR NOT COALESCE(
            p.away_from <= now() AND now() < p.away_until
            AND p.backup_id = ANY(%(members)s::uuid[]), false))
    UNION ALL
    SELECT 'email', NULL WHERE %(or_email)s AND NOT EXISTS (
        SELECT 1 FROM outbox_contactpoint c
        WHERE c.membership_id = m.id AND c.partnership_id = m.partnership_id
            AND c.status = 'verified' AND c.kind = ANY(%(kinds)s::text[]))
) way
WHERE m.partnership_id = %(partnership)s AND m.id = ANY(%(members)s::uuid[])
    AND m.from_on <= (now() AT TIME ZONE 'UTC')::date
    AND (m.until_on IS NULL OR m.until_on >= (now() AT TIME ZONE 'UTC')::date)
    AND m.ended_at IS NULL AND u.is_active
"""
ENDPOINTS = """
UNION ALL
SELECT NULL, NULL, e.id, 'webhook', '', %(language)s, now()
FROM outbox_webhookendpoint e
WHERE e.partnership_id = %(partnership)s AND %(kind)s = ANY(e.kinds)
    AND e.paused_at IS NULL AND e.url <> ''
"""
PLAN = """
WITH planned AS (
INSERT INTO outbox_delivery (
    id, partnership_id, notification_id, membership_id, contact_id, endpoint_id, channel, address,
    language, wave, rank, gathers_as, status, due_at, expires_at, attempts, provider,
    provider_message_id, last_failure, submitted_at)
SELECT uuidv7(), %(partnership)s, %(notification)s, w.membership_id, w.contact_id, w.endpoint_id,
    w.channel, w.address, w.language, %(wave)s, %(rank)s,
    CASE WHEN w.channel IN ('email', 'sms', 'push') THEN %(gathers_as)s ELSE '' END,
    CASE w.channel WHEN 'in_app' THEN 'submitted' ELSE 'planned' END,
    GREATEST(w.due_at, %(not_before)s), %(expires_at)s, 0, '', '', '',
    CASE w.channel WHEN 'in_app' THEN now() END
FROM ({ways}) w
{unless_there}
RETURNING wave
)
UPDATE outbox_notification
SET recipients = recipients + (SELECT count(*) FROM planned WHERE wave = 0)
WHERE id = %(notification)s AND partnership_id = %(partnership)s
RETURNING (SELECT count(*) FROM planned), pg_notify(%(bell)s, partnership_id::text)
"""


@dataclass(frozen=True)
class Ways:
    """By which ways a wave goes.

    channels: None for what each person has chosen
    in_app: whether it also stands in the portal; the deed itself always does
    endpoints: whether programs that asked for this kind are told too
    or_email: whether those who have none of the channels get an e-mail instead
    """

    channels: tuple[str, ...] | None = None
    in_app: bool = True
    endpoints: bool = True
    or_email: bool = False

    @property
    def facts(self) -> dict[str, Any]:
        """The same for the statement."""
        return {
            "channels": None if self.channels is None else list(self.channels),
            "in_app": self.in_app,
            "or_email": self.or_email and Channel.EMAIL not in (self.channels or ()),
            "kinds": self.kinds,
        }

    @property
    def kinds(self) -> list[str]:
        """The contact points by which somebody could be reached so."""
        wanted = [channel for channel in self.channels or () if channel in served_channels()]
        return sorted({KIND_OF[channel] for channel in wanted if channel in KIND_OF})


def plan(
    notification: Notification,
    people: Iterable[UUID],
    ways: Ways,
    *,
    wave: int = 0,
    not_before: datetime | None = None,
) -> int:
    """Write the deliveries of one wave down, count them and ring; return how many there are. What
    is there already stays."""
    facts = {
        **facts_of(notification),
        "members": list(people),
        **ways.facts,
        "wave": wave,
        "not_before": not_before,
    }
    # A new notice can not be there already, and to look costs a third of the whole.
    unless_there = "ON CONFLICT DO NOTHING" if wave or not ways.in_app else ""
    told = PEOPLE + (ENDPOINTS if ways.endpoints else "")
    with connection.cursor() as cursor:
        cursor.execute(PLAN.format(ways=told, unless_there=unless_there), facts)
        (planned, _) = cursor.fetchone()
    return int(planned)


def facts_of(notification: Notification) -> dict[str, Any]:
    """What the statement must know of the notice and of this installation."""
    urgency = Urgency(notification.urgency)
    return {
        "partnership": notification.partnership_id,
        "zone": notification.partnership.time_zone,
        "notification": notification.pk,
        "kind": notification.kind,
        "urgency": urgency.value,
        "rank": urgency.rank,
        "is_calm": urgency in {Urgency.ROUTINE, Urgency.BULK},
        "gathers_as": notification.kind if urgency in GATHERED else "",
        "expires_at": notification.expires_at,
        "bell": BELL,
        "language": settings.LANGUAGE_CODE,
        "served": served_channels(),
        "every_way": list(EVERY_WAY),
        "usual_routine": usual_routine(),
        "usual_urgent": usual_urgent(),
    }
