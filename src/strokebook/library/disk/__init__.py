"""Sketchbooks as files: walking folders, page ids, tags, previews, signatures, copies."""
