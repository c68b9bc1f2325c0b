"""What a model gives away of the items that it learnt from, as attacks find it.

- `membership_inference`: was this item among those that it learnt from?
- `canaries`: items that are planted to see whether they are memorised
- `attributes`: a secret column, and rows whose halves are linked
- `reporting`: `privacy_report`, which asks them all
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "membership_inference": ["Membership", "membership", "most_true_positives"],
    "canaries": ["exposure", "make_canaries", "plant"],
    "attributes": ["attribute_inference", "linkability"],
    "reporting": ["privacy_report"],
})
