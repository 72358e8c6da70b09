#!/usr/bin/env bash
# Installs the Debian packages that are missing: for `run` the database and the posters' fonts, for `test` also a browser, for `bench` what speed is compared with.
set -euo pipefail
what=${1:-run}
missing=()
need() { # need PACKAGE COMMAND…: the package, unless the command succeeds
  local package=$1; shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}
has_postgis() { compgen -G '/usr/share/postgresql/*/extension/postgis.control' && compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
has_noto() { compgen -G '/usr/share/fonts/*/noto/NotoSansCJK-Regular.ttc' && compgen -G '/usr/share/fonts/*/noto/NotoSansCJK-Bold.ttc'; }

case $what in
  run)
    need postgresql-15-postgis-3 has_postgis
    need python3 "${PYTHON:-python3}" --version
    [ -x .venv/bin/python ] || need python3-venv "${PYTHON:-python3}" -c 'import ensurepip, venv'
    need fonts-noto-cjk has_noto
    need npm npm --version ;;
  test)
    need chromium test -x /usr/bin/chromium
    need fontconfig fc-list --version ;;
  bench)
    need nginx-light test -x /usr/sbin/nginx
    need wrk test -x /usr/bin/wrk ;;
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
