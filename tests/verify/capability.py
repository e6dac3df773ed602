"""File capabilities as bytes."""

from __future__ import annotations

import struct

NET_BIND = struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0)
"""`cap_net_bind_service=ep` as Linux stores it (`struct vfs_cap_data`, revision 2)."""
