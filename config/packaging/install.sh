#!/bin/sh
# Installs Kakehashi, upgrades it, or removes it. Uses no network.
set -eu

usage() {
  cat <<'TEXT'
usage: ./install.sh [--root DIR]                        install, or upgrade what is there
       ./install.sh [--root DIR] --uninstall [--purge]  remove it

  --root DIR   work in DIR, a Debian tree that is to become a machine, instead of on this machine
  --purge      with --uninstall: remove configuration, data and user too

An existing configuration is never overwritten: a sample that differs is put beside it as FILE.new.
TEXT
}

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

root=
action=install
purge=no
while [ $# -gt 0 ]; do
  case $1 in
    --root) [ $# -ge 2 ] || fail "--root wants a folder."; root=${2%/}; shift ;;
    --uninstall) action=uninstall ;;
    --purge) purge=yes ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[ "$purge" = no ] || [ "$action" = uninstall ] || fail "--purge goes with --uninstall."
[ "$(id -u)" -eq 0 ] || fail "run this as root, for example with sudo."
[ -z "$root" ] || [ -d "$root/etc" ] || fail "$root is no Debian tree: it has no folder etc."
here=$(cd "$(dirname "$0")" && pwd)

program=$root/usr/local/bin/kakehashi
libexec=$root/usr/local/libexec/kakehashi
units=$root/usr/local/lib/systemd/system
share=$root/usr/local/share/kakehashi
doc=$root/usr/local/share/doc/kakehashi
configuration=$root/etc/kakehashi
data=$root/var/lib/kakehashi

# Whether systemd runs here, on the machine that is worked on.
has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

uninstall() {
  if has_systemd; then
    systemctl disable --now --quiet kakehashi.service kakehashi-agent.service 2>/dev/null || true
  fi
  rm -f "$program" "$units/kakehashi.service" "$units/kakehashi-agent.service"
  rm -rf "$libexec" "$share" "$doc"
  if has_systemd; then systemctl daemon-reload; fi
  if [ "$purge" = no ]; then
    echo "Kakehashi is removed. Kept: $configuration and $data (--purge removes them, too)."
    return
  fi
  rm -rf "$configuration" "$data"
  if account >/dev/null; then userdel ${root:+--prefix "$root"} kakehashi 2>/dev/null || fail "the user kakehashi cannot be removed while a process of it runs."; fi
  echo "Kakehashi is removed, with configuration, data and user."
}

# Prints the user's and group's numbers; fails when there is no such user.
account() {
  if [ -n "$root" ]; then
    awk -F: '$1 == "kakehashi" { print $3 ":" $4; found = 1 } END { exit !found }' "$root/etc/passwd"
  else
    id -u kakehashi >/dev/null 2>&1 && echo "$(id -u kakehashi):$(id -g kakehashi)"
  fi
}

check_archive() {
  (cd "$here" && sha256sum --check --quiet --strict SHA256SUMS >/dev/null 2>&1) ||
    fail "the files here are not those that SHA256SUMS names; unpack the archive again."
  [ "$(uname -m)" = x86_64 ] || fail "this archive is for x86_64 (amd64); this machine is $(uname -m)."
}

check_glibc() {
  needed=$(awk '$1 == "glibc" { print $2 }' "$here/REQUIRES")
  libc=
  for folder in lib/x86_64-linux-gnu usr/lib/x86_64-linux-gnu lib64 usr/lib64; do
    [ -f "$root/$folder/libc.so.6" ] && libc=$root/$folder/libc.so.6 && break
  done
  [ -n "$libc" ] || fail "there is no glibc in ${root:-/}; Kakehashi runs on Debian 12 and what is like it."
  found=$(grep -ao 'GNU C Library .* release version [0-9]*\.[0-9]*' "$libc" | grep -o '[0-9]*\.[0-9]*$' | head -n 1)
  [ "$(printf '%s\n%s\n' "$needed" "$found" | sort -V | head -n 1)" = "$needed" ] ||
    fail "glibc is $found here and must be at least $needed, as in Debian 12."
}

check_libraries() {
  missing=$(
    awk '$1 == "library" { print $2, $3 }' "$here/REQUIRES" | while read -r library package; do
      for folder in lib/x86_64-linux-gnu usr/lib/x86_64-linux-gnu lib64 usr/lib64 usr/local/lib lib usr/lib; do
        [ -e "$root/$folder/$library" ] && continue 2
      done
      echo "$package"
    done | sort -u | tr '\n' ' '
  )
  missing=${missing% }
  [ -z "$missing" ] || fail "these Debian packages are missing: $missing
With a package mirror:     apt-get install --no-install-recommends $missing
Without: where there is one, on a machine of this Debian release, gather them and what they need in a folder,
    apt-get download \$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \\
      --no-replaces --no-enhances $missing | grep '^[a-z]' | sort -u)
  carry the folder here and run in it:    dpkg --install --skip-same-version *.deb
Then run install.sh again."
}

# put MODE FILE PLACE: the file whole or not at all, also over an executable that runs.
put() {
  install -m "$1" "$2" "$3.installing"
  mv -f "$3.installing" "$3"
}

# put_sample FILE PLACE: never over what stands there.
put_sample() {
  if [ ! -e "$2" ]; then
    install -m 640 -g "${ids#*:}" "$1" "$2"
  elif cmp -s "$1" "$2"; then
    rm -f "$2.new"
  else
    install -m 640 -g "${ids#*:}" "$1" "$2.new"
    echo "Kept $2; this version's sample is beside it as $(basename "$2").new."
  fi
}

install_all() {
  check_archive
  check_glibc
  check_libraries
  before=$("$program" --version 2>/dev/null || true)

  if ! account >/dev/null; then
    useradd ${root:+--prefix "$root"} --system --user-group --no-create-home --home-dir /var/lib/kakehashi \
      --shell /usr/sbin/nologin kakehashi 2>/dev/null ||
      fail "the system user kakehashi cannot be made; make it (useradd --system kakehashi) and run this again."
  fi
  ids=$(account)

  install -d -m 755 "$root/usr/local/bin" "$libexec" "$units" "$share" "$doc"
  install -d -m 700 -o "${ids%:*}" -g "${ids#*:}" "$data"
  put 755 "$here/bin/kakehashi" "$program"
  put 755 "$here/libexec/swift-backtrace" "$libexec/swift-backtrace"
  put 644 "$here/systemd/kakehashi.service" "$units/kakehashi.service"
  put 644 "$here/systemd/kakehashi-agent.service" "$units/kakehashi-agent.service"
  put 644 "$here/systemd/low-ports.conf" "$share/low-ports.conf"
  put 755 "$here/install.sh" "$share/install.sh"
  for file in "$here"/LICENSE "$here"/doc/*; do put 644 "$file" "$doc/$(basename "$file")"; done

  # The group may read: keys and tokens belong here. A job that somebody has removed does not come back.
  is_first=no
  [ -e "$configuration/kakehashi.yaml" ] || is_first=yes
  install -d -m 750 -g "${ids#*:}" "$configuration" "$configuration/probes"
  put_sample "$here/config/kakehashi.yaml" "$configuration/kakehashi.yaml"
  for job in "$here"/config/probes/*.yaml; do
    place=$configuration/probes/$(basename "$job")
    if [ $is_first = yes ] || [ -e "$place" ]; then put_sample "$job" "$place"; fi
  done

  if has_systemd; then systemctl daemon-reload; fi
  report
}

report() {
  if [ -n "$root" ]; then
    echo "Kakehashi is installed in $root. On the machine it becomes, run: kakehashi selftest"
    return
  fi
  version=$("$program" --version)
  case $before in
    "") echo "Kakehashi $version is installed." ;;
    "$version") echo "Kakehashi $version is installed again." ;;
    *) echo "Kakehashi $before is now $version." ;;
  esac
  echo
  status=0
  runuser -u kakehashi -- "$program" selftest || status=$?
  echo
  if [ $status -ne 0 ]; then
    echo "Mend what is said above before it is started."
  elif has_systemd && systemctl is-active --quiet kakehashi.service kakehashi-agent.service; then
    echo "It runs in its old version until: systemctl try-restart kakehashi kakehashi-agent"
  else
    echo "Look through $configuration/kakehashi.yaml, then start it, now and at every boot:"
    echo "  systemctl enable --now kakehashi          everything on this machine"
    echo "  systemctl enable --now kakehashi-agent    a site's agent alone"
  fi
  return $status
}

if [ $action = install ]; then install_all; else uninstall; fi
