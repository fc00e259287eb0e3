#!/usr/bin/env bash
# install_system.sh NEED…: installs the system programs that are missing (redis, postgresql, nginx, chromium, node, wrk).
# As root it does so by itself; otherwise it prints the one line to run, and fails. It starts no server and leaves none running.
# Beside chromium goes its engine alone, where the system has a package of it: tests do without, but take longer.
set -euo pipefail

present() {
    case $1 in
    redis) command -v redis-server ;;
    postgresql) command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' ;;
    nginx) command -v nginx || test -x /usr/sbin/nginx ;;
    chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
    node) command -v node && command -v npm ;;
    wrk) command -v wrk ;;
    *) echo "unknown need: $1" >&2 && exit 2 ;;
    esac >/dev/null
}

engine=chromium-headless-shell

packages_of() {
    case $1 in
    redis) echo redis-server ;;
    postgresql) echo postgresql ;;
    nginx) echo nginx ;;
    chromium) echo chromium fonts-liberation ;;
    node) echo nodejs npm ;;
    wrk) echo wrk ;;
    esac
}

engine_is_wanted() {
    [[ " $* " == *" chromium "* ]] && ! command -v "$engine" >/dev/null && apt-cache show "$engine" >/dev/null 2>&1
}

packages=()
for need in "$@"; do
    # shellcheck disable=SC2207
    present "$need" || packages+=($(packages_of "$need"))
done
if [ ${#packages[@]} -eq 0 ]; then
    [ "$(id -u)" -eq 0 ] && engine_is_wanted "$@" || exit 0
fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    {
        echo "These system programs are missing. Install them, then run this again:"
        echo "    sudo apt-get update && sudo apt-get install --no-install-recommends ${packages[*]}"
    } >&2
    exit 1
fi

# The tests run servers of their own: what the packages would start, now or at boot, is held back.
policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.conf
made_policy='' kept_clusters=''
restore() {
    [ -z "$made_policy" ] || rm -f "$policy"
    [ -z "$kept_clusters" ] || mv "$kept_clusters" "$clusters"
}
trap restore EXIT

if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
install=(apt-get install --yes --quiet --no-install-recommends)
apt-get update --quiet
if engine_is_wanted "$@"; then packages+=("$engine"); fi
echo "Installing ${packages[*]} with apt-get"
case " ${packages[*]} " in
*" postgresql "*)
    "${install[@]}" postgresql-common
    kept_clusters=$(mktemp)
    cp -p "$clusters" "$kept_clusters"
    echo 'create_main_cluster = false' >>"$clusters"
    ;;
esac
"${install[@]}" "${packages[@]}" || [ "${packages[*]}" = "$engine" ]

case " ${packages[*]} " in *" redis-server "*) update-rc.d redis-server disable ;; esac
case " ${packages[*]} " in *" nginx "*) update-rc.d nginx disable ;; esac
