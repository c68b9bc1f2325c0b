"""How good a model is: measures between features of real items and of generated ones, real first.

- `distances`: features as measures take them, and the distances between all of them
- `frechet`: means and covariances
- `discrepancies`: kernel distance, maximum mean discrepancy, energy distance
- `neighbourhoods`: precision, recall, density, coverage
- `two_sample`: can a classifier tell them apart?
- `diversity`: how many different items there are
- `copies`: memorised items, copies of training items
- `item_features`: what items are compared by, and what it is called
- `findings`: measures with their floors and intervals
- `tabular`, `written`: questions of rows and of texts
- `report`, `panels`, `evaluating`: `evaluate`, which asks them all, and the card that it returns
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "distances": ["Cloud", "as_features", "clouds", "nearest", "two_sets"],
    "frechet": ["frechet_distance"],
    "discrepancies": ["energy_distance", "kernel_distance", "mmd"],
    "neighbourhoods": ["DensityCoverage", "PrecisionRecall", "balls", "density_coverage", "precision_recall"],
    "two_sample": ["TwoSampleTest", "logistic_test", "nearest_neighbour_test"],
    "diversity": ["vendi"],
    "findings": ["Finding", "jackknife"],
    "item_features": ["ItemFeatures", "features_for", "raw_features"],
    "report": ["Behind", "Comparison", "Evaluation"],
    "evaluating": ["compare", "evaluate"],
    "copies": ["Memorisation", "authenticity", "closer_to_train", "memorisation"],
})
