"""Commands that refuse an option that is given twice, and an empty path."""

from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from zookit.core import BadParameter


class OptionsOnce(TyperCommand):
    """A command whose options with one value can be given once; Typer would use the last value.

    An empty path would be the current folder.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments. Raises BadParameter, except during completion."""
        if not ctx.resilient_parsing:
            values, _, given = self.make_parser(ctx).parse_args(args=list(args))
            for each in given:
                repeatable = getattr(each, "multiple", False) or getattr(each, "is_flag", False)
                is_option = each.param_type_name == "option"
                if is_option and not repeatable and given.count(each) > 1:
                    raise BadParameter(f"{each.opts[0]} is given twice. Pass it once.")
                if is_option and _is_path(each) and values.get(each.name) == "":
                    raise BadParameter(
                        f"{each.opts[0]} is empty. Name a path, or leave {each.opts[0]} out."
                    )
        return super().parse_args(ctx, args)


def _is_path(param: Any) -> bool:
    return param.type_descriptor.annotation is Path
