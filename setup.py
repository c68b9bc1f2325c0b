"All settings live in settings.ini; edit there, not here."
from configparser import ConfigParser
from pathlib import Path

import setuptools

here = Path(__file__).parent
config = ConfigParser(delimiters=["="])
config.read(here / "settings.ini", encoding="utf-8")
cfg = config["DEFAULT"]
suffix = "_requirements"
extras = {key.removesuffix(suffix): value.split() for key, value in cfg.items() if key.endswith(suffix)}

setuptools.setup(
    name=cfg["lib_name"],
    **{key: cfg[key] for key in "version description keywords author author_email".split()},
    license="Apache-2.0",
    url=cfg["git_url"],
    packages=setuptools.find_packages(include=[cfg["lib_path"], cfg["lib_path"] + ".*"]),
    package_data={cfg["lib_path"]: ["py.typed", "ui/static/*", "ui/index.json", "pretrained/*/*", "data/files/*"]},
    install_requires=cfg["requirements"].split(),
    extras_require=extras,
    python_requires=f">={cfg['min_python']}",
    long_description=(here / "README.md").read_text(encoding="utf-8") if (here / "README.md").exists() else "",
    long_description_content_type="text/markdown",
    zip_safe=False,
    entry_points={"nbdev": [f"{cfg['lib_path']}={cfg['lib_path']}._modidx:d"]},
)
