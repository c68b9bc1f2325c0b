"""What the classical families share: exact densities, expectations, samples.

It imports from `core`, `data` and `training`.

- `gaussians`: sufficient statistics, natural parameters and M step of Gaussians, and when one is degenerate
- `missing`: marginals, regression and expected moments of rows with missing values
- `starts`: initial responsibilities by k-means++
- `forward_backward`: the two passes over a chain of hidden states, with logarithms and with scaling
- `blocks`: the passes over many sequences, and long ones, in bounded memory; the stationary distribution
- `viterbi`: the most probable path, and the log-probability of any
- `families`: `ExponentialFamily`, the one interface of components and states; the E step of a mixture
- `gaussian_family`, `discrete_families`, `product_family`: Gaussians; Bernoulli, Poisson, categorical laws; products
- `bounded_family`: values between bounds and on them: log-normal, logit-normal, zero-inflated
- `criteria`: BIC and AIC
- `model_family`: any model with a density and a weighted fit in place of a family
- `closed_form`: models of rows that are one member of a family
- `low_rank`: shapes of a covariance, and the Gaussian of rows with missing values
- `finite_mixture`: what every mixture answers
- `transitions`: the M step of a Markov chain, topologies
- `symbols`: vocabularies
- `hidden_chain`: how a hidden Markov model prepares sequences, and its E step and M step
- `known_states`: counting when states are known
- `chain_samples`: drawing states and frames, also onwards from a prefix
- `kernel_functions`: six bumps, their integrals, random points under them; distances that do not cancel
- `wide_gaussians`: the E step of few Gaussians over many columns
- `ngram_counts`: how often one symbol follows others, as a tree in one sorted array; smoothing
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "gaussians": [
        "centred_log_density", "covariance_parameters", "degenerate_gaussians", "gaussian_m_step",
        "gaussian_natural_parameters", "moments", "narrow_gaussians", "of_kind", "pivots", "quadratic_statistics",
        "raise_eigenvalues"],
    "missing": [
        "BLOCK", "agree", "axes", "complete_moments", "log_densities", "patterns", "regression", "root",
        "sample_missing", "with_given"],
    "starts": ["Starts", "kmeans_plus_plus", "spread_out"],
    "forward_backward": ["backward", "forward", "log_backward", "log_forward"],
    "blocks": ["Block", "Expected", "Look", "Passes", "expected_counts", "into_blocks", "log_likelihood",
               "relative", "stationary"],
    "viterbi": ["path_log_joint", "viterbi_path"],
    "families": [
        "ExponentialFamily", "Known", "Part", "Products", "log_density_blocks", "mixture_e_step", "normalise",
        "weighted_statistics"],
    "bounded_family": ["BoundedFamily", "Support"],
    "criteria": ["InformationCriteria", "akaike_criterion", "bayes_criterion"],
    "gaussian_family": ["GaussianFamily", "check_varies", "standard", "value_range"],
    "discrete_families": [
        "BernoulliFamily", "CategoricalFamily", "DiscreteFamily", "PoissonFamily", "SymbolFamily", "check_values"],
    "product_family": ["ProductFamily"],
    "closed_form": ["ClosedForm", "check_possible", "check_smoothing", "fit_family", "rows_of"],
    "low_rank": [
        "check_invertible", "expected_moments", "moments_with_holes", "principal_axes", "shaped", "weighted_moments"],
    "finite_mixture": ["FiniteMixture", "check_count", "responsibilities_of"],
    "model_family": ["ModelFamily", "add_statistics"],
    "transitions": ["allowed", "shares", "stationary_transition"],
    "hidden_chain": ["Frames", "HiddenChain", "PreparedChain", "check_hmm", "describe_emissions", "emission_family"],
    "known_states": ["count_emissions", "count_path", "path_places"],
    "chain_samples": ["prefix_states", "sample_frames", "sample_states"],
    "kernel_functions": ["ERROR", "KERNELS", "ROUNDING", "Kernel", "centred", "recompute_near", "uniform"],
    "wide_gaussians": ["is_wide", "wide_e_step"],
    "ngram_counts": [
        "END", "SMOOTHINGS", "START", "Tree", "check_counting", "check_followed", "count_grams", "smooth",
        "to_numbers"],
    "symbols": ["UNKNOWN", "numbered", "symbol_places", "symbol_values", "vocabulary"],
})
