"Generative models you can train, prompt, drag and understand without leaving the notebook."
__version__ = "0.1.0"
