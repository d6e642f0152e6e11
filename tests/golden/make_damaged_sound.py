#!/usr/bin/env python3
"""Damaged, truncated, chained and mislabelled sound files, with what must be read of each.

Reads tests/data/sound/whole/, writes tests/data/sound/damaged/ and its index.csv:
  file    the damaged file
  whole   what it was made of: wherever a sample is read at a time of that one, it must be that one's, bit for
          bit (behind gaps of MPEG and Opus nearly so); empty: not compared
  what    what was done
  frames  that are read; "refused": the file cannot be opened; empty: it depends on the encoder's choices
  gaps    from-to in frames of time, blanks between; where `frames` is empty, what one gap has in it at the least
  note    a part of what must be told, of a note or of the error; empty: nothing is told

Frames of FLAC and MPEG and pages of Ogg are found here by means of their own, not those of the library. Python 3.11,
no other package; no random numbers.
"""
import csv
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent.parent / "data" / "sound"
WHOLE, OUT = HERE / "whole", HERE / "damaged"
rows = []


def whole(name):
    return (WHOLE / name).read_bytes()


def put(name, of, what, data, frames, gaps="", note=""):
    (OUT / name).write_bytes(data)
    rows.append([name, of, what, frames, gaps, note])


def flip(data, at, n=1):
    return data[:at] + bytes(b ^ 0x5A for b in data[at:at + n]) + data[at + n:]


def id3(n):
    return b"ID3\x03\0\0" + bytes([n >> 21 & 127, n >> 14 & 127, n >> 7 & 127, n & 127]) + bytes(n)


JUNK = bytes((i * 37 + 11) % 251 for i in range(300))

# ---- FLAC ----------------------------------------------------------------------------------------------------------


def crc(bits, poly, data):
    c, top = 0, 1 << bits - 1
    for b in data:
        c ^= b << bits - 8
        for _ in range(8):
            c = (c << 1 ^ poly if c & top else c << 1) & (1 << bits) - 1
    return c


def flac_frames(data):
    """Beginnings of the frames; all fixed-size, numbers below 128, sizes at the head's end only in the last."""
    at, out = data.index(b"\xff\xf8"), []
    while at >= 0:
        head = next((n for n in (6, 7, 8) if crc(8, 7, data[at:at + n - 1]) == data[at + n - 1]), None)
        if head and data[at + 4] == len(out):
            out.append(at)
        at = data.find(b"\xff\xf8", at + 2)
    return out


def flac_total(data, total):
    return data[:21] + bytes([data[21] & 0xF0 | total >> 32]) + struct.pack(">I", total & 0xFFFFFFFF) + data[26:]


def stored_flac(block, n):
    """Frames of `block` samples of 16 bits that are stored as they are, of one channel at the rate of the header."""
    out = b""
    for i in range(n):
        head = bytes([0xFF, 0xF8, {1152: 3, 2304: 4}[block] << 4, 4 << 1, i])
        body = head + bytes([crc(8, 7, head), 2]) + bytes((k * 41 + i) % 127 for k in range(2 * block))
        out += body + struct.pack(">H", crc(16, 0x8005, body))
    return out


def flac():
    d, s = whole("tone.flac"), whole("stereo.flac")
    f = flac_frames(d)
    assert len(f) == 6, f
    gap = "8192-12288"
    put("body.flac", "tone.flac", "a byte inside the third frame is other", flip(d, f[2] + 900), 19904, gap, "1 place")
    put("head.flac", "tone.flac", "the head of the third frame is other", flip(d, f[2], 6), 19904, gap, "4096 samples")
    put("missing.flac", "tone.flac", "the third frame is not there", d[:f[2]] + d[f[3]:], 19904, gap, "4096 samples")
    put("zeros.flac", "tone.flac", "2000 zeros over the end of the second frame and the beginning of the third",
        d[:f[2] - 1000] + bytes(2000) + d[f[2] + 1000:], 15808, "4096-12288", "8192 samples")
    put("first.flac", "tone.flac", "the first frame is other", flip(d, f[0], 40), 19904, "0-4096", "4096 samples")
    put("last.flac", "tone.flac", "the last frame is other", flip(d, f[5] + 500), 20480, "", "says 24000 samples")
    put("cut.flac", "tone.flac", "cut inside the fourth frame", d[:f[3] + 1000], 12288, "", "the frames end after 12288")
    put("less.flac", "tone.flac", "the header says 10000 samples", flac_total(d, 10000), 24000, "", "says 10000 samples")
    put("more.flac", "tone.flac", "the header says 50000 samples", flac_total(d, 50000), 24000, "", "says 50000 samples")
    put("unknown.flac", "tone.flac", "the header leaves the number of samples open", flac_total(d, 0), 24000)
    put("chain.flac", "tone.flac", "two files behind one another", d + d, 48000, "", "begins again")
    put("chain_blocks.flac", "", "a file of frames of 1152 samples behind one of 4096",
        d + d[:f[0]] + stored_flac(1152, 5), 24000 + 5 * 1152, "", "begins again")
    put("chain_cut.flac", "", "two files behind one another, the first without its last frame", d[:f[5]] + d, 44480, "",
        "the frames end after 20480")
    put("tag.flac", "tone.flac", "an ID3 tag in front", id3(777) + d, 24000, "", "an ID3 tag of 787 bytes")
    tag = id3(777)
    put("tag_foot.flac", "tone.flac", "the same with a copy of its head at its end",
        tag[:3] + b"\4\0\x10" + tag[6:] + b"3DI\4\0\x10" + tag[6:10] + d, 24000, "", "an ID3 tag of 797 bytes")
    put("junk.flac", "tone.flac", "300 bytes behind it", d + JUNK, 24000, "", "300 bytes behind the last frame")
    put("junk_inside.flac", "tone.flac", "300 bytes between two frames", d[:f[3]] + JUNK + d[f[3]:], 24000, "",
        "300 bytes between frames")
    put("channels.flac", "tone.flac", "two channels from the fourth frame on",
        d[:f[3]] + s[slice(*flac_frames(s)[:2])], 12288, "", "a frame of 2 channels")
    put("one.flac", "tone.flac", "the header says 2 channels; one frame, and 300 bytes that are none behind it",
        d[:20] + bytes([d[20] | 2]) + d[21:f[1]] + JUNK, 4096, "", "the header says 2 channels")
    put("headless.flac", "", "no STREAMINFO", b"fLaC\x81\0\0\0" + d[f[0]:], "refused", "", "STREAMINFO")
    put("flac_named.wav", "tone.flac", "FLAC by the name of WAV", d, 24000, note="its name ends in .wav")


# ---- MPEG ----------------------------------------------------------------------------------------------------------


def mpeg_of(name):
    """The file and where its frames begin, the one without sound too."""
    d = whole(name)
    one = d[1] >> 3 & 3 == 3
    at, out = 0, []
    while at + 4 <= len(d):
        kb = ([0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] if one else
              [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160])[d[at + 2] >> 4]
        rate = [44100, 48000, 32000][d[at + 2] >> 2 & 3] // (1 if one else 2)
        out.append(at)
        at += (144 if one else 72) * kb * 1000 // rate + (d[at + 2] >> 1 & 1)
    assert at == len(d), (at, len(d))
    return d, out


def mpeg():
    d, f = mpeg_of("tone.mp3")
    assert d[f[0] + 4 + 17:][:4] in (b"Info", b"Xing")
    n, skip = len(f) - 1, 576 + 529  # frames of sound; LAME's delay and the decoder's
    bare = d[f[1]:]

    def gap(first, behind):
        return "%d-%d" % (first * 1152 - skip, behind * 1152 - skip)

    put("head.mp3", "tone.mp3", "20 bytes from the head of the 21st frame on are other", flip(d, f[21], 20),
        "", gap(20, 21), "1 place")
    put("side.mp3", "tone.mp3", "8 bytes behind the head of the 21st frame are other", flip(d, f[21] + 4, 8),
        "", gap(20, 21), "1 place")
    put("both.mp3", "tone.mp3", "the head of the 21st frame is other and 8 bytes behind that of the 22nd",
        flip(flip(d, f[21], 20), f[22] + 4, 8), "", gap(20, 22), "2 places")
    put("zeros.mp3", "tone.mp3", "zeros over three frames", d[:f[20]] + bytes(f[23] - f[20]) + d[f[23]:], "",
        gap(19, 22), "1 place")
    put("cut.mp3", "tone.mp3", "cut inside the 31st frame", d[:f[31] - 7], 29 * 1152 - skip, "",
        "there are 29")
    put("bare.mp3", "", "no frame that tells the length", bare, n * 1152)
    put("bare_cut.mp3", "", "the same, cut inside a frame", bare[:f[30] - f[1] + 50], 29 * 1152, "", "ends inside a frame")
    put("front.mp3", "tone.mp3", "1000 zeros in front", bytes(1000) + d, 66150, "", "1000 bytes in front")
    put("junk.mp3", "tone.mp3", "300 bytes behind it", d + JUNK, 66150, "", "300 bytes behind the last frame")
    put("tags.mp3", "tone.mp3", "ID3 tags in front and behind", id3(600) + d + b"TAG" + bytes(125), 66150)
    put("chain.mp3", "tone.mp3", "two files behind one another", d + d, 132300, "", "another MPEG file begins")
    put("chain_gap.mp3", "tone.mp3", "the same, the last two frames of the first zero",
        d[:f[-2]] + bytes(len(d) - f[-2]) + d, "", "%d-66150" % ((n - 2) * 1152 - skip), "another MPEG file begins")
    put("chain_junk.mp3", "tone.mp3", "the same, 300 bytes between them", d + JUNK + d, 132300, "",
        "another MPEG file begins")
    put("chain_tags.mp3", "tone.mp3", "two files with tags behind one another",
        d + b"TAG" + bytes(125) + id3(600) + d, 132300, "", "another MPEG file begins")
    put("understated.mp3", "", "the head says 20 frames",
        d[:f[0] + 29] + struct.pack(">I", 20) + d[f[0] + 33:], n * 1152 - skip, "", "says 20 frames")
    put("mp3_named.wav", "tone.mp3", "MP3 by the name of WAV", d, 66150, note="its name ends in .wav")
    put("none.mp3", "", "no MPEG at all", JUNK * 9, "refused", "", "no frames of MPEG")
    d, f = mpeg_of("low.mp3")
    put("low_head.mp3", "low.mp3", "16000 Hz: the head of the 21st frame is other", flip(d, f[21], 4), "",
        "%d-%d" % (20 * 576 - skip, 21 * 576 - skip), "1 place")


# ---- Ogg -----------------------------------------------------------------------------------------------------------


def ogg_crc(data):
    return crc(32, 0x04C11DB7, data)


def sealed(page):
    page = page[:22] + b"\0\0\0\0" + page[26:]
    return page[:22] + struct.pack("<I", ogg_crc(page)) + page[26:]


def pages_of(data):
    out, at = [], 0
    while at < len(data):
        n = data[at + 26]
        end = at + 27 + n + sum(data[at + 27:at + 27 + n])
        out.append(data[at:end])
        at = end
    return out


def granule(page):
    return struct.unpack("<q", page[6:14])[0]


def page_of(flags, position, serial, number, packets):
    table = b"".join(bytes([255] * (len(p) // 255) + [len(p) % 255]) for p in packets)
    head = b"OggS\0" + struct.pack("<BqIIIB", flags, position, serial, number, 0, len(table)) + table
    return sealed(head + b"".join(packets))


def flac_in_ogg():
    d = whole("tone.flac")
    f = flac_frames(d) + [len(d)]
    out = [page_of(2, 0, 7, 0, [b"\x7fFLAC\x01\0\0\x01fLaC\0" + d[5:42]]),
           page_of(0, 0, 7, 1, [b"\x84\0\0\x08\0\0\0\0\0\0\0\0"])]
    for i in range(6):
        out.append(page_of(4 if i == 5 else 0, min((i + 1) * 4096, 24000), 7, i + 2, [d[f[i]:f[i + 1]]]))
    return out


def kind_of(name):
    return name.split(".")[1]


def ogg():
    for name, of, p, total, bad in (("ogg", "tone.ogg", pages_of(whole("tone.ogg")), 66150, 3),
                                    ("opus", "tone.opus", pages_of(whole("tone.opus")), 144000, 3),
                                    ("low.opus", "low.opus", pages_of(whole("low.opus")), 48000, 3)):
        all_of, step, skip = b"".join, 3 if of[0] == "l" else 1, 312 if kind_of(of) == "opus" else 0
        gap = "%d-%d" % ((granule(p[bad - 1]) - skip) // step, (granule(p[bad]) - skip) // step)
        end = name if "." in name else "x." + name
        stem, kind = end.split(".")
        put(f"{stem}_body.{kind}", of, "a byte of the fourth page is other",
            all_of(p[:bad]) + flip(p[bad], 300) + all_of(p[bad + 1:]), "", gap, "1 place")
        put(f"{stem}_missing.{kind}", of, "the fourth page is not there", all_of(p[:bad] + p[bad + 1:]), "", gap,
            "1 place")
        numbered = [sealed(q[:18] + struct.pack("<I", i) + q[22:]) for i, q in enumerate(p[:bad] + p[bad + 1:])]
        put(f"{stem}_jump.{kind}", of, "the same, and the pages are numbered without a hole", all_of(numbered), "", gap,
            "1 place")
        put(f"{stem}_cut.{kind}", of, "cut inside the last page", all_of(p)[:-99], "", "", "the file ends early")
        put(f"{stem}_chain.{kind}", of, "two files behind one another", all_of(p + p), total * 2, "", "another stream begins")
        put(f"{stem}_chain_cut.{kind}", "", "the same, the first without its last page", all_of(p[:-1] + p), "", "",
            "a stream ends early")
        late = [p[0]] + [sealed(q[:6] + struct.pack("<q", granule(q) + (4321 if i else 0)) + q[14:])
                         for i, q in enumerate(p[1:])]
        put(f"{stem}_late.{kind}", of, "joined late: its numbers begin at 4321", all_of(late), total)
        put(f"{stem}_junk.{kind}", of, "300 bytes between two pages and behind the last",
            all_of(p[:3]) + JUNK + all_of(p[3:]) + JUNK, total, "", "600 bytes that are no page")
        put(f"{stem}_headless.{kind}", "", "the first page is not there", all_of(p[1:]), "refused", "", "no whole stream")
        put(f"{stem}_head.{kind}", "", "the page of headers is other", p[0] + flip(p[1], 60) + all_of(p[2:]), "refused", "",
            "headers")
    o, v = whole("tone.opus"), whole("tone.ogg")
    put("unlike.ogg", "tone.ogg", "Opus of another rate behind Vorbis", v + o, 66150, "", "it was left out")
    put("speex.ogg", "", "a stream of Speex", page_of(6, 0, 3, 0, [b"Speex   1.2" + bytes(69)]), "refused", "", "'Speex   '")
    f = flac_in_ogg()
    put("flac.oga", "tone.flac", "FLAC in Ogg", b"".join(f), 24000)
    put("flac_missing.oga", "tone.flac", "its third frame is not there", b"".join(f[:4] + f[5:]), 19904, "8192-12288",
        "1 place")


# ---- the rest ------------------------------------------------------------------------------------------------------


def riff(*chunks, all_of=None):
    body = b"WAVE" + b"".join(n + struct.pack("<I", len(d)) + d + b"\0" * (len(d) & 1) for n, d in chunks)
    return b"RIFF" + struct.pack("<I", len(body) if all_of is None else all_of) + body


def fmt(channels, align, bits, tag=1, rate=8000):
    return b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * align, align, bits)


def plain():
    d = whole("tone.wav")
    data = d[44:]
    put("cut.wav", "tone.wav", "cut", d[:-1001], 3499, "", "the data chunk says 8000 bytes, the file holds 6999")
    put("open.wav", "tone.wav", "sizes of 0", d[:4] + bytes(4) + d[8:40] + bytes(4) + data, 4000, "", "says 0 bytes")
    put("behind.wav", "tone.wav", "the data chunk says 3000 bytes", d[:40] + struct.pack("<I", 3000) + data, 1500, "",
        "the 5000 behind them begin no chunk")
    put("tag.wav", "tone.wav", "an ID3 tag in front", id3(50) + d, 4000, "", "an ID3 tag of 60 bytes")
    put("align3.wav", "", "3 channels of 16 bits in frames of 2 bytes", riff(fmt(3, 2, 16), (b"data", data)), 1333, "",
        "frames of 2 bytes")
    put("align17.wav", "", "17 bits in frames of 2 bytes", riff(fmt(1, 2, 17), (b"data", data)), "refused", "",
        "frames of 2 bytes")
    put("align0.wav", "tone.wav", "frames of 0 bytes", riff(fmt(1, 0, 16), (b"data", data)), 4000, "", "frames of 0 bytes")
    put("cut.aiff", "tone.aiff", "cut", whole("tone.aiff")[:-1000], 3500, "", "says a file of")
    put("cut.au", "tone.au", "cut", whole("tone.au")[:-1000], 3500, "", "says a file of")
    put("cut.w64", "tone.w64", "cut", whole("tone.w64")[:-1000], 3500, "", "says a file of")
    put("cut.rf64", "tone.rf64", "cut", whole("tone.rf64")[:-1000], 3500, "", "says 8000 bytes, the file holds 7000")
    put("cut.voc", "tone.voc", "cut", whole("tone.voc")[:-1000], 3500, "", "says")
    put("cut.sph", "tone.sph", "cut", whole("tone.sph")[:-1000], 3500, "", "says")
    put("cut.caf", "tone.caf", "cut", whole("tone.caf")[:-1000], 3500, "", "says")
    put("alac32.caf", "", "ALAC of 32 bits, which libsndfile decodes wrongly", whole("alac32.caf"), "refused", "",
        "ALAC of 32 bits")
    put("wav_named.flac", "tone.wav", "WAV by the name of FLAC", d, 4000, note="its name ends in .flac")
    put("wav_named.mp3", "tone.wav", "WAV by the name of MP3", d, 4000, note="its name ends in .mp3")
    put("wav_named.ogg", "tone.wav", "WAV by the name of Ogg", d, 4000, note="its name ends in .ogg")


OUT.mkdir(exist_ok=True)
flac()
mpeg()
ogg()
plain()
with open(OUT / "index.csv", "w", newline="") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerow(["file", "whole", "what", "frames", "gaps", "note"])
    out.writerows(rows)
print(len(rows), "files")
