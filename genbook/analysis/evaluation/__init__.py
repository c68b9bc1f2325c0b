"""How good a model is: measures between features of real items and of generated ones, real first.

- `distances`: features as measures take them, and the distances between all of them
- `frechet`: means and covariances
- `discrepancies`: kernel distance, maximum mean discrepancy, energy distance
- `neighbourhoods`: precision, recall, density, coverage
- `two_sample`: can a classifier tell them apart?
- `diversity`: how many different items there are
- `copies`: memorised items, copies of training items
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "distances": ["Cloud", "as_features", "clouds", "nearest", "two_sets"],
    "frechet": ["frechet_distance"],
    "discrepancies": ["energy_distance", "kernel_distance", "mmd"],
    "neighbourhoods": ["DensityCoverage", "PrecisionRecall", "balls", "density_coverage", "precision_recall"],
    "two_sample": ["TwoSampleTest", "logistic_test", "nearest_neighbour_test"],
    "diversity": ["vendi"],
    "copies": ["Memorisation", "authenticity", "closer_to_train", "memorisation"],
})
