# SPDX-License-Identifier: Apache-2.0
"""Capture files: byte orders, resolutions, sections, mixed link types, cuts."""
import savefile
import tls
from cases_below import SLL_HEAD, ethertype
from registry import TRACKER, case, family
from savefile import Pcapng, pcap
from wire import ether, upload

HELLO = tls.hello(TRACKER)
PACKETS = upload(HELLO, [200])
FRAMES = [ether(p) for p in PACKETS]


@family(
    [
        ("nano", "pcap with nanoseconds.", pcap(FRAMES, nano=True)),
        ("big_endian", "pcap, big endian.", pcap(FRAMES, order=">")),
        ("big_endian_nano", "pcap, big endian, with nanoseconds.", pcap(FRAMES, order=">", nano=True)),
        (
            "snaplen",
            "The hello is cut by the snaplen behind the name.",
            pcap([ether(p) for p in upload(HELLO)], snaplen=54 + HELLO.index(TRACKER.encode()) + len(TRACKER) + 8),
        ),
        ("cut_file", "The file ends inside its last packet.", pcap(FRAMES)[:-10]),
    ],
    "tls_sni",
    "pcap",
)
def as_file(data):
    return data


def pcapng(*interfaces, order="<", frames=None, **more):
    file = Pcapng(order).section()
    for interface in interfaces:
        file.interface(**interface)
    for frame in frames or FRAMES:
        file.packet(frame, **more)
    return file.bytes()


@family(
    [
        ("plain", "pcapng.", pcapng({})),
        ("big_endian", "pcapng, big endian.", pcapng({}, order=">")),
        ("nano", "pcapng with nanoseconds.", pcapng({"resolution": 9})),
        ("millisecond", "pcapng with milliseconds.", pcapng({"resolution": 3})),
        (
            "snaplen",
            "pcapng, the hello cut behind the name.",
            pcapng(
                {},
                frames=[ether(p) for p in upload(HELLO)],
                snaplen=54 + HELLO.index(TRACKER.encode()) + len(TRACKER) + 8,
            ),
        ),
    ],
    "tls_sni",
    "pcapng",
)
def as_pcapng(data):
    return data


@case(tls_sni=TRACKER)
def pcapng_mixed_links():
    "One file with four interfaces of different link types; the connection's packets come by all of them in turn."
    file = Pcapng().section()
    wraps = (
        (savefile.ETHERNET, ether),
        (savefile.RAW, bytes),
        (savefile.SLL, lambda p: SLL_HEAD + ethertype(p) + p),
        (savefile.NULL, lambda p: b"\2\0\0\0" + p),
    )
    for link, _ in wraps:
        file.interface(link)
    for number, packet in enumerate(PACKETS):
        file.packet(wraps[number % 4][1](packet), number % 4)
    return file.bytes()


@case(tls_sni=TRACKER)
def pcapng_mixed_resolutions():
    "Interfaces of one file count time in microseconds, nanoseconds and milliseconds."
    file = Pcapng().section().interface().interface(resolution=9).interface(resolution=3)
    for number, frame in enumerate(FRAMES):
        file.packet(frame, number % 3)
    return file.bytes()


@case(tls_sni=TRACKER)
def pcapng_sections():
    "Three sections: the second has another byte order and another link type, and interfaces count anew."
    file = Pcapng()
    file.section("<").interface()
    for frame in FRAMES[:3]:
        file.packet(frame)
    file.section(">").interface(savefile.RAW)
    file.packet(PACKETS[3])
    file.section("<").interface(resolution=9)
    for frame in FRAMES[4:]:
        file.packet(frame)
    return file.bytes()


@case(tls_sni=TRACKER)
def pcapng_interface_late():
    "An interface is described only after packets of another."
    file = Pcapng().section().interface()
    for frame in FRAMES[:3]:
        file.packet(frame)
    file.interface(savefile.RAW)
    for packet in PACKETS[3:]:
        file.packet(packet, 1)
    return file.bytes()


@case(tls_sni=TRACKER)
def pcapng_other_blocks():
    "Blocks of other kinds stand between the packets."
    file = Pcapng().section()
    file.unknown()
    file.interface()
    for frame in FRAMES:
        file.packet(frame)
        file.unknown()
    return file.bytes()


@case(tls_sni=TRACKER)
def pcapng_simple_packets():
    "Simple packet blocks, which have no time."
    file = Pcapng().section().interface()
    for frame in FRAMES:
        file.simple(frame)
    return file.bytes()


@case(tls_sni=TRACKER)
def span_duplicates():
    "A span port gives each packet twice."
    return [p for packet in PACKETS for p in (packet, packet)]
