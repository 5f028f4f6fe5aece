"""Sends one authentic connectivity check to each address named, and prints where its answer came from and what it says.

Runs in another network namespace than the tests: `check.py FRAGMENT PASSWORD OUR-FRAGMENT PORT ADDRESS…`.
"""

import json
import socket
import sys

from aioice import stun


def check(fragment: str, password: str, ours: str, port: int, address: str) -> dict:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{fragment}:{ours}"
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 1
    message.add_message_integrity(password.encode())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(60)
        client.sendto(bytes(message), (address, port))
        answer, source = client.recvfrom(2048)
    response = stun.parse_message(answer)
    return {"source": list(source), "mapped": response.attributes["XOR-MAPPED-ADDRESS"][0]}


if __name__ == "__main__":
    fragment, password, ours, port, *addresses = sys.argv[1:]
    print(json.dumps([check(fragment, password, ours, int(port), address) for address in addresses]))
