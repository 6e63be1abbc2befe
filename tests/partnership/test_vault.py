"""The vault: a share for every object, none after shredding, and keys that can be rotated."""

import secrets
from contextlib import closing
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction

from partnership.crypto import (
    SealBroken,
    Shredded,
    VaultUnreachable,
    key_provider,
    unseal_many,
)
from partnership.management.commands import rotate_keys
from partnership.models import School
from partnership.vault.models import Share
from partnership.vault.router import VaultRouter
from tests.partnership.sealing import message, reloaded, store, stored, tip_at
from tips.models import Tip, TipMessage

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def tip(maple_high):
    return tip_at(maple_high)


@pytest.fixture
def add_master_key(settings):
    """Put a new master key first in the ring, and tell its name."""

    def add_master_key():
        settings.MASTER_KEY = f"{secrets.token_hex(32)},{settings.MASTER_KEY}"
        return key_provider().current_id()

    return add_master_key


@pytest.fixture
def share_in_use():
    """A share that another process holds at this moment."""
    other, seal_id = connections["vault"].copy(), uuid4()
    key_id, wrapped = key_provider().wrap(bytes(32), b"share|" + seal_id.bytes)
    with closing(other), other.cursor() as cursor:
        cursor.execute("INSERT INTO vault_share VALUES (%s, %s, %s)", [seal_id, key_id, wrapped])
        other.set_autocommit(False)
        cursor.execute("SELECT 1 FROM vault_share WHERE id = %s FOR UPDATE", [seal_id])
        yield seal_id
        other.rollback()
        other.set_autocommit(True)
        cursor.execute("DELETE FROM vault_share WHERE id = %s", [seal_id])


def rotate(*options):
    said = StringIO()
    call_command("rotate_keys", *options, stdout=said)
    return said.getvalue()


def test_a_new_object_has_its_share_before_it_has_a_message(tip):
    share = Share.objects.get(pk=tip.seal_id)
    context = b"share|" + tip.seal_id.bytes
    assert len(key_provider().unwrap(share.key_id, bytes(share.wrapped), context)) == 32
    assert [field.name for field in Share._meta.fields] == ["id", "key_id", "wrapped"]


def test_an_object_with_nothing_to_seal_has_its_share_too(maple_high):
    bare = Tip(partnership=maple_high.partnership)
    Tip._meta.get_field("seal_id").pre_save(bare, add=True)
    assert Share.objects.filter(pk=bare.seal_id).exists()


def test_a_share_outlives_the_row_that_failed(tip, maple_high):
    failed = Tip(id=tip.id, partnership=tip.partnership, school=maple_high)
    with pytest.raises(IntegrityError), transaction.atomic():
        failed.save(force_insert=True)
    assert Share.objects.filter(pk=failed.seal_id).exists()
    assert reloaded(message(tip, "still here")).text == "still here"


def test_a_share_is_never_left_to_an_open_transaction(maple_high):
    with transaction.atomic(using="vault"), pytest.raises(RuntimeError, match="durable"):
        tip_at(maple_high)


def test_shares_swapped_between_objects_open_nothing(tip, maple_high):
    rows = [message(tip, "one"), message(tip_at(maple_high), "two")]
    one, two = (Share.objects.get(pk=row.tip.seal_id) for row in rows)
    one.wrapped, two.wrapped = two.wrapped, one.wrapped
    Share.objects.bulk_update([one, two], ["wrapped"])
    for row in rows:
        with pytest.raises(SealBroken):
            _ = reloaded(row).text


def test_a_stolen_database_without_the_master_key_opens_nothing(tip, settings):
    row = message(tip, "CANARY-7f3")
    settings.MASTER_KEY = secrets.token_hex(32)
    with pytest.raises(SealBroken):
        _ = reloaded(row).text


def test_a_shredded_object_is_unreadable_even_from_an_older_copy(tip):
    row = message(tip, "CANARY-7f3")
    backup, unopened = stored(row), reloaded(row)
    reloaded(tip).shred()
    store(row, backup)
    for copy in (unopened, reloaded(row)):
        with pytest.raises(Shredded):
            _ = copy.text


def test_a_shredded_object_forgets_what_it_had_open(tip):
    row = message(reloaded(tip), "CANARY-7f3")
    assert row.tip.text == ""
    row.tip.shred()
    with pytest.raises(Shredded):
        _ = row.tip.text
    with pytest.raises(Shredded):
        _ = TipMessage.objects.select_related("tip").get(pk=row.pk).text
    with pytest.raises(Shredded), transaction.atomic():
        message(row.tip, "more")


def test_a_shredded_object_takes_no_new_text_and_gets_no_new_share(tip):
    tip.shred()
    with pytest.raises(Shredded), transaction.atomic():
        message(reloaded(tip), "too late")
    assert not Share.objects.filter(pk=tip.seal_id).exists()


def test_a_shredded_row_can_still_be_saved(tip):
    row = message(tip, "CANARY-7f3")
    tip.shred()
    row = reloaded(row)
    row.save()
    assert len(stored(row)) == 1053


def test_shredding_one_object_leaves_the_others(tip, maple_high):
    other = message(tip_at(maple_high), "still here")
    tip.shred()
    assert reloaded(other).text == "still here"


def test_many_objects_are_unsealed_in_one_query(tip, maple_high, django_assert_num_queries):
    tips = [tip, *(tip_at(maple_high) for _ in range(9))]
    for number, each in enumerate(tips):
        message(each, str(number))
    tips[3].shred()
    rows = list(TipMessage.objects.filter(tip__in=tips).select_related("tip"))
    with django_assert_num_queries(1, using="vault"):
        unseal_many(rows)
        unseal_many(rows)
        assert {row.text for row in rows if row.tip_id != tips[3].pk} >= set("012456789")


def test_many_objects_with_a_shredded_one_among_them(tip):
    row = reloaded(message(tip, "CANARY-7f3"))
    tip.shred()
    unseal_many([row])
    with pytest.raises(Shredded):
        _ = row.text


def test_a_vault_that_does_not_answer_is_named_as_such(tip):
    row = reloaded(message(tip, "CANARY-7f3"))
    with connections["vault"].cursor() as cursor, pytest.raises(Exception, match="terminating"):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(VaultUnreachable) as unreachable:
        _ = row.text
    assert "CANARY" not in str(unreachable.value)


def test_each_database_holds_its_own_tables_only():
    tables = {name: set(connections[name].introspection.table_names()) for name in connections}
    assert tables["vault"] - {"django_migrations"} == {"vault_share"}
    assert "vault_share" not in tables["default"]


def test_the_router_keeps_the_vault_apart():
    router, school, share = VaultRouter(), School(), Share()
    assert [router.db_for_read(Share), router.db_for_write(Share)] == ["vault", "vault"]
    assert router.db_for_read(School) is None
    assert router.allow_relation(share, school) is router.allow_relation(school, share) is False
    assert router.allow_relation(share, Share()) is True
    assert router.allow_relation(school, School()) is None
    assert router.allow_migrate("vault", "vault") is True
    assert router.allow_migrate("default", "vault") is False
    assert router.allow_migrate("vault", "tips") is False
    assert router.allow_migrate("default", "tips") is None


def test_rotation_wraps_every_share_under_the_newest_key(tip, add_master_key, settings):
    row = message(tip, "CANARY-7f3")
    new_key = add_master_key()
    assert f"Wrapped 1 shares under master key {new_key}; 0 left." in rotate()
    assert set(Share.objects.values_list("key_id", flat=True)) == {new_key}
    settings.MASTER_KEY = settings.MASTER_KEY.split(",")[0]
    assert reloaded(row).text == "CANARY-7f3"


def test_rotation_takes_every_batch_and_then_finds_none(maple_high, add_master_key, monkeypatch):
    monkeypatch.setattr(rotate_keys, "BATCH", 2)
    rows = [message(tip_at(maple_high), str(number)) for number in range(5)]
    add_master_key()
    assert "Wrapped 5 shares" in rotate()
    assert "Wrapped 0 shares" in rotate()
    assert [reloaded(row).text for row in rows] == list("01234")


def test_rotation_passes_over_a_share_in_use(tip, share_in_use, add_master_key):
    new_key = add_master_key()
    with pytest.raises(CommandError, match="in use"):
        rotate()
    assert Share.objects.get(pk=tip.seal_id).key_id == new_key
    assert Share.objects.get(pk=share_in_use).key_id != new_key


def test_a_dry_run_only_counts(tip, add_master_key):
    new_key = add_master_key()
    assert f"Wrapped 0 shares under master key {new_key}; 1 left." in rotate("--dry-run")
    assert Share.objects.get(pk=tip.seal_id).key_id != new_key


def test_rotation_tells_of_shares_no_key_opens(tip, settings):
    settings.MASTER_KEY = secrets.token_hex(32)
    with pytest.raises(CommandError, match="1 shares open with no key"):
        rotate()
    assert Share.objects.get(pk=tip.seal_id).key_id != key_provider().current_id()
