#!/bin/sh
# The committed protocol page says what the message table says.
set -eu

fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
"${top_builddir:?}/common/protocol_page" <"${top_srcdir:?}/doc/PROTOCOL.md.in" >"$fresh"
if ! diff -u "${top_srcdir:?}/doc/PROTOCOL.md" "$fresh"; then
	echo "doc/PROTOCOL.md differs from the message table: run 'make protocol-page' and commit it" >&2
	exit 1
fi
if grep -n '@[A-Z_]*@' "$fresh"; then
	echo "doc/PROTOCOL.md.in has a mark that common/protocol_page.c does not know" >&2
	exit 1
fi
