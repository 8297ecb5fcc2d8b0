#!/bin/sh
# Lays out the root file system of all images: Node, what it is linked to, one user. The same input gives the same bytes.
#
#   root-file-system.sh FOLDER    with SOURCE_DATE_EPOCH, in the Node image
set -eu
root=$1
install -d "$root/app" "$root/usr/local/bin" "$root/etc" "$root/var/lib/dpkg/status.d"
cp /usr/local/bin/node "$root/usr/local/bin/"

# The loader looks for them at the same places. Native packages may still name librt, which libc holds by now.
{
  ldd /usr/local/bin/node | grep -oE '/[^ ]*\.so[^ ]*'
  find /lib/ -name librt.so.1
} | sort -u >/tmp/libraries
xargs cp -L --parents -t "$root" </tmp/libraries

# Scanners look for the libraries' packages there, as in distroless images.
xargs readlink -f </tmp/libraries | sed 's,^/usr/lib/,*/lib/,' | xargs dpkg-query -S | sed 's/:.*//' | sort -u |
  while read -r package; do dpkg-query --status "$package" >"$root/var/lib/dpkg/status.d/$package"; done
cp -L /etc/os-release "$root/etc/os-release"

echo 'nonroot:x:65532:65532:nonroot:/app:/sbin/nologin' >"$root/etc/passwd"
echo 'nonroot:x:65532:' >"$root/etc/group"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
