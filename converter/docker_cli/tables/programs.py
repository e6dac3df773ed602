"""The flags of the programs themselves, before the subcommand.

Sources: `docker --help` (20.10 and 28.2), docker/buildx `commands/root.go`, podman(1)
and `cmd/podman/root.go`, buildah(1), nerdctl's command reference.
"""

from __future__ import annotations

DOCKER = """
config= context,c= debug,D host,H= log-level,l= tls tlscacert= tlscert= tlskey= tlsverify version,v help,h
"""

BUILDX = "builder= debug,D config= version help,h"

COMPOSE = """
file,f= project-name,p= profile= project-directory= env-file= ansi= compatibility parallel= progress= dry-run
all-resources verbose no-ansi log-level,l= host,H= context,c= tls tlscacert= tlscert= tlskey= tlsverify
skip-hostname-check workdir= version,v help,h
"""

PODMAN_LOCAL = "config= connection,c= url= context= host,H= identity= remote,r ssh= out= debug,D version,v help,h"

PODMAN_PERSISTENT = """
cdi-spec-dir= cgroup-manager= conmon= cni-config-dir= cpu-profile= db-backend= default-mounts-file= events-backend=
hooks-dir= imagestore= log-level= max-workers= memory-profile= module= namespace= network-backend= network-cmd-path=
network-config-dir= no-out noout pull-option= registries-conf= root= runroot= runtime= runtime-flag= storage-driver=
storage-opt= syslog tls-ca= tls-cert= tls-key= tmpdir= trace transient-store volumepath=
"""
"""These are known behind podman's subcommands too, where those have none of the name."""

BUILDAH_LOCAL = "version,v help,h"

BUILDAH_PERSISTENT = """
cgroup-manager= cpu-profile= default-mounts-file= log-level= memory-profile= registries-conf= registries-conf-dir=
root= runroot= short-name-alias-conf= storage-driver= storage-opt= userns-gid-map= userns-uid-map=
"""

NERDCTL_LOCAL = "version,v help,h"

NERDCTL_PERSISTENT = """
address|host,aH= namespace,n= snapshotter|storage-driver= cni-path= cni-netconfpath= data-root= cgroup-manager=
insecure-registry hosts-dir= experimental host-gateway-ip= bridge-ip= kube-hide-dupe cdi-spec-dirs= global-dns=
global-dns-opts= global-dns-search= userns-remap= debug debug-full
"""
