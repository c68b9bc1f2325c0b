"""Learning that gives next to nothing away about a single item: differential privacy.

- `privacy_loss`: what one step can give away
- `accounting`: epsilon of many steps, and the noise that a budget asks for
- `private_gradients`: Poisson sampling, the gradient of each item, clipping, and noise that nobody can repeat
- `budget`: `Privacy`, what may be spent and what was
- `private_descent`: the loop
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "privacy_loss": ["LossDistribution", "SubsampledGaussian", "loss_distribution"],
    "accounting": ["check_delta", "epsilon_spent", "find_noise", "most_steps"],
    "private_gradients": ["RandomSource"],
    "budget": ["Plan", "Privacy", "PrivacySpent", "in_place_of", "plan_for", "plan_of", "prepare"],
    "private_descent": ["PrivateDescent"],
})
