"""From an argument vector of docker, podman, nerdctl or buildah to a typed command.

`parse.parse` is the entry; `commands` has what it returns; `references` compares
image names. Nothing here runs or reads anything.
"""
