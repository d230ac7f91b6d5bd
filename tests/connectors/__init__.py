"""Connectors, from a hostile wire to whole nights. Which test shows what of pulling: docs/what-it-withstands.md."""
