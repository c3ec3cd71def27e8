"""A Secret Service on a bus of its own, as far as it takes to be locked, to be empty, or to say nothing at all."""

import sys

from jeepney import HeaderFields, MessageType, new_error, new_method_return  # type: ignore[import-untyped]
from jeepney.bus_messages import message_bus  # type: ignore[import-untyped]
from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

NAME = "org.freedesktop.secrets"
_COLLECTION = "/org/freedesktop/secrets/collection/login"


def serve(how: str) -> None:
    """Answer until the bus goes away; ``how`` is locked, empty or silent. Each call is told on standard output."""
    connection = open_dbus_connection(bus="SESSION")
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    print("ready", flush=True)
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        called = message.header.fields[HeaderFields.member]
        print(called, flush=True)
        if how == "silent":
            continue
        if called == "ReadAlias":
            connection.send(new_method_return(message, "o", (_COLLECTION if how == "locked" else "/",)))
        elif called == "Get":
            connection.send(new_method_return(message, "v", (("b", True),)))
        else:
            connection.send(new_error(message, f"{NAME}.Error.NotSupported"))


if __name__ == "__main__":
    serve(sys.argv[1])
