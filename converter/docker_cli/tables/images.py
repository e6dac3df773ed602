"""The flags of the commands about images.

Sources: docker/cli `cli/command/image/*.go`, podman's and buildah's man pages,
nerdctl's command reference.
"""

from __future__ import annotations

RMI = "force,f no-prune platform= help,h"
PODMAN_RMI_EXTRA = "all,a ignore,i"
BUILDAH_RMI = "all,a force,f prune,p tls-verify help,h"
NERDCTL_RMI_EXTRA = "async"

TAG = "help,h"
REMOVED_TAG = "force,f"
"""Docker dropped `docker tag -f` in 1.12, where a tag always moves; old scripts have it."""

PUSH = "all-tags,a disable-content-trust platform= quiet,q help,h"
BUILDAH_PUSH = """
add-compression= all authfile= blob-cache= cert-dir= compression-format= compression-level= creds= digestfile=
disable-compression,D disable-content-trust encrypt-layer= encryption-key= force-compression format,f= quiet,q
remove-signatures retry= retry-delay= rm sign-by= sign-by-sigstore= sign-by-sigstore-private-key=
sign-passphrase-file= signature-policy= tls-verify compress help,h
"""
NERDCTL_PUSH = """
all-platforms allow-nondistributable-artifacts cosign-key= estargz ipfs-address= ipfs-ensure-image
notation-key-name= platform= quiet,q sign= soci-min-layer-size= soci-span-size= help,h
"""

PULL = "all-tags,a disable-content-trust platform= quiet,q help,h"
BUILDAH_PULL = """
all-tags,a arch= authfile= blob-cache= cert-dir= creds= decryption-key= disable-content-trust os= os-feature=
os-version= platform= policy= policy-file= quiet,q remove-signatures retry= retry-delay= shared signature-policy=
tls-verify variant= help,h
"""
NERDCTL_PULL = """
all-platforms allow-nondistributable-artifacts cosign-certificate-identity= cosign-certificate-identity-regexp=
cosign-certificate-oidc-issuer= cosign-certificate-oidc-issuer-regexp= cosign-key= ipfs-address= platform= quiet,q
soci-index-digest= unpack= verify= help,h
"""
