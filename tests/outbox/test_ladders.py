"""Ladders as the coordinator sets them: steps, their order, their bounds, and how they are told."""

import pytest
from django.conf import settings as django_settings

from outbox.actions import ladders as actions
from outbox.forms.kinds import TITLES, WITHOUT_LADDER
from outbox.models import Ladder, Rung
from partnership.actions import Refused
from partnership.models import AuditEntry
from partnership.tenancy import within

LADDERS = "/mapleton/notices/ladders/"
STEP = {
    "after": 5,
    "unit": 60,
    "roles": ["coordinator", "sro"],
    "channels": ["push", "sms"],
    "pace": "all",
    "each_seconds": 120,
}


@pytest.fixture
def okafor(every_way, coordinator_okafor, sign_in):
    return sign_in(coordinator_okafor)


@pytest.fixture
def ladder(mapleton, coordinator_okafor):
    ladder = Ladder(partnership=mapleton, kind="tips.tip_received", urgency="urgent")
    actions.add_ladder(ladder, by=coordinator_okafor.user)
    return ladder


def add_step(client, ladder, **typed):
    return client.post(f"{LADDERS}{ladder.pk}/steps/add/", STEP | typed)


def times(ladder):
    return [rung.after_seconds for rung in ladder.rungs.all()]


def test_without_a_ladder_the_page_says_what_happens(okafor):
    assert "Everybody at once, by the ways each person has chosen" in okafor.get(LADDERS).text


def test_a_ladder_begins_with_everybody_at_once(okafor):
    typed = {"kind": "tips.tip_received", "urgency": "urgent"}
    answer = okafor.post(f"{LADDERS}add/", typed)
    page = okafor.get(answer.url).text
    assert "At once: everybody the notice is for" in page
    assert "by e-mail, push and text message, all at once" in page


def test_a_ladder_reads_as_somebody_would_tell_it(okafor, ladder):
    add_step(okafor, ladder, pace="one")
    page = okafor.get(LADDERS).text
    assert "After 5 minutes: District safety coordinator and School Resource Officer" in page
    assert "by push and text message, one after the other, 2 minutes each" in page


def test_there_is_one_ladder_for_a_kind_and_urgency(okafor, ladder):
    answer = okafor.post(f"{LADDERS}add/", {"kind": ladder.kind, "urgency": "urgent"})
    assert answer.status_code == 422
    assert "There is a ladder for this already" in answer.text
    assert Ladder.objects.count() == 1


@pytest.mark.parametrize("typed", [{}, {"kind": "outbox.test", "urgency": "urgent"}, {"kind": "x"}])
def test_what_can_have_no_ladder_gets_none(okafor, typed):
    assert okafor.post(f"{LADDERS}add/", {"urgency": "bulk"} | typed).status_code == 422
    assert not Ladder.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"after": -1},
        {"after": 1441},
        {"after": 86401, "unit": 1},
        {"after": "9" * 400},
        {"after": 0},
        {"unit": 7},
        {"channels": []},
        {"channels": ["pigeon"]},
        {"roles": ["king"]},
        {"pace": "slow"},
        {"each_seconds": 4},
        {"each_seconds": 3601},
    ],
)
def test_a_step_out_of_bounds_is_refused(okafor, ladder, wrong):
    answer = add_step(okafor, ladder, **wrong)
    assert answer.status_code == 422
    assert times(ladder) == [0]


def test_a_ladder_has_ten_steps_at_the_most(okafor, ladder):
    for minute in range(1, 10):
        add_step(okafor, ladder, after=minute)
    assert add_step(okafor, ladder, after=30).status_code == 422
    assert len(times(ladder)) == 10
    assert f"{ladder.pk}/steps/add/" not in okafor.get(f"{LADDERS}{ladder.pk}/").text


def test_steps_change_places_with_their_neighbors(okafor, ladder):
    for minute, role in ((5, "sro"), (10, "chief")):
        add_step(okafor, ladder, after=minute, roles=[role])
    chief = ladder.rungs.last()
    okafor.post(f"{LADDERS}steps/{chief.pk}/move/", {"to": "earlier"})
    assert [rung.roles for rung in ladder.rungs.all()] == [[], ["chief"], ["sro"]]
    okafor.post(f"{LADDERS}steps/{chief.pk}/move/", {"to": "later"})
    okafor.post(f"{LADDERS}steps/{chief.pk}/move/", {"to": "later"})
    assert [rung.roles for rung in ladder.rungs.all()] == [[], ["sro"], ["chief"]]
    assert times(ladder) == [0, 300, 600]


def test_what_is_left_first_comes_at_once(okafor, ladder):
    add_step(okafor, ladder)
    okafor.post(f"{LADDERS}steps/{ladder.rungs.first().pk}/remove/")
    assert times(ladder) == [0]
    assert ladder.rungs.get().roles == ["coordinator", "sro"]


def test_the_first_step_can_not_be_put_off(okafor, ladder):
    okafor.post(f"{LADDERS}steps/{ladder.rungs.get().pk}/", STEP)
    assert times(ladder) == [0]


def test_the_only_step_stays(ladder, coordinator_okafor):
    with pytest.raises(Refused):
        actions.remove_rung(ladder.rungs.get(), by=coordinator_okafor.user)


def test_repeats_and_what_an_answer_stops_are_kept(okafor, ladder):
    typed = {"stops": "one", "repeats": 3, "every": 5}
    okafor.post(f"{LADDERS}{ladder.pk}/", typed)
    page = okafor.get(LADDERS).text
    assert "Then the last step 3 more times, every 5 minutes." in page
    assert "Whoever answers is left alone; the others are told on." in page


@pytest.mark.parametrize(
    "typed",
    [
        {"stops": "one", "repeats": 21, "every": 5},
        {"stops": "one", "repeats": 1, "every": 0},
        {"stops": "nobody", "repeats": 1, "every": 5},
        {},
    ],
)
def test_an_end_out_of_bounds_is_refused(okafor, ladder, typed):
    assert okafor.post(f"{LADDERS}{ladder.pk}/", {"x": 1} | typed).status_code == 422


def test_in_an_emergency_one_answer_silences_nobody_else(okafor):
    answer = okafor.post(f"{LADDERS}add/", {"kind": "tips.tip_received", "urgency": "panic"})
    assert Ladder.objects.get().stops == "one"
    typed = {"stops": "everyone", "repeats": 0, "every": 5}
    assert okafor.post(answer.url, typed).status_code == 422


def test_every_change_is_audited(okafor, ladder):
    add_step(okafor, ladder)
    okafor.post(f"{LADDERS}steps/{ladder.rungs.last().pk}/move/", {"to": "earlier"})
    okafor.post(f"{LADDERS}steps/{ladder.rungs.last().pk}/remove/")
    okafor.post(f"{LADDERS}{ladder.pk}/", {"stops": "one", "repeats": 0, "every": 5})
    okafor.post(f"{LADDERS}{ladder.pk}/remove/")
    entries = AuditEntry.objects.filter(action="ladder.changed").order_by("pk")
    deeds = [entry.facts["deed"] for entry in entries]
    assert deeds == ["added", "step_set", "step_moved", "step_removed", "answer", "removed"]
    assert not Ladder.objects.exists()


def test_only_the_coordinator_keeps_ladders(every_way, ladder, superintendent_park, sign_in):
    client = sign_in(superintendent_park)
    assert client.get(LADDERS).status_code == 403
    assert add_step(client, ladder).status_code == 403


def test_the_neighbors_ladder_is_not_there(okafor, oakridge, coordinator_okafor):
    with within(oakridge):
        theirs = Ladder(partnership=oakridge, kind="tips.tip_received", urgency="urgent")
        theirs.save()
        rung = Rung.objects.create(partnership=oakridge, ladder=theirs, channels=["email"])
    assert okafor.get(f"{LADDERS}{theirs.pk}/").status_code == 404
    assert okafor.post(f"{LADDERS}steps/{rung.pk}/remove/").status_code == 404
    assert "A tip came in" not in okafor.get(LADDERS).text.split("<form")[0]


def test_every_kind_of_notice_has_a_title_or_a_reason_for_none():
    files = (django_settings.BASE_DIR / "templates").glob("*/notifications/*.txt")
    kinds = {f"{file.parts[-3]}.{file.stem}" for file in files}
    assert kinds <= TITLES.keys() | WITHOUT_LADDER
    assert TITLES.keys() <= kinds
