"""The issuer of an office's single sign-on (OpenID Connect), by the settings; there is at most one."""

from __future__ import annotations

import secrets
from typing import Any, Final

import jwt
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that only the issuer can make."""
NONCE: Final = "baohou_nonce"


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Believes a token only when the issuer signed it, for us, in answer to this browser's question."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the issuer says of itself; refused when it calls itself otherwise than the settings do."""
        told: dict[str, Any] = super().openid_config
        if str(told.get("issuer", "")).rstrip("/") != self.get_provider().app.settings["server_url"]:
            raise OAuth2Error("the issuer calls itself otherwise")
        return told

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return str(build_absolute_uri(request, reverse("oidc.done"), self.redirect_uri_protocol))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """Refused without a token of identity: what the issuer says of a person has to be signed.

        The number that is not in it is asked for at the issuer, which has to speak of the same person.
        """
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("no id_token")
        told = self._decode_id_token(app, kwargs["response"]["id_token"])
        data = {"id_token": told}
        if not told.get(settings.OIDC_CLAIM) and "userinfo_endpoint" in self.openid_config:
            data["userinfo"] = self._fetch_user_info(token.token)
            if data["userinfo"].get("sub") != told["sub"]:
                raise OAuth2Error("userinfo tells of somebody else")
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            alg, key = jwtkit.fetch_key(id_token, self.openid_config["jwks_uri"], jwtkit.lookup_kid_jwk)
            if alg not in SIGNED_BY:
                raise OAuth2Error(f"signed by {alg}")
            told: dict[str, Any] = jwt.decode(
                id_token,
                key=key,
                algorithms=[alg],
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
                leeway=60,
            )
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as fault:
            raise OAuth2Error(f"invalid id_token: {fault}") from fault
        nonce = self.request.session.pop(NONCE, None)
        if not nonce or not secrets.compare_digest(str(told.get("nonce", "")), nonce):
            raise OAuth2Error("nonce differs")
        return told


class Issuer(OpenIDConnectProvider):  # type: ignore[misc]
    """As allauth's, with a nonce, and never more than our own address asks for."""

    id = "oidc"
    name = "OIDC"
    oauth2_adapter_class = Adapter

    def get_default_scope(self) -> list[str]:
        return ["openid", "profile"]

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        request.session[NONCE] = secrets.token_urlsafe(24)
        return {**self.get_auth_params(), "nonce": request.session[NONCE]}

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())


provider_classes = [Issuer]
