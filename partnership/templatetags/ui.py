"""The component tags: icon, badge, panel, field, age. They are built in, so no page loads them,
and they hold the markup that must be right everywhere (labels, hints, errors, hidden words)."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.template import defaultfilters
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

register = template.Library()

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
# Words before a name that a person is not called by.
TITLES = {"officer", "deputy", "sergeant", "chief", "sheriff", "captain", "lieutenant", "detective"}
# Urgency as the rooms store it → (modifier of the badge, icon: the shape tells it without color).
BADGES = {
    "life": ("life", "octagon"),
    "urgent": ("urgent", "triangle"),
    "routine": ("", "dot"),
}
LOOK_OF_INPUT = {"textarea": "usa-textarea", "select": "usa-select"}


def _icon_folders() -> list[Path]:
    base = Path(settings.BASE_DIR)
    return [
        base / "static/icons",
        base / "build/vendor/uswds/usa-icons",
        base / "node_modules/@uswds/uswds/dist/img/usa-icons",
    ]


@lru_cache
def _icon_body(name: str) -> str:
    for folder in _icon_folders():
        file = folder / f"{name}.svg"
        if file.is_file():
            found = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(encoding="utf-8"), re.S)
            if found:
                return found[1].strip()
    raise LookupError(f"no icon called {name!r}")


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An inline icon: no request, no sprite, follows the color of the words beside it."""
    quiet = mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="sp-i{}" viewBox="0 0 24 24" {} focusable="false">{}</svg>',
        f" sp-i--{size}" if size else "",
        format_html('role="img" aria-label="{}"', label) if label else quiet,
        mark_safe(_icon_body(name)),  # noqa: S308 - our own files and the USWDS package
    )


def _urgency_word(urgency: str) -> str:
    words = {
        "life": pgettext("urgency", "Life safety"),
        "urgent": pgettext("urgency", "Urgent"),
        "routine": pgettext("urgency", "Routine"),
    }
    return words[urgency]


@register.simple_tag
def badge(urgency: str) -> SafeString:
    """How urgent: color, shape and word, always all three."""
    look, shape = BADGES[urgency]
    return format_html(
        '<span class="sp-badge{}">{} {}</span>',
        f" sp-badge--{look}" if look else "",
        icon(shape),
        _urgency_word(urgency),
    )


@register.simple_block_tag
def panel(content: str, title: str, name: str, shape: str = "", look: str = "") -> SafeString:
    """A white sheet with one heading; `name` is the id the section is labelled by."""
    return format_html(
        '<section class="sp-panel{}" aria-labelledby="{}">'
        '<div class="sp-panel__head"><h2 id="{}">{}{}</h2></div>'
        '<div class="sp-panel__body">{}</div></section>',
        f" {look}" if look else "",
        name,
        name,
        icon(shape) if shape else "",
        title,
        content,
    )


def _described_by(bound: BoundField) -> str:
    hint = f"{bound.auto_id}-hint" if bound.help_text else ""
    error = f"{bound.auto_id}-error" if bound.errors else ""
    return f"{hint} {error}".strip()


def _input_attributes(bound: BoundField) -> dict[str, str | bool]:
    kind = bound.widget_type
    box = {"checkbox": "usa-checkbox__input"}
    look = box.get(kind, LOOK_OF_INPUT.get(kind, "usa-input"))
    attributes: dict[str, str | bool] = {"class": look}
    if described := _described_by(bound):
        attributes["aria-describedby"] = described
    if bound.errors:
        attributes |= {"class": f"{look} usa-input--error", "aria-invalid": "true"}
    return attributes


@register.simple_tag
def field(bound: BoundField, label: str = "") -> SafeString:
    """One form field as USWDS draws it: label, hint, error, all tied to the input by id."""
    if bound.is_hidden:
        return bound.as_hidden()
    kind = bound.widget_type
    choices = kind in {"radioselect", "checkboxselectmultiple"}
    page = "choices" if choices else "checkbox" if kind == "checkbox" else "field"
    words = {"bound": bound, "described": _described_by(bound), "label": label or bound.label}
    if choices:
        words["look"] = "radio" if kind == "radioselect" else "checkbox"
    else:
        words["input"] = bound.as_widget(attrs=_input_attributes(bound))
    return render_to_string(f"components/{page}.html", words)


@register.simple_tag
def age(moment: datetime | None) -> str:
    """How long something waits: “2 min”, “1 h 12”, “14 h”, “3 days”."""
    if moment is None:
        return ""
    seconds = max(int((timezone.now() - moment).total_seconds()), 0)
    if seconds < HOUR:
        return _("%(minutes)d min") % {"minutes": max(seconds // MINUTE, 1)}
    if seconds < 10 * HOUR and (minutes := seconds % HOUR // MINUTE):
        return _("%(hours)d h %(minutes)02d") % {"hours": seconds // HOUR, "minutes": minutes}
    if seconds < DAY:
        return _("%(hours)d h") % {"hours": seconds // HOUR}
    days = seconds // DAY
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


@register.filter(expects_localtime=True)
def when(moment: date | None, look: str = "day") -> str:
    """A date as the reader's language writes it; `look` names how much of it is told."""
    formats = {
        "day": pgettext("date format", "M j, Y"),
        "long": pgettext("date format", "F j, Y"),
        "weekday": pgettext("date format", "D, M j"),
        "today": pgettext("date format", "l, F j"),
        "minute": pgettext("date format", "M j, g:i A"),
        "second": pgettext("date format", "M j, Y g:i:s A"),
    }
    return str(defaultfilters.date(moment, formats[look]))


@register.simple_tag
def weekday(number: int) -> str:
    """The name of a day of the week; 0 is Monday."""
    return str(WEEKDAYS[number])


@register.simple_tag(takes_context=True)
def lang_query(context: Mapping[str, Any], code: str = "") -> str:
    """?lang=… for the public pages, which carry the language in the address, never in a cookie."""
    request = context.get("request")
    wanted = code or (request.GET.get("lang", "") if request else "")
    return f"?lang={wanted}" if wanted in dict(settings.LANGUAGES) else ""


@register.simple_tag(takes_context=True)
def notes(context: Mapping[str, Any]) -> list[Message]:
    """What the last deed told this person; a page's own `messages` can not stand in its way."""
    request = context.get("request")
    return list(get_messages(request)) if request else []


@register.simple_tag
def initials(name: str) -> str:
    """“Dr. Marisol Vega” → “MV”: the letters in the round face."""
    words = [word for word in name.split() if not word.endswith(".")]
    words = [word for word in words if word.lower() not in TITLES] or name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
