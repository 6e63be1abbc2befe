"""The kinds of notice, as people call them: those that can have a ladder or go to a webhook."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The rooms above own these kinds; here stands only what each is called. A test compares it with
# the templates that there are.
TITLES: dict[str, Promise] = {
    "tips.tip_received": _("A tip came in"),
    "tips.tip_reply_received": _("A sender wrote again"),
}
# To one person about their own account or device, or to the coordinators in the portal alone:
# nobody is ever told instead, and no program is.
WITHOUT_LADDER = frozenset(
    {
        "partnership.invitation",
        "partnership.way_back",
        "outbox.nobody",
        "outbox.test",
        "outbox.unanswered",
        "outbox.undeliverable",
        "outbox.verify",
    }
)


def title_of(kind: str) -> str:
    """What a kind is called; its plain name where it has none."""
    return str(TITLES.get(kind, kind))


def kind_choices() -> list[tuple[str, str]]:
    return sorted(((kind, str(title)) for kind, title in TITLES.items()), key=lambda one: one[1])
