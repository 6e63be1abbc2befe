"""What a sender does in a browser, in as few words as a test wants."""

from typing import Any

from django.test import Client

from tips.models import Tip

FORM, SAVED = "/mapleton/tell/form/", "/mapleton/tell/saved/"
RETURN, REPLY, LEAVE = "/mapleton/tell/return/", "/mapleton/tell/reply/", "/mapleton/tell/leave/"


def tell(text: str = "They push him on the stairs.", **said: Any) -> str:
    """Send a tip through the form from a browser of its own; return its code."""
    answer = Client().post(FORM, {"text": text, **said})
    assert answer.status_code == 200, answer.context["form"].errors
    return str(answer.context["code"])


def told(text: str = "They push him on the stairs.", **said: Any) -> Tip:
    """Send a tip through the form; return the row that came of it."""
    before = set(Tip.objects.values_list("pk", flat=True))
    tell(text, **said)
    return Tip.objects.exclude(pk__in=before).get()


def returned(code: str) -> Client:
    """A browser in which the sender has opened the thread."""
    browser = Client()
    assert browser.post(RETURN, {"code": code}).status_code == 302
    return browser
