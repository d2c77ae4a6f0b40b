"""Ground floor: symbols, documents, meetings, the catalogue and the library that holds them."""

import os

# onnxruntime sends its maker what machine it runs on as soon as it is imported, by whomever; a call that forbids it comes
# too late. Everything here imports this package first.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
