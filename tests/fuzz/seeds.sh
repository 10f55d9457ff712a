#!/bin/sh
# Whether the committed seeds are those that the tables make today. Further ones, such as inputs that
# once broke something, may lie beside them. `make fuzz-seeds` writes them anew.
set -u
top=${top_srcdir:-.}
made=$(mktemp -d) || exit 1
trap 'rm -rf "$made"' EXIT
"${top_builddir:-.}/tests/fuzz/seeds" "$made" || exit 1
cd "$made" || exit 1
find . -type f | sort | {
	rc=0
	while read -r file; do
		cmp -s "$file" "$top/tests/fuzz/corpus/$file" && continue
		echo "tests/fuzz/corpus/${file#./}: differs from what the tables make; run: make fuzz-seeds"
		rc=1
	done
	exit "$rc"
}
