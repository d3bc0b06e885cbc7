#!/bin/sh
# Runs once, on an empty volume: the site gets a role that owns its own database and nothing else.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/database_password)" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE site LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE site OWNER site;
REVOKE CONNECT ON DATABASE site FROM PUBLIC;
SQL
