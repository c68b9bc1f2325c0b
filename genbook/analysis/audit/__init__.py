"""Whether a model makes some groups too rarely, or worse than others; and how to mend it.

- `groups`: the groups of items by an attribute, and by two
- `shares`: Wilson intervals, amplification, whether shares differ by more than chance
- `correction`: confusion matrices of classifiers, and shares without their errors
- `labels`: who says in which group an item is
- `group_quality`: what an evaluation says of each group
- `report`, `auditing`: `audit`, which asks all of that, and the card that it returns
- `balancing`: sampling with wanted shares
- `reweighting`: fits in which groups count equally
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "groups": ["Groups", "attribute_names", "attribute_values", "crossed", "groups_of"],
    "shares": ["GroupShare", "difference", "ratio", "share_rows", "wilson"],
    "correction": ["confusion", "corrected_shares", "recalls"],
    "labels": ["Classifier", "Labeller", "Labels", "labeller"],
    "group_quality": ["GroupQuality", "quality_by_group"],
    "report": ["Audit", "Audits"],
    "auditing": ["audit", "audits"],
    "balancing": ["Balanced", "balanced"],
    "reweighting": ["effective_number", "fit_reweighted", "group_weights"],
})
