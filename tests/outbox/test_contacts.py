"""Telephones and devices of one's own: proven by a code, shown by two digits, really gone."""

import base64
import datetime as dt
import json

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from outbox import sending
from outbox.actions import contacts
from outbox.models import ContactPoint, Delivery, Notification
from partnership.actions import Refused
from partnership.models import AuditEntry

MINE = "/mapleton/notices/mine/"
NUMBER = "+14055550134"


def in_base64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def subscription(endpoint="https://push.example.org/send/abc", **keys):
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    usual = {"p256dh": in_base64(point), "auth": in_base64(b"x" * 16)}
    return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": usual | keys})


def audited():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def rivera(every_way, principal_rivera, sign_in):
    return sign_in(principal_rivera)


@pytest.fixture
def phone(every_way, principal_rivera):
    return contacts.add_phone(NUMBER, label="My phone", by=principal_rivera)


def test_a_number_is_proven_by_the_code_that_came_to_it(rivera, every_way, mapleton):
    answer = rivera.post(f"{MINE}phones/", {"number": "(405) 555-0134", "label": "My phone"})
    sending.carry(mapleton)
    (parcel,) = every_way.sent
    assert (parcel.channel, parcel.address) == ("sms", NUMBER)
    rivera.post(answer.url, {"code": f"{parcel.secret[:3]} {parcel.secret[3:]}"})
    assert ContactPoint.objects.get().status == "verified"
    assert audited() == ["contact.added", "contact.verified"]


def test_only_the_last_two_digits_are_ever_shown(rivera, phone):
    pages = rivera.get(MINE).text + rivera.get(f"{MINE}phones/{phone.pk}/").text
    assert pages.count("•••• 34") == 2
    assert "555" not in pages.replace("(405) 555-0134", "")
    assert "5550134" not in ContactPoint.objects.get().wrapped


@pytest.mark.parametrize(
    "number",
    ["", "911", "12345", "not a number", "+1405555013", "(405) 555-0134 ext. 9", "4" * 400, "\x00"],
)
def test_what_is_no_number_is_said_beside_the_field(rivera, number):
    answer = rivera.post(f"{MINE}phones/", {"number": number, "label": "x"})
    assert answer.status_code == 422
    assert answer.context["phone"].errors["number"]
    assert not ContactPoint.objects.exists()


def test_a_wrong_code_is_counted_and_the_sixth_try_never_opens(phone, principal_rivera):
    wrong = f"{(int(phone.code) + 1) % 10**6:06}"
    said = [contacts.verify_phone(phone, wrong, by=principal_rivera) for _ in range(5)]
    assert said == ["wrong"] * 4 + ["used up"]
    assert contacts.verify_phone(phone, phone.code, by=principal_rivera) == "used up"
    assert ContactPoint.objects.get().status == "unverified"


def test_a_wrong_code_stays_counted_after_the_request(rivera, phone):
    wrong = f"{(int(phone.code) + 1) % 10**6:06}"
    answers = [rivera.post(f"{MINE}phones/{phone.pk}/", {"code": wrong}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert ContactPoint.objects.get().code_tries == 2


def test_a_code_is_good_for_ten_minutes(phone, principal_rivera):
    with time_machine.travel(phone.code_until - dt.timedelta(seconds=1), tick=False):
        assert contacts.verify_phone(phone, phone.code, by=principal_rivera) == "right"
    phone.refresh_from_db()
    assert contacts.verify_phone(phone, phone.code, by=principal_rivera) == "too late"


def test_a_code_that_is_too_old_opens_nothing(phone, principal_rivera):
    with time_machine.travel(phone.code_until, tick=False):
        assert contacts.verify_phone(phone, phone.code, by=principal_rivera) == "too late"


def test_a_new_code_makes_the_old_one_worthless(phone, principal_rivera):
    old = phone.code
    contacts.send_new_code(phone, by=principal_rivera)
    assert phone.code != old
    assert contacts.verify_phone(phone, old, by=principal_rivera) == "wrong"


def test_nobody_gets_more_than_three_codes_in_a_quarter_of_an_hour(rivera, phone, principal_rivera):
    for _ in range(3):
        rivera.post(f"{MINE}phones/{phone.pk}/code/")
    contacts.remove_contact(phone, by=principal_rivera)
    with pytest.raises(Refused):
        contacts.add_phone("+14055550177", label="Other", by=principal_rivera)
    assert Delivery.objects.filter(notification__kind="outbox.verify").count() == 3
    Notification.objects.update(planned_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    contacts.add_phone("+14055550177", label="Other", by=principal_rivera)


def test_a_removed_phone_is_forgotten_though_deliveries_name_it(rivera, phone, mapleton):
    rivera.post(f"{MINE}contacts/{phone.pk}/remove/")
    row = ContactPoint.objects.get()
    assert (row.wrapped, row.label) == ("", "")
    assert Delivery.objects.get().status == "superseded"
    assert "•••• 34" not in rivera.get(MINE).text
    assert rivera.get(f"{MINE}phones/{phone.pk}/").status_code == 404
    assert audited()[-1] == "contact.removed"


def test_a_verified_phone_that_was_removed_reaches_nobody(phone, principal_rivera):
    contacts.verify_phone(phone, phone.code, by=principal_rivera)
    phone.refresh_from_db()
    contacts.remove_contact(phone, by=principal_rivera)
    assert not ContactPoint.objects.usable().exists()


def test_a_number_is_added_once_and_three_at_most(phone, principal_rivera):
    with pytest.raises(Refused):
        contacts.add_phone(NUMBER, label="Again", by=principal_rivera)
    for number in ("+14055550135", "+14055550136"):
        contacts.add_phone(number, label="More", by=principal_rivera)
    with pytest.raises(Refused):
        contacts.add_phone("+14055550137", label="Too many", by=principal_rivera)


def test_without_text_messages_the_code_comes_by_a_call(every_way, settings, principal_rivera):
    settings.OUTBOX_PROVIDERS = {"voice": ["memory:"]}
    contacts.add_phone(NUMBER, label="My phone", by=principal_rivera)
    assert Delivery.objects.get().channel == "voice"


def test_without_any_way_to_phones_none_can_be_added(settings, principal_rivera, sign_in):
    settings.OUTBOX_PROVIDERS = {"email": ["memory:"]}
    client = sign_in(principal_rivera)
    assert 'name="number"' not in client.get(MINE).text
    assert client.post(f"{MINE}phones/", {"number": NUMBER, "label": "x"}).status_code == 422
    assert not ContactPoint.objects.exists()


def test_nobody_touches_another_persons_phone(phone, officer_chen, sign_in):
    chen = sign_in(officer_chen)
    assert chen.get(f"{MINE}phones/{phone.pk}/").status_code == 404
    for deed in (f"phones/{phone.pk}/code/", f"contacts/{phone.pk}/remove/"):
        assert chen.post(MINE + deed).status_code == 404
    assert "•••• 34" not in chen.get(MINE).text


def test_a_device_is_kept_as_its_browser_told(rivera):
    answer = rivera.post(f"{MINE}devices/", {"label": "Tablet", "subscription": subscription()})
    device = ContactPoint.objects.get()
    assert answer.url == MINE
    assert (device.kind, device.status, device.label) == ("device", "verified", "Tablet")
    assert json.loads(device.address)["endpoint"] == "https://push.example.org/send/abc"
    assert "push.example.org" not in device.wrapped


def test_the_same_device_is_kept_once(rivera):
    told = {"label": "Tablet", "subscription": subscription()}
    for _ in range(2):
        rivera.post(f"{MINE}devices/", told)
    assert ContactPoint.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[]",
        "{",
        "[" * 1900,
        json.dumps({"endpoint": "https://push.example.org/"}),
        subscription(endpoint="http://push.example.org/"),
        subscription(endpoint="https://127.0.0.1/"),
        subscription(endpoint="https://push.internal/"),
        subscription(endpoint="https://push.example.org/" + "x" * 1500),
        subscription(endpoint=7),
        subscription(auth=in_base64(b"x" * 15)),
        subscription(auth=7),
        subscription(p256dh="not base64!"),
        subscription(p256dh="é" * 87),
    ],
)
def test_what_no_browser_says_is_refused(rivera, told):
    answer = rivera.post(f"{MINE}devices/", {"label": "Tablet", "subscription": told})
    assert answer.status_code == 422
    assert not ContactPoint.objects.exists()


def test_the_page_hands_the_browser_the_public_half_of_the_key(rivera, settings):
    key = ec.generate_private_key(ec.SECP256R1())
    settings.WEBPUSH_PRIVATE_KEY = in_base64(key.private_numbers().private_value.to_bytes(32))
    page = rivera.get(MINE).text
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert f'data-push="{in_base64(point)}"' in page
    assert settings.WEBPUSH_PRIVATE_KEY not in page
