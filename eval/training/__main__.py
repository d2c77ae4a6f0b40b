"""`python -m eval.training`."""

from eval.training.training_commands import app

if __name__ == "__main__":
    app(prog_name="python -m eval.training")
