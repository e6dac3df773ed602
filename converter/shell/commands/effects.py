"""What is known about host commands without following them."""

from __future__ import annotations

STABLE = frozenset(
    """
    arch awk basename cat cut dirname echo expr git grep head hostname id jq node pwd printf python python3
    readlink realpath rev sed tail tr uname whoami wc xmllint
    """.split()
)
"""Commands whose output depends on their words and on files only: asked twice, they answer the same."""

HARMLESS = frozenset(
    """
    : arch aws awk az basename cat clear curl cut date df diff dirname docker-compose docker-machine du env expr
    false file gcloud git grep egrep fgrep head helm hostname id jq kill kubectl ls md5sum nproc oc pgrep ping
    pkill ps pwd read readlink realpath sha1sum sha256sum sha512sum sleep sort ssh stat tail time times tput tr
    true type umask uname uniq wait wc which whoami xmllint
    """.split()
)
"""Commands that change no file of the tree that their words do not name."""

NAMES = frozenset(
    """
    docker-compose gcloud git helm heroku kill killall kubectl oc pkill pm2 service supervisorctl systemctl az
    docker-machine export unset read trap wait
    ant bazel bundle cabal cargo composer dotnet go gradle grunt gulp invoke just lein make gmake mix mvn npm npx pnpm
    rake sbt stack task yarn apk apt apt-get brew dnf pip pip3 yum
    """.split()
)
"""Commands whose plain words are names of services, branches, goals or packages; only words with a slash are paths."""
