"""Everything that depends on the machine. Secrets come from the environment or, as NAME_FILE,
from a mounted file; partnership/checks.py stops the server when one is missing or weak."""

from pathlib import Path
from typing import Any

import environ
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

env = environ.FileAwareEnv()

BASE_DIR = Path(__file__).resolve().parent.parent
PORTAL_DATA = Path(env.str("PORTAL_DATA", default=str(BASE_DIR / ".portal")))
PORTAL_DEMO = env.bool("PORTAL_DEMO", default=False)
PORTAL_BIND = env.str("PORTAL_BIND", default="127.0.0.1")
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")

SECRET_KEY = env.str("SECRET_KEY", default="")
MASTER_KEY = env.str("MASTER_KEY", default="")
MASTER_KEY_PROVIDER = env.str("MASTER_KEY_PROVIDER", default="partnership.crypto.LocalKeyProvider")
TIP_PEPPER = env.str("TIP_PEPPER", default="")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# Floors, from the ground up; tests/house/test_floors.py holds the order.
ROOMS = ["partnership", "outbox", "tips"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "partnership.vault",
    *ROOMS,
]
MIDDLEWARE = [
    "partnership.middleware.SenderPrivacyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "partnership.middleware.HeadersMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "partnership.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "partnership.middleware.AwakeMiddleware",
    "partnership.middleware.PartnershipMiddleware",
]
ROOT_URLCONF = "partnership.urls"
WSGI_APPLICATION = "partnership.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["partnership.templatetags.ui", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "partnership.shell.shell",
            ],
        },
    }
]


def database(name: str) -> dict[str, object]:
    """One PostgreSQL database; connections live as long as their thread does."""
    return {
        **env.db_url(name, default="postgresql:///portal", engine="django.db.backends.postgresql"),
        "CONN_MAX_AGE": env.int("DATABASE_CONNECTION_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
    }


def mailer(url: str) -> dict[str, Any]:
    """Django's mailer for an EMAIL_URL (smtp://…, smtp+tls://…, smtp+ssl://…)."""
    if url == "mailbox:":
        return {"BACKEND": "outbox.channels.mailbox.MailboxBackend"}
    parts = environ.Env.email_url_config(url)
    return {
        "BACKEND": parts["EMAIL_BACKEND"],
        "OPTIONS": {
            "host": parts["EMAIL_HOST"],
            "port": parts["EMAIL_PORT"],
            "username": parts["EMAIL_HOST_USER"] or "",
            "password": parts["EMAIL_HOST_PASSWORD"] or "",
            "use_tls": parts.get("EMAIL_USE_TLS", False),
            "use_ssl": parts.get("EMAIL_USE_SSL", False),
            "timeout": 10,
        },
    }


DATABASES = {
    "default": {**database("DATABASE_URL"), "ATOMIC_REQUESTS": True},
    "vault": database("VAULT_URL"),
}
DATABASE_ROUTERS = ["partnership.vault.router.VaultRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The cache stands in PostgreSQL: nobody is kept from signing in because the broker is down.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "partnership_cache",
        # Culling sooner would forget which one-time codes were used.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
# For runs in which no worker is wanted at all, the sweeper carries everything.
CELERY_TASK_ALWAYS_EAGER = False

AUTH_USER_MODEL = "partnership.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "choose_partnership"
ACCOUNT_ADAPTER = "partnership.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation already proved the address
ACCOUNT_EMAIL_NOTIFICATIONS = False  # only the outbox sends
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Nothing is counted per address of the network: a whole school stands behind one, and nobody may
# bar it from signing in. Passphrases are counted by partnership/accounts/passphrase.py.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": None}
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
MFA_TOTP_ISSUER = "Partnership"
MFA_ADAPTER = "partnership.accounts.KeyAdapter"
USERSESSIONS_TRACK_ACTIVITY = False

# Seconds. Idle conceals the screen; after the full day the session is over (domain/tips.md §4.12).
IDLE_LOCK_SECONDS = 30 * 60
FULL_SIGN_IN_SECONDS = 12 * 60 * 60
SIGN_IN_FAILURES = 5
SIGN_IN_WINDOW_SECONDS = 15 * 60

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = FULL_SIGN_IN_SECONDS
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_AGE = None  # gone when the browser closes: the only cookie a sender ever gets
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "partnership.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
# Not "no-referrer": with it browsers send `Origin: null`, and every form fails its CSRF check.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
# Bounds before anything is parsed.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 0

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "staticfiles"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *[("vendor", path) for path in [BASE_DIR / "build" / "vendor"] if path.is_dir()],
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# Every way out of the house, the usual one first and then the one that stands by. Without an
# EMAIL_URL letters are kept in a folder; without the others the channel does not exist.
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="no-reply@localhost")
MAILBOX_DIR = PORTAL_DATA / "mailbox"
WEBPUSH_PRIVATE_KEY = env.str("WEBPUSH_PRIVATE_KEY", default="")
WEBPUSH_CONTACT = env.str("WEBPUSH_CONTACT", default=f"mailto:{DEFAULT_FROM_EMAIL}")


def given(*names: str) -> list[str]:
    """The addresses of providers that are set, in order."""
    return [url for name in names if (url := env.str(name, default=""))]


OUTBOX_PROVIDERS = {
    "email": given("EMAIL_URL", "EMAIL_STANDBY_URL") or ["mailbox:"],
    "sms": given("SMS_URL", "SMS_STANDBY_URL"),
    "voice": given("VOICE_URL", "VOICE_STANDBY_URL"),
    "push": ["webpush:"] if WEBPUSH_PRIVATE_KEY else [],
    "webhook": ["webhook:"],
}
MAILERS: dict[str, dict[str, Any]] = {
    f"email-{number}": mailer(url) for number, url in enumerate(OUTBOX_PROVIDERS["email"], start=1)
}
MAILERS["default"] = MAILERS["email-1"]
# "host:port" of stand-ins that may be called although they stand inside; a check refuses them
# outside the demo. GATEWAY_URL: the demo's own, whose mailbox shows what it got.
OUTBOX_INSIDE_HOSTS = env.list("OUTBOX_INSIDE_HOSTS", default=[])
GATEWAY_URL = env.str("GATEWAY_URL", default="")
# Called every minute while the auditor finds nothing wrong; silence is the alarm.
HEARTBEAT_URL = env.str("HEARTBEAT_URL", default="")
# Who asks for /metrics shows this; without it /metrics answers on loopback only.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# The ground must not import the outbox above it; it asks by name.
OUTBOX = "outbox.actions"
# How long a claimed delivery belongs to the process that claimed it.
OUTBOX_LEASE_SECONDS = env.int("OUTBOX_LEASE_SECONDS", default=30)

# Live pages, in seconds: a sign of life on a quiet stream, how often rights are checked while it
# is open, how long it lasts.
LIVE_HEARTBEAT_SECONDS = env.int("LIVE_HEARTBEAT_SECONDS", default=15)
LIVE_RECHECK_SECONDS = env.int("LIVE_RECHECK_SECONDS", default=60)
LIVE_STREAM_SECONDS = env.int("LIVE_STREAM_SECONDS", default=5 * 60)
# Browsers that do not speak HTTP/2 open six connections to a server; two are left for the pages.
LIVE_STREAMS_PER_SESSION = 4

SILENCED_SYSTEM_CHECKS: list[str] = []
# "plain" for people, "json" for a program that gathers logs; a check refuses anything else.
LOG_FORMAT = env.str("LOG_FORMAT", default="plain")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "partnership.logs.PlainFormatter"},
        "json": {"()": "partnership.logs.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if LOG_FORMAT == "json" else "plain",
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        # What a visitor typed wrong, or too long, is theirs and not the log's.
        "django.security": {"handlers": [], "level": "CRITICAL", "propagate": True},
        # Names the host that a stranger asked for.
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "fido2": {"handlers": [], "level": "ERROR", "propagate": True},  # it names each passkey
        "celery": {"handlers": [], "level": "WARNING", "propagate": True},
        # Has a handler of its own unless it is named here.
        "celery.task": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
