"""`python -m eval.training`."""

from eval.training.cli import app

if __name__ == "__main__":
    app(prog_name="python -m eval.training")
