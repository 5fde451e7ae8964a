#!/usr/bin/env bash
# The programs beside Python that `make e2e` runs: installed on Debian when we may, else named.
set -euo pipefail

missing=()
needs() { # needs PACKAGE COMMAND…: any one of the commands will do
  local package=$1 command
  shift
  for command in "$@"; do
    if [ -n "$command" ] && command -v "$command" >/dev/null; then return; fi
  done
  missing+=("$package")
}

needs chromium "${EXACTNB_CHROMIUM:-}" chromium chromium-browser google-chrome
needs libreoffice-calc-nogui soffice libreoffice
needs npm npm
needs poppler-utils pdftotext

if [ ${#missing[@]} -eq 0 ]; then exit; fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  missing+=(fonts-liberation) # in which charts and pages are measured
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
else
  echo "make e2e needs these programs, by their names in Debian: ${missing[*]}" >&2
  echo "Install them and try again; EXACTNB_CHROMIUM names another Chromium or Chrome." >&2
  exit 1
fi
