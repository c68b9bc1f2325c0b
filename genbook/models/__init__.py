"""The families of models, one a file. They never import each other; they import from every floor above but `analysis`.

- `likelihood`: closed forms: `Gaussian`, `Bernoulli`, `Categorical`, `Poisson`, and `Product` of them
- `kernels`: `KernelDensity`
- `ngrams`: `NGram`, text a symbol at a time
- `gaussian_mixture`, `mixture`, `choosing`: `GaussianMixture`, `Mixture` of any models, `choose` among them
- `hmm`: `HiddenMarkov`
- `vae`: `VAE`, the variational autoencoder
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "likelihood": ["Bernoulli", "Categorical", "Gaussian", "Poisson", "Product"],
    "kernels": ["KernelDensity"],
    "ngrams": ["NGram"],
    "gaussian_mixture": ["GaussianMixture"],
    "mixture": ["Mixture"],
    "choosing": ["Choice", "choose"],
    "hmm": ["HiddenMarkov"],
    "vae": ["VAE"],
})
