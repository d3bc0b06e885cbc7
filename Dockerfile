# One image for web, worker and beat: the command tells them apart.
FROM python:3.12-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt .
RUN python -m venv /opt/site && /opt/site/bin/pip install --require-hashes -r requirements.txt

FROM python:3.12-slim
ENV PATH=/opt/site/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=institute.settings \
    DATA_DIR=/data
RUN useradd --system --uid 10001 --home-dir /site --shell /usr/sbin/nologin site \
    && install -d -o site -g site /data /site
COPY --from=packages /opt/site /opt/site
WORKDIR /site
COPY . .
# The static files of this release lie in the image: only /data/media is a volume. The key is for this one command.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" DATA_DIR=/data \
    python manage.py collectstatic --noinput --verbosity 0
USER site
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/tmp", "institute.wsgi:application"]
