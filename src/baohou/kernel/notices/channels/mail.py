"""E-mail by SMTP. The Message-ID is made of the message's key: sent twice, many mailboxes show it once."""

from __future__ import annotations

import smtplib
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.notices.channels.letter import Letter
from baohou.kernel.outbox.channels import NotSent


def is_set_up() -> bool:
    """Whether the installation names a mail server."""
    return bool(settings.EMAIL_HOST)


def read(said: str, secret: str) -> str:
    """An address, or Refused."""
    try:
        validate_email(said.strip())
    except ValidationError:
        raise Refused("notices.address.mail", "请填写邮箱，如 zhang@example.cn。", where="地址") from None
    return said.strip()


def mask(kept: str) -> str:
    """z…@example.cn."""
    name, _, host = kept.rpartition("@")
    return f"{name[:1]}…@{host}"


def send(where: str, letter: Letter) -> None:
    """Hand a mail to the server."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    number = sha256(letter.key.encode()).hexdigest()[:32]
    mail = EmailMessage(
        subject=_("【保后】%(title)s") % {"title": letter.title},
        body="\n\n".join(
            (
                _("%(name)s，您好：") % {"name": letter.name},
                letter.body or letter.title,
                _("—— 保后（自动发送，请勿回复）"),
            )
        ),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[where],
        headers={"Message-ID": f"<{number}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as fault:
        codes = [code for code, _said in fault.recipients.values()]
        raise NotSent(say("邮件服务器不收这个地址（%(code)s）。", code=codes[0]), hopeless=min(codes) >= 500) from None
    except smtplib.SMTPAuthenticationError:
        raise NotSent(say("邮件服务器不认用户名或密码，请检查 BAOHOU_SMTP_USER 和 BAOHOU_SMTP_PASSWORD。")) from None
    except smtplib.SMTPResponseException as fault:
        raise NotSent(say("邮件服务器回答 %(code)s。", code=fault.smtp_code)) from None
    except (smtplib.SMTPException, OSError):
        raise NotSent(say("连不上邮件服务器，请检查 BAOHOU_SMTP_HOST 和网络。")) from None
