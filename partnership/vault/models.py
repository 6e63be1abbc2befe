"""What must be deleted to make an object unreadable in every backup of the main database."""

from django.db import models


class Share(models.Model):
    """Half of a key, wrapped by the master key. Tells no partnership, no kind and no time.

    id: the seal id of the object, random
    key_id: which master key wraps it
    wrapped: 32 random bytes, encrypted and bound to the id
    """

    id = models.UUIDField(primary_key=True, editable=False)
    key_id = models.CharField(max_length=100)
    wrapped = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Share {self.pk}"
