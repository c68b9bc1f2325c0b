"""Where something came from: what files say, and marks that only the owner of a key can write.

- `keys`: what makes a mark yours, and the test whether it is there
- `origins`: what a file says of its origin
- `image_marks`, `sound_marks`, `text_marks`: watermarks in pixels, in spectra, and in the choice of symbols
- `identities`: certificates to sign with
- `signatures`: who vouches for a file, and whether it was changed since
- `verification`: marks files, and says what they show
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "keys": ["Detection"],
    "origins": ["origin"],
    "image_marks": ["find_mark", "mark_image"],
    "sound_marks": ["find_sound_mark", "mark_sound"],
    "text_marks": ["find_text_mark"],
    "identities": ["Identity", "identity"],
    "signatures": ["Signature", "sign", "signature_in"],
    "verification": ["Verdict", "mark", "verify"],
})
