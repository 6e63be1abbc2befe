"""Whom a notice reaches by which ways, written down in the deed's own transaction."""

from django.utils import timezone

from outbox import actions, sending
from outbox.models import Delivery, Preference


def ways_of(member):
    rows = Delivery.objects.filter(membership=member)
    return sorted(rows.values_list("channel", flat=True))


def prefer(member, **wishes):
    return Preference.objects.create(partnership=member.partnership, membership=member, **wishes)


def test_who_chose_nothing_gets_the_usual_ways(every_way, tell, reach, principal_rivera):
    reach(principal_rivera)
    reach(principal_rivera, "device")
    tell(principal_rivera)
    assert ways_of(principal_rivera) == ["email", "in_app", "push"]


def test_an_urgent_notice_takes_the_telephone_too(every_way, tell, reach, principal_rivera):
    reach(principal_rivera)
    tell(principal_rivera, urgency="urgent")
    assert ways_of(principal_rivera) == ["email", "in_app", "sms"]


def test_an_emergency_takes_every_way_whatever_was_chosen(every_way, tell, reach, principal_rivera):
    reach(principal_rivera)
    prefer(principal_rivera, urgent=["email"], routine=[])
    tell(principal_rivera, urgency="panic")
    assert ways_of(principal_rivera) == ["email", "in_app", "sms", "voice"]


def test_people_are_told_by_the_ways_they_chose(every_way, tell, reach, principal_rivera):
    reach(principal_rivera)
    prefer(principal_rivera, routine=["sms"])
    tell(principal_rivera)
    assert ways_of(principal_rivera) == ["in_app", "sms"]


def test_a_telephone_that_is_not_verified_is_not_used(every_way, tell, reach, principal_rivera):
    reach(principal_rivera, status="unverified")
    tell(principal_rivera, urgency="urgent")
    assert ways_of(principal_rivera) == ["email", "in_app"]


def test_a_channel_that_is_not_set_up_is_not_planned(settings, tell, reach, principal_rivera):
    settings.OUTBOX_PROVIDERS = {"email": ["mailbox:"]}
    reach(principal_rivera)
    tell(principal_rivera, urgency="panic")
    assert ways_of(principal_rivera) == ["email", "in_app"]


def test_two_telephones_ring_both(every_way, tell, reach, principal_rivera):
    reach(principal_rivera)
    reach(principal_rivera, address="+15555550124")
    tell(principal_rivera, urgency="urgent")
    assert ways_of(principal_rivera).count("sms") == 2


def test_the_number_stands_in_no_delivery(every_way, tell, reach, principal_rivera):
    contact = reach(principal_rivera)
    tell(principal_rivera, urgency="urgent")
    row = Delivery.objects.get(channel="sms")
    assert (row.address, row.contact) == ("", contact)
    assert "5555550123" not in contact.wrapped


def test_whom_the_notice_is_for_is_frozen(every_way, tell, reach, mapleton, principal_rivera):
    reach(principal_rivera)
    tell(principal_rivera, urgency="urgent")
    reach(principal_rivera, address="+15555550999")
    sending.carry(mapleton)
    assert [p.address for p in every_way.sent if p.channel == "sms"] == ["+15555550123"]


def test_nothing_routine_leaves_in_quiet_hours(every_way, tell, principal_rivera):
    prefer(principal_rivera, quiet_from="00:00", quiet_until="23:59")
    tell(principal_rivera)
    email = Delivery.objects.get(channel="email")
    assert email.due_at > Delivery.objects.get(channel="in_app").due_at


def test_an_urgent_notice_heeds_no_quiet_hours(every_way, tell, principal_rivera):
    prefer(principal_rivera, quiet_from="00:00", quiet_until="23:59")
    tell(principal_rivera, urgency="urgent")
    email, shown = (Delivery.objects.get(channel=name) for name in ("email", "in_app"))
    assert email.due_at == shown.due_at


def test_what_waits_for_the_morning_goes_at_once_when_it_becomes_urgent(
    every_way, tell, mapleton, maple_high, principal_rivera
):
    prefer(principal_rivera, quiet_from="00:00", quiet_until="23:59")
    tell(principal_rivera)
    assert sending.carry(mapleton) == 0
    assert actions.hurry(maple_high, urgency=actions.Urgency.URGENT) == 1
    assert sending.carry(mapleton) == 1


def test_who_is_away_gets_it_in_the_portal_while_the_backup_is_told(
    every_way, tell, principal_rivera, counselor_reyes
):
    day = timezone.timedelta(days=1)
    now = timezone.now()
    prefer(principal_rivera, away_from=now - day, away_until=now + day, backup=counselor_reyes)
    tell(principal_rivera, counselor_reyes)
    assert ways_of(principal_rivera) == ["in_app"]
    assert ways_of(counselor_reyes) == ["email", "in_app"]


def test_who_is_away_without_a_backup_among_those_told_is_told_themselves(
    every_way, tell, principal_rivera, counselor_reyes
):
    day = timezone.timedelta(days=1)
    now = timezone.now()
    prefer(principal_rivera, away_from=now - day, away_until=now + day, backup=counselor_reyes)
    tell(principal_rivera)
    assert ways_of(principal_rivera) == ["email", "in_app"]


def test_a_newer_notice_takes_the_place_of_one_that_has_not_gone_out(
    every_way, tell, mapleton, maple_high, principal_rivera
):
    tell(principal_rivera)
    actions.send(
        "school.bulletin",
        to=[principal_rivera],
        about=maple_high,
        link="/mapleton/",
        timing=actions.Timing(replaces=True),
    )
    assert sending.carry(mapleton) == 1
    assert Delivery.objects.filter(status="superseded").count() == 1


def test_a_notice_for_nobody_is_told_to_the_coordinators(
    tell, coordinator_okafor, principal_rivera
):
    principal_rivera.ended_at = timezone.now()
    principal_rivera.save()
    tell(principal_rivera)
    told = Delivery.objects.get(membership=coordinator_okafor)
    assert (told.notification.kind, told.channel) == ("outbox.nobody", "in_app")
