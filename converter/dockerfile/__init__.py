"""Dockerfiles and ignore files: a lossless tree, stages, variables and patterns.

`parser.parse` makes the tree of `syntax`; `stages`, `pairs`, `words` and
`environment` read it; `ignore` reads `.dockerignore` files. Import the module
that is needed: this package imports none, so that starting stays quick.
"""
