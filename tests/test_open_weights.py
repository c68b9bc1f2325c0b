"Open weights: folders of other libraries, opened; compared with what those libraries make of them."
import json
import os
import subprocess
import sys
from unittest import mock

import pytest
import torch
from conftest import ROOT
from safetensors.torch import load_file, save_file

from genbook import load, open_weights, save
from genbook.core import Unsupported, fingerprint, stream_samples, tokens_of

TEXTS = ["to be or not to be", "the cat sat on the mat", "naïve café — 猫 🐈"]
TEMPLATE = "{% for turn in messages %}<{{ turn.role }}>{{ turn.content }}\n{% endfor %}<assistant>"


def save_tokenizer(folder, template=None):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast
    pairs = Tokenizer(models.BPE())
    pairs.pre_tokenizer, pairs.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    letters = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=290, special_tokens=["<end>"], initial_alphabet=letters, show_progress=False)
    pairs.train_from_iterator(TEXTS * 9, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=pairs, bos_token="<end>", eos_token="<end>", pad_token="<end>")
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)


def network(kind):
    "A tiny network of random weights, large enough that its distributions are far from even."
    import transformers as t
    shared = dict(vocab_size=300, bos_token_id=0, eos_token_id=0)
    made = {
        "gpt2": lambda: t.GPT2LMHeadModel(t.GPT2Config(
            n_embd=32, n_layer=2, n_head=2, n_positions=128, initializer_range=0.3, **shared)),
        "llama": lambda: t.LlamaForCausalLM(t.LlamaConfig(
            hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
            max_position_embeddings=128, initializer_range=0.3, **shared)),
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return made[kind]().eval()


def make_folder(folder, kind, template=None, **options):
    network(kind).save_pretrained(folder, **options)
    save_tokenizer(folder, template)
    return folder


@pytest.fixture(scope="module", params=["gpt2", "llama", "llama in shards"])
def causal(request, tmp_path_factory):
    kind, _, sharded = request.param.partition(" ")
    folder = tmp_path_factory.mktemp(kind)
    return make_folder(folder, kind, **({"max_shard_size": "20KB"} if sharded else {}))


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("one"), "gpt2")


def theirs(folder):
    from transformers import AutoModelForCausalLM, AutoTokenizer
    return AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


def test_logits_and_log_probabilities_are_theirs(causal):
    model, (network, tokenizer) = open_weights(causal), theirs(causal)
    ids = torch.tensor([[0, *tokenizer(TEXTS[1])["input_ids"], 0]])
    with torch.no_grad(): wanted, found = network(ids).logits, model.network(ids).logits
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=0)
    log_p = wanted[0, :-1].double().log_softmax(-1).gather(1, ids[0, 1:, None])[:, 0]
    assert model.log_prob([TEXTS[1]]).item() == pytest.approx(log_p.sum().item(), abs=1e-4)
    known = len(tokenizer("the cat")["input_ids"])
    narrower = model.given("the cat").log_prob([TEXTS[1], "a dog"])
    assert narrower[1] == -torch.inf
    with torch.no_grad(): apart = network(ids[:, 1:]).logits[0, :-1].double().log_softmax(-1)
    wanted = apart.gather(1, ids[0, 2:, None])[known - 1:].sum().item()
    assert narrower[0].item() == pytest.approx(wanted, abs=1e-4)


def test_log_probabilities_of_texts_side_by_side_are_those_of_each(causal):
    model = open_weights(causal)
    together = model.log_prob(TEXTS)
    alone = torch.cat([model.log_prob([text]) for text in TEXTS])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=0)


def test_greedy_text_is_theirs_token_for_token(causal):
    model, (network, tokenizer) = open_weights(causal), theirs(causal)
    for prompt in ("the cat", "to be or", "猫"):
        ids = torch.tensor([tokenizer(prompt)["input_ids"]])
        with torch.no_grad():
            written = network.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=60, do_sample=False, pad_token_id=0)[0]
        whole = tokenizer.decode(written, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        assert model.given(prompt).sample(temperature=0, max_length=60).items == [whole]


@pytest.mark.parametrize("options", [{}, {"temperature": 0.7}, {"top_k": 20}, {"top_p": 0.8}, {"stop": "a"}])
def test_an_item_does_not_depend_on_the_others(causal, options):
    model = open_weights(causal).given("to be")
    many = model.sample(5, seed=3, max_length=40, **options)
    assert many.items[:2] == model.sample(2, seed=3, max_length=40, **options).items
    assert many[3].redraw(model).items == many.items[3:4]
    assert len({len(text) for text in many.items}) > 1  # they end at different times
    if "stop" in options: assert all(text.count("a", 5) <= 1 for text in many.items)


def test_a_batch_streams_as_it_is_sampled(causal):
    model = open_weights(causal).given("to be")
    *parts, last = stream_samples(model, 4, seed=1, max_length=30)
    assert last.items == model.sample(4, seed=1, max_length=30).items
    assert len(parts) > 5 and all(text.startswith("to be") for part in parts for text in part.items)
    for earlier, later in zip(parts, parts[1:]):
        assert all(b.startswith(a) for a, b in zip(earlier.items, later.items))
    assert parts[3].redraw(model).items == parts[3].items


def test_many_texts_are_written_in_parts(gpt2):
    model = open_weights(gpt2)
    whole = model.sample(7, seed=2, max_length=20)
    with mock.patch.object(type(model), "rows", lambda self, length: 3):
        *_, parts = stream_samples(model, 7, seed=2, max_length=20)
        assert parts.items == whole.items == model.sample(7, seed=2, max_length=20).items
        assert tokens_of(parts, model) == tokens_of(whole, model)


def test_what_else_could_have_stood_there(gpt2):
    model = open_weights(gpt2).given("to be")
    samples = model.sample(3, seed=4, max_length=12)
    for text, tokens in zip(samples.items, tokens_of(samples, model)):
        assert 0 < sum(p for _, p in tokens[0].alternatives) <= 1 + 1e-9
        plain = "".join(each.symbol for each in tokens)
        assert "\ufffd" in plain or text == "to be" + plain


def test_the_options_that_a_folder_recommends_are_its_defaults(tmp_path):
    make_folder(tmp_path, "gpt2")
    said = json.loads((tmp_path / "generation_config.json").read_text())
    said |= {"do_sample": True, "temperature": 0.6, "top_p": 0.9, "eos_token_id": [0, 40]}
    (tmp_path / "generation_config.json").write_text(json.dumps(said))
    model = open_weights(tmp_path)
    assert model.sampling_options["temperature"].default == 0.6 and model.sampling_options["top_p"].default == 0.9
    assert model.sample(seed=1).origin.options["temperature"] == 0.6
    assert model.coder.ends == (0, 40)
    assert model.sample(4, seed=1, temperature=1, top_p=1).items == [
        text.split(model.coder.decode([40]))[0] for text in model.sample(4, seed=1, temperature=1, top_p=1).items]


def test_a_chat_template_is_used(tmp_path):
    model = open_weights(make_folder(tmp_path, "gpt2", TEMPLATE))
    asked = model.given("to be?")
    assert asked.coder.decode(asked.start()) == "<user>to be?\n<assistant>"
    raw = model.given(prefix="<user>to be?\n<assistant>")
    [answer], [whole] = asked.sample(seed=1, max_length=9).items, raw.sample(seed=1, max_length=9).items
    assert whole == "<user>to be?\n<assistant>" + answer
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert model.coder.chat(turns) == "<user>a\n<assistant>b\n<assistant>"
    text = "<img src=x onerror=alert(1)>"
    assert "<img" not in model.given(prefix=text).sample(seed=1, max_length=3)._repr_mimebundle_()["text/html"]


def test_it_is_saved_by_name_and_is_the_same_wherever_it_lies(gpt2, tmp_path):
    import shutil
    model, moved = open_weights(gpt2), tmp_path / "moved"
    shutil.copytree(gpt2, moved)
    saved = save(model.given("to be"), tmp_path / "saved")
    assert load(saved).sample(seed=1, max_length=9).items == model.given("to be").sample(seed=1, max_length=9).items
    assert fingerprint(open_weights(moved)) == fingerprint(model) == fingerprint(open_weights(saved))
    again = save(open_weights(moved), tmp_path / "again")
    weights = load_file(moved / "model.safetensors")
    save_file({k: v + 1 for k, v in weights.items()}, moved / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match="are not those that the model was saved with"): load(again)
    shutil.rmtree(moved)
    with pytest.raises((ConnectionError, FileNotFoundError)): load(again)


def copied(folder, to):
    import shutil
    return shutil.copytree(folder, to / "copy")


def refused(folder, sentence, kind=ValueError):
    with pytest.raises(kind, match=sentence) as said: open_weights(folder)
    text = str(said.value)
    assert "\n" not in text and ": " in text and text.endswith(".")


def test_what_cannot_be_opened_costs_one_sentence(gpt2, tmp_path):
    folder = copied(gpt2, tmp_path)
    weights, config = folder / "model.safetensors", json.loads((folder / "config.json").read_text())
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-100])
    refused(folder, "is damaged: its header announces")
    part = {k: v for k, v in load_file(gpt2 / "model.safetensors").items() if ".0.mlp.c_fc" not in k}
    save_file(part, weights, metadata={"format": "pt"})
    refused(folder, "lacks 2 of the weights that its config.json asks for, such as")
    weights.unlink()
    refused(folder, "holds no weights", FileNotFoundError)
    weights.write_bytes(whole)
    (folder / "config.json").write_text(json.dumps(config | {"n_embd": 64}))
    refused(folder, "cannot be opened|lacks")
    (folder / "config.json").write_text(json.dumps(config))
    with mock.patch("genbook.core.weight_files.memory", lambda: 1000):
        refused(folder, "These weights take 0.0 GiB of memory at 4 bytes a number")
    with pytest.raises(ValueError, match="precision is 'float16', but this processor"):
        open_weights(folder, precision="float16")
    said = json.loads((folder / "tokenizer.json").read_text())
    said["model"]["vocab"] |= {"far": 5000}
    (folder / "tokenizer.json").write_text(json.dumps(said))
    refused(folder, "has numbers up to 5000, but the network knows 300 symbols")
    (folder / "tokenizer.json").write_text("{")
    refused(folder, "The tokenizer in .* cannot be read")


def test_pickles_and_code_are_never_run(gpt2, tmp_path):
    folder, mark = copied(gpt2, tmp_path), tmp_path / "mark"
    code = f"open({str(mark)!r}, 'w').write('run')\nclass Config: pass\nclass Network: pass\n"
    for name in ("configuration_own.py", "modeling_own.py", "tokenization_own.py"): (folder / name).write_text(code)
    config = json.loads((folder / "config.json").read_text())
    strange = {"model_type": "own", "auto_map": {
        "AutoConfig": "configuration_own.Config", "AutoModelForCausalLM": "modeling_own.Network"}}
    (folder / "config.json").write_text(json.dumps(config | strange))
    refused(folder, "brings code of its own for its architecture")
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": strange["auto_map"]}))
    open_weights(folder)  # a GPT-2 all the same, as transformers knows it
    torch.save({"a": torch.zeros(2)}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    refused(folder, r"as a pickle \(pytorch_model.bin\), which can run code and is never opened")
    assert not mark.exists()


def test_there_is_no_network_where_none_is_asked_for(gpt2):
    with mock.patch("socket.create_connection", side_effect=AssertionError), \
            mock.patch("socket.socket.connect", side_effect=AssertionError):
        open_weights(gpt2).sample(seed=1, max_length=3)
        with mock.patch.dict(os.environ, HF_HUB_OFFLINE="1"):
            refused("nobody/nothing", "HF_HUB_OFFLINE is set", ConnectionError)


def test_an_opened_model_does_not_learn(gpt2):
    with pytest.raises(Unsupported, match="was opened with its weights"): open_weights(gpt2).fit(TEXTS)


def test_a_missing_extra_is_named(gpt2):
    with mock.patch.dict(sys.modules, transformers=None), \
            pytest.raises(ImportError, match=r"pip install 'genbook\[transformers\]'"):
        open_weights(gpt2)


def test_nothing_heavy_is_imported_before_it_is_needed():
    asked = "import sys, genbook, genbook.models.open_text; print([m for m in ('transformers', 'diffusers', " \
            "'huggingface_hub', 'peft') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr
