"""Whom a tip is told to, whom it is kept from, and that the words say nothing (A12, A13, A16)."""

import pytest
from django.utils import timezone

from outbox.channels.base import words_for
from outbox.models import Delivery, Notification, Preference
from partnership.models import AuditEntry, Membership, Role
from tests.conftest import member
from tips import actions
from tips.models import Adult, AdultRole, Details, Kind

P, C, S = Role.PRINCIPAL, Role.COUNSELOR, Role.SRO
DISTRICT = {Role.COORDINATOR, Role.ANALYST}
FOR_A_LIFE = {Role.SERGEANT, Role.DISPATCHER}


@pytest.fixture
def everybody(
    principal_rivera,
    counselor_reyes,
    teacher_brown,
    officer_chen,
    coordinator_okafor,
    analyst_ito,
    sergeant_ortiz,
    dispatcher_lund,
    chief_daniels,
    superintendent_park,
    auditor_silva,
    records_webb,
):
    """The whole cast; each role once."""


def words_of(notification, language):
    return words_for(
        notification.kind,
        urgency=notification.urgency,
        partnership="Mapleton",
        language=language,
        link="/",
    )


def readers(tip):
    return set(tip.recipients.values_list("membership__role", flat=True))


def about(*roles, adult=Adult.YES, **more):
    return Details(adult=adult, adult_roles=roles, **more)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.BULLY, {P, S} | DISTRICT),
        (Kind.DRUGS, {P, S} | DISTRICT),
        (Kind.FIGHT, {P, S} | DISTRICT),
        (Kind.OTHER, {P, S} | DISTRICT),
        (Kind.ABUSE, {P, S, C} | DISTRICT),
        (Kind.SELF, {P, S, C} | DISTRICT | FOR_A_LIFE),
        (Kind.LIFE, {P, S} | DISTRICT | FOR_A_LIFE),
        (Kind.ADULT, DISTRICT),
    ],
)
def test_the_kind_decides_who_may_read(everybody, maple_high, kind, expected):
    assert readers(actions.submit_tip(school=maple_high, text="...", kind=kind)) == expected


@pytest.mark.parametrize(
    ("kind", "details", "at_school"),
    [
        (Kind.BULLY, about(AdultRole.PRINCIPAL), {S}),
        (Kind.BULLY, about(AdultRole.SRO), {P}),
        (Kind.ABUSE, about(AdultRole.COUNSELOR), {P, S}),
        (Kind.BULLY, about(AdultRole.PRINCIPAL, AdultRole.SRO), set()),
        (Kind.BULLY, about(AdultRole.TEACHER), set()),
        (Kind.BULLY, about(AdultRole.PRINCIPAL, AdultRole.OTHER), set()),
        (Kind.BULLY, about(), set()),
        (Kind.BULLY, about(adult=Adult.MAYBE), set()),
        (Kind.BULLY, about(AdultRole.SRO, adult=Adult.MAYBE), {P}),
        (Kind.BULLY, about(AdultRole.PRINCIPAL, adult=Adult.NO), {S}),
        (Kind.BULLY, Details(adult_name="Mr. B"), set()),
        (Kind.BULLY, Details(adult=Adult.NO, adult_name="Mr. B"), {P, S}),
        (Kind.ADULT, Details(), set()),
        (Kind.ADULT, Details(adult=Adult.NO), {P, S}),
        (Kind.ADULT, about(AdultRole.PRINCIPAL), {S}),
    ],
)
def test_an_adult_who_may_be_meant_never_reads_it(everybody, maple_high, kind, details, at_school):
    tip = actions.submit_tip(school=maple_high, text="...", kind=kind, details=details)
    assert readers(tip) == at_school | DISTRICT


def test_other_schools_do_not_read_it(everybody, mapleton, maple_high, maple_middle):
    elsewhere = member("quinn", mapleton, P, schools=[maple_middle])
    tip = actions.submit_tip(school=maple_high, text="...")
    assert not tip.recipients.filter(membership=elsewhere).exists()


def test_without_a_school_it_goes_to_the_district(everybody):
    assert readers(actions.submit_tip(school=None, text="...")) == DISTRICT
    life = actions.submit_tip(school=None, text="...", kind=Kind.LIFE)
    assert readers(life) == DISTRICT | FOR_A_LIFE


def test_an_ended_membership_reads_nothing_new(everybody, principal_rivera, maple_high):
    principal_rivera.until_on = timezone.now().date().replace(year=2020)
    principal_rivera.from_on = principal_rivera.until_on
    principal_rivera.save()
    assert P not in readers(actions.submit_tip(school=maple_high, text="..."))


def away(member, backup):
    day, now = timezone.timedelta(days=1), timezone.now()
    Preference.objects.create(
        partnership=member.partnership,
        membership=member,
        away_from=now - day,
        away_until=now + day,
        backup=backup,
    )


def test_who_stands_in_for_somebody_away_may_read_it(
    everybody, principal_rivera, maple_high, mapleton
):
    deputy = member("deputy", mapleton, Role.PRINCIPAL)
    away(principal_rivera, deputy)
    tip = actions.submit_tip(school=maple_high, text="They push him.", kind=Kind.FIGHT)
    assert tip.recipients.filter(membership=deputy).exists()


def test_standing_in_lets_nobody_in_whose_role_may_not_read_it(
    everybody, counselor_reyes, officer_chen, maple_high, mapleton
):
    deputy = member("deputy", mapleton, Role.PRINCIPAL)
    away(officer_chen, deputy)
    tip = actions.submit_tip(
        school=maple_high, text="He hit her.", kind=Kind.ADULT, details=about(AdultRole.PRINCIPAL)
    )
    assert officer_chen.pk in tip.recipients.values_list("membership", flat=True)
    assert not tip.recipients.filter(membership=deputy).exists()


@pytest.mark.parametrize("role", [Role.SERGEANT, Role.CHIEF, Role.SUPERINTENDENT])
def test_where_nobody_else_is_it_goes_on_up(mapleton, maple_high, dispatcher_lund, role):
    above = member("above", mapleton, role)
    tip = actions.submit_tip(
        school=maple_high, text="...", kind=Kind.LIFE, details=about(AdultRole.TEACHER)
    )
    assert tip.recipients.filter(membership=above).exists()


def test_a_tip_that_nobody_can_read_is_kept_and_says_so(mapleton, maple_high):
    tip = actions.submit_tip(school=maple_high, text="...")
    assert not tip.recipients.exists()
    assert AuditEntry.objects.filter(action="tip.nobody_to_tell").count() == 1


def test_each_reader_has_a_number_of_their_own(everybody, maple_high):
    tip = actions.submit_tip(school=maple_high, text="...", kind=Kind.LIFE)
    numbers = list(tip.recipients.values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers) == 6
    assert all(len(number) == 6 for number in numbers)


def test_a_number_that_is_taken_is_drawn_again(principal_rivera, maple_high, monkeypatch):
    first = actions.submit_tip(school=maple_high, text="...").recipients.get().number
    drawn = iter([*first, *first, *"AAAAAA"])
    monkeypatch.setattr("secrets.choice", lambda symbols: next(drawn))
    assert actions.submit_tip(school=maple_high, text="...").recipients.get().number == "AAAAAA"


def test_everyone_who_may_read_it_is_told_and_nobody_else(everybody, maple_high):
    tip = actions.submit_tip(school=maple_high, text="...", kind=Kind.LIFE)
    told = Delivery.objects.filter(notification__subject_id=tip.pk)
    for channel in ("in_app", "email"):
        members = told.filter(channel=channel).values_list("membership__role", flat=True)
        assert set(members) == readers(tip)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_words_are_the_same_whatever_the_tip_is_about(everybody, maple_high, language):
    tips = [
        actions.submit_tip(school=maple_high, text="gun, room 12", kind=Kind.FIGHT),
        actions.submit_tip(school=None, text="nothing much"),
    ]
    actions.reply_to_tip(tips[0], "room 13 now")
    said = {words_of(one, language) for one in Notification.objects.all()}
    assert len(said) == 1
    assert not {"gun", "room", "Maple", "fight", "tip"} & set(str(said).split())


def test_only_danger_to_a_life_may_say_urgent(everybody, maple_high):
    for kind in (Kind.LIFE, Kind.SELF, Kind.FIGHT):
        actions.submit_tip(school=maple_high, text="...", kind=kind)
    subjects = [words_of(one, "en").subject for one in Notification.objects.order_by("planned_at")]
    assert [subject.startswith("URGENT") for subject in subjects] == [True, True, False]


def test_a_reply_is_told_to_whoever_has_the_tip(everybody, maple_high, officer_chen):
    tip = actions.submit_tip(school=maple_high, text="...")
    actions.acknowledge_tip(tip, by=officer_chen)
    actions.reply_to_tip(tip, "more")
    told = Delivery.objects.filter(notification__kind="tips.tip_reply_received")
    assert {delivery.membership for delivery in told} == {officer_chen}
    assert Membership.objects.count() == 12


def test_when_the_holder_has_left_a_reply_reaches_everybody_who_may_read(
    everybody, maple_high, principal_rivera, officer_chen
):
    tip = actions.submit_tip(school=maple_high, text="...")
    actions.acknowledge_tip(tip, by=principal_rivera)
    Membership.objects.filter(pk=principal_rivera.pk).update(
        until_on="2020-01-01", from_on="2019-01-01"
    )
    actions.reply_to_tip(tip, "still there?")
    told = Delivery.objects.filter(notification__kind="tips.tip_reply_received")
    assert told.filter(membership=officer_chen).exists()
