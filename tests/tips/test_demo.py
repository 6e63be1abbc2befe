"""The demo's tips: every state and kind, told in each partnership, and moved back in time."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from outbox.models import Delivery
from partnership.demo.norman import NORMAN
from partnership.management.commands.demo import load
from partnership.models import Membership, Partnership, Role
from partnership.tenancy import within
from tips.models import Kind, Tip, TipMessage

SLUGS = ("norman", "sand-springs", "natrona")


@pytest.fixture
def demo(settings, db):
    settings.PORTAL_DEMO = True
    call_command("demo", verbosity=0)


@pytest.fixture
def norman(settings, db):
    settings.PORTAL_DEMO = True
    load(NORMAN, now=timezone.now())
    with within(Partnership.objects.get(slug="norman")):
        yield


def seen_by(slug, role):
    reader = Membership.objects.get(user__email=f"{role}@{slug}.example")
    return Tip.objects.visible_to(reader)


def test_no_page_of_the_tips_is_empty_in_any_partnership(demo):
    for slug in SLUGS:
        with within(Partnership.objects.get(slug=slug)):
            assert set(Tip.objects.values_list("kind", flat=True)) == set(Kind.values)
            assert set(Tip.objects.values_list("status", flat=True)) == set(Tip.Status.values)
            for role in (Role.PRINCIPAL, Role.SRO, Role.COORDINATOR, Role.ANALYST):
                assert seen_by(slug, role).open().exists()
                assert seen_by(slug, role).closed().exists()
            for role in (Role.COUNSELOR, Role.SERGEANT, Role.DISPATCHER):
                assert seen_by(slug, role).exists()


def test_the_weeks_of_the_demo_lie_behind_us_and_few_letters_wait(norman):
    hours = list(Tip.objects.values_list("received_hour", flat=True))
    assert max(hours) <= timezone.now()
    assert timezone.now() - min(hours) > dt.timedelta(weeks=3)
    assert not any(hour.minute for hour in hours)
    assert not TipMessage.objects.filter(hour__gt=timezone.now()).exists()
    assert 0 < Delivery.objects.filter(status="planned").count() < 100


def test_the_tip_about_the_principal_is_kept_from_the_principal(norman):
    about = {tip.pk for tip in Tip.objects.all() if "principal" in tip.details.adult_roles}
    assert about
    assert not seen_by("norman", Role.PRINCIPAL).filter(pk__in=about).exists()
