"""What models learn from. Imports only from `genbook.core`.

How data come in:

- `checks`: what is not an item is refused, in a sentence; arrays that stay on disk
- `file_kinds`, `folders`: what a file or folder holds, by the endings of names
- `image_files`, `sound_files`, `text_files`: items from files, images of one size, sounds of one rate
- `intake`: files, folders, data sets of other libraries; `intake_arrays`, `intake_frames`: arrays, lists, data frames
- `data`: `Data`, items with their modality and with what is known about them; `known`: labels, captions, items
- `conform`: later items in the columns, codes and units of those that a model learnt from
- `readers`, `recordings`: CSV files, texts, images and sounds from files, as data
- `scaling`: to mean 0 and standard deviation 1, and back

What kind of thing they are, a file for each modality:

- `modalities`: what can be asked of some kinds and not of others (`HasPixels`, `HasCells`, `HasFrame`, ...)
- `vectors`, `tables`: rows of numbers, and of what stands in `columns`, `frames` and `csv_files`
- `missing`: values that are left out of rows that were drawn, as often as they were missing
- `rules`, `grain`, `dtypes`, `schema`: what a column is, its bounds and its step, its type; all of that, shown
- `csv_columns`, `numerals`, `written_dates`: what the texts of a file stand for; `csv_cells`: how they are written
- `images`, `known_pixels`, `xmp` (metadata of image files); `sequences`, `symbols`; `texts`, `tokenizers`;
  `sounds`, `wav`, `speech`
- `images`, `known_pixels`; `sequences`, `symbols`; `texts`, `tokenizers`; `sounds`, `wav`, `speech`
- `speech_codes`: speech as symbols, a hundred a second, and the vocoder that reads them

Data sets:

- `datasets`, `faces`, `spoken`, `sentences`, `plays`: those in `files`, which need no network
- `datasets`, `spoken`, `sentences`, `plays`: those in `files`, which need no network
- `scenes`, `scene_reading`: pictures of figures with captions, made without end, and what is in them
- `hub`: public ones
"""
from pathlib import Path

import lazy_loader

FILES = Path(__file__).parent / "files"  # the data that come with genbook; its README says where they are from

EXPORTS = {  # module -> names
    "checks": ["are_symbols", "blocks", "check_items", "check_list", "check_symbols", "is_list", "varies", "varying"],
    "modalities": ["ChecksItems", "HasCells", "HasConditions", "HasFrame", "HasItems", "HasPixels", "ReadsItem"],
    "file_kinds": ["held_by"],
    "image_files": ["from_images"],
    "images": ["Images"],
    "xmp": ["ENCODINGS", "NAMESPACES", "save_image"],
    "known_pixels": ["KnownPixels"],
    "columns": ["Column", "EPOCH", "FIRST", "IMPOSSIBLE", "KINDS", "Kind", "LAST", "days", "encode", "from_objects",
                "moments"],
    "grain": ["settled"],
    "rules": ["kind_of"],
    "vectors": ["Points", "Vectors"],
    "frames": ["from_frame", "is_frame"],
    "tables": ["Table"],
    "schema": ["Schema"],
    "csv_cells": ["csv_content", "defused", "restored"],
    "csv_columns": ["MISSING", "from_texts"],
    "csv_files": ["from_csv"],
    "numerals": ["number_in"],
    "written_dates": ["moment_in"],
    "sequences": ["Sequences", "timeline"],
    "symbols": ["Symbols"],
    "texts": ["Texts"],
    "intake": ["INTAKE", "take"],
    "intake_arrays": ["modality_of"],
    "sound_files": ["read_other"],
    "known": ["known_values"],
    "data": ["Data", "check_kind"],
    "sounds": ["HEARD", "HEARD_RATE", "Sounds", "envelope", "in_seconds", "resample"],
    "wav": ["NotWav", "read_origin", "read_wav", "to_wav"],
    "recordings": ["as_sounds", "at_rate", "read_sounds"],
    "speech": ["FEATURES", "cepstrum", "deltas", "from_mel", "log_mel", "mel_bands", "mfcc", "to_mel"],
    "scaling": ["Scaling"],
    "conform": ["check_no_categories", "conform", "later_items"],
    "readers": ["read_csv", "read_images", "read_texts"],
    "tokenizers": [
        "BytePairs", "Characters", "HasVocabulary", "TOKENIZERS", "Tokenizer", "WORD", "Words", "tokenizer"],
    "datasets": ["digits", "heart", "old_faithful", "small_digits"],
    "faces": ["avatar_attributes", "avatars"],
    "spoken": ["from_mu_law", "spoken_digits", "to_mu_law"],
    "speech_codes": ["SpeechCodes", "speech_codes"],
    "sentences": ["tagged_sentences"],
    "plays": ["shakespeare"],
    "scenes": ["BACKGROUNDS", "COLOURS", "Figure", "SHAPES", "SIZES", "Scene", "scene_of", "shapes",
               "true_scenes"],
    "scene_reading": ["agreement", "read_scenes"],
    "hub": ["fashion_mnist", "hub_images", "mnist"],
}
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=EXPORTS)
