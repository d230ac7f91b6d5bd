"""`python -m orchestration` is `crm360`."""

from orchestration.cli import main

main(prog_name="crm360")
