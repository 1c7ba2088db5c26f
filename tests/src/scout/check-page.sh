#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The scout's page in a browser that may not reach any network: what it shows, sorts and copies.
#   check-page.sh LIFEREEL CHROMIUM [SCREENSHOT.png]
set -eu
lifereel=$1 chromium=$2 screenshot=${3:-}
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

"$lifereel" scout --size 320x270 --particles 200 --fps 20 --frames 800 --seeds 1-6 --rungs 200 \
  --finalists 2 --quiet -o "$here/scout" > "$here/out"
page=$here/scout/index.html

browse() { # PAGE [OPTION...]
  file=$1
  shift
  timeout -s KILL 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --user-data-dir="$here/profile" --proxy-server=127.0.0.1:9 --hide-scrollbars \
    --virtual-time-budget=4000 "$@" "file://$file" 2> "$here/err" < /dev/null
}
fail() { echo "$1"; tail -n 5 "$here/err"; exit 1; }

browse "$page" --dump-dom > "$here/dom"
grep -q 'data-ready="6"' "$here/dom" || fail "the page's script did not come to its end"
[ "$(grep -o '<tr[ >]' "$here/dom" | wc -l)" -eq 7 ] || fail "a line for each of six seeds, and their head, were expected"
[ "$(grep -o '<article' "$here/dom" | wc -l)" -eq 2 ] || fail "two finalists were expected"
[ "$(grep -o 'data:image/png' "$here/dom" | wc -l)" -ge 4 ] || fail "there are no stills"
grep -q '<code>lifereel render .*--seed [0-9]* -o seed[0-9]*.mp4</code>' "$here/dom" || fail "there is no command"

# A click on a column sorts by it, another one the other way round; one on a row shows its command.
first_seeds() { # NUMBER OF CLICKS
  { sed 's|</body>||; s|</html>||' "$page"
    echo "<script>for (let i = 0; i < $1; ++i) document.querySelector('#table th button').click();"
    echo "document.querySelector('#table tbody tr').click();</script></body></html>"
  } > "$here/clicked.html"
  browse "$here/clicked.html" --dump-dom > "$here/dom"
  grep -o '<tr[^>]*><td>[0-9]*' "$here/dom" | grep -o '[0-9]*$' | tr '\n' ' '
}
[ "$(first_seeds 1)" = '1 2 3 4 5 6 ' ] || fail "seeds do not sort"
[ "$(first_seeds 2)" = '6 5 4 3 2 1 ' ] || fail "seeds do not sort the other way round"
grep -q '<code id="chosen">lifereel render .* --seed 6 ' "$here/dom" || fail "a row that is chosen shows no command"

if [ -n "$screenshot" ]; then browse "$page" --screenshot="$screenshot" --window-size=1280,2000 || fail "no screenshot"; fi
echo "the page is ready, sorts, and needs no network"
