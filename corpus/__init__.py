"""The lowest layer: symbols, documents, meetings, the catalogue, embedding models and the library that stores documents."""

import os

# onnxruntime sends data about the machine to its maker as soon as it is imported, before a call could disable it. This package is
# imported before any module that uses onnxruntime.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
