"""STAMP both ways with scapy's coder, and authenticated mode with the standard library's HMAC."""

import asyncio
import json
import socket
import struct
from pathlib import Path

import pytest
import pytest_asyncio

import network
import stamp
from relay import EXECUTABLE, Relay
from stamp import (
    CLASS_OF_SERVICE, DIRECT_MEASUREMENT, FOLLOW_UP, HMAC, INTEGRITY_FAILED, LOCATION, PADDING, TIMESTAMP_INFORMATION, UNRECOGNIZED,
    Reflector, Sender, digest, sealed_request, tlv,
)

_ADDRESS = network.ADDRESS
_PORT, _PEER, _HTTPS = 8622, 8623, 8445
_KEY = b"sixteen-octets-and-more"
_HEX_KEY = bytes(range(16))

_CONFIGURATION = f"""\
site: hq
data: data
probes: probes
sites:
  - id: hq
    reflector: {_ADDRESS}:{_PORT}
SITE
relay:
  listen: [{_ADDRESS}]
  port: 10200
http:
  listen: {_ADDRESS}:{_HTTPS}
AGENT
"""


@pytest_asyncio.fixture(loop_scope="session")
async def reflector(tmp_path: Path):
    """Our reflector, with what a test adds to the configuration of the site and of the agent."""
    started: list[Relay] = []

    async def start(site: str = "", agent: str = "") -> None:
        text = _CONFIGURATION.replace("SITE", site).replace("AGENT", f"agent:\n  {agent}" if agent else "")
        relay = Relay(tmp_path, text, f"https://{_ADDRESS}:{_HTTPS}")
        await relay.start()
        started.append(relay)

    yield start
    for relay in started:
        assert await relay.stop() == 0, relay.log


@pytest_asyncio.fixture(loop_scope="session")
async def peer():
    """Scapy's reflector."""
    started: list[Reflector] = []

    async def start(**options) -> Reflector:
        reflector = Reflector(**options)
        await reflector.start(_ADDRESS, _PEER)
        started.append(reflector)
        return reflector

    yield start
    for reflector in started:
        reflector.stop()


async def _probe(port: int, *options: str) -> tuple[int, dict, str]:
    process = await asyncio.create_subprocess_exec(
        str(EXECUTABLE), "probe", "stamp", f"{_ADDRESS}:{port}", "--seconds", "2", "--json", *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return process.returncode, json.loads(output) if output else {}, errors.decode()


def _secret(folder: Path, text: str, name: str = "stamp.key") -> Path:
    file = folder / name
    file.write_text(text + "\n")
    file.chmod(0o600)
    return file


async def test_scapys_sender_understands_our_reflector(reflector) -> None:
    await reflector()
    sender = Sender(_ADDRESS, _PORT, dscp=46)
    before = stamp.now()
    for place, sequence in enumerate((7, 8, 4_000_000_000)):
        answer, dscp = sender.ask(
            sequence, 99,
            tlv(CLASS_OF_SERVICE, struct.pack("!I", 34 << 26)), tlv(200, b"abc"),
            tlv(DIRECT_MEASUREMENT, struct.pack("!III", place + 1, 0, 0)), tlv(PADDING, b"\xa5" * 31),
        )
        assert (answer.seq, answer.seq_sender, answer.ssid) == (place, sequence, 99)
        assert (answer.mbz1, answer.mbz2) == (0, 0)
        # Nothing on the way lowers a TTL here.
        assert answer.ttl_sender == 64
        assert (answer.err_estimate_sender.S, answer.err_estimate_sender.scale) == (1, 3)
        assert answer.err_estimate_sender.multiplier == 7 and answer.err_estimate.multiplier > 0
        assert before - 0.01 <= answer.ts_rx <= answer.ts <= stamp.now() + 0.01
        service, unknown, direct, padding = answer.tlv_objects
        assert [int(each.flags) for each in answer.tlv_objects] == [0, UNRECOGNIZED, 0, 0]
        assert struct.unpack("!I", service.value)[0] >> 16 == 34 << 10 | 46 << 4
        assert bytes(unknown.value) == b"abc"
        assert struct.unpack("!III", direct.value) == (place + 1, place + 1, place)
        assert bytes(padding.value) == b"\xa5" * 31
        assert dscp == 34
    answer, dscp = sender.ask(0, 98)
    assert answer.seq == 0 and not answer.tlv_objects and dscp == 46
    # Where its packets come from, in a sub-TLV of the address's family, and how the clock is kept.
    asked = bytes(4) + bytes(tlv(7, bytes(16))) + bytes(tlv(4, bytes(16)))
    answer, _ = sender.ask(1, 98, tlv(LOCATION, asked), tlv(TIMESTAMP_INFORMATION, bytes(4)))
    location, information = answer.tlv_objects
    own = socket.inet_aton(_ADDRESS) + bytes(12)
    assert bytes(location.value) == (
        struct.pack("!HH", _PORT, sender.port) + bytes([0, 8, 0, 16]) + own + bytes([0, 5, 0, 16]) + own
    )
    assert bytes(information.value) in (bytes([1, 2, 1, 2]), bytes([5, 2, 5, 2]))
    # When the answer before left: nothing of the first, then between its T3 and the next arrival.
    answer, _ = sender.ask(0, 97, tlv(FOLLOW_UP, bytes(16)))
    assert int(answer.tlv_objects[0].flags) == 0 and bytes(answer.tlv_objects[0].value) == bytes(16)
    for number in range(3):
        before, (answer, _) = answer, sender.ask(number + 1, 97, tlv(FOLLOW_UP, bytes(16)))
        told, seconds, fraction, method = struct.unpack("!IIIB3x", answer.tlv_objects[0].value)
        assert (told, method) == (number, 2)
        assert before.ts - 1e-6 <= seconds + fraction / 2**32 <= answer.ts_rx
    # PTP's format comes back as it was; our own is NTP's all the same.
    request = bytearray(bytes(stamp.SenderPacket(seq=1, err_estimate=stamp.ErrorEstimate(Z=1), ssid=98)))
    request[4:12] = bytes.fromhex("66f0a1b21dcd6500")
    octets, _ = sender.exchange(request)
    answer = stamp.ReflectorPacket(octets)
    assert (answer.err_estimate.Z, answer.err_estimate_sender.Z) == (0, 1) and octets[28:36] == request[4:12]
    # Nobody has a key for an HMAC: it cannot be verified, so nothing is used.
    answer, _ = sender.ask(2, 98, tlv(CLASS_OF_SERVICE, bytes([184, 0, 0, 0])), tlv(HMAC, bytes(16)))
    assert all(int(each.flags) & INTEGRITY_FAILED for each in answer.tlv_objects)
    assert bytes(answer.tlv_objects[0].value) == bytes([184, 0, 0, 0])
    sender.close()


async def test_our_sender_understands_scapys_reflector(peer) -> None:
    reflector = await peer()
    status, measured, _ = await _probe(_PEER, "--ssid", "300")
    assert status == 0, measured
    assert {request.ssid for request in reflector.requests} == {300, 301}
    for request in reflector.requests:
        assert request.mbz == 0
        assert [each.type for each in request.tlv_objects] == [
            CLASS_OF_SERVICE, DIRECT_MEASUREMENT, TIMESTAMP_INFORMATION, LOCATION, FOLLOW_UP, PADDING,
        ]
        assert {int(each.flags) for each in request.tlv_objects} == {UNRECOGNIZED}
        assert request.err_estimate.Z == 0 and request.err_estimate.multiplier > 0
    for ssid, stream in zip((300, 301), measured["streams"]):
        own = [request for request in reflector.requests if request.ssid == ssid]
        assert [request.seq for request in own] == list(range(len(own)))
        counts = [struct.unpack("!III", request.tlv_objects[1].value) for request in own]
        assert counts == [(number + 1, 0, 0) for number in range(len(own))]
        assert stream["sent"] == stream["received"] == len(own)
        assert stream["forwardLost"] == stream["reverseLost"] == 0
        assert stream["dscpArrived"] == {str(stream["dscp"]): len(own)}


async def test_what_scapys_reflector_never_got_to_answer_is_lost_there(peer) -> None:
    # To the sender a packet that the reflector did not count is one that did not reach it.
    await peer(skips=(3, 4, 11))
    _, measured, _ = await _probe(_PEER)
    for stream in measured["streams"]:
        assert (stream["forwardLost"], stream["reverseLost"], stream["longestLossBurst"]) == (3, 0, 2)


async def test_a_reflector_that_knows_no_extension_is_measured_all_the_same(peer) -> None:
    await peer(knows=())
    _, measured, _ = await _probe(_PEER)
    for stream in measured["streams"]:
        assert stream["sent"] == stream["received"] > 0
        assert stream["dscpArrived"] == {}


async def test_authenticated_packets_of_the_standard_librarys_hmac_are_answered(reflector, tmp_path: Path) -> None:
    _secret(tmp_path, _KEY.decode())
    _secret(tmp_path, "hex:" + _HEX_KEY.hex(), "router.key")
    await reflector(
        "    stamp: {secret: stamp.key}",
        "stamp: {keys: [{ssid: 42, secret: router.key}], sessions: [{ssid: 42}, {ssid: 7}], dscp: [0]}",
    )
    sender = Sender(_ADDRESS, _PORT)
    for ssid, key in ((7, _KEY), (42, _HEX_KEY)):
        request = sealed_request(key, 5, ssid, tlv(CLASS_OF_SERVICE, bytes([184, 0, 0, 0])), tlv(201, b"x"))
        answer, dscp = sender.exchange(request)
        assert len(answer) == len(request)
        assert answer[96:112] == digest(key, answer[:96])
        assert struct.unpack("!IHH", answer[48:52] + answer[24:28])[0] == 5 and answer[26:28] == request[26:28]
        # What was asked is not permitted, and the HMAC TLV is ours.
        assert answer[112:120] == bytes([0, CLASS_OF_SERVICE, 0, 4, 184, 1, 0, 0]) and dscp == 0
        assert answer[120:125] == bytes([0x80, 201, 0, 1]) + b"x"
        assert answer[125:129] == bytes([0, HMAC, 0, 16])
        assert answer[129:] == digest(key, answer[:4], answer[112:125])
    sender.close()

    # The other's key, no key, and a session nobody told the reflector of: silence, then an answer to what is right.
    sender = Sender(_ADDRESS, _PORT)
    for wrong in (sealed_request(_HEX_KEY, 1, 7), bytes(112), sealed_request(_KEY, 1, 8)):
        sender.send(wrong)
    answer, _ = sender.exchange(sealed_request(_KEY, 77, 7))
    assert answer[48:52] == struct.pack("!I", 77) and answer[:4] == bytes(4)
    sender.close()


@pytest.mark.parametrize("protect", ["packets", "extensions"])
async def test_the_probe_measures_with_a_key_and_says_what_is_wrong_with_one(reflector, tmp_path: Path, protect) -> None:
    file = _secret(tmp_path, _KEY.decode())
    await reflector(f"    stamp: {{secret: stamp.key, protect: {protect}}}")
    status, measured, _ = await _probe(_PORT, "--key-file", str(file), "--protect", protect)
    assert status == 0, measured
    for stream in measured["streams"]:
        assert stream["sent"] == stream["received"] > 0 and stream["forwardLost"] == 0
        assert stream["dscpArrived"] == {str(stream["dscp"]): stream["sent"]}

    other = _secret(tmp_path, "some-other-key-of-length", "other.key")
    status, measured, _ = await _probe(_PORT, "--key-file", str(other), "--protect", protect)
    received = [stream["received"] for stream in measured["streams"]]
    if protect == "packets":
        assert status == 2 and received == [0, 0]
    else:
        # Packets are answered; what stands in the extensions is believed by nobody.
        assert all(received) and all(stream["dscpArrived"] == {} for stream in measured["streams"])

    file.chmod(0o644)
    status, _, errors = await _probe(_PORT, "--key-file", str(file))
    assert status == 3 and "chmod 600" in errors
    short = _secret(tmp_path, "short", "short.key")
    status, _, errors = await _probe(_PORT, "--key-file", str(short))
    assert status == 3 and "too short" in errors and "short\n" not in errors
