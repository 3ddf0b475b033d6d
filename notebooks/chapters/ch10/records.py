"""Files of records as TensorFlow writes them (TFRecord). Loads no framework.

A record is its length (8 bytes), a checksum of these (4), its bytes, and a checksum of them (4), all little-endian. The
checksum is CRC-32C, turned by 15 bits and shifted by a constant: tensorflow/core/lib/io/record_writer.h and
tensorflow/core/lib/hash/crc32c.h.
"""
import os
import struct
from pathlib import Path

REVERSED = 0x82F63B78  # the polynomial of CRC-32C, its lowest bit first
SHIFT = 0xA282EAD8


def write(path, records):
    """Write bytes objects into a file, one record each, and make its folder. It appears all at once."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    with open(new, "wb") as file:
        for record in records:
            size = struct.pack("<Q", len(record))
            file.write(size + checksum(size) + record + checksum(record))
    os.replace(new, path)


def read(path):
    """Yield the records of a file, bytes objects. Raises ValueError, after those that are whole, where one is cut off or has
    changed."""
    with open(path, "rb") as file:
        number = 0
        while size := file.read(8):
            number += 1
            broken = f"record {number} of {Path(path).name} is damaged: copy the file again. TFRecord is its format"
            if len(size) < 8 or file.read(4) != checksum(size):
                raise ValueError(broken)
            length, = struct.unpack("<Q", size)
            record = file.read(length)
            if len(record) < length or file.read(4) != checksum(record):
                raise ValueError(broken)
            yield record


def checksum(data):
    """The four bytes that stand behind `data` in such a file. One to ten MB a second, by plain Python."""
    rest = 0xFFFFFFFF
    for byte in data:
        rest = TABLE[(rest ^ byte) & 0xFF] ^ (rest >> 8)
    rest ^= 0xFFFFFFFF
    turned = (rest >> 15 | rest << 17) & 0xFFFFFFFF
    return struct.pack("<I", (turned + SHIFT) & 0xFFFFFFFF)


def _row(byte):
    """What a byte does to the rest of the division, eight bits at once."""
    for _ in range(8):
        byte = byte >> 1 ^ (REVERSED if byte & 1 else 0)
    return byte


TABLE = [_row(byte) for byte in range(256)]
