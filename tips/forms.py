"""What a sender types, and what the team types back. Nothing typed is ever lost to a refusal."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partnership.models import School
from tips.codes import NotACode, TipCode, canonical, holds_code, parse
from tips.models import Adult, AdultRole, Details, Kind, Place, When

LONGEST_TEXT, LONGEST_LINE = 4000, 200
# They turn the direction of what follows, so that a text reads other than it is.
_TURNING = {ord(sign): None for sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
_UNREADABLE = re.compile("[\x00\ufffd]")
UNKNOWN_CODE = _("This code does not open a message. Check each letter, and try again.")


def tidied(text: str) -> str:
    """The words without what can not be seen: control signs and turned directions."""
    lines = re.sub("\r\n?", "\n", text).translate(_TURNING)
    kept = (sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) != "Cc")
    return unicodedata.normalize("NFC", "".join(kept)).strip()


class WordsField(forms.CharField):
    """Free words of a sender or about one: tidied, bounded, and never with a tip code in them."""

    def to_python(self, value: Any) -> str:
        raw = "" if value is None else str(value)
        if _UNREADABLE.search(raw):
            raise ValidationError(_("Some signs could not be read. Please look over your words."))
        return tidied(raw)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What stands in the field when it is shown again."""
        return data if data is None else tidied(str(data).replace("\x00", ""))

    def validate(self, value: str) -> None:
        super().validate(value)
        if holds_code(value):
            raise ValidationError(
                _("Your code is in there. Please take it out: we never need it, and it is yours.")
            )


def words(longest: int, *, empty: Any = None) -> WordsField:
    """A field for free words; with `empty`, one that must not be left so."""
    too_long = _("This is too long. Please use at most %(limit_value)d characters.")
    return WordsField(
        max_length=longest,
        required=empty is not None,
        widget=forms.Textarea,
        error_messages={"max_length": too_long, "required": empty or ""},
    )


class TipForm(forms.Form):
    """The whole form in one POST. Only the words must be there."""

    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    text = words(LONGEST_TEXT, empty=_("Write a few words so we know how to help."))
    school = forms.ModelChoiceField(queryset=School.objects.all(), required=False)
    place = forms.ChoiceField(choices=Place.choices, required=False)
    when = forms.ChoiceField(choices=When.choices, required=False)
    who = words(LONGEST_LINE)
    adult = forms.ChoiceField(choices=Adult.choices, required=False)
    adult_roles = forms.MultipleChoiceField(choices=AdultRole.choices, required=False)
    adult_name = words(LONGEST_LINE)
    website = forms.CharField(required=False)

    def clean_website(self) -> str:
        """A trap that no person sees. Filled all the same, it is asked about and not swallowed."""
        if self.cleaned_data["website"]:
            stay = _("One box has to stay empty. It is empty now. Please send it again.")
            self.add_error(None, stay)
        return ""

    def said(self, *, language: str) -> dict[str, Any]:
        """The arguments of submit_tip()."""
        typed = self.cleaned_data
        beside = ("who", "place", "when", "adult", "adult_name")
        return {
            "school": typed["school"],
            "kind": Kind(typed["kind"] or Kind.OTHER),
            "text": typed["text"],
            "details": Details(
                **{name: typed[name] for name in beside},
                adult_roles=tuple(typed["adult_roles"]),
                language=language,
            ),
        }


class SavedForm(forms.Form):
    """Proof that the code was written down. The page carries the code; the server forgets it."""

    code = forms.CharField(widget=forms.HiddenInput)
    group = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_code(self) -> TipCode:
        try:
            return parse(self.cleaned_data["code"])
        except NotACode:
            raise ValidationError(UNKNOWN_CODE) from None

    def clean(self) -> None:
        code = self.cleaned_data.get("code")
        typed = canonical(self.cleaned_data.get("group", "")[:LONGEST_LINE])
        if code and typed not in {code.groups[3], "".join(code.groups[3:])}:
            self.add_error("group", _("That is not it yet. Look at the code above, and try again."))


class CodeForm(forms.Form):
    """The way back to a message."""

    code = forms.CharField(error_messages={"required": _("Type your code, or your eight words.")})

    def clean_code(self) -> TipCode:
        """Wrong in form or unknown: the same words, as neither is the sender's fault."""
        try:
            return parse(self.cleaned_data["code"])
        except NotACode:
            raise ValidationError(UNKNOWN_CODE) from None


class MessageForm(forms.Form):
    """One message of the thread, of either side."""

    text = words(LONGEST_TEXT, empty=_("Write something before you send it."))
