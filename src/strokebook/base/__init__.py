"""What every room stands on: errors, atomic files, options with comments, progress."""

from strokebook.base.errors import InputRefused, Refusal, StrokebookError, UsageError

__all__ = ["InputRefused", "Refusal", "StrokebookError", "UsageError"]
