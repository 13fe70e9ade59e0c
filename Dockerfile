FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/newsbot && /opt/newsbot/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY config config
RUN /opt/newsbot/bin/pybabel --quiet compile --directory bot/rendering/locales --domain bot
RUN /opt/newsbot/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 newsbot && install -d -o newsbot /data
COPY --from=build /opt/newsbot /opt/newsbot
ENV PATH=/opt/newsbot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NEWSBOT_DATA_DIR=/data \
    NEWSBOT_WEB_HOST=0.0.0.0 \
    NEWSBOT_LOG_FORMAT=json
USER newsbot
WORKDIR /home/newsbot
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('NEWSBOT_WEB_PORT', '8080')}/health/ready\", timeout=4)"]
ENTRYPOINT ["newsbot"]
CMD ["run"]
