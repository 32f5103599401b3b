#!/bin/sh
# Installs what asyncio-labs needs, on Debian 12 or Ubuntu 24.04 and later. Does nothing, quickly, when all is there.
#
#   sh setup.sh         what building, checking and grading need
#   sh setup.sh docs    also what the documentation needs
#   sh setup.sh all     also what only some tests need (they are skipped without it)
#
# Installing needs root, or sudo. Where there is no apt, it says in a line what is missing.
set -eu

what=${1:-}
case $what in
  '' | docs | all) ;;
  *) sed -n '2,8p' "$0"; exit 2 ;;
esac

missing=
packages=

# need_command COMMAND PACKAGE; need_module PKG-CONFIG-MODULE PACKAGE; need_file FILE PACKAGE
need_command() {
  command -v "$1" >/dev/null 2>&1 || { missing="$missing $1"; packages="$packages $2"; }
}
need_module() {
  pkg-config --exists "$1" 2>/dev/null || { missing="$missing $1"; packages="$packages $2"; }
}
need_file() {
  [ -e "$1" ] || { missing="$missing $1"; packages="$packages $2"; }
}

need_command make make
need_command cc 'gcc libc6-dev'
need_command meson meson
need_command ninja ninja-build
need_command pkg-config pkg-config
need_command bwrap bubblewrap
need_command unifdef unifdef
need_command patch patch
need_command xz xz-utils
need_module gio-unix-2.0 libglib2.0-dev
need_module json-glib-1.0 libjson-glib-dev
need_module libarchive libarchive-dev
need_module libdw libdw-dev
need_module libelf libelf-dev
need_module libseccomp libseccomp-dev

if [ "$what" = docs ] || [ "$what" = all ]; then
  need_command doxygen doxygen
  need_command dot graphviz
  need_file /usr/share/doxygen-awesome-css doxygen-awesome-css
fi

if [ "$what" = all ]; then
  need_command clang clang
  need_command valgrind valgrind
  need_command gdb gdb
  need_command chromium chromium
fi

[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "setup: there is no apt here; please install what is missing:$missing" >&2
  exit 1
fi

sudo=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null 2>&1 || {
    echo "setup: not root and no sudo; as root run: apt-get install$packages" >&2
    exit 1
  }
  sudo=sudo
fi

echo "setup: installing$packages"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

apt_get() {
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

# Clang's sanitizers are in a package that has the version in its name.
clang_runtime() {
  case " $packages " in
    *' clang '*) apt-cache depends clang | sed -n 's/^ *Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p' ;;
  esac
}

# shellcheck disable=SC2046,SC2086 # the packages are words
if ! { apt_get update && apt_get -y install --no-install-recommends $packages $(clang_runtime); } >"$log" 2>&1; then
  tail -n 15 "$log" >&2
  echo "setup: apt could not install what is missing:$missing" >&2
  exit 1
fi
