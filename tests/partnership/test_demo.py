"""The demo partnerships: three districts that stand at any time of the year, once and whole."""

import datetime as dt
from collections import Counter
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from partnership import audit
from partnership.demo import DEMO_PARTNERSHIPS
from partnership.demo.calendar import school_year, years_around
from partnership.demo.norman import NORMAN
from partnership.demo.people import people_of
from partnership.models import (
    Agency,
    AuditEntry,
    ClosedDay,
    District,
    Invitation,
    Membership,
    Partnership,
    Role,
    School,
    User,
)
from partnership.tenancy import within

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
SLUGS = ["norman", "sand-springs", "natrona"]
STUMBLING = """
from partnership.models import School

def load(partnership, *, now):
    raise RuntimeError(f"{School.objects.count()} schools of {partnership.slug}")
"""
SATURDAY = dt.datetime(2026, 11, 21, 18, tzinfo=dt.UTC)


@pytest.fixture
def demo(settings):
    """The ground of the demo, as it is loaded on a Saturday in November."""
    settings.PORTAL_DEMO = True
    settings.ROOMS = ["partnership"]
    with time_machine.travel(SATURDAY, tick=False):
        call_command("demo", stdout=StringIO())
        yield lambda slug: within(Partnership.objects.get(slug=slug))


def run(*arguments):
    said = StringIO()
    call_command("demo", *arguments, stdout=said)
    return said.getvalue()


def test_the_demo_is_refused_where_it_is_off(settings):
    settings.PORTAL_DEMO = False
    for arguments in ([], ["--list"]):
        with pytest.raises(CommandError, match="PORTAL_DEMO=1") as refusal:
            call_command("demo", *arguments)
        assert refusal.value.returncode == 1
    assert not Partnership.objects.exists()


def test_norman_has_its_two_four_and_seventeen_schools(demo):
    with demo("norman"):
        levels = Counter(School.objects.values_list("level", flat=True))
    assert levels == {"high": 2, "middle": 4, "elementary": 17, "other": 1}


def test_each_district_stands_with_its_agencies(demo):
    found = {}
    for slug in SLUGS:
        with demo(slug):
            agencies = Agency.objects.exclude(kind=Agency.Kind.DISPATCH)
            found[District.objects.get().name] = [agency.name for agency in agencies]
    assert found == {
        "Norman Public Schools": ["Cleveland County Sheriff’s Office", "Norman Police Department"],
        "Sand Springs Public Schools": ["Sand Springs Police Department"],
        "Natrona County School District": [
            "Casper Police Department",
            "Evansville Police Department",
            "Natrona County Sheriff’s Office",
        ],
    }


def test_every_promised_address_holds_its_role(demo):
    for slug in SLUGS:
        with demo(slug):
            current = dict(Membership.objects.current().values_list("user__email", "role"))
        assert {role: current.get(f"{role}@{slug}.example") for role in Role} == {
            role: role for role in Role
        }


def test_natrona_says_cass_in_mountain_time(demo):
    settings = {}
    for partnership in Partnership.objects.all():
        with within(partnership):
            settings[partnership.slug] = District.objects.get().care_word, partnership.time_zone
            assert not School.objects.exclude(time_zone=partnership.time_zone).exists()
    assert settings == {
        "norman": ("Handle with Care", "America/Chicago"),
        "sand-springs": ("Handle with Care", "America/Chicago"),
        "natrona": ("CASS", "America/Denver"),
    }


def test_the_principal_and_the_officer_of_the_demo_share_norman_high(demo):
    with demo("norman"):
        for address in ("principal@norman.example", "sro@norman.example"):
            (place,) = Membership.objects.get(user__email=address).schools.all()
            assert place.school.name == "Norman High School"


def test_every_school_has_a_principal_an_officer_and_five_bell_days(demo):
    for slug in SLUGS:
        with demo(slug):
            assert School.objects.count() > 7
            for school in School.objects.prefetch_related("bell_times"):
                at_work = Membership.objects.current().at(school)
                assert at_work.holding(Role.PRINCIPAL).count() == 1
                assert at_work.holding(Role.SRO).exists()
                assert [bell.weekday for bell in school.bell_times.all()] == [0, 1, 2, 3, 4]


def test_an_address_from_memory_says_so_and_no_identifier_is_invented(demo):
    for slug in SLUGS:
        with demo(slug):
            assert not District.objects.get().nces_id
            for school in School.objects.all():
                assert school.is_address_approximate
                assert not school.nces_id
                assert all((school.street, school.city, len(school.postal_code) == 5))


def test_the_first_bell_after_thanksgiving_differs_by_district(demo):
    with demo("norman"):
        bell = School.objects.get(name="Norman High School").next_bell_after(SATURDAY)
        assert bell == dt.datetime(2026, 11, 30, 8, 20, tzinfo=ZoneInfo("America/Chicago"))
    with demo("natrona"):
        bell = School.objects.get(name="Midwest School").next_bell_after(SATURDAY)
        assert bell == dt.datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("America/Denver"))


def test_a_next_bell_stands_on_any_day_of_the_demo_year(demo):
    with demo("norman"):
        school = School.objects.get(name="Alcott Middle School")
        for day in ("2027-01-01", "2027-05-29", "2027-06-15", "2027-07-31"):
            moment = dt.datetime.fromisoformat(f"{day}T12:00+00:00")
            ahead = school.next_bell_after(moment) - moment
            assert dt.timedelta() < ahead < dt.timedelta(days=80)


@pytest.mark.parametrize("month", [1, 6, 8])
def test_the_demo_stands_whenever_it_is_loaded(settings, month):
    settings.PORTAL_DEMO, settings.ROOMS = True, ["partnership"]
    with time_machine.travel(dt.datetime(2027, month, 1, 1, tzinfo=dt.UTC), tick=False):
        run()
        assert run("--list").count("@norman.example") == len(Role)
        with within(Partnership.objects.get(slug="natrona")):
            school = School.objects.get(name="CY Middle School")
            assert school.next_bell_after(timezone.now()) > timezone.now()


def test_a_second_run_changes_nothing(demo):
    def census():
        for slug in SLUGS:
            with demo(slug):
                for model in (School, Membership, Invitation, ClosedDay, AuditEntry):
                    yield set(model.objects.values_list("pk", flat=True))

    before, people = list(census()), User.objects.count()
    with demo("norman"):
        District.objects.update(care_word="Tread gently")
    assert run() == "".join(f"{slug}: stands already\n" for slug in SLUGS)
    assert (list(census()), User.objects.count()) == (before, people)
    with demo("norman"):
        assert District.objects.get().care_word == "Tread gently"


def test_a_room_that_breaks_off_leaves_no_half_partnership(settings, tmp_path, monkeypatch):
    (tmp_path / "stumbling").mkdir()
    (tmp_path / "stumbling" / "__init__.py").touch()
    (tmp_path / "stumbling" / "demo.py").write_text(STUMBLING)
    monkeypatch.syspath_prepend(tmp_path)
    settings.PORTAL_DEMO, settings.ROOMS = True, ["partnership", "stumbling"]
    with pytest.raises(RuntimeError, match="24 schools of norman"):
        run()
    assert not Partnership.objects.exists()
    assert not User.objects.exists()


def test_every_room_tells_its_part_of_the_demo(settings):
    settings.PORTAL_DEMO = True
    assert run() == "".join(f"{slug}: loaded\n" for slug in SLUGS)
    assert run().count("stands already") == len(SLUGS)


def test_two_people_serve_two_partnerships_with_one_account(demo):
    places = {"trainer": ("norman", "natrona"), "auditor": ("norman", "sand-springs")}
    for name, slugs in places.items():
        user = User.objects.get(email=f"{name}@norman.example")
        for slug in slugs:
            with demo(slug):
                membership = Membership.objects.current().select_related("agency").get(user=user)
                assert membership.is_district_wide
                assert (membership.agency is None) == (name == "auditor")


def test_some_access_ends_soon_and_some_has_ended(demo):
    with demo("norman"):
        members = list(Membership.objects.all())
        assert sum(member.is_current and member.ends_soon for member in members) == 2
        assert sum(not member.is_current for member in members) == 1
        assert 60 <= len(members) <= 70


def test_two_invitations_are_open_in_each(demo):
    for slug in SLUGS:
        with demo(slug):
            schools = {str(pk) for pk in School.objects.values_list("pk", flat=True)}
            coordinator = User.objects.get(email=f"coordinator@{slug}.example")
            invitations = list(Invitation.objects.filter(invited_by=coordinator))
            assert [invitation.is_open for invitation in invitations] == [True, True]
            assert all(set(invitation.school_ids) <= schools for invitation in invitations)


def test_no_passphrase_opens_a_demo_account(demo):
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_the_audit_begins_with_everyone_who_joined_and_its_chain_is_whole(demo):
    for slug in SLUGS:
        with demo(slug):
            assert audit.verify() == audit.Verdict(Membership.objects.count() + 2)


def test_no_two_people_share_a_name_or_an_address():
    cast = {
        (person.name, person.address) for facts in DEMO_PARTNERSHIPS for person in people_of(facts)
    }
    for part in zip(*cast, strict=True):
        assert len(set(part)) == len(cast)


def test_the_list_names_the_promised_people_in_aligned_lines(demo):
    lines = run("--list").splitlines()
    assert lines[0] == "Norman Public Schools (/norman/)"
    assert lines[3].split() == ["principal@norman.example", "Principal"]
    members = [line for line in lines if "@" in line]
    assert len(members) == 3 * len(Role)
    norman = members[: len(Role)]
    assert len({len(line) - len(line.split(maxsplit=1)[1]) for line in norman}) == 1


@pytest.mark.parametrize("facts", DEMO_PARTNERSHIPS, ids=lambda facts: facts.slug)
def test_no_school_year_teaches_on_a_great_holiday(facts):
    for year in range(2020, 2040):
        terms = school_year(year, facts.terms)
        assert (terms.starts_on.month, terms.ends_on.month) == (8, 5)
        assert {day.weekday() for day in terms.closed} <= set(range(5))
        for month, day in ((12, 24), (12, 25), (12, 31), (1, 1)):
            holiday = dt.date(year + (month == 1), month, day)
            assert holiday.weekday() > 4 or holiday in terms.closed


def test_the_school_year_2026_has_its_real_holidays():
    closed = school_year(2026, NORMAN.terms).closed
    assert closed[dt.date(2026, 9, 7)] == "Labor Day"
    assert closed[dt.date(2026, 11, 26)] == "Thanksgiving break"
    assert closed[dt.date(2027, 1, 18)] == "Martin Luther King Jr. Day"
    assert closed[dt.date(2027, 2, 15)] == "Presidents’ Day"
    assert closed[dt.date(2027, 3, 15)] == "Spring break"
    assert dt.date(2026, 12, 18) not in closed
    assert dt.date(2027, 1, 4) not in closed


def test_a_new_school_year_begins_with_august():
    july, august = (years_around(dt.date(2027, month, 31), NORMAN.terms) for month in (7, 8))
    assert [year.starts_on.year for year in july] == [2026, 2027]
    assert [year.starts_on.year for year in august] == [2027, 2028]
