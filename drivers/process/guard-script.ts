/**
 * What the guard runs: a shell of about 1 MB, one per location, in a session of its own. It reads a pipe that only
 * the location holds open, so it learns of the location's end however that came about. Then it gives the next
 * location time to take the instances over, and otherwise ends them: first with SIGTERM, then with SIGKILL.
 *
 * Arguments: mark, directory of the instances, owner file, token, seconds to wait, seconds of grace.
 */
export const guardScript = `
while read -r _; do :; done
mark="$1=$2/" owner="$3" token="$4" wait="$5" grace="$6"
marked() { grep -lsF "$mark" /proc/[0-9]*/environ | sed 's/[^0-9]//g'; }
taken() { read -r now _ < "$owner" && [ "$now" != "$token" ]; }
step() { [ -n "$(marked)" ] || exit 0; if taken; then exit 0; fi; sleep 0.25; }
left=$((wait * 4)); while [ "$left" -gt 0 ]; do step; left=$((left - 1)); done
if taken; then exit 0; fi
kill -CONT $(marked); kill -TERM $(marked)
left=$((grace * 4)); while [ "$left" -gt 0 ]; do step; left=$((left - 1)); done
while pids=$(marked) && [ -n "$pids" ]; do kill -KILL $pids; sleep 0.05; done
`;
