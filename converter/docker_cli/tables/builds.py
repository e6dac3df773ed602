"""The flags of a build.

Sources: docker/cli `cli/command/image/build.go` (the classic builder, hidden and
deprecated flags included), docker/buildx `commands/build.go`, containers/buildah
`pkg/cli/common.go` and buildah-build(1), podman-build(1), nerdctl's command reference.
"""

from __future__ import annotations

DOCKER = """
file,f= tag,t= build-arg= label= target= iidfile= platform= network= no-cache pull quiet,q
add-host= cache-from= cgroup-parent= shm-size= ulimit= squash compress isolation= security-opt= memory,m= memory-swap=
cpu-period= cpu-quota= cpu-shares,c= cpuset-cpus= cpuset-mems= rm force-rm disable-content-trust stream
output,o= progress= secret= ssh=
allow= annotation= attest= build-context= builder= cache-to= call= check load push metadata-file= no-cache-filter=
provenance= sbom= policy= print= debug,D detach root= server-config= invoke= on= help,h
"""
"""Which of the two builders runs is decided elsewhere, so each one's flags are known."""

BUILDAH = """
file,f= tag,t= build-arg= build-arg-file= label= target= iidfile= platform= network|net= no-cache pull? pull-always
pull-never quiet,q
add-host= all-platforms annotation= arch= authfile= blob-cache= build-context= cache-from= cache-to= cache-ttl=
cap-add= cap-drop= cdi-config-dir= cert-dir= cgroup-parent= cni-config-dir= cni-plugin-path= compat-volumes compress
cpp-flag= cpu-period= cpu-quota= cpu-shares,c= cpuset-cpus= cpuset-mems= created-annotation creds= cw= decryption-key=
device= disable-compression,D disable-content-trust dns= dns-option= dns-search= env= force-rm format= from= group-add=
hooks-dir= http-proxy identity-label ignorefile= inherit-annotations inherit-labels ipc= isolation= jobs= layer-label=
layers logfile= loglevel= log-rusage logsplit manifest= memory,m= memory-swap= metadata-file= no-hostname no-hosts
omit-history os= os-feature= os-version= output,o= pid= retry= retry-delay= rewrite-timestamp rm runtime= runtime-flag=
rusage-logfile= save-stages sbom= sbom-image-output= sbom-image-purl-output= sbom-merge-strategy= sbom-output=
sbom-purl-output= sbom-scanner-command= sbom-scanner-image= secret= security-opt= shm-size= sign-by= signature-policy=
skip-unused-stages source-date-epoch= source-policy-file= squash ssh= stage-labels stdin timestamp= tls-verify
transient-run-mounts= transient-mount= ulimit= unsetannotation= unsetenv= unsetlabel= userns= userns-gid-map=
userns-gid-map-group= userns-uid-map= userns-uid-map-user= uts= variant= volume,v= help,h
"""

PODMAN_EXTRA = "squash-all"

NERDCTL = """
file,f= tag,t= build-arg= label= target= iidfile= platform= network= no-cache pull quiet,q
add-host= allow= attest= build-context= buildkit-host= cache-from= cache-to= ipfs ipfs-address= output,o= progress=
provenance= rm sbom= secret= ssh= help,h
"""
