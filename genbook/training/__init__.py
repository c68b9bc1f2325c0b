"""How models learn, and how a model is checked. It imports from `core` and `data` alone.

- `options`: numbers and choices, checked in one sentence
- `machine_code`: loops, compiled by numba
- `control`: what is paused, stopped and steered from outside
- `steps`: `Step`, `Stepwise`, `train`, and checkpoints that go on bit for bit
- `run`: a loop that can be paused, stopped and watched, and what its losses are compared with
- `batches`: which items a step learns from, how many steps there are; windows and padding
- `optimisers`: AdamW and Muon, schedules
- `devices`: where networks compute, with whom, and in how many bits; what a benchmark ran on
- `objectives`: who minimises what
- `descent`, `neural`: the loop of gradient descent, and `Neural`, which is made of its hooks
- `privacy`: a folder of its own: learning that gives next to nothing away about a single item
- `degenerate`: columns that have no density
- `flow_layers`: scaling, noise and layers of a normalizing flow
- `variational`: the evidence lower bound, and latents that gradients pass through
- `densities`: a density known up to a constant, in place of items
- `condition_codes`, `conditioning`: what is known of items, as tensors and as contexts of networks
- `mixed_columns`: choices and amounts side by side, as a network reads them, and as densities of what it answers
- `networks`: initial weights, and one file for each kind of network
- `gaussian_paths`, `parametrisations`, `samplers`: from data to noise, what a network says of it, and the way back
- `mean_flow`: the average velocity of a step, and so items in one step
- `probability_flow`: densities along that way
- `token_windows`, `language`: texts as numbers and their windows; what all models share that write texts
- `em`: expectation-maximisation, the E step and the M step from several starts
- `adversarial`, `gradient_penalties`: losses of a generator and a discriminator, and what lets their game come to rest
- `players`, `projection`: what all models share whose generator is taught by a discriminator, and its inversion
- `coverage`: how much of the data generated items cover, for models without a density
- `code_usage`: how many of a model's discrete codes are used
- `two_stages`, `token_priors`: one model after another in one run; models of sequences over grids of codes
- `opened`: models whose weights others made: their libraries, their precision, what such a model is
- `opened_tokens`, `opened_writing`, `opened_language`: what all opened models share that write texts
- `laws`, `learning_laws`, `capability_laws`, `data_laws`, `check`: the contract tests
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "check": ["LAWS", "Report", "check_model"],
    "laws": ["Case", "HasOwnUnits", "Passed", "bad_items", "expect", "same", "with_value"],
    "em": ["ByEM", "Climb", "as_it_was", "as_one", "pick"],
    "adversarial": ["GAMES", "Game"],
    "gradient_penalties": ["squared_slopes"],
    "coverage": ["ball_radii", "coverage", "expected_coverage", "precision"],
    "projection": ["Projection", "project"],
    "players": ["AdversarialModel", "HasGame", "annealed", "range_scaling"],
    "batches": ["Order", "evenly_spaced", "padded", "windows"],
    "degenerate": ["check_density_exists", "determined_column", "rounding_step", "some_rows"],
    "flow_layers": ["FlowLayers"],
    "variational": [
        "active_latents", "beyond_free_bits", "kl_divergence", "log_importance_weight",
        "reconstruction_log_likelihood", "reparameterise"],
    "densities": ["Density", "Evidence", "LogDensity"],
    "code_usage": ["CodeUsage"],
    "condition_codes": ["words"],
    "conditioning": ["Conditioned", "guided", "keep_some", "when_conditioned"],
    "gaussian_paths": [
        "PREDICTIONS", "Path", "Straight", "VarianceExploding", "VariancePreserving", "convert", "data_and_noise",
        "least_error", "over_items"],
    "parametrisations": [
        "DDPM", "EDM", "PARAMETRISATIONS", "FlowMatching", "Parametrisation", "even_numbers", "gaussian_floor",
        "in_view", "noisy", "shifted_times"],
    "samplers": [
        "SAMPLERS", "Sampler", "Velocity", "ddim", "ddpm", "dpmpp_2m", "edm", "euler", "heun", "last_state",
        "midpoint"],
    "mean_flow": ["AverageVelocity", "average_target", "mean_flow", "step_ends"],
    "probability_flow": ["LikelihoodEstimate", "estimate_log_density"],
    "devices": ["average_over_processes", "find_accelerator", "find_precision", "has_bfloat16", "measured_on"],
    "machine_code": ["compiled"],
    "language": ["Language", "log_likelihood"],
    "token_windows": ["END", "Vocabulary", "token_windows", "window_start", "with_ends"],
    "networks": [
        "ChannelsLast", "Recurrent", "Transformer", "feedforward", "image_decoder", "image_encoder", "initialise",
        "make"],
    "mixed_columns": ["ColumnChoices", "MixedColumns", "choices_of", "draw_choice"],
    "neural": ["Before", "Neural", "round_weights"],
    "objectives": ["Objective", "Player"],
    "privacy.budget": ["Privacy", "PrivacySpent"],
    "optimisers": ["Muon", "Settings", "make_optimisers", "orthogonalise", "rate_factor"],
    "options": ["check_choice", "check_number"],
    "run": [
        "KERNEL_VIEW", "HasEquilibrium", "HasVerdict", "Run", "announce", "in_kernel", "interrupts", "line", "run_of",
        "show"],
    "token_priors": [
        "FORMS", "TokenPrior", "begin_prior", "check_prior", "form_of", "grids_to_learn", "prior_options",
        "prior_plan"],
    "opened": ["Opened", "alone", "needed"],
    "opened_language": ["OpenedLanguage", "special_numbers"],
    "two_stages": ["first_state", "in_two_stages", "or_as_it_was"],
    "control": ["Control", "Steering"],
    "steps": ["Losses", "Step", "Stepwise", "check_learnable", "train"],
})
