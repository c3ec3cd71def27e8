"""Send a message through Apprise, the library that knows the channels that people have."""

import logging
from typing import TYPE_CHECKING

from llmsec_tui.service.outward.message import Message
from llmsec_tui.service.outward.secrets_elsewhere import without

if TYPE_CHECKING:
    from apprise import AppriseAsset

_MOST_CHARS = 200


def send(target: str, message: Message, patience_s: float) -> str:
    """Try once; empty when it was delivered, else a sentence why not, without any part of ``target`` in it."""
    # Its log quotes addresses; what it says of a failure is taken from the result.
    logging.getLogger("apprise").propagate = False
    from apprise import Apprise, NotifyFormat, NotifyType

    apprise = Apprise(asset=_asset(patience_s))
    if not apprise.add(target):
        return "Apprise does not understand its address."
    kinds = {"critical": NotifyType.FAILURE, "high": NotifyType.FAILURE, "medium": NotifyType.WARNING}
    result = apprise.notify(
        body=message.body,
        title=message.subject,
        notify_type=kinds.get(message.level, NotifyType.INFO),
        body_format=NotifyFormat.TEXT,
        timeout=patience_s,
    )
    if result:
        return ""
    said = " ".join(str(entry.message) for entry in result.logs())
    return without(f"Apprise did not deliver it. {said}".strip(), target)[:_MOST_CHARS]


def _asset(patience_s: float) -> "AppriseAsset":
    """Nothing of Apprise's own in what is sent, nothing kept on disk, no redirects followed, one try."""
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id="llmsec-tui",
        app_desc="llmsec-tui",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        storage_mode="memory",
        service_timeout=patience_s,
        allow_templates=False,
        pgp_autogen=False,
        pem_autogen=False,
    )
