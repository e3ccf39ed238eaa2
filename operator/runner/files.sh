#!/bin/sh
# The file system of the runner's image, of Debian's packages: PostgreSQL's server and tools with what they load, pgBackRest, restic, gpg.
# Files are unpacked, nothing is installed, and no script of a package is run.
#
# Usage: files.sh FOLDER [MAJOR...]
#   on Debian as root, after `apt-get update`; elsewhere in a container:
#   docker run --rm -v "$PWD:/src" -w /src debian:12 sh -c 'apt-get update && operator/runner/files.sh target/runner/files'
# The major versions of PostgreSQL are those that the machine's package sources have: 15 in Debian 12, and the default.
set -eu

root=$1
shift
[ $# -gt 0 ] || set -- 15
packages='pgbackrest restic gpg gpg-agent ca-certificates locales tzdata dash coreutils tar libc-bin'
for major; do
    packages="$packages postgresql-$major"
done

# What packages depend on and the runner has no use for: scripts that install and manage clusters, and the compiler of expressions.
without='adduser debconf debianutils dpkg init-system-helpers libllvm14 libllvm16 libllvm19 lsb-base netbase openssl perl perl-base pinentry-curses
postgresql-client-common postgresql-common sensible-utils ssl-cert ucf'

rm -rf "$root"
mkdir -p "$root"
root=$(cd "$root" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# apt finds what is needed on a machine that has nothing but these.
mkdir -p "$work/archives/partial"
for package in $without; do
    printf 'Package: %s\nStatus: install ok installed\nVersion: 9999\nArchitecture: all\nMaintainer: none\nProvides: debconf-2.0\nDescription: left out\n\n' "$package"
done >"$work/status"
# shellcheck disable=SC2086
apt-get -qq -y -o Dir::State::status="$work/status" -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives" -o APT::Sandbox::User=root \
    -o APT::Install-Recommends=false --download-only install $packages >/dev/null

# One /usr, as Debian has it.
mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64"
for folder in bin sbin lib lib64; do
    ln -s "usr/$folder" "$root/$folder"
done
for archive in "$work/archives"/*.deb; do
    dpkg-deb --fsys-tarfile "$archive" | tar -C "$root" -x --keep-directory-symlink --no-same-owner \
        --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/info/*' --exclude='./usr/share/locale/*' \
        --exclude='./usr/share/postgresql/*/man/*' --exclude='./usr/lib/postgresql/*/lib/bitcode/*' --exclude='./usr/lib/postgresql/*/lib/llvmjit*' \
        --exclude='./usr/share/perl*' --exclude='./usr/lib/systemd/*' --exclude='./etc/init.d/*' --exclude='./var/*'
done

# What scripts of packages would have made.
[ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
I18NPATH=$root/usr/share/i18n localedef --prefix="$root" -i en_US -f UTF-8 en_US.UTF-8
rm -rf "$root/usr/share/i18n"
find "$root/usr/share/ca-certificates" -name '*.crt' -print | LC_ALL=C sort | xargs cat >"$root/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/:/usr/sbin/nologin\nnonroot:x:65532:65532:nonroot:/nonexistent:/usr/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
mkdir -p "$root/proc" "$root/dev" "$root/sys" "$root/tmp" "$root/var/tmp"
chmod 1777 "$root/tmp" "$root/var/tmp"

# Each program finds its libraries, and runs without root.
loader=$(cd "$root" && ls usr/lib*/ld-linux-*.so.* | head -n 1)
for major; do
    for file in "$root/usr/lib/postgresql/$major/bin"/* "$root/usr/lib/postgresql/$major/lib"/*.so; do
        missing=$(chroot "$root" "/$loader" --list "${file#"$root"}" 2>&1 | grep -e 'not found' || true)
        [ -z "$missing" ] || { echo "$file: $missing" >&2; exit 1; }
    done
    for program in postgres initdb pg_restore psql pg_verifybackup pg_checksums pg_amcheck; do
        chroot --userspec=65532:65532 "$root" "/usr/lib/postgresql/$major/bin/$program" --version
    done
done
chroot --userspec=65532:65532 "$root" /usr/bin/pgbackrest version
chroot --userspec=65532:65532 "$root" /usr/bin/restic version
chroot --userspec=65532:65532 "$root" /usr/bin/gpg --version | head -n 1
