#!/usr/bin/env bash
# The guess: one library has one opinion of a number that does not fit. protobuf refuses an integer
#   beyond int32, so it refuses 3.5e38 for a `float` field as well, or takes it as infinity,
#   whichever way the number comes. `struct.pack` of "f" and of "<f" do the same on a little-endian
#   machine, where they write the same bytes.
# The behaviour: protobuf makes infinity of it, silently, in an assignment and from its text format,
#   and raises from JSON (and from a dict); a message made by assignment prints as JSON that says
#   "Infinity" and can be read back. The compiled and the pure Python protobuf agree.
#   `struct.pack("f", 3.5e38)` is infinity, "<f", ">f" and "=f" raise OverflowError.
# Why it matters here: a column of doubles goes to a model that takes float32 as JSON, as
#   TensorProto and as tf.Example. One client gets an error and another an answer for infinity, for
#   the same row, before anything has reached the server.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check protobuf==6.33.6

cat > program.py <<'PYTHON'
import math
import platform
import struct

from google.protobuf import json_format, text_format
from google.protobuf.internal import api_implementation
from google.protobuf.wrappers_pb2 import FloatValue, Int32Value

NUMBER = 3.5e38
WAYS = {
    "protobuf, assigned": lambda: FloatValue(value=NUMBER).value,
    "protobuf, text format": lambda: text_format.Parse(f"value: {NUMBER}", FloatValue()).value,
    "protobuf, JSON": lambda: json_format.Parse(str(NUMBER), FloatValue()).value,
    "protobuf, dict": lambda: json_format.ParseDict(NUMBER, FloatValue()).value,
    "protobuf, an int32 field": lambda: Int32Value(value=2**31).value,
}
for code in ("f", "@f", "=f", "<f", ">f"):
    WAYS[f'struct.pack("{code}")'] = lambda c=code: struct.unpack(c, struct.pack(c, NUMBER))[0]
SILENT = {"protobuf, assigned", "protobuf, text format", 'struct.pack("f")', 'struct.pack("@f")'}

print(f"Python {platform.python_version()}, protobuf in its form {api_implementation.Type()}")
for name, way in WAYS.items():
    try:
        found = way()
    except (ValueError, OverflowError, json_format.ParseError) as error:
        found = f"{type(error).__name__}: {error}"
    print(f"    {name}: {found}")
    assert (found == math.inf) if name in SILENT else isinstance(found, str)
printed = json_format.MessageToJson(FloatValue(value=NUMBER))
assert printed == '"Infinity"' and json_format.Parse(printed, FloatValue()).value == math.inf
PYTHON

venv/bin/pip list 2>/dev/null | grep -E '^protobuf '
for form in upb python; do
  PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=$form venv/bin/python program.py
done
