"""`python -m crm360` is `crm360`."""

from crm360.orchestration.cli.cli import main

main(prog_name="crm360")
