"""Makes the parity fixtures: tiny random-weight models, built and run by diffusers and transformers themselves.

    python3 -m venv venv && venv/bin/pip install -r src/test/parity/requirements.txt
    venv/bin/python src/test/parity/make_fixtures.py

Everything is seeded and runs on one CPU thread, so a second run on the same machine writes the same bytes. All inputs and all
noise are stored beside the outputs: a test needs neither Python nor a random stream. The script refuses to write fixtures that
would judge badly: the prompt must matter by more than a hundred tolerances, and the same run in float64 must agree with the
float32 run to well within one tolerance, so that a failing test means a wrong model and not an ill-conditioned one.
"""

import json
import math
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from diffusers.models.embeddings import TimestepEmbedding, Timesteps
from diffusers.models.resnet import Downsample2D, ResnetBlock2D, Upsample2D
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, CLIPTokenizerFast
from transformers.models.clip.tokenization_clip import bytes_to_unicode

ROOT = Path(__file__).resolve().parents[1] / "resources" / "parity"
TOLERANCE = 1e-4
TEXT_MARGIN = 100
STEPS = 10
REPORT = {}


def generator(seed):
    return torch.Generator("cpu").manual_seed(seed)


def noise(seed, *shape):
    return torch.randn(*shape, generator=generator(seed), dtype=torch.float32)


def store(path, tensors, metadata=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, str(path), metadata=metadata)


def store_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def tolerances(actual, expected):
    """The largest difference in units of the tolerance that the Java tests use."""
    bound = TOLERANCE * max(1.0, expected.abs().max().item())
    return (actual - expected).abs().max().item() / bound


# ---------------------------------------------------------------------------------------------------------------- tokenizer

WORDS = """a an the of on in and with at near over under photo picture painting drawing close up one two three small large tiny huge
red green blue yellow purple orange white black grey circle square triangle star ring cross stripes dots plain checker grain
background robot cat dog house tree river mountain masterpiece night day light dark sky sea sun moon it is don can they we you i
ll ve re s t m d""".split()
MERGES = 330

STRINGS = [
    "",
    " ",
    "a photo of a cat",
    "A PHOTO of a Cat",
    "a red circle on a blue background",
    "a green circle on a blue background",
    "two small yellow stars, one large purple square",
    "close-up of a striped ring",
    "it's 2048x2048",
    "don't they've we'll I'm you're he'd",
    "DON'T THEY'VE",
    "rock 'n' roll",
    "''s 't",
    "A cute robot painting a masterpiece, 4k!",
    "hello   world\t\ttab\nnewline",
    "1234567890",
    "4k 8K 16:9 50% $3.99",
    "(red:1.3), [blue], {green}",
    "!!! ??? ...",
    "a_b-c/d\\e|f",
    "e-mail@example.com",
    "http://example.com/?q=1&r=2",
    "über dem see",
    "crème brûlée",
    "naïve façade",
    "Ünïcödé ÄÖÜ ß",
    "İstanbul ıI",
    "Ωμέγα αβγ",
    "привет мир",
    "שלום",
    "مرحبا",
    "हिन्दी",
    "こんにちは",
    "한국어",
    "猫 🐱",
    "👩‍👩‍👧 family",
    "½ ² Ⅷ ٣",
    "e\u0301 versus \u00e9",
    "a\u00a0b",
    "zero\u200bwidth",
    "“quoted” – dash…",
    "<|startoftext|>",
    "a <|endoftext|> b",
    "<|STARTOFTEXT|> <|EndOfText|>",
    "pneumonoultramicroscopicsilicovolcanoconiosis",
    "xX" * 40,
    "a red circle and " * 30,
    "one two three " * 25 + "end",
    "x " * 74,
    "x " * 75,
    "x " * 76,
]


def learn_merges():
    """Byte-pair encoding learnt from the word list, each word once; ties go to the lexicographically smallest pair."""
    encoder = bytes_to_unicode()
    words = [[encoder[b] for b in w.encode()] for w in WORDS]
    words = [w[:-1] + [w[-1] + "</w>"] for w in words]
    merges = []
    while len(merges) < MERGES:
        counts = {}
        for w in words:
            for pair in zip(w, w[1:]):
                counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            break
        best = min(counts, key=lambda p: (-counts[p], p))
        merges.append(best)
        words = [merged(w, best) for w in words]
    return merges


def merged(word, pair):
    out, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return out


def make_tokenizer(folder, pad):
    merges = learn_merges()
    symbols = list(bytes_to_unicode().values())
    vocab = (
        symbols + [s + "</w>" for s in symbols] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    )
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(
        json.dumps({t: i for i, t in enumerate(vocab)}, ensure_ascii=False), encoding="utf-8"
    )
    (folder / "merges.txt").write_text(
        "#version: 0.2\n" + "\n".join(" ".join(m) for m in merges) + "\n", encoding="utf-8"
    )
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), pad_token=pad, model_max_length=77)


def token_cases(tokenizer, fast):
    cases = []
    for s in STRINGS:
        ids = tokenizer(s, padding="max_length", max_length=77, truncation=True).input_ids
        other = fast(s, padding="max_length", max_length=77, truncation=True).input_ids
        cases.append({"text": s, "ids": ids, "rust_agrees": ids == other})
    return cases


# ------------------------------------------------------------------------------------------------------------------- models


def randomise(module, seed, gains=()):
    """Normal weights of standard deviation gain/sqrt(fan in); norms near, not at, the identity; biases that matter.

    Embeddings take the gain as their deviation. A gain well below one keeps a residual stream small, so that the epsilons
    of the normalisations on it show in the result.
    """
    g = generator(seed)
    with torch.no_grad():
        for name, p in module.named_parameters():
            draw = torch.randn(p.shape, generator=g)
            gain = next((v for pattern, v in gains if re.search(pattern, name)), 1.0)
            if "norm" in name and name.endswith("weight"):
                p.copy_(1 + 0.3 * draw)
            elif name.endswith("bias"):
                p.copy_(0.1 * (gain if "norm" not in name else 1.0) * draw)
            elif "embedding" in name and p.dim() == 2 and "linear" not in name:
                p.copy_(gain * draw)
            else:
                p.copy_(gain / math.sqrt(p[0].numel()) * draw)
    return module.eval()


def scale_output(conv, std):
    with torch.no_grad():
        conv.weight.div_(std)
        conv.bias.div_(std)


UNET_GAINS = [(r"to_[qk]\.", 1.5), (r"attn2\.to_(v|out)", 1.5)]
TRANSFORMER_GAINS = [(r"to_[qk]\.", 1.5), (r"proj_in|to_out|net\.2", 0.03), (r"proj_out", 30.0)]
VAE_GAINS = [(r"conv_in|conv2|to_out", 0.03)]
TEXT_GAINS = [(r"[qk]_proj", 1.5), (r"token_embedding|out_proj|fc2", 0.1), (r"position_embedding", 0.03)]


def tiny_eps():
    text = CLIPTextConfig(
        vocab_size=0,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=77,
        hidden_act="quick_gelu",
        layer_norm_eps=3e-4,
    )
    unet = dict(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 12, 16),
        layers_per_block=2,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        attention_head_dim=[2, 3, 4],
        cross_attention_dim=32,
        norm_num_groups=4,
        norm_eps=1e-3,
    )
    vae = dict(
        sample_size=64,
        block_out_channels=(8, 8, 16, 16),
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        scaling_factor=0.18215,
    )
    scheduler = dict(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type="epsilon",
        timestep_spacing="leading",
    )
    return dict(
        name="tiny-eps",
        seed=1000,
        text=text,
        unet=unet,
        vae=vae,
        scheduler=scheduler,
        pad="<|endoftext|>",
        guidance=4.0,
        size=(72, 88),
        lift="bilinear",
        image=(64, 104),
        shard=None,
    )


def tiny_v():
    text = CLIPTextConfig(
        vocab_size=0,
        hidden_size=32,
        intermediate_size=80,
        num_hidden_layers=3,
        num_attention_heads=2,
        max_position_embeddings=77,
        hidden_act="gelu",
        layer_norm_eps=1e-5,
    )
    unet = dict(
        sample_size=10,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16, 24),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        use_linear_projection=True,
        attention_head_dim=[1, 2, 3],
        cross_attention_dim=32,
        norm_num_groups=8,
        norm_eps=2e-5,
    )
    vae = dict(
        sample_size=40,
        block_out_channels=(8, 8, 16),
        layers_per_block=2,
        norm_num_groups=8,
        latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        scaling_factor=0.7,
    )
    scheduler = dict(
        beta_start=0.0001,
        beta_end=0.02,
        beta_schedule="linear",
        clip_sample=False,
        set_alpha_to_one=True,
        steps_offset=1,
        prediction_type="v_prediction",
        timestep_spacing="trailing",
    )
    return dict(
        name="tiny-v",
        seed=2000,
        text=text,
        unet=unet,
        vae=vae,
        scheduler=scheduler,
        pad="!",
        guidance=3.0,
        size=(40, 56),
        lift="bicubic",
        image=(60, 100),
        shard="250KB",
    )


def build(case, folder):
    """The pipeline of one case, its outputs scaled to unit variance so that nothing saturates."""
    scratch = folder.parent / (folder.name + ".tokenizer")
    shutil.rmtree(scratch, ignore_errors=True)
    tokenizer = make_tokenizer(scratch, case["pad"])
    shutil.rmtree(scratch)
    text_config = case["text"]
    text_config.vocab_size = len(tokenizer)
    text_config.bos_token_id, text_config.eos_token_id = tokenizer.bos_token_id, tokenizer.eos_token_id
    text_config.pad_token_id = tokenizer.pad_token_id
    text = randomise(CLIPTextModel(text_config), case["seed"] + 1, TEXT_GAINS)
    unet = randomise(UNet2DConditionModel(**case["unet"]), case["seed"] + 2, UNET_GAINS)
    vae = randomise(AutoencoderKL(**case["vae"]), case["seed"] + 3, VAE_GAINS)
    states = text(
        torch.tensor([tokenizer("a red circle", padding="max_length", max_length=77).input_ids])
    ).last_hidden_state
    scale_output(unet.conv_out, unet(noise(1, 1, 4, 16, 16), 500, states).sample.std())
    scale_output(
        vae.decoder.conv_out, 3 * vae.decode(noise(2, 1, 4, 8, 8) / case["vae"]["scaling_factor"]).sample.std()
    )
    scale_output(vae.quant_conv, vae.encode(noise(3, 1, 3, 32, 32)).latent_dist.mean.std())
    return StableDiffusionPipeline(
        vae=vae,
        text_encoder=text,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=DDIMScheduler(**case["scheduler"]),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def encode_text(pipe, prompts):
    ids = pipe.tokenizer(prompts, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    return ids, pipe.text_encoder(ids).last_hidden_state


def run_text_to_image(pipe, prompt, negative, latents, case, size):
    """Latents after every step, final latents, image in [0, 1]; by diffusers' own pipeline."""
    kept = []

    def keep(_pipe, _index, _timestep, values):
        kept.append(values["latents"].clone())
        return values

    final = pipe(
        prompt=prompt,
        negative_prompt=negative,
        height=size[0],
        width=size[1],
        num_inference_steps=STEPS,
        guidance_scale=case["guidance"],
        eta=0.0,
        latents=latents.clone(),
        output_type="latent",
        callback_on_step_end=keep,
    ).images
    return torch.cat(kept), final, decoded(pipe, final)


def decoded(pipe, latents):
    image = pipe.vae.decode(latents / pipe.vae.config.scaling_factor, return_dict=False)[0]
    return pipe.image_processor.postprocess(image, output_type="pt")


def to_uint8(image):
    return torch.from_numpy((image.permute(0, 2, 3, 1).float().numpy() * 255).round().astype(np.uint8))  # (B, H, W, 3)


def run_late_start(pipe, prompt, negative, lifted, seed, case):
    """diffusers' image-to-image on a latent: strength 0.7 of ten steps, exactly the pivot replacement at K = 700."""
    second = StableDiffusionImg2ImgPipeline(**pipe.components, requires_safety_checker=False)
    second.set_progress_bar_config(disable=True)
    kept = []

    def keep(_pipe, _index, _timestep, values):
        kept.append(values["latents"].clone())
        return values

    final = second(
        prompt=prompt,
        negative_prompt=negative,
        image=lifted.clone(),
        strength=0.7,
        num_inference_steps=STEPS,
        guidance_scale=case["guidance"],
        eta=0.0,
        generator=generator(seed),
        output_type="latent",
        callback_on_step_end=keep,
    ).images
    drawn = torch.randn(lifted.shape, generator=generator(seed), dtype=lifted.dtype)
    return torch.cat(kept), final, drawn, second.scheduler.timesteps[-len(kept) :]


def run_cascade(pipe, seed, case):
    """Two stages with fresh noise at every step (eta 1), all drawn from one generator: the order of draws is diffusers'."""
    stream = generator(seed)
    options = {"prompt": OTHER, "negative_prompt": NEGATIVE, "num_inference_steps": STEPS, "output_type": "latent"}
    options |= {"guidance_scale": case["guidance"], "eta": 1.0, "generator": stream}
    base = pipe(height=case["size"][0], width=case["size"][1], **options).images
    lifted = F.interpolate(base, scale_factor=2, mode="bilinear", align_corners=False)
    second = StableDiffusionImg2ImgPipeline(**pipe.components, requires_safety_checker=False)
    second.set_progress_bar_config(disable=True)
    final = second(image=lifted, strength=0.7, **options).images
    return {"cascade.base": base, "cascade.final": final, "cascade.uint8": to_uint8(decoded(pipe, final))}


def as_double(pipe):
    """The same pipeline with the same weights, computed in float64: what float32 rounding costs on this case."""
    torch.set_default_dtype(torch.float64)
    pipe.to(torch.float64)
    return pipe


PROMPT, OTHER, NEGATIVE = (
    "a red circle on a blue background",
    "a green circle on a blue background",
    "dark grey photo, 3 dots",
)


def make_case(case):
    folder = ROOT / case["name"]
    pipe = build(case, folder)
    pipe.set_progress_bar_config(disable=True)
    options = {"max_shard_size": case["shard"]} if case["shard"] else {}
    pipe.save_pretrained(folder)
    if case["shard"]:
        shutil.rmtree(folder / "unet")
        pipe.unet.save_pretrained(folder / "unet", **options)
    fast = CLIPTokenizerFast.from_pretrained(folder / "tokenizer")
    store_json(folder / "tokens.json", token_cases(pipe.tokenizer, fast))

    seed, tensors = case["seed"], {}
    ids, states = encode_text(pipe, [PROMPT, OTHER, NEGATIVE, ""])
    tensors["text.ids"], tensors["text.states"] = ids, states
    unet_cases(pipe, states, seed, tensors)
    vae_cases(pipe, case, seed, tensors)
    if case["name"] == "tiny-v":
        gradient_case(pipe, states, seed, tensors)

    height, width = case["size"]
    factor = pipe.vae_scale_factor
    start = noise(seed + 50, 1, 4, height // factor, width // factor)
    steps, final, image = run_text_to_image(pipe, PROMPT, NEGATIVE, start, case, case["size"])
    _, other, other_image = run_text_to_image(pipe, OTHER, NEGATIVE, start, case, case["size"])
    tensors |= {"t2i.noise": start, "t2i.steps": steps, "t2i.final": final, "t2i.uint8": to_uint8(image)}
    tensors["t2i.timesteps"] = pipe.scheduler.timesteps

    lifted = F.interpolate(final, scale_factor=2, mode=case["lift"], align_corners=False)
    late, late_final, late_noise, late_timesteps = run_late_start(pipe, PROMPT, NEGATIVE, lifted, seed + 60, case)
    late_image = decoded(pipe, late_final)
    tensors |= {
        "late.lifted": lifted,
        "late.noise": late_noise,
        "late.timesteps": late_timesteps,
        "late.steps": late,
        "late.final": late_final,
        "late.uint8": to_uint8(late_image),
    }
    rgb = pipe.vae.decode(final / pipe.vae.config.scaling_factor).sample
    big = F.interpolate(rgb.clamp(-1, 1), scale_factor=2, mode="bicubic", align_corners=False)
    tensors["pixel_lift"] = pipe.vae.encode(big).latent_dist.mean * pipe.vae.config.scaling_factor
    tensors["uploaded"] = pipe.vae.encode(to_uint8(image).permute(0, 3, 1, 2) / 127.5 - 1).latent_dist.mean
    tensors["uploaded"] *= pipe.vae.config.scaling_factor
    tensors |= run_cascade(pipe, seed + 70, case)
    store(folder / "reference.safetensors", tensors)

    double = as_double(pipe)
    exact_steps, exact, exact_image = run_text_to_image(double, PROMPT, NEGATIVE, start.double(), case, case["size"])
    exact_late = run_late_start_double(double, lifted, late_noise, late_timesteps, case)
    exact_unet = double.unet(
        tensors["unet.0.sample"].double(), tensors["unet.0.timestep"], tensors["unet.0.context"].double()
    ).sample
    torch.set_default_dtype(torch.float32)
    facts = {
        "prompt": PROMPT,
        "other": OTHER,
        "negative": NEGATIVE,
        "guidance": case["guidance"],
        "steps": STEPS,
        "text_effect_unet": tolerances(tensors["unet.word.output"], tensors["unet.0.output"]),
        "text_effect_final": tolerances(other, final),
        "text_effect_uint8": (other_image != image).float().mean().item(),
        "float32_floor_unet": tolerances(tensors["unet.0.output"].double(), exact_unet),
        "float32_floor_steps": tolerances(steps.double(), exact_steps),
        "float32_floor_final": tolerances(final.double(), exact),
        "float32_floor_late": tolerances(late_final.double(), exact_late),
        "float32_uint8_flips": (to_uint8(image) != to_uint8(exact_image)).float().mean().item(),
        "saturated": ((image <= 0) | (image >= 1)).float().mean().item(),
        "max_final": final.abs().max().item(),
        "max_late": late_final.abs().max().item(),
    }
    store_json(folder / "facts.json", facts)
    REPORT[case["name"]] = facts
    assert min(facts["text_effect_unet"], facts["text_effect_final"]) > TEXT_MARGIN, facts
    assert max(facts["float32_floor_steps"], facts["float32_floor_late"]) < 0.25, facts
    assert facts["saturated"] < 0.25 and facts["float32_uint8_flips"] < 5e-4, facts


def run_late_start_double(pipe, lifted, drawn, timesteps, case):
    """The late start again in float64, with diffusers' model and scheduler, from the stored float32 noise."""
    _, context = encode_text(pipe, [NEGATIVE, PROMPT])
    scheduler = DDIMScheduler(**case["scheduler"])
    scheduler.set_timesteps(STEPS)
    x = scheduler.add_noise(lifted.double(), drawn.double(), timesteps[:1])
    for t in timesteps:
        negative, positive = pipe.unet(torch.cat([x, x]), t, context).sample.chunk(2)
        x = scheduler.step(negative + case["guidance"] * (positive - negative), t, x).prev_sample
    return x


def unet_cases(pipe, states, seed, tensors):
    shapes = [(1, 45, 80, [601]), (2, 9, 11, [1, 701]), (2, 8, 8, [999, 0]), (1, 7, 5, [250])]
    for i, (batch, h, w, t) in enumerate(shapes):
        sample, context = noise(seed + 10 + i, batch, 4, h, w), states[:batch]
        output = pipe.unet(sample, torch.tensor(t), context).sample
        tensors |= {
            f"unet.{i}.sample": sample,
            f"unet.{i}.timestep": torch.tensor(t),
            f"unet.{i}.context": context,
            f"unet.{i}.output": output,
        }
    tensors["unet.word.output"] = pipe.unet(tensors["unet.0.sample"], tensors["unet.0.timestep"], states[1:2]).sample


def vae_cases(pipe, case, seed, tensors):
    h, w = case["image"]
    image = noise(seed + 20, 1, 3, h, w).clamp(-1, 1)
    moments = pipe.vae.encode(image).latent_dist
    tensors |= {
        "vae.image": image,
        "vae.moments": moments.parameters,
        "vae.mean": moments.mean,
        "vae.logvar": moments.logvar,
        "vae.std": moments.std,
    }
    latent = noise(seed + 21, 1, 4, 9, 11)
    tensors |= {"vae.latent": latent, "vae.decoded": pipe.vae.decode(latent).sample}
    if pipe.vae_scale_factor == 8:
        # Tiles of 8 cells, a multiple of four: for others diffusers' tiles do not meet.
        latent = noise(seed + 23, 1, 4, 11, 14)
        pipe.vae.enable_tiling()
        tiled = pipe.vae.decode(latent).sample
        moments = pipe.vae.encode(tiled).latent_dist.parameters
        pipe.vae.disable_tiling()
        tensors |= {"vae.tiled.latent": latent, "vae.tiled.decoded": tiled, "vae.tiled.moments": moments}
    else:
        latent = noise(seed + 22, 1, 4, 45, 80)
        # Every eleventh row is kept: the whole picture in float32 would be a fifth of all fixtures.
        tensors |= {"vae.wide.latent": latent, "vae.wide.rows": pipe.vae.decode(latent).sample[:, :, ::11, :]}


def gradient_case(pipe, states, seed, tensors):
    """Loss and gradients of one training step, for parameters before, inside and after the attention."""
    names = [
        "conv_in.weight",
        "time_embedding.linear_1.weight",
        "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight",
        "mid_block.resnets.0.norm1.weight",
        "up_blocks.2.resnets.0.conv_shortcut.weight",
        "conv_out.bias",
    ]
    sample, target, t = noise(seed + 30, 2, 4, 6, 7), noise(seed + 31, 2, 4, 6, 7), torch.tensor([37, 801])
    pipe.unet.zero_grad()
    with torch.enable_grad():
        loss = F.mse_loss(pipe.unet(sample, t, states[:2]).sample, target)
        loss.backward()
    parameters = dict(pipe.unet.named_parameters())
    tensors |= {
        "grad.sample": sample,
        "grad.target": target,
        "grad.timestep": t,
        "grad.context": states[:2],
        "grad.loss": loss.reshape(1),
    }
    tensors |= {"grad." + n: parameters[n].grad for n in names}
    pipe.unet.zero_grad()


def make_xl():
    """A UNet shaped like Stable Diffusion XL's: pooled text and picture sizes embedded, uneven transformer depths."""
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=[1, 2],
        attention_head_dim=[1, 4],
        use_linear_projection=True,
        cross_attention_dim=20,
        norm_num_groups=4,
        addition_embed_type="text_time",
        addition_time_embed_dim=6,
        projection_class_embeddings_input_dim=12 + 6 * 6,
        flip_sin_to_cos=False,
        freq_shift=1,
        center_input_sample=True,
    )
    randomise(unet, 3001, UNET_GAINS)
    sample, context, pooled = noise(3002, 2, 4, 7, 10), noise(3003, 2, 77, 20), noise(3004, 2, 12)
    scale_output(unet.conv_out, 4.0)
    time_ids = torch.tensor([[1024.0, 768, 0, 16, 1024, 1024], [56, 80, 3, 0, 2048, 1536]])
    t = torch.tensor([901, 4])
    output = unet(sample, t, context, added_cond_kwargs={"text_embeds": pooled, "time_ids": time_ids}).sample
    unet.save_pretrained(ROOT / "tiny-xl" / "unet")
    store_json(ROOT / "tiny-xl" / "model_index.json", {"unet": ["diffusers", "UNet2DConditionModel"]})
    tensors = {"sample": sample, "timestep": t, "context": context, "pooled_text": pooled, "time_ids": time_ids}
    store(ROOT / "tiny-xl" / "reference.safetensors", tensors | {"output": output})


# ---------------------------------------------------------------------------------------------------------------- scheduler


def make_scheduler():
    base = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False)
    shape, tensors, cases = (1, 2, 2, 3), {}, []
    outputs, draws, first = noise(301, 50, *shape), noise(302, 50, *shape), noise(303, *shape)
    tensors |= {"model_outputs": outputs, "noise": draws, "sample": first}
    for prediction in ("epsilon", "v_prediction", "sample"):
        for spacing, offset in (("leading", 1), ("trailing", 0), ("linspace", 0)):
            for n in (10, 30, 50):
                for eta in (0.0, 1.0):
                    config = base | dict(
                        prediction_type=prediction,
                        timestep_spacing=spacing,
                        steps_offset=offset,
                        set_alpha_to_one=n == 30,
                    )
                    walk(f"{prediction}.{spacing}.{n}.{eta:.0f}", config, n, eta, tensors, cases)
    walk(
        "clip",
        base
        | dict(
            prediction_type="epsilon",
            timestep_spacing="leading",
            steps_offset=1,
            clip_sample=True,
            clip_sample_range=1.5,
            set_alpha_to_one=False,
        ),
        10,
        0.0,
        tensors,
        cases,
    )
    walk(
        "zero_snr",
        base
        | dict(
            prediction_type="v_prediction",
            timestep_spacing="trailing",
            rescale_betas_zero_snr=True,
            set_alpha_to_one=False,
        ),
        10,
        0.0,
        tensors,
        cases,
    )
    walk(
        "cosine",
        dict(
            beta_schedule="squaredcos_cap_v2",
            prediction_type="v_prediction",
            timestep_spacing="leading",
            clip_sample=False,
            set_alpha_to_one=False,
        ),
        10,
        0.0,
        tensors,
        cases,
    )
    tables = {
        "scaled_linear": base,
        "linear": dict(beta_start=1e-4, beta_end=0.02, beta_schedule="linear"),
        "squaredcos_cap_v2": dict(beta_schedule="squaredcos_cap_v2"),
        "zero_snr": base | dict(rescale_betas_zero_snr=True),
    }
    for name, config in tables.items():
        tensors["alphas_cumprod." + name] = DDIMScheduler(**config).alphas_cumprod
    scheduler = DDIMScheduler(**base)
    clean, drawn, t = noise(304, 5, *shape[1:]), noise(305, 5, *shape[1:]), torch.tensor([0, 1, 500, 700, 999])
    tensors |= {
        "forward.clean": clean,
        "forward.noise": drawn,
        "forward.timesteps": t,
        "forward.noisy": scheduler.add_noise(clean, drawn, t),
        "forward.velocity": scheduler.get_velocity(clean, drawn, t),
    }
    store(ROOT / "scheduler" / "ddim.safetensors", tensors)
    store_json(ROOT / "scheduler" / "cases.json", cases)


def walk(name, config, n, eta, tensors, cases):
    scheduler = DDIMScheduler(**config)
    scheduler.set_timesteps(n)
    x, previous, clean = tensors["sample"], [], []
    for i, t in enumerate(scheduler.timesteps):
        step = scheduler.step(
            tensors["model_outputs"][i], t, x, eta=eta, variance_noise=tensors["noise"][i] if eta > 0 else None
        )
        x = step.prev_sample
        previous.append(x)
        clean.append(step.pred_original_sample)
    tensors |= {name + ".prev_sample": torch.stack(previous), name + ".pred_original_sample": torch.stack(clean)}
    cases.append({"name": name, "steps": n, "eta": eta, "timesteps": scheduler.timesteps.tolist(), "config": config})


# ------------------------------------------------------------------------------------------------------------------- blocks


def make_blocks():
    folder = ROOT / "blocks"
    emb, context = noise(401, 2, 20), noise(402, 2, 7, 12)
    blocks = {
        "resnet": (
            ResnetBlock2D(in_channels=8, out_channels=12, temb_channels=20, groups=4, eps=1e-3),
            (8, 9, 11),
            "emb",
        ),
        "resnet_same": (
            ResnetBlock2D(in_channels=12, out_channels=12, temb_channels=20, groups=6, eps=1e-5),
            (12, 5, 4),
            "emb",
        ),
        "transformer_conv": (
            Transformer2DModel(
                2,
                8,
                in_channels=16,
                num_layers=1,
                cross_attention_dim=12,
                norm_num_groups=4,
                use_linear_projection=False,
            ),
            (16, 5, 7),
            "context",
        ),
        "transformer_linear": (
            Transformer2DModel(
                4,
                4,
                in_channels=16,
                num_layers=2,
                cross_attention_dim=12,
                norm_num_groups=8,
                use_linear_projection=True,
            ),
            (16, 4, 3),
            "context",
        ),
        "downsample": (Downsample2D(8, use_conv=True, padding=1, name="op"), (8, 9, 11), None),
        "downsample_vae": (Downsample2D(8, use_conv=True, padding=0, name="op"), (8, 9, 11), None),
        "upsample": (Upsample2D(8, use_conv=True), (8, 5, 6), None),
    }
    for i, (name, (block, shape, second)) in enumerate(blocks.items()):
        randomise(block, 410 + i, TRANSFORMER_GAINS if second == "context" else UNET_GAINS)
        x = noise(430 + i, 2, *shape) * (1.0 if "sample" in name else 0.03)
        if second == "emb":
            y = block(x, emb)
        elif second == "context":
            y = block(x, encoder_hidden_states=context).sample
        else:
            y = block(x)
        store(folder / (name + ".weights.safetensors"), block.state_dict())
        extra = {"emb": emb} if second == "emb" else {"context": context} if second == "context" else {}
        store(folder / (name + ".safetensors"), {"x": x, "y": y} | extra)
    embedding = randomise(TimestepEmbedding(32, 48), 450)
    t = torch.tensor([0.0, 1.0, 250.0, 701.0, 999.0, 12.5])
    tensors = {"timesteps": t}
    for flip in (True, False):
        for shift in (0, 1):
            tensors[f"sinusoid.{'cos' if flip else 'sin'}.{shift}"] = Timesteps(32, flip, shift)(t)
    tensors["embedding"] = embedding(Timesteps(32, True, 0)(t))
    store(folder / "time.weights.safetensors", embedding.state_dict())
    store(folder / "time.safetensors", tensors)


# --------------------------------------------------------------------------------------------------- interpolation and noise


def make_tensors():
    tensors = {}
    x = noise(501, 1, 2, 5, 7)
    tensors["interpolate.input"] = x
    for mode in ("bilinear", "bicubic", "nearest"):
        for h, w in ((10, 14), (8, 9), (5, 7), (13, 11), (3, 4)):
            options = {} if mode == "nearest" else {"align_corners": False}
            tensors[f"interpolate.{mode}.{h}x{w}"] = F.interpolate(x, size=(h, w), mode=mode, **options)
    for seed in (0, 42, 1234567, 4294967295, 1 << 40 | 7, (1 << 63) - 1):
        for shape in ((6,), (15,), (16,), (17,), (100,), (1, 4, 9, 11)):
            tensors[f"randn.{seed}.{'x'.join(map(str, shape))}"] = noise(seed, *shape)
    g = generator(7)
    for i, shape in enumerate(((3,), (4,), (1, 4, 3, 5), (17,), (2,))):
        tensors[f"stream.7.{i}"] = torch.randn(*shape, generator=g)
    store(ROOT / "tensors" / "tensors.safetensors", tensors)


def make_adamw():
    tensors, shapes = {}, {"weight": (3, 4), "bias": (5,)}
    parameters = {k: torch.nn.Parameter(noise(601 + i, *s)) for i, (k, s) in enumerate(shapes.items())}
    optimiser = torch.optim.AdamW(parameters.values(), lr=1e-2, betas=(0.9, 0.99), eps=1e-6, weight_decay=0.1)
    for k, p in parameters.items():
        tensors[f"{k}.0"] = p.detach().clone()
    for step in range(1, 6):
        for i, (k, p) in enumerate(parameters.items()):
            p.grad = noise(610 + 10 * step + i, *shapes[k]) * 10 ** (1 - step)
            tensors[f"{k}.grad.{step}"] = p.grad.clone()
        optimiser.step()
        for k, p in parameters.items():
            tensors[f"{k}.{step}"] = p.detach().clone()
    tensors["lr_beta1_beta2_eps_decay"] = torch.tensor([1e-2, 0.9, 0.99, 1e-6, 0.1], dtype=torch.float64)
    store(ROOT / "adamw" / "adamw.safetensors", tensors)


def make_formats():
    """Every stored type that the reader widens to float32, with the values that break hand-written conversions."""
    special = torch.tensor(
        [
            0.0,
            -0.0,
            1.0,
            -1.5,
            65504.0,
            6.1035e-05,
            5.9605e-08,
            3.3e-05,
            -1e-7,
            float("inf"),
            float("-inf"),
            float("nan"),
        ]
    )
    x = torch.cat([special, noise(701, 20)])
    tensors = {
        "f32": x,
        "f16": x.half(),
        "bf16": x.bfloat16(),
        "f64": x.double(),
        "i64": torch.tensor([-1, 0, 1 << 40]),
        "u8": torch.tensor([0, 1, 255], dtype=torch.uint8),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "matrix": noise(702, 3, 5).half(),
    }
    tensors |= {
        "f16.as_f32": x.half().float(),
        "bf16.as_f32": x.bfloat16().float(),
        "matrix.as_f32": tensors["matrix"].float(),
    }
    store(ROOT / "formats" / "types.safetensors", tensors, {"made_by": "safetensors 0.6.2"})


def main():
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.use_deterministic_algorithms(True)
    shutil.rmtree(ROOT, ignore_errors=True)
    make_case(tiny_eps())
    make_case(tiny_v())
    make_xl()
    make_scheduler()
    make_blocks()
    make_tensors()
    with torch.enable_grad():
        make_adamw()
    make_formats()
    size = sum(f.stat().st_size for f in ROOT.rglob("*") if f.is_file())
    json.dump(REPORT | {"bytes": size}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
