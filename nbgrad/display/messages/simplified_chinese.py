"""Simplified Chinese: see ``english`` for what each sentence is a translation of."""

SENTENCES: dict[str, str] = {}

OPERATIONS: dict[str, str] = {}

NOTES: dict[str, str] = {}
