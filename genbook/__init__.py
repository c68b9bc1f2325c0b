"""Generative models you can train, prompt, drag and understand without leaving the notebook.

Names are imported when they are first used, so that `import genbook` and `%load_ext genbook` cost nothing until a
model is asked for.
"""
__version__ = "0.1.0"

from pathlib import Path

import lazy_loader

PRETRAINED = Path(__file__).parent / "pretrained"

EXPORTS = {  # module -> names; those of `models` are the families of models
    "core": ["Model", "Samples", "capabilities"],
    "core.store": ["load", "pretrained", "save"],
    "core.opening": ["open_weights"],
    "training": ["check_model"],
    "training.privacy.budget": ["Privacy"],
    "models.kernels": ["KernelDensity"],
    "models.bounded": ["Bounded"],
    "models.likelihood": ["Bernoulli", "Categorical", "Gaussian", "Poisson", "Product"],
    "models.ngrams": ["NGram"],
    "models.gaussian_mixture": ["GaussianMixture"],
    "models.mixture": ["Mixture"],
    "models.hmm": ["HiddenMarkov"],
    "models.analytic": ["Analytic"],
    "models.made": ["MADE"],
    "models.pixelcnn": ["PixelCNN"],
    "models.vae": ["VAE"],
    "models.rnn": ["RNN"],
    "models.gpt": ["GPT"],
    "models.flow": ["Flow"],
    "models.gan": ["GAN"],
    "models.stylegan": ["StyleGAN"],
    "models.wavenet": ["WaveNet"],
    "models.diffusion": ["Diffusion"],
    "models.vqvae": ["VQVAE"],
    "models.text_to_image": ["TextToImage"],
    "analysis.anomaly": ["Detector", "NearestNeighbours", "auroc"],
    "analysis.estimator": ["Estimator"],
    "analysis.suggest": ["suggest"],
    "analysis.surprise": ["surprise"],
    "analysis.provenance.origins": ["origin"],
    "analysis.provenance.identities": ["identity"],
    "analysis.provenance.signatures": ["sign"],
    "analysis.provenance.verification": ["mark", "verify"],
    "analysis.evaluation.evaluating": ["compare", "evaluate"],
    "analysis.evaluation.report": ["Evaluation"],
    "analysis.audit.auditing": ["audit"],
    "analysis.audit.balancing": ["balanced"],
    "analysis.privacy.reporting": ["privacy_report"],
    "ui.views": ["explore"],
    "ui.widgets.chat": ["Chat"],
    "ui.widgets.film": ["learn_together"],
    "ui.widgets.mixer": ["mix_styles"],
    "ui.widgets.pad": ["draw_points"],
    "ui.widgets.run": ["run"],
    "ui.widgets.screen": ["screen"],
    "ui.widgets.surprises": ["show_surprise"],
}
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=EXPORTS)


def shipped() -> dict[str, Path]:
    "The models that come with genbook: name -> folder."
    return {card.parent.name: card.parent for card in sorted(PRETRAINED.glob("*/card.json"))}


def load_ipython_extension(shell) -> None:
    "What `%load_ext genbook` does: the magics, and tab completion for them."
    from genbook.ui.magics import register
    register(shell)


def unload_ipython_extension(shell) -> None:
    "What `%unload_ext genbook` does: takes them away again."
    from genbook.ui.magics import unregister
    unregister(shell)
