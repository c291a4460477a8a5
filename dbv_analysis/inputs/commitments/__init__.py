"""The ledger of placements and transport: read, checked, and counted."""
