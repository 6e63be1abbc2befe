"""The site map: the only file that names every room, and only by strings."""

from django.urls import include, path

from partnership import pwa, views

handler400 = "partnership.views.bad_request"
handler403 = "partnership.views.forbidden"
handler404 = "partnership.views.not_found"
handler500 = "partnership.views.broken"

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", include("outbox.urls_metrics")),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("sw.js", pwa.worker, name="worker"),
    path("offline/", pwa.offline, name="offline"),
    path("accounts/", include("partnership.urls_accounts")),
    path("demo/", include("partnership.urls_demo")),
    path("demo/mailbox/", include("outbox.urls_demo")),
    path("<slug:partnership>/", views.public_home, name="public_home"),
    path("<slug:partnership>/board/", views.board, name="board"),
    path("<slug:partnership>/notices/", include("outbox.urls")),
    path("<slug:partnership>/", include("tips.urls")),
    path("<slug:partnership>/members/", include("partnership.urls_members")),
    path("<slug:partnership>/schools/", include("partnership.urls_schools")),
    path("<slug:partnership>/audit/", views.audit_list, name="audit_list"),
]
