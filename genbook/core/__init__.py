"""The contract: what every model promises, and what stands under all of them. Imports no other floor of genbook.

- `errors`: errors with a sentence for the person who reads it, and how to word one.
- `noise`: counter-based random numbers that belong to an item; seeds.
- `conditions`: what a model can be conditioned on, and its sampling options.
- `keys`: secret texts that are used and never shown.
- `decoding`: how the next symbol is chosen, and when writing ends.
- `watermarks`: texts that the owner of a key can recognise.
- `protocols`: capabilities, asked of the instance.
- `fingerprints`: a name for exactly what a model is, and whether it has changed.
- `finishing`: what a modality does to items once they are drawn, and all sampling options.
- `model`: `Model`, `Samples` and their `Origin`; drawing in batches, drawing again, conditioning.
- `streams`: watching items as they form.
- `alternatives`: texts symbol by symbol, with what else could have been written.
- `turns`: conversations with a model of texts, turn by turn.
- `files`: files that are read only if they are files, and written whole or not at all.
- `values`: values as JSON and tensors, classes by name.
- `store`: folders that are whole or not there; saving and loading models.
- `weight_files`: safetensors files that others made: which there are, whether they are whole, whether they fit.
- `opening`: a model of a folder of open weights, or of the id of one on a hub.
"""
import lazy_loader

EXPORTS = {
    "errors": [
        "Diverged", "Explained", "InvalidType", "InvalidValue", "Missing", "NotFitted", "NotFound", "Noted",
        "Unavailable", "Unreachable", "Unsupported", "Unwritable", "did_you_mean", "escape", "in_short", "note"],
    "noise": ["Noise", "check_seed", "step_seed"],
    "conditions": ["Condition", "Option", "ReadOnly", "read_options"],
    "keys": ["Key", "KeyOption", "check_key"],
    "decoding": [
        "Decoding", "Stops", "Writer", "choose", "cut_after", "decoding_options", "partials", "tempered",
        "to_probabilities", "write"],
    "watermarks": ["CONTEXT", "ROUNDS", "Watermarked", "bits_of", "contexts", "g_words", "tournament", "watermarked"],
    "protocols": [
        "CAPABILITIES", "Completes", "Conditional", "HasAlternatives", "HasChatTemplate", "HasDiscrete", "HasElbo",
        "HasGaussians", "HasLatent", "HasLatentChoices", "HasLogProb", "HasNextProbabilities", "HasStates",
        "HasStyles", "HasWeightedFit", "Partial", "ReadsTexts", "Streams", "Trains", "available_if", "capabilities",
        "check_weights", "discrete_columns", "latent_choices", "latent_rows", "require"],
    "fingerprints": ["arguments", "digest", "fingerprint", "version"],
    "finishing": ["FinishesItems", "options_of"],
    "model": [
        "Modality", "Model", "Origin", "Samples", "blank", "clone", "condition_on", "draw_samples", "is_fitted",
        "models_inside", "object_array", "redraw", "require_fitted"],
    "alternatives": ["Token", "as_written", "read_places", "stream_tokens", "token", "tokens_of", "write_tokens"],
    "turns": ["Dialogue", "Turn"],
    "streams": ["last_items", "newest", "stream_samples"],
    "files": ["check_file", "in_utf8", "read_file", "replace_file", "whole_file"],
    "values": ["class_name", "find_class", "from_json", "to_json"],
    "store": [
        "about", "card_digest", "describe", "from_bytes", "load", "pretrained", "read_card", "read_folder", "rebuild",
        "save", "to_bytes", "write_folder"],
    "weight_files": ["check_room", "checksums", "files_of_weights", "read_header", "read_json"],
    "opening": ["find_folder", "open_weights"],
}
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=EXPORTS)
