"""STAMP as others code it: a sender and a reflector made of scapy's packets, and RFC 8762's HMAC from the standard library."""

import asyncio
import hashlib
import hmac
import socket
import struct
import time

from scapy.contrib.stamp import (
    ErrorEstimate,
    STAMPSessionReflectorTestUnauthenticated as ReflectorPacket,
    STAMPSessionSenderTestUnauthenticated as SenderPacket,
    STAMPTestTLV as TLV,
)

PADDING, LOCATION, TIMESTAMP_INFORMATION, CLASS_OF_SERVICE, DIRECT_MEASUREMENT = 1, 2, 3, 4, 5
FOLLOW_UP, HMAC = 7, 8
# Scapy 2.8.0 names the flags from the wrong end, so they are told by number (RFC 8972 section 4).
UNRECOGNIZED, INTEGRITY_FAILED = 0x80, 0x20
_EPOCH = 2_208_988_800


def now() -> float:
    """Seconds since 1900, as scapy's timestamp field takes them."""
    return time.time() + _EPOCH


def tlv(kind: int, value: bytes) -> TLV:
    return TLV(flags=UNRECOGNIZED, type=kind, len=len(value), value=value)


class Sender:
    """Asks a reflector, and dissects its answers by scapy."""

    def __init__(self, address: str, port: int, dscp: int = 0):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        self._socket.settimeout(60)
        self._socket.connect((address, port))

    def ask(self, sequence: int, ssid: int, *tlvs: TLV) -> tuple[ReflectorPacket, int]:
        """The answer to a packet with these TLVs, and its DSCP."""
        packet = SenderPacket(
            seq=sequence, ts=now(), err_estimate=ErrorEstimate(S=1, scale=3, multiplier=7), ssid=ssid,
            tlv_objects=list(tlvs),
        )
        answer, dscp = self.exchange(bytes(packet))
        return ReflectorPacket(answer), dscp

    def exchange(self, request: bytes) -> tuple[bytes, int]:
        self.send(request)
        answer, control, _, _ = self._socket.recvmsg(9_216, 64)
        return answer, _traffic_class(control) >> 2

    def send(self, request: bytes) -> None:
        self._socket.send(request)

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    def close(self) -> None:
        self._socket.close()


class Reflector(asyncio.DatagramProtocol):
    """A stateful reflector that knows Class of Service and Direct Measurement."""

    def __init__(self, skips: tuple[int, ...] = (), knows: tuple[int, ...] = (PADDING, CLASS_OF_SERVICE, DIRECT_MEASUREMENT)):
        # Which packets of each session it does not answer, by their place.
        self._skips, self._knows = skips, knows
        self._answers: dict[tuple, int] = {}
        self._arrived: dict[tuple, int] = {}
        self.requests: list[SenderPacket] = []

    async def start(self, address: str, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        self._socket.bind((address, port))
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket, self._take)

    def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _take(self) -> None:
        received = now()
        data, control, _, source = self._socket.recvmsg(9_216, 64)
        request = SenderPacket(data)
        self.requests.append(request)
        session = (source, request.ssid)
        arrived = self._arrived.get(session, 0)
        self._arrived[session] = arrived + 1
        if arrived in self._skips:
            return
        count = self._answers.get(session, 0)
        self._answers[session] = count + 1
        traffic_class = _traffic_class(control)
        answer = ReflectorPacket(
            seq=count, ts=now(), err_estimate=ErrorEstimate(S=1, scale=0, multiplier=1), ssid=request.ssid,
            ts_rx=received, seq_sender=request.seq, ts_sender=request.ts,
            err_estimate_sender=request.err_estimate, ttl_sender=64,
            tlv_objects=[self._answer(each, traffic_class, arrived + 1, count) for each in request.tlv_objects],
        )
        # The sender's timestamp is copied as it is: scapy has timestamps as floating-point numbers, whose 53 bits do not
        # hold all 64.
        octets = bytearray(bytes(answer))
        octets[28:36] = data[4:12]
        self._socket.sendto(octets, source)

    def _answer(self, request: TLV, traffic_class: int, received: int, sent: int) -> TLV:
        value = bytes(request.value)
        if request.type not in self._knows:
            return TLV(flags=UNRECOGNIZED, type=request.type, len=request.len, value=value)
        if request.type == CLASS_OF_SERVICE:
            wanted = value[0] & 0xFC
            dscp, ecn = traffic_class >> 2, traffic_class & 3
            value = struct.pack("!I", wanted << 24 | dscp << 20 | ecn << 18)
        elif request.type == DIRECT_MEASUREMENT:
            value = value[:4] + struct.pack("!II", received, sent)
        return TLV(flags=0, type=request.type, len=len(value), value=value)


def _traffic_class(control: list[tuple[int, int, bytes]]) -> int:
    return next((data[0] for level, kind, data in control if (level, kind) == (socket.IPPROTO_IP, socket.IP_TOS)), 0)


def digest(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA-256 cut to 128 bits (RFC 8762 section 4.4)."""
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()[:16]


def sealed_request(key: bytes, sequence: int, ssid: int, *tlvs: TLV) -> bytes:
    """A packet of authenticated mode, with an HMAC TLV where there is any other (RFC 8972 section 4.8)."""
    seconds = now()
    stamp = struct.pack("!II", int(seconds), int(seconds % 1 * 2**32))
    base = struct.pack("!I12x", sequence) + stamp + struct.pack("!HH68x", 0x8001, ssid)
    extensions = b"".join(map(bytes, tlvs))
    if extensions:
        extensions += bytes(tlv(HMAC, digest(key, base[:4], extensions)))
    return base + digest(key, base) + extensions
