"""The flags of the commands about containers.

Sources: docker/cli `cli/command/container/*.go` (hidden aliases such as `--net`
included), podman's man pages and `cmd/podman`, nerdctl's command reference.
"""

from __future__ import annotations

CREATE = """
name= cidfile= interactive,i tty,t rm entrypoint= env,e= env-file= workdir,w= user,u= volume,v= volumes-from= mount=
tmpfs= label,l= label-file= network|net= network-alias|net-alias= privileged platform= pull= quiet,q init help
add-host= annotation= attach,a= blkio-weight= blkio-weight-device= cap-add= cap-drop= cgroup-parent= cgroupns=
cpu-count= cpu-percent= cpu-period= cpu-quota= cpu-rt-period= cpu-rt-runtime= cpu-shares,c= cpus= cpuset-cpus=
cpuset-mems= device= device-cgroup-rule= device-read-bps= device-read-iops= device-write-bps= device-write-iops=
disable-content-trust dns= dns-option|dns-opt= dns-search= domainname= expose= gpus= group-add= health-cmd=
health-interval= health-retries= health-start-interval= health-start-period= health-timeout= hostname,h=
io-maxbandwidth= io-maxiops= ip= ip6= ipc= isolation= kernel-memory= link= link-local-ip= log-driver= log-opt=
mac-address= memory,m= memory-reservation= memory-swap= memory-swappiness= no-healthcheck oom-kill-disable
oom-score-adj= pid= pids-limit= publish,p= publish-all,P read-only restart= runtime= security-opt= shm-size=
stop-signal= stop-timeout= storage-opt= sysctl= ulimit= use-api-socket userns= uts= volume-driver=
"""

RUN_EXTRA = "detach,d detach-keys= sig-proxy"

PODMAN_CREATE_EXTRA = """
arch= authfile= cert-dir= cgroup-conf= cgroups= chrootdirs= conmon-pidfile= creds= decryption-key= env-host env-merge=
gidmap= group-entry= health-log-destination= health-max-log-count= health-max-log-size= health-on-failure=
health-startup-cmd= health-startup-interval= health-startup-retries= health-startup-success= health-startup-timeout=
hosts-file= hostuser= http-proxy image-volume|builtin-volume= init-ctr= init-path= no-hostname no-hosts os= passwd
passwd-entry= personality= pidfile= pod= pod-id-file= rdt-class= read-only-tmpfs replace requires= retry= retry-delay=
rootfs sdnotify= seccomp-policy= secret= shm-size-systemd= signature-policy= subgidname= subuidname= systemd= timeout=
tls-verify tz= uidmap= umask= unsetenv= unsetenv-all variant=
"""

PODMAN_RUN_EXTRA = "preserve-fd= preserve-fds="

NERDCTL_CREATE_EXTRA = """
cgroup-conf= cosign-certificate-identity= cosign-certificate-identity-regexp= cosign-certificate-oidc-issuer=
cosign-certificate-oidc-issuer-regexp= cosign-key= init-binary= ipfs-address= pidfile= rdt-class= rootfs systemd= umask=
verify= insecure-registry
"""

CP = "archive,a follow-link,L quiet,q help,h"
PODMAN_CP_EXTRA = "extract overwrite pause"

RM = "force,f link,l volumes,v help,h"
PODMAN_RM = "all,a cidfile= depend filter= force,f ignore,i latest,l storage time,t= volumes,v help,h"

EXEC = "detach,d detach-keys= env,e= env-file= interactive,i privileged tty,t user,u= workdir,w= help,h"
PODMAN_EXEC_EXTRA = "latest,l preserve-fd= preserve-fds= cidfile= no-session wait="

START = "attach,a checkpoint= checkpoint-dir= detach-keys= interactive,i help,h"
PODMAN_START_EXTRA = "all filter,f= latest,l sig-proxy"

STOP = "signal,s= timeout|time,t= help,h"
PODMAN_STOP = "all,a cidfile= filter,f= ignore,i latest,l timeout|time,t= help,h"

KILL = "signal,s= help,h"
PODMAN_KILL_EXTRA = "all,a cidfile= latest,l"

WAIT = "help,h"
PODMAN_WAIT_EXTRA = "condition= ignore interval,i= latest,l exit-first-match return-on-first"

REMOVED_CREATE = "cpuset= lxc-conf="
"""Flags that old scripts still have and docker no longer knows (1.13 and before)."""
