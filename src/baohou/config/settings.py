"""Settings, taken from the environment; what is not set works on one machine without questions."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

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
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("BAOHOU_ORIGINS", "").split(",") if origin]

DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{VAR / 'baohou.sqlite3'}")}
_DATABASE = DATABASES["default"]
if _DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    _DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
    }
else:
    _DATABASE["CONN_MAX_AGE"] = 600
    _DATABASE["CONN_HEALTH_CHECKS"] = True
    # A page's queries are short: compiling one (jit) takes longer than running it.
    _DATABASE.setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "baohou.kernel.audit",
    "baohou.kernel.papers",
    "baohou.kernel.people",
    "baohou.kernel.parties",
    "baohou.kernel.rulebook",
    "baohou.kernel.duties",
    "baohou.kernel.accountability",
    "baohou.day",
    "baohou.guarantee",
    "baohou.desk",
    "baohou.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "baohou.desk.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "baohou.desk.middleware.whereabouts",
    "baohou.config.addresses.Policed",
    "baohou.desk.middleware.content_security",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "baohou.config.urls"
WSGI_APPLICATION = "baohou.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "baohou.desk.context.surroundings",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

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
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "baohou.desk.storage.Collected"},
}
WHITENOISE_USE_FINDERS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

KEEP = {
    "drafts": int(os.environ.get("BAOHOU_KEEP_DRAFTS", "90")),
    "logins": int(os.environ.get("BAOHOU_KEEP_LOGINS", "180")),
    "persons": int(os.environ.get("BAOHOU_KEEP_PERSONS", "10")),
}
"""How long personal data is kept: days for files never sent and for log-ins of who left, years for persons."""
