"""Networks that models share, one file for each kind. They import torch, and numba for loops.

- initialisation: initial weights from a seed, for every layer of torch.nn
- dilated: each frame from thousands before it
- feedforward: linear layers with ReLUs in between
- convolutional: images taken apart and put together
- masked: each variable from those before it
- masked_convolutions: each pixel from those above it and to its left
- splines: rising curves with closed-form slopes and inverses
- spline_loops: the same as machine code, with the gradient
- coupling: one half of the numbers moved, given the other
- triangular: each number moved, given those before it
- recurrent: GRU and LSTM over symbols
- conditions: choices, numbers, texts and images as contexts
- leaky: a generator and a discriminator of rows
- residual: a generator and a discriminator of images
- dense: a discriminator of images whose gradients are fast to differentiate
- styled: a generator of images whose layers take a style each
- timed: rows at a time between noise and data
- unet: pictures at a time between noise and data
- attending_unet: the same, with attention to the words of a text
- straight_through, finite_scalar, codebook: vectors as one of a few codes, rounded or looked up
- code_grids: pictures as grids of vectors, and back
- transformer: attention to the symbols before, with a cache
- transformer_loops: one symbol more of a few texts, as machine code
- patches: pictures in patches, each moved given those before it
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "coupling": [
        "Affine", "Coupling", "Elementwise", "Pointwise", "as_identity", "decode_through", "encode_through", "halves"],
    "code_grids": ["grid_decoder", "grid_encoder", "halvings_for"],
    "codebook": ["Codebook"],
    "conditions": [
        "ConditionEncoder", "NumberEncoder", "TextEncoder", "conditioning_image_encoder", "joined"],
    "convolutional": ["ChannelsLast", "image_decoder", "image_encoder", "image_shape"],
    "dilated": ["PlacedContext", "WaveCache", "WaveNetwork"],
    "feedforward": ["feedforward"],
    "finite_scalar": ["FiniteScalar"],
    "initialisation": ["Resets", "channels_last", "fill", "initialise", "make", "shapes_only"],
    "recurrent": ["CELLS", "Recurrent"],
    "transformer": ["Transformer", "most_heads"],
    "patches": ["PatchLayer", "patch_size"],
    "leaky": ["RowDiscriminator", "RowGenerator"],
    "residual": ["ImageDiscriminator", "ImageGenerator"],
    "dense": ["DenseDiscriminator"],
    "styled": ["StyleGenerator", "layer_names", "layer_sides", "mixed"],
    "masked": ["MaskedFeedforward", "MaskedLinear", "places_in"],
    "masked_convolutions": ["GatedPixelCNN", "Written", "interleaved", "separated"],
    "splines": ["Spline", "rational_quadratic"],
    "timed": ["FASTEST", "TimeEncoder", "TimedFeedforward"],
    "triangular": ["Triangular"],
    "attending_unet": ["AttendingUNet"],
    "unet": ["UNet", "moved"],
})
