"""The brand portals: one relying party and one account API per brand, from one factory."""
