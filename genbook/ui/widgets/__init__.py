"""The widgets: plain ES modules in `genbook/ui/static`, a class of traits and messages for each here.

- `frames`: items on their way to the page
- `stills`: what a widget leaves where it cannot run: an image, its caption and a table
- `page_decoder`: a decoder of a few linear layers, for the page to compute
- `inputs`: conditions and sampling options as inputs of a page
- `requests`: pictures that a page asks for, the newest first
- `explorer`: sliders over latents
- `sampler`: sliders over sampling options, and samples as they form
- `tokens`: a text as it is written, symbol by symbol, with what else could have been
- `surprises`: a text as several models read it, in the colour of how surprising each symbol was
- `chat`: a conversation with a model of texts
- `density`: samples and the density of a model of two numbers, as one image
- `game`: a generator and a discriminator at play in the plane, as one image
- `curve`: the losses of a run, on their way to the page
- `live`: what a run shows of its model, by a table of forms
- `run`: a model while it learns
- `screen`: scores with a threshold to drag
- `timeline`: hidden states along a sequence
- `ellipses`: the components of a mixture of Gaussians
- `pad`: points that are drawn by hand
- `mixer`: a switch for each layer of a generator of styles
- `film`: models of two numbers side by side while they learn, frame by frame
"""
