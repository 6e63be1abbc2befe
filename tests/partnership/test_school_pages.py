"""The coordinator's pages for schools, their bells and the district's facts."""

import datetime as dt

import pytest

from partnership import actions
from partnership.models import AuditEntry, BellTime, District, School
from partnership.permissions import MAY

SCHOOLS = "/mapleton/schools/"
LINCOLN = {"name": "Lincoln High", "level": "high", "time_zone": "America/Denver", "state": "ok"}
BELLS = {"first_0": "08:20", "last_0": "15:05", "first_4": "08:20", "last_4": "13:00"}
ENDS = (("first", "08:20"), ("last", "15:05"))
DISTRICT = {
    "name": "Mapleton Schools",
    "care_word": "CASS",
    "leave_fast_url": "https://www.weather.gov/",
}


@pytest.fixture
def okafor(coordinator_okafor, sign_in):
    return sign_in(coordinator_okafor)


def page_of(school, deed=""):
    return f"{SCHOOLS}{school.pk}/{deed}"


def facts_of(school):
    return {**LINCOLN, "name": school.name, "time_zone": school.time_zone}


def last_entry():
    entry = AuditEntry.objects.latest("pk")
    return entry.action, entry.facts


def errors(response):
    """What the form said beside which field, as it came back."""
    assert response.status_code == 422
    return {name: list(words) for name, words in response.context["form"].errors.items()}


def test_the_coordinator_adds_a_school_and_goes_on_to_its_bells(okafor):
    answer = okafor.post(f"{SCHOOLS}open/", LINCOLN)
    school = School.objects.get(name="Lincoln High")
    assert answer.headers["Location"] == page_of(school, "bells/")
    assert (school.state, school.time_zone) == ("OK", "America/Denver")
    assert last_entry() == ("school.opened", {"level": "high"})


def test_a_new_school_starts_with_the_partnerships_clock(okafor, mapleton):
    mapleton.time_zone = "America/Boise"
    mapleton.save()
    page = okafor.get(f"{SCHOOLS}open/").content.decode()
    assert '<option value="America/Boise" selected>' in page


def test_a_taken_name_is_said_beside_the_field_and_nothing_typed_is_lost(okafor, maple_high):
    answer = okafor.post(f"{SCHOOLS}open/", {**LINCOLN, "name": "maple HIGH", "city": "Mapleton"})
    assert errors(answer) == {"name": ["Another school has this name already."]}
    assert 'value="maple HIGH"' in answer.content.decode()
    assert 'value="Mapleton"' in answer.content.decode()
    assert School.objects.count() == 1


def test_a_neighbors_school_takes_no_name_here(okafor, oakridge_high):
    assert okafor.post(f"{SCHOOLS}open/", {**LINCOLN, "name": "Oakridge High"}).status_code == 302


def test_who_comes_second_with_a_name_is_refused_in_words(mapleton, maple_high, coordinator_okafor):
    twin = School(partnership=mapleton, name=maple_high.name, level="high")
    with pytest.raises(actions.Refused, match="this name already"):
        actions.open_school(twin, by=coordinator_okafor.user)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "M" * 101),
        ("name", ""),
        ("name", "Maple\0High"),
        ("level", "university"),
        ("time_zone", "Mars/Olympus"),
        ("state", "O1"),
        ("postal_code", "seven"),
        ("nces_id", "12"),
        ("street", "S" * 121),
    ],
)
def test_what_does_not_fit_a_school_is_said_beside_its_field(okafor, field, typed):
    answer = okafor.post(f"{SCHOOLS}open/", {**LINCOLN, field: typed})
    assert list(errors(answer)) == [field]
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert not School.objects.exists()


def test_the_audit_tells_which_facts_of_a_school_changed_and_no_words(okafor, maple_high):
    typed = {**facts_of(maple_high), "street": "911 West Main Street", "city": "Mapleton"}
    assert okafor.post(page_of(maple_high, "change/"), typed).status_code == 302
    maple_high.refresh_from_db()
    assert maple_high.street == "911 West Main Street"
    assert last_entry() == ("school.changed", {"state": True, "street": True})


def test_a_form_saved_as_it_was_changes_nothing(okafor, maple_high):
    typed = {**facts_of(maple_high), "city": "Mapleton", "state": ""}
    assert okafor.post(page_of(maple_high, "change/"), typed).status_code == 302
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("ticked", [True, False])
def test_an_address_saved_by_hand_is_approximate_only_if_ticked(okafor, maple_high, ticked):
    School.objects.update(is_address_approximate=True)
    page = page_of(maple_high, "change/")
    assert "checked" not in okafor.get(page).content.decode()
    okafor.post(page, facts_of(maple_high) | ({"is_address_approximate": "on"} if ticked else {}))
    maple_high.refresh_from_db()
    assert maple_high.is_address_approximate == ticked


def test_the_bells_of_a_week_are_set_at_once(okafor, maple_high):
    okafor.post(page_of(maple_high, "bells/"), {"first_2": "07:00", "last_2": "09:00"})
    answer = okafor.post(page_of(maple_high, "bells/"), BELLS)
    assert answer.headers["Location"] == page_of(maple_high)
    times = BellTime.objects.values_list("weekday", "first_bell", "last_bell")
    morning = dt.time(8, 20)
    assert list(times) == [(0, morning, dt.time(15, 5)), (4, morning, dt.time(13, 0))]
    assert last_entry() == (
        "school.bells_set",
        {"day_0": "08:20-15:05", "day_4": "08:20-13:00"},
    )


def test_the_bells_page_shows_what_rings_now(okafor, maple_high):
    okafor.post(page_of(maple_high, "bells/"), BELLS)
    page = okafor.get(page_of(maple_high, "bells/")).content.decode()
    assert 'value="08:20"' in page
    assert 'value="13:00"' in page


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"last_0": "08:20"}, "last_0", "The last bell comes after the first bell."),
        ({"last_0": "07:00"}, "last_0", "The last bell comes after the first bell."),
        ({"last_0": ""}, "last_0", "Give both bells, or leave both empty."),
        ({"first_4": ""}, "first_4", "Give both bells, or leave both empty."),
        ({"first_0": "half past"}, "first_0", "Type a time, such as 8:20 AM."),
    ],
)
def test_bells_that_can_not_ring_are_said_in_words(okafor, maple_high, typed, field, words):
    answer = okafor.post(page_of(maple_high, "bells/"), BELLS | typed)
    assert errors(answer) == {field: [words]}
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    assert f'aria-describedby="id_{field}_error"' in page
    assert not BellTime.objects.exists()


def test_the_districts_facts_are_changed(okafor):
    answer = okafor.post(f"{SCHOOLS}district/", {**DISTRICT, "has_text_to_911": "on"})
    assert answer.headers["Location"] == SCHOOLS
    district = District.objects.get()
    assert (district.care_word, district.has_text_to_911) == ("CASS", True)
    changed = {"name": True, "care_word": True, "has_text_to_911": True}
    assert last_entry() == ("district.changed", changed)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("care_word", "C" * 41),
        ("phone", "5" * 31),
        ("nces_id", "40"),
        ("leave_fast_url", "javascript:alert(1)"),
        ("leave_fast_url", "http://www.weather.gov/"),
    ],
)
def test_what_does_not_fit_the_district_is_said_beside_its_field(okafor, field, typed):
    assert list(errors(okafor.post(f"{SCHOOLS}district/", {**DISTRICT, field: typed}))) == [field]
    assert District.objects.get().care_word == "Handle with Care"


def test_only_the_coordinator_sees_the_buttons(okafor, principal_rivera, maple_high, sign_in):
    rivera = sign_in(principal_rivera)
    for page in (SCHOOLS, page_of(maple_high)):
        assert okafor.get(page).context["may_manage"]
        assert not rivera.get(page).context["may_manage"]
        assert "/change/" not in rivera.get(page).content.decode()
    assert MAY["schools.manage"] == {"coordinator"}


def test_an_empty_district_is_told_how_to_begin(okafor):
    assert "Add the first one." in okafor.get(SCHOOLS).content.decode()


def test_the_bells_page_asks_no_more_for_seven_days(okafor, maple_high, count_queries):
    every_day = {f"{end}_{day}": hour for day in range(7) for end, hour in ENDS}
    with count_queries(23):
        okafor.post(page_of(maple_high, "bells/"), every_day)
    assert BellTime.objects.count() == 7
