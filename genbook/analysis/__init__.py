"""Questions asked of any model: what its latent space looks like, and which items it finds odd.

A question asks for capabilities and knows no model by name, so it holds for models that are not written yet.
It imports from `core`, `data`, `training` and `exact`; never from `models`, never from `ui`.

- `latent`: which latent dimensions are active, walks between two latents
- `directions`: the direction of an attribute, and those in which items change most
- `anomaly`: scores, thresholds and reasons
- `estimator`: models with a density in the hands of scikit-learn
- `suggest`: which families suit some data
- `surprise`: how surprising each symbol of a text is to a model
- `provenance`: a folder of its own: where something came from, watermarks
- `privacy`: a folder of its own: what a model gives away of the items that it learnt from
- `evaluation`: a folder of its own: measures between generated items and real ones
- `audit`: a folder of its own: shares of groups in what is generated beside real ones, and how to mend them
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "latent": ["activity", "between", "slerp", "walk"],
    "directions": ["direction", "principal_directions", "pullback_metric"],
    "anomaly": ["Detector", "NearestNeighbours", "Scorer", "Share", "Threshold", "auroc", "share_of"],
    "estimator": ["Estimator", "with_arguments"],
    "provenance.origins": ["origin"],
    "provenance.image_marks": ["find_mark", "mark_image"],
    "provenance.sound_marks": ["find_sound_mark", "mark_sound"],
    "provenance.text_marks": ["find_text_mark"],
    "provenance.identities": ["Identity", "identity"],
    "provenance.signatures": ["Signature", "sign", "signature_in"],
    "provenance.verification": ["Verdict", "mark", "verify"],
    "privacy.membership_inference": ["Membership", "membership"],
    "privacy.canaries": ["exposure", "make_canaries", "plant"],
    "privacy.attributes": ["attribute_inference", "linkability"],
    "privacy.reporting": ["privacy_report"],
    "suggest": ["ADVICE", "Advice", "advice_table", "suggest"],
    "surprise": ["Surprise", "surprise"],
    "evaluation.frechet": ["frechet_distance"],
    "evaluation.discrepancies": ["energy_distance", "kernel_distance", "mmd"],
    "evaluation.neighbourhoods": ["DensityCoverage", "PrecisionRecall", "density_coverage", "precision_recall"],
    "evaluation.two_sample": ["TwoSampleTest", "logistic_test", "nearest_neighbour_test"],
    "evaluation.diversity": ["vendi"],
    "evaluation.findings": ["Finding"],
    "evaluation.report": ["Comparison", "Evaluation"],
    "evaluation.evaluating": ["compare", "evaluate"],
    "audit.shares": ["GroupShare", "wilson"],
    "audit.report": ["Audit", "Audits"],
    "audit.auditing": ["audits"],
    "audit.balancing": ["Balanced", "balanced"],
    "audit.reweighting": ["fit_reweighted"],
    "evaluation.copies": ["Memorisation", "authenticity", "closer_to_train", "memorisation"],
})
