"""What every room stands on: errors, atomic files, options with comments, progress."""

from strokebook.base.errors import Diagnostic, InputRefused, Severity, StrokebookError, UsageError

__all__ = ["Diagnostic", "InputRefused", "Severity", "StrokebookError", "UsageError"]
