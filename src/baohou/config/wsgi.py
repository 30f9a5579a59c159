"""What the server serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
application = get_wsgi_application()
# All pages and operations are loaded now: it takes seconds, which whoever came first would wait for.
get_resolver().url_patterns  # noqa: B018
# What stands until the end is not looked through for garbage again: half a million objects, a quarter of a second.
gc.collect()
gc.freeze()
