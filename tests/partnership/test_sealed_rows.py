"""Sealed columns: closed in the database, in queries and in copies; open on the instance."""

import base64
import pickle
from uuid import uuid4

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat, Lower
from django.db.models.lookups import Exact

from partnership.crypto import SealBroken, SealedQuerySet, SealedTextField, SealedValue
from partnership.tenancy import new_id
from tests.partnership.sealing import message, reloaded, store, stored, tip_at
from tips.models import TipMessage

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
CANARY = "CANARY-7f3 will bring a knife"


@pytest.fixture
def tip(maple_high):
    return tip_at(maple_high)


@pytest.fixture
def written(tip):
    """A message as the next request finds it: unopened."""
    return reloaded(message(tip, CANARY))


def test_the_database_holds_no_readable_form_of_a_text(written):
    sealed = stored(written)
    for form in (
        CANARY.encode(),
        CANARY.encode("utf-16-le"),
        CANARY.encode().hex().encode(),
        base64.b64encode(CANARY.encode())[:12],
    ):
        assert form not in sealed
    assert (len(sealed), sealed[0]) == (1053, 1)


def test_a_text_moved_to_another_row_stays_closed(tip, written):
    other = message(tip, "other")
    store(other, stored(written))
    with pytest.raises(SealBroken):
        _ = reloaded(other).text


def test_a_text_moved_to_another_object_stays_closed(written, maple_high):
    TipMessage.objects.filter(pk=written.pk).update(tip=tip_at(maple_high))
    with pytest.raises(SealBroken):
        _ = reloaded(written).text


def test_a_text_moved_to_another_column_stays_closed(tip):
    tip.text = CANARY
    tip.save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tips_tip SET sealed_details = text WHERE id = %s", [tip.pk])
    assert reloaded(tip).text == CANARY
    with pytest.raises(SealBroken):
        _ = reloaded(tip).sealed_details


@pytest.mark.parametrize("moved", [{"row"}, {"object"}, {"row", "object"}])
def test_a_text_moved_to_another_partnership_stays_closed(written, oakridge, moved):
    for name, row in (("row", written), ("object", written.tip)):
        if name in moved:
            row.partnership = oakridge
    with pytest.raises(SealBroken):
        _ = written.text


def test_a_changed_text_in_the_database_stays_closed(written):
    store(written, stored(written)[:-1] + bytes([stored(written)[-1] ^ 1]))
    with pytest.raises(SealBroken):
        _ = reloaded(written).text


def test_saving_seals(tip):
    made = TipMessage(partnership=tip.partnership, tip=tip, text="saved")
    made.save()
    made.text = "saved again"
    made.save(update_fields=["text"])
    assert reloaded(made).text == made.text == "saved again"


def test_writing_many_at_once_seals(tip):
    rows = [
        TipMessage(partnership=tip.partnership, tip=tip, sequence=number, text=f"bulk {number}")
        for number in range(1, 4)
    ]
    TipMessage.objects.bulk_create(rows)
    rows[0].text = "bulk again"
    SealedQuerySet[TipMessage](TipMessage).bulk_update(rows, ["text", "hour"])
    assert [row.text for row in rows] == ["bulk again", "bulk 2", "bulk 3"]
    assert [reloaded(row).text for row in rows] == ["bulk again", "bulk 2", "bulk 3"]
    assert {len(stored(row)) for row in rows} == {1053}


def test_an_object_has_sealed_columns_of_its_own(tip):
    tip.text, tip.sealed_details = "who", "where"
    tip.save()
    read = reloaded(tip)
    assert (read.text, read.sealed_details) == ("who", "where")


def test_a_text_opens_when_it_is_first_read(written, django_assert_num_queries):
    with django_assert_num_queries(0, using="vault"):
        row = TipMessage.objects.get(pk=written.pk)
        row.save()
        row.refresh_from_db()
    assert isinstance(vars(row)["text"], SealedValue)
    with django_assert_num_queries(1, using="vault"):
        assert row.text == row.text == CANARY


def test_a_thread_of_fifty_costs_one_visit_to_the_vault(tip, django_assert_num_queries):
    for number in range(50):
        message(tip, str(number))
    with django_assert_num_queries(1, using="vault"), django_assert_num_queries(2):
        texts = {row.text for row in reloaded(tip).messages.all()}
    assert texts >= {str(number) for number in range(50)}


def test_a_deferred_text_is_fetched_and_opened(written):
    assert TipMessage.objects.defer("text").get(pk=written.pk).text == CANARY
    assert TipMessage.objects.only("text", "tip").get(pk=written.pk).text == CANARY


def test_a_row_saved_untouched_keeps_its_bytes(written):
    before = stored(written)
    assert written.text == CANARY
    written.save()
    assert stored(written) == before


def test_a_refreshed_row_shows_what_others_wrote(written):
    assert written.text == CANARY
    other = reloaded(written)
    other.text = "new words"
    other.save()
    written.refresh_from_db()
    assert written.text == "new words"


def test_bytes_of_another_row_can_not_be_inserted(written):
    copy = reloaded(written)
    copy.pk, copy._state.adding = new_id(), True
    with pytest.raises(SealBroken), transaction.atomic():
        copy.save()
    copy.text, copy.sequence = reloaded(written).text, 2
    copy.save()
    assert reloaded(copy).text == CANARY


@pytest.mark.parametrize(
    "search",
    [
        {"text": CANARY},
        {"text__in": [CANARY]},
        {"text__contains": "knife"},
        {"text__lower": "x"},
        {"text__gt": ""},
        {"text": F("text")},
        {"text": None},
    ],
)
def test_no_query_searches_a_text(written, search):
    for queryset in (TipMessage.objects.filter, TipMessage.objects.exclude):
        with pytest.raises(FieldError, match="text is sealed"):
            queryset(**search)


def test_no_expression_finds_a_text_but_whether_it_is_there(written):
    assert not TipMessage.objects.filter(Exact(F("text"), CANARY)).exists()
    assert TipMessage.objects.filter(text__isnull=False, pk=written.pk).exists()


@pytest.mark.parametrize(
    "value",
    ["plain", b"plain", Value("plain"), Concat(Value("a"), Value("b")), Lower(Value("a")), F("id")],
)
def test_no_query_sets_a_text(written, value):
    with pytest.raises(FieldError, match="text is sealed"), transaction.atomic():
        TipMessage.objects.filter(pk=written.pk).update(text=value)
    assert reloaded(written).text == CANARY


def test_a_plain_bulk_update_is_refused(written):
    written.text = "plain"
    with pytest.raises(FieldError, match="text is sealed"):
        TipMessage._base_manager.bulk_update([written], ["text"])


@pytest.mark.parametrize("length", [0, 1, 28, 29, 30, 1024, 1054])
def test_the_database_itself_refuses_plain_bytes(written, length):
    with pytest.raises(IntegrityError), transaction.atomic():
        store(written, b"x" * length)


def test_queries_give_only_ciphertext(written):
    rows = TipMessage.objects.filter(pk=written.pk)
    (row,) = rows.values("text")
    assert str(row) == "{'text': <sealed, 1053 bytes>}"
    ((bare, cast),) = rows.values_list(F("text"), Cast("text", SealedTextField()))
    assert bytes(bare) == bytes(cast) == stored(written)
    assert f"{bare}" == "<sealed, 1053 bytes>"


def test_no_plain_text_in_print_pickle_or_copies(written):
    assert written.text == CANARY
    assert "CANARY" not in repr(written) + str(written)
    assert b"CANARY" not in pickle.dumps(written)
    assert "_data_key" in vars(written.tip)
    assert b"_data_key" not in pickle.dumps(written)
    assert pickle.loads(pickle.dumps(written)).text == CANARY  # noqa: S301 - our own pickle


def test_an_unsaved_text_is_not_pickled(tip):
    with pytest.raises(TypeError, match="Save the row first"):
        pickle.dumps(TipMessage(tip=tip, text=CANARY))


def test_serializers_leave_a_text_out(written):
    assert written.text == CANARY
    for kind in ("json", "jsonl", "xml"):
        assert "CANARY" not in serializers.serialize(kind, [written])


def test_only_text_is_taken(tip):
    for value in (b"bytes", 5, ["list"]):
        with pytest.raises(TypeError, match="takes text"):
            TipMessage(**{"tip": tip, "text": value})


def test_a_row_of_nobody_is_not_sealed(tip):
    with pytest.raises(ValueError, match="partnership"):
        TipMessage.objects.create(pk=uuid4(), tip=tip, text=CANARY)


def test_a_form_holds_the_length_and_the_words():
    field = SealedTextField(max_length=3).formfield()
    assert field is not None
    assert isinstance(field.widget, forms.Textarea)
    with pytest.raises(forms.ValidationError):
        field.clean("four")
    assert SealedTextField(max_length=3).deconstruct()[1:] == (
        "partnership.crypto.SealedTextField",
        [],
        {"max_length": 3},
    )


def test_a_field_that_could_be_compared_is_a_fault():
    field = SealedTextField(unique=True)
    field.set_attributes_from_name("notes")
    field.model = TipMessage
    assert [fault.id for fault in field._check_seal()] == ["crypto.E002"]
