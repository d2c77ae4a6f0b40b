# A small image of Rapporteur that runs without root and has its library in /data.
#   EXTRAS       further extras, each after a comma: ",sentence-transformers" for your own embedding models
#   TORCH_INDEX  with that extra: address of PyTorch's package index for CPU builds; without it, pip installs the CUDA build (3 GB more)
#   CONVERTERS   any word: install the programs that read old Word files, RTF, ODT and scans (about 700 MB more)
FROM python:3.12-slim AS build
ARG EXTRAS=
ARG TORCH_INDEX=
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE app.py ./
COPY corpus corpus
COPY ingest ingest
COPY assistant assistant
COPY eval eval
RUN python -m venv /opt/rapporteur \
    && /opt/rapporteur/bin/pip install --no-cache-dir --constraint constraints.txt \
       ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} ".[standard,publish,fonts,otel,postgres$EXTRAS]"

FROM python:3.12-slim
ARG CONVERTERS=
# Not pinned, so that every build gets the fixes of Debian.
# hadolint ignore=DL3008
RUN if [ -n "$CONVERTERS" ]; then \
      apt-get update && apt-get install -y --no-install-recommends \
        libreoffice-writer-nogui ocrmypdf tesseract-ocr tesseract-ocr-ara tesseract-ocr-chi-sim tesseract-ocr-fra \
        tesseract-ocr-rus tesseract-ocr-spa \
      && rm -rf /var/lib/apt/lists/*; \
    fi \
    && useradd --system --uid 10001 --create-home --shell /usr/sbin/nologin rapporteur \
    && install --directory --owner=rapporteur --mode=0700 /data
COPY --from=build /opt/rapporteur /opt/rapporteur
ENV PATH=/opt/rapporteur/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    RAPPORTEUR_DATA_DIR=/data \
    RAPPORTEUR_HOST=0.0.0.0 \
    RAPPORTEUR_PORT=8000
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["python", "-c", \
  "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['RAPPORTEUR_PORT'] + '/api/v1/health', timeout=4)"]
CMD ["rapporteur", "serve"]
