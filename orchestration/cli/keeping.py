"""`crm360 backup` and `crm360 restore`, as they are typed and told."""

from __future__ import annotations

from pathlib import Path

import click

from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.options import as_json_option, configured, load_config


@click.command()
@configured
@click.argument("folder", type=click.Path(path_type=Path))
@as_json_option
def backup(path: Path, data: Path | None, debug: bool, folder: Path, as_json: bool) -> int:
    """Copy all that can't be made anew into a new FOLDER: landing, ledger, register of erasures, the project's files.

    Secrets are not in it, nor what the next run builds again. Exit code 6 where what was copied is damaged already.
    """
    config = load_config(path, data, debug)
    from crm360.orchestration.backup.save import save
    from crm360.orchestration.cli import verifying
    from crm360.orchestration.run import runs

    console, told = Console(quiet=as_json), save(config, folder)
    with runs.only_one(config.data):
        damage = [one.problem for one in verifying.kept(config) if one.problem]
    files = {name: {"bytes": f.bytes, "sha256": f.sha256} for name, f in told.files.items()}
    if as_json:
        console.json({"ok": not damage, "folder": str(folder), "bytes": told.bytes, "damage": damage, "files": files})
    console.line(f"backup  {len(told.files):,} files, {told.bytes / 1e6:,.1f} MB in {folder}; secrets are not in it")
    for sentence in damage:
        console.line(f"damaged {sentence}")
    return verifying.DAMAGED if damage else 0


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--to",
    "project",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The project's folder; by default the current one. Files that it has already stay.",
)
@click.option("--data", type=click.Path(path_type=Path), help="The data folder, in place of the one configured.")
@click.option("--dry-run", is_flag=True, help="Compare the backup with its list, and bring nothing back.")
@as_json_option
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def restore(folder: Path, project: Path, data: Path | None, dry_run: bool, as_json: bool, debug: bool) -> int:
    """Bring the backup in FOLDER into an empty data folder, after comparing every file with its hash.

    Whoever was forgotten since the backup was made is taken out of it at once. `crm360 run` then builds and publishes.
    """
    from crm360.orchestration.backup import restore as restoring

    console = Console(quiet=as_json)
    if dry_run:
        told = restoring.check(folder)
        made = f"{told.made_at:%Y-%m-%d %H:%M} UTC"
        if as_json:
            console.json({"ok": True, "dry_run": True, "files": len(told.files), "bytes": told.bytes, "made_at": made})
        console.line(f"whole   {len(told.files):,} files, {told.bytes / 1e6:,.1f} MB, made {made}")
        return 0
    done = restoring.restore(folder, project, data, console.line)
    if as_json:
        console.json(
            {
                "ok": True,
                "files": len(done.listing.files),
                "bytes": done.listing.bytes,
                "kept": done.kept,
                "forgotten": done.forgotten,
            }
        )
    console.line(
        f"restore {len(done.listing.files):,} files, {done.listing.bytes / 1e6:,.1f} MB, each as it was written"
    )
    for name in done.kept:
        console.line(f"kept    {name}: the backup has another")
    if done.forgotten:
        console.line(f"forget  {done.forgotten} requests that are newer than the backup were carried out")
    console.line("next    put the secrets in place, then crm360 run: it pulls what is new, builds and publishes")
    return 0


COMMANDS = (backup, restore)
