"""Settings, taken from the environment; what is not set works on one machine without questions."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url

PACKAGE = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("BAOHOU_VAR", "var")).resolve()
VAR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """The key of this installation: from the environment, or made once and kept under var/."""
    if key := os.environ.get("BAOHOU_SECRET_KEY"):
        return key
    kept = VAR / "secret-key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(50))
    return kept.read_text()


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("BAOHOU_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("BAOHOU_HOSTS", "127.0.0.1,localhost,testserver").split(",")
PUBLIC_URL = os.environ.get("BAOHOU_URL", "http://127.0.0.1:8000").rstrip("/")
"""Where people reach this installation; stands on sealed papers, in the QR code of their check page."""
if PUBLIC_URL.startswith("https://"):
    # People reach us through a proxy of ours that speaks HTTPS; what it says about that is believed.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("BAOHOU_ORIGINS", "").split(",") if origin]
READ_ONLY_BECAUSE = os.environ.get("BAOHOU_READONLY", "")
"""Why this machine takes no changes, whatever the switch in the database says; empty when it takes them."""

DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{VAR / 'baohou.sqlite3'}")}
_DATABASE = DATABASES["default"]
if _DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    _DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        # FULL: what was answered is on the disk, also after a power cut; NORMAL under WAL may lose the last commits.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
    }
else:
    _DATABASE["CONN_MAX_AGE"] = 600
    _DATABASE["CONN_HEALTH_CHECKS"] = True
    # A page's queries are short: compiling one (jit), or starting processes for it, takes longer than running it.
    _DATABASE.setdefault("OPTIONS", {}).setdefault("options", "-c jit=off -c parallel_setup_cost=20000")
    # The database keeps the plan of what it is asked often: planning takes as long as most of a page's queries.
    _DATABASE["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 5, **_DATABASE["OPTIONS"]}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "baohou.kernel.watch",
    "baohou.kernel.audit",
    "baohou.kernel.papers",
    "baohou.kernel.people",
    "baohou.kernel.api",
    "baohou.kernel.parties",
    "baohou.kernel.rulebook",
    "baohou.kernel.approvals",
    "baohou.kernel.duties",
    "baohou.kernel.outbox",
    "baohou.kernel.notices",
    "baohou.kernel.hooks",
    "baohou.kernel.accountability",
    "baohou.kernel.entrance",
    "baohou.day",
    "baohou.upkeep",
    "baohou.guarantee",
    "baohou.desk",
    "baohou.config",
]

MIDDLEWARE = [
    "baohou.upkeep.middleware.number",
    "baohou.upkeep.middleware.body_limit",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "baohou.desk.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "baohou.kernel.entrance.middleware.sessions",
    "baohou.desk.middleware.whereabouts",
    "baohou.kernel.audit.origin.middleware",
    "baohou.config.addresses.Policed",
    "baohou.desk.middleware.content_security",
    "baohou.upkeep.middleware.ReadOnlyTimes",
    "baohou.upkeep.middleware.Paced",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "baohou.desk.callers.callers",
]

ROOT_URLCONF = "baohou.config.urls"
WSGI_APPLICATION = "baohou.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("baohou.desk.quick.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "baohou.desk.context.surroundings",
                "baohou.upkeep.answers.surroundings",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

PASSWORD_LENGTH = int(os.environ.get("BAOHOU_PASSWORD_LENGTH", "10"))
COMPANY_WORDS = [one for one in os.environ.get("BAOHOU_COMPANY", "").split(",") if one]
"""Names of the company that may not be what a password is made of."""
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "baohou.kernel.people.passwords.NotAName"},
    {"NAME": "baohou.kernel.people.passwords.NotLeaked"},
    {"NAME": "baohou.kernel.people.passwords.NotUsedBefore"},
]
AUTHENTICATION_BACKENDS = ["baohou.kernel.entrance.backends.Backend"]
SESSION_ENGINE = "baohou.kernel.entrance.sessions"
ACCOUNT_ADAPTER = "baohou.kernel.entrance.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_LOGIN_TIMEOUT = 600
"""Seconds between the password and the code of the second factor. Failures are counted by kernel.people.throttle."""
MFA_ADAPTER = "baohou.kernel.entrance.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
RESET_LOGIN_DAYS = int(os.environ.get("BAOHOU_RESET_LOGIN_DAYS", "7"))
"""For so long who had a log-in reset by somebody checks nothing that this somebody asks."""
MFA_TOTP_ISSUER = os.environ.get("BAOHOU_TOTP_ISSUER", "保后")
MFA_RECOVERY_CODE_COUNT, MFA_RECOVERY_CODE_DIGITS = 10, 12
LOGIN_TRIES = int(os.environ.get("BAOHOU_LOGIN_TRIES", "5"))
LOGIN_TRIES_ADDRESS = int(os.environ.get("BAOHOU_LOGIN_TRIES_ADDRESS", "50"))
"""So many log-ins may fail, of an account and from an address, before there is a wait."""
SESSION_IDLE = int(os.environ.get("BAOHOU_SESSION_IDLE", "60")) * 60
SESSION_LONGEST = int(os.environ.get("BAOHOU_SESSION_LONGEST", "12")) * 3600
"""Seconds after which a session ends: without a request, and at the latest."""
SESSION_COOKIE_AGE = SESSION_LONGEST
SESSION_COOKIE_HTTPONLY = True
PROOF_LASTS = 15 * 60
"""Seconds after a log-in, or a repeated password, in which the log-in itself may be changed."""
OIDC_CLAIM = os.environ.get("BAOHOU_OIDC_CLAIM", "preferred_username")
"""What the issuer calls the staff number."""
SOCIALACCOUNT_ADAPTER = "baohou.kernel.entrance.adapters.Issuers"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if _ISSUER := os.environ.get("BAOHOU_OIDC_ISSUER", "").rstrip("/"):
    SOCIALACCOUNT_PROVIDERS["oidc"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "office",
                "name": os.environ.get("BAOHOU_OIDC_LABEL", "统一登录"),
                "client_id": os.environ.get("BAOHOU_OIDC_CLIENT", ""),
                "secret": os.environ.get("BAOHOU_OIDC_SECRET", ""),
                "settings": {"server_url": _ISSUER},
            }
        ],
    }
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_cacherow",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
"""Used codes of second factors are known to every process; calls of the API are counted in each."""
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
CSRF_FAILURE_VIEW = "baohou.upkeep.answers.page_is_old"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
STATIC_ROOT.mkdir(exist_ok=True)
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "baohou.desk.storage.Collected"},
    "papers": {"BACKEND": "baohou.kernel.papers.records.places.Folder"},
}
if _BUCKET := os.environ.get("BAOHOU_S3_BUCKET"):
    # Keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as every S3 program reads them.
    STORAGES["papers"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _BUCKET,
            "endpoint_url": os.environ.get("BAOHOU_S3_ENDPOINT") or None,
            "region_name": os.environ.get("BAOHOU_S3_REGION") or None,
            "location": os.environ.get("BAOHOU_S3_PREFIX", "files"),
            "file_overwrite": True,
            "default_acl": None,
        },
    }
WHITENOISE_USE_FINDERS = True


def WHITENOISE_ADD_HEADERS_FUNCTION(headers: Any, path: str, url: str) -> None:  # noqa: N802
    """Styles, scripts and icons stand in no frame, and nothing runs in one that is opened by itself."""
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MESSAGE_STORAGE = "baohou.upkeep.answers.Numbered"
METRICS_TOKEN = os.environ.get("BAOHOU_METRICS_TOKEN", "")
"""With it /metrics answers whoever knows it; without, whoever asks from this machine and not through a proxy."""
_JSON_LINES = os.environ.get("BAOHOU_LOG") == "json"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "baohou.upkeep.logs.JsonLines"},
        "plain": {"()": "baohou.upkeep.logs.PlainLines", "format": "%(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json" if _JSON_LINES else "plain"}},
    "root": {"handlers": ["out"], "level": "WARNING"},
    "loggers": {
        "baohou": {"level": "INFO" if _JSON_LINES else "WARNING"},
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
PROXIES = frozenset(os.environ.get("BAOHOU_PROXIES", "127.0.0.1,::1").split(","))
"""Proxies of ours: what they say in X-Forwarded-For about whom they ask for is believed."""
AUDIT_HEADS = [one for one in os.environ.get("BAOHOU_HEADS", str(VAR / "audit-heads.jsonl")).split(os.pathsep) if one]
"""Files outside the database that the day appends the head of the audit's chain to."""
AUDIT_MAIL = [one for one in os.environ.get("BAOHOU_HEADS_MAIL", "").split(",") if one]
"""Whom the day sends the head to."""
OUTBOX_TRIES = int(os.environ.get("BAOHOU_OUTBOX_TRIES", "8"))
OUTBOX_FIRST_PAUSE = float(os.environ.get("BAOHOU_OUTBOX_FIRST_PAUSE", "30"))
OUTBOX_LONGEST_PAUSE = float(os.environ.get("BAOHOU_OUTBOX_LONGEST_PAUSE", "14400"))
"""Seconds after the first failure, and at most, before a message is tried again."""

HOOKS_HOSTS = [one.strip() for one in os.environ.get("BAOHOU_HOOKS_HOSTS", "").split(",") if one.strip()]
"""Hosts and networks within the house (names, or 10.0.0.0/8) that hooks may lead to; all others must be public."""
HOOKS_TO_LOOPBACK = os.environ.get("BAOHOU_HOOKS_LOOPBACK") == "1"
"""Whether hooks may lead to this machine, also by http: for a program of the partner's that runs here."""
HOOKS_FAILURES = int(os.environ.get("BAOHOU_HOOKS_FAILURES", "20"))
"""After so many failures in a row a hook is paused and the administrators are told."""
HOOKS_KEEP_DAYS = int(os.environ.get("BAOHOU_HOOKS_KEEP_DAYS", "30"))
"""So many days deliveries are kept."""

EMAIL_HOST = os.environ.get("BAOHOU_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("BAOHOU_SMTP_PORT", "465"))
EMAIL_HOST_USER = os.environ.get("BAOHOU_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("BAOHOU_SMTP_PASSWORD", "")
_SMTP_BY = os.environ.get("BAOHOU_SMTP_TLS", "ssl")
EMAIL_USE_SSL, EMAIL_USE_TLS = _SMTP_BY == "ssl", _SMTP_BY == "starttls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("BAOHOU_MAIL_FROM", EMAIL_HOST_USER or "baohou@localhost")

SMS_URL = os.environ.get("BAOHOU_SMS_URL", "https://dysmsapi.aliyuncs.com/")
SMS_KEY = os.environ.get("BAOHOU_SMS_KEY", "")
SMS_SECRET = os.environ.get("BAOHOU_SMS_SECRET", "")
SMS_SIGN = os.environ.get("BAOHOU_SMS_SIGN", "")
SMS_TEMPLATE = os.environ.get("BAOHOU_SMS_TEMPLATE", "")
API_CALLS_PER_MINUTE = int(os.environ.get("BAOHOU_API_CALLS", "600"))
"""So many calls a minute one token makes in one process; above that it is asked to wait (429)."""
WRITES_PER_MINUTE = int(os.environ.get("BAOHOU_WRITES", "300"))
"""So many writing requests a person or a system sends in a minute, by pages and API together; then it waits (429)."""
LARGEST_MB = {
    "picture": int(os.environ.get("BAOHOU_MB_PICTURE", "20")),
    "pdf": int(os.environ.get("BAOHOU_MB_PDF", "20")),
    "office": int(os.environ.get("BAOHOU_MB_OFFICE", "20")),
    "table": int(os.environ.get("BAOHOU_MB_TABLE", "60")),
}
"""Megabytes that one file may have: a picture, a PDF, a workbook or document that is kept, a table to import."""
LARGEST_BODY_MB = int(os.environ.get("BAOHOU_MB_BODY", "64"))
"""Megabytes of one request, files and all; the proxy before us says the same (client_max_body_size)."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_NUMBER_FILES = 40
"""Of one request: bytes besides its files, fields, files. A department's table has some fields for each client."""
CLAMD = os.environ.get("BAOHOU_CLAMD", "")
CLAMD_SECONDS = float(os.environ.get("BAOHOU_CLAMD_SECONDS", "30"))
"""Where clamd is asked about every file that comes in (a socket's path, or host:port), and seconds to wait for it."""
KEEP = {
    "imports": int(os.environ.get("BAOHOU_KEEP_IMPORTS", "30")),
    "jobs": int(os.environ.get("BAOHOU_KEEP_JOBS", "90")),
    "notices": int(os.environ.get("BAOHOU_KEEP_NOTICES", "365")),
    "messages": int(os.environ.get("BAOHOU_KEEP_MESSAGES", "90")),
    "drafts": int(os.environ.get("BAOHOU_KEEP_DRAFTS", "90")),
    "texts": int(os.environ.get("BAOHOU_KEEP_TEXTS", "30")),
    "contacts": int(os.environ.get("BAOHOU_KEEP_CONTACTS", "3")),
    "logins": int(os.environ.get("BAOHOU_KEEP_LOGINS", "180")),
    "tables": int(os.environ.get("BAOHOU_KEEP_TABLES", "10")),
    "persons": int(os.environ.get("BAOHOU_KEEP_PERSONS", "10")),
}
"""How long personal data is kept: years for contacts, tables and persons, days for all else."""
