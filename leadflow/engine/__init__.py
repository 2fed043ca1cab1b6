"""The application service that carries a lead through everything, over ports."""
