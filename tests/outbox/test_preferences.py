"""How a person wishes to be told, and a test of each way."""

import datetime as dt

import pytest

from outbox import sending
from outbox.actions import contacts
from outbox.actions.preferences import change_preference, preference_of
from outbox.channels.base import SendError
from outbox.models import Delivery, Preference
from outbox.views.sentences import FAILURES, failure_in_words, seconds_in_words
from partnership.models import AuditEntry, Membership
from tests.conftest import member

MINE = "/mapleton/notices/mine/"


@pytest.fixture
def rivera(every_way, principal_rivera, sign_in):
    return sign_in(principal_rivera)


@pytest.fixture
def phone(every_way, principal_rivera):
    phone = contacts.add_phone("+14055550134", label="My phone", by=principal_rivera)
    contacts.verify_phone(phone, phone.code, by=principal_rivera)
    phone.refresh_from_db()
    return phone


def wishes(name):
    return getattr(Preference.objects.get(), name)


def away(backup, *, days=7, first="2999-01-01T08:00"):
    last = dt.datetime.fromisoformat(first) + dt.timedelta(days=days)
    return {"away_from": first, "away_until": f"{last:%Y-%m-%dT%H:%M}", "backup": backup.pk}


def test_every_role_finds_its_own_page(every_way, teacher_brown, auditor_silva, sign_in):
    for person in (teacher_brown, auditor_silva):
        assert sign_in(person).get(MINE).status_code == 200


def test_channels_are_chosen_for_routine_and_for_urgent(rivera, phone):
    rivera.post(f"{MINE}channels/", {"routine": ["sms"], "urgent": ["email", "sms"]})
    # Push is not there yet, so the wish for it stands as it stood.
    assert wishes("routine") == ["push", "sms"]
    assert wishes("urgent") == ["email", "push", "sms"]


def test_one_way_must_stay_for_urgent_notices(rivera, phone):
    answer = rivera.post(f"{MINE}channels/", {"routine": ["email"]})
    assert answer.status_code == 422
    assert "Keep at least one way for urgent notices" in answer.text
    assert not Preference.objects.exists()


@pytest.mark.parametrize("channel", ["push", "voice", "webhook", "in_app", "pigeon"])
def test_a_way_that_is_not_there_can_not_be_the_only_one(rivera, channel):
    assert rivera.post(f"{MINE}channels/", {"urgent": [channel]}).status_code == 422


def test_the_page_says_how_to_get_what_is_missing(rivera, settings):
    assert "Allow push on a device first" in rivera.get(MINE).text
    assert "Add a phone and confirm it first" in rivera.get(MINE).text
    settings.OUTBOX_PROVIDERS = {"email": ["memory:"]}
    assert rivera.get(MINE).text.count("Not set up in this portal.") == 2


def test_a_wish_is_audited_without_what_it_is(rivera):
    rivera.post(f"{MINE}quiet/", {"quiet_from": "21:00", "quiet_until": "06:30"})
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.facts) == (
        "preference.changed",
        {"quiet_from": True, "quiet_until": True},
    )


def test_quiet_hours_are_set_and_taken_back(rivera):
    rivera.post(f"{MINE}quiet/", {"quiet_from": "21:00", "quiet_until": "06:30"})
    assert wishes("quiet_until") == dt.time(6, 30)
    rivera.post(f"{MINE}quiet/", {})
    assert wishes("quiet_until") is None


@pytest.mark.parametrize(
    "typed",
    [
        {"quiet_from": "21:00"},
        {"quiet_until": "21:00"},
        {"quiet_from": "21:00", "quiet_until": "21:00"},
        {"quiet_from": "25:00", "quiet_until": "06:00"},
        {"quiet_from": "\x00", "quiet_until": "06:00"},
    ],
)
def test_half_an_evening_is_not_kept(rivera, typed):
    assert rivera.post(f"{MINE}quiet/", typed).status_code == 422
    assert not Preference.objects.exists()


def test_somebody_stands_in_while_a_person_is_away(rivera, counselor_reyes):
    answer = rivera.post(f"{MINE}away/", away(counselor_reyes))
    assert answer.status_code == 302
    assert wishes("backup") == counselor_reyes
    rivera.post(f"{MINE}away/", {})
    assert (wishes("backup"), wishes("away_from")) == (None, None)


def test_times_are_by_the_clock_of_the_district(rivera, mapleton, counselor_reyes):
    type(mapleton).objects.update(time_zone="America/Denver")
    rivera.post(f"{MINE}away/", away(counselor_reyes))
    assert wishes("away_from") == dt.datetime(2999, 1, 1, 15, tzinfo=dt.UTC)


@pytest.mark.parametrize("left_out", ["away_from", "away_until", "backup"])
def test_out_of_office_needs_both_times_and_a_person(rivera, counselor_reyes, left_out):
    typed = away(counselor_reyes)
    del typed[left_out]
    assert rivera.post(f"{MINE}away/", typed).status_code == 422


@pytest.mark.parametrize(
    "wrong", [{"days": -1}, {"days": 0}, {"days": 400}, {"first": "2001-01-01T08:00"}]
)
def test_times_that_make_no_sense_are_refused(rivera, counselor_reyes, wrong):
    assert rivera.post(f"{MINE}away/", away(counselor_reyes, **wrong)).status_code == 422


def test_only_a_current_member_of_the_same_partnership_stands_in(
    rivera, principal_rivera, counselor_reyes, oakridge_principal
):
    Membership.objects.filter(pk=counselor_reyes.pk).update(until_on=dt.date(2020, 1, 1))
    for nobody in (principal_rivera, counselor_reyes, oakridge_principal):
        assert rivera.post(f"{MINE}away/", away(nobody)).status_code == 422


def test_who_is_not_known_is_not_offered(rivera, mapleton, maple_middle, sergeant_ortiz):
    member("gray", mapleton, "teacher", schools=[maple_middle])
    page = rivera.get(MINE).text
    assert "Ortiz" in page
    assert "Gray" not in page


def test_who_is_away_too_can_not_stand_in(rivera, counselor_reyes, coordinator_okafor):
    first = dt.datetime(2999, 1, 3, tzinfo=dt.UTC)
    theirs = {"away_from": first, "away_until": first + dt.timedelta(days=1)}
    change_preference(counselor_reyes, **theirs, backup=coordinator_okafor)
    assert rivera.post(f"{MINE}away/", away(counselor_reyes)).status_code == 422


def test_who_set_nothing_has_the_usual(principal_rivera):
    assert preference_of(principal_rivera).urgent == ["email", "push", "sms"]
    assert not Preference.objects.exists()


def test_a_test_goes_by_just_that_way_and_says_how_it_went(rivera, every_way, phone, mapleton):
    answer = rivera.post(f"{MINE}tests/", {"channel": "sms", "contact": phone.pk})
    assert "On its way." in rivera.get(answer.url).text
    sending.carry(mapleton)
    assert [one.channel for one in every_way.sent if one.kind == "outbox.test"] == ["sms"]
    assert "Taken by the provider" in rivera.get(answer.url).text


def test_a_test_that_failed_says_why(rivera, every_way, phone, mapleton):
    answer = rivera.post(f"{MINE}tests/", {"channel": "sms", "contact": phone.pk})
    Delivery.objects.filter(notification__kind="outbox.verify").update(status="superseded")
    every_way.failures.append(SendError("invalid-number", address_is_dead=True))
    sending.carry(mapleton)
    assert "Failed: this number does not exist." in rivera.get(answer.url).text
    assert "Does not work since" in rivera.get(MINE).text


def test_the_result_is_asked_for_again_only_while_it_is_open(rivera):
    answer = rivera.post(f"{MINE}tests/", {"channel": "email"})
    part = rivera.get(answer.url, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'hx-trigger="every 2s"' in part
    Delivery.objects.update(status="delivered", submitted_at=dt.datetime.now(dt.UTC))
    part = rivera.get(answer.url, headers={"HX-Request": "true"}).text
    assert ("Delivered." in part, "hx-get" in part) == (True, False)


@pytest.mark.parametrize(
    "typed", [{}, {"channel": "voice"}, {"channel": "sms", "contact": "x"}, {"channel": "pigeon"}]
)
def test_what_is_not_there_can_not_be_tested(rivera, phone, typed):
    assert rivera.post(f"{MINE}tests/", typed).status_code in {400, 404}
    assert not Delivery.objects.filter(notification__kind="outbox.test").exists()


def test_another_persons_phone_can_not_be_tested(phone, officer_chen, sign_in):
    own = contacts.add_phone("+14055550177", label="Mine", by=officer_chen)
    contacts.verify_phone(own, own.code, by=officer_chen)
    typed = {"channel": "sms", "contact": phone.pk}
    assert sign_in(officer_chen).post(f"{MINE}tests/", typed).status_code == 404


def test_another_persons_test_is_not_there(rivera, officer_chen, sign_in):
    answer = rivera.post(f"{MINE}tests/", {"channel": "email"})
    assert sign_in(officer_chen).get(answer.url).status_code == 404


def test_ten_tests_are_enough_for_a_quarter_of_an_hour(rivera):
    for _ in range(11):
        rivera.post(f"{MINE}tests/", {"channel": "email"})
    assert Delivery.objects.count() == 10


def test_every_code_has_a_sentence():
    assert failure_in_words("") == ""
    assert failure_in_words("something-new") == "the provider said no"
    said = [failure_in_words(code) for code in ("gone", "smtp-550", "smtp-451", "http-503")]
    assert len(set(said)) == 4
    assert all(failure_in_words(pattern.split("|")[0]) for pattern, _ in FAILURES)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (90, "90 seconds"),
        (300, "5 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (86400, "24 hours"),
    ],
)
def test_times_are_said_in_the_unit_that_fits(seconds, words):
    assert seconds_in_words(seconds) == words
