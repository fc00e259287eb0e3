"""Chromium's own virtual authenticator, plugged into one tab by the protocol of its developer tools."""

from typing import Any

from playwright.sync_api import Page

KINDS = {"synced": {"defaultBackupEligibility": True, "defaultBackupState": True}, "device-bound": {}}


class Device:
    """A platform authenticator. It answers by itself, as a person who touches it at once would."""

    def __init__(self, page: Page, *, kept: str = "device-bound", verifies: bool = True, shows_dialogs: bool = False) -> None:
        self._tools = page.context.new_cdp_session(page)
        self._tools.send("WebAuthn.enable", {"enableUI": shows_dialogs})
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
            **KINDS[kept],
        }
        self._id = self._tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        """What it holds."""
        held: list[dict[str, Any]] = self._tools.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"]
        return held

    def holds(self, **credential: str) -> None:
        """From now on it has this one too, as the protocol of the developer tools writes it."""
        given = {"isResidentCredential": True, "signCount": 0, **credential}
        self._tools.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": given})

    def refuses(self) -> None:
        """From now on its owner does not pass verification."""
        self._tools.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": False})

    def makes_them_without_a_touch(self) -> None:
        """From now on it says that nobody touched it, as one does that makes a passkey unasked."""
        self._say_untouched(True)

    def asks_for_a_touch_again(self) -> None:
        """From now on it says whether it was touched."""
        self._say_untouched(False)

    def _say_untouched(self, untouched: bool) -> None:
        self._tools.send("WebAuthn.setResponseOverrideBits", {"authenticatorId": self._id, "isBadUP": untouched})
