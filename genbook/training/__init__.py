"""How models learn, and how a model is checked. This floor imports from `core` and `data` only.

em: expectation-maximisation, the two steps that climb a likelihood with something hidden in it
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "em": ["ByEM", "Climb", "as_it_was", "as_one", "pick"],
})
