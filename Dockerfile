# The image of web, worker, beat, sweeper and set-up. It could not be built where it was written;
# hadolint and tests/running/test_compose.py are what has been run on it.
FROM python:3.13-slim AS build
WORKDIR /srv/portal
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/ requirements/
RUN python -m venv /srv/venv \
    && /srv/venv/bin/pip install --require-hashes --no-deps -r requirements/base.txt \
    && python -m venv /srv/tools \
    && /srv/tools/bin/pip install --require-hashes --no-deps -r requirements/dev.txt
COPY . .
RUN /srv/tools/bin/python -m partnership.running.front \
    && SECRET_KEY=only-while-collecting /srv/tools/bin/python manage.py collectstatic \
        --noinput -v0 --ignore "uswds/usa-icons/*" \
    && rm -rf node_modules scss

FROM python:3.13-slim
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 PORTAL_BIND=0.0.0.0 PORTAL_DATA=/tmp/portal
RUN useradd --system --uid 10001 --no-create-home portal
WORKDIR /srv/portal
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/portal /srv/portal
USER 10001
EXPOSE 8000
CMD ["gunicorn", "partnership.wsgi:application", "-c", "partnership/running/gunicorn_conf.py"]
