"""The coordinator's pages for the agencies that serve the district."""

import pytest

from partnership.models import Agency, AuditEntry
from partnership.tenancy import within

AGENCIES = "/mapleton/schools/agencies/"
POLICE = {"name": "Mapleton Police", "short_name": "Police", "kind": "police", "phone": ""}


@pytest.fixture
def okafor(sign_in, coordinator_okafor):
    return sign_in(coordinator_okafor)


def test_an_agency_is_added_and_stands_on_the_districts_page(okafor, mapleton):
    assert okafor.post(f"{AGENCIES}add/", POLICE).status_code == 302
    assert Agency.objects.get().name == "Mapleton Police"
    assert AuditEntry.objects.latest("id").action == "agency.added"


def test_an_agency_is_changed_and_the_audit_says_which_fact(okafor, mapleton):
    okafor.post(f"{AGENCIES}add/", POLICE)
    agency = Agency.objects.get()
    okafor.post(f"{AGENCIES}{agency.pk}/", {**POLICE, "phone": "405 555 0100"})
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.facts) == ("agency.changed", {"phone": True})


@pytest.mark.parametrize(
    ("field", "typed"), [("name", ""), ("name", "x" * 101), ("kind", "army"), ("short_name", "")]
)
def test_what_does_not_fit_is_said_beside_its_field(okafor, mapleton, field, typed):
    answer = okafor.post(f"{AGENCIES}add/", {**POLICE, field: typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Agency.objects.exists()


def test_a_name_that_is_taken_is_said_and_what_was_typed_is_kept(okafor, mapleton):
    okafor.post(f"{AGENCIES}add/", POLICE)
    answer = okafor.post(f"{AGENCIES}add/", {**POLICE, "name": "mapleton police"})
    assert answer.status_code == 422
    assert "mapleton police" in answer.text


def test_the_neighbors_agency_is_not_found(okafor, mapleton, oakridge):
    with within(oakridge):
        theirs = Agency.objects.create(partnership=oakridge, name="Oakridge Police")
    assert okafor.get(f"{AGENCIES}{theirs.pk}/").status_code == 404
