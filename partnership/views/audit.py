"""The auditor's page: every deed, newest first, and whether the chain is whole."""

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpResponse
from django.shortcuts import render

from partnership import audit
from partnership.models import AuditEntry
from partnership.permissions import MemberRequest, requires

PAGE = 50


@requires("audit.see")
def audit_list(request: MemberRequest) -> HttpResponse:
    entries = AuditEntry.objects.select_related("actor", "link").fetch_mode(models.FETCH_RAISE)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    verdict = audit.verify() if "verify" in request.GET else None
    return render(request, "audit/audit_list.html", {"page": page, "verdict": verdict})
