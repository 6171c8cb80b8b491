"""Choosing which drawings of a model are shown: a classifier learnt beside it, kept with it."""
