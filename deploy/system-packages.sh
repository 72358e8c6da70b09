#!/usr/bin/env bash
# Installs the Debian packages that are missing: for `run` the database, for `test` also a browser and fonts.
set -euo pipefail
what=${1:-run}
missing=()
need() { # need PACKAGE COMMAND…: the package, unless the command succeeds
  local package=$1; shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}
has_postgis() { compgen -G '/usr/share/postgresql/*/extension/postgis.control' && compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
has_chinese() { fc-list :lang=zh family | grep -q .; }

case $what in
  run)
    need postgresql-15-postgis-3 has_postgis
    need python3 "${PYTHON:-python3}" --version
    [ -x .venv/bin/python ] || need python3-venv "${PYTHON:-python3}" -c 'import ensurepip, venv'
    need npm npm --version ;;
  test)
    need chromium test -x /usr/bin/chromium
    need fontconfig fc-list --version
    need fonts-noto-cjk has_chinese ;;
esac
[ ${#missing[@]} -eq 0 ] && exit 0

begun=$SECONDS
echo "installing with apt-get: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "not root and no sudo: let an administrator run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "asking for the administrator's password (sudo) for these packages"
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "  $((SECONDS - begun)) s"
