#!/bin/sh
# Puts a built service into an image's root file system, with its packages and its bill of materials, then moves it to
# where the image's last layer is made up: a folder copied as a whole keeps its time, one copied into does not.
#
#   install-app.sh APP FOLDER LAYER    with SOURCE_DATE_EPOCH, from the root of the repository
set -eu
app=$1
root=$2
layer=$3
cp -R "dist/apps/$app/." deploy/docker/health-check.mjs "$root/app/"
rm "$root"/app/*.js.map

# The packages beside the bundle come in the versions of the lock file: npm keeps those that it finds in one.
cp package-lock.json "$root/app/"
npm install --prefix "$root/app" --omit=dev --ignore-scripts
rm "$root/app/package-lock.json" "$root/app/node_modules/.package-lock.json"

# Every library that a native package is linked to must be in the image.
find "$root/app" -name '*.node' -exec ldd {} + | grep -oE '/[^ ]*\.so[^ ]*' | sort -u |
  while read -r library; do
    [ -e "$root$library" ] || { echo "$library is not in the image: root-file-system.sh has to add it" >&2; exit 1; }
  done

node tools/src/sbom.ts "$app" "$root" >"$root/app/sbom.cdx.json"
mkdir "$layer"
mv "$root/app" "$layer/"
find "$layer" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
