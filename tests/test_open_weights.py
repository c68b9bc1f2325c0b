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


@pytest.fixture(scope="module", params=["t5", "bart"])
def answering(request, tmp_path_factory):
    import transformers as t
    folder = tmp_path_factory.mktemp(request.param)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        if request.param == "t5":
            made = t.T5ForConditionalGeneration(t.T5Config(
                vocab_size=300, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, eos_token_id=0,
                pad_token_id=0, decoder_start_token_id=0, initializer_factor=5.0))
        else:
            made = t.BartForConditionalGeneration(t.BartConfig(
                vocab_size=300, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
                decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=128,
                bos_token_id=0, eos_token_id=0, pad_token_id=0, decoder_start_token_id=0, forced_eos_token_id=None,
                init_std=0.3))
    made.save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def test_text_from_text_is_theirs(answering):
    from transformers import AutoModelForSeq2SeqLM
    model, network = open_weights(answering).given("the cat sat"), AutoModelForSeq2SeqLM.from_pretrained(answering)
    ids = torch.tensor([model.coder.tokenizer("the cat sat")["input_ids"]])
    with torch.no_grad():
        written = network.eval().generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=40, do_sample=False, num_beams=1)[0]
    assert model.sample(temperature=0, max_length=40).items == [model.coder.decode(written.tolist())]
    items = model.sample(4, seed=1, max_length=20).items
    assert model.sample(2, seed=1, max_length=20).items == items[:2]
    known = torch.tensor([[*model.start(), *model.coder.encode("on the", whole=False)]])
    with torch.no_grad(): log_p = network(input_ids=ids, decoder_input_ids=known).logits[0].double().log_softmax(-1)
    wanted = log_p[:-1].gather(1, known[0, 1:, None])[len(model.start()) - 1:].sum() + log_p[-1, 0]
    assert model.log_prob(["on the", "mat"])[0].item() == pytest.approx(wanted.item(), abs=1e-4)


@pytest.fixture(scope="module")
def denoising(tmp_path_factory):
    import diffusers as d
    folder = tmp_path_factory.mktemp("ddpm")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet = d.UNet2DModel(
            sample_size=8, in_channels=3, out_channels=3, layers_per_block=1, block_out_channels=(8, 16),
            norm_num_groups=4, down_block_types=("DownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "UpBlock2D"))
    d.DDPMPipeline(unet, d.DDPMScheduler(num_train_timesteps=50)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def painting(tmp_path_factory):
    import diffusers as d
    from transformers import AutoTokenizer, CLIPTextConfig, CLIPTextModel
    folder = tmp_path_factory.mktemp("painting")
    save_tokenizer(folder / "words")
    tokenizer = AutoTokenizer.from_pretrained(folder / "words", model_max_length=20)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet = d.UNet2DConditionModel(
            sample_size=8, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(8, 16),
            norm_num_groups=4, cross_attention_dim=16, attention_head_dim=2,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"))
        vae = d.AutoencoderKL(
            block_out_channels=(8, 16), norm_num_groups=4, latent_channels=4, sample_size=16,
            down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2)
        words = CLIPTextModel(CLIPTextConfig(
            vocab_size=300, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
            max_position_embeddings=20, bos_token_id=0, eos_token_id=0))
    d.StableDiffusionPipeline(
        vae=vae, text_encoder=words, tokenizer=tokenizer, unet=unet, scheduler=d.DDIMScheduler(
            num_train_timesteps=50, steps_offset=1, clip_sample=False), safety_checker=None, feature_extractor=None,
        requires_safety_checker=False).save_pretrained(folder / "pipeline")
    return folder / "pipeline"


def own_generators(seed, n):
    from genbook.core import Noise
    from genbook.models.open_images import generators
    return generators(Noise(seed, range(n)))


@pytest.mark.parametrize("scheduler", ["DDPMScheduler", "DDIMScheduler"])
def test_images_from_noise_are_theirs(denoising, tmp_path, scheduler):
    import diffusers as d
    there = d.DDPMPipeline.from_pretrained(denoising)
    there.scheduler = getattr(d, scheduler).from_config(there.scheduler.config)
    kind = d.DDPMPipeline if scheduler == "DDPMScheduler" else d.DDIMPipeline
    there = kind(unet=there.unet, scheduler=there.scheduler)
    there.save_pretrained(tmp_path)
    model = open_weights(tmp_path)
    samples = model.sample(3, seed=4, steps=10)
    theirs = there(3, generator=own_generators(4, 3), num_inference_steps=10, output_type="np").images
    theirs = torch.from_numpy(theirs).permute(0, 3, 1, 2)
    torch.testing.assert_close(samples.items, theirs, atol=1e-5, rtol=0)
    torch.testing.assert_close(model.sample(1, seed=4, steps=10).items, samples.items[:1], atol=1e-5, rtol=0)
    *forming, last = stream_samples(model, 3, seed=4, steps=10)
    assert len(forming) == 9 and torch.equal(last.items, samples.items)
    assert torch.equal(samples[2].redraw(model).items.round(decimals=4), samples.items[2:].round(decimals=4))


def test_images_from_words_are_theirs(painting):
    import diffusers as d
    model, there = open_weights(painting), d.StableDiffusionPipeline.from_pretrained(painting)
    asked = model.given("the cat")
    samples = asked.sample(2, seed=3, steps=8, guidance=4)
    theirs = there(
        ["the cat"] * 2, generator=own_generators(3, 2), num_inference_steps=8, guidance_scale=4.0,
        output_type="pt").images
    torch.testing.assert_close(samples.items, theirs.float(), atol=1e-5, rtol=0)
    torch.testing.assert_close(asked.sample(seed=3, steps=8, guidance=4).items, samples.items[:1], atol=1e-4, rtol=0)
    *forming, last = stream_samples(asked, 2, seed=3, steps=8, guidance=4)
    assert len(forming) >= 6 and torch.equal(last.items, samples.items)
    left = stream_samples(asked, 2, seed=3, steps=8)
    next(left)
    left.close()  # the pipeline breaks off
    assert not torch.allclose(model.given("a mat").sample(2, seed=3, steps=8, guidance=4).items, samples.items)
    with pytest.warns(UserWarning, match="of which this pipeline reads the first 20"): model.given("to be " * 99)


def test_pipelines_that_cannot_be_opened_cost_one_sentence(denoising, tmp_path):
    folder = copied(denoising, tmp_path)
    index, weights = folder / "model_index.json", folder / "unet" / "diffusion_pytorch_model.safetensors"
    said, whole = json.loads(index.read_text()), load_file(weights)
    index.write_text(json.dumps(said | {"scheduler": ["own", "Scheduler"]}))
    refused(folder, "wants its scheduler from own, and code that comes with weights is never run")
    index.write_text(json.dumps(said | {"_class_name": ["own", "Pipeline"]}))
    refused(folder, "wants its _class_name from own")
    index.write_text(json.dumps(said | {"_class_name": "NoSuchPipeline"}))
    refused(folder, "which diffusers .* does not have")
    index.write_text(json.dumps(said))
    save_file({k: v for k, v in whole.items() if "conv_in" not in k}, weights)
    refused(folder, "cannot be opened|lacks 2 weights of its unet")
    weights.rename(weights.with_suffix(".bin"))
    refused(folder, "as a pickle")


def test_a_cell_names_a_folder(gpt2):
    from IPython.testing.globalipapp import start_ipython
    shell = start_ipython()
    from genbook import load_ipython_extension
    load_ipython_extension(shell)
    shell.run_cell_magic("generate", f"{gpt2} --temperature 0.7 --seed 3 --max-length 9 --out found", "to be\n")
    wanted = open_weights(gpt2).given("to be").sample(seed=3, max_length=9, temperature=0.7)
    assert shell.user_ns["found"].items == wanted.items
