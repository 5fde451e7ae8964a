"""Bearer tokens: made, and checked as Membrane does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug import Request

from exactnb.sandbox.membrane.problems import Problem

_DIGESTS = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}


class Tokens:
    """The tokens of one workspace.

    Parameters
    ----------
    workspace_key, workspace_secret
        What a caller signs its own tokens with.
    personal
        Personal access token (``pat-…``) → tenant.
    clock
        Seconds since 1970.
    """

    def __init__(
        self,
        workspace_key: str,
        workspace_secret: str,
        personal: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.workspace_key = workspace_key
        self.workspace_secret = workspace_secret
        self.personal = dict(personal)
        self.clock = clock

    def mint(
        self, tenant: str | None, *, lifetime: float | None = None, algorithm: str = "HS256"
    ) -> str:
        """A signed token for a tenant; without a lifetime it does not expire."""
        claims: dict[str, Any] = {"workspaceKey": self.workspace_key}
        if tenant is not None:
            claims["tenantKey"] = tenant
        if lifetime is not None:
            claims["exp"] = int(self.clock() + lifetime)
        signed = f"{_encode({'alg': algorithm, 'typ': 'JWT'})}.{_encode(claims)}"
        return f"{signed}.{_base64(self._signature(signed, algorithm))}"

    def tenant(self, request: Request) -> str | None:
        """The tenant whose token a request carries; None for a token of the whole workspace."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise _refused("No token was sent: a header 'Authorization: Bearer <token>' is needed")
        if token.startswith("pat-"):
            if token not in self.personal:
                raise _refused("The personal access token is not known")
            return self.personal[token]
        return self._tenant_of(self._verified(token))

    def _verified(self, token: str) -> dict[str, Any]:
        signed, _, signature = token.rpartition(".")
        try:
            header, claims = (json.loads(_decode(part)) for part in signed.split("."))
            given = _decode(signature)
            algorithm = header["alg"]
        except (ValueError, KeyError, TypeError) as error:
            raise _refused("The token is not a valid JWT") from error
        if not isinstance(claims, dict) or not isinstance(claims.get("exp", 0), int | float):
            raise _refused("The token's claims cannot be read")
        if algorithm not in _DIGESTS:
            raise _refused(f"The token's algorithm {algorithm!r} is not accepted here")
        if not hmac.compare_digest(self._signature(signed, algorithm), given):
            raise _refused("The token's signature is not valid")
        return claims

    def _tenant_of(self, claims: dict[str, Any]) -> str | None:
        # two spellings are in use: {workspaceKey, tenantKey} and {iss, id}, the SDK's own
        if claims.get("workspaceKey", claims.get("iss")) != self.workspace_key:
            raise _refused("The token is for another workspace")
        expires = claims.get("exp")
        if expires is not None and expires <= self.clock():
            raise _refused("The token has expired")
        tenant = claims.get("tenantKey", claims.get("id"))
        return None if tenant is None else str(tenant)

    def _signature(self, signed: str, algorithm: str) -> bytes:
        secret = self.workspace_secret.encode()
        return hmac.new(secret, signed.encode(), _DIGESTS[algorithm]).digest()


def _refused(message: str) -> Problem:
    return Problem("bad_request", message, key="not_authenticated")


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encode(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
