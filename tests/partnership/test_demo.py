"""The demo partnerships: three districts that stand at any time of the year, once and whole."""

import datetime as dt
from collections import Counter
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models import Count, Q

from partnership import audit
from partnership.demo import DEMO_PARTNERSHIPS, NATRONA, NORMAN, SAND_SPRINGS
from partnership.demo.calendar import school_year, years_around
from partnership.demo.people import people_of
from partnership.models import (
    Agency,
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


@pytest.mark.parametrize(
    ("slug", "name", "short_names"),
    [
        ("norman", "Norman Public Schools", {"Norman Police", "Cleveland County Sheriff"}),
        ("sand-springs", "Sand Springs Public Schools", {"Sand Springs Police"}),
        (
            "natrona",
            "Natrona County School District",
            {"Casper Police", "Natrona County Sheriff", "Evansville Police"},
        ),
    ],
)
def test_each_district_stands_with_its_agencies(demo, slug, name, short_names):
    with demo(slug):
        assert District.objects.get().name == name
        agencies = Agency.objects.exclude(kind=Agency.Kind.DISPATCH)
        assert set(agencies.values_list("short_name", flat=True)) == short_names


@pytest.mark.parametrize("slug", SLUGS)
def test_every_promised_address_holds_its_role(demo, slug):
    with demo(slug):
        current = dict(Membership.objects.current().values_list("user__email", "role"))
    assert {role: current[f"{role}@{slug}.example"] for role in Role} == {
        role: role for role in Role
    }


def test_natrona_says_cass_and_the_others_handle_with_care(demo):
    words = {}
    for slug in SLUGS:
        with demo(slug):
            words[slug] = District.objects.get().care_word
    assert words == {
        "norman": "Handle with Care",
        "sand-springs": "Handle with Care",
        "natrona": "CASS",
    }


def test_the_principal_and_the_officer_of_the_demo_share_norman_high(demo):
    with demo("norman"):
        for address in ("principal@norman.example", "sro@norman.example"):
            (place,) = Membership.objects.get(user__email=address).schools.all()
            assert place.school.name == "Norman High School"


@pytest.mark.parametrize("slug", SLUGS)
def test_every_school_has_a_principal_an_officer_and_five_bell_days(demo, slug):
    serving = {
        role: Count("members", filter=Q(members__membership__role=role), distinct=True)
        for role in (Role.PRINCIPAL, Role.SRO)
    }
    with demo(slug):
        schools = School.objects.annotate(days=Count("bell_times", distinct=True), **serving)
        assert schools.count() > 7
        for school in schools:
            assert (school.days, school.principal) == (5, 1)
            assert school.sro >= 1


@pytest.mark.parametrize("slug", SLUGS)
def test_an_address_from_memory_says_so_and_no_identifier_is_invented(demo, slug):
    with demo(slug):
        for school in School.objects.all():
            assert school.is_address_approximate
            assert not school.nces_id
            assert all((school.street, school.city, len(school.postal_code) == 5))
        assert not District.objects.get().nces_id


def test_the_first_bell_after_thanksgiving_differs_by_district(demo):
    with demo("norman"):
        bell = School.objects.get(name="Norman High School").next_bell_after(SATURDAY)
        assert bell == dt.datetime(2026, 11, 30, 8, 20, tzinfo=ZoneInfo("America/Chicago"))
    with demo("natrona"):
        bell = School.objects.get(name="Midwest School").next_bell_after(SATURDAY)
        assert bell == dt.datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("America/Denver"))


@pytest.mark.parametrize("day", ["2027-01-01", "2027-05-29", "2027-06-15", "2027-07-31"])
def test_a_next_bell_stands_on_any_day_of_the_demo_year(demo, day):
    moment = dt.datetime.fromisoformat(f"{day}T12:00+00:00")
    with demo("norman"):
        bell = School.objects.first().next_bell_after(moment)
    assert dt.timedelta() < bell - moment < dt.timedelta(days=80)


@pytest.mark.parametrize("month", range(1, 13))
def test_the_demo_stands_whenever_it_is_loaded(settings, month):
    settings.PORTAL_DEMO, settings.ROOMS = True, ["partnership"]
    with time_machine.travel(dt.datetime(2027, month, 1, 1, tzinfo=dt.UTC), tick=False):
        run()
        assert run("--list").count("@norman.example") == len(Role)
        with within(Partnership.objects.get(slug="natrona")):
            assert School.objects.first().next_bell_after(dt.datetime.now(dt.UTC))


def test_a_second_run_changes_nothing(demo):
    def census():
        for slug in SLUGS:
            with demo(slug):
                for model in (School, Membership, Invitation, ClosedDay, audit.AuditEntry):
                    yield set(model.objects.values_list("pk", flat=True))

    before, people = list(census()), User.objects.count()
    with demo("norman"):
        District.objects.update(care_word="Tread gently")
    assert run() == "".join(f"{slug}: stands already\n" for slug in SLUGS)
    assert (list(census()), User.objects.count()) == (before, people)
    with demo("norman"):
        assert District.objects.get().care_word == "Tread gently"


def test_a_run_that_breaks_off_leaves_no_half_partnership(settings, tmp_path, monkeypatch):
    (tmp_path / "stumbling").mkdir()
    (tmp_path / "stumbling" / "__init__.py").touch()
    (tmp_path / "stumbling" / "demo.py").write_text("def load(partnership, *, now): 1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    settings.PORTAL_DEMO, settings.ROOMS = True, ["partnership", "stumbling"]
    with pytest.raises(ZeroDivisionError):
        run()
    assert not Partnership.objects.exists()
    assert not User.objects.exists()


def test_every_room_tells_its_part_of_the_demo(settings):
    settings.PORTAL_DEMO = True
    assert run() == "".join(f"{slug}: loaded\n" for slug in SLUGS)
    assert run().count("stands already") == len(SLUGS)


def test_the_trainer_serves_two_partnerships_with_one_account(demo):
    trainer = User.objects.get(email="trainer@norman.example")
    for slug, agency in (
        ("norman", "Cleveland County Sheriff"),
        ("natrona", "Natrona County Sheriff"),
    ):
        with demo(slug):
            membership = Membership.objects.current().get(user=trainer)
            assert (membership.role, membership.agency.short_name) == (Role.SERGEANT, agency)


def test_some_access_ends_soon_and_some_has_ended(demo):
    with demo("norman"):
        members = list(Membership.objects.all())
        assert sum(member.is_current and member.ends_soon for member in members) == 2
        assert sum(not member.is_current for member in members) == 1
        assert 60 <= len(members) <= 70


@pytest.mark.parametrize("slug", SLUGS)
def test_two_invitations_are_open(demo, slug):
    with demo(slug):
        invitations = list(Invitation.objects.select_related("invited_by"))
        assert [invitation.is_open for invitation in invitations] == [True, True]
        assert {one.invited_by.email for one in invitations} == {f"coordinator@{slug}.example"}
        schools = {str(pk) for pk in School.objects.values_list("pk", flat=True)}
        assert {pk for invitation in invitations for pk in invitation.school_ids} <= schools


def test_no_passphrase_opens_a_demo_account(demo):
    assert not any(user.has_usable_password() for user in User.objects.all())


@pytest.mark.parametrize("slug", SLUGS)
def test_the_audit_begins_with_everyone_who_joined_and_its_chain_is_whole(demo, slug):
    with demo(slug):
        verdict = audit.verify()
        assert verdict == audit.Verdict(Membership.objects.count())


def test_no_two_people_share_a_name_or_an_address():
    cast = {
        (person.name, person.address) for facts in DEMO_PARTNERSHIPS for person in people_of(facts)
    }
    for part in zip(*cast, strict=True):
        assert len(set(part)) == len(cast)


def test_the_list_names_the_promised_people_in_aligned_lines(demo):
    lines = run("--list").splitlines()
    assert "  principal@norman.example           Principal" not in lines
    assert lines[0] == "Norman Public Schools (/norman/)"
    assert lines[3].split() == ["principal@norman.example", "Principal"]
    members = [line for line in lines if "@" in line]
    assert len(members) == 3 * len(Role)
    norman = members[: len(Role)]
    assert len({len(line) - len(line.split(maxsplit=1)[1]) for line in norman}) == 1


@pytest.mark.parametrize("facts", [NORMAN, SAND_SPRINGS, NATRONA], ids=lambda facts: facts.slug)
@pytest.mark.parametrize("year", range(2020, 2040))
def test_no_school_year_teaches_on_a_great_holiday(facts, year):
    terms = school_year(year, facts.terms)
    assert terms.starts_on.month == 8
    assert terms.ends_on.month == 5
    for holiday in (
        dt.date(year, 12, 24),
        dt.date(year, 12, 25),
        dt.date(year, 12, 31),
        dt.date(year + 1, 1, 1),
    ):
        assert holiday.weekday() > 4 or holiday in terms.closed
    assert {day.weekday() for day in terms.closed} <= set(range(5))


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
