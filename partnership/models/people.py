"""People, what they are in a partnership, and how they come and go."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from partnership.tenancy import TenantManager, TenantModel

if TYPE_CHECKING:
    from partnership.models.school import School


class Role(models.TextChoices):
    """What a member is in the partnership (domain/care_and_officers.md §4.2)."""

    SUPERINTENDENT = "superintendent", _("Superintendent")
    COORDINATOR = "coordinator", _("District safety coordinator")
    PRINCIPAL = "principal", _("Principal")
    COUNSELOR = "counselor", _("Counselor")
    TEACHER = "teacher", _("Teacher")
    SRO = "sro", _("School Resource Officer")
    SERGEANT = "sergeant", _("SRO sergeant")
    CHIEF = "chief", _("Chief or sheriff")
    RECORDS = "records", _("Police records clerk")
    DISPATCHER = "dispatcher", _("Dispatcher")
    ANALYST = "analyst", _("Tip analyst")
    AUDITOR = "auditor", _("Auditor")


SCHOOL_ROLES = frozenset({Role.PRINCIPAL, Role.COUNSELOR, Role.TEACHER, Role.SRO})
SOON = dt.timedelta(days=30)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **facts: Any) -> User:
        """A person with an account and no right anywhere; rights come with a membership."""
        user = self.model(email=self.normalize_email(email).lower(), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person with one account, however many partnerships they serve. Not a tenant row:
    it holds no more than is needed to sign in and to be named to colleagues.

    session_round: how often all sessions of this person were ended at once
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    session_round = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(email=models.functions.Lower("email")),
                name="partnership_user_email_lower",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """What every session is checked against: another passphrase or round ends them all."""
        what = f"{self.password}|{self.session_round}"
        return salted_hmac("partnership.session", what, algorithm="sha256").hexdigest()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        """Those whose access runs now. It ends with the last day of `until_on` (UTC)."""
        today = timezone.now().date()
        return self.filter(
            Q(from_on__lte=today) & (Q(until_on=None) | Q(until_on__gte=today)),
            ended_at=None,
            user__is_active=True,
        )

    def visible_to(self, membership: Membership) -> MembershipQuerySet:
        """The people a member may look up: all, or those of the own schools."""
        if membership.is_district_wide:
            return self
        mine = MembershipSchool.objects.filter(school__members__membership=membership)
        return self.filter(Q(pk__in=mine.values("membership")) | Q(pk=membership.pk))

    def named(self, words: str) -> MembershipQuerySet:
        """Those whose name or address holds all of these words."""
        found = self
        for word in words.split()[:5]:
            found = found.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
        return found

    def without_second_factor(self) -> MembershipQuerySet:
        return self.filter(user__authenticator=None)

    def ending_soon(self) -> MembershipQuerySet:
        """Those whose access ends within 30 days, so that somebody can renew or hand over."""
        return self.filter(until_on__lte=timezone.now().date() + SOON)

    def from_outside(self) -> MembershipQuerySet:
        """Those whom the district does not employ."""
        return self.exclude(basis=Membership.Basis.EMPLOYEE)

    def at(self, school: School) -> MembershipQuerySet:
        return self.filter(schools__school=school)

    def holding(self, *roles: Role) -> MembershipQuerySet:
        return self.filter(role__in=roles)


class Membership(TenantModel):
    """A person's place in one partnership: the role, the schools, why, and until when.

    Nobody has a role everywhere. `basis` is the ground in law on which the person may see
    education records (FERPA, 34 CFR 99.31(a)(1), 99.8, 99.36). `ended_at` is the moment at which
    somebody ended the access by hand, before its last day was over.
    """

    class Basis(models.TextChoices):
        EMPLOYEE = "employee", _("Employee of the district")
        SCHOOL_OFFICIAL = "school_official", _("School official under FERPA 99.31")
        LAW_ENFORCEMENT_UNIT = "law_enforcement_unit", _("Law enforcement unit under FERPA 99.8")
        EMERGENCY = "emergency", _("Health or safety emergency under FERPA 99.36")
        CONTRACTOR = "contractor", _("Contractor")

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    agency = models.ForeignKey("partnership.Agency", models.PROTECT, null=True, blank=True)
    basis = models.CharField(max_length=24, choices=Basis)
    from_on = models.DateField(default=timezone.localdate)
    until_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = TenantManager.from_queryset(MembershipQuerySet)()

    class Meta:
        ordering = ("user__name",)
        constraints = (
            models.UniqueConstraint(
                fields=["partnership", "user"], name="partnership_membership_once"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="partnership_membership_role_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.pk}"

    @property
    def is_district_wide(self) -> bool:
        """Whether the role serves all schools; the others serve only those they are named for."""
        return self.role not in SCHOOL_ROLES

    @property
    def is_current(self) -> bool:
        today = timezone.now().date()
        runs = self.from_on <= today and (self.until_on is None or self.until_on >= today)
        return runs and self.ended_at is None

    @property
    def ends_soon(self) -> bool:
        """Whether access ends within 30 days, so that somebody can renew or hand over."""
        return self.until_on is not None and self.until_on <= timezone.now().date() + SOON


class MembershipSchool(TenantModel):
    """That a member serves this school."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="schools")
    school = models.ForeignKey("partnership.School", models.CASCADE, related_name="members")

    objects = TenantManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["membership", "school"], name="partnership_membershipschool_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.membership_id} at {self.school_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Those that can still be taken: not used, not withdrawn, not too old."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


class Invitation(TenantModel):
    """An offer of a membership, or a way back in, sent to one address and good for a while.

    The link's secret is not stored: it is a signature over this row's id, made while sending.
    """

    class Purpose(models.TextChoices):
        JOIN = "join", _("Join the partnership")
        RETURN = "return", _("Find the way back in")

    purpose = models.CharField(max_length=6, choices=Purpose, default=Purpose.JOIN)
    email = models.EmailField()
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, blank=True)
    role = models.CharField(max_length=20, choices=Role, blank=True)
    basis = models.CharField(max_length=24, choices=Membership.Basis, blank=True)
    agency = models.ForeignKey("partnership.Agency", models.PROTECT, null=True, blank=True)
    school_ids = models.JSONField(default=list)
    until_on = models.DateField(null=True, blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = TenantManager.from_queryset(InvitationQuerySet)()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Invitation {self.pk}"

    @property
    def is_open(self) -> bool:
        return not (self.accepted_at or self.withdrawn_at) and self.expires_at > timezone.now()
