"""`rgs up`: start the emulator and stay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emulator.cli.exits import ExitCode, Failure
from emulator.cli.not_built import refuse_options
from emulator.cli.words import LevelWord, LoopWord, ReadingWord, StyleWord

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Make the command known to `app`."""
    app.command("up")(_up)


def _up(
    topology: Annotated[
        Path | None, typer.Option(help="Topology file. Default: the sample contoso.")
    ] = None,
    host: Annotated[str, typer.Option(help="Numeric address to listen on.")] = "127.0.0.1",
    advertise: Annotated[
        str | None,
        typer.Option(help="Address written into Via, Contact, Record-Route and SDP."),
    ] = None,
    port_base: Annotated[
        int,
        typer.Option(
            min=0, max=65_505,
            help="SIP port of the director; primary +10, backup +20, agents +30. 0: free ports.",
        ),
    ] = 5060,
    http_port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port of the admin API. 0: a free one.")
    ] = 8080,
    loop: Annotated[LoopWord, typer.Option(help="Event loop.")] = "uvloop",
    style: Annotated[
        StyleWord, typer.Option(help="How the primary pool goes down.")
    ] = "graceful",
    reading: Annotated[
        ReadingWord, typer.Option(help="How the source's “disconnected” is read.")
    ] = "hosted",
    rules: Annotated[
        Path | None, typer.Option(help="Rules file. Default: the product's own.")
    ] = None,
    dns: Annotated[
        bool,
        typer.Option(
            "--dns/--no-dns", help="Look host names up in DNS, or in the hosts file alone."
        ),
    ] = True,
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of what is left to chance: which server of a host name is first."),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="RGS_TOKEN", help="Token that the admin API asks for."),
    ] = None,
    log_level: Annotated[
        LevelWord, typer.Option(help="What is logged to stderr.")
    ] = "info",
    workers: Annotated[int, typer.Option(min=1, help="Processes; 1 so far.")] = 1,
    data: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Directory that configuration, phase, sign-ins and records are kept in, over "
            "restarts. Default: in memory.",
        ),
    ] = None,
    database_primary: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="RGS_DATABASE_PRIMARY",
            help="The primary pool's database server: postgresql+asyncpg://… Needs --data.",
        ),
    ] = None,
    database_backup: Annotated[
        str | None,
        typer.Option(
            metavar="URL", envvar="RGS_DATABASE_BACKUP", help="The same of the backup pool."
        ),
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(hidden=True)] = None,
    tls_key: Annotated[Path | None, typer.Option(hidden=True)] = None,
    pcap: Annotated[Path | None, typer.Option(hidden=True)] = None,
    hep: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:  # fmt: skip
    """Start the emulator, and stay.

    Both pools, the director and the emulated agents listen when the line that begins with `ready`
    is there; it names the addresses. Ctrl-C ends live calls and then the emulator.
    """
    refuse_options(
        "up",
        {
            "--tls-cert": tls_cert,
            "--tls-key": tls_key,
            "--pcap": pcap,
            "--hep": hep,
        },
    )
    if workers > 1:
        raise Failure(
            ExitCode.USAGE, f"up: --workers {workers} is not built yet; one process serves so far"
        )
    from emulator.cli.serving import ServeOptions, serve
    from emulator.rules import Pool

    options = ServeOptions(
        topology=topology,
        host=host,
        advertise=advertise,
        port_base=port_base,
        http_port=http_port,
        loop=loop,
        style=style,
        reading=reading,
        rules=rules,
        dns=dns,
        seed=seed,
        token=token or None,
        log_level=log_level,
        data=data,
        databases={
            pool: url
            for pool, url in (
                (Pool.PRIMARY, database_primary),
                (Pool.BACKUP, database_backup),
            )
            if url is not None
        },
    )
    raise typer.Exit(int(serve(options)))
