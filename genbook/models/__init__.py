"""The families of models, one a file, and nothing that two of them share: that stands in `exact` or in `training`.

They never import each other; they may import from `core`, `data`, `training` and `exact`. The table `EXPORTS` of
`genbook/__init__.py` is the one place that lists them, and `from genbook import VAE` the way to import one.
"""
