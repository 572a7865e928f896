"""The ledger: what Handshake was sent, what came back and what it showed, one entry a commit of a branch of its own."""
